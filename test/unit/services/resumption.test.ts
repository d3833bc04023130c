import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renewLocalRecord } from '../../../electron/engine/certificates/renewal';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

let world: World;
let ann: Resident;
let bo: Resident;
let boAtAnn: string;

beforeEach(async () => {
  world = createWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInviter: boAtAnn } = await acquaint(world, ann, bo));
  await world.pass(30_000, 200); // simultaneous dials have settled
}, 30_000);
afterEach(() => world.close());

const other = (of: Resident): Resident => (of === ann ? bo : ann);
const entries = (of: Resident) => of.profile.stores.resumptions.ofPeer(other(of).profile.local.peerId);
const sessionOf = (of: Resident) => of.profile.connections.session(other(of).profile.local.peerId);
const statusOf = (of: Resident) => of.networkCalls.status(undefined);

/** A session that was not there before, on both sides. */
async function again(): Promise<void> {
  const before = [sessionOf(ann), sessionOf(bo)];
  await world.until('another session', () => [ann, bo].every((each, at) => sessionOf(each) !== undefined && sessionOf(each) !== before[at]));
}

const resumed = () => [sessionOf(ann)?.resumed, sessionOf(bo)?.resumed];

async function exchange(words: string): Promise<void> {
  const known = (await ann.conversations.list(undefined)).find(({ contactId }) => contactId === boAtAnn);
  const { conversationId } = known ?? (await ann.conversations.open({ contactId: boAtAnn }));
  await ann.messages.send({ conversationId, text: words });
  await world.until('it arrives', () => bo.told.some((event) => event.type === 'message.received' && event.message.text === words));
}

describe('after a connection', () => {
  test('S3-08 S3-10: cut, the next one is resumed, says so, costs no RSA or KEM, and the dialog goes on', async () => {
    await exchange('before');
    expect((await statusOf(ann)).sessions).toEqual([expect.objectContaining({ resumed: false })]);
    const before = [ann, bo].map(({ crypto }) => crypto.meter.read());
    bo.mute = true; // one dials; what two dials at once cost: the next test
    world.network.cut();
    await again();
    await world.pass(5_000, 100);
    expect(resumed()).toEqual([true, true]);
    for (const each of [ann, bo]) expect((await statusOf(each)).sessions).toEqual([expect.objectContaining({ resumed: true, handedOver: false })]);
    for (const [at, { crypto }] of [ann, bo].entries()) {
      const [then, now] = [before[at], crypto.meter.read()];
      // One signature each: of the card that tells the addresses, over the session that stands.
      for (const [name, count] of Object.entries({ rsaSign: 0, rsaVerify: 0, kemKeygen: 0, kemEncaps: 0, kemDecaps: 0, sign: 1, verify: 1, dh: 1 })) {
        expect([name, now[name as keyof typeof now] - (then?.[name as keyof typeof now] ?? 0)]).toEqual([name, count]);
      }
    }
    await exchange('after');
    expect([...ann.logged, ...bo.logged].filter(([event]) => event.includes('resum'))).toEqual([]);
  });

  test('S3-08 S3-10 S3-31: cut over and over, both dial in the same moment: always resumed, and no RSA or KEM', async () => {
    await exchange('before');
    const read = () => [ann, bo].map(({ crypto }) => crypto.meter.read()).map(({ rsaSign, rsaVerify, kemKeygen, kemEncaps, kemDecaps }) => ({ rsaSign, rsaVerify, kemKeygen, kemEncaps, kemDecaps }));
    const before = read();
    for (let round = 0; round < 6; round += 1) {
      for (const each of [ann, bo]) each.mute = true;
      world.network.cut();
      await world.pass(10_000, 100);
      // As two do whose network came back. Who is heard first is up to the turns of the event loop: mostly one is through before the other is heard.
      for (const each of round % 2 === 0 ? [ann, bo] : [bo, ann]) {
        each.mute = false;
        each.profile.connections.reach(other(each).profile.local.peerId);
      }
      await world.until('a session again', () => [ann, bo].every((each) => sessionOf(each) !== undefined));
      await world.pass(500);
      expect(resumed()).toEqual([true, true]);
    }
    expect(read()).toEqual(before);
    await exchange('after');
  });

  test('S3-10: one side, then both, opened anew: resumed each time', async () => {
    ann.reopen();
    await again();
    expect(resumed()).toEqual([true, true]);
    await exchange('one opened anew');
    ann.reopen();
    bo.reopen();
    await again();
    expect(resumed()).toEqual([true, true]);
    await exchange('both opened anew');
  });

  test('A56: one entry at each side, with where the session stood; another key id after every session', async () => {
    const ids = new Set<string>();
    for (let at = 0; at < 3; at += 1) {
      world.network.cut();
      const kept = [entries(ann), entries(bo)];
      expect(kept.map((each) => each.length)).toEqual([1, 1]);
      ids.add(Buffer.from(kept[0]?.[0]?.keyId ?? []).toString('hex'));
      await again();
      await world.pass(100);
    }
    expect(ids.size).toBe(3);
    const [atAnn] = entries(ann);
    expect(atAnn?.keyId).toEqual(sessionOf(bo)?.keyId);
  });

  test('A56: the entry is written in the transaction that takes the session up: not when that fails', async () => {
    world.network.cut();
    const before = entries(ann)[0]?.keyId;
    const { book } = ann.profile;
    const real = book.learnChain.bind(book);
    book.learnChain = () => {
      throw new Error('the disk is full');
    };
    await world.pass(3_000, 50);
    expect(ann.logged.some(([event]) => event === 'session.not-taken-up')).toBe(true);
    expect(entries(ann).every(({ keyId }) => Buffer.compare(keyId, before ?? new Uint8Array()) === 0)).toBe(true);
    book.learnChain = real;
    await again();
    await exchange('works again');
  });
});

