import { verifyChain } from '../../electron/engine/certificates/chain';
import { createLocalRecord, openLocalParty } from '../../electron/engine/certificates/local-party';
import { retireLocalRecord } from '../../electron/engine/certificates/retirement';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { encodeStanding, parseStanding } from '../../electron/engine/dialog/standing';
import type { LocalRecord } from '../../electron/engine/ports';
import { Device, settle, TestClock } from './dialog-kit';
import type { Person } from './dialog-person';

const now = Date.UTC(2026, 0, 1);

/** A person whose record is at hand, so that a device of theirs can become another one. */
export interface RecordedPerson extends Person {
  readonly record: LocalRecord;
}

export async function recordedPerson(crypto: Crypto, name: string): Promise<RecordedPerson> {
  return personOf(crypto, await createLocalRecord(crypto, { name, deviceName: `${name}'s desk`, now }));
}

export function personOf(crypto: Crypto, record: LocalRecord): RecordedPerson {
  const local = openLocalParty(crypto, record);
  const chain = verifyChain(crypto, local.chain, { now });
  return { record, local, chain, remote: () => ({ peerId: local.peerId, identity: chain.identity, exchange: chain.exchange }) };
}

/** The same device in another place: every row that stands in the database now. */
export function copyDevice(crypto: Crypto, device: Device, clock?: TestClock): Device {
  const copy = new Device(crypto, device.person, { limits: device.limits, ...(clock && { clock }) });
  const tables = device.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%'").all().map((row) => String(row['name']));
  for (const table of tables) {
    copy.db.exec(`DELETE FROM ${table}`);
    for (const row of device.db.prepare(`SELECT * FROM ${table}`).all()) {
      const columns = Object.keys(row);
      copy.db.prepare(`INSERT OR REPLACE INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`).run(Object.values(row));
    }
  }
  for (const [peerId, peer] of device.peers) copy.peers.set(peerId, peer);
  copy.restart();
  return copy;
}

/** Both say where they stand, as at the beginning of a session; gives how that ended for each. */
export function meet(a: Device, b: Device): readonly [string, string] {
  return [hear(a, b), hear(b, a)];
}

/** `a` hears what `b` says first. */
export function hear(a: Device, b: Device): string {
  let outcome = '';
  for (const part of b.engine.standing(a.peerId, a.person.local.instanceId)) {
    const standing = parseStanding(encodeStanding(part));
    if (!standing) throw new Error('a standing that cannot be read');
    outcome = a.engine.meet(b.person.chain, standing);
  }
  return outcome;
}

/** The device becomes a new one over the same database, and the others learn its new credentials. */
export async function becomeNew(crypto: Crypto, device: Device, record: LocalRecord, others: readonly Device[]): Promise<{ device: Device; record: LocalRecord }> {
  const { record: next, retired } = await retireLocalRecord(crypto, record, now);
  const person = personOf(crypto, next);
  device.engine.wipe();
  const fresh = new Device(crypto, person, { limits: device.limits, clock: device.clock, db: device.db });
  for (const [peerId, peer] of device.peers) fresh.peers.set(peerId, peer);
  fresh.wrapStore = device.wrapStore;
  fresh.restart();
  fresh.engine.succeed(retired);
  for (const other of others) {
    other.knows(fresh);
    other.engine.forgetDevices(fresh.peerId, [retired]);
  }
  return { device: fresh, record: next };
}

/** A session: both say where they stand, then everything crosses. */
export function session(a: Device, b: Device): void {
  meet(a, b);
  settle(a, b);
}

export interface RecordedPair {
  readonly clock: TestClock;
  readonly alice: Device;
  readonly bob: Device;
  readonly dialogId: ReturnType<Device['engine']['open']>;
}

/** A device of each, which know each other, with a conversation that the first one opened, and connected. */
export function recordedPair(crypto: Crypto, ann: RecordedPerson, bo: RecordedPerson): RecordedPair {
  const clock = new TestClock();
  const alice = new Device(crypto, ann, { clock });
  const bob = new Device(crypto, bo, { clock });
  alice.knows(bob);
  bob.knows(alice);
  const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
  session(alice, bob);
  return { clock, alice, bob, dialogId };
}
