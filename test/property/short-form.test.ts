import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DialogId } from '../../electron/engine/ids';
import { type DeliveryEnd, type DeliveryPair, newDeliveryPair } from '../support/delivery-kit';
import { times } from '../support/exhaustive';

/** What may happen around a session that carries short forms. `at` picks among the conversations there are. */
type Step =
  | { readonly kind: 'say'; readonly who: 0 | 1; readonly at: number; readonly count: number }
  | { readonly kind: 'open'; readonly who: 0 | 1 }
  | { readonly kind: 'newSessionKey'; readonly who: 0 | 1; readonly at: number }
  | { readonly kind: 'newExchangeKey'; readonly who: 0 | 1 }
  | { readonly kind: 'forget'; readonly who: 0 | 1 }
  | { readonly kind: 'lie'; readonly who: 0 | 1; readonly at: number }
  | { readonly kind: 'junk'; readonly who: 0 | 1; readonly bytes: Uint8Array }
  | { readonly kind: 'time'; readonly turns: number }
  | { readonly kind: 'restart'; readonly who: 0 | 1 }
  | { readonly kind: 'connect' };

const who = fc.constantFrom<0 | 1>(0, 1);
const at = fc.nat({ max: 999 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('say' as const), who, at, count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('time' as const), turns: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('open' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('newSessionKey' as const), who, at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('newExchangeKey' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('forget' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lie' as const), who, at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('junk' as const), who, bytes: fc.uint8Array({ maxLength: 300 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('connect' as const) }) },
);

interface World {
  readonly pair: DeliveryPair;
  readonly dialogs: DialogId[];
  readonly said: readonly [Map<DialogId, string[]>, Map<DialogId, string[]>];
  count: number;
}

async function run(world: World, each: Step): Promise<void> {
  const { pair, dialogs } = world;
  if (each.kind === 'time') return pair.run(each.turns);
  if (each.kind === 'connect') return void (await pair.connect());
  const [me, other] = each.who === 0 ? [pair.alice, pair.bob] : [pair.bob, pair.alice];
  const mine = dialogs.filter((dialogId) => me.device.db.prepare('SELECT 1 AS n FROM dialogs WHERE dialog_id = ?').get([dialogId]));
  const dialogId = 'at' in each ? mine[each.at % Math.max(1, mine.length)] : undefined;
  switch (each.kind) {
    case 'open':
      if (dialogs.length < 4) dialogs.push(me.device.engine.open(other.device.peerId, { title: 'x' }));
      break;
    case 'say':
      if (!dialogId) break;
      for (let count = 0; count < each.count; count += 1) {
        const text = `${(world.count += 1)}`;
        me.device.say(other.device, dialogId, text);
        const said = world.said[each.who];
        said.set(dialogId, [...(said.get(dialogId) ?? []), text]);
      }
      break;
    case 'newSessionKey':
      if (dialogId) me.device.engine.shift(me.device.dialog(other.device, dialogId), 'hand');
      break;
    case 'newExchangeKey':
      me.device.engine.block(other.device.peerId);
      break;
    case 'forget':
      // A commit that fails empties the caches, and nothing else.
      expect(() =>
        me.device.db.transaction(() => {
          me.device.engine.receive(other.device.person.chain, [new Uint8Array(1)]);
          throw new Error('disk');
        }),
      ).toThrow('disk');
      break;
    case 'lie':
      me.session?.send([{ kind: 'headers-wanted', headers: referenceSentBy(other, each.at) }]);
      break;
    case 'junk':
      me.session?.send([{ kind: 'short-message', bytes: each.bytes }]);
      break;
    case 'restart':
      me.restart();
  }
  me.delivery.flush(other.device.peerId);
}

/** Headers that a side did send under, or none at all. */
function referenceSentBy(end: DeliveryEnd, at: number): Uint8Array {
  const short = end.sent.filter((item) => item.kind === 'short-message');
  const item = short[at % Math.max(1, short.length)];
  return item?.kind === 'short-message' && item.bytes.length >= 76 ? item.bytes.slice(44, 76) : new Uint8Array(32);
}

describe('short forms in sessions that come and go', () => {
  for (const [alice, bob, numRuns] of [[64, 64, times(30, 8)], [1, 1, times(20, 5)], [0, 64, times(12, 4)], [64, 0, times(12, 4)], [0, 0, times(12, 4)]] as const) {
    it(`S1-27 S1-47 S1-49 S2-17: exactly once, in order, acknowledged, whatever is forgotten on the way (caches of ${alice} and ${bob})`, { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), async (steps) => {
          const pair = await newDeliveryPair({ alice, bob });
          try {
            const world: World = { pair, dialogs: [], said: [new Map(), new Map()], count: 0 };
            world.dialogs.push(pair.alice.device.engine.open(pair.bob.device.peerId, { title: 'first' }));
            await pair.connect();
            for (const each of steps) await run(world, each);
            if (!pair.alice.session || !pair.bob.session) await pair.connect();
            // Without another connection, whatever this one has been through.
            await pair.settle();
            for (const [index, receiver] of [pair.bob, pair.alice].entries()) {
              const said = world.said[index === 0 ? 0 : 1];
              for (const dialogId of world.dialogs) expect(receiver.device.sink.texts(dialogId)).toEqual(said.get(dialogId) ?? []);
              expect(receiver.device.sink.of('failed')).toEqual([]);
            }
          } finally {
            pair.close();
          }
        }),
        { numRuns },
      );
    });
  }
});
