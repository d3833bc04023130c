import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase, type Db } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { conversation, handle, message } from '../../contract/storage/rows';
import { withNewest } from '../../support/newest-schema';
import { afterwards, folder } from './places';

/** A database with three conversations, a way to say something in one of them, and one to find it; numbers of messages are their handles. */
export function opened(inFile = true) {
  const key = randomBytes(32);
  const file = inFile ? join(folder(), 'a.db') : ':memory:';
  const db = withNewest(openDatabase(file, inFile ? key : undefined));
  afterwards(() => db.close());
  const stores = openStores(db);
  for (const n of [1, 2, 3]) stores.conversations.put(conversation(n));
  const say = (n: number, text: string, where = 1, change: Parameters<typeof message>[1] = {}) => stores.messages.add(message(n, { conversationId: handle(where), text, ...change }));
  const found = (text: string, change: { conversationId?: string | readonly string[]; before?: string; limit?: number } = {}) =>
    stores.search.find({ text, limit: 50, ...change }).map(({ messageId }) => Number.parseInt(messageId, 16));
  return { db, stores, say, found, file, key };
}

/** A file of that message. */
export function named(db: Db, n: number, where: number, name: string): void {
  db.prepare(`
    INSERT INTO transfers (transfer_id, message_id, conversation_id, peer_id, direction, name, size, hash, media_type, key, shown, have, given, wanted, paused, settled, added_at)
    VALUES (?, ?, ?, 'p', 0, ?, 1, x'', 'm', x'', '[]', 0, 0, 0, 0, 0, ?)`).run([`${n} ${name}`, handle(n), handle(where), name, n]);
}
