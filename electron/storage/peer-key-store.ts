import type { PeerId } from '../engine/ids';
import { concat } from '../engine/wire/writer';
import type { KeyCandidateRow, KeyLapseRow, KeyTroubleRow, PeerKeyRow, PeerKeyStore } from '../services/ports/peer-keys';
import type { Db, Row } from './database';
import { atMost } from './at-most';
import { bytes, flag, given, id, integer, optionalBytes, optionalInteger, word } from './row';

const origins = ['first', 'old-key', 'recovery', 'person'] as const;
const vouching = ['old-key', 'recovery', 'person', 'nothing'] as const;
const purposes = ['routine', 'compromise'] as const;
const kinds = ['unknown-key', 'frozen'] as const;

const secretBytes = 32;
const keptSecrets = 3;
/** As many as one answer leads over: somebody who makes keys without end fills no disk. */
const keptKeys = 256;
/** Of those that were left and may have vouched for two, the earliest stay whatever comes after: nobody makes them forgotten by making keys without end (A73). */
const keptLeft = 64;

/** Identity keys of other people: their history, what claims to follow, and what those people know of the own ones. */
export function createPeerKeyStore(db: Db): PeerKeyStore {
  const selectKeys = db.prepare('SELECT * FROM peer_keys WHERE peer_id = ? ORDER BY since DESC, epoch DESC');
  const putKey = db.prepare(
    `INSERT INTO peer_keys (peer_id, spki_hash, epoch, since, origin, checked, accepted_until, steps, spki) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (peer_id, spki_hash) DO UPDATE SET epoch = excluded.epoch, since = excluded.since, origin = excluded.origin, checked = excluded.checked,
       accepted_until = excluded.accepted_until, steps = excluded.steps, spki = COALESCE(excluded.spki, spki)`,
  );
  const settleKeys = db.prepare('UPDATE peer_keys SET spki = NULL WHERE peer_id = ?');
  const endGrace = db.prepare('UPDATE peer_keys SET accepted_until = NULL WHERE peer_id = ?');
  const trimKeys = db.prepare(
    `DELETE FROM peer_keys WHERE peer_id = ? AND spki_hash NOT IN (SELECT spki_hash FROM peer_keys WHERE peer_id = ? ORDER BY epoch DESC ${atMost})
       AND spki_hash NOT IN (SELECT spki_hash FROM peer_keys WHERE peer_id = ? AND spki IS NOT NULL ORDER BY epoch ${atMost})`,
  );
  const removeKeys = db.prepare('DELETE FROM peer_keys WHERE peer_id = ?');
  const selectCandidates = db.prepare('SELECT * FROM key_candidates WHERE peer_id = ? ORDER BY seen_at DESC, spki_hash');
  const selectVouched = db.prepare("SELECT * FROM key_candidates WHERE vouched <> 'nothing'");
  const putCandidate = db.prepare(
    'INSERT OR REPLACE INTO key_candidates (peer_id, spki_hash, epoch, spki, vouched, purpose, recovered, elements, chain, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const removeCandidate = db.prepare('DELETE FROM key_candidates WHERE peer_id = ? AND spki_hash = ?');
  const removeCandidates = db.prepare('DELETE FROM key_candidates WHERE peer_id = ?');
  const selectTroubles = db.prepare("SELECT peer_id, trust, trust_since FROM peers WHERE trust <> 'fine'");
  const setTrouble = db.prepare('UPDATE peers SET trust = ?, trust_since = ? WHERE peer_id = ?');
  const selectLapses = db.prepare('SELECT * FROM lapsed_keys');
  const putLapse = db.prepare('INSERT OR REPLACE INTO lapsed_keys (peer_id, spki_hash, until) VALUES (?, ?, ?)');
  const removeLapse = db.prepare('DELETE FROM lapsed_keys WHERE peer_id = ?');
  const selectRecovery = db.prepare('SELECT recovery_key_hash, recovered_epoch FROM peers WHERE peer_id = ?');
  const setRecovery = db.prepare('UPDATE peers SET recovery_key_hash = ?, recovered_epoch = ? WHERE peer_id = ?');
  const selectSecret = db.prepare('SELECT pair_secret FROM peers WHERE peer_id = ?');
  const selectSecrets = db.prepare('SELECT peer_id, pair_secret FROM peers WHERE pair_secret IS NOT NULL');
  const setSecret = db.prepare('UPDATE peers SET pair_secret = ? WHERE peer_id = ?');
  const selectProven = db.prepare('SELECT peer_id, proven_epoch FROM peers');
  const setProven = db.prepare('UPDATE peers SET proven_epoch = ? WHERE peer_id = ? AND proven_epoch < ?');
  const selectForgotten = db.prepare('SELECT epoch FROM own_keys_forgotten');
  const setForgotten = db.prepare('INSERT OR REPLACE INTO own_keys_forgotten (only, epoch) VALUES (1, ?)');

  return {
    history: (peerId) => selectKeys.all([peerId]).map(readKey),
    putKey(row) {
      putKey.run([row.peerId, row.spkiHash, row.epoch, row.since, row.origin, row.checked ? 1 : 0, row.acceptedUntil ?? null, row.steps ?? null, row.spki ?? null]);
    },
    settleKeys(peerId) {
      settleKeys.run([peerId]);
    },
    trimKeys(peerId) {
      trimKeys.run([peerId, peerId, keptKeys, peerId, keptLeft]);
    },
    endGrace(peerId) {
      endGrace.run([peerId]);
    },
    candidates: (peerId) => selectCandidates.all([peerId]).map(readCandidate),
    vouched: () => selectVouched.all().map(readCandidate),
    putCandidate(row) {
      putCandidate.run([row.peerId, row.spkiHash, row.epoch, row.spki, row.vouched, row.purpose, row.recovered ?? null, row.elements, row.chain ?? null, row.seenAt]);
    },
    removeCandidate(peerId, spkiHash) {
      removeCandidate.run([peerId, spkiHash]);
    },
    removeCandidates(peerId) {
      removeCandidates.run([peerId]);
    },
    troubles: () => selectTroubles.all().map(readTrouble),
    setTrouble(peerId, trouble) {
      setTrouble.run([trouble?.kind ?? 'fine', trouble?.since ?? null, peerId]);
    },
    lapses: () => selectLapses.all().map((row): KeyLapseRow => ({ peerId: id(row, 'peer_id'), spkiHash: bytes(row, 'spki_hash'), ...given('until', optionalInteger(row, 'until')) })),
    putLapse(row) {
      putLapse.run([row.peerId, row.spkiHash, row.until ?? null]);
    },
    recovery(peerId) {
      const row = selectRecovery.get([peerId]);
      return row === undefined ? {} : { ...given('keyHash', optionalBytes(row, 'recovery_key_hash')), ...given('epoch', optionalInteger(row, 'recovered_epoch')) };
    },
    setRecovery(peerId, { keyHash, epoch }) {
      setRecovery.run([keyHash ?? null, epoch ?? null, peerId]);
    },
    pairSecret(peerId) {
      const row = selectSecret.get([peerId]);
      const [newest, ...earlier] = row ? secretsOf(row) : [];
      for (const secret of earlier) secret.fill(0);
      return newest;
    },
    pairSecrets: () => selectSecrets.all().flatMap((row) => secretsOf(row).map((secret): readonly [PeerId, Uint8Array] => [id(row, 'peer_id'), secret])),
    addPairSecret(peerId, secret) {
      const row = selectSecret.get([peerId]);
      const before = row ? secretsOf(row) : [];
      const kept = concat(...[secret, ...before].slice(0, keptSecrets));
      setSecret.run([kept, peerId]);
      for (const each of [kept, ...before]) each.fill(0);
    },
    proven: () => new Map(selectProven.all().map((row): [PeerId, number] => [id(row, 'peer_id'), integer(row, 'proven_epoch')])),
    setProven: (peerId, epoch) => setProven.run([epoch, peerId, epoch]).changes > 0,
    forget(peerId) {
      removeKeys.run([peerId]);
      removeCandidates.run([peerId]);
      removeLapse.run([peerId]);
    },
    forgottenEpoch() {
      const row = selectForgotten.get();
      return row === undefined ? 0 : integer(row, 'epoch');
    },
    setForgottenEpoch(epoch) {
      setForgotten.run([epoch]);
    },
  };
}

/** Newest first, where the row has them: whoever wipes each of them leaves nothing. */
function secretsOf(row: Row): Uint8Array[] {
  const all = optionalBytes(row, 'pair_secret') ?? new Uint8Array(0);
  return Array.from({ length: all.length / secretBytes }, (_, at) => all.subarray(at * secretBytes, (at + 1) * secretBytes));
}

function readKey(row: Row): PeerKeyRow {
  return {
    peerId: id(row, 'peer_id'),
    spkiHash: bytes(row, 'spki_hash'),
    epoch: integer(row, 'epoch'),
    since: integer(row, 'since'),
    origin: word(row, 'origin', origins),
    checked: flag(row, 'checked'),
    ...given('acceptedUntil', optionalInteger(row, 'accepted_until')),
    ...given('steps', optionalBytes(row, 'steps')),
    ...given('spki', optionalBytes(row, 'spki')),
  };
}

function readCandidate(row: Row): KeyCandidateRow {
  return {
    peerId: id(row, 'peer_id'),
    spkiHash: bytes(row, 'spki_hash'),
    epoch: integer(row, 'epoch'),
    spki: bytes(row, 'spki'),
    vouched: word(row, 'vouched', vouching),
    purpose: word(row, 'purpose', purposes),
    ...given('recovered', optionalInteger(row, 'recovered')),
    elements: bytes(row, 'elements'),
    ...given('chain', optionalBytes(row, 'chain')),
    seenAt: integer(row, 'seen_at'),
  };
}

function readTrouble(row: Row): KeyTroubleRow {
  return { peerId: id(row, 'peer_id'), kind: word(row, 'trust', kinds), since: integer(row, 'trust_since') };
}
