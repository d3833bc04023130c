import type { LocalParty } from '../../engine/certificates/local-party';
import type { InstanceId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';
import { id16ToBytes, instanceIdFromBytes } from '../../engine/wire/ids';
import { Reader } from '../../engine/wire/reader';
import { Writer } from '../../engine/wire/writer';
import type { Stores } from '../ports';
import { upkeepNotes } from '../ports/upkeep';

/** Of more the oldest is given up: it was refused, or nobody will ever sign for it. */
const most = 16;
const entryBytes = 32;

type Kept = Pick<Stores, 'upkeep'>;

/** `by`: a copy of this device, restored later, asked for none of them. */
interface AskedFor {
  readonly by: InstanceId;
  readonly instanceId: InstanceId;
}

/**
 * Devices for which this one asked the device with the identity key, written down before it asks: whoever ends in between never hears that it signed,
 * and a device that nobody is would stay on the list. In the caller's transaction, as all here.
 */
export function noteAskedFor(stores: Kept, by: InstanceId, instanceId: InstanceId): void {
  put(stores, [...read(stores).filter((each) => each.instanceId !== instanceId), { by, instanceId }].slice(-most));
}

/** It was not signed for, or is noted as one that has yet to show itself. */
export function forgetAskedFor(stores: Kept, instanceId: InstanceId): void {
  const asked = read(stores);
  const left = asked.filter((each) => each.instanceId !== instanceId);
  if (left.length < asked.length) put(stores, left);
}

/** At the beginning: what stands on the list by now, and has got nothing from here, has yet to show itself. */
export function awaitAskedFor({ stores, local, clock }: { readonly stores: Pick<Stores, 'upkeep' | 'devices'>; readonly local: LocalParty; readonly clock: Clock }): void {
  for (const { by, instanceId } of read(stores)) {
    const listed = local.list.instances.find((each) => each.instanceId === instanceId);
    const row = stores.devices.find(instanceId);
    const credential = row?.credential ?? local.siblings.find((each) => each.instanceId === instanceId)?.bytes;
    if (by === local.instanceId && (listed === undefined || (listed.state === 'active' && credential === undefined))) continue;
    forgetAskedFor(stores, instanceId);
    if (by !== local.instanceId || listed?.state !== 'active' || credential === undefined || row?.lastSeenAt !== undefined) continue;
    stores.devices.put({ cardTime: 0, addresses: [], addedAt: clock.now(), ...row, instanceId, credential, awaited: true });
  }
}

function read({ upkeep }: Kept): AskedFor[] {
  const bytes = upkeep.get(upkeepNotes.askedFor) ?? new Uint8Array(0);
  const reader = new Reader(bytes);
  return Array.from({ length: Math.floor(bytes.length / entryBytes) }, () => ({ by: instanceIdFromBytes(reader.fixed(16)), instanceId: instanceIdFromBytes(reader.fixed(16)) }));
}

function put({ upkeep }: Kept, asked: readonly AskedFor[]): void {
  if (asked.length === 0) return upkeep.remove(upkeepNotes.askedFor);
  const writer = new Writer(asked.length * entryBytes);
  for (const { by, instanceId } of asked) writer.fixed(id16ToBytes(by)).fixed(id16ToBytes(instanceId));
  upkeep.put(upkeepNotes.askedFor, writer.finish());
}
