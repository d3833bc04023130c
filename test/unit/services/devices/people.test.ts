import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import { contactChangesService } from '../../../../electron/services/contact-changes-service';
import { EventHub } from '../../../../electron/services/event-hub';
import { privateFiles } from '../../../../electron/storage/private-files';
import { remainsIn } from '../../../support/remains';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('people in the list, on both devices of a person', () => {
  let world: World;
  let desk: Resident;
  let laptop: Resident;
  let bob: Resident;

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    await acquaint(world, desk, bob);
    laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('all connected', () => laptop.profile.connections.sessions().length > 0 && laptop.profile.devices.replica.isReady);
  }, 30_000);
  afterEach(() => world.close());

  const changes = (at: Resident) =>
    contactChangesService({ profile: () => at.profile, crypto: at.crypto, events: new EventHub(quiet), files: privateFiles, chooser: undefined, qrPicture: () => new Uint8Array() });
  const bobAt = (at: Resident) => at.profile.stores.contacts.byPeer(bob.profile.local.peerId);
  const listed = async (at: Resident) => (await at.contacts.list(undefined)).find(({ peerId }) => peerId === bob.profile.local.peerId);
  const idAt = (at: Resident): string => bobAt(at)?.contactId ?? expect.unreachable('a contact');
  const texts = (at: Resident) => toldOf(at, 'message.received').map(({ message }) => message.text);
  const talk = async (from: Resident, contactId: string) => (await from.conversations.open({ contactId })).conversationId;
  const adaAt = (at: Resident): string => at.profile.stores.contacts.byPeer(desk.profile.local.peerId)?.contactId ?? expect.unreachable('a contact');

  it('S4-31: a name of one’s own choice for somebody is on both, is nobody else’s, and ends with an empty one', async () => {
    changes(desk).rename({ contactId: idAt(desk), name: 'Bobby' });
    await world.until('the name there', () => bobAt(laptop)?.alias === 'Bobby');
    expect(await listed(laptop)).toMatchObject({ name: 'Bobby', ownName: 'Bob' });
    changes(laptop).rename({ contactId: idAt(laptop), name: '' });
    await world.until('none here', () => bobAt(desk)?.alias === undefined);
    expect(await listed(desk)).toMatchObject({ name: 'Bob' });
    expect(await listed(desk)).not.toHaveProperty('ownName');
    expect(JSON.stringify(bob.told)).not.toContain('Bobby');
  });

  it('S4-31: what somebody may not do is refused on both, whichever device said so, and comes once it is allowed', async () => {
    changes(laptop).setPermissions({ contactId: idAt(laptop), permissions: { openConversation: false } });
    await world.until('it here', () => bobAt(desk)?.permissions.openConversation === false);
    expect(bobAt(desk)?.permissions).toEqual({ message: true, openConversation: false, sendFile: true });
    const conversationId = await talk(bob, adaAt(bob));
    await bob.messages.send({ conversationId, text: 'anybody there?' });
    await world.pass(5_000);
    expect([texts(desk), texts(laptop)]).toEqual([[], []]);
    changes(desk).setPermissions({ contactId: idAt(desk), permissions: { openConversation: true } });
    await world.until('it there', () => bobAt(laptop)?.permissions.openConversation === true);
    // Nobody says anything more meanwhile, and no connection is made anew by anybody else.
    await world.until('what waited', () => texts(desk).length === 1 && texts(laptop).length === 1);
  }, 30_000);

  it('S4-31: what is allowed on a device that is not connected with them comes by the one that is, as soon as that knows', async () => {
    changes(desk).setPermissions({ contactId: idAt(desk), permissions: { openConversation: false } });
    await world.until('it there', () => bobAt(laptop)?.permissions.openConversation === false);
    await bob.messages.send({ conversationId: await talk(bob, adaAt(bob)), text: 'anybody there?' });
    await world.pass(5_000);
    // From now on they find only the laptop, and hear from nobody else.
    const { connections } = desk.profile;
    const { peerId } = bob.profile.local;
    desk.mute = true;
    desk.onLink = (link) => link.destroy();
    connections.drop(peerId);
    await world.until('only the laptop', () => connections.session(peerId) === undefined && laptop.profile.connections.session(peerId) !== undefined);
    await world.pass(5_000);
    expect(texts(laptop)).toEqual([]);
    changes(desk).setPermissions({ contactId: idAt(desk), permissions: { openConversation: true } });
    await world.until('what waited', () => texts(laptop).length === 1);
    expect(connections.session(peerId)).toBeUndefined();
  }, 30_000);

  it('S5-03: renewed while a contact was away, and then off: another own device, which never had the identity key, leads the contact to the new one', async () => {
    bob.mute = true;
    bob.onLink = (link) => link.destroy();
    bob.reopen();
    const { spkiHash } = desk.profile.local.identity;
    const pinned = (): Uint8Array => bob.profile.book.pinned(desk.profile.local.peerId)?.spkiHash ?? new Uint8Array();
    desk.become(await rotateLocalRecord(desk.crypto, desk.profile.stores.local.load() ?? expect.unreachable('a record'), world.clock.now(), 'routine'));
    const next = desk.profile.local.identity.spkiHash;
    await world.until('the key at the other device', () => Buffer.compare(laptop.profile.local.identity.spkiHash, next) === 0);
    desk.mute = true;
    desk.onLink = (link) => link.destroy();
    desk.reopen();
    expect(pinned()).toEqual(spkiHash);
    bob.mute = false;
    bob.onLink = undefined;
    bob.reopen();
    await world.until('the new key pinned', () => Buffer.compare(pinned(), next) === 0);
    await laptop.messages.send({ conversationId: await talk(laptop, idAt(laptop)), text: 'still me' });
    await world.until('a word under it', () => texts(bob).includes('still me'));
    expect(bob.profile.connections.session(desk.profile.local.peerId)?.peer.instance.instanceId).toBe(laptop.profile.local.instanceId);
  }, 60_000);

  it('S5-33 S4-31: under another name one is the same person: siblings and contacts learn it, what was under way opens, the check stays', async () => {
    const conversationId = await talk(bob, adaAt(bob));
    bob.contacts.setChecked({ contactId: adaAt(bob), checked: true });
    await bob.messages.send({ conversationId, text: 'before' });
    await world.until('it on both', () => texts(desk).length === 1 && texts(laptop).length === 1);
    // Sealed to Ada under the name before, and still under way when it changes.
    for (const each of [desk, laptop]) {
      each.mute = true;
      each.onLink = (link) => link.destroy();
      each.reopen();
    }
    await bob.messages.send({ conversationId, text: 'under way' });
    await world.pass(2_000);
    const record = desk.profile.stores.local.load() ?? expect.unreachable('a record');
    for (const each of [desk, laptop]) {
      each.mute = false;
      each.onLink = undefined;
    }
    desk.become(await rotateLocalRecord(desk.crypto, record, world.clock.now(), 'routine', 'Ada Lovelace'));
    laptop.reopen();
    await world.until('the name everywhere', () => bob.profile.stores.contacts.byPeer(desk.profile.local.peerId)?.name === 'Ada Lovelace' && laptop.profile.local.name === 'Ada Lovelace');
    await world.until('what was under way', () => texts(desk).includes('under way') && texts(laptop).includes('under way'));
    expect((await bob.contacts.list(undefined))[0]).toMatchObject({ name: 'Ada Lovelace', checked: true, keyEpoch: 2 });
    await bob.messages.send({ conversationId, text: 'after' });
    await world.until('and the next', () => texts(laptop).includes('after'));
    expect(texts(laptop)).toEqual(['before', 'under way', 'after']);
  }, 60_000);

  it('S4-32: who is removed is gone from both with every word, key and pin; nothing brings them back but asking anew', async () => {
    const { peerId, identity, instance } = bob.profile.local;
    const certificates = [identity.spki, identity.der, instance.credential.bytes];
    const ids = new Set(['keks', 'dialogs', 'dialog_tombstones', 'sending_streams', 'sending_keys', 'receiving_streams', 'receiving_keys', 'start_tokens', 'removed_conversations'].map((table) => `${table}.peer_id`)).add('replica_facts.key');
    changes(desk).rename({ contactId: idAt(desk), name: 'Bobby4711' });
    await world.until('the name there', () => bobAt(laptop)?.alias === 'Bobby4711');
    const conversationId = await talk(desk, idAt(desk));
    await desk.messages.send({ conversationId, text: 'a secret between two' });
    await world.until('it on all', () => texts(bob).length === 1 && laptop.profile.stores.conversations.ofPeer(peerId).length === 1);
    // Where his devices can be left something, as each own device heard it.
    const places = [{ servers: ['nats://203.0.113.9:4222'], address: 'ab'.repeat(16), slot: 'cd'.repeat(8), token: 'leave', expiresAt: 0 }];
    for (const [at, each] of [desk, laptop].entries()) each.profile.commit(() => each.profile.stores.ways.putMailboxesOf(peerId, bob.profile.local.instanceId, world.clock.now() + at, places));
    await world.until('both places on both', () => [desk, laptop].every(({ profile }) => profile.stores.ways.mailboxWordsOf(peerId)[0]?.time === world.clock.now() || profile.stores.replica.of('place', `${peerId}/${bob.profile.local.instanceId}`).length > 0));
    changes(laptop).remove({ contactId: idAt(laptop) });
    await world.until('gone here, too', () => bobAt(desk) === undefined);
    for (const { profile, db } of [desk, laptop]) {
      expect(profile.stores.conversations.ofPeer(peerId)).toEqual([]);
      expect(profile.book.find(peerId)).toBeUndefined();
      expect(profile.stores.peerKeys.pairSecret(peerId)).toBeUndefined();
      // What the other device told of them stands in no log any more.
      for (const said of ['Bobby4711', 'a secret']) expect(db.prepare('SELECT kind FROM replica_facts WHERE instr(hex(value), ?) > 0').all([Buffer.from(said).toString('hex').toUpperCase()])).toEqual([]);
      expect([db.prepare("SELECT key FROM replica_facts WHERE kind = 'place'").all(), profile.stores.ways.mailboxWordsOf(peerId)]).toEqual([[], []]);
      // Nor is anything else of them or of what was theirs in any table.
      for (const said of ['Bobby4711', 'a secret', 'Bob', 'cd'.repeat(8), ...certificates]) expect([said, remainsIn(db, said)]).toEqual([said, []]);
      for (const table of ['messages', 'outbox', 'held_messages']) expect([table, db.prepare(`SELECT count(*) AS n FROM ${table}`).get([])]).toEqual([table, { n: 0 }]);
    }
    // Bob goes on as if nothing were: nothing of it arrives, and neither is a contact again.
    bob.profile.networkChanged();
    const his = bob.profile.stores.conversations.ofPeer(desk.profile.local.peerId)[0] ?? expect.unreachable('a conversation');
    if (his.state === 'open') await bob.messages.send({ conversationId: his.conversationId, text: 'hello?' });
    await world.pass(20_000, 500);
    for (const each of [desk, laptop]) {
      each.reopen();
      // What stays, so that nothing old comes back: their id, beside those of dialogs and keys.
      expect(remainsIn(each.db, 'Bob')).toEqual([]);
      expect(remainsIn(each.db, peerId).filter((place) => !ids.has(place))).toEqual([]);
      expect(texts(each)).not.toContain('hello?');
      expect(bobAt(each)).toBeUndefined();
    }
    // Asked anew, it is somebody new on both.
    const { link } = await desk.contacts.createInvitation({});
    const again = bob.profile.stores.contacts.byPeer(desk.profile.local.peerId);
    if (again) changes(bob).remove({ contactId: again.contactId });
    await bob.contacts.acceptInvitation({ link });
    await world.until('a contact on both', () => bobAt(desk)?.relation === 'mutual' && bobAt(laptop)?.relation === 'mutual');
    const next = await talk(bob, adaAt(bob));
    await bob.messages.send({ conversationId: next, text: 'hello again' });
    await world.until('his word', () => texts(desk).includes('hello again') && texts(laptop).includes('hello again'));
  }, 60_000);
});
