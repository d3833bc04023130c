import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeRelayWord, parseRelayWord, type RelayWord } from '../../../../electron/services/ways/relay-words';
import { idOf } from '../../../../electron/services/ways/relay';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

let world: World;
let ann: Resident;
let server: Resident;
let bo: Resident;
let ofBo: string;

beforeEach(async () => {
  world = createWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInviter: ofBo } = await acquaint(world, ann, bo));
  server = await world.link(ann, 'Ann’s server');
  await world.until('the devices know Bo', () => server.profile.stores.contacts.byPeer(bo.profile.local.peerId)?.relation === 'mutual');
  await world.until('all met', () => [ann, server].every(({ profile }) => profile.connections.session(bo.profile.local.peerId) !== undefined));
});
afterEach(() => world.close());

const cut = (resident: Resident): void => {
  resident.onLink = (link) => link.destroy();
  resident.mute = true;
  for (const session of resident.profile.connections.sessions()) session.close();
};
const mend = (resident: Resident): void => {
  resident.onLink = undefined;
  resident.mute = false;
};
const carried = (): number => Number(server.db.prepare('SELECT count(*) AS n FROM relayed').get()?.['n']);
const textsAt = (resident: Resident): string[] => toldOf(resident, 'message.received').map(({ message }) => message.text);

/** Ann's laptop reaches only her server, whom Bo will reach later, when the laptop is off. */
async function annWritesAlone(...texts: string[]): Promise<string> {
  const { conversationId } = await ann.conversations.open({ contactId: ofBo });
  await world.until('the title arrived', () => ann.profile.engine.pending(bo.profile.local.peerId, { limit: 1 }).length === 0);
  cut(bo);
  await world.until('Bo is away', () => ann.profile.connections.sessions().length === 0 && server.profile.connections.sessions().length === 0);
  for (const text of texts) await ann.messages.send({ conversationId, text });
  await world.until('the server carries them', () => carried() >= texts.length);
  return conversationId;
}

