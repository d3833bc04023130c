import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InstanceId } from '../../../../electron/engine/ids';
import { encodePlaces, placeKey, placeKind } from '../../../../electron/services/replication/kinds/place';
import type { KindParts } from '../../../../electron/services/replication/kinds/kind-parts';
import type { Fact } from '../../../../electron/services/replication/replica';
import { createMailWorld, type MailWorld } from '../../../support/mail-world';
import { acquaint, type Resident, toldOf } from '../../../support/services-kit';

let world: MailWorld;
let ann: Resident;
let laptop: Resident;
let bo: Resident;

const idOf = (resident: Resident) => resident.profile.local.peerId;
const placesAt = (resident: Resident) => resident.profile.stores.ways.mailboxesOf(idOf(bo)).map(({ slot, token }) => ({ slot, token }));
const contactOf = (resident: Resident): string => resident.profile.stores.contacts.byPeer(idOf(bo))?.contactId ?? '';

async function write(resident: Resident, text: string): Promise<string> {
  const { conversationId } = await resident.conversations.open({ contactId: contactOf(resident) });
  await resident.messages.send({ conversationId, text });
  return conversationId;
}

/** Bo, who has a mailbox, met one device; the other came when Bo was gone. */
beforeEach(async () => {
  world = createMailWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  await world.register(bo);
  await acquaint(world, ann, bo);
  await world.until('Ann’s device knows a place', () => placesAt(ann).length === 1);
  world.part(bo);
  laptop = await world.link(ann, 'Ann’s laptop');
  await world.until('the laptop knows it, too', () => placesAt(laptop).length === 1);
});
afterEach(() => world.close());

describe('where something may be left is known to all devices of a person', () => {
  test('S1-01: a device that never met the contact leaves its messages in the slot of its person', async () => {
    expect(placesAt(laptop)).toEqual(placesAt(ann));
    const conversationId = await write(laptop, 'from the laptop');
    await world.until('Bo has it', () => toldOf(bo, 'message.received').length === 1);
    expect(world.left.filter(({ by }) => by === 'Ann’s laptop').map(({ slot }) => slot)).toContain(placesAt(ann)[0]?.slot);
    expect((await laptop.messages.list({ conversationId })).map(({ way, waitingFor }) => [way, waitingFor])).toEqual([['mailbox', 'pickup']]);
    await write(ann, 'from the desk');
    await world.until('Bo has both', () => toldOf(bo, 'message.received').length === 2);
    // One slot for both: neither took what is another contact’s.
    expect(new Set(world.left.filter(({ by }) => by.startsWith('Ann')).map(({ slot }) => slot)).size).toBe(1);
    expect(bo.profile.stores.ways.slots().filter(({ peerId }) => peerId !== undefined)).toHaveLength(1);
  });

  test('S1-01: a full slot is full for both, and nothing of either is lost', async () => {
    world.judge = (by) => (by.startsWith('Ann') ? 'full' : undefined);
    await write(laptop, 'one');
    await write(ann, 'two');
    await world.pass(60_000, 200);
    expect(world.left.filter(({ outcome }) => outcome === 'stored' || outcome === 'duplicate').filter(({ by }) => by.startsWith('Ann'))).toEqual([]);
    world.judge = undefined;
    await world.until('Bo has both', () => toldOf(bo, 'message.received').length === 2);
  });

  test('S1-01 A22: an earlier word changes nothing and is answered by the later one; one from the future, or garbled, is not taken', async () => {
    const parts = { clock: world.clock, stores: laptop.profile.stores, profile: laptop.profile } as Pick<KindParts, 'clock' | 'stores' | 'profile'> as KindParts;
    const kind = placeKind(parts);
    const [word] = laptop.profile.stores.ways.mailboxWordsOf(idOf(bo));
    if (word === undefined) throw new Error('no word');
    const fact = (change: Partial<typeof word>, cut = 0): Fact => {
      const value = encodePlaces({ ...word, places: [], ...change });
      return { author: ann.profile.local.instanceId, number: 1, stamp: 1, kind: 'place', key: placeKey(idOf(bo), word.instanceId), value: value.subarray(0, value.length - cut) };
    };
    expect(kind.apply(fact({ time: word.time - 1 }))).toBe(true);
    expect(kind.apply(fact({ time: world.clock.now() + 3_700_000 }))).toBe(true);
    expect(() => kind.apply(fact({ time: word.time + 1 }, 1))).toThrow();
    expect(() => kind.apply({ ...fact({}), key: `${idOf(bo)}/xyz` })).toThrow();
    expect(laptop.profile.stores.ways.mailboxWordsOf(idOf(bo))).toEqual([word]);
    laptop.profile.commit(() => kind.apply(fact({ time: word.time + 1 })));
    expect(placesAt(laptop)).toEqual([]);
  });

  test('A65: a contact who changes devices all the time fills neither table nor log with what each of them said: the newest words stay, on all devices', async () => {
    const facts = (resident: Resident): number => Number(resident.db.prepare("SELECT count(*) AS n FROM replica_facts WHERE kind = 'place'").get()?.['n']);
    const [own] = ann.profile.stores.ways.mailboxWordsOf(idOf(bo));
    if (own === undefined) throw new Error('no word');
    const said = (n: number): string => n.toString(16).padStart(32, 'f');
    const tell = (n: number, time: number): void => ann.profile.commit(() => ann.profile.ways.toldPlaces(idOf(bo), { instanceId: said(n) as InstanceId, time, places: own.places }));
    for (let n = 0; n < 80; n += 1) tell(n, own.time + 1 + n);
    tell(90, own.time - 1); // an old one at last
    await world.until('the laptop has the newest', () => laptop.profile.stores.ways.mailboxWordsOf(idOf(bo)).some(({ instanceId }) => instanceId === said(79)));
    await world.pass(5_000);
    for (const each of [ann, laptop]) {
      const words = each.profile.stores.ways.mailboxWordsOf(idOf(bo)).map(({ instanceId }) => instanceId);
      expect([words.length, words[0], words.includes(said(90) as InstanceId), facts(each)]).toEqual([64, said(79), false, 64]);
    }
  });
});
