import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import type { VerifiedChain } from '../../../../electron/engine/certificates/chain';
import type { DialogId, InstanceId } from '../../../../electron/engine/ids';
import { encodeTopic } from '../../../../electron/services/devices/topics';
import { Writer } from '../../../../electron/engine/wire/writer';
import { Authors } from '../../../../electron/services/replication/authors';
import { DialogFacts, type DialogFactsParts } from '../../../../electron/services/replication/dialog-facts';
import { type SignedFact, signFact } from '../../../../electron/services/replication/signed-facts';
import { type Batch, encodeWords } from '../../../../electron/services/replication/words';
import { ManualClock } from '../../../support/manual-clock';
import { household, type Household } from '../../../support/own-devices';
import { type LogDevice, logDevices } from '../../../support/replica-kit';
import { newDevices } from '../../../support/session-kit';
import { type Resident, toldOf } from '../../../support/services-kit';
import { KeyshiftError } from '../../../../shared/errors';

describe('what one device says of what another one said', () => {
  let desk: LogDevice;
  let laptop: LogDevice;
  let shelf: LogDevice;

  beforeAll(async () => {
    [desk, laptop, shelf] = (await logDevices(3)) as [LogDevice, LogDevice, LogDevice];
  }, 30_000);
  afterAll(() => {
    for (const each of [desk, laptop, shelf]) each.close();
  });

  const everything = ({ db }: LogDevice): string => JSON.stringify(['replica_facts', 'replica_heard', 'replica_state', 'replica_authors', 'contacts'].map((table) => db.prepare(`SELECT * FROM ${table}`).all().map((row) => Object.values(row).map(String))));
  const take = ({ db, log }: LogDevice, batch: Batch) => db.transaction(() => log.take(batch));

  it('A75: every changed part of a fact, and every fact under another author’s key, is refused with all of its batch; the fact itself is taken from anybody', () => {
    for (const key of ['first', 'second', 'third']) desk.db.transaction(() => desk.log.say('unheard-of', key, new Uint8Array([1, 2, 3])));
    laptop.hear(desk, 10);
    const batch = laptop.log.batch(desk.own, 0) ?? expect.unreachable('it heard them');
    const [first, second, third] = batch.facts as [SignedFact, SignedFact, SignedFact];
    const own = laptop.log.batch(laptop.own, 0);
    expect(own).toBeUndefined();
    laptop.db.transaction(() => laptop.log.say('unheard-of', 'own', new Uint8Array([4])));
    const mine = laptop.log.batch(laptop.own, 0) ?? expect.unreachable('it said something');
    const before = everything(shelf);
    const flipped = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
    const lies: readonly Partial<SignedFact>[] = [
      { number: 4 }, { stamp: third.stamp + 1 }, { kind: 'unheard-off' }, { key: 'fourth' }, { value: new Uint8Array([1, 2]) }, { value: new Uint8Array([1, 2, 3, 0]) },
      { signature: flipped(third.signature) }, { signature: second.signature }, { signature: mine.facts[0]?.signature ?? expect.unreachable('signed') },
    ];
    for (const lie of lies) expect(() => take(shelf, { ...batch, upTo: 4, facts: [first, second, { ...third, ...lie }] }), JSON.stringify(Object.keys(lie))).toThrow('did not sign');
    expect(() => take(shelf, { ...batch, author: desk.own, signingKey: mine.signingKey })).toThrow('did not sign');
    // What goes on from something that did not come waits for that.
    expect(take(shelf, { ...batch, after: 2, facts: [third] })).toBe('later');
    expect(everything(shelf)).toBe(before);
    expect(take(shelf, batch)).toBe('taken');
    expect(shelf.stores.replica.heard().get(desk.own)).toBe(3);
    // As it was signed, and so it goes on.
    expect(shelf.log.batch(desk.own, 0)).toEqual(batch);
  });

  it('S4-30 A75: what waits is no worse for a disk that fails as it is offered again: nothing of it is thrown away, and it is used the next time', () => {
    let isFailing = true;
    const used: string[] = [];
    shelf.log.register({
      kind: 'odd',
      rank: 99,
      merges: true,
      all: () => [],
      apply: ({ key }) => {
        if (isFailing) throw new KeyshiftError('disk.failed', 'The disk failed.');
        return used.push(key) > 0;
      },
    });
    const waiting = { author: laptop.own, number: 950, stamp: 1, kind: 'odd', key: 'x', value: new Uint8Array(1), signature: undefined, waiting: true };
    shelf.db.transaction(() => shelf.stores.replica.put(waiting));
    const retry = () => shelf.db.transaction(() => shelf.log.retry(undefined, 100));
    expect(retry).toThrow('The disk failed.');
    isFailing = false;
    expect([retry().used, used, shelf.stores.replica.of('odd', 'x').map((fact) => fact.waiting)]).toEqual([1, ['x'], [false]]);
  });

  it('S4-32 A65: how far a stopped device was heard stays as it was said once, and is heeded under no list that is not known yet', async () => {
    const [{ local }] = await newDevices('Ada');
    let raised = 0;
    const under = (version: number) => new Authors({ local: { ...local, list: { ...local.list, version } }, store: shelf.stores.replica, say: () => undefined, onRaised: () => (raised += 1) }).kind();
    const said = (number: number, version: number) => ({ author: laptop.own, number: 900, stamp: 1, kind: 'stopped', key: desk.own, value: new Writer(12).u64(number).u32(version).finish() });
    expect([under(2).apply(said(7, 3)), raised]).toEqual([false, 0]);
    expect([under(2).apply(said(7, 2)), raised]).toEqual([true, 1]);
    shelf.db.transaction(() => shelf.stores.replica.put({ ...said(7, 2), waiting: false, signature: undefined }));
    for (const number of [6, 8]) expect(() => under(2).apply(said(number, 2))).toThrow('another number than before');
    expect([under(2).apply(said(7, 2)), raised]).toEqual([true, 2]);
    // Stopped once more under a later list, it may have been heard further.
    expect([under(3).apply(said(8, 3)), raised]).toEqual([true, 3]);
  });
});

