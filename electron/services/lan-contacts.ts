import { lanTag } from '../engine/exchange/lan-tag';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { Address, Clock, Logger, Random } from '../engine/ports';
import { TokenBucket } from '../engine/session/token-bucket';
import { toBase64url, toHex } from '../engine/wire/encoding';
import { LanRecognition, type Recognisable } from './lan-recognition';
import { LanNews } from './lan-news';
import type { LanDiscovery, LanSighting, LanSightings } from './ports';

/** Version of what is announced; others are passed over. */
const version = '2';
/** A new name, nonce and tag at the latest after this long, so that nobody is followed by them. */
const anewMs = 2 * 60 * 60 * 1000;
/** After a failure (no network, port 5353 unusable) it is tried again. */
const againMs = 30_000;
/** Nothing failed for this long: it works. */
const workingMs = 3_000;
/** How often contacts and their credentials are looked at without being told of a change. */
const lookMs = 10 * 60_000;
/** Many changes in a moment are looked at once. */
const soonMs = 200;
/** New tags that are held against all contacts: one HMAC for each. */
const newTags = { burst: 64, perSecond: 16 };
const settleMs = 250;
const heardAtOnce = 256;
/** Somebody may repeat a contact's announcement from many places. */
const addressesOfPerson = 4;

export interface LanStatus {
  readonly state: 'off' | 'on' | 'failed';
  /** Devices of contacts that are announced now. */
  readonly seen: number;
}

const off: LanStatus = { state: 'off', seen: 0 };

export interface LanContactsParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly lan: LanDiscovery;
  /** Hashes of the own exchange credentials, newest first. */
  readonly ownExchanges: readonly Uint8Array[];
  /** Who is to find this device and to be found: contacts who agreed and are not blocked. */
  readonly people: () => readonly Recognisable[];
  /** The port listened on. */
  readonly port: () => number;
  /** Whether the person wants this, and nothing else (a proxy) forbids it. */
  readonly enabled: () => boolean;
  readonly onStatus: (status: LanStatus) => void;
  readonly onClose: () => void;
}

interface Heard {
  readonly tag: string;
  readonly addresses: readonly Address[];
  readonly peerId: PeerId | undefined;
}

/**
 * Lets contacts on the same network find this device, and finds theirs (protocol.md §11). Silent unless it is wanted and there
 * is a contact; lives as long as the vault is open.
 */
export class LanContacts implements LanSightings {
  readonly #parts: LanContactsParts;
  readonly #recognition: LanRecognition;
  readonly #news: LanNews;
  readonly #bucket: TokenBucket;
  /** By name, port and tag. */
  readonly #heard = new Map<string, Heard>();
  /** Nobody knows yet whether these are contacts. */
  readonly #unsettled = new Set<string>();
  /** Ends what runs: undefined while off. */
  #stop: (() => void) | undefined;
  #stopAnnouncing: (() => void) | undefined;
  #port = 0;
  #failed = false;
  #closed = false;
  #told = JSON.stringify(off);
  #cancelLook: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  #cancelSettle: (() => void) | undefined;
  #cancelAnew: (() => void) | undefined;

  constructor(parts: LanContactsParts) {
    this.#parts = parts;
    this.#recognition = new LanRecognition(parts.crypto);
    this.#news = new LanNews(parts.clock);
    this.#bucket = new TokenBucket(newTags, parts.clock.monotonic());
  }

  of(peerId: PeerId): readonly Address[] {
    const texts = new Map<string, Address>();
    for (const heard of this.#heard.values()) {
      if (heard.peerId !== peerId) continue;
      for (const address of heard.addresses) texts.set(`${address.host} ${address.port}`, address);
    }
    // Who comes later does not push out who was there.
    return [...texts.values()].slice(0, addressesOfPerson).reverse();
  }

  onSeen(handler: (peerId: PeerId) => void): () => void {
    return this.#news.on(handler);
  }

