import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { KeyshiftError } from '../../../../shared/errors';
import { createMailWorld, type MailWorld, meetByMail, say, textsOf } from '../../../support/mail-world';
import { acquaint, type Resident, toldOf } from '../../../support/services-kit';

let world: MailWorld;
let ann: Resident;
let bo: Resident;
let ofBo: string;
let ofAnn: string;

beforeEach(async () => {
  world = createMailWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
});
afterEach(() => world.close());
async function meetOnce(): Promise<void> {
  ({ ofInviter: ofBo, ofInvitee: ofAnn } = await meetByMail(world, ann, bo));
}

const conversationOf = async (resident: Resident): Promise<string> => (await resident.conversations.list(undefined))[0]?.conversationId ?? '';

describe('a mailbox as a way', () => {
  test('S1-01: what is said while nobody is connected lies in the mailbox after the head start, is sent and not delivered, and waits for pickup', async () => {
    await meetOnce();
    world.server.lock((await bo.mailbox.status(undefined)).deviceKey); // nobody fetches it
    const conversationId = await say(ann, ofBo, 'one', 'two');
    await world.pass(2_000);
    expect(world.left.filter(({ by }) => by === 'Ann')).toEqual([]);
    await world.until('it was left', () => world.left.filter(({ by }) => by === 'Ann').length >= 3);
    const messages = await ann.messages.list({ conversationId });
    expect(messages.map(({ state, way, waitingFor }) => [state, way, waitingFor])).toEqual([
      ['sent', 'mailbox', 'pickup'],
      ['sent', 'mailbox', 'pickup'],
    ]);
    expect(toldOf(ann, 'message.state').at(-1)).toMatchObject({ state: 'sent', way: 'mailbox', waitingFor: 'pickup' });
    expect((await ann.contacts.list(undefined))[0]?.reach).toBe('mailbox');
  });

  test('S1-01: it is delivered by the word of who took it, which comes by mailbox too; both directions, never connected', async () => {
    await meetOnce();
    const there = await say(ann, ofBo, 'one', 'two');
    await world.until('Bo has both', () => toldOf(bo, 'message.received').length === 2);
    const here = await conversationOf(bo);
    expect(await textsOf(bo, here)).toEqual(['one', 'two']);
    await world.until('Ann knows', () => toldOf(ann, 'message.state').some(({ state }) => state === 'delivered'));
    await bo.messages.send({ conversationId: here, text: 'three' });
    await world.until('Ann has the answer', () => toldOf(ann, 'message.received').length === 1);
    expect((await ann.messages.list({ conversationId: there })).map(({ text, state }) => [text, state])).toEqual([['one', 'delivered'], ['two', 'delivered'], ['three', 'delivered']]);
    await world.pass(20_000);
    expect(world.server.size).toBe(0);
    expect(ann.profile.connections.sessions()).toEqual([]);
    expect((await bo.mailbox.status(undefined)).taken).toBeGreaterThan(0);
  });

  test('S1-01: what a full disk does not take stays in the mailbox, which is told while it lasts, and is taken once there is room', async () => {
    await meetOnce();
    const { messages } = bo.profile.stores;
    const add = vi.spyOn(messages, 'add').mockImplementation(() => {
      throw new KeyshiftError('disk.full', 'The disk is full.');
    });
    const { size } = bo.disk;
    bo.disk.size = 0;
    await say(ann, ofBo, 'one');
    await world.until('it is told', () => bo.profile.untaken.why === 'disk-full');
    await world.pass(20_000);
    expect([toldOf(bo, 'message.received').length, world.server.size > 0, (await bo.networkCalls.status(undefined)).untaken]).toEqual([0, true, 'disk-full']);
    // However often the connection is lost meanwhile: it waits once.
    const asked = vi.spyOn(bo.profile.envelopes, 'waitFor');
    for (let times = 1; times <= 3; times += 1) {
      world.server.setReachable(false);
      world.server.setReachable(true);
      await world.pass(20_000);
    }
    expect(asked.mock.calls.at(-1)?.[0]).toHaveLength(world.server.size);
    asked.mockRestore();
    add.mockRestore();
    bo.disk.size = size;
    await world.until('Bo has it', () => toldOf(bo, 'message.received').length === 1);
    expect((await bo.networkCalls.status(undefined)).untaken).toBeUndefined();
    bo.disk.size = 0;
    // What only repeats what is here is no sign that the disk takes anything.
    bo.profile.untaken.refused(new KeyshiftError('disk.full', 'The disk is full.'));
    const received = vi.spyOn(bo.profile.envelopes, 'receive').mockImplementationOnce((_, tally) => {
      tally.repeated += 1;
      return new Set();
    });
    await say(ann, ofBo, 'two');
    await world.until('it came', () => received.mock.calls.length > 0);
    expect(bo.profile.untaken.why).toBe('disk-full');
  });

  test('S1-01: each contact fills a slot of its own; who is blocked loses it, and what is left there counts for nothing', async () => {
    await meetOnce();
    const slot = bo.profile.stores.ways.slotOf(ann.profile.local.peerId);
    expect(slot).toMatchObject({ isPublic: false, revoked: false });
    await say(ann, ofBo, 'hello');
    await world.until('Bo has it', () => toldOf(bo, 'message.received').length === 1);
    expect(new Set(world.left.filter(({ by }) => by === 'Ann').map((each) => each.slot))).toEqual(new Set([slot?.place.slot]));
    await bo.contacts.block({ contactId: ofAnn });
    await say(ann, ofBo, 'more');
    const before = world.left.length;
    await world.until('it was left', () => world.left.length > before);
    await world.pass(5_000);
    expect(toldOf(bo, 'message.received')).toHaveLength(1);
    expect(world.server.size).toBe(0);
    expect(bo.profile.stores.ways.slotOf(ann.profile.local.peerId)).toBeUndefined();
    await bo.contacts.block({ contactId: ofAnn, blocked: false });
    await world.until('Ann heard of another slot', () => ann.profile.stores.ways.mailboxesOf(bo.profile.local.peerId)[0]?.slot !== slot?.place.slot);
    await say(ann, ofBo, 'again');
    await world.until('Bo has it', () => toldOf(bo, 'message.received').some(({ message }) => message.text === 'again'));
  });

  test('S1-01: who is unblocked in the transaction that tells where they take mail hears of the slot they have here from now on', async () => {
    await world.register(ann);
    await acquaint(world, ann, bo);
    const { peerId, instanceId } = bo.profile.local;
    const { ways, stores } = ann.profile;
    ann.profile.commit(() => ways.blockChanged(peerId, true));
    world.part(ann, bo);
    await world.register(bo);
    const [slot] = bo.profile.stores.ways.slots();
    if (slot === undefined) throw new Error('no slot');
    expect(stores.ways.mailboxesOf(peerId)).toEqual([]);
    ann.profile.commit(() => {
      ways.toldPlaces(peerId, { instanceId, time: world.clock.now(), places: [slot.place] });
      ways.blockChanged(peerId, false);
    });
    expect(stores.ways.cardMailFor(peerId)).toMatchObject({ asks: false });
  });

  test('S1-01: without any mailbox nothing is left, asked or written', async () => {
    ({ ofInviter: ofBo, ofInvitee: ofAnn } = await acquaint(world, ann, bo));
    world.part(ann, bo);
    await world.pass(100);
    const timers = () => [ann, bo].map(({ db }) => db.prepare('SELECT (SELECT count(*) FROM own_mailbox) + (SELECT count(*) FROM peer_mailboxes) + (SELECT count(*) FROM card_mail) + (SELECT count(*) FROM owed_controls) AS n').get()?.['n']);
    const conversationId = await say(ann, ofBo, 'one');
    await world.pass(60_000, 500);
    expect(world.left).toEqual([]);
    expect(timers()).toEqual([0, 0]);
    expect((await ann.messages.list({ conversationId }))[0]).toMatchObject({ state: 'queued', waitingFor: 'connection' });
    expect((await ann.contacts.list(undefined))[0]?.reach).toBe('waiting');
    expect(await ann.mailbox.status(undefined)).toMatchObject({ state: 'off', taken: 0 });
  });

  test('S1-01: a connection is the better way: with one nothing goes by mailbox', async () => {
    await meetOnce();
    world.meet(ann, bo);
    const conversationId = await say(ann, ofBo, 'one');
    await world.until('delivered', () => toldOf(ann, 'message.state').some(({ state }) => state === 'delivered'));
    await world.pass(10_000, 100);
    expect(world.left).toEqual([]);
    const [message] = await ann.messages.list({ conversationId });
    expect([message?.state, message?.way ?? 'connection']).toEqual(['delivered', 'connection']);
  });

  test('S1-01: a connection that ends before the contact has heard where something can be left is made good by mail, also by who starts anew', async () => {
    await world.register(ann);
    ({ ofInviter: ofBo, ofInvitee: ofAnn } = await acquaint(world, ann, bo));
    await world.until('Bo knows where', () => bo.profile.stores.ways.peopleWithMailbox().length === 1);
    await world.register(bo);
    // Nobody was told yet: cards wait a moment for whatever changes with them.
    world.part(ann, bo);
    bo.reopen();
    expect(ann.profile.stores.ways.peopleWithMailbox()).toEqual([]);
    await world.until('Ann knows, too', () => ann.profile.stores.ways.peopleWithMailbox().length === 1);
    expect(bo.profile.stores.ways.cardMail()).toEqual([]);
    await say(ann, ofBo, 'one');
    await world.until('it is there', () => toldOf(bo, 'message.received').length === 1);
  });

  test('a registration that was taken while letters that do not belong into it were passed over goes on after the next start', async () => {
    await world.register(bo);
    const kept = bo.profile.stores.ways.ownMailbox() ?? expect.unreachable('a mailbox');
    bo.profile.commit(() => bo.profile.stores.ways.putOwnMailbox({ ...kept, registration: `${kept.registration}.”` }));
    bo.reopen();
    await world.until('it takes its mail', () => bo.profile.ways.own.state === 'connected');
  });

  test('S1-01: once the contact has it, nothing of it goes by mail', async () => {
    await world.register(ann);
    await acquaint(world, ann, bo);
    await world.until('Bo knows where', () => bo.profile.stores.ways.peopleWithMailbox().length === 1);
    await world.register(bo);
    expect(bo.profile.stores.ways.cardMail()).toHaveLength(1);
    await world.until('Ann has it', () => bo.profile.stores.ways.cardMail().length === 0);
    expect(ann.profile.stores.ways.peopleWithMailbox()).toHaveLength(1);
    world.part(ann, bo);
    await world.pass(10_000, 100);
    expect(world.left).toEqual([]);
  });
});

