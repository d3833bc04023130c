import type { Identity } from '../../shared/model/identity';
import type { LocalParty } from '../engine/certificates/local-party';
import { parseInstanceCredential } from '../engine/certificates/credential';
import { type InstanceList, type ListedInstance, parseInstanceList } from '../engine/certificates/instance-list';
import type { Crypto } from '../engine/crypto/crypto';
import type { InstanceId } from '../engine/ids';
import type { Clock, LocalRecord } from '../engine/ports';
import { id16ToBytes, instanceIdFromBytes } from '../engine/wire/ids';
import { Reader } from '../engine/wire/reader';
import { Writer } from '../engine/wire/writer';
import { currentKey, holdsKey } from './own-keys';
import type { Stores } from './ports';
import { upkeepNotes } from './ports/upkeep';

/** The identity key that this device held, or knew, before. */
export interface KeyBefore {
  readonly epoch: number;
  /** Its private half was here. */
  readonly held: boolean;
}

/**
 * Another own device has the identity key by now, and this one had not handed it over: its person imported a key file there, or somebody else did who has
 * one, or a backup (A73). Only they can tell which, so they are told. Not where a recovery is among what came: whoever has the code needs no device, and what
 * was told before is over with it. In the transaction that stores `next`.
 */
export function noteTaken({ crypto, clock, stores }: { readonly crypto: Crypto; readonly clock: Clock; readonly stores: Pick<Stores, 'upkeep'> }, before: KeyBefore, next: LocalRecord): void {
  // One that this device knew already says nothing of who has the key in use.
  if (next.identityKeys.some(({ epoch, recovery }) => epoch > before.epoch && recovery !== undefined)) return settleTaken(stores);
  if (!before.held || currentKey(next).privateKey !== undefined) return;
  note({ clock, stores }, upkeepNotes.keyTaken, certifierOf(crypto, next)?.instanceId);
}

/**
 * A contact knows a list on which another device stands in the place of this one, which holds the identity key: a backup of this profile, or a copy, was brought into use
 * there, by its person or by somebody else (A38, A73). Both hold the key from now on. In the transaction that stores `next`, in which this device is a new one.
 */
export function noteCopied({ crypto, clock, stores }: { readonly crypto: Crypto; readonly clock: Clock; readonly stores: Pick<Stores, 'upkeep'> }, next: LocalRecord): void {
  const taker = certifierOf(crypto, next)?.instanceId;
  if (taker !== parseInstanceCredential(crypto, next.instance.credential).instanceId) note({ clock, stores }, upkeepNotes.keyCopied, taker);
}

/**
 * Who holds the identity key signs every list. One that came from elsewhere and names a device nobody here let in was signed with a copy of the key, as a backup that is older than the
 * list of before does when it is brought into use (A73). In the transaction that stores it; `before`: the record as it was.
 */
export function noteAdded({ crypto, clock, stores }: { readonly crypto: Crypto; readonly clock: Clock; readonly stores: Pick<Stores, 'upkeep'> }, before: LocalRecord, list: InstanceList): void {
  if (currentKey(before).privateKey === undefined) return;
  const known = new Set(parseInstanceList(crypto, before.instanceList).instances.map(({ instanceId }) => instanceId));
  note({ clock, stores }, upkeepNotes.keyCopied, list.instances.find(({ instanceId, state }) => state === 'active' && !known.has(instanceId))?.instanceId);
}

function certifierOf(crypto: Crypto, { instanceList }: LocalRecord): ListedInstance | undefined {
  return parseInstanceList(crypto, instanceList).instances.find(({ roles, state }) => state !== 'retired' && roles.includes('certifier'));
}

type TakenNote = typeof upkeepNotes.keyTaken | typeof upkeepNotes.keyCopied;

function note({ clock, stores }: { readonly clock: Clock; readonly stores: Pick<Stores, 'upkeep'> }, kind: TakenNote, taker: InstanceId | undefined): void {
  if (taker === undefined) return;
  stores.upkeep.put(kind, new Writer(24).fixed(id16ToBytes(taker)).u64(Math.max(0, Math.trunc(clock.now()))).finish());
}

/** What was noted: of a key that was taken, while it is elsewhere; of one that is at two devices, while the other one counts. */
export function keyTaken(local: LocalParty, stores: Pick<Stores, 'upkeep'>): Pick<Identity, 'keyTaken'> {
  const holds = holdsKey(local);
  const bytes = stores.upkeep.get(holds ? upkeepNotes.keyCopied : upkeepNotes.keyTaken);
  if (bytes === undefined) return {};
  const reader = new Reader(bytes);
  const instanceId: InstanceId = instanceIdFromBytes(reader.fixed(16));
  const at = reader.u64();
  reader.end();
  if (holds && !local.list.instances.some((each) => each.instanceId === instanceId && each.state === 'active')) return {};
  return { keyTaken: { instanceId, at } };
}

/** The person says that they did it, hands the key over later, or took the identity back: nothing is to be told any more. */
export function settleTaken(stores: Pick<Stores, 'upkeep'>): void {
  stores.upkeep.remove(upkeepNotes.keyTaken);
  stores.upkeep.remove(upkeepNotes.keyCopied);
}
