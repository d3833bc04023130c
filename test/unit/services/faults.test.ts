import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCard } from '../../../electron/engine/certificates/card';
import { createIdentityCertificate } from '../../../electron/engine/certificates/identity-certificate';
import type { Link } from '../../../electron/engine/ports';
import { Acquaintances } from '../../../electron/services/acquaintances';
import { finalCode } from '../../../electron/services/asking';
import { EventHub } from '../../../electron/services/event-hub';
import type { Stores } from '../../../electron/services/ports';
import { MeetingRefusal } from '../../../electron/engine/session/meeting-roles';
import { KeyshiftError } from '../../../shared/errors';
import { acquaint, createWorld, toldOf, type Resident, type World } from '../../support/services-kit';
import { codeOf } from '../../support/foundation-kit';
import { peer } from '../../contract/storage/rows';

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
    const { text } = await cardOf(bo);
    await ann.contacts.importKey({ text });
    await world.pass(3_000);
    expect(logs(bo, 'introduction.not-stored').length).toBeGreaterThan(0);
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    fault.on = false;
    await world.until('a request', () => toldOf(bo, 'contact.request').length === 1);
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
    fault.on = true;
    await world.pass(5_000);
    expect(logs(bo, 'session.not-taken-up').length).toBeGreaterThan(0);
    expect(bo.profile.connections.sessions()).toEqual([]);
    fault.on = false;
    await world.until('a session', met);
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

  const cardOf = async (resident: Resident) => {
    const { crypto, profile, address } = resident;
    const bytes = createCard(crypto, profile.local, [address], world.clock.now());
    const lines = Buffer.from(bytes).toString('base64').match(/.{1,64}/g) ?? [];
    return { text: ['-----BEGIN KEYSHIFT CARD-----', ...lines, '-----END KEYSHIFT CARD-----', ''].join('\n'), bytes };
  };

  test('A70: somebody known under another key is not let in by a link, on either side', async () => {
    await acquaint(world, ann, bo);
    const { stores } = bo.profile;
    const record = stores.peers.find(peerOf(ann));
    const row = contactOf(ann, bo);
    if (record === undefined || row === undefined) throw new Error('they have met');
    stores.peers.put({ ...record, pinnedSpkiHash: new Uint8Array(32) });
    bo.profile.book.dropCache();
    ann.profile.stores.contacts.put({ ...row, ended: 'invitation.expired', relation: 'invited' });
    world.network.cut();
    await invite();
    await world.until('the refusal', () => contactOf(ann, bo)?.ended !== undefined);
    expect(contactOf(ann, bo)?.ended).toBe('invitation.refused');
    expect(bo.profile.stores.invitations.list().every(({ redeemedBy, expiresAt }) => redeemedBy !== undefined || expiresAt > world.clock.now())).toBe(true);

    // The reverse: Ann knows Bo under another key. Whoever answers may be anybody, so that is not final.
    stores.peers.put(record);
    bo.profile.book.dropCache();
    const known = ann.profile.stores.peers.find(peerOf(bo));
    if (known === undefined) throw new Error('they have met');
    ann.profile.stores.peers.put({ ...known, pinnedSpkiHash: new Uint8Array(32) });
    ann.profile.book.dropCache();
    await invite();
    await world.pass(5_000);
    expect(contactOf(ann, bo)).toMatchObject({ relation: 'invited' });
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    expect(ann.profile.stores.peers.find(peerOf(bo))?.pinnedSpkiHash).toEqual(new Uint8Array(32));
  }, 60_000);

  test('a blocked person gets nothing by a link, and learns nothing by a card', async () => {
    const { ofInvitee } = await acquaint(world, ann, bo);
    await bo.contacts.block({ contactId: ofInvitee });
    const row = contactOf(ann, bo);
    if (row === undefined) throw new Error('they have met');
    ann.profile.stores.contacts.put({ ...row, ended: 'invitation.expired', relation: 'invited' });
    await invite();
    await world.until('the refusal', () => contactOf(ann, bo)?.ended === 'invitation.refused');
    await ann.contacts.importKey(await cardOf(bo));
    await world.pass(5_000);
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    expect(await bo.contacts.requests(undefined)).toEqual([]);
  }, 60_000);

  test('somebody blocked before the first card came stays blocked in every place when it comes', async () => {
    let hold = true;
    const held: Link[] = [];
    bo.onLink = (link) => {
      if (hold) held.push(link);
      else bo.profile.accept(link);
    };
    const { contactId } = await invite();
    await world.pass(100);
    expect(held).toHaveLength(1);
    await ann.contacts.block({ contactId });
    hold = false;
    for (const link of held) bo.profile.accept(link); // the meeting was under way already
    await world.pass(1_000);
    expect(contactOf(ann, bo)).toMatchObject({ relation: 'mutual', blocked: true });
    expect(ann.profile.book.find(peerOf(bo))?.record.blocked).toBe(true);
    expect(ann.profile.connections.sessions()).toEqual([]);
    expect(bo.profile.connections.sessions()).toEqual([]);
    await ann.contacts.block({ contactId, blocked: false });
    await world.until('met', met);
  }, 60_000);

  test('a hundred strangers may wait for an answer, the next one is heard when there is room', async () => {
    const { requests } = bo.profile.stores;
    for (let n = 0; n < 100; n += 1) {
      requests.put({ requestId: n.toString(16).padStart(32, '0'), peerId: peer(n), name: `${n}`, via: 'card', card: new Uint8Array(1), receivedAt: n, declined: false });
    }
    await ann.contacts.importKey(await cardOf(bo));
    await world.pass(5_000);
    expect(toldOf(bo, 'contact.request')).toEqual([]);
    expect(requests.byPeer(peerOf(ann))).toBeUndefined();
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    await bo.contacts.answerRequest({ requestId: '0'.repeat(32), accept: false });
    await world.until('a request', () => toldOf(bo, 'contact.request').length === 1);
  }, 60_000);

  test('an asker whose request is only pending asks ever more seldom', async () => {
    await ann.contacts.importKey(await cardOf(bo));
    await world.pass(600_000, 100);
    expect(toldOf(bo, 'contact.request')).toHaveLength(1);
    expect(ann.dials.length).toBeGreaterThan(5);
    expect(ann.dials.length).toBeLessThan(60);
  }, 60_000);

  test('somebody who declined and then asks by themselves is a contact, whatever ended before', async () => {
    await ann.contacts.importKey(await cardOf(bo));
    await world.until('a request', () => toldOf(bo, 'contact.request').length === 1);
    const [request] = await bo.contacts.requests(undefined);
    await bo.contacts.answerRequest({ requestId: request?.requestId ?? '', accept: false });
    await world.until('declined', () => contactOf(ann, bo)?.ended === 'request.declined');
    await bo.contacts.importKey(await cardOf(ann));
    await world.until('met', met);
    expect(contactOf(ann, bo)).toMatchObject({ relation: 'mutual', name: 'Bo' });
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
  }, 60_000);

  test('whoever connects has answered: a request, and a link accepted meanwhile', async () => {
    await acquaint(world, ann, bo);
    const row = contactOf(ann, bo);
    if (row === undefined) throw new Error('they have met');
    ann.mute = true;
    ann.profile.stores.contacts.put({ ...row, name: 'somebody', relation: 'invited', invitation: new TextEncoder().encode('keyshift:invite/x') });
    world.network.cut();
    await world.until('met again', () => contactOf(ann, bo)?.relation === 'mutual');
    expect(contactOf(ann, bo)).toMatchObject({ name: 'Bo' });
    expect(contactOf(ann, bo)).not.toHaveProperty('invitation');
  }, 60_000);

  test('an answer to an older link or card does not end what was accepted since', async () => {
    bo.onLink = (link) => link.destroy();
    const { contactId } = await invite();
    const { crypto, profile } = ann;
    const asked = profile.stores.contacts.byId(contactId);
    if (asked === undefined) throw new Error('accepted just now');
    const ended: string[] = [];
    const acquaintances = new Acquaintances({
      crypto,
      clock: world.clock,
      random: { bytes: (length) => crypto.random(length) },
      logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      stores: profile.stores,
      events: new EventHub({ debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }),
      book: profile.book,
      onMutual: () => undefined,
      onEnded: (peerId) => ended.push(peerId),
    });
    acquaintances.end({ ...asked, relation: 'requested' }, 'request.declined');
    acquaintances.end({ ...asked, invitation: new TextEncoder().encode('another link') }, 'invitation.used');
    expect(profile.stores.contacts.byId(contactId)).toEqual(asked);
    acquaintances.end(asked, 'invitation.used');
    expect(profile.stores.contacts.byId(contactId)).toMatchObject({ ended: 'invitation.used', hints: [] });
    expect(profile.stores.contacts.byId(contactId)).not.toHaveProperty('invitation');
    expect(ended).toEqual([asked.peerId]);
  });

  test('only what the proven other side said is final', () => {
    expect(finalCode(new MeetingRefusal('invitation.used', '', true))).toBe('invitation.used');
    expect(finalCode(new MeetingRefusal('invitation.used', '', false))).toBeUndefined();
    expect(finalCode(new KeyshiftError('invitation.expired', ''))).toBe('invitation.expired');
    for (const code of ['internal', 'disk.full', 'disk.failed', 'vault.locked', 'vault.damaged', 'profile.in-use'] as const) {
      expect(finalCode(new KeyshiftError(code, ''))).toBeUndefined();
    }
    expect(finalCode(new Error('anything'))).toBeUndefined();
  });

  test('S5-23: a later key is no proof of whose it is: as a certificate alone it is refused, nothing is kept', async () => {
    const { crypto } = ann;
    const keyPair = await crypto.generateRsa();
    const certificate = await createIdentityCertificate(crypto, { name: 'Bo', keyPair, epoch: 2, peerId: peerOf(bo), notBefore: world.clock.now(), notAfter: world.clock.now() + 86_400_000 });
    await expect(Promise.resolve().then(() => ann.contacts.importKey({ text: certificate.pem() }))).rejects.toMatchObject({ code: 'key.unacceptable' });
    expect(ann.profile.stores.contacts.list()).toEqual([]);
  }, 30_000);

  test('an accepted link is the stronger claim: a card does not take its place', async () => {
    bo.onLink = (link) => link.destroy();
    await invite();
    const before = contactOf(ann, bo);
    const { text } = await cardOf(bo);
    expect(codeOf(() => ann.contacts.importKey({ text }))).toBe('key.already-known');
    expect(contactOf(ann, bo)).toEqual(before);
  });

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

describe('the event hub', () => {
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const changed = (digit: string) => ({ type: 'contact.changed' as const, contactId: digit.repeat(32) });

  test('drops what came from within a part that was rolled back, though the whole goes on', () => {
    const hub = new EventHub(silent);
    const told: unknown[] = [];
    hub.on((event) => told.push(event));
    hub.during(() => {
      hub.emit(changed('1'));
      expect(() =>
        hub.during(() => {
          hub.emit(changed('2'));
          throw new Error('rolled back');
        }),
      ).toThrow('rolled back');
      hub.emit(changed('3'));
      expect(told).toEqual([]);
    });
    expect(told).toEqual([changed('1'), changed('3')]);
  });

  test('a listener that fails keeps none of the others from hearing', () => {
    const hub = new EventHub(silent);
    const told: unknown[] = [];
    hub.on(() => {
      throw new Error('bad listener');
    });
    hub.on((event) => told.push(event));
    hub.emit(changed('1'));
    expect(told).toEqual([changed('1')]);
  });
});
