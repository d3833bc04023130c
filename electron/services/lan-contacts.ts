import { lanTag } from '../engine/exchange/lan-tag';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { Address, Clock, Logger, Random } from '../engine/ports';
import { toBase64url, toHex } from '../engine/wire/encoding';
import { LanHeard } from './lan-heard';
import { LanNews } from './lan-news';
import type { Recognisable } from './lan-recognition';
import type { LanDiscovery, LanSighting, LanSightings } from './ports';

/** Version of what is announced; others are passed over. */
const version = '2';
/** A new name, nonce and tag at the latest after this long, so that nobody is followed by them. */
const anewMs = 2 * 60 * 60 * 1000;
/** After a failure (no network, port 5353 unusable) it is begun anew, unless somebody was heard before that. */
const againMs = 30_000;
/** Nothing failed for this long after that: it works. */
const workingMs = 3_000;
/** How often contacts and their credentials are looked at without being told of a change. */
const lookMs = 10 * 60_000;
/** Many changes in a moment are looked at once. */
const soonMs = 200;
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
  readonly own: PeerId;
  /** Hashes of the own exchange credentials, newest first. */
  readonly ownExchanges: readonly Uint8Array[];
  /** Who is to find this device and to be found: contacts who agreed and are not blocked, and the own other devices. */
  readonly people: () => readonly Recognisable[];
  /** The port listened on. */
  readonly port: () => number;
  /** Whether the person wants this, and nothing else (a proxy) forbids it. */
  readonly enabled: () => boolean;
  readonly onStatus: (status: LanStatus) => void;
  readonly onClose: () => void;
}

/**
 * Lets contacts on the same network find this device, and finds theirs (protocol.md §11). Silent unless it is wanted and there
 * is a contact; lives as long as the vault is open.
 */
export class LanContacts implements LanSightings {
  readonly #parts: LanContactsParts;
  readonly #heard: LanHeard;
  readonly #news: LanNews;
  /** Ends what runs: undefined while off. */
  #stop: (() => void) | undefined;
  #stopAnnouncing: (() => void) | undefined;
  #port = 0;
  #failed = false;
  #closed = false;
  #told = JSON.stringify(off);
  #cancelLook: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  #cancelAnew: (() => void) | undefined;

  constructor(parts: LanContactsParts) {
    this.#parts = parts;
    const { crypto, clock, own } = parts;
    this.#news = new LanNews(clock);
    this.#heard = new LanHeard({ crypto, clock, own, onContact: (peerId) => this.#news.say(peerId), onSettled: () => this.#tell() });
  }

  of(peerId: PeerId): readonly Address[] {
    return this.#heard.of(peerId);
  }

  onSeen(handler: (peerId: PeerId) => void): () => void {
    return this.#news.on(handler);
  }

  status(): LanStatus {
    const state = this.#stop === undefined ? 'off' : this.#failed ? 'failed' : 'on';
    return { state, seen: this.#heard.count };
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
    this.#heard.setPeople(people);
    if (this.#stop === undefined) this.#begin();
    else if (this.#parts.port() !== this.#port) this.#announce();
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
    this.#cancelRetry = this.#cancelAnew = undefined;
    this.#failed = false;
    const stop = this.#stop;
    this.#stop = undefined;
    stop?.();
    this.#forget();
  }

  #forget(): void {
    this.#heard.clear();
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
      () => this.#announce(),
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
      this.#works();
      this.#tell();
    });
  }

  #works(): void {
    this.#failed = false;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #onSighting(sighting: LanSighting): void {
    const { t: tag, v } = sighting.facts;
    if (tag === undefined || v !== version || sighting.addresses.length === 0) return;
    if (this.#failed && !sighting.gone) this.#works();
    this.#heard.hear(sighting, tag);
    this.#tell();
  }

  #tell(): void {
    const status = this.status();
    const text = JSON.stringify(status);
    if (text === this.#told) return;
    this.#told = text;
    this.#parts.onStatus(status);
  }
}
