import { describe, expect, it } from 'vitest';
import type { InstanceId } from '../../../electron/engine/ids';
import { shownMessages } from '../../../electron/services/shown-messages';
import { instanceIdFromBytes } from '../../../electron/engine/wire/ids';

const device: InstanceId = instanceIdFromBytes(new Uint8Array(16).fill(7));

/** A stream whose messages begin at this sequence: before it stand a title and perhaps a link. */
const from = (first: number, changed: readonly number[] = []): Parameters<typeof shownMessages>[0] => ({
  changes: { countPlaces: (_conversation, _device, low, high) => changed.filter((each) => each >= low && each <= high).length },
  messages: {
    bySequence: (conversationId, instanceId, sequence) =>
      sequence < first
        ? undefined
        : { messageId: 'm', conversationId, direction: 'in', instanceId, sequence, kind: 'text', text: 'x', sentAt: 1, state: 'delivered', keyEpoch: 1 },
  },
});

describe('S2-21: what a person counts', () => {
  it.each([
    ['nothing was sent', 1, { first: 1, count: 0 }, 0],
    ['no title', 1, { first: 1, count: 3 }, 3],
    ['a title', 2, { first: 1, count: 3 }, 2],
    ['a title alone', 2, { first: 1, count: 1 }, 0],
    ['a title and a link', 3, { first: 1, count: 3 }, 1],
    ['the title went under the key before', 2, { first: 2, count: 3 }, 3],
    ['the link alone is under this key', 3, { first: 2, count: 2 }, 1],
    ['far from the head', 3, { first: 900, count: 100 }, 100],
  ])('%s', (_, head, span, shown) => {
    expect(shownMessages(from(head), 'c', { instanceId: device, ...span })).toBe(shown);
  });

  it('no edit, no reaction, also where a device’s stream begins with one', () => {
    expect(shownMessages(from(2, [5, 7, 40]), 'c', { instanceId: device, first: 1, count: 10 })).toBe(7);
    expect(shownMessages(from(2, [1]), 'c', { instanceId: device, first: 1, count: 3 })).toBe(2);
    expect(shownMessages(from(1, [5, 7]), 'c', { instanceId: device, first: 6, count: 3 })).toBe(2);
  });
});
