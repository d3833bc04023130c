import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import type { KekId, PeerId } from '../ids';
import { kekIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Writer } from '../wire/writer';
import type { KekHeader } from './kek-block';

const idBytes = 16;

/**
 * The id of a key exchange key that this device makes for a contact: HKDF(seed of its signing key, "kek-id", peer id[32] ‖ epoch u32 ‖ notBefore u64 ‖
 * notAfter u64 ‖ commitment to the key[16]), 16 bytes (protocol.md §5). To everybody else it is random. The device itself recognises a key that only
 * it can have made, also where it was set back to before it made it and knows nothing of it any more (A38, decision 103).
 */
export function ownKekId(
  crypto: Crypto,
  { instance }: Pick<LocalParty, 'instance'>,
  peerId: PeerId,
  { epoch, notBefore, notAfter }: Pick<KekHeader, 'epoch' | 'notBefore' | 'notAfter'>,
  check: Uint8Array,
): KekId {
  const made = new Writer(68).fixed(peerIdToBytes(peerId)).u32(epoch).u64(notBefore).u64(notAfter).fixed(check).finish();
  return kekIdFromBytes(crypto.hkdf(instance.signing.secret.bytes, 'kek-id', idBytes, made));
}
