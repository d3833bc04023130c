import type { PeerId } from '../ids';
import { peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import type { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import type { Writer } from '../wire/writer';
import type { IdentityCertificate } from './identity-certificate';

/** First byte of every signed body, after the label: what kind of statement it is (protocol.md §2). */
export const bodyKinds = { instance: 1, exchange: 2, list: 3, consent: 4, suspension: 5 } as const;
type BodyKind = (typeof bodyKinds)[keyof typeof bodyKinds];

/** Whose identity key stands behind a statement, and which: kind u8 ‖ peer id[32] ‖ identity SPKI hash[32] ‖ identity epoch u32. */
export interface Binding {
  readonly peerId: PeerId;
  readonly identitySpkiHash: Uint8Array;
  readonly identityEpoch: number;
}

/** The binding to this identity key. */
export function bindingTo(identity: IdentityCertificate): Binding {
  return { peerId: identity.peerId, identitySpkiHash: identity.spkiHash, identityEpoch: identity.epoch };
}

/** Writes the 69 bytes a signed body begins with. */
export function writeBinding(writer: Writer, kind: BodyKind, binding: Binding): Writer {
  return writer.u8(kind).fixed(peerIdToBytes(binding.peerId)).fixed(binding.identitySpkiHash).u32(binding.identityEpoch);
}

/** Throws `WireError`, also for another kind of statement. */
export function readBinding(reader: Reader, kind: BodyKind): Binding {
  if (reader.u8() !== kind) throw new WireError('another kind of statement');
  return { peerId: peerIdFromBytes(reader.fixed(32)), identitySpkiHash: reader.fixed(32), identityEpoch: reader.u32() };
}

/** True when the statement names exactly this identity key. */
export function isBoundTo(binding: Binding, identity: IdentityCertificate): boolean {
  return (
    binding.peerId === identity.peerId &&
    binding.identityEpoch === identity.epoch &&
    Buffer.compare(binding.identitySpkiHash, identity.spkiHash) === 0
  );
}
