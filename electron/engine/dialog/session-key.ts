import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { DialogId, DskId, InstanceId, KekId, PeerId } from '../ids';
import { dskIdFromBytes, id16ToBytes, peerIdToBytes } from '../wire/ids';
import { WireError } from '../wire/wire-error';
import { concat, Writer } from '../wire/writer';
import { dskKinds, wrappedDskBytes } from './message-layout';

/** What a DSK header says in clear (seed 000, figure 2, 240). */
export interface DskHeader {
  readonly dskId: DskId;
  readonly epoch: number;
  readonly firstSequence: number;
  readonly compromise: boolean;
  /** It takes over sequences of earlier keys, without distrust of them. */
  readonly again?: boolean;
}

/** What a wrapped session key is bound to: direction, dialog, device and the key exchange key (A27, A28). */
export interface DskContext {
  readonly sender: PeerId;
  readonly recipient: PeerId;
  readonly dialogId: DialogId;
  readonly senderInstance: InstanceId;
  readonly kekId: KekId;
}

export const dskBytes = 32;

/** dskId[16] | dskEpoch u32 | firstSequence u64 | kind u8 | wrappedDsk LP. */
export function encodeDskHeader(header: DskHeader, wrapped: Uint8Array): Uint8Array {
  return new Writer()
    .fixed(id16ToBytes(header.dskId))
    .u32(header.epoch)
    .u64(header.firstSequence)
    .u8(kindOf(header))
    .lp(wrapped)
    .finish();
}

/** Undefined when epoch, first sequence or kind are out of range. */
export function parseDskHeader(bytes: Buffer, at: number): DskHeader | undefined {
  const epoch = bytes.readUInt32BE(at + 16);
  const first = bytes.readBigUInt64BE(at + 20);
  const kind = bytes[at + 28];
  if (epoch === 0 || first === 0n || first > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  if (kind !== dskKinds.routine && kind !== dskKinds.compromise && kind !== dskKinds.again) return undefined;
  return {
    dskId: dskIdFromBytes(bytes.subarray(at, at + 16)),
    epoch,
    firstSequence: Number(first),
    compromise: kind === dskKinds.compromise,
    ...(kind === dskKinds.again ? { again: true } : {}),
  };
}

/** `nonce[24] ‖ DSK sealed under the KEK[48]`, with a random nonce. */
export function wrapDsk(crypto: Crypto, kek: Secret<'kek'>, context: DskContext, header: DskHeader, dsk: Secret<'dsk-send'>): Uint8Array {
  crypto.meter.count('dskWrap');
  const nonce = crypto.random(24);
  return concat(nonce, crypto.seal('dsk', kek, nonce, dskAad(context, header), dsk.bytes));
}

/** Undefined when it was not wrapped under this KEK for exactly this stream and header. */
export function unwrapDsk(
  crypto: Crypto,
  kek: Secret<'kek'>,
  context: DskContext,
  header: DskHeader,
  wrapped: Uint8Array,
): Secret<'dsk-receive'> | undefined {
  if (wrapped.length !== wrappedDskBytes) return undefined;
  crypto.meter.count('dskUnwrap');
  const opened = crypto.open('dsk', kek, wrapped.subarray(0, 24), dskAad(context, header), wrapped.subarray(24));
  return opened?.length === dskBytes ? crypto.secret('dsk-receive', opened) : undefined;
}

function kindOf({ compromise, again }: DskHeader): number {
  if (compromise) return dskKinds.compromise;
  return again === true ? dskKinds.again : dskKinds.routine;
}

/** Where associated data is written, for one call that is over before the next: none of it is secret, and fresh memory takes longer than all of it. */
const aadRoom = Buffer.allocUnsafeSlow(32 + 32 + 16 + 16 + 16 + 4 + 8 + 1 + 16);

/** Sender peer id ‖ recipient peer id ‖ dialogId ‖ senderInstance ‖ dskId ‖ dskEpoch ‖ firstSequence ‖ kind ‖ kekId: all of fixed length. */
function dskAad(context: DskContext, header: DskHeader): Uint8Array {
  for (const [at, id] of [context.sender, context.recipient].entries()) {
    const bytes = peerIdToBytes(id);
    // Nothing of the one before may be left in between.
    if (bytes.length !== 32) throw new WireError('a peer id has 32 bytes');
    aadRoom.set(bytes, 32 * at);
  }
  aadRoom.set(id16ToBytes(context.dialogId), 64);
  aadRoom.set(id16ToBytes(context.senderInstance), 80);
  aadRoom.set(id16ToBytes(header.dskId), 96);
  aadRoom.writeUInt32BE(header.epoch, 112);
  aadRoom.writeUInt32BE(Math.floor(header.firstSequence / 0x1_0000_0000), 116);
  aadRoom.writeUInt32BE(header.firstSequence % 0x1_0000_0000, 120);
  aadRoom.writeUInt8(kindOf(header), 124);
  aadRoom.set(id16ToBytes(context.kekId), 125);
  return aadRoom;
}
