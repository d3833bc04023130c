import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdentityCertificate } from '../../../electron/engine/certificates/identity-certificate';
import type { Link } from '../../../electron/engine/ports';
import { Acquaintances } from '../../../electron/services/acquaintances';
import { finalCode } from '../../../electron/services/asking';
import { EventHub } from '../../../electron/services/event-hub';
import { MeetingRefusal } from '../../../electron/engine/session/meeting-roles';
import { KeyshiftError } from '../../../shared/errors';
import { cardText } from '../../support/card-text';
import { acquaint, createWorld, toldOf, type Resident, type World } from '../../support/services-kit';
import { codeOf } from '../../support/foundation-kit';
import { peer } from '../../contract/storage/rows';

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
  const contactOf = (resident: Resident, other: Resident) => resident.profile.stores.contacts.byPeer(peerOf(other));
  const met = () => [ann, bo].every(({ profile }) => profile.connections.sessions().length > 0);

  const invite = async () => ann.contacts.acceptInvitation({ link: (await bo.contacts.createInvitation({})).link });

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
    await ann.contacts.importKey(cardText(bo, world.clock.now()));
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
    await ann.contacts.importKey(cardText(bo, world.clock.now()));
    await world.pass(5_000);
    expect(toldOf(bo, 'contact.request')).toEqual([]);
    expect(requests.byPeer(peerOf(ann))).toBeUndefined();
    expect(contactOf(ann, bo)).not.toHaveProperty('ended');
    await bo.contacts.answerRequest({ requestId: '0'.repeat(32), accept: false });
    await world.until('a request', () => toldOf(bo, 'contact.request').length === 1);
  }, 60_000);

  test('an asker whose request is only pending asks ever more seldom', async () => {
    await ann.contacts.importKey(cardText(bo, world.clock.now()));
    await world.pass(600_000, 100);
    expect(toldOf(bo, 'contact.request')).toHaveLength(1);
    expect(ann.dials.length).toBeGreaterThan(5);
    expect(ann.dials.length).toBeLessThan(60);
  }, 60_000);

  test('somebody who declined and then asks by themselves is a contact, whatever ended before', async () => {
    await ann.contacts.importKey(cardText(bo, world.clock.now()));
    await world.until('a request', () => toldOf(bo, 'contact.request').length === 1);
    const [request] = await bo.contacts.requests(undefined);
    await bo.contacts.answerRequest({ requestId: request?.requestId ?? '', accept: false });
    await world.until('declined', () => contactOf(ann, bo)?.ended === 'request.declined');
    await bo.contacts.importKey(cardText(ann, world.clock.now()));
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
    const { text } = cardText(bo, world.clock.now());
    expect(codeOf(() => ann.contacts.importKey({ text }))).toBe('key.already-known');
    expect(contactOf(ann, bo)).toEqual(before);
  });
});
