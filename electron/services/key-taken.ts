import type { Identity } from '../../shared/model/identity';
import type { LocalParty } from '../engine/certificates/local-party';
import { parseInstanceList } from '../engine/certificates/instance-list';
import type { Crypto } from '../engine/crypto/crypto';
import type { InstanceId } from '../engine/ids';
import type { Clock, LocalRecord } from '../engine/ports';
import { id16ToBytes, instanceIdFromBytes } from '../engine/wire/ids';
import { Reader } from '../engine/wire/reader';
import { Writer } from '../engine/wire/writer';
import { currentKey, holdsKey } from './own-keys';
import type { Stores } from './ports';
import { upkeepNotes } from './ports/upkeep';

/**
 * Another own device has the identity key by now, and this one had not handed it over: its person imported a key file there, or somebody else did who has
 * one, or a backup (A73). Only they can tell which, so they are told. Not after a recovery: whoever has the code needs no device. `held`: the private half
 * was here. In the transaction that stores `next`.
 */
export function noteTaken({ crypto, clock, stores }: { readonly crypto: Crypto; readonly clock: Clock; readonly stores: Pick<Stores, 'upkeep'> }, held: boolean, next: LocalRecord): void {
  const key = currentKey(next);
  if (!held || key.privateKey !== undefined || key.recovery !== undefined) return;
  const taker = parseInstanceList(crypto, next.instanceList).instances.find(({ roles, state }) => state !== 'retired' && roles.includes('certifier'));
  if (taker === undefined) return;
  stores.upkeep.put(upkeepNotes.keyTaken, new Writer(24).fixed(id16ToBytes(taker.instanceId)).u64(Math.max(0, Math.trunc(clock.now()))).finish());
}

/** What was noted, while the key is elsewhere. */
export function keyTaken(local: LocalParty, stores: Pick<Stores, 'upkeep'>): Pick<Identity, 'keyTaken'> {
  const bytes = stores.upkeep.get(upkeepNotes.keyTaken);
  if (bytes === undefined || holdsKey(local)) return {};
  const reader = new Reader(bytes);
  const instanceId: InstanceId = instanceIdFromBytes(reader.fixed(16));
  const at = reader.u64();
  reader.end();
  return { keyTaken: { instanceId, at } };
}

/** The person says that they did it, or hands the key over later: nothing is to be told any more. */
export function settleTaken(stores: Pick<Stores, 'upkeep'>): void {
  stores.upkeep.remove(upkeepNotes.keyTaken);
}
