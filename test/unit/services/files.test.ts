import { randomBytes } from 'node:crypto';
import { KeyshiftError } from '../../../shared/errors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HeldFile } from '../../../electron/services/ports/files';
import { isThere, severalWindows as content, type TalkOfTwo, talkOfTwo, transferOf } from '../../support/file-talk';
import { acquaint, createWorld, toldOf, type World } from '../../support/services-kit';

describe('files of messages', () => {
  let world: World;
  afterEach(() => world.close());

  async function pair(): Promise<TalkOfTwo> {
    world = createWorld();
    return talkOfTwo(world);
  }

  it('a file arrives whole, with what was written beside it, lies sealed on both disks, and is saved as it was', async () => {
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

  it('S1-44: whoever sends pauses or calls off, and it is so on both sides; a file of somebody who may not send any is shown and never fetched', async () => {
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
    // Each side knows whose doing it was, also after a restart.
    const by = (transferId: string) => [ada, bo].map(({ profile }) => profile.files.ofAll([transferId])[0]?.cancelledBy);
    expect(by(second.transferId)).toEqual(['me', 'them']);
    const declined = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('one more offer', () => bo.profile.files.list().length === 3);
    await bo.files.cancel(declined);
    await world.until('declined', () => ada.profile.files.ofAll([declined.transferId])[0]?.state === 'cancelled');
    expect(by(declined.transferId)).toEqual(['them', 'me']);
    // Sent again it is another file; the declined one stays as it is.
    const again = await ada.files.send({ conversationId, from: declined.transferId });
    await world.until('offered again', () => bo.profile.files.ofAll([again.transferId])[0]?.state === 'offered');
    expect(by(declined.transferId)).toEqual(['them', 'me']);
    // With it goes the only copy there is: however often a large file is called off and sent again, it lies on the disk once.
    const held = (transferId: string) => ada.profile.files.ofAll([transferId])[0]?.held;
    await world.until('one copy of that file, one of what was called off before', () => ada.disk.contents.size === 2);
    expect([second, declined, again].map(({ transferId }) => held(transferId))).toEqual([true, false, true]);
    await expect(ada.files.send({ conversationId, from: declined.transferId })).rejects.toMatchObject({ code: 'transfer.not-here' });
    await bo.files.cancel(again);
    for (const each of [ada, bo]) each.reopen();
    expect(by(second.transferId)).toEqual(['me', 'them']);
    await expect(Promise.resolve().then(() => bo.files.accept(second))).rejects.toMatchObject({ code: 'transfer.over' });
    const contact = bo.profile.stores.contacts.byPeer(ada.profile.local.peerId);
    if (contact === undefined) throw new Error('Bo knows Ada');
    bo.profile.stores.contacts.put({ ...contact, permissions: { ...contact.permissions, sendFile: false } });
    const third = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('Ada hears', () => ada.profile.files.list().some(({ transferId, state, failure }) => transferId === third.transferId && state === 'failed' && failure === 'contact.not-permitted'));
    expect(bo.disk.contents.size).toBe(0);
    // Where the copy cannot be let go, the file went all the same, and that is what is said: told otherwise, a person would send it twice.
    vi.spyOn(ada.profile.files, 'forget').mockImplementation(() => {
      throw new KeyshiftError('disk.full', 'There is no room.');
    });
    const fourth = await ada.files.send({ conversationId, from: third.transferId });
    expect([third, fourth].map(({ transferId }) => held(transferId))).toEqual([true, true]);
    expect(ada.logged.map(([event]) => event)).toContain('file.copy-kept');
  });

  it('a full disk loses nothing: it is said, and the rest is fetched once there is room; a file goes with its message', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/a.bin', content);
    bo.disk.size = 64 * 1_048_576 + content.length;
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('no room', () => isThere(bo) && transferOf(bo).state === 'failed');
    expect(transferOf(bo)).toMatchObject({ failure: 'disk.full', held: false });
    expect(transferOf(ada).state).not.toBe('failed');
    bo.disk.size = 2 ** 40;
    // As if there had not even been room to write down that it failed.
    bo.profile.stores.transfers.set(transferId, { wanted: true, ended: undefined, failure: undefined });
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

  it('what the disk has no room for can be done without: whoever sent it hears that it is waited for no more', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/a.bin', content);
    bo.disk.size = 64 * 1_048_576 + content.length;
    const sent = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('no room', () => isThere(bo) && transferOf(bo).state === 'failed');
    await bo.files.cancel(sent);
    await world.until('Ada hears', () => transferOf(ada).state === 'cancelled');
    expect([transferOf(bo), transferOf(ada)]).toMatchObject([{ state: 'cancelled', cancelledBy: 'me' }, { cancelledBy: 'them' }]);
    await expect(Promise.resolve().then(() => bo.files.cancel(sent))).rejects.toMatchObject({ code: 'transfer.over' });
  });

  it('S4-31: on a slow disk a pause, a break and another break lose nothing, and others who fill it meanwhile stop it in time', async () => {
    const { ada, bo, conversationId } = await pair();
    const large = randomBytes(80 * 65_536 + 5);
    ada.disk.files.set('/large.bin', large);
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    const { transferId } = await ada.files.send({ conversationId, path: '/large.bin' });
    await world.until('the offer', () => isThere(bo));
    const slow = (file: HeldFile): HeldFile => ({ ...file, write: async (at, bytes) => (await new Promise<void>((resolve) => void world.clock.setTimer(40, resolve)), file.write(at, bytes)) });
    const { create, open } = bo.disk.held;
    Object.assign(bo.disk.held, { create: async (name: string) => slow(await create(name)), open: async (name: string) => (await open(name).then((file) => file && slow(file))) });
    await bo.files.accept({ transferId });
    await world.until('much that waits to be written', () => transferOf(bo).done > 20 * 65_536);
    await bo.files.pause({ transferId });
    await world.pass(500);
    const { have } = bo.profile.stores.transfers.byId(transferId) ?? { have: 0 };
    expect(have * 65_552).toBeLessThanOrEqual([...bo.disk.contents.values()][0]?.length ?? 0);
    await bo.files.resume({ transferId });
    await world.until('more', () => transferOf(bo).done > (have + 20) * 65_536);
    ada.profile.connections.session(bo.profile.local.peerId)?.close();
    await world.until('more again', () => transferOf(bo).done > (have + 30) * 65_536);
    bo.disk.size = 20 * 1_048_576;
    await world.until('it is said', () => transferOf(bo).state === 'failed');
    expect(transferOf(bo)).toMatchObject({ failure: 'disk.full' });
    bo.disk.size = 2 ** 40;
    await bo.files.resume({ transferId });
    await world.until('all of it', () => !['running', 'waiting'].includes(transferOf(bo).state));
    expect(transferOf(bo)).toMatchObject({ state: 'done', held: true });
  });

  it('A88: a copy that cannot be finished leaves nothing: cut short, grown or overwritten, no room, called off, locked, the conversation gone', async () => {
    const { ada, conversationId } = await pair();
    const held = { ...ada.disk.held };
    const { profile } = ada;
    const attempt = async (during: (at: number) => void): Promise<unknown> => {
      ada.disk.files.set('/a.bin', content);
      Object.assign(ada.disk.held, { ...held, room: async () => 2 ** 40, create: async (name: string) => {
        const file = await held.create(name);
        return { ...file, write: async (at: number, bytes: Uint8Array) => (during(at), file.write(at, bytes)) };
      } });
      const answer = await Promise.resolve(ada.files.send({ conversationId, path: '/a.bin' })).then(() => 'sent', (error: unknown) => (error as { code?: string }).code);
      Object.defineProperty(ada, 'profile', { configurable: true, writable: true, value: profile });
      expect([ada.disk.contents.size, await ada.files.list({})]).toEqual([0, []]);
      return answer;
    };
    for (const other of [content.subarray(0, 100), Buffer.concat([content, Buffer.from('more')]), Buffer.alloc(content.length, 'other')]) {
      expect(await attempt(() => void ada.disk.files.set('/a.bin', other))).toBe('file.changed');
    }
    ada.disk.size = 300_000;
    expect(await attempt(() => undefined)).toBe('disk.full');
    ada.disk.size = 2 ** 40;
    expect(
      await attempt(() => {
        const [one] = ada.files.list({}) as { transferId: string }[];
        void ada.files.cancel({ transferId: one?.transferId ?? '' });
      }),
    ).toBe('transfer.over');
    const locked = new KeyshiftError('vault.locked', 'The vault is locked.');
    expect(await attempt(() => void Object.defineProperty(ada, 'profile', { configurable: true, get: () => { throw locked; } }))).toBe('vault.locked');
    expect(await attempt(() => void ada.conversations.remove({ conversationId }))).toBe('conversation.unknown');
  });

  it('A88: where a copy cannot even begin, no key of it stays; and what was chosen while it was being locked is not held open', async () => {
    const { ada, conversationId } = await pair();
    ada.disk.files.set('/a.bin', content);
    const secrets = vi.spyOn(ada.crypto, 'secret');
    const { create } = ada.disk.held;
    ada.disk.held.create = () => Promise.reject(new KeyshiftError('disk.failed', 'The disk failed.'));
    await expect(Promise.resolve(ada.files.send({ conversationId, path: '/a.bin' }))).rejects.toMatchObject({ code: 'disk.failed' });
    expect(secrets.mock.calls.map(([kind], at) => [kind, secrets.mock.results[at]?.value.wiped]).filter(([kind]) => kind === 'file')).toEqual([]);
    ada.disk.held.create = create;
    const { profile, disk } = ada;
    const { open } = disk.chosen;
    let closed = 0;
    disk.chosen.open = async (path) => {
      const source = await open(path);
      Object.defineProperty(ada, 'profile', { configurable: true, get: () => { throw new KeyshiftError('vault.locked', 'The vault is locked.'); } });
      return { ...source, close: async () => void (closed += 1) };
    };
    await expect(Promise.resolve(ada.files.send({ conversationId, path: '/a.bin' }))).rejects.toMatchObject({ code: 'vault.locked' });
    Object.defineProperty(ada, 'profile', { configurable: true, writable: true, value: profile });
    expect(closed).toBe(1);
  });

  it('A88: a file that is here is sent on from here: a file of its own under a new key, which stays when the first one goes; what is not here is not sent', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/home/ada/plan.pdf', content);
    const first = await ada.files.send({ conversationId, path: '/home/ada/plan.pdf', text: 'for you alone' });
    await world.until('it is there', () => isThere(bo) && transferOf(bo).state === 'done');
    const ofBo = bo.profile.stores.conversations.list()[0]?.conversationId ?? '';
    const second = await bo.files.send({ conversationId: ofBo, from: first.transferId });
    await world.until('it is back', () => ada.profile.files.list().some(({ transferId, state }) => transferId === second.transferId && state === 'done'));
    const [message] = (await ada.messages.list({ conversationId })).filter(({ file }) => file?.transferId === second.transferId);
    expect(message).toMatchObject({ kind: 'file', text: '', file: { name: 'plan.pdf', size: content.length } });
    expect(message?.replyTo).toBeUndefined();
    expect(second.transferId).not.toBe(first.transferId);
    const row = (transferId: string) => bo.profile.stores.transfers.byId(transferId);
    expect(Buffer.from(row(second.transferId)?.key ?? []).equals(Buffer.from(row(first.transferId)?.key ?? []))).toBe(false);
    await bo.files.forget(first);
    await bo.files.save({ transferId: second.transferId, path: '/saved' });
    expect(Buffer.compare(bo.disk.files.get('/saved') ?? Buffer.alloc(0), content)).toBe(0);
    await expect(bo.files.send({ conversationId: ofBo, from: first.transferId })).rejects.toMatchObject({ code: 'transfer.not-here' });
    await expect(bo.files.send({ conversationId: ofBo, from: '0'.repeat(32) })).rejects.toMatchObject({ code: 'transfer.unknown' });
  });

  it('fetched again from somebody who has no copy any more, it says that nobody who is there has one, until one is there again', async () => {
    const { ada, bo, conversationId } = await pair();
    ada.disk.files.set('/a.bin', content);
    const sent = await ada.files.send({ conversationId, path: '/a.bin' });
    await world.until('it is there', () => isThere(bo) && transferOf(bo).state === 'done');
    await bo.files.forget(sent);
    await ada.files.forget(sent);
    await bo.files.accept(sent);
    await world.until('it is said', () => transferOf(bo).missing === true);
    expect(transferOf(bo).state).toBe('waiting');
    expect(toldOf(bo, 'transfer.progress').at(-1)).toMatchObject({ state: 'waiting', missing: true });
    await bo.files.pause(sent);
    expect(transferOf(bo)).toEqual(expect.not.objectContaining({ missing: true }));
    await bo.files.resume(sent);
    await world.until('it was asked for again', () => transferOf(bo).missing === true);
    // Nobody is there who could say so.
    world.network.cut();
    await world.until('nobody is there', () => bo.profile.connections.sessions().length === 0);
    expect(transferOf(bo)).toEqual(expect.not.objectContaining({ missing: true }));
    expect(toldOf(bo, 'transfer.progress').at(-1)).toEqual(expect.not.objectContaining({ missing: true }));
  });

  it('sent once more, what was called off keeps its copy where it goes to somebody else, and what arrived wherever it goes', async () => {
    const { ada, conversationId } = await pair();
    const { ofInviter } = await acquaint(world, ada, await world.move('Cleo'));
    const { conversationId: withCleo } = await ada.conversations.open({ contactId: ofInviter });
    ada.disk.files.set('/a.txt', Buffer.from('small'));
    const row = (transferId: string) => ada.profile.files.ofAll([transferId])[0];
    const arrived = await ada.files.send({ conversationId, path: '/a.txt' });
    await world.until('it arrived', () => row(arrived.transferId)?.state === 'done');
    await ada.files.send({ conversationId, from: arrived.transferId });
    const called = await ada.files.send({ conversationId, path: '/a.txt' });
    await ada.files.cancel(called);
    await ada.files.send({ conversationId: withCleo, from: called.transferId });
    expect([arrived, called].map(({ transferId }) => row(transferId)?.held)).toEqual([true, true]);
    await ada.files.send({ conversationId, from: called.transferId });
    expect(row(called.transferId)?.held).toBe(false);
  });

  it('A88: what is read in clear while the vault is locked ends there, and so does what was about to be', async () => {
    const { ada, conversationId } = await pair();
    ada.disk.files.set('/a.bin', content);
    const { transferId } = await ada.files.send({ conversationId, path: '/a.bin' });
    const { files } = ada.profile;
    const held = await files.open(transferId);
    expect((await held.read(0, 3)).length).toBe(3);
    const opening = files.open(transferId);
    ada.reopen();
    await expect(held.read(0, 3)).rejects.toMatchObject({ code: 'vault.locked' });
    await expect((await opening).read(0, 3)).rejects.toMatchObject({ code: 'vault.locked' });
  });

  it('A88: whatever takes away the message of a file in the middle of it takes it from both disks, and the fetching with it', async () => {
    const { ada, bo, conversationId } = await pair();
    bo.settings = { ...bo.settings, acceptFilesUpTo: 0 };
    ada.disk.files.set('/large.bin', randomBytes(200 * 65_536));
    const ofBo = (): string => bo.profile.stores.conversations.list()[0]?.conversationId ?? '';
    const ways: ((messageId: string) => unknown)[] = [
      (messageId) => ada.messages.delete({ messageId, forBoth: true }),
      async () => bo.conversations.remove({ conversationId: ofBo() }),
    ];
    for (const take of ways) {
      const { transferId, messageId } = await ada.files.send({ conversationId, path: '/large.bin' });
      await world.until('the offer', () => isThere(bo));
      await bo.files.accept({ transferId });
      await world.until('some of it', () => transferOf(bo).done > 10 * 65_536);
      await take(messageId);
      await world.until('gone from Bo', () => bo.profile.files.list().length === 0 && bo.disk.contents.size === 0);
      await world.pass(2_000);
      expect(bo.disk.contents.size).toBe(0);
    }
    await ada.conversations.remove({ conversationId });
    await world.until('gone from Ada', () => ada.disk.contents.size === 0);
  });

  it('files are listed newest first, page by page, or by their numbers', async () => {
    const { ada, conversationId } = await pair();
    ada.disk.files.set('/a.txt', Buffer.from('hello'));
    const sent: string[] = [];
    for (let n = 0; n < 5; n += 1) sent.unshift((await ada.files.send({ conversationId, path: '/a.txt' })).transferId);
    // Two of the same moment stand in the order of their numbers.
    const order = [...sent].sort();
    ada.db.prepare('UPDATE transfers SET added_at = 7').run();
    const seen: string[] = [];
    const page = async (limit: number): Promise<string[]> => (await ada.files.list({ conversationId, limit, ...(seen.length > 0 && { before: seen.at(-1) ?? '' }) })).map(({ transferId }) => transferId);
    for (let next = await page(2); next.length > 0; next = await page(2)) seen.push(...next);
    expect(seen).toEqual(order);
    expect((await ada.files.list({ transferIds: [order[3] ?? '', 'f'.repeat(32)] })).map(({ transferId }) => transferId)).toEqual([order[3]]);
    await expect(Promise.resolve().then(() => ada.files.list({ before: 'f'.repeat(32) }))).rejects.toMatchObject({ code: 'transfer.unknown' });
  });
});
