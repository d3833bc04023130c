import { randomBytes } from 'node:crypto';
import { getHeapSnapshot } from 'node:v8';
import { expect, it } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { conversation, handle, message } from '../../contract/storage/rows';
import { afterwards } from './places';

it('A79: words of a message that is gone leave the memory in which a search begins at once, not with the next search, however it went', async () => {
  const db = openDatabase(':memory:');
  afterwards(() => db.close());
  const stores = openStores(db);
  for (const where of [1, 2]) stores.conversations.put(conversation(where));
  // Bytes alone, so that no text of this test has them.
  const secrets = Array.from({ length: 5 }, () => Buffer.from(randomBytes(12).toString('hex')));
  for (const [at, secret] of secrets.entries()) stores.messages.add(message(at, { conversationId: handle(at === 3 ? 2 : 1), text: `it was ${secret.toString()}` }));
  while (stores.search.remember(10));
  // Also as the one text that is looked through.
  expect(stores.search.find({ text: 'it was', limit: 9 })).toHaveLength(5);
  expect(await held(secrets)).toEqual([0, 1, 2, 3, 4]);

  stores.changes.remove(handle(0));
  stores.changes.put({ messageId: handle(1), kind: 'text', text: 'it is', revision: 1 });
  stores.changes.put({ messageId: handle(2), kind: 'deleted', text: '' });
  const left = stores.conversations.byId(handle(2));
  if (left !== undefined) stores.conversations.remove(left, 1);
  while (stores.conversations.sweep(2) === 'more');
  expect(() => db.transaction(() => {
    stores.changes.remove(handle(4));
    throw new Error('undone');
  })).toThrow('undone');
  expect(await held(secrets)).toEqual([4]);
  expect(stores.search.find({ text: 'it', limit: 9 }).map(({ messageId }) => messageId)).toEqual([handle(4), handle(1)]);
}, 60_000);

/** Which of them stand in a text on the heap, once it was collected. */
async function held(secrets: readonly Buffer[]): Promise<number[]> {
  const found = new Set<number>();
  // V8 keeps the text of the last match (RegExp.input) until the next one.
  expect(/a/.test('a')).toBe(true);
  let before = Buffer.alloc(0);
  for await (const chunk of getHeapSnapshot()) {
    const piece = Buffer.concat([before, Buffer.from(chunk)]);
    for (const [at, secret] of secrets.entries()) if (piece.includes(secret)) found.add(at);
    before = piece.subarray(-64);
  }
  return [...found].sort((one, other) => one - other);
}
