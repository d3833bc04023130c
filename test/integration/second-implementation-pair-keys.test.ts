import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shorten } from '../second/message.mjs';
import { type Dialog, SetClockPeople } from '../support/set-clock-people';

// One real headless process whose clock is set by the test, and one peer that was written from docs/protocol.md alone: §5, how long a key of the pair is sent under, whose, and what of it is refused.
const DAY = 86_400_000;
let people: SetClockPeople;
let asked = 0;

beforeAll(async () => {
  // Two days old, so that a clock which goes back a day meets no credential of the future.
  people = await SetClockPeople.meet({ age: 2 * DAY });
});
afterAll(() => people.end());

/** A new dialog of the second's under a new key of the pair of its own making. */
async function under(changed: { notBefore?: number; notAfter?: number }): Promise<{ dialog: Dialog; conversationId: string }> {
  const { talk } = people.second;
  await people.connected();
  talk.shiftKek();
  Object.assign(talk.own, changed);
  return people.begun();
}
/** Who made the key under which the next message of the other side comes, and its epoch. */
async function kekOf(conversationId: string): Promise<readonly [string, number]> {
  asked += 1;
  const { kekBy, kekEpoch } = await people.hears(conversationId, `whose key, ${asked}`);
  return [kekBy.equals(people.second.person.instanceId) ? 'theirs' : 'its own', kekEpoch];
}
const isTheirs = async (conversationId: string): Promise<boolean> => (await kekOf(conversationId))[0] === 'theirs';
/** How many of its messages of a dialog could not be opened, and why. */
const problems = async (conversationId: string): Promise<readonly string[]> => (await people.hedda.call('keys.status', { conversationId })).problems.map(({ kind }) => kind);

describe('§5, from outside: whose key of the pair is answered under', () => {
  it('S1-18 S1-31 A20: one that began with the exchange credential of who made it, and none that began before', async () => {
    const { notBefore } = people.second.person.chain.exchange;
    const notAfter = people.clock.wall() + 7 * DAY;
    expect(await isTheirs((await under({ notBefore, notAfter })).conversationId)).toBe(true);
    expect(await isTheirs((await under({ notBefore: notBefore - 1, notAfter })).conversationId)).toBe(false);
  });

  it('S1-18 A20: until a day after the end that was told, and not a millisecond longer', async () => {
    const { conversationId } = await under({ notAfter: people.clock.wall() + 1000 });
    expect(await isTheirs(conversationId)).toBe(true);
    people.clock.pass(1000 + DAY - 1);
    expect(await isTheirs(conversationId)).toBe(true);
    people.clock.pass(1);
    expect(await isTheirs(conversationId)).toBe(false);
  });

  it('S1-18 A90: one’s own from at most a day ahead; from further ahead it was made under a clock that was set back, and there is another', async () => {
    const { conversationId } = await people.begun();
    await people.hedda.call('keys.shiftPair', { conversationId, compromised: true });
    const made = await kekOf(conversationId);
    expect(made[0]).toBe('its own');
    people.clock.pass(-DAY);
    expect(await kekOf(conversationId)).toEqual(made);
    people.clock.pass(-1);
    expect(await kekOf(conversationId)).toEqual(['its own', made[1] + 1]);
    people.clock.pass(DAY + 1);
  });
});

describe('§5, from outside: what is refused', () => {
  /** Acknowledges what came, and says with it from which epoch on keys are taken. */
  const tellsFloor = (dialog: Dialog, kekFloor: number): void => {
    const { second } = people;
    const stream = second.streamOf(dialog);
    second.sendAll(second.talk.control(dialog, {
      type: 'acknowledgement', stream: stream.instance, receiver: second.person.instanceId, cumulative: stream.cumulative, digest: stream.digest, kekFloor,
      listVersion: second.person.listVersion, startToken: second.person.startToken, heardToken: second.talk.heardToken,
    }));
  };

  it('S1-18 A16 A17: a floor above all that is known of a creator reaches one above it, and no further', async () => {
    const { dialog, conversationId } = await under({});
    await people.hears(conversationId, 'bound');
    const { second, forger } = people;
    const { own } = second.talk;
    const before = second.talk.controls.length;
    tellsFloor(dialog, 2 ** 32 - 1);
    second.sendAll(forger.message(dialog, { kek: own }));
    // It says which floors it knows, once it has refused what came under a lower epoch.
    const told = await second.until(() => second.talk.controls.slice(before).find((word: { type: string }) => word.type === 'floors'));
    expect(told.floors).toContainEqual({ instance: second.person.instanceId, floor: own.kekEpoch + 1 });
    second.talk.shiftKek();
    second.say(dialog, 'under the next one');
    await people.acknowledged(dialog);
  });

  it('S1-18 A17: more new keys at once than 32 are put off, one more is taken each second', async () => {
    const { second, forger, clock, hedda } = people;
    clock.pass(3_600_000);
    const { dialog, conversationId } = await people.begun();
    // A block made anew is one that nobody has seen, though it is the same key.
    const made = Array.from({ length: 33 }, (_, at) => forger.message(dialog, { sequence: dialog.out.next + at, block: forger.block(second.talk.own) }));
    second.sendAll(...made);
    await hedda.until('all but one', async () => (await problems(conversationId)).includes('too-many-keys'));
    const count = async (): Promise<number> => (await hedda.call('messages.list', { conversationId, limit: 500 })).filter(({ text }) => text === 'forged').length;
    await hedda.until('32', async () => (await count()) === 32);
    clock.pass(999);
    await people.connected();
    second.sendAll(...made.slice(-1));
    await people.hears(conversationId, 'still one less');
    expect(await count()).toBe(32);
    clock.pass(1);
    second.sendAll(...made.slice(-1));
    await hedda.until('33', async () => (await count()) === 33);
  });
});

describe('§5, from outside: that keys may be known', () => {
  let others: SetClockPeople;
  beforeAll(async () => {
    others = await SetClockPeople.meet();
  });
  afterAll(() => others.end());

  it('S1-18 A17: is heeded ten times at once and, evenly, ten times an hour; once more waits, and comes through', async () => {
    const { second, forger, clock, hedda } = others;
    const { dialog, conversationId } = await others.begun();
    const says = (text: string): void => {
      second.talk.compromised();
      second.say(dialog, text);
    };
    for (let time = 1; time <= 10; time += 1) {
      says(`distrust ${time}`);
      await others.acknowledged(dialog);
    }
    says('once more');
    const isPutOff = async () => (await hedda.call('keys.status', { conversationId })).problems.some(({ kind }) => kind === 'too-many-keys');
    await hedda.until('put off', isPutOff);
    /** All that waits is said again, on whichever session stands by now, and was dealt with: headers that are lacked are asked for behind all that came before them. */
    const again = async (): Promise<void> => {
      await others.connected();
      const before = second.items.length;
      let told: unknown;
      await second.until(() => {
        if (second.session !== told && second.session?.isReady && !second.session.ended) {
          told = second.session;
          second.flush();
          second.session.send({ type: 6, body: shorten(forger.message(dialog, { kek: forger.newKek() })) });
        }
        return second.items.slice(before).includes(7);
      });
    };
    clock.pass(359_000);
    await again();
    expect([dialog.out.unacknowledged.size, await isPutOff()]).toEqual([1, true]);
    clock.pass(1_000);
    await again();
    await others.acknowledged(dialog);
    expect(await isPutOff()).toBe(false);
  });
});
