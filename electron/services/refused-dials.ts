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

  constructor(crypto: Crypto, clock: Clock) {
    this.#crypto = crypto;
    this.#clock = clock;
  }

  /** This person refused ours. */
  ofUs(peerId: PeerId, secret: Secret<'pair'>): void {
    this.#ours.get(peerId)?.secret.wipe();
    this.#ours.set(peerId, { secret, until: this.#clock.monotonic() + validMs });
  }

  /** One under this key (H(SPKI), 32 bytes) in this person's name was refused here. */
  ofThem(peerId: PeerId, headHash: Uint8Array, secret: Secret<'pair'>): void {
    const others = this.#theirs.filter((dial) => dial.until > this.#clock.monotonic() && !(dial.peerId === peerId && isSame(dial.headHash, headHash)));
    const ofOne = new Set(others.filter((dial) => dial.peerId === peerId).slice(0, keptOfOne - 1));
    this.#keep([{ peerId, headHash, secret, until: this.#clock.monotonic() + validMs }, ...others.filter((dial) => dial.peerId !== peerId || ofOne.has(dial))].slice(0, keptOfAll));
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
    this.#keep([]);
    for (const { secret } of this.#ours.values()) secret.wipe();
    this.#ours.clear();
  }

  #keep(kept: readonly RefusedDial[]): void {
    for (const dial of this.#theirs) if (!kept.includes(dial)) dial.secret.wipe();
    this.#theirs = kept;
  }
}
