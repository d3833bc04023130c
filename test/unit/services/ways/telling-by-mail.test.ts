import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCard } from '../../../../electron/engine/certificates/card';
import type { KeyElement } from '../../../../electron/engine/certificates/key-history';
import { openCardDeposit, sealCardDeposit } from '../../../../electron/engine/dialog/card-deposit';
import { sealDeposit } from '../../../../electron/engine/dialog/deposit';
import { recipientKeyOfTold, sealToldDeposit } from '../../../../electron/engine/dialog/told-deposit';
import { toHex } from '../../../../electron/engine/wire/encoding';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { acquaintByMail, createMailWorld, type MailWorld } from '../../../support/mail-world';
import { type Resident, rotated, toldOf } from '../../../support/services-kit';

const hourMs = 60 * 60 * 1000;
let world: MailWorld;
let ann: Resident;
let bo: Resident;
/** Has a copy of Ann's first key, and made the next one. */
let thief: Resident;
let annAtBo: string;
let boAtAnn: string;

beforeEach(async () => {
  world = createMailWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInviter: annAtBo, ofInvitee: boAtAnn } = await acquaintByMail(world, bo, ann));
  await world.pass(10_000, 200); // simultaneous dials have settled
  thief = await world.move('Ann');
  thief.mute = true;
  thief.become(await rotated(ann.crypto, ann.profile.stores.local.load() ?? expect.unreachable(), world.clock.now(), 'routine', 'thief'));
  thief.profile.stores.peers.put(ann.profile.stores.peers.list()[0] ?? expect.unreachable());
  thief.profile.stores.contacts.put(ann.profile.stores.contacts.list()[0] ?? expect.unreachable());
}, 30_000);
afterEach(() => world.close());

const keyOf = (of: Resident): string => toHex(of.profile.local.identity.spkiHash);
const pinned = (): string => toHex(bo.profile.book.find(ann.profile.local.peerId)?.record.pinnedSpkiHash ?? new Uint8Array());
const held = () => bo.profile.book.held(ann.profile.local.peerId);
const elsewhere = async () => (await ann.identity.get(undefined)).renewedElsewhere;
const isTold = (): boolean => toldOf(ann, 'identity.changed').length > 0;
/** What Bo left for Ann beside cards and messages. */
const words = () => world.left.filter(({ by, bytes }) => by === 'Bo' && recipientKeyOfTold(ann.crypto, ann.profile.local, bytes) !== undefined).length;
const stolen = (): readonly KeyElement[] => thief.profile.local.history?.elements ?? expect.unreachable();

async function say(from: Resident, contactId: string, text: string): Promise<void> {
  const { conversationId } = await from.conversations.open({ contactId });
  await from.messages.send({ conversationId, text });
}
/** Bo follows the thief, who sits where Ann was; from then on nobody is connected. */
async function followed(): Promise<void> {
  world.part(ann, bo);
  ann.onLink = (link) => thief.profile.accept(link);
  thief.mute = bo.mute = false;
  bo.onLink = undefined;
  thief.profile.networkChanged();
  await world.until('the pin moves to the thief', () => pinned() === keyOf(thief));
  world.part(ann, bo, thief);
  await world.pass(100);
}
/** Bo is given the thief's card, as a mailbox or a file brings it. */
function cardOfThief(): void {
  const { local } = bo.profile;
  const now = world.clock.now();
  const deposit = sealCardDeposit(thief.crypto, thief.profile.local, { peerId: local.peerId, exchange: local.exchange.current.credential }, { card: createCard(thief.crypto, thief.profile.local, [], now), wantsAnswer: false });
  bo.profile.ways.received(openCardDeposit({ crypto: bo.crypto, local, mayDecapsulate: () => true, now }, deposit) ?? expect.unreachable());
}
/** What is left for Ann in Bo's slot, whoever made it. */
async function leave(bytes: Uint8Array): Promise<void> {
  const [place] = bo.profile.stores.ways.mailboxesOf(ann.profile.local.peerId);
  const before = (await ann.mailbox.status(undefined)).taken;
  await world.server.mailbox().deposit(place ?? expect.unreachable(), bytes, randomBytes(16).toString('hex'), new AbortController().signal);
  await world.pass(2_000, 100);
  expect((await ann.mailbox.status(undefined)).taken).toBe(before + 1);
}
const wordOf = (from: Resident, elements: readonly KeyElement[]): Uint8Array => sealToldDeposit(from.crypto, from.profile.local, { peerId: ann.profile.local.peerId, exchange: ann.profile.local.exchange.current.credential }, elements);

