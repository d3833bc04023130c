import { freeFrom, maySign } from './0040-search-whole';
import type { Migration } from './migration';

/** A class of letters is tried at every place of a text, 30 µs for a kilobyte: not where all are ASCII. */
const hasSign = (text: string): string => `octet_length(${text}) <> length(${text}) AND ${text} GLOB '${maySign}'`;

/**
 * Messages enter the index together, at the end of the transaction that brings them (`index-together.ts`). Each alone made a part of the index of its
 * own, for FTS5 writes what it holds at every savepoint and behind every statement: a fifth of what a message in a burst cost, and parts to be joined.
 * `search_fresh`: places in `search_places` that are not in the index yet. What is taken out before was never in it.
 */
export const migration: Migration = {
  version: 41,
  name: 'indexed-together',
  sql: `
    DROP TRIGGER search_put_in;
    DROP TRIGGER search_take_out;
    DROP TRIGGER search_added;
    DROP TRIGGER search_added_signs;
    CREATE TABLE search_fresh (at INTEGER PRIMARY KEY) STRICT;

    CREATE TRIGGER search_put_in INSTEAD OF INSERT ON search_entries BEGIN
      INSERT INTO search_places (at, message)
        SELECT ${freeFrom('messages.place')}, messages.key
        FROM messages WHERE messages.key = new.message AND (messages.text <> '' OR EXISTS (SELECT 1 FROM search_names WHERE message = new.message))
          AND NOT EXISTS (SELECT 1 FROM search_places WHERE message = new.message);
      INSERT OR IGNORE INTO search_fresh (at) SELECT at FROM search_places WHERE message = new.message;
      INSERT OR IGNORE INTO search_due (message)
        SELECT key FROM messages WHERE key = new.message AND ${hasSign('text')};
    END;
    CREATE TRIGGER search_take_out INSTEAD OF DELETE ON search_entries BEGIN
      INSERT INTO search (search, rowid, text, name, talk, signs)
        SELECT 'delete', at, text, name, talk, signs FROM search_texts
        WHERE at = (SELECT at FROM search_places WHERE message = old.message) AND NOT EXISTS (SELECT 1 FROM search_fresh WHERE search_fresh.at = search_texts.at);
      DELETE FROM search_fresh WHERE at = (SELECT at FROM search_places WHERE message = old.message);
      DELETE FROM search_signs WHERE message = old.message;
      DELETE FROM search_due WHERE message = old.message;
      DELETE FROM search_places WHERE message = old.message;
      UPDATE search_backlog SET erased = erased + 1;
    END;

    CREATE TRIGGER search_added AFTER INSERT ON messages WHEN new.text <> '' BEGIN
      INSERT INTO search_places (at, message) VALUES (${freeFrom('new.place')}, new.key);
      INSERT INTO search_fresh (at) VALUES (last_insert_rowid());
    END;
    CREATE TRIGGER search_added_signs AFTER INSERT ON messages WHEN ${hasSign('new.text')} BEGIN
      INSERT INTO search_due (message) VALUES (new.key);
    END;
  `,
};
