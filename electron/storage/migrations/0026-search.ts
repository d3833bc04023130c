import type { Migration } from './migration';

/**
 * Full-text search. `search_places` gives every message with a text its row in the index: the place it has on screen (times 512, so that several of
 * one moment have room), in which newest first is the order of the index itself. `talk` is one letter that stands for the conversation, among 40,000: so
 * one conversation is searched as fast as all, and the index grows by one entry. Triggers keep it true, whoever changes a message, and
 * with `secure-delete` nothing of a word stays behind. What was there before this step, below `search_backlog`, is taken up in slices.
 *
 * `erased` counts changes after which the index may still name the beginning of a word that is gone (search-store.ts, `erase`).
 * Segments are joined in slices, too (`merge`), never within the transaction of a message.
 */
export const migration: Migration = {
  version: 26,
  name: 'search',
  sql: `
    CREATE TABLE search_places (
      at INTEGER PRIMARY KEY,
      message INTEGER NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE search_backlog (
      only INTEGER PRIMARY KEY CHECK (only = 1),
      below INTEGER NOT NULL,
      erased INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    INSERT INTO search_backlog (only, below) SELECT 1, coalesce(max(key), 0) + 1 FROM messages;

    CREATE VIEW search_texts AS
      SELECT search_places.at AS at, messages.text AS text, char(131072 + messages.conversation % 40000) AS talk
      FROM search_places JOIN messages ON messages.key = search_places.message;
    CREATE VIRTUAL TABLE search USING fts5(text, talk, content='search_texts', content_rowid='at', columnsize=0, tokenize='signal_tokenizer');
    INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
    INSERT INTO search (search, rank) VALUES ('automerge', 0);
    INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
    CREATE VIRTUAL TABLE search_words USING fts5vocab(search, instance);

    CREATE TRIGGER search_added AFTER INSERT ON messages WHEN new.text <> '' BEGIN
      INSERT INTO search_places (at, message)
        SELECT CASE
          WHEN last IS NULL THEN new.place * 512
          WHEN last < new.place * 512 + 511 THEN last + 1
          ELSE (SELECT max(at) + 1 FROM search_places)
        END, new.key
        FROM (SELECT max(at) AS last FROM search_places WHERE at BETWEEN new.place * 512 AND new.place * 512 + 511);
      INSERT INTO search (rowid, text, talk)
        SELECT at, new.text, char(131072 + new.conversation % 40000) FROM search_places WHERE message = new.key;
    END;

    CREATE TRIGGER search_changed AFTER UPDATE OF text, place ON messages WHEN old.text <> new.text OR old.place <> new.place BEGIN
      INSERT INTO search (search, rowid, text, talk)
        SELECT 'delete', at, old.text, char(131072 + old.conversation % 40000) FROM search_places WHERE message = old.key;
      UPDATE search_backlog SET erased = erased + 1 WHERE old.text <> '';
      DELETE FROM search_places WHERE message = old.key;
      INSERT INTO search_places (at, message)
        SELECT CASE
          WHEN last IS NULL THEN new.place * 512
          WHEN last < new.place * 512 + 511 THEN last + 1
          ELSE (SELECT max(at) + 1 FROM search_places)
        END, new.key
        FROM (SELECT max(at) AS last FROM search_places WHERE at BETWEEN new.place * 512 AND new.place * 512 + 511)
        WHERE new.text <> '' AND new.key >= (SELECT below FROM search_backlog);
      INSERT INTO search (rowid, text, talk)
        SELECT at, new.text, char(131072 + new.conversation % 40000) FROM search_places WHERE message = new.key;
    END;

    CREATE TRIGGER search_removed AFTER DELETE ON messages BEGIN
      INSERT INTO search (search, rowid, text, talk)
        SELECT 'delete', at, old.text, char(131072 + old.conversation % 40000) FROM search_places WHERE message = old.key;
      UPDATE search_backlog SET erased = erased + 1 WHERE old.text <> '';
      DELETE FROM search_places WHERE message = old.key;
    END;
  `,
};
