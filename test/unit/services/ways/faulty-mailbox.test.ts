import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recipientKeyOfCard } from '../../../../electron/engine/dialog/card-deposit';
import { createMailWorld, type MailWorld, meetByMail, say, textsOf } from '../../../support/mail-world';
import { type Resident, toldOf } from '../../../support/services-kit';

let world: MailWorld;
let ann: Resident;
let bo: Resident;
let ofBo: string;
beforeEach(async () => {
  world = createMailWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
});
afterEach(() => world.close());
async function meetOnce(): Promise<void> {
  ({ ofInviter: ofBo } = await meetByMail(world, ann, bo));
}

const conversationOf = async (resident: Resident): Promise<string> => (await resident.conversations.list(undefined))[0]?.conversationId ?? '';

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
