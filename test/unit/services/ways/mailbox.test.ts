import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recipientKeyOfCard } from '../../../../electron/engine/dialog/card-deposit';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { acquaintByMail, createMailWorld, type MailWorld, textsOf } from '../../../support/mail-world';
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
  ({ ofInviter: ofBo, ofInvitee: ofAnn } = await acquaintByMail(world, ann, bo));
  world.part(ann, bo);
  await world.pass(100);
}

async function say(from: Resident, contactId: string, ...texts: string[]): Promise<string> {
  const { conversationId } = await from.conversations.open({ contactId });
  for (const text of texts) await from.messages.send({ conversationId, text });
  return conversationId;
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

describe('a mailbox that does not do as it should', () => {
  test('S1-01 A22: says stored and forgets: nothing counts as delivered, and it is left again after 25 days', async () => {
    await meetOnce();
    world.judge = (by) => (by === 'Ann' ? 'stored' : undefined);
    const conversationId = await say(ann, ofBo, 'one');
    await world.until('it was left', () => world.left.length >= 2);
    const before = world.left.length;
    await world.pass(6 * 3_600_000, 600_000);
    expect(world.left.filter(({ by }) => by === 'Ann')).toHaveLength(before);
    // Instead of waiting for it.
    ann.db.prepare('UPDATE outbox SET posted_at = posted_at - ?').run([25 * 86_400_000]);
    expect((await ann.messages.list({ conversationId }))[0]).toMatchObject({ state: 'sent', waitingFor: 'pickup' });
    expect(toldOf(bo, 'message.received')).toEqual([]);
    world.judge = undefined;
    await world.pass(6 * 3_600_000, 600_000);
    await world.until('Bo has it', () => toldOf(bo, 'message.received').length === 1);
    await world.until('and Ann knows', () => toldOf(ann, 'message.state').some(({ state }) => state === 'delivered'));
  });

  test('S1-01 A22: repeats, reorders and invents: each message is shown once, in order, and the rest is nothing', async () => {
    await meetOnce();
    const kept: Uint8Array[] = [];
    world.judge = (by, bytes) => (by === 'Ann' ? (kept.push(bytes.slice()), 'stored') : undefined);
    await say(ann, ofBo, 'one', 'two', 'three');
    await world.until('all were left', () => kept.length >= 4);
    world.judge = undefined;
    const [place] = ann.profile.stores.ways.mailboxesOf(bo.profile.local.peerId);
    if (place === undefined) throw new Error('Ann knows where');
    const invented = kept.map((bytes) => bytes.slice().fill(7, 1_200, 1_300));
    const wild = [new Uint8Array(0), new Uint8Array(69_000), kept[0]?.subarray(0, 900) ?? new Uint8Array(0)];
    const lie = [...kept, ...invented, ...wild, ...kept].reverse();
    const mailbox = world.server.mailbox();
    for (const [at, bytes] of lie.entries()) await mailbox.deposit(place, bytes, at.toString(16).padStart(32, '0'));
    await world.until('Bo took all', () => world.server.size === 0);
    expect(await textsOf(bo, await conversationOf(bo))).toEqual(['one', 'two', 'three']);
    expect((await bo.conversations.list(undefined))[0]?.unread).toBe(3);
    await world.until('Ann knows', () => toldOf(ann, 'message.state').some(({ state }) => state === 'delivered'));
  });

  test('S1-01: drops one of several: who misses it says so, and it is left again', async () => {
    await meetOnce();
    let count = 0;
    world.judge = (by) => (by === 'Ann' && (count += 1) === 2 ? 'stored' : undefined);
    await say(ann, ofBo, 'one', 'two', 'three');
    await world.pass(15_000, 100);
    expect(toldOf(bo, 'message.received').length).toBeLessThan(3);
    await world.pass(11 * 60_000, 1_000);
    await world.until('Bo has all', () => toldOf(bo, 'message.received').length === 3);
    expect(await textsOf(bo, await conversationOf(bo))).toEqual(['one', 'two', 'three']);
  });

  test('S1-01: full, unreachable and refusing: what waits goes on waiting, with ever longer pauses, and goes when it may', async () => {
    await meetOnce();
    world.judge = () => 'unreachable';
    const conversationId = await say(ann, ofBo, 'one');
    await world.pass(10 * 60_000, 500);
    const tries = world.left.length;
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(30);
    expect((await ann.messages.list({ conversationId }))[0]).toMatchObject({ state: 'queued', waitingFor: 'connection' });
    const trouble = async () => (await ann.networkCalls.reach({ contactId: ofBo })).mailboxTrouble;
    expect(await trouble()).toBe('unreachable');
    let refusedAt: number | undefined;
    let toldAt: number | undefined;
    world.judge = () => {
      refusedAt ??= world.clock.now();
      return 'full';
    };
    const unhear = ann.network.onChange(() => {
      if (ann.profile.ways.trouble(bo.profile.local.peerId) === 'full') toldAt ??= world.clock.now();
    });
    await world.pass(10 * 60_000, 500);
    unhear();
    expect(world.left.length - tries).toBeLessThan(30);
    expect([await trouble(), toldAt]).toEqual(['full', refusedAt]);
    world.judge = undefined;
    // The pause may have grown to sixteen minutes by now.
    await world.pass(10 * 60_000, 1_000);
    await world.until('Bo has it', () => toldOf(bo, 'message.received').length === 1);
    expect(await trouble()).toBeUndefined();
    const [place] = ann.profile.stores.ways.mailboxesOf(bo.profile.local.peerId);
    if (place !== undefined) world.server.withdraw(place);
    await say(ann, ofBo, 'two');
    const before = world.left.length;
    await world.pass(60_000, 500);
    expect(world.left.slice(before).map(({ outcome }) => outcome)).toContain('refused');
    expect(await trouble()).toBe('refused');
    const after = world.left.length;
    await world.pass(10 * 60_000, 1_000);
    expect(world.left.filter(({ by }) => by === 'Ann')).toHaveLength(world.left.slice(0, after).filter(({ by }) => by === 'Ann').length);
  });

  test('S1-01: where another server answered for a while and let nobody in, what waits is left within the hour, and a right that was taken away costs a look a day', async () => {
    await meetOnce();
    world.judge = (by) => (by === 'Ann' ? 'refused' : undefined);
    const conversationId = await say(ann, ofBo, 'one');
    await world.pass(10 * 60_000, 1_000);
    expect((await ann.networkCalls.reach({ contactId: ofBo })).mailboxTrouble).toBe('refused');
    const tries = world.left.length;
    await say(ann, ofBo, 'two');
    await world.pass(60_000, 1_000);
    expect(world.left).toHaveLength(tries);
    world.judge = undefined;
    await world.pass(60 * 60_000, 5_000);
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(['one', 'two']);
    expect((await ann.networkCalls.reach({ contactId: ofBo })).mailboxTrouble).toBeUndefined();

    for (const place of ann.profile.stores.ways.mailboxesOf(bo.profile.local.peerId)) world.server.withdraw(place);
    await say(ann, ofBo, 'three');
    await world.pass(60_000, 1_000);
    const before = world.left.length;
    await world.pass(3 * 86_400_000, 60_000);
    const looks = world.left.slice(before).filter(({ by, outcome }) => by === 'Ann' && outcome === 'refused').length;
    expect(looks).toBeGreaterThan(3);
    expect(looks).toBeLessThan(12);
    expect((await ann.messages.list({ conversationId })).at(-1)).toMatchObject({ text: 'three', state: 'queued' });
  }, 60_000);

  test('S1-01: a token that was refused is told as that also while it is looked at again, until it is taken', async () => {
    await meetOnce();
    const told: unknown[] = [];
    const look = (by: string): void => void (by === 'Ann' && told.push(ann.profile.ways.trouble(bo.profile.local.peerId)));
    world.judge = (by) => {
      look(by);
      return by === 'Ann' ? 'refused' : undefined;
    };
    await say(ann, ofBo, 'waits');
    await world.pass(60_000, 5_000);
    expect(told).toContain(undefined);
    told.length = 0;
    await world.pass(60 * 60_000, 5_000);
    expect(new Set(told)).toEqual(new Set(['refused']));
    world.judge = undefined;
    await world.pass(4 * 60 * 60_000, 30_000);
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(['waits']);
    expect(ann.profile.ways.trouble(bo.profile.local.peerId)).toBeUndefined();
  }, 60_000);

  test('S1-01: a refusal that eight deposits hear at once is one: they are tried again within the hour', async () => {
    await meetOnce();
    world.judge = (by) => (by === 'Ann' ? 'refused' : undefined);
    const texts = Array.from({ length: 8 }, (_, at) => `message ${at}`);
    for (const text of texts) await say(ann, ofBo, text);
    await world.pass(60_000, 1_000);
    expect(world.left.filter(({ by, outcome }) => by === 'Ann' && outcome === 'refused').length).toBeGreaterThan(4);
    world.judge = undefined;
    await world.pass(60 * 60_000, 5_000);
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(texts);
  }, 60_000);

  test('S1-01: whichever look at the places of a mailbox fails, what was said is left all the same, and nothing ends', async () => {
    await meetOnce();
    const { ways } = ann.profile.stores;
    const look = ways.mailboxesOf.bind(ways);
    let looks = 0;
    let failing = Infinity;
    vi.spyOn(ways, 'mailboxesOf').mockImplementation((peerId) => {
      looks += 1;
      if (looks === failing) throw new Error('the disk');
      return look(peerId);
    });
    const conversationId = await say(ann, ofBo, 'look 0');
    await world.pass(10_000, 500);
    let at = 0;
    // Each message another look, until one message takes no more looks than that.
    for (failing = 0; looks >= failing; ) {
      at += 1;
      await ann.messages.send({ conversationId, text: `look ${at}` });
      failing = looks + at;
      await world.pass(60_000, 1_000);
    }
    expect(at).toBeGreaterThan(4);
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(Array.from({ length: at + 1 }, (_, one) => `look ${one}`));
  });

  test('S1-01: what is written while a gap is waited for goes at once, and what was missed is left again all the same', async () => {
    await meetOnce();
    world.server.lock((await bo.mailbox.status(undefined)).deviceKey); // nobody fetches it
    await say(ann, ofBo, 'one');
    const messages = (): number => world.left.filter(({ by, bytes }) => by === 'Ann' && recipientKeyOfCard(bo.crypto, bo.profile.local, bytes) === undefined).length;
    await world.pass(30_000, 500);
    const before = messages();
    ann.profile.ways.missed(bo.profile.local.peerId);
    await world.pass(60_000, 500);
    await say(ann, ofBo, 'two');
    await world.pass(10_000, 500);
    expect(messages()).toBe(before + 1);
    await world.pass(10 * 60_000, 1_000);
    // The first, which was left long enough ago.
    expect(messages()).toBeGreaterThan(before + 1);
    const after = messages();
    await world.pass(60 * 60_000, 5_000);
    expect(messages()).toBe(after);
  }, 60_000);

  test('S1-01: an acknowledgement that a sudden end kept from the mailbox is said after the next start', async () => {
    await meetOnce();
    world.judge = (by) => (by === 'Bo' ? 'unreachable' : undefined);
    await say(ann, ofBo, 'one');
    await world.until('Bo tried to say so', () => world.left.some(({ by }) => by === 'Bo'));
    bo.db.prepare('INSERT OR IGNORE INTO owed_controls SELECT peer_id, dialog_id FROM receiving_streams').run();
    bo.db.prepare('UPDATE receiving_streams SET acknowledgement_due = 0').run();
    bo.reopen();
    world.judge = undefined;
    await world.until('Ann knows', () => toldOf(ann, 'message.state').some(({ state }) => state === 'delivered'));
    await world.pass(1_000);
    expect(bo.profile.stores.ways.owed()).toEqual([]);
  });
});
