import type { Migration } from './migration';

/** In a line, between words that do not stand side by side: a letter nobody writes (Gothic), and the first one of every word for an emoji. */
export const apart = '\u{10330}';

/** Texts in which there may be an emoji. */
export const maySign = '*[\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299\u{1f000}-\u{1ffff}]*';
/** That place, or the next one that no message has. */
export const freeFrom = (place: string): string => `
        CASE WHEN NOT EXISTS (SELECT 1 FROM search_places WHERE at = ${place}) THEN ${place}
          ELSE (SELECT taken.at + 1 FROM search_places AS taken WHERE taken.at >= ${place} AND NOT EXISTS (SELECT 1 FROM search_places WHERE at = taken.at + 1) ORDER BY taken.at LIMIT 1) END`;

/**
 * The index of words anew, with names of files and emoji in it. `search_places` gives every message in the index its row there: the place it has on
 * screen, or the next free one behind it, so that newest first is the order of the index itself. `talk` is one letter that stands for the conversation, among 40,000.
 * `search_entries` is what puts a message into the index and takes it out again; triggers call it whoever changes a message or a file, and do the
 * same by themselves for a new message. What SQL cannot do, finding emoji in a text, is done afterwards with what `search_due` names.
 *
 * What was there before, below `search_backlog`, is taken up in slices, newest first; the index before is emptied in slices first, for overwriting it at once
 * would be a pause of seconds. Two parts of a size are joined, not four: each part costs every word that is looked for or erased a look.
 */
export const migration: Migration = {
  version: 40,
  name: 'search-whole',
  sql: `
    DROP TRIGGER search_added;
    DROP TRIGGER search_changed;
    DROP TRIGGER search_removed;
    DROP TABLE search_words;
    DROP VIEW search_texts;
    ALTER TABLE search RENAME TO search_before;
    ALTER TABLE search_places RENAME TO search_places_before;

    CREATE TABLE search_places (
      at INTEGER PRIMARY KEY,
      message INTEGER NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE search_names (
      message INTEGER PRIMARY KEY,
      name TEXT NOT NULL
    ) STRICT;
    CREATE TABLE search_signs (
      message INTEGER PRIMARY KEY,
      signs TEXT NOT NULL
    ) STRICT;
    CREATE TABLE search_due (message INTEGER PRIMARY KEY) STRICT;
    UPDATE search_backlog SET below = (SELECT coalesce(max(key), 0) + 1 FROM messages), erased = 0;

    CREATE VIEW search_texts AS
      SELECT search_places.at AS at, messages.text AS text, search_names.name AS name, char(131072 + messages.conversation % 40000) AS talk,
        search_signs.signs AS signs
      FROM search_places JOIN messages ON messages.key = search_places.message
        LEFT JOIN search_names ON search_names.message = search_places.message LEFT JOIN search_signs ON search_signs.message = search_places.message;
    CREATE VIRTUAL TABLE search USING fts5(text, name, talk, signs, content='search_texts', content_rowid='at', columnsize=0, tokenize='signal_tokenizer');
    INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
    INSERT INTO search (search, rank) VALUES ('automerge', 0);
    INSERT INTO search (search, rank) VALUES ('usermerge', 2);
    INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
    CREATE VIRTUAL TABLE search_words USING fts5vocab(search, instance);

    CREATE VIEW search_entries AS SELECT message FROM search_places;
    CREATE TRIGGER search_put_in INSTEAD OF INSERT ON search_entries BEGIN
      INSERT INTO search_places (at, message)
        SELECT ${freeFrom('messages.place')}, messages.key
        FROM messages WHERE messages.key = new.message AND (messages.text <> '' OR EXISTS (SELECT 1 FROM search_names WHERE message = new.message))
          AND NOT EXISTS (SELECT 1 FROM search_places WHERE message = new.message);
      INSERT INTO search (rowid, text, name, talk, signs)
        SELECT at, text, name, talk, signs FROM search_texts WHERE at = (SELECT at FROM search_places WHERE message = new.message);
      INSERT OR IGNORE INTO search_due (message)
        SELECT key FROM messages WHERE key = new.message AND text GLOB '${maySign}';
    END;
    CREATE TRIGGER search_take_out INSTEAD OF DELETE ON search_entries BEGIN
      INSERT INTO search (search, rowid, text, name, talk, signs)
        SELECT 'delete', at, text, name, talk, signs FROM search_texts WHERE at = (SELECT at FROM search_places WHERE message = old.message);
      DELETE FROM search_signs WHERE message = old.message;
      DELETE FROM search_due WHERE message = old.message;
      DELETE FROM search_places WHERE message = old.message;
      UPDATE search_backlog SET erased = erased + 1;
    END;

    CREATE TRIGGER search_added AFTER INSERT ON messages WHEN new.text <> '' BEGIN
      INSERT INTO search_places (at, message) VALUES (${freeFrom('new.place')}, new.key);
      INSERT INTO search (rowid, text, name, talk, signs)
        VALUES (last_insert_rowid(), new.text, NULL, char(131072 + new.conversation % 40000), NULL);
    END;
    CREATE TRIGGER search_added_signs AFTER INSERT ON messages WHEN new.text GLOB '${maySign}' BEGIN
      INSERT INTO search_due (message) VALUES (new.key);
    END;
    CREATE TRIGGER search_changes BEFORE UPDATE OF text, place ON messages WHEN old.text <> new.text OR old.place <> new.place BEGIN
      DELETE FROM search_entries WHERE message = old.key;
    END;
    CREATE TRIGGER search_changed AFTER UPDATE OF text, place ON messages WHEN old.text <> new.text OR old.place <> new.place BEGIN
      INSERT INTO search_entries (message) SELECT new.key WHERE new.key >= (SELECT below FROM search_backlog);
    END;
    CREATE TRIGGER search_removed BEFORE DELETE ON messages BEGIN
      DELETE FROM search_entries WHERE message = old.key;
      DELETE FROM search_names WHERE message = old.key;
    END;
    CREATE TRIGGER search_named AFTER INSERT ON transfers BEGIN
      UPDATE search_files SET name = '' WHERE message_id = new.message_id;
    END;
    CREATE TRIGGER search_named_elsewhere AFTER UPDATE OF message_id ON transfers WHEN old.message_id <> new.message_id BEGIN
      UPDATE search_files SET name = '' WHERE message_id IN (old.message_id, new.message_id);
    END;
    CREATE TRIGGER search_named_no_more AFTER DELETE ON transfers BEGIN
      UPDATE search_files SET name = '' WHERE message_id = old.message_id;
    END;

    CREATE VIEW search_files AS SELECT key, message_id, '' AS name FROM messages;
    CREATE TRIGGER search_name INSTEAD OF UPDATE ON search_files BEGIN
      DELETE FROM search_entries WHERE message = old.key;
      DELETE FROM search_names WHERE message = old.key;
      INSERT INTO search_names (message, name)
        SELECT old.key, group_concat(name || ' ${apart} ' || replace(replace(replace(name, '_', ' '), '-', ' '), '.', ' '), ' ${apart} ') FROM transfers WHERE message_id = old.message_id HAVING count(*) > 0;
      INSERT INTO search_entries (message) SELECT old.key WHERE old.key >= (SELECT below FROM search_backlog);
    END;
  `,
};
