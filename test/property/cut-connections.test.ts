import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossed, crossedOrders } from '../support/crossed-connections';
import { times } from '../support/exhaustive';
import { fastClock } from '../support/fast-clock';
import type { Fault } from '../support/fault-proxy';
import { SpoiledPair, until } from '../support/spoiled-pair';

/** Connections that are cut in one run. */
const cuts = Number(process.env['KEYSHIFT_CUTS'] ?? times(30, 10));
const seed = Number(process.env['KEYSHIFT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** A small seeded generator, so that a failing run can be repeated. */
function seeded(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('whatever happens to connections', () => {
  let pair: SpoiledPair;

  beforeAll(async () => {
    // Ten times as fast: a second between two tries is a tenth.
    pair = await SpoiledPair.make(fastClock(10));
    await pair.settle();
  }, 60_000);

  afterAll(() => pair?.close());

  /** Both speak, with `check` after every word, until so many connections were begun. */
  async function talkThrough(connections: number, random: (below: number) => number): Promise<void> {
    const deadline = performance.now() + 90_000;
    while (pair.begun <= connections) {
      if (performance.now() > deadline) throw new Error(`only ${pair.begun} of ${connections} connections`);
      await pair.say(random(2) === 0 ? pair.ann : pair.bo, 1 + random(3), random(4) === 0 ? random(3_000) : 0);
      await Promise.all([pair.check(pair.ann), pair.check(pair.bo)]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it(`S3-09 A51 A52: ${cuts} connections cut at random bytes, in the handshake, in a record and between two: nothing is lost or doubled, and nothing counts as delivered that is not`, async () => {
    const random = seeded(seed);
    pair.follow((number): Fault => {
      if (number >= cuts) return {};
      // A handshake has about six thousand bytes each way, or few hundred when it resumes; a card of about as many follows, then messages.
      const after = [() => random(700), () => random(13_000), () => 6_000 + random(4_000), () => 12_000 + random(4_000)][random(4)]?.() ?? 0;
      const cut = { way: random(2) === 0 ? ('out' as const) : ('back' as const), after };
      return { cut, ...(random(3) === 0 && { pieces: 1 + random(1_500) }), ...(random(4) === 0 && { delay: random(5) }) };
    });
    // Nothing of an earlier connection is left once the first of the plan is needed.
    await pair.say(pair.ann, 1);
    pair.cut();
    await talkThrough(cuts, random);
    await pair.settle(60_000).catch((error: unknown) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    expect(pair.begun).toBeGreaterThan(cuts);
  }, 180_000);

  it('S3-09 A51: every byte late and alone, and it is the same conversation', async () => {
    const random = seeded(seed);
    pair.follow(() => ({ pieces: 7, delay: 3 }));
    pair.cut();
    await talkThrough(0, random);
    await pair.say(pair.bo, 5, 2_000);
    await pair.settle(60_000);
  }, 120_000);

  it('A51: a connection that stalls in mid-record, then one that swallows everything: given up, nothing counts as delivered, all of it comes later', async () => {
    const plans: Fault[] = [{ stall: { way: 'back', after: 12_500 } }, { stall: { way: 'out', after: 12_500 } }, { blackHole: true }];
    pair.follow((number) => plans[number] ?? {});
    pair.cut();
    await until('the third plan used', async () => {
      await pair.say(pair.ann, 1, 1_000);
      await pair.say(pair.bo, 1, 1_000);
      await Promise.all([pair.check(pair.ann), pair.check(pair.bo)]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return pair.begun > plans.length;
    }, 90_000);
    await pair.settle(60_000);
  }, 180_000);

  it.each(Object.keys(crossedOrders))('S3-09 A52: %s: nothing is lost or doubled, and one session is left', async (order) => {
    const random = seeded(seed);
    await crossed(pair, order, () => random(1_000) / 1_000);
  }, 120_000);

  it('A42 A52: everything a dialler says is said twice, on a second connection: one session, and each message once', async () => {
    pair.follow(() => ({ doubled: true }));
    pair.cut();
    await pair.say(pair.ann, 1);
    await pair.say(pair.bo, 1);
    await pair.settle();
    for (const { app } of [pair.ann, pair.bo]) {
      await until('one session', async () => (await app.handlers.network.status(undefined)).sessions.length === 1);
    }
    await pair.say(pair.ann, 10);
    await pair.say(pair.bo, 10);
    await pair.settle();
  }, 60_000);
});
