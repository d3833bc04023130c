import { expect, it } from 'vitest';
import { overBothBackings } from './backings';
import { conversation, handle, message } from './rows';

overBothBackings('pages of a conversation', (open) => {
  it('behind a message, around it, and at a time', () => {
    const { stores } = open();
    for (const n of [1, 2]) stores.conversations.put(conversation(n));
    for (let n = 1; n <= 9; n += 1) stores.messages.add(message(n, { sentAt: n * 1_000 }));
    stores.messages.add(message(90, { conversationId: handle(2) }));
    const { messages } = stores;
    const ids = (rows: readonly { messageId: string }[]) => rows.map(({ messageId }) => Number.parseInt(messageId, 16));

    expect(ids(messages.pageAfter(handle(1), handle(3), 2))).toEqual([4, 5]);
    expect(ids(messages.pageAfter(handle(1), handle(9), 2))).toEqual([]);
    expect(ids(messages.pageAfter(handle(1), handle(90), 2))).toEqual([]);
    expect(ids(messages.pageAround(handle(1), handle(5), 4))).toEqual([4, 5, 6, 7]);
    expect(ids(messages.pageAround(handle(1), handle(5), 1))).toEqual([5]);
    expect(ids(messages.pageAround(handle(1), handle(1), 4))).toEqual([1, 2, 3, 4]);
    expect(ids(messages.pageAround(handle(1), handle(9), 4))).toEqual([6, 7, 8, 9]);
    expect(ids(messages.pageAround(handle(1), handle(5), 50))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(ids(messages.pageAt(handle(1), 4_500, 3))).toEqual([4, 5, 6]);
    expect(ids(messages.pageAt(handle(1), -5, 3))).toEqual([1, 2, 3]);
    expect(ids(messages.pageAt(handle(1), 99_000, 3))).toEqual([7, 8, 9]);
  });

  it('also where a clock was wrong by decades: what came behind it stands behind it, and can be read', () => {
    const { stores } = open();
    stores.conversations.put(conversation(1));
    const wrong = Date.UTC(2099, 0);
    for (const [n, at] of [[1, 1_000], [2, wrong], [3, 2_000]] as const) stores.messages.add(message(n, { sentAt: at }));
    const ids = (rows: readonly { messageId: string }[]) => rows.map(({ messageId }) => Number.parseInt(messageId, 16));
    const { messages } = stores;
    expect(ids(messages.page(handle(1), undefined, 10))).toEqual([1, 2, 3]);
    expect([ids(messages.page(handle(1), handle(3), 10)), ids(messages.pageAfter(handle(1), handle(2), 10)), ids(messages.pageAt(handle(1), wrong, 2))]).toEqual([[1, 2], [3], [2, 3]]);
    expect(messages.placesAfter(handle(1), undefined, 10)).toHaveLength(3);
  });
});
