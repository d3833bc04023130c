import { randomBytes } from 'node:crypto';
import { encodeFileWord, type FileWord } from '../../../../electron/engine/files/words';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FileOffer, isTakeable, offerOf } from '../../../../electron/services/files/offers';
import { isThere, severalWindows as content, type TalkOfTwo, talkOfTwo, transferOf } from '../../../support/file-talk';
import { acquaint, createWorld, type Resident, type World } from '../../../support/services-kit';

describe('files of messages', () => {
  let world: World;
  afterEach(() => world.close());

  async function pair(): Promise<TalkOfTwo> {
    world = createWorld();
    return talkOfTwo(world);
  }

  it('pieces nobody asked for, changed, from another place or of somebody else are nothing, and what is not what was promised is not kept', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    const cy = await world.move('Cy');
    await acquaint(world, cy, ada);
    ada.disk.files.set('/a.bin', content);
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('the offer', () => isThere(bo));
    const id = Uint8Array.from(Buffer.from(transferId, 'hex'));
    const say = (from: Resident, to: Resident, word: FileWord): void => void from.profile.connections.session(to.profile.local.peerId)?.send([{ kind: 'file', bytes: encodeFileWord(word) }]);
    const [sealed = new Uint8Array(0)] = ada.disk.contents.values();
    const piece = (index: number): Uint8Array => sealed.slice(index * 65_552, (index + 1) * 65_552);
    // Unasked, and asked for by somebody whom it is not for.
    for (let index = 0; index < 5; index += 1) say(ada, bo, { kind: 'chunk', transferId: id, index, sealed: piece(index) });
    const sent: number[] = [];
    for (const session of ada.profile.connections.sessions()) {
      const { send } = session;
      if (session.peer.identity.peerId === cy.profile.local.peerId) Object.assign(session, { send: (items: Parameters<typeof send>[0]) => (sent.push(...items.map(({ kind, ...rest }) => (kind === 'file' && 'bytes' in rest ? (rest.bytes[0] ?? 0) : 0))), send.call(session, items)) });
    }
    say(cy, ada, { kind: 'want', transferId: id, from: 0, upTo: 8 });
    say(cy, ada, { kind: 'over', transferId: id, reason: 'cancelled' });
    await world.pass(1_000);
    expect(sent.filter((type) => type > 0)).toEqual([3, 6]); // not here; noted, whatever it was
    expect(transferOf(ada).state).toBe('offered');
    expect(bo.disk.contents.size).toBe(0);
    // Two pieces changed places on Ada's disk.
    const [name = ''] = ada.disk.contents.keys();
    const swapped = sealed.slice();
    swapped.set(piece(1), 0);
    swapped.set(piece(0), 65_552);
    ada.disk.contents.set(name, swapped);
    await bo.files.accept({ transferId });
    await world.pass(3_000);
    expect(transferOf(bo)).toMatchObject({ state: 'waiting', done: 0, held: false });
    // Right again, and another promise than what comes.
    ada.disk.contents.set(name, sealed);
    bo.profile.stores.transfers.set(transferId, { paused: true });
    await bo.files.resume({ transferId });
    bo.db.prepare('UPDATE transfers SET hash = ?').run([randomBytes(32)]);
    bo.reopen();
    await world.until('judged', () => transferOf(bo).state === 'failed');
    expect(transferOf(bo)).toMatchObject({ failure: 'file.altered', held: false, done: 0 });
    await world.until('Ada knows', () => transferOf(ada).failure === 'file.altered');
    await world.until('nothing stays', () => bo.disk.contents.size === 0);
  });

  it('that they heard how it ended is written down once, however often they say so', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/a.bin', randomBytes(1_000));
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('it is there, and Ada said that she knows', () => bo.profile.stores.transfers.byId(transferId)?.settled === true);
    const { generation } = bo.db;
    const written = vi.spyOn(bo.db, 'transaction');
    const word = { kind: 'file' as const, bytes: encodeFileWord({ kind: 'noted', transferId: Uint8Array.from(Buffer.from(transferId, 'hex')) }) };
    const session = ada.profile.connections.session(bo.profile.local.peerId);
    for (let n = 0; n < 50; n += 1) session?.send([word]);
    await world.pass(1_000);
    expect([written.mock.calls.length, bo.db.generation]).toEqual([0, generation]);
  });

  it('S1-44 A25: the number of a file is its sender’s: offered by somebody else, back to its owner, or with anything else in it, it is no file', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    const cy = await world.move('Cy');
    ada.disk.files.set('/a.bin', content);
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('the offer', () => isThere(bo));
    const offer = offerOf(bo.profile.stores.transfers.byId(transferId) ?? expect.unreachable('it came'), '');
    const takes = (at: Resident, from: Resident, changes: Partial<FileOffer> = {}): boolean => isTakeable(at.profile.stores, from.profile.local.peerId, { ...offer, ...changes });
    expect(takes(bo, ada)).toBe(true);
    expect([takes(bo, cy), takes(ada, bo)]).toEqual([false, false]);
    for (const changes of [{ size: offer.size + 1 }, { size: 0 }, { hash: randomBytes(32) }, { key: randomBytes(32) }]) expect(takes(bo, ada, changes)).toBe(false);
  });

  it('A25: pieces of somebody who was not asked, at the very place that is waited for, are not even looked at, and hold nothing up', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    const cy = await world.move('Cy');
    await acquaint(world, cy, bo);
    await world.until('Cy is here', () => cy.profile.connections.session(bo.profile.local.peerId) !== undefined);
    ada.disk.files.set('/a.bin', content);
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('the offer', () => isThere(bo));
    const id = Uint8Array.from(Buffer.from(transferId, 'hex'));
    const spoil = (): void => {
      for (let index = 0; index < 40; index += 1) cy.profile.connections.session(bo.profile.local.peerId)?.send([{ kind: 'file', bytes: encodeFileWord({ kind: 'chunk', transferId: id, index, sealed: new Uint8Array(100).fill(index) }) }]);
    };
    await bo.files.accept({ transferId });
    await world.until('all of it', () => {
      spoil();
      return transferOf(bo).state === 'done';
    });
    expect(bo.logged.filter(([event]) => event === 'file.piece-refused')).toEqual([]);
  });

  it('S1-44: who may send no more files is waited for no more; what was fetched without a yes counts for a day, whatever became of it', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/a.bin', content.subarray(0, 70_000));
    bo.settings = { ...bo.settings, acceptFilesUpTo: 70_000 };
    const states = () => bo.profile.files.list().map(({ state }) => state);
    ada.disk.fails = undefined;
    const first = await ada.files.send({ conversationId, path: '/a.bin' });
    ada.profile.stores.transfers.set(first.transferId, { paused: true });
    await world.until('the offer', () => isThere(bo));
    expect(states()).toEqual(['waiting']);
    const contact = bo.profile.stores.contacts.byPeer(ada.profile.local.peerId);
    if (contact === undefined) throw new Error('Bo knows Ada');
    const allow = (sendFile: boolean): void => bo.profile.stores.contacts.put({ ...contact, permissions: { ...contact.permissions, sendFile } });
    allow(false);
    await world.pass(100);
    expect(states()).toEqual(['paused']);
    allow(true);
    await ada.files.resume(first);
    await world.pass(2_000);
    expect(states()).toEqual(['paused']);
    await bo.files.resume(first);
    await world.until('it is there', () => transferOf(bo).state === 'done');
    // Ten times the chosen size in all: called off, taken back or gone, it was fetched.
    for (let n = 1; n < 10; n += 1) {
      const { transferId, messageId } = await ada.files.send({ conversationId, path: '/a.bin' });
      await world.until('the next', () => bo.profile.files.list().some((one) => one.transferId === transferId && one.state === 'done'));
      await ada.messages.delete({ messageId, forBoth: true });
      await world.until('taken back', () => bo.profile.files.list().every((one) => one.transferId !== transferId));
    }
    const last = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('one more offer', () => states().length === 2);
    await world.pass(2_000);
    expect(bo.profile.files.list()[0]).toMatchObject({ transferId: last.transferId, state: 'offered', held: false });
    bo.db.prepare('UPDATE taken_files SET taken_at = taken_at - 86400001').run();
    await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('the next day', () => states().filter((state) => state === 'done').length === 2);
  });

  it('right pieces that come unasked are nothing either: of a sender who pushes all of it no more is held than was asked for', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    const large = randomBytes(100 * 65_536);
    ada.disk.files.set('/a.bin', large);
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('the offer', () => isThere(bo));
    const [sealed = new Uint8Array(0)] = ada.disk.contents.values();
    // Asked, Ada's device is silent, and Bo's disk takes its time.
    let asked = 0;
    Object.assign(ada.profile.files.parties, { hear: () => void (asked += 1) });
    const { create } = bo.disk.held;
    Object.assign(bo.disk.held, { create: async (name: string) => ({ ...(await create(name)), write: () => new Promise<void>(() => undefined) }) });
    await bo.files.accept({ transferId });
    await world.until('Bo asks', () => asked > 0);
    for (let index = 0; index < 100; index += 1) {
      const word: FileWord = { kind: 'chunk', transferId: Uint8Array.from(Buffer.from(transferId, 'hex')), index, sealed: sealed.slice(index * 65_552, (index + 1) * 65_552) };
      ada.profile.connections.session(bo.profile.local.peerId)?.send([{ kind: 'file', bytes: encodeFileWord(word) }]);
    }
    await world.pass(1_000);
    expect(transferOf(bo).state).not.toBe('done');
    expect([transferOf(bo).done > 0, transferOf(bo).done < large.length]).toEqual([true, true]);
  });

  it('S1-44: a byte more than was chosen waits for a yes, however little came before; so does whatever comes after a hundred of a day, however small', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 70_000 };
    const sent = async (size: number) => {
      ada.disk.files.set(`/${size}.bin`, content.subarray(0, size));
      const { transferId } = await ada.files.send({ conversationId, path: `/${size}.bin` });
      const one = () => bo.profile.files.list().find((each) => each.transferId === transferId);
      await world.until('the offer', () => one() !== undefined);
      await world.pass(3_000);
      return one();
    };
    expect(await sent(70_000)).toMatchObject({ state: 'done' });
    expect(await sent(70_001)).toMatchObject({ state: 'offered', done: 0, held: false });
    const { transfers } = bo.profile.stores;
    const now = world.clock.now();
    while (transfers.takenSince(ada.profile.local.peerId, 0).count < 99) transfers.taken(ada.profile.local.peerId, 1, now, 0);
    expect(await sent(5)).toMatchObject({ state: 'done' });
    expect(await sent(6)).toMatchObject({ state: 'offered', done: 0, held: false });
  });

  it('three files that somebody gives slowly hold up nobody else’s', async () => {
    const { ada, bo, conversationId } = await pair();
    const cy = await world.move('Cy');
    const { ofInviter } = await acquaint(world, cy, bo);
    ada.disk.files.set('/a.bin', content);
    for (let n = 0; n < 4; n += 1) await ada.files.send({ conversationId, path: '/a.bin' });
    // Asked, Ada's device is silent.
    Object.assign(ada.profile.files.parties, { hear: () => undefined });
    await world.until('the offers', () => bo.profile.files.list().length === 4);
    cy.disk.files.set('/c.bin', content);
    const ofCy = await cy.conversations.open({ contactId: ofInviter });
    const { transferId } = await cy.files.send({ ...ofCy, path: '/c.bin' });
    await world.pass(3_000);
    expect(bo.profile.files.list().find((one) => one.transferId === transferId)?.state).toBe('done');
  });

  it('what an offer says of sizes and numbers is a claim: nothing, too much, somebody else’s number', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: Number.MAX_SAFE_INTEGER };
    const conversation = ada.profile.stores.conversations.byId(conversationId);
    if (conversation === undefined) throw new Error('Ada opened it');
    const offer = (size: number, transferId = randomBytes(16)): Promise<void> =>
      ada.profile.sends.run((touch) => {
        ada.profile.engine.send(conversation, { kind: 'file-offer', transferId, name: '../../x', size, hash: randomBytes(32), mediaType: 'x', key: randomBytes(32), text: '' });
        touch(conversation.peerId);
      });
    const known = randomBytes(16);
    await offer(5, known);
    await offer(6, known);
    for (const size of [0, 64 * 1024 ** 3, 64 * 1024 ** 3 + 1, Number.MAX_SAFE_INTEGER]) await offer(size);
    const { transferId } = await (bo.disk.files.set('/b.txt', content), bo.files.send({ conversationId: bo.profile.stores.conversations.list()[0]?.conversationId ?? '', path: '/b.txt' }));
    await offer(content.length, Buffer.from(transferId, 'hex'));
    const kinds = () => bo.profile.stores.messages.page(bo.profile.stores.conversations.list()[0]?.conversationId ?? '', undefined, 50).filter(({ direction }) => direction === 'in').map(({ kind }) => kind);
    await world.until('all offers', () => kinds().length === 7);
    expect(kinds().filter((kind) => kind === 'unsupported')).toHaveLength(3);
    const incoming = bo.profile.files.list().filter(({ direction }) => direction === 'in');
    expect(incoming.map(({ size, state, failure }) => [size, state, failure]).sort(([a], [b]) => Number(a) - Number(b))).toEqual([
      [5, 'waiting', undefined],
      [64 * 1024 ** 3, 'waiting', undefined],
      [64 * 1024 ** 3 + 1, 'failed', 'file.too-large'],
      [Number.MAX_SAFE_INTEGER, 'failed', 'file.too-large'],
    ]);
    expect(incoming.every(({ name, held }) => name === 'x' && !held)).toBe(true);
    for (const one of incoming) if (one.state === 'failed') await expect(Promise.resolve().then(() => bo.files.accept(one))).rejects.toMatchObject({ code: 'transfer.over' });
  });
});
