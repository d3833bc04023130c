import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { DialogId, InstanceId, PeerId } from '../ids';
import { id16ToBytes, peerIdToBytes } from '../wire/ids';
import { Writer } from '../wire/writer';

/**
 * Start of a stream's running digest (protocol.md §7): `d_0 = H(LP("keyshift/2 digest") ‖ pair ‖ dialogId ‖
 * senderInstance)`, pair = both peer ids, the lower bytes
 * first. 32 bytes.
 */
export function firstDigest(crypto: Crypto, people: readonly [PeerId, PeerId], dialogId: DialogId, senderInstance: InstanceId): Uint8Array {
  // By their bytes: the order of the base32 text is another one.
  const [lower, higher] = people.map(peerIdToBytes).sort(Buffer.compare);
  if (!lower || !higher) throw new Error('a dialog has two people');
  return crypto.sha256(
    new Writer()
      .fixed(label('digest'))
      .fixed(lower)
      .fixed(higher)
      .fixed(id16ToBytes(dialogId))
      .fixed(id16ToBytes(senderInstance))
      .finish(),
  );
}

/**
 * `d_n = H(LP("keyshift/2 digest") ‖ d_{n-1} ‖ sequence u64 ‖ H(c ‖ content))`: c is random and erased with the
 * content, so that what is kept never helps to guess a deleted text.
 */
export function nextDigest(crypto: Crypto, previous: Uint8Array, sequence: number, content: Uint8Array): Uint8Array {
  const head = new Writer(96).fixed(label('digest')).fixed(previous).u64(sequence).finish();
  return crypto.sha256(head, crypto.sha256(content));
}

/**
 * A place that is lost for both people: `d_n = H(LP("keyshift/2 gap") ‖ d_{n-1} ‖ n u64)`. It depends on nothing but
 * the place, so both sides bind the same gap, however its range was told.
 */
export function gapDigest(crypto: Crypto, previous: Uint8Array, sequence: number): Uint8Array {
  return crypto.sha256(new Writer(96).fixed(label('gap')).fixed(previous).u64(sequence).finish());
}
