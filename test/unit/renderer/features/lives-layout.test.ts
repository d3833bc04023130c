// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyGeneration } from '../../../../shared/model/keys';
import { layOutLives, nearest } from '../../../../renderer/features/keys/lives-layout';
import { livesOf } from '../../../preview/fake-keys';
import { idOf } from '../../../preview/fake-world';
import { manyShifts } from '../../../preview/scenes';

const now = Date.UTC(2026, 4, 6, 12);
const minute = 60_000;

/** Lives of one device, each beginning where the one before ends. */
const lane = (who: 'you' | 'peer'): fc.Arbitrary<KeyGeneration[]> =>
  fc.array(fc.integer({ min: 1, max: 90 * 86_400_000 }), { minLength: 0, maxLength: 200 }).map((lengths) => {
    const total = lengths.reduce((sum, length) => sum + length, 0);
    let since = now - total;
    return lengths.map((length, index): KeyGeneration => {
      const from = since;
      since += length;
      const last = index === lengths.length - 1;
      return { who, instanceId: idOf(who), epoch: index + 1, since: from, ...(last ? {} : { until: since }), reason: 'time', messages: 1, firstSequence: index + 1, forgotten: false };
    });
  });

describe('S2-21: the picture of the key lives', () => {
  it('has every generation once, in order, none over another, each wide enough to be pointed at', () => {
    fc.assert(
      fc.property(lane('you'), lane('peer'), fc.option(fc.integer({ min: 0, max: now })), (own, theirs, checked) => {
        const picture = layOutLives([...theirs, ...own], checked ?? undefined, now);
        expect(picture.rows.flatMap((row) => row.blocks)).toHaveLength(own.length + theirs.length);
        for (const { blocks } of picture.rows) {
          blocks.forEach((block, index) => {
            const before = blocks[index - 1];
            expect(block.width).toBeGreaterThanOrEqual(24);
            expect(block.x + block.width).toBeLessThanOrEqual(picture.width);
            if (before === undefined) return;
            expect(block.generation.since).toBeGreaterThan(before.generation.since);
            expect(block.x).toBeGreaterThanOrEqual(before.x + before.width);
          });
        }
        expect(picture.uncheckedTo).toBeGreaterThanOrEqual(0);
        expect(picture.uncheckedTo).toBeLessThanOrEqual(picture.width);
      }),
      { numRuns: 60 },
    );
  });

  it('puts what happened at one time at one place in both lanes', () => {
    const generation = (who: 'you' | 'peer', epoch: number, since: number, until?: number): KeyGeneration => ({
      who, instanceId: idOf(who), epoch, since, ...(until === undefined ? {} : { until }), reason: 'hand', messages: 0, firstSequence: 1, forgotten: false,
    });
    const picture = layOutLives(
      [generation('you', 1, now - 9 * minute, now - 5 * minute), generation('you', 2, now - 5 * minute), generation('peer', 1, now - 5 * minute)],
      undefined,
      now,
    );
    expect(picture.rows.map((row) => row.who)).toEqual(['you', 'peer']);
    expect(picture.rows[1]?.blocks[0]?.x).toBe(picture.rows[0]?.blocks[1]?.x);
  });

  it.each([
    ['never compared', undefined, 'all'],
    ['compared before the first key', now - 400 * 86_400_000, 'none'],
    ['compared meanwhile', now - 4 * 86_400_000, 'some'],
  ] as const)('%s: hatched is %3$s', (_name, checkedSince, much) => {
    const { generations } = livesOf(manyShifts(now), now);
    const { uncheckedTo, width } = layOutLives(generations, checkedSince, now);
    if (much === 'all') expect(uncheckedTo).toBe(width);
    else if (much === 'none') expect(uncheckedTo).toBe(0);
    else {
      expect(uncheckedTo).toBeGreaterThan(0);
      expect(uncheckedTo).toBeLessThan(width);
    }
  });

  it('names the days of a long picture and finds the nearest block of the other lane', () => {
    const picture = layOutLives(livesOf(manyShifts(now), now).generations, undefined, now);
    expect(picture.ticks.filter((tick) => tick.startsDay).length).toBeGreaterThan(5);
    for (const [index, tick] of picture.ticks.entries()) expect(tick.x - (picture.ticks[index - 1]?.x ?? -100)).toBeGreaterThanOrEqual(56);
    const [own, theirs] = picture.rows;
    const last = own?.blocks.at(-1);
    if (last === undefined) throw new Error('no block');
    expect(nearest(theirs, last)).toBe(theirs?.blocks.at(-1));
    expect(nearest(undefined, last)).toBeUndefined();
  });

  it('a second device of the other side has a row of its own', () => {
    const { generations } = livesOf(manyShifts(now).slice(0, 4), now);
    const more = generations.map((one) => (one.who === 'peer' ? { ...one, instanceId: idOf('second') } : one));
    const picture = layOutLives([...generations, ...more.filter((one) => one.who === 'peer')], undefined, now);
    expect(picture.rows.map((row) => row.who)).toEqual(['you', 'peer', 'peer']);
  });
});
