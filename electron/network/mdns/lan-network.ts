import type { Clock, Random } from '../../engine/ports';
import { toHex } from '../../engine/wire/encoding';
import type { LanAnnouncement, LanSighting } from '../../services/ports';
import { Announcer, type Card } from './announcer';
import { Browser } from './browser';
import type { LanInterface } from './interfaces';
import { MulticastSocket } from './multicast-socket';
import { type HeardService, isAnnounceable, readPacket } from './packets';

/** How often the network cards are looked at: one that came is used, one that went is left. */
const lookMs = 5_000;
const rememberedOwnNames = 64;

export interface LanNetworkParts {
  readonly clock: Clock;
  readonly random: Random;
  /** The cards to use now. */
  readonly interfaces: () => readonly LanInterface[];
  /** A handler threw, or the system would not tell its cards. */
  readonly onFault: (error: unknown) => void;
}

interface User {
  readonly part: Announcer | Browser;
  readonly onFailed: () => void;
  readonly onMoved: (() => void) | undefined;
  /** The cards there were when it began. */
  readonly beganOn: ReadonlySet<string>;
  told: boolean;
}

class OpenCard implements Card {
  readonly address: string;
  readonly socket: MulticastSocket;

  constructor(address: string, socket: (card: OpenCard) => MulticastSocket) {
    this.address = address;
    this.socket = socket(this);
  }

  send(bytes: Buffer): void {
    this.socket.send(bytes);
  }
}

/** One socket for each card while anything is announced or looked for; none otherwise. */
export class LanNetwork {
  readonly #parts: LanNetworkParts;
  readonly #users = new Set<User>();
  /** By address and netmask. */
  readonly #cards = new Map<string, OpenCard>();
  readonly #ownNames = new Set<string>();
  #cancelLook: (() => void) | undefined;
  /** As they were told last. */
  #known: readonly LanInterface[] = [];

  constructor(parts: LanNetworkParts) {
    this.#parts = parts;
  }

  /** Throws for what would not fit, or is not public by its form. */
  announce(what: LanAnnouncement, onFailed: () => void, onMoved?: () => void): () => void {
    const { clock, random } = this.#parts;
    if (!isAnnounceable(what)) throw new RangeError('this cannot be announced');
    this.#ownNames.add(what.name.toLowerCase());
    for (const name of this.#ownNames) {
      if (this.#ownNames.size <= rememberedOwnNames) break;
      this.#ownNames.delete(name);
    }
    return this.#use(new Announcer({ ...what, host: toHex(random.bytes(8)) }, clock, random), onFailed, onMoved);
  }

  browse(kind: LanAnnouncement['kind'], onSighting: (sighting: LanSighting) => void, onFailed: () => void): () => void {
    const { clock, random, onFault } = this.#parts;
    const tell = (sighting: LanSighting): void => {
      try {
        onSighting(sighting);
      } catch (error) {
        onFault(error);
      }
    };
    return this.#use(new Browser(kind, clock, random, tell), onFailed);
  }

  #use(part: User['part'], onFailed: () => void, onMoved?: () => void): () => void {
    this.#look();
    const user: User = { part, onFailed, onMoved, beganOn: new Set(this.#cards.keys()), told: false };
    this.#users.add(user);
    for (const card of this.#cards.values()) if (card.socket.isOpen) part.begin(card);
    this.#tellFailure();
    return () => {
      if (!this.#users.delete(user)) return;
      part.end();
      if (this.#users.size === 0) this.#rest();
    };
  }

  /** Opens what is missing, closes what is gone, and comes back. */
  #look(): void {
    this.#cancelLook?.();
    this.#cancelLook = this.#parts.clock.setTimer(lookMs, () => this.#look());
    const wanted = new Map(this.#interfaces().map((one) => [`${one.address}/${one.netmask}`, one]));
    for (const [key, card] of this.#cards) {
      if (wanted.has(key) && !card.socket.isLeftBehind) continue;
      this.#leave(key, card);
      card.socket.close();
    }
    for (const [key, one] of wanted) if (!this.#cards.has(key)) this.#open(key, one);
    this.#tellFailure();
  }

  #interfaces(): readonly LanInterface[] {
    try {
      this.#known = this.#parts.interfaces();
    } catch (error) {
      // A system that does not tell now, for want of descriptors say, has taken no card away.
      this.#parts.onFault(error);
    }
    return this.#known;
  }

  #open(key: string, { address, netmask }: LanInterface): void {
    const card = new OpenCard(
      address,
      (self) =>
        new MulticastSocket({ address, netmask }, this.#parts.clock, {
          onOpen: () => this.#opened(key, self),
          onPacket: (bytes, source) => this.#hear(self, bytes, source),
          onFailed: () => {
            this.#leave(key, self);
            this.#tellFailure();
          },
        }),
    );
    this.#cards.set(key, card);
  }

  #opened(key: string, card: OpenCard): void {
    for (const user of this.#users) {
      const { part, onMoved, beganOn } = user;
      user.told = false;
      if (onMoved !== undefined && part instanceof Announcer && part.spoke && !beganOn.has(key)) this.#later(user, onMoved);
      else part.begin(card);
    }
  }

  #hear(card: OpenCard, bytes: Buffer, source: string): void {
    const heard = readPacket(bytes);
    if (heard === undefined) return;
    const isOwn = ({ name }: HeardService): boolean => this.#ownNames.has(name);
    for (const { part } of this.#users) {
      if (part instanceof Announcer) part.hear(card, heard);
      else part.hear(card, source, heard, isOwn);
    }
  }

  #leave(key: string, card: OpenCard): void {
    if (this.#cards.get(key) === card) this.#cards.delete(key);
    for (const { part } of this.#users) part.leave(card);
  }

  /** Once for each time that no card is left. */
  #tellFailure(): void {
    if (this.#cards.size > 0) return;
    for (const user of this.#users) {
      if (user.told) continue;
      user.told = true;
      this.#later(user, user.onFailed);
    }
  }

  /** Not from within the call that may have caused it, and not after its end. */
  #later(user: User, tell: () => void): void {
    queueMicrotask(() => {
      if (this.#users.has(user)) tell();
    });
  }

  #rest(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    for (const { socket } of this.#cards.values()) socket.close();
    this.#cards.clear();
  }
}
