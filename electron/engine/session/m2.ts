import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { Secret } from '../crypto/secret';
import { Reader } from '../wire/reader';
import { concat } from '../wire/writer';
import { nonceBytes, shareBytes } from './handshake-message';
import { type StaticPart, staticPartBytes } from './semi-static';

/** M2's statement: `H("cn" ‖ CN)[32] ‖ sS[32] ‖ notBefore u64 ‖ notAfter u64`; its signature covers the static part alone. */
export interface M2Statement {
  /** The copy of CN, hashed: CN itself under SN would give MK to whoever steals the dialler's key later (S3-02). */
  readonly nonceCopy: Uint8Array;
  readonly part: StaticPart;
}

/** H(label("cn") ‖ CN), 32 bytes. */
export function nonceCopyOf(crypto: Crypto, cn: Secret<'content'>): Uint8Array {
  return crypto.sha256(label('cn'), cn.bytes);
}

/** 80 bytes. */
export function encodeM2Statement(statement: M2Statement): Uint8Array {
  return concat(statement.nonceCopy, staticPartBytes(statement.part));
}

/** Throws `WireError`. */
export function parseM2Statement(bytes: Uint8Array): M2Statement {
  const reader = new Reader(bytes);
  const nonceCopy = reader.fixed(nonceBytes);
  const part = { share: reader.fixed(shareBytes), notBefore: reader.u64(), notAfter: reader.u64() };
  reader.end();
  return { nonceCopy, part };
}
