import type { Db } from './database';

/**
 * Lets every transaction end with the words of its messages in the index: in one statement, of which FTS5 makes one part, in the order of their places,
 * which it takes fastest. Nothing where the schema is older than that.
 */
export function indexTogether(db: Db): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'search_fresh'").get() === undefined) return;
  const isAny = db.prepare('SELECT 1 FROM search_fresh LIMIT 1');
  const index = db.prepare(`
    INSERT INTO search (rowid, text, name, talk, signs)
    SELECT at, text, name, talk, signs FROM search_texts WHERE at IN (SELECT at FROM search_fresh) ORDER BY at`);
  const forget = db.prepare('DELETE FROM search_fresh');
  db.beforeCommit(() => {
    if (isAny.get() === undefined) return;
    index.run();
    forget.run();
  });
}