describe('an own device that is always on carries for the others', () => {
  test('S4-30: what one device wrote is brought by another when that one is off, and the word that it arrived comes back', async () => {
    const conversationId = await annWritesAlone('one', 'two');
    await world.until('Ann knows', () => toldOf(ann, 'message.state').some(({ way }) => way === 'device'));
    expect((await ann.messages.list({ conversationId })).map(({ state, way, waitingFor }) => [state, way, waitingFor])).toEqual([
      ['sent', 'device', 'pickup'],
      ['sent', 'device', 'pickup'],
    ]);
    ann.profile.leave();
    mend(bo);
    await world.until('Bo has both', () => textsAt(bo).length === 2);
    expect(textsAt(bo)).toEqual(['one', 'two']);
    await world.until('the server has the word for the laptop', () => server.profile.stores.ways.relayedBack(ann.profile.local.instanceId).length > 0);
    cut(bo); // the laptop hears it from nobody but the server
    ann.reopen();
    await world.until('Ann knows that they arrived', () => toldOf(ann, 'message.state').filter(({ state }) => state === 'delivered').length === 2);
    await world.until('the server forgets what arrived', () => carried() === 0);
  });

  test('S4-30 A22: brought again, and by the device itself too, each message shows once', async () => {
    await annWritesAlone('one');
    mend(bo);
    await world.until('Bo has it', () => textsAt(bo).length === 1);
    for (const resident of [ann, server]) resident.reopen();
    await world.until('they met again', () => [ann, server].every(({ profile }) => profile.connections.session(bo.profile.local.peerId) !== undefined));
    await world.pass(20_000, 100);
    expect(textsAt(bo)).toEqual(['one']);
    expect((await bo.conversations.list(undefined))[0]?.unread).toBe(1);
    expect(carried()).toBe(0);
  });

  test('S1-01: nobody is carried for who is no contact or blocked, and no more than there is room for', async () => {
    const carrier = server.profile.ways.relay;
    const { instanceId } = ann.profile.local;
    const peerId = bo.profile.local.peerId;
    const word = (change: Partial<Extract<RelayWord, { deposit: Uint8Array }>> = {}, n = 1): Uint8Array => encodeRelayWord({ kind: 'carry', id: new Uint8Array(16).fill(n), peerId, deposit: new Uint8Array(60_000), ...change });
    cut(bo);
    await world.until('Bo is away', () => server.profile.connections.sessions().length === 0);
    carrier.heard(instanceId, word({ peerId: ann.profile.local.peerId }));
    expect(carried()).toBe(0);
    for (let n = 0; n < 160; n += 1) carrier.heard(instanceId, word({}, n));
    expect(carried()).toBe(139); // 8 MiB
    const contactId = server.profile.stores.contacts.byPeer(peerId)?.contactId ?? '';
    await server.contacts.block({ contactId });
    expect(carried()).toBe(0);
    carrier.heard(instanceId, word());
    expect(carried()).toBe(0);
    expect(() => carrier.heard(instanceId, word().subarray(0, 60))).toThrow();
    expect(carried()).toBe(0);
    expect(parseRelayWord(Uint8Array.of(99))).toBeUndefined();
  });

  test('S4-30: of one device 2,048 are carried and not one more, however small, nor what a contact brings for it beside them', async () => {
    const carrier = server.profile.ways.relay;
    const { instanceId } = ann.profile.local;
    const peerId = bo.profile.local.peerId;
    const id = (n: number): Uint8Array => Buffer.from(n.toString(16).padStart(32, '0'), 'hex');
    cut(bo);
    await world.until('Bo is away', () => server.profile.connections.sessions().length === 0);
    carrier.heard(instanceId, encodeRelayWord({ kind: 'carry', id: id(1), peerId, deposit: new Uint8Array(64) }));
    // As many more as there is room for but one, without saying each of them.
    server.db.exec(`
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2047)
      INSERT INTO relayed (id, peer_id, author, back, deposit, received_at) SELECT randomblob(16), peer_id, author, back, deposit, received_at FROM relayed, n`);
    expect(carried()).toBe(2_047);
    carrier.takeBack(peerId, instanceId, new Uint8Array(64).fill(1));
    expect(carried()).toBe(2_048);
    carrier.takeBack(peerId, instanceId, new Uint8Array(64).fill(2));
    carrier.heard(instanceId, encodeRelayWord({ kind: 'carry', id: id(2_048), peerId, deposit: new Uint8Array(64) }));
    expect(carried()).toBe(2_048);
    expect(server.profile.stores.ways.relayedBack(instanceId)).toHaveLength(1);
  });

  test('S4-30: one contact fills no more than half of the room for what goes back to a device, in number and in bytes: there is some for the next', async () => {
    const carrier = server.profile.ways.relay;
    const { instanceId } = ann.profile.local;
    const peerId = bo.profile.local.peerId;
    // Any other person.
    const next = ann.profile.local.peerId;
    const kept = (from: typeof peerId): number => server.profile.stores.ways.relayedBackUsage(instanceId, from).count;
    cut(bo);
    await world.until('Bo is away', () => server.profile.connections.sessions().length === 0);
    for (let n = 0; n < 160; n += 1) carrier.takeBack(peerId, instanceId, new Uint8Array(60_000).fill(n));
    expect(kept(peerId)).toBe(70); // 4 MiB
    for (let n = 0; n < 160; n += 1) carrier.takeBack(next, instanceId, new Uint8Array(60_000).fill(n).fill(200, 0, 1));
    expect(kept(next)).toBe(35); // of the rest
    server.profile.stores.ways.removeRelayedFor(peerId);
    server.profile.stores.ways.removeRelayedFor(next);
    carrier.takeBack(peerId, instanceId, new Uint8Array(64));
    server.db.exec(`
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1023)
      INSERT INTO relayed (id, peer_id, author, back, deposit, received_at) SELECT randomblob(16), peer_id, author, back, deposit, received_at FROM relayed, n`);
    for (let n = 1; n <= 3; n += 1) carrier.takeBack(peerId, instanceId, new Uint8Array(64).fill(n));
    expect(kept(peerId)).toBe(1_024);
    carrier.takeBack(next, instanceId, new Uint8Array(64).fill(9));
    expect(kept(next)).toBe(1);
  });

  test('S4-30: what nobody fetched in 31 days, or is dated more than a day ahead, is gone with the next start', async () => {
    const carrier = server.profile.ways.relay;
    const day = 86_400_000;
    cut(bo);
    await world.until('Bo is away', () => server.profile.connections.sessions().length === 0);
    server.profile.leave();
    const now = world.clock.now();
    const ages = [now - 31 * day, now - 31 * day - 1, now + day, now + day + 1];
    for (const [at, receivedAt] of ages.entries()) server.profile.stores.ways.addRelayed({ id: new Uint8Array(16).fill(at + 1), peerId: bo.profile.local.peerId, author: ann.profile.local.instanceId, deposit: new Uint8Array(64), receivedAt }, false);
    expect(carried()).toBe(4);
    carrier.start();
    const left = server.db.prepare('SELECT received_at FROM relayed ORDER BY received_at').all().map((row) => Number(row['received_at']));
    expect(left).toEqual([now - 31 * day, now + day]);
  });

  test('S4-30 A22: a carrier’s word counts for what was locked to the key in use, and for nothing else', async () => {
    const { conversationId } = await ann.conversations.open({ contactId: ofBo });
    await world.until('the title arrived', () => ann.profile.engine.pending(bo.profile.local.peerId, { limit: 1 }).length === 0);
    server.profile.leave();
    cut(bo);
    await world.until('Ann is alone', () => ann.profile.connections.sessions().length === 0);
    await ann.messages.send({ conversationId, text: 'waits' });
    const row = ann.profile.stores.ways.due(bo.profile.local.peerId, 'device', { after: 0, to: new Uint8Array(32), since: 0, now: world.clock.now(), limit: 1 })[0] ?? expect.unreachable('something to be given');
    const exchange = ann.profile.book.find(bo.profile.local.peerId)?.exchange ?? expect.unreachable('a key of Bo’s');
    const good = idOf(row.cursor, { exchange } as Parameters<typeof idOf>[1]);
    const way = async () => (await ann.messages.list({ conversationId })).map(({ way: each }) => each);
    const took = (id: Uint8Array) => ann.profile.ways.relay.heard(server.profile.local.instanceId, encodeRelayWord({ kind: 'took', ids: [id] }));
    const bad = Uint8Array.from(good);
    bad[15] = (bad[15] ?? 0) ^ 1;
    took(bad);
    expect(await way()).not.toContain('device');
    took(good);
    expect(await way()).toContain('device');
  });

  test('S1-01: what a contact brings of somebody else, or altered, is nothing', async () => {
    await annWritesAlone('one');
    const [row] = server.profile.stores.ways.relayed(bo.profile.local.peerId);
    const cy = await world.move('Cy');
    for (const resident of [ann, server]) cut(resident);
    mend(bo);
    await acquaint(world, bo, cy);
    const session = cy.profile.connections.session(bo.profile.local.peerId);
    for (const bytes of [row?.deposit ?? new Uint8Array(0), new Uint8Array(3), new Uint8Array(69_000)]) session?.send([{ kind: 'deposit', bytes: Buffer.concat([new Uint8Array(16), bytes]) }]);
    await world.pass(3_000);
    expect(textsAt(bo)).toEqual([]);
    for (const resident of [ann, server]) mend(resident);
    await world.until('Ann’s own device brought it', () => textsAt(bo).length > 0);
    expect(textsAt(bo)).toEqual(['one']);
    expect(cy.profile.connections.session(bo.profile.local.peerId)).toBe(session);
  });

  test('S4-30 S4-31: what a device has to say of a contact’s messages goes with the server, too, and need not be carried for ever', async () => {
    const floorAtBo = (): number => Number(bo.db.prepare('SELECT max(control_floor) AS n FROM receiving_streams WHERE instance_id = ?').get([ann.profile.local.instanceId])?.['n'] ?? 0);
    const { conversationId } = await ann.conversations.open({ contactId: ofBo });
    await ann.messages.send({ conversationId, text: 'hello' });
    await world.until('Bo has it', () => textsAt(bo).length === 1);
    const [there] = await bo.conversations.list(undefined);
    cut(ann);
    await world.until('the laptop is away', () => bo.profile.connections.sessions().every(({ peer }) => peer.instance.instanceId !== ann.profile.local.instanceId));
    await bo.messages.send({ conversationId: there?.conversationId ?? '', text: 'to whoever is there' });
    await world.until('the server has it', () => textsAt(server).length === 1);
    cut(bo);
    mend(ann);
    await world.until('nobody is with Bo', () => [ann, server].every(({ profile }) => profile.connections.sessions().length === 0));
    await world.until('the laptop heard of it from the server', () => textsAt(ann).length === 1);
    await world.until('the server carries the laptop’s word', () => carried() === 1);
    const before = floorAtBo();
    ann.profile.leave();
    mend(bo);
    await world.until('it came', () => floorAtBo() > before);
    await world.until('it is carried no more', () => carried() === 0);
    // Nothing else of the laptop's is due: it has said everything.
    ann.reopen();
    await world.pass(15_000, 100);
    expect(carried()).toBe(0);
  });
});

