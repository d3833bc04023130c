import { describe, expect, it } from 'vitest';
import type { Db } from '../../../electron/storage/database';
import { handle } from '../../contract/storage/rows';
import { decryptedPages } from '../../support/decrypted-pages';
import { opened } from './searched';

describe('words that were erased', () => {
  /** Every piece of four letters: the index keeps words without what they share with the one before. */
  const pieces = (word: string) => Array.from({ length: word.length - 3 }, (_, at) => word.slice(at, at + 4));
  const traces = (db: Db, file: string, key: Uint8Array, words: readonly string[]): string[] => {
    db.pragma('wal_checkpoint(TRUNCATE)');
    const clear = decryptedPages(file, key).toString('latin1').toLowerCase();
    return words.flatMap(pieces).filter((piece) => clear.includes(piece));
  };

  it('A79: are nowhere in the decrypted file, whether a message was deleted, edited, or went with its conversation', () => {
    const { db, say, file, key, stores } = opened();
    const secret = ['qzxvkwjpf', 'wvxqzjkhb', 'jxqkzvwyd'] as const;
    db.transaction(() => {
      for (let n = 1; n <= 400; n += 1) say(n, `usual words of number ${n} qa jx wv`);
    });
    secret.forEach((word, at) => say(500 + at, `there was ${word} here`, at === 2 ? 2 : 1));
    db.transaction(() => {
      for (let n = 600; n <= 900; n += 1) say(n, `more usual words ${n}`);
    });
    while (stores.search.tidy(64));
    expect(new Set(traces(db, file, key, secret))).toEqual(new Set(secret.flatMap(pieces)));

    db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(500)]);
    db.prepare(`UPDATE messages SET kind = 'deleted', text = '' WHERE message_id = ?`).run([handle(501)]);
    db.prepare('DELETE FROM conversations WHERE conversation_id = ?').run([handle(2)]);
    expect(traces(db, file, key, secret)).toEqual([]);
    expect(stores.search.find({ text: 'usual', limit: 1 })).toHaveLength(1);
  });

  it('A79: also of an index of many pages, where they stood at the beginning of pages', () => {
    const { db, say, file, key, stores, found } = opened();
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    let seed = 7;
    const word = () => Array.from({ length: 9 }, () => letters[(seed = (seed * 48_271) % 2_147_483_647) % 26]).join('');
    const kept = Array.from({ length: 3_000 }, word);
    const secret = Array.from({ length: 300 }, () => `7${word()}`.split('').join('7'));
    db.transaction(() => kept.forEach((each, at) => say(1 + at, `${each} ${at % 10 === 0 ? secret[at / 10] : ''}`)));
    while (stores.search.tidy(1_000));
    db.transaction(() => kept.forEach((_, at) => at % 10 === 0 && db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(1 + at)])));
    while (stores.search.erase(16) === 'more');
    expect(traces(db, file, key, secret)).toEqual([]);
    expect(stores.search.erase(16)).toBeUndefined();
    db.exec(`INSERT INTO search (search, rank) VALUES ('integrity-check', 1)`);
    for (const [at, each] of kept.entries()) if (at % 10 !== 0) expect(found(each)).toEqual([1 + at]);
  });
});
