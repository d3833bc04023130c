import { describe, expect, it } from 'vitest';
import type { InstanceId } from '../../../electron/engine/ids';
import { instanceIdFromBytes } from '../../../electron/engine/wire/ids';
import { shownMessages } from '../../../electron/services/shown-messages';

const device: InstanceId = instanceIdFromBytes(new Uint8Array(16).fill(7));

/** A stream in which nobody sees these sequences as messages: titles, links, edits. */
const without = (...unseen: readonly number[]): Parameters<typeof shownMessages>[0] => ({
  changes: { countPlaces: (_conversation, _device, low, high) => unseen.filter((each) => each >= low && each <= high).length },
});

describe('S2-21: what a person counts', () => {
  it.each([
    ['nothing was sent', [], { first: 1, count: 0 }, 0],
    ['no title', [], { first: 1, count: 3 }, 3],
    ['a title', [1], { first: 1, count: 3 }, 2],
    ['a title alone', [1], { first: 1, count: 1 }, 0],
    ['a title and a link', [1, 2], { first: 1, count: 3 }, 1],
    ['the title went under the key before', [1], { first: 2, count: 3 }, 3],
    ['far from the head', [1, 2], { first: 900, count: 100 }, 100],
    ['edits, reactions, another title', [1, 5, 7, 40], { first: 1, count: 10 }, 7],
    ['a part of a stream', [5, 7], { first: 6, count: 3 }, 2],
  ])('%s', (_, unseen, span, shown) => {
    expect(shownMessages(without(...unseen), 'c', { instanceId: device, ...span })).toBe(shown);
  });
});
