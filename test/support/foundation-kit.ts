import { withSpareKeys } from './rsa-keys';
import { createLocalRecord, type LocalParty, openLocalParty } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { LocalRecord } from '../../electron/engine/ports';

/** Midday of a January: all foundation tests happen then. */
export const now = Date.UTC(2026, 0, 15, 12);
export const day = 24 * 60 * 60 * 1000;

/** Real primitives with a meter of their own. */
export function realCrypto(): Promise<Crypto> {
  return createCrypto({ random: kernelRandom }).then(withSpareKeys);
}

export interface LocalPerson {
  readonly record: LocalRecord;
  readonly local: LocalParty;
}

/** A person with one device and real keys: 0.1–2 s. */
export async function localPerson(crypto: Crypto, name: string, at = now): Promise<LocalPerson> {
  const record = await createLocalRecord(crypto, { name, deviceName: 'desk', now: at });
  return { record, local: openLocalParty(crypto, record) };
}

/** The bytes with one bit changed; bit 0 is the lowest of byte 0. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice();
  out[bit >>> 3] = (out[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
  return out;
}

/** The code of the `KeyshiftError` that `work` throws; anything else passes through, nothing gives undefined. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.name === 'KeyshiftError') return String(error.code);
    throw error;
  }
}
