import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import { migrate } from '../../../electron/storage/migrate';
import { migrations } from '../../../electron/storage/migrations/all';
import { openStores } from '../../../electron/storage/open-stores';
import { handle, message } from '../../contract/storage/rows';
import { afterwards } from './places';
import { named } from './searched';

describe('words of messages from before a later index', () => {
  it('lie side by side in the file, conversation by conversation, in the order they came, also those of before the step "side-by-side"', () => {
    const db = openDatabase(':memory:');
    afterwards(() => db.close());
    migrate(db, migrations.slice(0, migrations.findIndex(({ name }) => name === 'side-by-side')));
    for (const n of [1, 2]) db.exec(`INSERT INTO conversations (conversation_id, contact_id, peer_id, dialog_id, title, state, created_at, unread) VALUES ('${handle(n)}', 'c', 'p', 'd${n}', '', 'open', 1, 0)`);
    const insert = db.prepare(`INSERT INTO messages (conversation, message_id, direction, instance_id, sequence, kind, text, sent_at, state, key_epoch, place) VALUES (?, ?, 1, 'i', ?, 'text', ?, ?, 0, 0, ?)`);
    for (let n = 1; n <= 40; n += 1) insert.run([1 + (n % 2), handle(n), n, `boat ${n} ${n === 7 ? '🎉' : ''}`, n, n * 4_096]);
    const search = () => openStores(db).search;
    openStores(db).messages.add(message(100, { conversationId: handle(1), text: 'boat after' }));
    // Interrupted again and again, as by a restart; nothing is lost or stands twice meanwhile.
    while (search().takeUp(7)) expect(search().find({ text: 'boat', limit: 99 })).toHaveLength(41);
    expect(search().find({ text: '🎉', limit: 9 })).toMatchObject([{ messageId: handle(7) }]);
    expect(search().find({ text: 'boat', conversationId: handle(1), limit: 99 }).map(({ messageId }) => Number.parseInt(messageId, 16))).toEqual([100, ...Array.from({ length: 20 }, (_, at) => 40 - 2 * at)]);
    const keys = db.prepare('SELECT conversation, key / 268435456 AS range, message_id FROM messages ORDER BY key').all();
    expect(keys.every((row) => row['range'] === row['conversation'])).toBe(true);
    expect(keys.map((row) => Number.parseInt(String(row['message_id']), 16))).toEqual([...Array.from({ length: 20 }, (_, at) => 2 + 2 * at), 100, ...Array.from({ length: 20 }, (_, at) => 1 + 2 * at)]);
    expect(db.prepare('SELECT (SELECT count(*) FROM search_places WHERE message NOT IN (SELECT key FROM messages)) + (SELECT count(*) FROM search_signs WHERE message NOT IN (SELECT key FROM messages)) AS lost').get()).toEqual({ lost: 0 });
    db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(7)]);
    expect(search().find({ text: '🎉', limit: 9 })).toEqual([]);
    db.exec(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`);
  });

  it.each(['search', 'search-whole'])('of before the step "%s" are taken up in slices, newest first, whatever changes meanwhile, and however often it is interrupted', (step) => {
    const db = openDatabase(':memory:');
    afterwards(() => db.close());
    migrate(db, migrations.slice(0, migrations.findIndex(({ name }) => name === step)));
    db.exec(`INSERT INTO conversations (conversation_id, contact_id, peer_id, dialog_id, title, state, created_at, unread) VALUES ('${handle(1)}', 'c', 'p', 'd', '', 'open', 1, 0)`);
    const insert = db.prepare(`INSERT INTO messages (conversation, message_id, direction, instance_id, sequence, kind, text, sent_at, state, key_epoch, place) VALUES (1, ?, 1, 'i', ?, 'text', ?, ?, 0, 0, ?)`);
    for (let n = 1; n <= 10; n += 1) insert.run([handle(n), n, `old boat ${n} ${n === 5 ? '🎉' : ''}`, n, n * 4_096]);
    if (step === 'search-whole') {
      named(db, 6, 1, 'Boat_house.pdf');
      named(db, 4, 1, 'Anchor.pdf');
      for (let n = 100; n < 700; n += 1) insert.run([handle(n), n, `more of word${n}`, n, n * 4_096]);
    }
    openStores(db);
    // Each time as after a start.
    const search = () => openStores(db).search;
    openStores(db).messages.add(message(1_000, { text: 'new boat' }));
    const found = (query = 'boat') => search().find({ text: query, limit: 50 }).map(({ messageId }) => Number.parseInt(messageId, 16));
    expect(found()).toEqual([1_000]);
    db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(2)]);
    db.prepare('UPDATE messages SET text = ? WHERE message_id = ?').run(['ship', handle(3)]);
    const isThere = () => db.prepare(`SELECT 1 FROM sqlite_schema WHERE name IN ('search_before', 'search_places_before')`).get() !== undefined;
    for (let left = 200; isThere() && left > 0; left -= 1) expect(search().takeUp(4)).toBe(true);
    expect(isThere()).toBe(false);
    db.exec(`DELETE FROM messages WHERE text LIKE 'more of%' AND sequence <> 699`);
    expect(search().takeUp(4)).toBe(true);
    if (step === 'search') expect(found()).toEqual([1_000, 10, 9, 8, 7]);
    db.prepare('UPDATE messages SET text = ? WHERE message_id = ?').run(['ship', handle(9)]);
    if (step === 'search-whole') named(db, 1, 1, 'Late harbour.txt');
    while (search().takeUp(4));
    expect(found()).toEqual([1_000, 10, 8, 7, 6, 5, 4, 1]);
    expect(found('🎉 boat')).toEqual([5]);
    if (step === 'search-whole') expect([found('house'), found('anch'), found('harbour'), found('word699')]).toEqual([[6], [4], [1], [699]]);
    while (search().tidy(16));
    while (search().erase(16) === 'more');
    expect(found()).toEqual([1_000, 10, 8, 7, 6, 5, 4, 1]);
    db.exec(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`);
  });
});