describe('a contact with several devices', () => {
  test('S4-30 S4-31 A22: each of them has what was carried, once, and the word of either comes back to a writer who was off', async () => {
    const tablet = await world.link(bo, 'Bo’s tablet');
    await world.until('the tablet knows Ann', () => tablet.profile.stores.contacts.byPeer(ann.profile.local.peerId)?.relation === 'mutual');
    const isAt = (device: Resident) => (each: Resident): boolean => each.profile.connections.sessions().some(({ peer }) => peer.instance.instanceId === device.profile.local.instanceId);
    const { conversationId } = await ann.conversations.open({ contactId: ofBo });
    await ann.messages.send({ conversationId, text: 'before' });
    await world.until('all know the conversation', () => [bo, tablet].every((each) => textsAt(each).length === 1) && ann.profile.engine.pending(bo.profile.local.peerId, { limit: 1 }).length === 0);
    for (const each of [bo, tablet]) cut(each);
    await world.until('Bo is away', () => [ann, server].every(({ profile }) => profile.connections.sessions().length === 0));
    await ann.messages.send({ conversationId, text: 'carried' });
    await world.until('the server carries it', () => carried() === 1);
    ann.profile.leave();
    // The one device comes to the server, and then only the other; they hear of each other later.
    mend(tablet);
    await world.until('the tablet has it', () => textsAt(tablet).includes('carried'));
    await world.until('the server has its word', () => server.profile.stores.ways.relayedBack(ann.profile.local.instanceId).length > 0);
    cut(tablet);
    mend(bo);
    await world.until('the other is there', () => isAt(bo)(server));
    await world.until('the other has it', () => textsAt(bo).includes('carried'));
    cut(bo);
    await world.until('nobody is with the server', () => server.profile.connections.sessions().length === 0);
    ann.reopen();
    await world.until('Ann knows that it arrived', () => toldOf(ann, 'message.state').some(({ state }) => state === 'delivered'));
    await world.until('the server forgets it', () => carried() === 0);
    for (const each of [bo, tablet]) mend(each);
    await world.pass(20_000, 100);
    for (const each of [bo, tablet]) expect(textsAt(each).filter((text) => text === 'carried')).toHaveLength(1);
    expect((await ann.messages.list({ conversationId })).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
  });
});