test('S4-30: the chain without which no other own device opens what a contact’s device wrote is said again where the disk undid that it was said, and looked up no longer once it stands', async () => {
  const [{ local, crypto }] = await newDevices('Ada');
  const log = new Map<string, Uint8Array>();
  let [said, looked] = [[] as string[], 0];
  const replica = {
    isOn: true,
    register: () => undefined,
    say: (kind: string, key: string, value: Uint8Array) => void (said.push(kind), log.set(`${kind} ${key}`, value)),
    find: (kind: string, key: string) => ((looked += 1), log.get(`${kind} ${key}`)),
  };
  const facts = new DialogFacts({ crypto, clock: new ManualClock(), logger: {}, replica } as unknown as DialogFactsParts); // what saying asks of it
  const source = local.chain as VerifiedChain; // its own, as a contact would have verified it
  const message = { peerId: local.peerId, dialogId: 'd'.repeat(32) as DialogId, instanceId: local.instanceId, place: 1, bytes: new Uint8Array(1), source };
  facts.accepted(message);
  log.clear();
  facts.accepted(message);
  expect(said.splice(0)).toEqual(['chain', 'envelope', 'chain', 'envelope']);
  for (let n = 0; n < 5; n += 1) facts.accepted(message);
  expect([said.splice(0), looked]).toEqual([Array(5).fill('envelope'), 3]);
  replica.isOn = false;
  facts.accepted(message);
  expect([said, looked]).toEqual([[], 3]);
});

