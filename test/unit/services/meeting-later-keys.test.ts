import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { armourCard, createCard } from '../../../electron/engine/certificates/card';
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
      await expect(async () => ann.contacts.importKey({ text: text(wrong) })).rejects.toMatchObject({ code: 'key.unacceptable' });
      expect([known(), ann.profile.stores.contacts.list()]).toEqual([undefined, []]);
    }
    const { contactId } = await ann.contacts.importKey({ text: text(history) });
    expect([known()?.identityEpoch, ann.profile.stores.contacts.byId(contactId)?.name]).toEqual([4, 'Bo']);
  });
});
