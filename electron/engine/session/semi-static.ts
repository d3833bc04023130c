import type { VerifiedCache } from '../certificates/chain';
import type { InstanceCredential } from '../certificates/credential';
import type { LocalParty } from '../certificates/local-party';
import type { Crypto, KeyPair } from '../crypto/crypto';
import type { Clock } from '../ports';
import { toHex } from '../wire/encoding';
import { peerIdToBytes } from '../wire/ids';
import { concat, Writer } from '../wire/writer';

/** The part of M2 that is signed once and used for many sessions (S3-19): the instance's semi-static X25519 share. */
export interface StaticPart {
  /** sS, 32 bytes. */
  readonly share: Uint8Array;
  /** Unix milliseconds; at most 24 h apart. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface SemiStatic {
  readonly pair: KeyPair<'dh'>;
  readonly part: StaticPart;
  readonly signature: Uint8Array;
}

export const staticValidityMs = 24 * 3_600_000;
/** How far the two clocks may be apart before the part counts as not in force (milliseconds). */
export const staticToleranceMs = 12 * 3_600_000;
/** Renewed when less than this is left. */
const renewBeforeMs = 3_600_000;

/** sS ‖ notBefore ‖ notAfter, 48 bytes. */
export function staticPartBytes(part: StaticPart): Uint8Array {
  return new Writer(48).fixed(part.share).u64(part.notBefore).u64(part.notAfter).finish();
}

/**
 * True when this very instance signed the part and it is in force. A reused signature proves nothing fresh (A50), so
 * checking it once is enough: `verified` remembers that this signature over these bytes was this credential's.
 */
export function isInForce(crypto: Crypto, part: StaticPart, signature: Uint8Array, signer: InstanceCredential, now: number, verified?: VerifiedCache): boolean {
  const span = part.notAfter - part.notBefore;
  if (span <= 0 || span > staticValidityMs) return false;
  if (now < part.notBefore - staticToleranceMs || now > part.notAfter + staticToleranceMs) return false;
  const key = verified && `static ${toHex(crypto.sha256(signer.hash, staticPartBytes(part), signature))}`;
  if (key !== undefined && verified?.has(key)) return true;
  const good = crypto.verify('m2-static', signer.signingKey, signedBytes(signer, part), signature);
  if (good && key !== undefined) verified?.add(key);
  return good;
}

/** A new key with the device's signature over it, in force from now on, Unix milliseconds. The caller wipes it. */
export function createSemiStatic(crypto: Crypto, local: Pick<LocalParty, 'instance'>, now: number): SemiStatic {
  const pair = crypto.generateDh();
  const part = { share: pair.publicKey, notBefore: now, notAfter: now + staticValidityMs };
  return { pair, part, signature: crypto.sign('m2-static', local.instance.signing.secret, signedBytes(local.instance.credential, part)) };
}

/** peer id ‖ instance credential hash ‖ sS ‖ notBefore ‖ notAfter. */
function signedBytes(signer: InstanceCredential, part: StaticPart): Uint8Array {
  return concat(peerIdToBytes(signer.peerId), signer.hash, staticPartBytes(part));
}

/** Keeps one semi-static key, makes the next in time and erases each at its end (protocol.md §8). Never stored. */
export class SemiStaticKeeper {
  readonly #crypto: Crypto;
  readonly #clock: Clock;
  #held: { readonly semiStatic: SemiStatic; readonly instanceHash: Uint8Array; readonly cancel: () => void } | undefined;

  constructor(crypto: Crypto, clock: Clock) {
    this.#crypto = crypto;
    this.#clock = clock;
  }

  current(local: Pick<LocalParty, 'instance'>): SemiStatic {
    const now = this.#clock.now();
    const held = this.#held;
    if (held && this.#crypto.equal(held.instanceHash, local.instance.credential.hash)) {
      const { notBefore, notAfter } = held.semiStatic.part;
      if (now >= notBefore && now < notAfter - renewBeforeMs) return held.semiStatic;
    }
    this.wipe();
    const semiStatic = createSemiStatic(this.#crypto, local, now);
    const cancel = this.#clock.setTimer(staticValidityMs, () => this.wipe());
    this.#held = { semiStatic, instanceHash: local.instance.credential.hash, cancel };
    return semiStatic;
  }

  wipe(): void {
    this.#held?.cancel();
    this.#held?.semiStatic.pair.secret.wipe();
    this.#held = undefined;
  }
}
