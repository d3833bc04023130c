import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCard } from '../../../electron/engine/certificates/card';
import type { Stores } from '../../../electron/services/ports';
import { Untaken } from '../../../electron/services/untaken';
import { KeyshiftError } from '../../../shared/errors';
import { cardText } from '../../support/card-text';
import { acquaint, createWorld, toldOf, type Resident, type World } from '../../support/services-kit';

const full = () => new KeyshiftError('disk.full', 'The disk is full.');

describe('what goes wrong here costs a try, not the process, and says nothing about the other side', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;

  beforeEach(async () => {
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  }, 30_000);
  afterEach(() => world.close());

  const peerOf = (resident: Resident) => resident.profile.local.peerId;
  const logs = (resident: Resident, event: string) => resident.logged.filter(([name]) => name === event);
  const contactOf = (resident: Resident, other: Resident) => resident.profile.stores.contacts.byPeer(peerOf(other));
  const met = () => [ann, bo].every(({ profile }) => profile.connections.sessions().length > 0);

  /** A store of this resident fails in one member while the switch is on. */
  function failing<S extends keyof Stores>(resident: Resident, store: S, member: keyof Stores[S], error: () => Error = full): { on: boolean } {
    const fault = { on: false };
    resident.replace((stores) => {
      const real = stores[store];
      const handler = real[member];
      if (typeof handler !== 'function') throw new Error('not a member to fail');
      const failingMember = (...given: unknown[]): unknown => {
        if (fault.on) throw error();
        return handler.apply(real, given);
      };
      return { [store]: { ...real, [member]: failingMember } };
    });
    resident.reopen();
    return fault;
  }

  const invite = async () => ann.contacts.acceptInvitation({ link: (await bo.contacts.createInvitation({})).link });

  test('a row that cannot be read at a dial is not dialled, and the person is reached once it can', async () => {
    await acquaint(world, ann, bo);
    bo.mute = true;
    const fault = failing(ann, 'peers', 'find', () => new KeyshiftError('vault.damaged', 'Damaged.'));
    await world.until('a session', met);
    fault.on = true;
    ann.profile.book.dropCache();
    world.network.cut();
    await world.pass(5_000);
    expect(logs(ann, 'dial.fault').length).toBeGreaterThan(0);
    expect(ann.profile.connections.sessions()).toEqual([]);
    fault.on = false;
    await world.until('a session', met);
  }, 30_000);

  test('after a message is durable nothing tells its sender that it failed', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    const fault = failing(ann, 'dialogs', 'pending');
    await world.until('a session', met);
    const { conversationId } = await ann.conversations.open({ contactId: ofInviter });
    await world.pass(100);
    fault.on = true;
    const { messageId } = await ann.messages.send({ conversationId, text: 'kept' });
    expect(logs(ann, 'message.not-handed-over').length).toBeGreaterThan(0);
    expect((await ann.messages.list({ conversationId })).map((message) => [message.messageId, message.state])).toEqual([[messageId, 'queued']]);
    fault.on = false;
    await world.until('it arrives', () => toldOf(bo, 'message.received').some(({ message }) => message.text === 'kept'));
  }, 30_000);

  test('what a full disk does not take of others is told while it lasts, though their connection ends each time, and comes once there is room', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    const fault = failing(bo, 'messages', 'add');
    await world.until('a session', met);
    const { conversationId } = await ann.conversations.open({ contactId: ofInviter });
    await world.pass(100);
    const status = async () => (await bo.networkCalls.status(undefined)).untaken;
    const { size } = bo.disk;
    let changes = 0;
    bo.network.onChange(() => (changes += 1));
    fault.on = true;
    bo.disk.size = 0;
    await ann.messages.send({ conversationId, text: 'not yet' });
    await world.pass(200);
    expect(await status()).toBe('disk-full');
    expect(changes).toBeGreaterThan(0);
    await world.pass(20_000);
    expect(await status()).toBe('disk-full');
    fault.on = false;
    bo.disk.size = size;
    await world.pass(6_000);
    expect(await status()).toBeUndefined();
    await world.until('it arrives', () => toldOf(bo, 'message.received').some(({ message }) => message.text === 'not yet'));
    // A disk that fails is another matter: nobody can tell from outside when it works again, but what is stored shows it.
    const broken = failing(bo, 'messages', 'add', () => new KeyshiftError('disk.failed', 'The disk failed.'));
    await world.until('a session', met);
    broken.on = true;
    await ann.messages.send({ conversationId, text: 'later' });
    await world.pass(200);
    expect(await status()).toBe('disk-failed');
    broken.on = false;
    await world.until('it arrives', () => toldOf(bo, 'message.received').some(({ message }) => message.text === 'later'));
    expect(await status()).toBeUndefined();
    const away = failing(bo, 'messages', 'add', () => new KeyshiftError('profile.gone', 'The folder went.'));
    await world.until('a session', met);
    away.on = true;
    await ann.messages.send({ conversationId, text: 'when it is back' });
    await world.pass(200);
    expect(await status()).toBe('folder-gone');
    away.on = false;
    await world.until('it arrives', () => toldOf(bo, 'message.received').some(({ message }) => message.text === 'when it is back'));
    expect(await status()).toBeUndefined();
  }, 30_000);

  test('that a full disk takes nothing of others is told until something is stored: what was refused, or says nothing, is not; and they are asked to come back once there is room, though something smaller was', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    const { conversationId } = await bo.conversations.open({ contactId: contactOf(bo, ann)?.contactId ?? ofInviter });
    await world.until('a session', met);
    await world.pass(2_000);
    const { untaken, connections } = bo.profile;
    const { size } = bo.disk;
    bo.disk.size = 0;
    untaken.refused(full());
    await expect(Promise.resolve(bo.messages.send({ conversationId: '0'.repeat(32), text: 'to nobody' }))).rejects.toMatchObject({ code: 'conversation.unknown' });
    expect(untaken.why).toBe('disk-full');
    const refusals = logs(bo, 'message.rejected').length;
    for (const session of ann.profile.connections.sessions()) session.send([{ kind: 'message', bytes: new Uint8Array(300) }]);
    await world.until('it is refused', () => logs(bo, 'message.rejected').length > refusals);
    expect(untaken.why).toBe('disk-full');
    await bo.messages.send({ conversationId, text: 'small' });
    expect(untaken.why).toBeUndefined();
    const asked = vi.spyOn(connections, 'lookAgain');
    await world.pass(11_000);
    expect([asked.mock.calls.length, untaken.why]).toEqual([0, undefined]);
    bo.disk.size = size;
    await world.pass(6_000);
    expect(asked).toHaveBeenCalledTimes(1);
    await world.pass(11_000);
    expect(asked).toHaveBeenCalledTimes(1);
  }, 30_000);

  test('a disk that has room and takes nothing all the same, as where a quota is used up, is tried ever more seldom, until something is stored', async () => {
    const waits: number[] = [];
    let due = (): void => undefined;
    const untaken = new Untaken({ clock: { setTimer: (milliseconds, run) => (waits.push(milliseconds / 1_000), (due = run), () => undefined) }, room: async () => 2 ** 30, onChange: () => undefined, onRoom: () => undefined });
    for (let tries = 0; tries < 9; tries += 1) {
      untaken.refused(full());
      untaken.refused(full());
      expect(untaken.why).toBe('disk-full');
      due();
      await new Promise(setImmediate);
      expect(untaken.why).toBeUndefined();
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600]);
    untaken.stored();
    untaken.refused(full());
    expect(waits.at(-1)).toBe(5);
    due();
    await new Promise(setImmediate);
    untaken.refused(full());
    expect(waits.at(-1)).toBe(10);
    // Something was taken: whoever was sent away is not asked for as late as they would have been, nor ever later while more is.
    untaken.stored();
    untaken.stored();
    expect(waits.slice(-2)).toEqual([10, 5]);
  });

  test('nor does a contact that cannot be read when the sender reaches for it', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    const { conversationId } = await ann.conversations.open({ contactId: ofInviter });
    const fault = failing(ann, 'contacts', 'byPeer');
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(40);
    fault.on = true;
    ann.profile.connections.reach(peerOf(bo));
    ann.profile.waitingChanged(peerOf(bo));
    ann.profile.introductions.pursue(ofInviter);
    fault.on = false;
    expect(logs(ann, 'dial.fault').length).toBeGreaterThan(0);
    expect((await ann.messages.list({ conversationId })).length).toBe(0);
  }, 30_000);

  test('a new identity key is refused as a whole where the disk has no room for what follows from it: nothing is done that was refused', async () => {
    const fault = failing(ann, 'dialogs', 'addOwnToken');
    const epochs = () => ann.profile.stores.local.load()?.identityKeys.map(({ epoch }) => epoch);
    fault.on = true;
    await expect(Promise.resolve(ann.identityKeys.rotate(undefined))).rejects.toMatchObject({ code: 'disk.full' });
    expect([epochs(), ann.profile.local.identity.epoch]).toEqual([[1], 1]);
    fault.on = false;
    expect(await ann.identityKeys.rotate(undefined)).toEqual({ epoch: 2 });
    expect(epochs()?.toSorted()).toEqual([1, 2]);
  }, 30_000);

  test('a full disk at the inviter is no refusal: the link still works when there is room', async () => {
    const fault = failing(bo, 'invitations', 'put');
    const { contactId } = await invite();
    fault.on = true;
    await world.pass(3_000);
    expect(logs(bo, 'introduction.not-stored').length).toBeGreaterThan(0);
    expect(contactOf(ann, bo)).toMatchObject({ contactId, relation: 'invited' });
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    expect(bo.profile.stores.contacts.list()).toEqual([]);
    expect(bo.profile.book.find(peerOf(ann))).toBeUndefined(); // not even in a cache
    expect(toldOf(bo, 'contact.changed')).toEqual([]);
    fault.on = false;
    await world.until('met', met);
  }, 30_000);

  test('a full disk at the invitee does not end the contact', async () => {
    const fault = failing(ann, 'peers', 'put');
    fault.on = true;
    await invite();
    await world.pass(5_000);
    expect(contactOf(ann, bo)).toMatchObject({ relation: 'invited' });
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    fault.on = false;
    await world.until('met', met);
  }, 60_000);

  test('a full disk at somebody asked by card: the asker hears nothing but "pending", and asks again', async () => {
    const fault = failing(bo, 'requests', 'put');
    fault.on = true;
    const { text } = cardText(bo, world.clock.now());
    await ann.contacts.importKey({ text });
    await world.pass(3_000);
    expect(logs(bo, 'introduction.not-stored').length).toBeGreaterThan(0);
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    fault.on = false;
    await world.until('a request', () => toldOf(bo, 'contact.request').length === 1);
  }, 60_000);

  test('a full disk at whoever accepts a request: once there is room it is accepted, and its key stands on the disk', async () => {
    const fault = { on: false };
    bo.replace((stores) => ({
      contacts: {
        ...stores.contacts,
        put: (row) => {
          if (!fault.on) return stores.contacts.put(row);
          bo.profile.book.find(row.peerId); // as whoever judges what an organisation says of the key that was just stored
          throw full();
        },
      },
    }));
    bo.reopen();
    await ann.contacts.importKey({ text: cardText(bo, world.clock.now()).text });
    await world.until('a request', () => toldOf(bo, 'contact.request').length === 1);
    const [{ requestId } = { requestId: '' }] = bo.profile.stores.requests.list();
    const accept = () => Promise.resolve().then(() => bo.contacts.answerRequest({ requestId, accept: true }));
    fault.on = true;
    await expect(accept()).rejects.toMatchObject({ code: 'disk.full' });
    fault.on = false;
    await accept();
    expect(bo.profile.stores.peers.find(peerOf(ann))).toBeDefined();
    await world.until('met', met);
  }, 60_000);

  test('a contact that cannot be sealed to is reached all the same', async () => {
    const fault = failing(ann, 'dialogs', 'waiting');
    bo.onLink = (link) => link.destroy();
    const { contactId } = await invite();
    const { conversationId } = await ann.conversations.open({ contactId });
    await ann.messages.send({ conversationId, text: 'kept' });
    fault.on = true;
    bo.onLink = undefined;
    await world.until('the contact stands', () => contactOf(ann, bo)?.relation === 'mutual');
    expect(logs(ann, 'message.not-sealed')).toHaveLength(1);
    expect(ann.dials.length).toBeGreaterThan(0);
    fault.on = false;
    await world.until('it arrives', () => toldOf(bo, 'message.received').some(({ message }) => message.text === 'kept'));
  }, 60_000);

  test('a session that cannot be taken up is ended, and comes again', async () => {
    await acquaint(world, ann, bo);
    bo.mute = true;
    await world.until('a session', met);
    const fault = failing(bo, 'contacts', 'byPeer');
    const { size } = bo.disk;
    fault.on = true;
    bo.disk.size = 0;
    await world.pass(5_000);
    expect(logs(bo, 'session.not-taken-up').length).toBeGreaterThan(0);
    expect(bo.profile.connections.sessions()).toEqual([]);
    // Nothing of theirs comes so far that it could be refused.
    expect((await bo.networkCalls.status(undefined)).untaken).toBe('disk-full');
    fault.on = false;
    bo.disk.size = size;
    await world.until('a session', met);
    await world.pass(6_000);
    expect((await bo.networkCalls.status(undefined)).untaken).toBeUndefined();
  }, 60_000);

  test('locking in the middle of a meeting ends its channel and nothing happens later', async () => {
    let lockAtHello = true;
    bo.replace((stores) => ({
      invitations: {
        ...stores.invitations,
        find: (invitationId) => {
          // The hello is there: it is answered, and behind that comes the lock, before the proof.
          if (lockAtHello) queueMicrotask(() => bo.profile.leave());
          return stores.invitations.find(invitationId);
        },
      },
    }));
    bo.reopen();
    await invite();
    await world.until('the hello', () => logs(ann, 'introduction.failed').length > 0);
    expect(world.clock.monotonic()).toBeLessThan(1_000); // at once, not when the channel's time is up
    await world.pass(15_000);
    expect(bo.told).toEqual([]);
    expect(bo.profile.stores.contacts.list()).toEqual([]);
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    lockAtHello = false;
    bo.reopen();
    await world.until('met', met);
  }, 60_000);

  test('nor the log with messages that are none', async () => {
    await acquaint(world, ann, bo);
    await world.pass(100);
    for (let n = 0; n < 50; n += 1) {
      bo.profile.connections.session(peerOf(ann))?.send([{ kind: 'message', bytes: new Uint8Array(500).fill(n) }]);
      await world.pass(20);
    }
    expect(logs(ann, 'message.rejected')).toHaveLength(1);
    expect(ann.profile.stores.conversations.list()).toEqual([]);
    expect(ann.profile.connections.sessions()).toHaveLength(1);
  }, 30_000);

  test('a contact cannot fill the disk with devices or cards', async () => {
    await acquaint(world, ann, bo);
    const chain = ann.profile.connections.sessions()[0]?.peer;
    if (chain === undefined) throw new Error('they have met');
    for (let n = 1; n <= 40; n += 1) {
      ann.profile.book.learnChain({ ...chain, instance: { ...chain.instance, bytes: Uint8Array.of(n) } });
    }
    expect(ann.profile.book.find(peerOf(bo))?.record.instances).toHaveLength(16);

    let writes = 0;
    ann.replace((stores) => ({
      peers: {
        ...stores.peers,
        put: (record) => {
          writes += 1;
          stores.peers.put(record);
        },
      },
    }));
    ann.reopen();
    await world.until('met', met);
    const session = bo.profile.connections.session(peerOf(ann));
    for (let n = 0; n < 200; n += 1) {
      const bytes = createCard(bo.crypto, bo.profile.local, [{ host: '192.0.2.77', port: 5_000 + n }], world.clock.now() + 1 + n); // each later: an older one is no news
      session?.send([{ kind: 'card', bytes }]);
    }
    await world.pass(500);
    expect(writes).toBeGreaterThan(2);
    expect(writes).toBeLessThanOrEqual(20);
  }, 60_000);
});
