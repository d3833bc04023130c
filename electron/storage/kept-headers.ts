import { createHash } from 'node:crypto';
import type { PeerId } from '../engine/ids';
import type { KeptHeaderStore } from '../services/ports/kept-headers';
import { atMost } from './at-most';
import type { Db } from './database';
import { bytes, integer } from './row';

export function createKeptHeaderStore(db: Db): KeptHeaderStore {
  const selectPage = db.prepare(`SELECT key, block FROM key_headers WHERE peer_id = ? AND key > ? ORDER BY key ${atMost}`);
  const selectSigners = db.prepare('SELECT credential, certificate FROM key_signers WHERE peer_id = ?');
  return {
    page: (peerId, after, limit) => selectPage.all([peerId, after, limit]).map((row) => ({ key: integer(row, 'key'), block: bytes(row, 'block') })),
    signers: (peerId) => selectSigners.all([peerId]).map((row) => ({ credential: bytes(row, 'credential'), certificate: bytes(row, 'certificate') })),
  };
}

/** Keeps credentials of devices as they are stored; the certificate beside one is the first it was seen with, which issued it. */
export function createSignerKeeper(db: Db): (peerId: PeerId, credentials: readonly Uint8Array[], certificate: Uint8Array) => void {
  const insert = db.prepare('INSERT OR IGNORE INTO key_signers (peer_id, hash, credential, certificate) VALUES (?, ?, ?, ?)');
  return (peerId, credentials, certificate) => {
    for (const credential of credentials) insert.run([peerId, createHash('sha256').update(credential).digest(), credential, certificate]);
  };
}
