import type { DevicePlaces, PeerRecord } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';

/** What two own devices know of one person under one pin. `newerList`: the told one counts. Nothing is left out yet. */
export function joinedRecords(before: PeerRecord, told: PeerRecord, newerList: boolean): PeerRecord {
  const list = newerList ? told : before;
  return {
    ...before,
    // Of one key there may be several certificates; the one that came first commits.
    instanceList: list.instanceList,
    listVersion: list.listVersion,
    instances: both(before.instances, told.instances, newerList),
    exchanges: both(before.exchanges, told.exchanges, newerList),
    places: newest([...before.places, ...told.places]),
    updatedAt: told.updatedAt,
  };
}

function both(before: readonly Uint8Array[], told: readonly Uint8Array[], toldFirst: boolean): readonly Uint8Array[] {
  const all = toldFirst ? [...told, ...before] : [...before, ...told];
  return [...new Map(all.map((bytes) => [toHex(bytes), bytes])).values()];
}

/** Of each device what its newest card said; newest first. */
function newest(all: readonly DevicePlaces[]): readonly DevicePlaces[] {
  const kept = new Map<string, DevicePlaces>();
  for (const each of all) {
    const known = kept.get(each.instanceId ?? '');
    if (known === undefined || each.time > known.time) kept.set(each.instanceId ?? '', each);
  }
  return [...kept.values()].sort((a, b) => b.time - a.time);
}
