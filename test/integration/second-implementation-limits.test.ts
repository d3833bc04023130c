import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, type Dialog, SetClockPeople } from '../support/set-clock-people';

// One real headless process whose clock stands still where it is told to, and one peer that was written from docs/protocol.md alone: each bound of §5 and §6 that one side counts, at its value and beside it.
let people: SetClockPeople;

beforeAll(async () => {
  people = await SetClockPeople.meet();
});
afterAll(() => people.end());

/** The epoch of the session key under which the other side's next message comes. */
const nextEpoch = async (conversationId: string, text: string): Promise<number> => (await people.hears(conversationId, text)).dskEpoch;
/** A message under a new session key, at a time of the second's own choice; what is not answered because the dialog ended is behind the state. */
async function shifted(dialog: Dialog, conversationId: string, time = people.clock.wall()): Promise<readonly unknown[]> {
  await people.connected();
  people.second.talk.shiftDsk(dialog);
  people.second.sendAll(people.second.talk.send(dialog, { type: 'text', text: `epoch ${dialog.out.dsk.dskEpoch}` }, time));
  return people.judged(dialog, conversationId);
}

describe('bounds of §6, from outside', () => {
  it('S2-07 S2-08: so many messages under one key, and the next one has another; a second time only 60 s later', async () => {
    const { conversationId, title } = await people.begun({ afterMessages: 3, onPeerShift: false });
    const epochs: number[] = [];
    for (let count = 1; count <= 7; count += 1) epochs.push(await nextEpoch(conversationId, `counted ${title} ${count}`));
    expect(epochs).toEqual([1, 1, 1, 2, 2, 2, 2]);
    people.clock.pass(59_999);
    expect(await nextEpoch(conversationId, `a moment before ${title}`)).toBe(2);
    people.clock.pass(1);
    expect(await nextEpoch(conversationId, `a minute later ${title}`)).toBe(3);
  });

  it('S2-08 A90: the time one key is in use, to the millisecond', async () => {
    const { conversationId, title } = await people.begun({ afterMilliseconds: 100_000, afterMessages: 0, onPeerShift: false });
    expect(await nextEpoch(conversationId, `timed ${title}`)).toBe(1);
    people.clock.pass(99_999);
    expect(await nextEpoch(conversationId, `not yet ${title}`)).toBe(1);
    people.clock.pass(1);
    expect(await nextEpoch(conversationId, `now ${title}`)).toBe(2);
  });

  it('S2-10 S2-11: as many shifts as are allowed end nothing, one more within the period ends the dialog', async () => {
    const { dialog, conversationId } = await people.begun({ failAfterShifts: 3, failWithinMilliseconds: 60_000 });
    for (let count = 1; count <= 3; count += 1) expect(await shifted(dialog, conversationId)).toEqual(['open', undefined]);
    expect(await shifted(dialog, conversationId)).toEqual(['failed', 'too-many-shifts']);
  });

  it.each([
    ['at its end nothing is too many', 60_000, 60_000, 'open'],
    ['a moment before its end it is', 59_999, 59_999, 'failed'],
    ['within it by the sender’s time alone it is not', 60_000, 59_999, 'open'],
    ['within it by receipt alone it is not', 59_999, 60_000, 'open'],
  ])('S2-11: of the period %s', async (_, received, sent, state) => {
    const { dialog, conversationId } = await people.begun({ failAfterShifts: 2, failWithinMilliseconds: 60_000 });
    // Its own clock is a minute behind, so that it can say later than what came in between.
    const at = people.clock.wall() - 60_000;
    for (let count = 1; count <= 2; count += 1) expect(await shifted(dialog, conversationId, at)).toEqual(['open', undefined]);
    people.clock.pass(received);
    expect((await shifted(dialog, conversationId, at + sent))[0]).toBe(state);
  });

  it('S2-12 A33: one key of theirs for as many messages as are allowed, and one more', async () => {
    const { dialog, conversationId } = await people.begun({ staleAfterMessages: 4, staleAfterMilliseconds: 0, whenStale: 'fail' });
    // Title and first message stand before these.
    for (const text of ['third', 'fourth']) people.second.say(dialog, text);
    await people.acknowledged(dialog);
    expect(await people.stateOf(conversationId)).toEqual(['open', undefined]);
    people.second.say(dialog, 'fifth');
    await people.hedda.until('judged', async () => (await people.stateOf(conversationId))[0] === 'failed');
    expect(await people.stateOf(conversationId)).toEqual(['failed', 'key-too-old']);
  });

  it.each([
    ['as long as is allowed', 5000, 'open'],
    ['a millisecond longer', 5001, 'failed'],
  ])('S2-12 A33: one key of theirs for %s by their own clock', async (_, span, state) => {
    const { dialog, conversationId } = await people.begun({ staleAfterMessages: 0, staleAfterMilliseconds: 5000, whenStale: 'fail' });
    await people.connected();
    const say = (time: number) => {
      people.second.sendAll(people.second.talk.send(dialog, { type: 'text', text: `at ${time}` }, time));
      return people.judged(dialog, conversationId);
    };
    people.second.talk.shiftDsk(dialog);
    people.clock.pass(10_000);
    await say(people.clock.wall());
    const first = people.clock.wall();
    people.clock.pass(10_000);
    await say(first + span);
    expect((await people.stateOf(conversationId))[0]).toBe(state);
  });

  it('S2-07: by hand 50 times in an hour, and once more an hour after the first', async () => {
    const { conversationId } = await people.begun({ onPeerShift: false });
    for (let count = 1; count <= 50; count += 1) expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('done');
    expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('keys.too-often');
    people.clock.pass(3_599_999);
    expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('keys.too-often');
    people.clock.pass(1);
    expect(await codeOf(people.hedda.call('keys.shift', { conversationId }))).toBe('done');
  });
});

describe('bounds of §5, from outside', () => {
  it('S1-18: a new key for the pair 10 times in an hour, and once more an hour after the first', async () => {
    const { conversationId } = await people.begun({ onPeerShift: false });
    const shift = () => codeOf(people.hedda.call('keys.shiftPair', { conversationId }));
    for (let count = 1; count <= 10; count += 1) expect(await shift()).toBe('done');
    expect(await shift()).toBe('keys.too-often');
    people.clock.pass(3_599_999);
    expect(await shift()).toBe('keys.too-often');
    people.clock.pass(1);
    expect(await shift()).toBe('done');
  });
});
