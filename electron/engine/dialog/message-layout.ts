import { type BlockSpan, maxCertNameBytes, maxIssuedBytes, kekHeaderBytes, messageVersion, signatureBytes, spanOfBlock } from '../exchange/kek-block';

/**
 * Places of a dialog message in its self-contained form (protocol.md §4; seed 000, figure 2):
 *
 *     preamble        version u16 | mic[16] | time u64 | salt[16] | flags u16
 *     service pair and KEK header                          (exchange/kek-block.ts)
 *     DSK header      dskId[16] | dskEpoch u32 | firstSequence u64 | kind u8 | wrappedDsk LP(72)
 *     dialog header   dialogId[16] | senderInstance[16] | sequence u64
 *     body            LP
 */
export const micAt = 2;
export const timeAt = 18;
export const saltAt = 26;
export const flagsAt = 42;
export const preambleBytes = 44;
export const saltBytes = 16;
export const micBytes = 16;

export const wrappedDskBytes = 24 + 32 + 16;
export const dskHeaderBytes = 16 + 4 + 8 + 1 + 4 + wrappedDskBytes;
export const dialogHeaderBytes = 16 + 16 + 8;

/** Bit 0: a control message; its sequence is a control counter with the top bit set (protocol.md §7). */
export const controlFlag = 0x0001;
/** Padded plaintext, so that every message fits a sealed deposit. */
export const maxBodyBytes = 48 * 1024;
const maxBlockBytes = 4 * 4 + 2 * maxCertNameBytes + 2 * maxIssuedBytes + 4 + signatureBytes + kekHeaderBytes;
export const maxMessageBytes = preambleBytes + maxBlockBytes + dskHeaderBytes + dialogHeaderBytes + 4 + maxBodyBytes;
/** The marker of the padding, and c. */
export const minBodyBytes = 17;

/** Routine or compromise shift, or messages that are sealed again (protocol.md §6). */
export const dskKinds = { routine: 1, compromise: 2, again: 3 } as const;

export interface MessageSpan {
  readonly block: BlockSpan;
  readonly dskAt: number;
  readonly dialogAt: number;
  readonly bodyAt: number;
  readonly control: boolean;
  /** Place in the stream, or the control counter without its top bit. From 1. */
  readonly sequence: number;
  /** What the sender's clock said. */
  readonly time: number;
}

const topBit = 0x8000_0000;
const twoTo32 = 0x1_0000_0000;
const maxHigh = 0x1f_ffff;

/**
 * 608 and 612 of figure 6: version, flags, caps and lengths, nothing else; the MIC needs the key and is checked last.
 * Undefined for anything that is not exactly one message (A01, A02). Copies nothing.
 */
export function spanOfMessage(bytes: Buffer): MessageSpan | undefined {
  if (bytes.length > maxMessageBytes || bytes.length < preambleBytes) return undefined;
  if (bytes.readUInt16BE(0) !== messageVersion) return undefined;
  const flags = bytes.readUInt16BE(flagsAt);
  if ((flags & ~controlFlag) !== 0) return undefined;
  const block = spanOfBlock(bytes, preambleBytes);
  if (!block) return undefined;
  const dskAt = block.end;
  const dialogAt = dskAt + dskHeaderBytes;
  const bodyAt = dialogAt + dialogHeaderBytes + 4;
  if (bodyAt > bytes.length) return undefined;
  if (bytes.readUInt32BE(dskAt + 29) !== wrappedDskBytes) return undefined;
  const bodyLength = bytes.readUInt32BE(bodyAt - 4);
  if (bodyLength < minBodyBytes || bodyLength > maxBodyBytes || bodyAt + bodyLength !== bytes.length) return undefined;
  const control = (flags & controlFlag) !== 0;
  const high = bytes.readUInt32BE(dialogAt + 32);
  if (high >= topBit !== control) return undefined;
  const rest = control ? high - topBit : high;
  if (rest > maxHigh) return undefined;
  const sequence = rest * twoTo32 + bytes.readUInt32BE(dialogAt + 36);
  const timeHigh = bytes.readUInt32BE(timeAt);
  if (sequence === 0 || timeHigh > maxHigh) return undefined;
  return { block, dskAt, dialogAt, bodyAt, control, sequence, time: timeHigh * twoTo32 + bytes.readUInt32BE(timeAt + 4) };
}

/** Writes a sequence or, with its top bit, a control counter. */
export function writeSequence(bytes: Buffer, at: number, sequence: number, control: boolean): void {
  bytes.writeUInt32BE(Math.floor(sequence / twoTo32) + (control ? topBit : 0), at);
  bytes.writeUInt32BE(sequence % twoTo32, at + 4);
}

/** Writes Unix milliseconds as a u64, most significant byte first. */
export function writeTime(bytes: Buffer, at: number, time: number): void {
  bytes.writeUInt32BE(Math.floor(time / twoTo32), at);
  bytes.writeUInt32BE(time % twoTo32, at + 4);
}

/** Place in the associated data: version u16 | time u64 | salt[16] | flags u16 | hdr1[32] | hdr2[32] | dialog header. */
export const aadBytes = 2 + 8 + 16 + 2 + 32 + 32 + dialogHeaderBytes;
export const aadTimeAt = 2;
export const aadSaltAt = 10;
export const aadFlagsAt = 26;
export const aadHdr1At = 28;
export const aadHdr2At = 60;
export const aadDialogAt = 92;
export const nonceBytes = 24;