  status(): LanStatus {
    const state = this.#stop === undefined ? 'off' : this.#failed ? 'failed' : 'on';
    return { state, seen: [...this.#heard.values()].filter(({ peerId }) => peerId !== undefined).length };
  }

  /** Something it depends on may be another now. */
  refreshSoon(): void {
    if (this.#closed) return;
    this.#cancelLook?.();
    this.#cancelLook = this.#parts.clock.setTimer(soonMs, () => this.refresh());
  }

  /** Looks at everything it depends on again: settings, contacts, port. Never throws. */
  refresh(): void {
    if (this.#closed) return;
    this.#cancelLook?.();
    this.#cancelLook = this.#parts.clock.setTimer(lookMs, () => this.refresh());
    try {
      this.#follow();
    } catch (error) {
      this.#parts.logger.warn('lan.fault', { reason: error instanceof Error ? error.name : 'unknown' });
    }
    this.#tell();
  }

  close(): void {
    this.#closed = true;
    this.#cancelLook?.();
    this.#parts.onClose();
    this.#end();
    this.#tell();
  }

  #follow(): void {
    const people = this.#parts.enabled() ? this.#parts.people() : [];
    if (people.length === 0) {
      this.#end();
      return;
    }
    const changed = this.#recognition.setPeople(people);
    if (this.#stop === undefined) this.#begin();
    else {
      if (changed) {
        for (const key of this.#heard.keys()) this.#unsettled.add(key);
        this.#settle();
      }
      if (this.#parts.port() !== this.#port) this.#announce();
    }
  }

  #begin(): void {
    const failed = (): void => this.#onFailed();
    const stopBrowsing = this.#parts.lan.browse('contacts', (sighting) => this.#onSighting(sighting), failed);
    this.#stop = () => {
      stopBrowsing();
      this.#stopAnnouncing?.();
      this.#stopAnnouncing = undefined;
    };
    this.#announce();
  }

  #end(): void {
    this.#cancelRetry?.();
    this.#cancelAnew?.();
    this.#cancelSettle?.();
    this.#cancelRetry = this.#cancelAnew = this.#cancelSettle = undefined;
    this.#failed = false;
    const stop = this.#stop;
    this.#stop = undefined;
    stop?.();
    this.#forget();
  }

  #forget(): void {
    this.#heard.clear();
    this.#unsettled.clear();
    this.#news.clear();
  }

  #announce(): void {
    const { crypto, clock, random, lan, ownExchanges, port } = this.#parts;
    this.#stopAnnouncing?.();
    this.#port = port();
    this.#stopAnnouncing = lan.announce(
      {
        kind: 'contacts',
        name: toHex(random.bytes(8)),
        port: this.#port,
        facts: { v: version, t: toBase64url(lanTag(crypto, ownExchanges)) },
      },
      () => this.#onFailed(),
    );
    const [byte = 0] = random.bytes(1);
    this.#cancelAnew?.();
    this.#cancelAnew = clock.setTimer(anewMs + (byte * anewMs) / 255, () => this.#announce());
  }

  #onFailed(): void {
    if (this.#stop === undefined) return;
    if (!this.#failed) this.#parts.logger.warn('lan.failed');
    this.#failed = true;
    this.#cancelRetry?.();
    this.#cancelRetry = this.#parts.clock.setTimer(againMs, () => this.#retry());
    this.#tell();
  }

  #retry(): void {
    const stop = this.#stop;
    this.#stop = undefined;
    stop?.();
    this.#forget();
    this.#begin();
    this.#cancelRetry = this.#parts.clock.setTimer(workingMs, () => {
      this.#failed = false;
      this.#tell();
    });
  }

  #onSighting({ name, gone, addresses, facts }: LanSighting): void {
    const tag = facts['t'];
    const [first] = addresses;
    if (tag === undefined || facts['v'] !== version || first === undefined) return;
    // Whoever takes another's name has another port or tag, else it is that device, heard at one more address.
    const key = JSON.stringify([name, first.port, tag]);
    if (gone) this.#heard.delete(key);
    else if (this.#heard.has(key) || this.#hasRoom()) {
      this.#heard.set(key, { tag, addresses, peerId: undefined });
      this.#unsettled.add(key);
      this.#settle();
    }
    this.#tell();
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
      if (heard !== undefined && !this.#recognition.isAnswered(heard.tag) && !this.#bucket.take(this.#parts.clock.monotonic())) {
        this.#cancelSettle ??= this.#parts.clock.setTimer(settleMs, () => {
          this.#cancelSettle = undefined;
          this.#settle();
          this.#tell();
        });
        return;
      }
      this.#unsettled.delete(key);
      if (heard !== undefined) this.#recognise(key, heard);
    }
  }

  #recognise(key: string, heard: Heard): void {
    const peerId = this.#recognition.whose(heard.tag);
    this.#heard.set(key, { ...heard, peerId });
    // Discovery speaks only when something changed: a device came, or is heard at another address.
    if (peerId !== undefined && heard.peerId !== peerId) this.#news.say(peerId);
  }

  #tell(): void {
    const status = this.status();
    const text = JSON.stringify(status);
    if (text === this.#told) return;
    this.#told = text;
    this.#parts.onStatus(status);
  }
}
