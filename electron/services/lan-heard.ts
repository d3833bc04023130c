import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { Address, Clock } from '../engine/ports';
import { TokenBucket } from '../engine/session/token-bucket';
import { LanRecognition, type Recognisable } from './lan-recognition';
import type { LanSighting } from './ports';

/** New tags that are held against all contacts: one HMAC for each. */
const newTags = { burst: 64, perSecond: 16 };
const settleMs = 250;
const heardAtOnce = 256;
/** Somebody may repeat a contact's announcement from many places. */
const addressesOfPerson = 4;

interface Heard {
  readonly tag: string;
  readonly addresses: readonly Address[];
  readonly peerId: PeerId | undefined;
}

export interface LanHeardParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  /** The own person, whose other devices count as nobody's contact. */
  readonly own: PeerId;
  /** A contact came, or is heard at another address. */
  readonly onContact: (peerId: PeerId) => void;
  /** Who is heard has changed later than in the call that brought it. */
  readonly onSettled: () => void;
}

/** The devices that are announced on the local network now, and which of them are contacts'. */
export class LanHeard {
  readonly #parts: LanHeardParts;
  readonly #recognition: LanRecognition;
  readonly #bucket: TokenBucket;
  /** By name, port and tag: whoever takes another's name has another port or tag, else it is that device at one more address. */
  readonly #heard = new Map<string, Heard>();
  /** Nobody knows yet whether these are contacts. */
  readonly #unsettled = new Set<string>();
  #cancelSettle: (() => void) | undefined;

  constructor(parts: LanHeardParts) {
    this.#parts = parts;
    this.#recognition = new LanRecognition(parts.crypto);
    this.#bucket = new TokenBucket(newTags, parts.clock.monotonic());
  }

  of(peerId: PeerId): readonly Address[] {
    const addresses = new Map<string, Address>();
    for (const heard of this.#heard.values()) {
      if (heard.peerId !== peerId) continue;
      for (const address of heard.addresses) addresses.set(`${address.host} ${address.port}`, address);
    }
    // Who comes later does not push out who was there.
    return [...addresses.values()].slice(0, addressesOfPerson).reverse();
  }

  /** Devices of contacts. */
  get count(): number {
    return [...this.#heard.values()].filter(({ peerId }) => peerId !== undefined && peerId !== this.#parts.own).length;
  }

  setPeople(people: readonly Recognisable[]): void {
    if (!this.#recognition.setPeople(people)) return;
    for (const key of this.#heard.keys()) this.#unsettled.add(key);
    this.#settle();
  }

  /** `tag`: as announced. */
  hear({ name, gone, addresses }: LanSighting, tag: string): void {
    const key = JSON.stringify([name, addresses[0]?.port, tag]);
    if (gone) this.#heard.delete(key);
    else if (this.#heard.has(key) || this.#hasRoom()) {
      this.#heard.set(key, { tag, addresses, peerId: undefined });
      this.#unsettled.add(key);
      this.#settle();
    }
  }

  clear(): void {
    this.#cancelSettle?.();
    this.#cancelSettle = undefined;
    this.#heard.clear();
    this.#unsettled.clear();
  }

  /** A stranger's device makes room when it is known to be one. */
  #hasRoom(): boolean {
    if (this.#heard.size < heardAtOnce) return true;
    for (const [key, { peerId }] of this.#heard) {
      if (peerId === undefined && !this.#unsettled.has(key)) return this.#heard.delete(key);
    }
    return false;
  }

  /** Finds out whose announcements these are, as many as may be looked at now; the rest has time. */
  #settle(): void {
    for (const key of this.#unsettled) {
      const heard = this.#heard.get(key);
      if (heard !== undefined && !this.#mayLookAt(heard.tag)) {
        this.#cancelSettle ??= this.#parts.clock.setTimer(settleMs, () => {
          this.#cancelSettle = undefined;
          this.#settle();
          this.#parts.onSettled();
        });
        return;
      }
      this.#unsettled.delete(key);
      if (heard !== undefined) this.#recognise(key, heard);
    }
  }

  #mayLookAt(tag: string): boolean {
    return this.#recognition.isAnswered(tag) || this.#bucket.take(this.#parts.clock.monotonic());
  }

  #recognise(key: string, heard: Heard): void {
    const peerId = this.#recognition.whose(heard.tag);
    this.#heard.set(key, { ...heard, peerId });
    // Discovery speaks only when something changed: a device came, or is heard at another address.
    if (peerId !== undefined && heard.peerId !== peerId) this.#parts.onContact(peerId);
  }
}
