import { beforeAll, describe, expect, test } from 'vitest';
import { issueSuspension } from '../../../../electron/engine/certificates/suspension';
import { OwnStanding, type OwnStandingParts } from '../../../../electron/services/devices/own-standing';
import { upkeepNotes } from '../../../../electron/services/ports/upkeep';
import { newDevices, type Party } from '../../../support/session-kit';

let desk: Party;
let laptop: Party;
beforeAll(async () => {
  [desk, laptop] = await newDevices('Ada');
});

/** By whom, of whom, when: said under the list before the one in force. */
function statement(by: Party, of: Party, time: number): Uint8Array {
  const { list, instance } = by.local;
  return issueSuspension(by.crypto, { suspended: of.local.instanceId, list: { ...list, version: list.version - 1 }, credential: instance.credential, signing: instance.signing, time }).bytes;
}

/** What the laptop says anew at its start, where this was said before the list that is in force now. */
function saidAgain(said: Uint8Array, changes: Partial<Record<'standing' | 'list', unknown>> = {}) {
  const local = Object.create(laptop.local, Object.fromEntries(Object.entries({ isCertifier: false, ...changes }).map(([name, value]) => [name, { value }]))) as typeof laptop.local;
  const again: { suspended: string; by: string; listVersion: number; time: number }[] = [];
  const happened: string[] = [];
  const parts = {
    profile: { local, stores: { upkeep: { get: () => undefined, put: (name: string) => happened.push(name) } }, commit: (work: () => void) => work() },
    suspensions: { of: () => [{ peerId: local.peerId, instanceId: desk.local.instanceId, listVersion: local.list.version - 1, statement: said }], lift: () => happened.push('lift'), add: (one: (typeof again)[number]) => again.push(one) },
    changes: { reopen: () => happened.push('reopen') },
    crypto: laptop.crypto,
    events: { emit: () => undefined },
  };
  new OwnStanding(parts as unknown as OwnStandingParts).start();
  expect(happened[0]).toBe('lift');
  // The exchange key that the stopped one may know is replaced with the start that follows.
  expect(happened.slice(1)).toEqual(again.length > 0 ? [upkeepNotes.distrust, 'reopen'] : []);
  return again.map(({ suspended, by, listVersion, time }) => ({ suspended, by, listVersion, time }));
}

describe('what a device said of another after the list in force was signed', () => {
  test('S4-32 A65: it says again under that list, of a device the list counts; what it said in the moment of the list or before is over', () => {
    const { list, instanceId } = laptop.local;
    const after = { suspended: desk.local.instanceId, by: instanceId, listVersion: list.version, time: list.issuedAt + 1 };
    expect(saidAgain(statement(laptop, desk, list.issuedAt + 1))).toEqual([after]);
    expect(saidAgain(statement(laptop, desk, list.issuedAt))).toEqual([]);
  });

  test('S4-32 A65: nobody says again what another device said', () => {
    expect(saidAgain(statement(desk, laptop, laptop.local.list.issuedAt + 1))).toEqual([]);
  });

  test('S4-32 A65: neither a device that counts no more, nor one that the list has under another credential, nor of one that the list has taken off already', () => {
    const { list, instanceId } = laptop.local;
    const said = statement(laptop, desk, list.issuedAt + 1);
    const listed = (of: string, change: object) => ({ ...list, instances: list.instances.map((entry) => (entry.instanceId === of ? { ...entry, ...change } : entry)) });
    expect(saidAgain(said, { standing: 'suspended' })).toEqual([]);
    expect(saidAgain(said, { list: listed(instanceId, { credentialHash: new Uint8Array(32) }) })).toEqual([]);
    for (const state of ['retired', 'suspended']) expect(saidAgain(said, { list: listed(desk.local.instanceId, { state }) })).toEqual([]);
    expect(saidAgain(said, { list: listed(desk.local.instanceId, {}) })).toHaveLength(1);
  });
});
