import { randomBytes } from 'node:crypto';
import { encodeFileWord, type FileWord } from '../../../electron/engine/files/words';
import { afterEach, describe, expect, it } from 'vitest';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

/** Several windows of pieces, and a last one that is not full. */
const content = randomBytes(12 * 65_536 + 321);

describe('files of messages', () => {
  let world: World;
  afterEach(() => world.close());

  async function pair(): Promise<{ ada: Resident; bo: Resident; conversationId: string }> {
    world = createWorld();
    const [ada, bo] = [await world.move('Ada'), await world.move('Bo')];
    const { ofInviter } = await acquaint(world, ada, bo);
    const { conversationId } = await ada.conversations.open({ contactId: ofInviter });
    return { ada, bo, conversationId };
  }
  const transferOf = (resident: Resident) => {
    const [one] = resident.profile.files.list();
    if (one === undefined) throw new Error(`${resident.name} has no file`);
    return one;
  };
  const isThere = (resident: Resident) => resident.profile.files.list().length > 0;

  it('S1-34: a file arrives whole, with what was written beside it, lies sealed on both disks, and is saved as it was', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/home/ada/../report\u202e.pdf', content);
    const sent = await ada.files.send({ conversationId, path: '/home/ada/../report\u202e.pdf', text: 'Look at this' });
    expect(await ada.files.list({})).toMatchObject([{ transferId: sent.transferId, messageId: sent.messageId, direction: 'out', name: 'report.pdf', size: content.length, held: true, shown: 'file' }]);
    await world.until('it is there', () => isThere(bo) && transferOf(bo).state === 'done');
    await world.until('Ada knows', () => transferOf(ada).state === 'done');
    expect(transferOf(bo)).toMatchObject({ transferId: sent.transferId, direction: 'in', name: 'report.pdf', mediaType: 'application/pdf', done: content.length, held: true });
    const [conversation] = await bo.conversations.list(undefined);
    const [message] = await bo.messages.list({ conversationId: conversation?.conversationId ?? '' });
    expect(message).toMatchObject({ kind: 'file', text: 'Look at this', file: { transferId: sent.transferId, name: 'report.pdf', size: content.length } });
    expect(toldOf(bo, 'message.received')[0]?.message.file).toEqual(message?.file);
    expect(await bo.files.save({ transferId: sent.transferId, path: '/saved' })).toEqual({ path: '/saved' });
    expect(Buffer.compare(bo.disk.files.get('/saved') ?? Buffer.alloc(0), content)).toBe(0);
    const [sealed] = bo.disk.contents.values();
    expect(sealed?.length).toBe(content.length + 13 * 16);
    expect(Buffer.from(sealed ?? []).includes(content.subarray(0, 32))).toBe(false);
    expect(Math.max(ada.disk.largest, bo.disk.largest)).toBeLessThanOrEqual(4 * (65_536 + 16));
    const held = await bo.profile.files.open(sent.transferId);
    expect(Buffer.compare(await held.read(65_530, 20), content.subarray(65_530, 65_550))).toBe(0);
    await held.close();
  });

  it('S4-31: what came before a break, a lock or a pause is not fetched again, and whoever waits is asked for no more than a window', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    const large = randomBytes(200 * 65_536);
    ada.disk.files.set('/large.bin', large);
    const { transferId } = await ada.files.send({ conversationId, path: '/large.bin' });
    await world.until('the offer', () => isThere(bo));
    expect(transferOf(bo)).toMatchObject({ state: 'offered', done: 0, held: false });
    await bo.files.accept({ transferId });
    await world.until('some of it', () => transferOf(bo).done > 66 * 65_536);
    await bo.files.pause({ transferId });
    await world.pass(3_000);
    const { done } = transferOf(bo);
    await world.pass(3_000);
    expect(transferOf(bo)).toMatchObject({ state: 'paused', done });
    expect(transferOf(bo).done).toBeLessThan(large.length);
    bo.reopen();
    ada.reopen();
    const written: number[] = [];
    const { open } = bo.disk.held;
    Object.assign(bo.disk.held, {
      open: async (name: string) => {
        const file = await open(name);
        return file && { ...file, write: (at: number, bytes: Uint8Array) => (written.push(at), file.write(at, bytes)) };
      },
    });
    await world.until('a session', () => bo.profile.connections.sessions().length > 0);
    await bo.files.resume({ transferId });
    await world.until('all of it', () => transferOf(bo).state === 'done');
    expect(Math.min(...written)).toBe((done / 65_536) * 65_552);
    await bo.files.save({ transferId, path: '/saved' });
    expect(Buffer.compare(bo.disk.files.get('/saved') ?? Buffer.alloc(0), large)).toBe(0);
    await world.until('Ada knows', () => transferOf(ada).state === 'done');
  });

  it('S1-44 A26: whoever sends pauses or calls off, and it is so on both sides; a file of somebody who may not send any is shown and never fetched', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    ada.disk.files.set('/a.txt', content);
    const first = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('the offer', () => isThere(bo));
    await ada.files.pause(first);
    await bo.files.accept(first);
    await world.pass(2_000);
    expect([transferOf(ada).state, transferOf(bo).state]).toEqual(['paused', 'waiting']);
    await ada.files.resume(first);
    await world.until('it is there', () => transferOf(bo).state === 'done');
    await ada.files.forget(first);
    await bo.files.forget(first);
    await world.until('nothing on disk', () => ada.disk.contents.size + bo.disk.contents.size === 0);
    expect(transferOf(bo)).toMatchObject({ state: 'done', held: false });
    const second = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('the next offer', () => bo.profile.files.list().length === 2);
    await ada.files.cancel(second);
    await world.until('called off', () => bo.profile.files.list().some(({ transferId, state }) => transferId === second.transferId && state === 'cancelled'));
    await expect(Promise.resolve().then(() => bo.files.accept(second))).rejects.toMatchObject({ code: 'transfer.over' });
    const contact = bo.profile.stores.contacts.byPeer(ada.profile.local.peerId);
    if (contact === undefined) throw new Error('Bo knows Ada');
    bo.profile.stores.contacts.put({ ...contact, permissions: { ...contact.permissions, sendFile: false } });
    const third = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('Ada hears', () => ada.profile.files.list().some(({ transferId, state, failure }) => transferId === third.transferId && state === 'failed' && failure === 'contact.not-permitted'));
    expect(bo.disk.contents.size).toBe(0);
  });

  it('A11 A25: pieces nobody asked for, changed, from another place or of somebody else are nothing, and what is not what was promised is not kept', async () => {
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

  it('A26: a full disk loses nothing: it is said, and the rest is fetched once there is room; a file goes with its message', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/a.bin', content);
    bo.disk.size = 64 * 1_048_576 + content.length;
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('no room', () => isThere(bo) && transferOf(bo).state === 'failed');
    expect(transferOf(bo)).toMatchObject({ failure: 'disk.full', held: false });
    expect(transferOf(ada).state).not.toBe('failed');
    bo.disk.size = 2 ** 40;
    await bo.files.resume({ transferId });
    await world.until('all of it', () => transferOf(bo).state === 'done');
    bo.db.prepare('DELETE FROM messages').run();
    ada.db.prepare("UPDATE messages SET kind = 'deleted'").run();
    for (const { profile } of [ada, bo]) profile.waitingChanged(profile.stores.contacts.list()[0]?.peerId ?? profile.local.peerId);
    expect([ada, bo].map(({ profile }) => profile.files.list().length)).toEqual([0, 0]);
    ada.reopen();
    bo.reopen();
    await world.until('gone from both disks', () => ada.disk.contents.size + bo.disk.contents.size === 0);
    await expect(bo.profile.files.open(transferId)).rejects.toMatchObject({ code: 'transfer.unknown' });
  });

  it('S4-27: another own device learns of a file and gets it from the one that has it, though the contact is away', async () => {
    const { ada, bo, conversationId } = await pair();
    const pocket = await world.link(bo, 'pocket');
    pocket.settings = { ...pocket.settings, acceptFilesUpTo: 0 };
    ada.disk.files.set('/a.bin', content);
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('the desk has it', () => isThere(bo) && transferOf(bo).state === 'done');
    await world.until('the pocket knows', () => isThere(pocket));
    ada.mute = true;
    ada.close();
    await pocket.files.accept({ transferId });
    await world.until('the pocket has it', () => transferOf(pocket).held);
    await pocket.files.save({ transferId, path: '/saved' });
    expect(Buffer.compare(pocket.disk.files.get('/saved') ?? Buffer.alloc(0), content)).toBe(0);
  });
});
