import { issueInstanceList } from '../../electron/engine/certificates/instance-list';
import { createLocalRecord, openLocalParty } from '../../electron/engine/certificates/local-party';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { DialogId } from '../../electron/engine/ids';
import { TestClock } from './dialog-kit';
import type { Person } from './dialog-person';
import { SharedDevice } from './shared-device';
import { personOf, withSecondDevice } from './two-devices';

/** When they all begin. */
export const start = Date.UTC(2026, 0, 1);

/** Alice's two devices, Bob's two, Alice's second as it is once a list calls her first suspended, and somebody else. */
export type People = Readonly<Record<'a1' | 'a2' | 'b1' | 'b2' | 'suspending' | 'carol', Person>>;

export async function twoDevicesEach(crypto: Crypto): Promise<People> {
  const alice = await createLocalRecord(crypto, { name: 'Alice', deviceName: 'first', now: start });
  const [a1, a2] = await withSecondDevice(crypto, alice, start);
  const [b1, b2] = await withSecondDevice(crypto, await createLocalRecord(crypto, { name: 'Bob', deviceName: 'first', now: start }), start);
  const party = openLocalParty(crypto, a1);
  const instances = party.list.instances.map((each) => (each.instanceId === party.instanceId ? { ...each, state: 'suspended' as const } : each));
  const list = await issueInstanceList(crypto, { identity: party.identity, identityKey: party.certifierKey(), version: 3, issuedAt: start, instances });
  const carol = await createLocalRecord(crypto, { name: 'Carol', deviceName: 'hers', now: start });
  const records = { a1, a2, b1, b2, suspending: { ...a2, instanceList: list.bytes }, carol };
  const of = (name: keyof typeof records): Person => personOf(crypto, records[name], start);
  return { a1: of('a1'), a2: of('a2'), b1: of('b1'), b2: of('b2'), suspending: of('suspending'), carol: of('carol') };
}

export interface DevicesWorld {
  readonly clock: TestClock;
  readonly a1: SharedDevice;
  readonly a2: SharedDevice;
  readonly b1: SharedDevice;
  readonly b2: SharedDevice;
  readonly dialogId: DialogId;
}

/** Everybody knows everybody, and a dialog that the first devices opened. */
export function worldOf(crypto: Crypto, people: People): DevicesWorld {
  const clock = new TestClock();
  const make = (person: Person): SharedDevice => new SharedDevice(crypto, person, clock);
  const [a1, a2, b1, b2] = [make(people.a1), make(people.a2), make(people.b1), make(people.b2)];
  for (const a of [a1, a2]) for (const b of [b1, b2]) b.knows(a.knows(b));
  const dialogId = a1.engine.open(b1.peerId, { title: 'hers' });
  const world = { clock, a1, a2, b1, b2, dialogId };
  carry(a1, b1);
  carry(b1, a1);
  settleOwn(world);
  return world;
}

export function settleOwn({ a1, a2, b1, b2 }: DevicesWorld): void {
  a1.sync(a2);
  b1.sync(b2);
}

/** All that one has for a device of the other person. */
export function carry(from: SharedDevice, to: SharedDevice): readonly string[] {
  from.engine.sealWaiting(to.peerId);
  const bytes = [...from.pending(to), ...from.engine.acknowledgements(to.peerId, to.person.chain).map((each) => each.bytes)];
  const outcomes = to.receive(from, ...bytes).map((outcome) => ('reason' in outcome ? outcome.reason : outcome.kind));
  to.look();
  return outcomes;
}

export function exchange(a: SharedDevice, b: SharedDevice): void {
  carry(a, b);
  carry(b, a);
}

export function carryAll({ a1, a2, b1, b2 }: DevicesWorld): void {
  for (let round = 0; round < 4; round += 1) for (const a of [a1, a2]) for (const b of [b1, b2]) exchange(a, b);
}

export function epochOf(device: SharedDevice): number {
  return Number(device.db.prepare('SELECT max(epoch) AS epoch FROM sending_streams WHERE instance_id = ?').get([device.instanceId])?.['epoch'] ?? 0);
}

export function streamOf(of: SharedDevice, at: SharedDevice): { cumulative: number; digest: string } {
  const row = at.db.prepare('SELECT cumulative, digest FROM receiving_streams WHERE instance_id = ?').get([of.instanceId]);
  return { cumulative: Number(row?.['cumulative'] ?? 0), digest: Buffer.from((row?.['digest'] as Uint8Array | undefined) ?? []).toString('hex') };
}

/** Bob said one thing that both of Alice's devices have. */
export function preparedWorld(crypto: Crypto, people: People): DevicesWorld {
  const world = worldOf(crypto, people);
  world.b1.say(world.a1, world.dialogId, 'old');
  carry(world.b1, world.a1);
  carry(world.a1, world.b1);
  settleOwn(world);
  return world;
}
