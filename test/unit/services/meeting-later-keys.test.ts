import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { armourCard, createCard } from '../../../electron/engine/certificates/card';
import { openLocalParty } from '../../../electron/engine/certificates/local-party';
import { toHex } from '../../../electron/engine/wire/encoding';
import { cardText } from '../../support/card-text';
import { realCrypto } from '../../support/foundation-kit';
import { type KeyLife, keyLives } from '../../support/key-lives';
import { acquaint, createWorld, remember, type Resident, type World } from '../../support/services-kit';
import { testNow } from '../../support/session-kit';

describe('somebody whose identity key is not the first', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  let lives: readonly KeyLife[];

  beforeEach(async () => {
    world = createWorld();
    lives = await keyLives(await realCrypto(), ['routine', 'recovery', 'routine'], { name: 'Bo', now: testNow - 3_600_000 });
    const last = lives.at(-1);
    if (!last) throw new Error('four lives');
    remember('Bo', last.record);
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  }, 30_000);
  afterEach(() => world.close());

  const known = () => ann.profile.book.find(bo.profile.local.peerId)?.record;

  test('S5-23 S5-18: is met by a link, pinned by the key in use, connected, and tells addresses by cards without history', async () => {
    await acquaint(world, ann, bo);
    await world.until('a session', () => [ann, bo].every(({ profile }) => profile.connections.sessions().length > 0));
    expect([known()?.identityEpoch, known()?.pinnedSpkiHash]).toEqual([4, bo.profile.local.identity.spkiHash]);
    bo.addresses = [{ host: '203.0.113.9', port: 4_000 }];
    bo.tellAddresses();
    await world.until('the card is stored', () => known()?.places[0]?.addresses[0]?.host === '203.0.113.9');
  });

  test('S5-23 A75: is taken from a card by its history; one without, or with that of somebody else, changes nothing', async () => {
    const { chain, instance, history } = bo.profile.local;
    const text = (from: typeof history) => armourCard(createCard(bo.crypto, { chain, instance, history: from }, [bo.address], world.clock.now()));
    const foreign = { first: ann.profile.local.identity, elements: history?.elements ?? [] };
    const shorter = lives[2]?.party.history;
    for (const wrong of [undefined, foreign, shorter]) {
      for (const call of ['readKey', 'importKey'] as const) await expect(async () => ann.contacts[call]({ text: text(wrong) })).rejects.toMatchObject({ code: 'key.unacceptable' });
      expect([known(), ann.profile.stores.contacts.list()]).toEqual([undefined, []]);
    }
    // Whose it is can be looked at before anybody is asked anything; nothing is kept of that.
    expect(await ann.contacts.readKey({ text: text(history) })).toEqual({ name: 'Bo', peerId: bo.profile.local.peerId, fingerprint: toHex(bo.profile.local.identity.spkiHash) });
    expect([known(), ann.profile.stores.contacts.list()]).toEqual([undefined, []]);
    const { contactId } = await ann.contacts.importKey({ text: text(history) });
    expect([known()?.identityEpoch, ann.profile.stores.contacts.byId(contactId)?.name]).toEqual([4, 'Bo']);
  });

  test('S5-18 S5-23 A72: renewed the key before they answered: their newer card takes the place of the older one, never the reverse, and they meet', async () => {
    const cardOf = ({ chain, instance, history }: KeyLife['party']) => armourCard(createCard(bo.crypto, { chain, instance, history }, [], world.clock.now()));
    const parties = await Promise.all(lives.map(async ({ record }) => openLocalParty(bo.crypto, record)));
    const [, , third = expect.unreachable(), newest = expect.unreachable()] = parties;
    const { contactId } = await ann.contacts.importKey({ text: cardOf(third) });
    expect(known()?.identityEpoch).toBe(3);
    expect(await ann.contacts.importKey({ text: cardOf(newest) })).toEqual({ contactId });
    expect([known()?.identityEpoch, known()?.pinnedSpkiHash]).toEqual([4, newest.identity.spkiHash]);
    await expect(async () => ann.contacts.importKey({ text: cardOf(third) })).rejects.toMatchObject({ code: 'key.unacceptable' });
    expect(known()?.pinnedSpkiHash).toEqual(newest.identity.spkiHash);

    ann.profile.book.forget(bo.profile.local.peerId);
    await ann.contacts.importKey({ text: cardOf(third) });
    await acquaint(world, bo, ann);
    expect(known()?.pinnedSpkiHash).toEqual(newest.identity.spkiHash);
  });

  test('S5-14 S5-18 S5-23: a card given away before its owner renewed the key still leads there: asked under the later one, accepted, and connected', async () => {
    const cy = await world.move('Cy');
    const { text } = cardText(cy, world.clock.now());
    const pinnedOf = (of: Resident, whose: Resident) => of.profile.book.find(whose.profile.local.peerId)?.record;
    for (let turn = 0; turn < 3; turn += 1) await cy.rotate();
    const { contactId } = await ann.contacts.importKey({ text });
    await world.until('the request', () => cy.profile.stores.requests.list().length > 0);
    // Nothing of hers is believed but for the card, until she answers.
    expect([pinnedOf(ann, cy)?.identityEpoch, ann.profile.stores.contacts.byId(contactId)?.relation]).toEqual([1, 'requested']);
    // And once more, between the request and the answer.
    await cy.rotate();
    const { requestId } = cy.profile.stores.requests.list()[0] ?? expect.unreachable();
    await cy.contacts.answerRequest({ requestId, accept: true });
    await world.until('they are connected', () => [ann, cy].every(({ profile }) => profile.connections.sessions().length > 0));
    expect([pinnedOf(ann, cy)?.identityEpoch, pinnedOf(ann, cy)?.pinnedSpkiHash]).toEqual([5, cy.profile.local.identity.spkiHash]);
    expect(ann.profile.stores.contacts.byId(contactId)).toMatchObject({ relation: 'mutual', checked: false });
  });

  test('S5-20 A70 A84: where the owner forgot the keys before, or somebody else sits there, a card of before leads to nobody, and nothing changes', async () => {
    const cy = await world.move('Cy');
    const { text } = cardText(cy, world.clock.now());
    await cy.rotate();
    cy.profile.stores.peerKeys.setForgottenEpoch(1);
    const { contactId } = await ann.contacts.importKey({ text });
    const before = JSON.stringify([ann.profile.book.find(cy.profile.local.peerId)?.record, ann.profile.stores.contacts.byId(contactId)]);
    await world.pass(60_000, 200);
    cy.onLink = (link) => bo.profile.accept(link);
    await world.pass(60_000, 200);
    expect(ann.dials.length).toBeGreaterThan(4);
    expect([cy, bo].map(({ profile }) => profile.stores.requests.list())).toEqual([[], []]);
    expect(JSON.stringify([ann.profile.book.find(cy.profile.local.peerId)?.record, ann.profile.stores.contacts.byId(contactId)])).toBe(before);
  });
});
