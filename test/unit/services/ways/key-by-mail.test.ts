import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recipientKeyOfCard } from '../../../../electron/engine/dialog/card-deposit';
import { toHex } from '../../../../electron/engine/wire/encoding';
import { tellKeyByMail } from '../../../../electron/services/ways/key-by-mail';
import { acquaintByMail, createMailWorld, type MailWorld } from '../../../support/mail-world';
import { acquaint, type Resident, toldOf } from '../../../support/services-kit';

let world: MailWorld;
let ann: Resident;
let bo: Resident;
let boAtAnn: string;

beforeEach(async () => {
  world = createMailWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInvitee: boAtAnn } = await acquaintByMail(world, bo, ann));
  await world.pass(10_000, 200); // simultaneous dials have settled
}, 30_000);
afterEach(() => world.close());

const keyOf = (of: Resident): string => toHex(of.profile.local.identity.spkiHash);
const pinned = (): string => toHex(bo.profile.book.find(ann.profile.local.peerId)?.record.pinnedSpkiHash ?? new Uint8Array());
const cards = (): number => world.left.filter(({ by, bytes }) => by === 'Ann' && recipientKeyOfCard(bo.crypto, bo.profile.local, bytes) !== undefined).length;
async function says(text: string): Promise<void> {
  const { conversationId } = await ann.conversations.open({ contactId: boAtAnn });
  await ann.messages.send({ conversationId, text });
}
const heard = (): string[] => toldOf(bo, 'message.received').map(({ message }) => message.text);

test('S5-01 S5-18 S5-30: a new identity key reaches who is reached by mailbox alone, by one card, and what is written under it is read; two keys later as well', async () => {
  world.part(ann, bo);
  await says('before');
  await world.until('it arrives', () => heard().length === 1);
  expect(cards()).toBe(0);
  await ann.rotate();
  ann.mute = true;
  await says('under the next key');
  await world.until('it arrives', () => heard().length === 2);
  expect([heard(), pinned(), cards()]).toEqual([['before', 'under the next key'], keyOf(ann), 1]);
  ann.reopen();
  ann.mute = true;
  await world.pass(60_000, 500);
  expect(cards()).toBe(1);
  // Away for two of them, the contact hears of both at once.
  for (let turn = 0; turn < 2; turn += 1) await ann.rotate();
  ann.mute = true;
  await says('two keys later');
  await world.until('it arrives', () => heard().length === 3);
  expect([pinned(), [ann, bo].flatMap(({ profile }) => profile.connections.sessions())]).toEqual([keyOf(ann), []]);
}, 60_000);

test('S5-18: one that became due while the clock was years ahead is left when it is right again, and one that is asked again later is not left before', async () => {
  world.part(ann, bo);
  ann.mute = true;
  const { ways } = ann.profile.stores;
  const [peerId, now, day] = [bo.profile.local.peerId, Math.trunc(world.clock.now()), 86_400_000];
  ann.profile.commit(() => ways.putCardMail({ peerId, asks: true, dueAt: now + 25 * day }));
  await says('first');
  await world.until('it arrives', () => heard().length === 1);
  expect([cards(), ways.cardMailFor(peerId)?.dueAt]).toEqual([0, now + 25 * day]);
  ann.profile.commit(() => ways.putCardMail({ peerId, asks: false, dueAt: now + 3650 * day }));
  await says('second');
  await world.until('it arrives', () => heard().length === 2);
  expect([cards(), ways.cardMailFor(peerId)]).toEqual([1, undefined]);
}, 60_000);

test('S5-18: whoever is met before hears it there, and nothing of it goes by mail', async () => {
  await ann.rotate();
  await world.until('followed', () => pinned() === keyOf(ann));
  await world.pass(60_000, 500);
  expect(cards()).toBe(0);
}, 60_000);

test('S5-18: whoever is reached by mailbox, all of them are due in one transaction with the note of it, however many', async () => {
  const cy = await world.move('Cy');
  await world.register(cy);
  await acquaint(world, cy, ann);
  await world.until('where is known', () => ann.profile.stores.ways.peopleWithMailbox().length === 2);
  const { stores } = ann.profile;
  const due = (): number => stores.ways.peopleWithMailbox().filter((peerId) => stores.ways.cardMailFor(peerId) !== undefined).length;
  await world.until('nothing is due', () => due() === 0);
  const { transaction } = stores;
  let [depth, waits] = [0, 0];
  const counted = vi.spyOn(stores, 'transaction').mockImplementation((work) => {
    waits += depth === 0 ? 1 : 0;
    depth += 1;
    try {
      return transaction(work);
    } finally {
      depth -= 1;
    }
  });
  ann.profile.ways.tellByMail();
  expect([due(), waits]).toEqual([2, 1]);
  const done: string[] = [];
  const commit = <T>(work: () => T): T => {
    done.push('begun');
    const result = work();
    done.push('committed');
    return result;
  };
  tellKeyByMail({ local: { identity: { ...ann.profile.local.identity, epoch: 2 }, isCertifier: true }, stores: { upkeep: { ...stores.upkeep, get: () => undefined, put: () => void done.push('noted') } }, commit }, () => void done.push('due'));
  expect(done).toEqual(['begun', 'due', 'noted', 'committed']);
  counted.mockRestore();
}, 60_000);
