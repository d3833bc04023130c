import type { RelayedRow, WaysStore } from '../services/ports/ways';
import type { Db, Row } from './database';
import { bytes, id, integer } from './row';

type RelayStore = Pick<WaysStore, 'relayed' | 'relayedBack' | 'relayedFrom' | 'addRelayed' | 'removeRelayed' | 'relayedUsage' | 'relayedBackUsage' | 'removeRelayedOutside' | 'removeRelayedFor'>;

/** What is carried for the own other devices, oldest first. */
export function createRelayStore(db: Db): RelayStore {
  const there = db.prepare('SELECT * FROM relayed WHERE peer_id = ? AND back = 0 ORDER BY key');
  const back = db.prepare('SELECT * FROM relayed WHERE author = ? AND back = 1 ORDER BY key');
  const from = db.prepare('SELECT id FROM relayed WHERE author = ? AND back = 0 ORDER BY key');
  const add = db.prepare('INSERT OR IGNORE INTO relayed (id, peer_id, author, back, deposit, received_at) VALUES (?, ?, ?, ?, ?, ?)');
  const remove = db.prepare('DELETE FROM relayed WHERE author = ? AND id = ?');
  const usage = db.prepare('SELECT count(*) AS count, coalesce(sum(length(deposit)), 0) AS bytes FROM relayed WHERE author = ?');
  const backUsage = db.prepare('SELECT count(*) AS count, coalesce(sum(length(deposit)), 0) AS bytes FROM relayed WHERE author = ? AND peer_id = ? AND back = 1');
  const outside = db.prepare('DELETE FROM relayed WHERE received_at < ? OR received_at > ?');
  const removeFor = db.prepare('DELETE FROM relayed WHERE peer_id = ?');
  return {
    relayed: (peerId) => there.all([peerId]).map(read),
    relayedBack: (author) => back.all([author]).map(read),
    relayedFrom: (author) => from.all([author]).map((row) => bytes(row, 'id')),
    addRelayed: (row, isBack) => add.run([row.id, row.peerId, row.author, isBack ? 1 : 0, row.deposit, row.receivedAt]).changes > 0,
    removeRelayed: (author, name) => void remove.run([author, name]),
    relayedUsage: (author) => used(usage.get([author])),
    relayedBackUsage: (author, peerId) => used(backUsage.get([author, peerId])),
    removeRelayedOutside: (from, to) => void outside.run([from, to]),
    removeRelayedFor: (peerId) => void removeFor.run([peerId]),
  };
}

function used(row: Row | undefined): ReturnType<WaysStore['relayedUsage']> {
  return row ? { count: integer(row, 'count'), bytes: integer(row, 'bytes') } : { count: 0, bytes: 0 };
}

function read(row: Row): RelayedRow {
  return { id: bytes(row, 'id'), peerId: id(row, 'peer_id'), author: id(row, 'author'), deposit: bytes(row, 'deposit'), receivedAt: integer(row, 'received_at') };
}
