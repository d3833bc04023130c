import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { armourCard, createCard } from '../../../electron/engine/certificates/card';
import { contact } from '../../contract/storage/rows';
import { createWorld, type Resident, type World } from '../../support/services-kit';

const minute = 60_000;

describe('people who were asked to be contacts and for whom no address is known', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  /** How often the row of a contact was read. */
  let reads = 0;

  beforeEach(async () => {
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    reads = 0;
    ann.replace((stores) => ({ contacts: { ...stores.contacts, byId: (contactId) => ((reads += 1), stores.contacts.byId(contactId)) } }));
    ann.reopen();
  }, 30_000);
  afterEach(() => world.close());

  const cardOf = (whose: Resident, at: Resident['addresses']) => {
    const { chain, instance, history } = whose.profile.local;
    return { text: armourCard(createCard(whose.crypto, { chain, instance, history }, at, world.clock.now())) };
  };
  const asked = () => bo.profile.stores.requests.list().length > 0;
  test('cost one look a minute each, whatever their number, and no try', async () => {
    for (let n = 0; n < 30; n += 1) ann.profile.stores.contacts.put(contact(n, { relation: 'requested' }));
    ann.reopen();
    await world.pass(2 * minute, 250);
    reads = 0;
    await world.pass(10 * minute, 250);
    expect(reads).toBeLessThanOrEqual(10 * 30 + 30);
    expect(reads).toBeGreaterThanOrEqual(9 * 30);
    expect(ann.dials).toEqual([]);
  }, 30_000);

  test('are asked at once when they are seen nearby', async () => {
    await ann.contacts.importKey(cardOf(bo, []));
    await world.pass(5 * minute, 250);
    expect(asked()).toBe(false);
    ann.hears(bo.profile.local.peerId, [bo.address]);
    await world.pass(1_500);
    expect(asked()).toBe(true);
  }, 30_000);

  test('are asked within a minute of an address that came some other way', async () => {
    const { contactId } = await ann.contacts.importKey(cardOf(bo, []));
    await world.pass(5 * minute, 250);
    const { trying, nextTryAt = 0 } = ann.profile.introductions.pending.search(contactId);
    expect(trying).toBe(false);
    expect(nextTryAt - world.clock.now()).toBeGreaterThan(0);
    expect(nextTryAt - world.clock.now()).toBeLessThanOrEqual(minute);
    const record = ann.profile.stores.peers.find(bo.profile.local.peerId) ?? expect.unreachable('the card');
    ann.profile.stores.peers.put({ ...record, places: [{ instanceId: bo.profile.local.instanceId, time: world.clock.now(), addresses: [bo.address] }] });
    ann.profile.book.dropCache();
    await world.pass(minute + 1_500, 250);
    expect(asked()).toBe(true);
  }, 30_000);
});