describe('an owner who is reached by mailbox alone', () => {
  test('A71 A79: writes under the key that was copied, and hears where it led; no more than once an hour', async () => {
    await followed();
    await say(ann, boAtAnn, 'under the key of before');
    await world.until('Ann is told', isTold);
    expect(await elsewhere()).toEqual({ epoch: 2, fingerprint: keyOf(thief), seenAt: expect.any(Number), contactId: boAtAnn });
    // A key of before that is merely used freezes nobody.
    expect([held(), words()]).toEqual([undefined, 1]);
    await say(ann, boAtAnn, 'once more');
    await world.pass(60_000, 500);
    expect(words()).toBe(1);
    await world.pass(hourMs, 5_000);
    await say(ann, boAtAnn, 'an hour later');
    await world.until('told again', () => words() === 2);
    expect(toldOf(ann, 'identity.changed')).toHaveLength(1);
    expect(ann.profile.connections.sessions()).toEqual([]);
  }, 60_000);

  test('A71 A73: her own next key comes by card, which freezes Bo: she hears of the other one, also where nothing was written', async () => {
    await followed();
    await ann.rotate();
    ann.profile.ways.tellByMail();
    await world.until('both are in question', () => held() === 'frozen');
    await world.until('Ann is told', isTold);
    expect(await elsewhere()).toMatchObject({ epoch: 2, fingerprint: keyOf(thief), contactId: boAtAnn });
  }, 60_000);

  test('A71 A73: her key is the pinned one and she is silent: what another one shows is told to her once, and once after each start', async () => {
    await ann.rotate();
    await world.until('in step', () => pinned() === keyOf(ann));
    await say(bo, annAtBo, 'after');
    await world.until('it arrives', () => toldOf(ann, 'message.received').length === 1);
    world.part(ann, bo);
    await world.pass(60_000, 500);
    expect([words(), await elsewhere()]).toEqual([0, undefined]);
    cardOfThief();
    expect(held()).toBe('frozen');
    await world.until('Ann is told', isTold);
    expect(await elsewhere()).toMatchObject({ epoch: 2, fingerprint: keyOf(thief), contactId: boAtAnn });
    await world.pass(7 * hourMs, 30_000);
    expect(words()).toBe(1);
    bo.reopen();
    bo.mute = true;
    await world.until('once more', () => words() === 2);
    // Decided: nothing is in question any more.
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    bo.reopen();
    bo.mute = true;
    await world.pass(7 * hourMs, 30_000);
    expect(words()).toBe(2);
  }, 60_000);

  test('A71 A78: from a stranger, about another person’s key, without a good signature or under a key that is not known it is nothing', async () => {
    const stranger = await world.move('Sly');
    world.part(ann, bo);
    const [step] = stolen();
    if (step?.kind !== 'link') return expect.unreachable();
    await leave(wordOf(stranger, stolen()));
    await leave(wordOf(bo, [{ ...step, bytes: step.bytes.map((byte, at) => (at === step.bytes.length - 1 ? byte ^ 1 : byte)) }]));
    const copy = await world.move('Bo');
    copy.mute = true;
    copy.become(await rotated(bo.crypto, bo.profile.stores.local.load() ?? expect.unreachable(), world.clock.now(), 'routine', 'copy'));
    await leave(wordOf(bo, copy.profile.local.history?.elements ?? expect.unreachable()));
    // Under a key of Bo's that Ann has not heard of what is true is nothing, too.
    await leave(wordOf(copy, stolen()));
    expect([isTold(), await elsewhere()]).toEqual([false, undefined]);
  }, 60_000);

  test('A78 S5-11: what one contact says is looked at six times an hour', async () => {
    world.part(ann, bo);
    const [step] = stolen();
    if (step?.kind !== 'link') return expect.unreachable();
    const spoiled = { ...step, bytes: step.bytes.map((byte, at) => (at === step.bytes.length - 1 ? byte ^ 1 : byte)) };
    for (let turn = 0; turn < 6; turn += 1) await leave(wordOf(bo, [spoiled]));
    await leave(wordOf(bo, stolen()));
    expect(isTold()).toBe(false);
    await world.pass(hourMs, 5_000);
    await leave(wordOf(bo, stolen()));
    expect([isTold(), await elsewhere()]).toEqual([true, expect.objectContaining({ fingerprint: keyOf(thief), contactId: boAtAnn })]);
  }, 60_000);

  test('A71 A79: cards of made-up devices, and one of her own device, that name other places use up nothing of what is left where she is known to take mail', async () => {
    await followed();
    const { chain } = ann.profile.local;
    const elsewhere = [{ ...(bo.profile.stores.ways.mailboxesOf(ann.profile.local.peerId)[0] ?? expect.unreachable()), slot: 'elsewhere', token: 'another' }];
    const ids = [chain.instance.instanceId, ...Array.from({ length: 7 }, () => instanceIdFromBytes(randomBytes(16)))];
    // What comes of cards that are good but for the key.
    for (const instanceId of ids) bo.profile.ways.telling.wrote({ ...chain, instance: { ...chain.instance, instanceId } }, elsewhere);
    await world.until('as many as are left for one contact', () => world.left.filter(({ slot }) => slot === 'elsewhere').length === 6);
    await say(ann, boAtAnn, 'under the key of before');
    await world.until('Ann is told', isTold);
    expect(world.left.filter(({ slot }) => slot === 'elsewhere')).toHaveLength(6);
  }, 60_000);

  test('A71 A60: what cannot be written down is not acknowledged, however often it is tried, and told once it can be', async () => {
    world.part(ann, bo);
    const { upkeep } = ann.profile.stores;
    const put = upkeep.put.bind(upkeep);
    let tries = 0;
    upkeep.put = () => {
      tries += 1;
      throw new Error('disk full');
    };
    const [place] = bo.profile.stores.ways.mailboxesOf(ann.profile.local.peerId);
    await world.server.mailbox().deposit(place ?? expect.unreachable(), wordOf(bo, stolen()), randomBytes(16).toString('hex'), new AbortController().signal);
    await world.until('it is tried more often than words are looked at in an hour', () => tries === 8);
    expect([(await ann.mailbox.status(undefined)).taken, isTold()]).toEqual([0, false]);
    upkeep.put = put;
    await world.until('Ann is told', isTold);
    expect((await ann.mailbox.status(undefined)).taken).toBe(1);
  }, 60_000);

  test('A71 A79: who writes under a made-up key in her name hears nothing, also while two are in question, and neither does who was blocked', async () => {
    const liar = await world.move('Ann');
    liar.mute = true;
    liar.become(await rotated(ann.crypto, ann.profile.stores.local.load() ?? expect.unreachable(), world.clock.now(), 'compromise', 'liar'));
    await ann.rotate();
    await world.until('in step', () => pinned() === keyOf(ann));
    world.part(ann, bo);
    cardOfThief();
    await world.until('Ann is told', () => words() === 1);
    await world.pass(10_000, 200);
    const { local } = bo.profile;
    const writes = (from: Resident): void => {
      bo.profile.envelopes.open(sealDeposit(from.crypto, from.profile.local, { peerId: local.peerId, exchange: local.exchange.current.credential }, randomBytes(200)));
    };
    const byBo = (): number => world.left.filter(({ by }) => by === 'Bo').length;
    const before = byBo();
    writes(liar);
    await world.pass(10_000, 200);
    expect(byBo()).toBe(before);
    // The thief's key is in question, and where its device takes mail is known: it was Ann's, whose copy it is. Its card was answered, once an hour.
    writes(thief);
    await world.pass(10_000, 200);
    expect(byBo()).toBe(before);
    await world.pass(hourMs, 5_000);
    writes(thief);
    await world.pass(10_000, 200);
    expect(byBo()).toBe(before + 1);
    await bo.contacts.block({ contactId: annAtBo });
    await world.pass(2 * hourMs, 10_000);
    const blocked = byBo();
    writes(thief);
    await world.pass(10_000, 200);
    expect(byBo()).toBe(blocked);
    bo.reopen();
    bo.mute = true;
    await world.pass(60_000, 500);
    expect(byBo()).toBe(blocked);
  }, 60_000);
});
