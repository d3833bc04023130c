import { parseInstanceList } from '../../engine/certificates/instance-list';
import type { Crypto } from '../../engine/crypto/crypto';
import { toHex } from '../../engine/wire/encoding';
import type { Stores } from '../ports';
import { upkeepNotes } from '../ports/upkeep';

/**
 * Notes that the keys of all conversations are to be replaced where a device counted by the list of before and does not by the one that takes its
 * place, whoever brought that one (protocol.md §10.2). In the caller's transaction.
 */
export function noteGone(crypto: Crypto, { upkeep }: Pick<Stores, 'upkeep'>, before: Uint8Array, after: Uint8Array): void {
  if (toHex(before) === toHex(after)) return;
  const active = (list: Uint8Array): string[] => parseInstanceList(crypto, list).instances.flatMap(({ state, instanceId }) => (state === 'active' ? [instanceId] : []));
  const counts = new Set(active(after));
  if (active(before).some((instanceId) => !counts.has(instanceId))) upkeep.put(upkeepNotes.distrust, new Uint8Array(0));
}
