import type { PeerId } from '../ids';
import { fromBase32, toBase32 } from '../wire/encoding';
import { peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { concat } from '../wire/writer';
import type { SafetyParty } from './safety-number';

/** Every character is in a QR code's alphanumeric set: half the size of the same bytes as text. */
const start = 'KEYSHIFT-SAFETY:1:';
/** Base32 of 4 × 32 bytes. */
const bodyLength = 205;

/** What one screen shows to the other: who shows it under which key, and whom it takes the reader for. */
export interface SafetyCode {
  readonly shower: SafetyParty;
  readonly reader: SafetyParty;
}

/**
 * `KEYSHIFT-SAFETY:1:` and the upper-case base32 (RFC 4648, no padding) of peer id[32] ‖ H(SPKI)[32] of who shows it ‖ peer
 * id[32] of the reader ‖ H(SPKI)[32] that the shower holds of the reader (protocol.md §12). 223 characters.
 */
export function encodeSafetyCode({ shower, reader }: SafetyCode): string {
  const bytes = concat(peerIdToBytes(shower.peerId), shower.spkiHash, peerIdToBytes(reader.peerId), reader.spkiHash);
  return `${start}${toBase32(bytes).toUpperCase()}`;
}

/** Undefined for anything else than exactly one code of this version; white space around it and small letters do no harm. */
export function parseSafetyCode(text: string): SafetyCode | undefined {
  const code = text.trim();
  if (code.length !== start.length + bodyLength || code.slice(0, start.length).toUpperCase() !== start) return undefined;
  try {
    const reader = new Reader(fromBase32(code.slice(start.length).toLowerCase()));
    const party = (): SafetyParty => {
      const peerId: PeerId = peerIdFromBytes(reader.fixed(32));
      return { peerId, spkiHash: reader.fixed(32) };
    };
    const shower = party();
    return { shower, reader: party() };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
