import type { Migration } from './migration';

/**
 * Signed key headers as they came and went, beside the caches that forget them: what an archive shows of a conversation years later (protocol.md
 * §13). `name` tells them apart. `key_signers`: the credentials that signed them, each with the identity certificate it was issued under, by
 * SHA-256 of the credential. A person who is removed takes both along.
 */
export const migration: Migration = {
  version: 28,
  name: 'kept-headers',
  sql: `
    CREATE TABLE key_headers (
      key INTEGER PRIMARY KEY,
      peer_id TEXT NOT NULL,
      name TEXT NOT NULL,
      block BLOB NOT NULL,
      UNIQUE (peer_id, name)
    ) STRICT;
    CREATE TABLE key_signers (
      peer_id TEXT NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      credential BLOB NOT NULL,
      certificate BLOB NOT NULL,
      PRIMARY KEY (peer_id, hash)
    ) STRICT, WITHOUT ROWID;

    INSERT INTO key_headers (peer_id, name, block) SELECT peer_id, hex(hash), block FROM kek_blocks_received ORDER BY key;
    INSERT INTO key_headers (peer_id, name, block) SELECT peer_id, kek_id || hex(context), block FROM kek_blocks_own;

    CREATE TRIGGER key_headers_received AFTER INSERT ON kek_blocks_received BEGIN
      INSERT OR IGNORE INTO key_headers (peer_id, name, block) VALUES (new.peer_id, hex(new.hash), new.block);
    END;
    CREATE TRIGGER key_headers_own AFTER INSERT ON kek_blocks_own BEGIN
      INSERT OR IGNORE INTO key_headers (peer_id, name, block) VALUES (new.peer_id, new.kek_id || hex(new.context), new.block);
    END;
    CREATE TRIGGER key_headers_removed AFTER DELETE ON peers BEGIN
      DELETE FROM key_headers WHERE peer_id = old.peer_id;
      DELETE FROM key_signers WHERE peer_id = old.peer_id;
    END;
  `,
};
