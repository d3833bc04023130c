import type { InstanceId } from '../engine/ids';
import type { LoggedFact, ReplicaStore, Vector } from '../services/ports/replica';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { bytes, flag, given, id, integer, optionalBytes, optionalInteger, text } from './row';

/** Under this name stands what this device itself has heard. */
const self = '';

/** The log of facts of one person's devices. */
export function createReplicaStore(db: Db): ReplicaStore {
  const selectState = db.prepare('SELECT * FROM replica_state');
  const upsertState = db.prepare('INSERT OR REPLACE INTO replica_state (only, stamp, begun, joined_at, author, told_whole, missing) VALUES (1, ?, ?, ?, ?, ?, ?)');
  const selectHeard = db.prepare('SELECT author, number FROM replica_heard WHERE device = ?');
  const selectDevices = db.prepare('SELECT DISTINCT device FROM replica_heard WHERE device <> ?');
  const upsertHeard = db.prepare('INSERT OR REPLACE INTO replica_heard (device, author, number) VALUES (?, ?, ?)');
  const removeHeard = db.prepare('DELETE FROM replica_heard WHERE device = ?');
  const selectOf = db.prepare('SELECT * FROM replica_facts WHERE kind = ? AND key = ?');
  const removeSame = db.prepare('DELETE FROM replica_facts WHERE kind = ? AND key = ? AND author = ?');
  const insert = db.prepare('INSERT INTO replica_facts (author, number, stamp, kind, key, value, waiting, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM replica_facts WHERE author = ? AND number = ?');
  const forget = db.prepare('DELETE FROM replica_facts WHERE kind IN (SELECT value FROM json_each(?)) AND key = ? AND value IS NOT NULL');
  // '0' follows '/': every key that begins so.
  const forgetUnder = db.prepare("DELETE FROM replica_facts WHERE kind = ? AND key >= ? || '/' AND key < ? || '0'");
  const drop = db.prepare('DELETE FROM replica_facts WHERE kind = ? AND author = ? AND ((number <= ? AND waiting = 0) OR stamp < ?)');
  const selectAfter = db.prepare(`SELECT * FROM replica_facts WHERE author = ? AND number > ? ORDER BY number ${atMost}`);
  const selectCount = db.prepare('SELECT count(*) AS n FROM replica_facts WHERE author = ? AND number > ?');
  const selectWaiting = db.prepare(`
    SELECT * FROM replica_facts WHERE waiting = 1 AND (kind, author, number) > (?, ?, ?) ORDER BY kind, author, number ${atMost}`);
  const move = db.prepare(`
    UPDATE replica_facts SET author = ?, number = number + ? WHERE author = ?
      AND NOT EXISTS (SELECT 1 FROM replica_facts AS said WHERE said.kind = replica_facts.kind AND said.key = replica_facts.key AND said.author = ?)`);
  const removeBefore = db.prepare('DELETE FROM replica_facts WHERE author = ?');
  const removeAuthor = db.prepare('DELETE FROM replica_heard WHERE device = ? AND author = ?');
  const selectKey = db.prepare('SELECT signing_key FROM replica_authors WHERE author = ?');
  const insertKey = db.prepare('INSERT OR IGNORE INTO replica_authors (author, signing_key) VALUES (?, ?)');
  const removeFacts = db.prepare('DELETE FROM replica_facts WHERE author = ? AND kind NOT IN (SELECT value FROM json_each(?))');
  const clear = db.prepare('DELETE FROM replica_facts WHERE kind NOT IN (SELECT value FROM json_each(?))');

  const vectorOf = (device: string): Vector => new Map(selectHeard.all([device]).map((row) => [id<InstanceId>(row, 'author'), integer(row, 'number')]));

  return {
    state() {
      const row = selectState.get();
      return (
        row && {
          stamp: integer(row, 'stamp'),
          begun: flag(row, 'begun'),
          ...given('joinedAt', optionalInteger(row, 'joined_at')),
          ...(row['author'] !== null && { author: id<InstanceId>(row, 'author') }),
          ...(flag(row, 'told_whole') && { toldWhole: true as const }),
          ...given('missing', optionalInteger(row, 'missing')),
        }
      );
    },
    setState: ({ stamp, begun, joinedAt, author, toldWhole, missing }) => void upsertState.run([stamp, begun ? 1 : 0, joinedAt ?? null, author ?? null, toldWhole === true ? 1 : 0, missing ?? null]),
    heard: () => vectorOf(self),
    setHeard: (author, number) => void upsertHeard.run([self, author, number]),
    signingKey(author) {
      const row = selectKey.get([author]);
      return row && bytes(row, 'signing_key');
    },
    setSigningKey: (author, key) => void insertKey.run([author, key]),
    forgetAuthor(author, kept) {
      removeFacts.run([author, JSON.stringify(kept)]);
      removeAuthor.run([self, author]);
    },
    of: (kind, key) => selectOf.all([kind, key]).map(read),
    put({ author, number, stamp, kind, key, value, waiting, signature }) {
      removeSame.run([kind, key, author]);
      insert.run([author, number, stamp, kind, key, value ?? null, waiting ? 1 : 0, signature ?? null]);
    },
    remove: ({ author, number }) => void remove.run([author, number]),
    forget: (kinds, key) => void forget.run([JSON.stringify(kinds), key]),
    forgetUnder: (kind, key) => void forgetUnder.run([kind, key, key]),
    drop: ({ kind, author, upTo, before }) => void drop.run([kind, author, upTo, before]),
    after: (author, number, limit) => selectAfter.all([author, number, limit]).map(read),
    countAfter(author, number) {
      const row = selectCount.get([author, number]);
      return row ? integer(row, 'n') : 0;
    },
    waiting: (cursor, limit) => selectWaiting.all([cursor?.kind ?? '', cursor?.author ?? '', cursor?.number ?? 0, limit]).map(read),
    hasWaiting: () => selectWaiting.get(['', '', 0, 1]) !== undefined,
    heardByAll: () => selectDevices.all([self]).map((row) => vectorOf(text(row, 'device'))),
    heardBy: vectorOf,
    setHeardBy(instanceId, vector) {
      for (const [author, number] of vector) upsertHeard.run([instanceId, author, number]);
    },
    forgetDevice: (instanceId) => void removeHeard.run([instanceId]),
    reauthor(before, author) {
      const heard = vectorOf(self);
      const own = heard.get(author) ?? 0;
      move.run([author, own, before, author]);
      removeBefore.run([before]);
      upsertHeard.run([self, author, own + (heard.get(before) ?? 0)]);
      removeAuthor.run([self, before]);
    },
    clear: (kept) => void clear.run([JSON.stringify(kept)]),
  };
}

function read(row: Row): LoggedFact {
  return {
    author: id(row, 'author'),
    number: integer(row, 'number'),
    stamp: integer(row, 'stamp'),
    kind: text(row, 'kind'),
    key: text(row, 'key'),
    value: optionalBytes(row, 'value'),
    signature: optionalBytes(row, 'signature'),
    waiting: flag(row, 'waiting'),
  };
}
