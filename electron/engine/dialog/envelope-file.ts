import type { Crypto } from '../crypto/crypto';
import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';
import { maxDepositBytes } from './deposit';

/**
 * Deposits in a file that a person carries (`*.keyshift-envelopes`, protocol.md §11):
 *
 *     "keyshift-envelopes"[18] | version u16 = 1 | count u32 (1–4,096) | count × deposit LP (≤ 70,000) | SHA-256[32] of all before
 *
 * The hash finds what a bad stick did, nothing more: every deposit is sealed and signed for itself. Their order says nothing.
 */
export const maxEnvelopes = 4_096;
/** In bytes; checked before a file is read. */
export const maxEnvelopeFileBytes = 64 * 1024 * 1024;

const magic = new TextEncoder().encode('keyshift-envelopes');
const version = 1;
const hashBytes = 32;
/** Magic, version, count, hash. */
const fixedBytes = magic.length + 2 + 4 + hashBytes;
/** How much of a file says whether it is one of these at all. */
export const envelopeFileHeadBytes = magic.length + 2;

/** Whether so many first bytes are those of an envelope file, of any version. */
export function startsLikeEnvelopes(head: Uint8Array): boolean {
  return head.length >= envelopeFileHeadBytes && magic.every((byte, at) => head[at] === byte);
}

/** How many of these deposits, from the first, one file takes. */
export function fittingEnvelopes(deposits: readonly Uint8Array[]): number {
  let size = fixedBytes;
  let count = 0;
  for (const deposit of deposits) {
    size += 4 + deposit.length;
    if (count === maxEnvelopes || size > maxEnvelopeFileBytes) break;
    count += 1;
  }
  return count;
}

/** Errors: `WireError` for none, or more than one file takes. */
export function encodeEnvelopeFile(crypto: Crypto, deposits: readonly Uint8Array[]): Uint8Array {
  if (deposits.length === 0 || fittingEnvelopes(deposits) < deposits.length) throw new WireError('not what one file takes');
  const length = deposits.reduce((sum, deposit) => sum + 4 + deposit.length, fixedBytes);
  const writer = new Writer(length).fixed(magic).u16(version).u32(deposits.length);
  for (const deposit of deposits) {
    if (deposit.length === 0 || deposit.length > maxDepositBytes) throw new WireError('not a deposit');
    writer.lp(deposit);
  }
  const before = writer.finish();
  return writer.fixed(crypto.sha256(before)).finish();
}

/** The deposits, as views. Throws `WireError` for anything that is not exactly one whole file. */
export function parseEnvelopeFile(crypto: Crypto, bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length > maxEnvelopeFileBytes) throw new WireError('longer than its cap');
  const reader = new Reader(bytes);
  if (!startsLikeEnvelopes(reader.fixed(magic.length + 2))) throw new WireError('another kind of file');
  if (((bytes[magic.length] ?? 0) << 8) + (bytes[magic.length + 1] ?? 0) !== version) throw new WireError('another version');
  const count = reader.u32();
  if (count === 0 || count > maxEnvelopes) throw new WireError('not a count of envelopes');
  const deposits: Uint8Array[] = [];
  for (let read = 0; read < count; read += 1) {
    const deposit = reader.lp(maxDepositBytes);
    if (deposit.length === 0) throw new WireError('an empty envelope');
    deposits.push(deposit);
  }
  const hash = crypto.sha256(bytes.subarray(0, reader.offset));
  if (!crypto.equal(hash, reader.fixed(hashBytes))) throw new WireError('changed or damaged');
  reader.end();
  return deposits;
}
