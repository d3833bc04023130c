import type { OwnWordStore } from '../services/ports/own-words';
import type { Db } from './database';
import { integer, text } from './row';

export function createOwnWordStore(db: Db): OwnWordStore {
  const select = db.prepare('SELECT word FROM own_words ORDER BY word');
  const count = db.prepare('SELECT count(*) AS count FROM own_words');
  const insert = db.prepare('INSERT OR IGNORE INTO own_words (word) VALUES (?)');
  const remove = db.prepare('DELETE FROM own_words WHERE word = ?');
  return {
    all: () => select.all().map((row) => text(row, 'word')),
    count: () => {
      const row = count.get();
      return row === undefined ? 0 : integer(row, 'count');
    },
    add: (word) => void insert.run([word]),
    remove: (word) => remove.run([word]).changes > 0,
  };
}
