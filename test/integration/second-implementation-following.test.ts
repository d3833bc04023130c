import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeContent } from '../second/content.mjs';
import { random } from '../second/crypto.mjs';
import { codeOf, type Dialog, SetClockPeople } from '../support/set-clock-people';

// One real headless process whose clock is set by the test, and one peer that was written from docs/protocol.md alone: §6, who follows whose new session keys and how fast, and what is remembered of dialogs that never came to be.
const MINUTE = 60_000;
let people: SetClockPeople;
beforeAll(async () => {
  people = await SetClockPeople.meet();
});
afterAll(() => people.end());

let asked = 0;
const epochOf = async (conversationId: string): Promise<number> => (await people.hears(conversationId, `which key, ${(asked += 1)}`)).dskEpoch;
/** The second renews its session key, and the other side has heard of it. */
async function renews(dialog: Dialog, time = people.clock.wall()): Promise<void> {
  await people.connected();
  people.second.talk.shiftDsk(dialog);
  await says(dialog, time);
}
async function says(dialog: Dialog, time = people.clock.wall()): Promise<void> {
  await people.connected();
  people.second.sendAll(people.second.talk.send(dialog, { type: 'text', text: `at ${time}` }, time));
  await people.acknowledged(dialog);
}
/** Its own new session key, which the second has acknowledged at a time of its own. */
async function renewsItself(conversationId: string): Promise<number> {
  await people.hedda.call('keys.shift', { conversationId });
  const epoch = await epochOf(conversationId);
  await people.hedda.until('delivered', async () => (await people.hedda.call('messages.list', { conversationId })).every(({ direction, state }) => direction === 'in' || state === 'delivered'));
  return epoch;
}

describe('§6, from outside: following the other side', () => {
  it('S2-09 A32: a new key of theirs is followed by one, the next not before ten minutes have gone by', async () => {
    const { dialog, conversationId } = await people.begun({ peerShifts: 1 });
    const first = await epochOf(conversationId);
    await renews(dialog);
    expect(await epochOf(conversationId)).toBe(first + 1);
    await renews(dialog);
    expect(await epochOf(conversationId)).toBe(first + 1);
    people.clock.pass(10 * MINUTE - 1);
    expect(await epochOf(conversationId)).toBe(first + 1);
    people.clock.pass(1);
    expect(await epochOf(conversationId)).toBe(first + 2);
    expect(await epochOf(conversationId)).toBe(first + 2);
  });

  it('S2-09 A32: so many of theirs as are chosen cause one, and none fewer', async () => {
    const { dialog, conversationId } = await people.begun({ peerShifts: 3 });
    const first = await epochOf(conversationId);
    for (const expected of [0, 0, 1, 1, 1]) {
      await renews(dialog);
      expect(await epochOf(conversationId)).toBe(first + expected);
    }
  });

  it('S2-09 A32: the answer to one’s own is not followed in turn, the one after it is', async () => {
    const { dialog, conversationId } = await people.begun({ peerShifts: 1 });
    const own = await renewsItself(conversationId);
    await renews(dialog);
    expect(await epochOf(conversationId)).toBe(own);
    await renews(dialog);
    expect(await epochOf(conversationId)).toBe(own + 1);
  });

  it.each([
    ['15 minutes', 15 * MINUTE, 0],
    ['a millisecond more', 15 * MINUTE + 1, 1],
  ])('S2-09 A32: %s after it acknowledged one’s own, by its clock, a message under its old key: whether it is still to answer', async (_, later, followed) => {
    const { dialog, conversationId } = await people.begun({ peerShifts: 1 });
    const acknowledgedAt = people.clock.wall();
    const own = await renewsItself(conversationId);
    await says(dialog, acknowledgedAt + later);
    await renews(dialog);
    expect(await epochOf(conversationId)).toBe(own + followed);
  });

  it('S2-07 S2-11: with 90 in an hour of whatever kind there is none any more, until the first is an hour old', async () => {
    const { conversationId } = await people.begun({ afterMessages: 1, onPeerShift: false });
    // The first message has the first key; every other one that comes a minute later another one.
    const began = people.clock.at;
    for (let count = 1; count <= 45; count += 1) {
      expect(await epochOf(conversationId)).toBe(count);
      people.clock.pass(MINUTE);
    }
    for (let count = 46; count <= 90; count += 1) expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('done');
    expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('keys.too-often');
    expect(await epochOf(conversationId)).toBe(90);
    expect(await epochOf(conversationId)).toBe(90);
    people.clock.pass(began + 60 * MINUTE - 1 - people.clock.at);
    expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('keys.too-often');
    expect(await epochOf(conversationId)).toBe(90);
    people.clock.pass(1);
    expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('done');
    expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('keys.too-often');
  });
});

describe('§6, from outside: dialogs that never come to be', () => {
  it('A29 A37: the newest 16 of a person cannot come back; one before them can, since nothing was ever in it', async () => {
    const { second, forger } = people;
    const { dialog: lawful } = await people.begun();
    const { key } = lawful.out.dsk;
    const ids = Array.from({ length: 17 }, () => random(16));
    const title = (dialogId: Buffer, dsk: Record<string, unknown>): Buffer => forger.message(lawful, { dialogId, sequence: 1, dsk: forger.newDsk(dsk), content: writeContent({ type: 'title', title: dialogId.toString('hex') }) });
    const isThere = async (dialogId: Buffer): Promise<boolean> => (await people.hedda.call('conversations.list')).some((each) => each.title === dialogId.toString('hex'));
    // Each begins under the session key of another dialog.
    // A millisecond apart: of equal times none is the older one.
    for (const dialogId of ids) {
      await forger.put(lawful, title(dialogId, { key }));
      people.clock.pass(1);
    }
    const [oldest = random(16), next = random(16)] = ids;
    await forger.put(lawful, title(next, {}));
    expect(await isThere(next)).toBe(false);
    await forger.put(lawful, title(oldest, {}));
    expect(await isThere(oldest)).toBe(true);
    expect(second.session.ended).toBeUndefined();
  });
});