describe('a device of the contact that is no more', () => {
  test('S1-01: where it said something could be left nothing is left any more', async () => {
    await meetOnce();
    const peerId = bo.profile.local.peerId;
    const { ways } = ann.profile.stores;
    const [place] = ways.mailboxesOf(peerId);
    if (place === undefined) throw new Error('Ann knows where');
    const { saidBy, ...gone } = place;
    ways.forgetMailboxesOf(peerId);
    ways.putMailboxesOf(peerId, instanceIdFromBytes(new Uint8Array(16).fill(7)), 1, [gone]);
    await say(ann, ofBo, 'one');
    await world.pass(20_000, 100);
    expect(world.left).toEqual([]);
    ways.putMailboxesOf(peerId, saidBy, 2, [gone]);
    await say(ann, ofBo, 'two');
    await world.until('Bo has both', () => toldOf(bo, 'message.received').length === 2);
  });
});

describe('a device of the contact that is suspended', () => {
  test('S1-01: what it leaves in the mailbox is nothing', async () => {
    await meetOnce();
    const suspended = ann.profile.local.instanceId;
    vi.spyOn(bo.profile.book, 'isSuspended').mockImplementation((_, instanceId) => instanceId === suspended);
    await say(ann, ofBo, 'one');
    await world.until('Bo took it', () => world.left.length >= 2 && world.server.size === 0);
    expect(toldOf(bo, 'message.received')).toEqual([]);
  });
});