describe('a device that was stopped', () => {
  let home: Household;
  beforeEach(async () => {
    home = await household();
    await home.together();
    await home.world.until('all told', () => home.own.every((each) => home.own.every((other) => other === each || (each.profile.devices.replica.isReady && each.profile.devices.replica.behind(idOf(other)) === 0))));
  });
  afterEach(() => home.world.close());

  const idOf = ({ profile }: Resident): InstanceId => profile.local.instanceId;
  const heard = (at: Resident, of: InstanceId): number => at.profile.stores.replica.heard().get(of) ?? 0;
  const isBlocked = (at: Resident): boolean => at.profile.stores.contacts.byPeer(home.bo.profile.local.peerId)?.blocked === true;

  it('S4-30: what was done for a fact before it turned out to be of no use is undone, and told to nobody', async () => {
    const { world, desk, laptop, shelf, bo } = home;
    expect(await laptop.say(bo, 'hello')).toBe(true);
    const [{ peerId, dialogId } = expect.unreachable('a conversation')] = laptop.profile.stores.conversations.list();
    const { history, stores, devices: { replica } } = laptop.profile;
    replica.register({
      kind: 'odd',
      rank: 99,
      merges: true,
      all: () => [],
      apply: () => {
        history.renewed({ peerId, dialogId, from: 1, at: 0 });
        throw new Error('odd');
      },
    });
    laptop.profile.commit(() => stores.replica.put({ author: idOf(shelf), number: 900_000, stamp: 1, kind: 'odd', key: 'x', value: new Uint8Array(1), signature: new Uint8Array(64), waiting: true }));
    expect(await desk.say(bo, 'from the desk')).toBe(true);
    await world.until('it was offered again', () => laptop.logged.some(([event]) => event === 'replica.spoilt'));
    expect(toldOf(laptop, 'key.shifted').filter(({ reason }) => reason === 'devices')).toEqual([]);
  });

  it('S4-26 A65 A75: what it said before is passed on and believed, what its keys say afterwards is nothing, whoever brings it', async () => {
    const { world, desk, laptop, shelf, bo, leave, comeBack, together } = home;
    leave(laptop);
    await together([desk, shelf]);
    const contactId = shelf.profile.stores.contacts.byPeer(bo.profile.local.peerId)?.contactId ?? '';
    shelf.contacts.block({ contactId });
    await world.until('the block at the desk', () => isBlocked(desk));
    await world.until('all of it', () => heard(desk, idOf(shelf)) === heard(shelf, idOf(shelf)));
    const said = heard(desk, idOf(shelf));
    expect(heard(laptop, idOf(shelf))).toBeLessThan(said);
    leave(shelf);
    await desk.devices.remove({ instanceId: idOf(shelf) });
    comeBack(laptop);
    await together([desk, laptop]);
    await world.until('the block at the laptop', () => isBlocked(laptop));
    await world.until('what the removed one said', () => heard(laptop, idOf(shelf)) === said);
    // Who holds its keys goes on in its name, by way of a device that counts.
    const before = laptop.profile.stores.replica.after(idOf(shelf), 0, 10_000).length;
    const { peerId, instance: { signing } } = shelf.profile.local;
    const fact = signFact(shelf.crypto, peerId, signing, { author: idOf(shelf), number: said + 1, stamp: 2 ** 52, kind: 'unheard-of', key: 'later', value: new Uint8Array(1) });
    const words = encodeWords({ type: 'facts', author: idOf(shelf), signingKey: signing.publicKey, after: said, upTo: said + 1, facts: [fact] });
    desk.profile.devices.siblings.session(idOf(laptop))?.send([{ kind: 'sibling', bytes: encodeTopic('replica', words) }]);
    await world.pass(1_000);
    expect(heard(laptop, idOf(shelf))).toBe(said);
    expect(laptop.profile.stores.replica.after(idOf(shelf), 0, 10_000).length).toBe(before);
    expect(laptop.profile.devices.siblings.session(idOf(desk))).toBeDefined();
  });

  it('S4-31: a log from before facts were signed is said anew, signed, and nothing of it is lost', async () => {
    const { world, desk, laptop, shelf, bo, own, leave, comeBack, together } = home;
    const contactId = shelf.profile.stores.contacts.byPeer(bo.profile.local.peerId)?.contactId ?? '';
    shelf.contacts.block({ contactId });
    await world.until('the block everywhere', () => own.every(isBlocked));
    for (const each of own) leave(each);
    for (const { db } of own) {
      db.exec('UPDATE replica_facts SET signature = NULL');
      db.exec('DELETE FROM replica_authors');
    }
    for (const each of own) each.profile.leave();
    const unsigned = (at: Resident): number => Number(at.db.prepare('SELECT count(*) AS n FROM replica_facts WHERE signature IS NULL AND author <> ?').get([idOf(at)])?.['n']);
    for (const each of [desk, laptop]) comeBack(each);
    await together([desk, laptop]);
    await world.until('both in step', () => desk.profile.devices.replica.behind(idOf(laptop)) === 0 && laptop.profile.devices.replica.behind(idOf(desk)) === 0);
    expect([desk, laptop].map(isBlocked)).toEqual([true, true]);
    comeBack(shelf);
    await together();
    await world.until('everything signed', () => own.every((each) => unsigned(each) === 0));
    expect(own.map(isBlocked)).toEqual([true, true, true]);
    desk.contacts.block({ contactId: desk.profile.stores.contacts.byPeer(bo.profile.local.peerId)?.contactId ?? '', blocked: false });
    await world.until('the lift everywhere', () => own.every((each) => !isBlocked(each)));
  });
});
