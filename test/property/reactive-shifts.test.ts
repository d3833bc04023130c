import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyPresets } from '../../shared/model/keys';
import { times } from '../support/exhaustive';
import { type End, minute, talkingPair } from '../support/talking-pair';

type Step =
  | { readonly kind: 'say'; readonly who: 0 | 1 }
  | { readonly kind: 'shift'; readonly who: 0 | 1 }
  | { readonly kind: 'restart'; readonly who: 0 | 1 }
  /** What each has sent and acknowledged reaches the other; `lost`: only one direction does. */
  | { readonly kind: 'cross'; readonly lost: 0 | 1 | undefined }
  | { readonly kind: 'pass'; readonly minutes: number }
  | { readonly kind: 'jump'; readonly who: 0 | 1; readonly days: number };

const who = fc.constantFrom<0 | 1>(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('say' as const), who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('shift' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), who }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('cross' as const), lost: fc.constantFrom(undefined, undefined, 0 as const, 1 as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 0, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('jump' as const), who, days: fc.integer({ min: -3652, max: 3652 }) }) },
);

function one(from: End, to: End): void {
  const messages = [...from.device.pending(to.device), ...from.device.acknowledgements(to.device)];
  for (const outcome of to.device.receive(from.device, ...messages)) expect(outcome).not.toHaveProperty('reason');
}

describe('two people who follow each other’s renewals', () => {
  it('S2-09 S2-17 A32 A90: come to rest, whatever happened before, and nobody’s conversation fails', { timeout: 120_000 }, async () => {
    const schedules = fc.array(step, { minLength: 5, maxLength: 60 });
    const limits = { ...policyPresets.standard, afterMilliseconds: 0, afterMessages: 0, afterBytes: 0 };
    await fc.assert(
      fc.asyncProperty(schedules, async (steps) => {
        const { a, b, pass } = await talkingPair(limits);
        const ends = [a, b] as const;
        for (const each of steps) {
          if (each.kind === 'say') ends[each.who].say();
          else if (each.kind === 'shift') ends[each.who].shift();
          else if (each.kind === 'restart') ends[each.who].device.restart();
          else if (each.kind === 'pass') pass(each.minutes * minute);
          else if (each.kind === 'jump') ends[each.who].device.clock.time += each.days * 24 * 60 * minute;
          else {
            if (each.lost !== 0) one(a, b);
            if (each.lost !== 1) one(b, a);
          }
        }
        // From here on nobody renews of its own accord: what is still owed is done soon, and then there is peace.
        const talk = (rounds: number): void => {
          for (let round = 0; round < rounds; round += 1) {
            a.say();
            one(a, b);
            b.say();
            one(b, a);
            pass(4 * minute);
          }
        };
        const reactions = (): number => [...a.reasons(), ...b.reasons()].filter((reason) => reason === 'peer').length;
        const before = reactions();
        talk(15);
        expect(reactions() - before).toBeLessThanOrEqual(4);
        const settled = [a.epoch(), b.epoch()];
        talk(30);
        expect([a.epoch(), b.epoch()]).toEqual(settled);
        for (const end of ends) {
          expect(end.device.sink.of('failed')).toEqual([]);
          end.device.db.close();
        }
      }),
      { numRuns: times(60, 15) },
    );
  });
});
