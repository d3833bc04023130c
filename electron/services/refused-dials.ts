import type { Crypto } from '../engine/crypto/crypto';
import type { Secret } from '../engine/crypto/secret';
import type { PeerId } from '../engine/ids';
import type { Clock } from '../engine/ports';
import { askedBackTag, contactTag } from '../engine/session/contact-tag';
import { isSame } from './moving-pins';

/** How long a refused M1 shows who was refused, in milliseconds: until well after the question that follows it. */
const validMs = 10 * 60 * 1000;
/** Of one person, and of all: whoever makes up keys without end fills no memory. */
const [keptOfOne, keptOfAll] = [8, 128];

interface RefusedDial {
  readonly peerId: PeerId;
  /** H(SPKI) shown in it, 32 bytes. */
  readonly headHash: Uint8Array;
  readonly secret: Secret<'pair'>;
  /** Monotonic, milliseconds. */
  readonly until: number;
}

/** M1s that were refused for their key, as long as one may still come back to them. In memory alone. */
export class RefusedDials {
  readonly #crypto: Crypto;
  readonly #clock: Clock;
  /** Newest first. */
  #theirs: readonly RefusedDial[] = [];
  readonly #ours = new Map<PeerId, Pick<RefusedDial, 'secret' | 'until'>>();
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(crypto: Crypto, clock: Clock) {
    this.#crypto = crypto;
    this.#clock = clock;
  }

  /** This person refused ours. */
  ofUs(peerId: PeerId, secret: Secret<'pair'>): void {
    // A dial may end behind the profile.
    if (this.#closed) return secret.wipe();
    this.#ours.get(peerId)?.secret.wipe();
    this.#ours.set(peerId, { secret, until: this.#clock.monotonic() + validMs });
    this.#lookLater();
  }

  /** One under this key (H(SPKI), 32 bytes) in this person's name was refused here. */
  ofThem(peerId: PeerId, headHash: Uint8Array, secret: Secret<'pair'>): void {
    if (this.#closed) return secret.wipe();
    const others = this.#theirs.filter((dial) => dial.until > this.#clock.monotonic() && !(dial.peerId === peerId && isSame(dial.headHash, headHash)));
    const ofOne = new Set(others.filter((dial) => dial.peerId === peerId).slice(0, keptOfOne - 1));
    this.#keep([{ peerId, headHash, secret, until: this.#clock.monotonic() + validMs }, ...others.filter((dial) => dial.peerId !== peerId || ofOne.has(dial))].slice(0, keptOfAll));
    this.#lookLater();
  }

  /** What shows to this person that ours was refused there. */
  shownTo(peerId: PeerId): Uint8Array | undefined {
    const dial = this.#ours.get(peerId);
    return dial && dial.until > this.#clock.monotonic() ? dial.secret.bytes : undefined;
  }

  /** Whose tag this is, and what whoever asks them back shows (`askedBackTag`). */
  ofTag(tag: Uint8Array, channelHash: Uint8Array, nonce: Uint8Array): { readonly peerId: PeerId; readonly headHash: Uint8Array; readonly answer: Uint8Array } | undefined {
    const now = this.#clock.monotonic();
    const dial = this.#theirs.filter(({ secret, until }) => until > now && this.#crypto.equal(tag, contactTag(this.#crypto, secret.bytes, channelHash)))[0];
    return dial && { peerId: dial.peerId, headHash: dial.headHash, answer: askedBackTag(this.#crypto, dial.secret.bytes, channelHash, nonce) };
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#keep([]);
    for (const { secret } of this.#ours.values()) secret.wipe();
    this.#ours.clear();
  }

  /** What shows nothing to anybody any more is not kept either. */
  #lookLater(): void {
    const first = Math.min(...[...this.#theirs, ...this.#ours.values()].map(({ until }) => until));
    if (first === Infinity) return;
    this.#cancel ??= this.#clock.setTimer(Math.max(0, first - this.#clock.monotonic()), () => {
      this.#cancel = undefined;
      const now = this.#clock.monotonic();
      this.#keep(this.#theirs.filter(({ until }) => until > now));
      for (const [peerId, { secret, until }] of this.#ours) {
        if (until > now) continue;
        secret.wipe();
        this.#ours.delete(peerId);
      }
      this.#lookLater();
    });
  }

  #keep(kept: readonly RefusedDial[]): void {
    for (const dial of this.#theirs) if (!kept.includes(dial)) dial.secret.wipe();
    this.#theirs = kept;
  }
}