describe('entries are dropped', () => {
  test('A57: when a person is blocked; unblocked, the handshake is a full one', async () => {
    bo.contacts.block({ contactId: bo.profile.stores.contacts.byPeer(ann.profile.local.peerId)?.contactId ?? '' });
    expect(entries(bo)).toEqual([]);
    await world.pass(1_000, 50);
    expect([sessionOf(ann), sessionOf(bo)]).toEqual([undefined, undefined]);
    bo.contacts.block({ contactId: bo.profile.stores.contacts.byPeer(ann.profile.local.peerId)?.contactId ?? '', blocked: false });
    await again();
    expect(resumed()).toEqual([false, false]);
  });

  test('A57: while blocked, a resumption gets what an unknown key id gets, and no session', async () => {
    bo.contacts.block({ contactId: bo.profile.stores.contacts.byPeer(ann.profile.local.peerId)?.contactId ?? '' });
    await world.pass(10_000, 50);
    expect(bo.logged.filter(([event]) => event === 'session.refused').map(([, facts]) => facts?.['reason'])).toEqual(['resume-unknown', 'blocked']);
    expect(sessionOf(bo)).toBeUndefined();
    // Nor a word of it at Ann's: nobody proved anew who they are.
    expect((await ann.networkCalls.reach({ contactId: boAtAnn })).resumeRefusedAt).toBeUndefined();
  });

  test('A57: when the person’s device list is another one', async () => {
    const chain = sessionOf(bo)?.peer;
    if (chain === undefined) return expect.unreachable();
    bo.profile.commit(() => bo.profile.book.learnChain({ ...chain, list: { ...chain.list, version: chain.list.version + 1, bytes: Uint8Array.of(...chain.list.bytes, 0) } }));
    expect(entries(bo)).toEqual([]);
    expect(entries(ann)).toHaveLength(1);
  });

  test('A57: when permissions change', () => {
    const { profile, contacts } = bo;
    const row = profile.stores.contacts.byPeer(ann.profile.local.peerId);
    if (row === undefined) return expect.unreachable();
    contacts.setChecked({ contactId: row.contactId, checked: true });
    expect(entries(bo)).toHaveLength(1);
    profile.commit(() => profile.stores.contacts.put({ ...row, permissions: { ...row.permissions, sendFile: false } }));
    expect(entries(bo)).toEqual([]);
  });

  test('A57: when the own credentials are renewed: swept at the start, refused by who still has theirs', async () => {
    const { local } = ann.profile.stores;
    const record = local.load();
    const renewed = record && (await renewLocalRecord(ann.crypto, record, world.clock.now() + 8 * 86_400_000));
    if (!renewed) return expect.unreachable();
    local.save(renewed);
    bo.mute = true;
    ann.reopen();
    expect(entries(ann)).toEqual([]);
    await again();
    expect(resumed()).toEqual([false, false]);
  });
});

describe('A56: an entry taken from a device', () => {
  test('used by a thief first: the owner’s next resumption is refused, a full handshake follows on the same connection, and it is noted', async () => {
    ann.mute = true;
    bo.mute = true;
    world.network.cut();
    await world.pass(100);
    const [owners] = entries(ann);
    if (owners === undefined) return expect.unreachable();
    // Her keys and her entry: a copy of her database, as it was after the connection broke.
    const thief = await world.move('Ann');
    thief.profile.stores.peers.put(ann.profile.stores.peers.list()[0] ?? expect.unreachable());
    thief.profile.stores.contacts.put(ann.profile.stores.contacts.list()[0] ?? expect.unreachable());
    thief.profile.stores.resumptions.put(owners);
    thief.profile.connections.reach(bo.profile.local.peerId);
    await world.until('the thief is in', () => sessionOf(bo)?.resumed === true);
    thief.mute = true;
    thief.profile.connections.drop(bo.profile.local.peerId);
    await world.pass(5_000, 50);

    ann.mute = false;
    ann.profile.connections.reach(bo.profile.local.peerId);
    await world.until('Ann is back', () => sessionOf(ann) !== undefined && sessionOf(bo) !== undefined);
    expect((await ann.networkCalls.reach({ contactId: boAtAnn })).resumeRefusedAt).toBeGreaterThan(0);
    const noted = ann.logged.map(([event]) => event).filter((event) => event === 'session.resume-refused' || event === 'dialog.rolled-back');
    // The dialogs notice, too: what this device was told last is not what Bo's device told it.
    expect(noted).toEqual(['session.resume-refused', 'dialog.rolled-back']);
    expect(bo.logged).toContainEqual(['session.refused', { reason: 'resume-unknown', source: '127.0.0.1' }]);
  });
});

