import { encodeMailboxPlaces, type MailboxPlace, readMailboxPlaces } from '../engine/certificates/mailbox-place';
import type { DialogKey } from '../engine/dialog/dialog-store';
import type { InstanceId, PeerId } from '../engine/ids';
import { type CardMailRow, type CarriedWay, mostMailboxWords, type OwnSlot, type WaysStore } from '../services/ports/ways';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { readDialogKey, readPending } from './dialog-rows';
import { OutboxHeaders } from './outbox-headers';
import { createRelayStore } from './relay-store';
import { bytes, flag, given, id, integer, optionalInteger, optionalText } from './row';

const columns = { mailbox: ['posted_at', 'posted_to'], device: ['carried_at', 'carried_to'] } as const satisfies Record<CarriedWay, readonly [string, string]>;

/** Which way messages go beside connections (protocol.md §11). */
export function createWaysStore(db: Db): WaysStore {
  const own = db.prepare('SELECT * FROM own_mailbox');
  const putOwn = db.prepare('INSERT OR REPLACE INTO own_mailbox (only, instance_id, seed, registration) VALUES (1, ?, ?, ?)');
  const removeOwn = db.prepare('DELETE FROM own_mailbox');

  const slots = db.prepare('SELECT * FROM own_slots ORDER BY slot');
  const slot = db.prepare('SELECT * FROM own_slots WHERE slot = ?');
  const slotOf = db.prepare('SELECT * FROM own_slots WHERE peer_id = ? AND revoked = 0 ORDER BY stale_since IS NOT NULL, stale_since DESC, slot LIMIT 1');
  const putSlot = db.prepare('INSERT OR REPLACE INTO own_slots (slot, place, public, peer_id, revoked, stale_since) VALUES (?, ?, ?, ?, ?, ?)');
  const removeSlots = db.prepare('DELETE FROM own_slots');

  const mailboxes = db.prepare('SELECT instance_id, places FROM peer_mailboxes WHERE peer_id = ? ORDER BY time DESC');
  const words = db.prepare('SELECT instance_id, time, places FROM peer_mailboxes WHERE peer_id = ? ORDER BY time DESC');
  const mailboxTime = db.prepare('SELECT time FROM peer_mailboxes WHERE peer_id = ? AND instance_id = ?');
  const putMailbox = db.prepare('INSERT OR REPLACE INTO peer_mailboxes (peer_id, instance_id, time, places) VALUES (?, ?, ?, ?)');
  const forgetOldest = db.prepare(`DELETE FROM peer_mailboxes WHERE peer_id = ? AND instance_id NOT IN
    (SELECT instance_id FROM peer_mailboxes WHERE peer_id = ? ORDER BY time DESC, instance_id LIMIT ${mostMailboxWords})`);
  const forget = db.prepare('DELETE FROM peer_mailboxes WHERE peer_id = ?');
  const people = db.prepare('SELECT DISTINCT peer_id FROM peer_mailboxes WHERE places <> ?');
  const nowhere = encodeMailboxPlaces([]);
  const heard = db.prepare('SELECT DISTINCT peer_id FROM peer_mailboxes');

  const headers = new OutboxHeaders(db);
  const statements = (way: CarriedWay) => {
    const [at, to] = columns[way];
    return {
      due: db.prepare(
        `SELECT cursor, peer_id, dialog_id, sequence, bytes, headers FROM outbox
         WHERE peer_id = ? AND bytes IS NOT NULL AND held = 0 AND cursor > ? AND (${at} IS NULL OR ${at} < ? OR ${at} > ? OR ${to} <> ?) ORDER BY cursor ${atMost}`,
      ),
      given: db.prepare(`UPDATE outbox SET ${at} = ?, ${to} = ? WHERE cursor = ?`),
    };
  };
  const outbox = { mailbox: statements('mailbox'), device: statements('device') };
  const again = db.prepare('UPDATE outbox SET posted_at = NULL, carried_at = NULL WHERE peer_id = ? AND (posted_at IS NOT NULL OR carried_at IS NOT NULL)');

  const waitingAt = db.prepare('SELECT peer_id, dialog_id, sequence FROM outbox WHERE cursor = ? AND bytes IS NOT NULL AND held = 0');
  const owe = db.prepare('INSERT OR IGNORE INTO owed_controls (peer_id, dialog_id) VALUES (?, ?)');
  const paid = db.prepare('DELETE FROM owed_controls WHERE peer_id = ?');
  const owed = db.prepare('SELECT peer_id, dialog_id FROM owed_controls');

  const cards = db.prepare('SELECT * FROM card_mail ORDER BY due_at');
  const card = db.prepare('SELECT * FROM card_mail WHERE peer_id = ?');
  const putCard = db.prepare('INSERT OR REPLACE INTO card_mail (peer_id, asks, due_at) VALUES (?, ?, ?)');
  const removeCard = db.prepare('DELETE FROM card_mail WHERE peer_id = ?');

  return {
    ...createRelayStore(db),
    ownMailbox() {
      const row = own.get([]);
      return row && { instanceId: id(row, 'instance_id'), seed: bytes(row, 'seed'), ...given('registration', optionalText(row, 'registration')) };
    },
    putOwnMailbox: ({ instanceId, seed, registration }) => void putOwn.run([instanceId, seed, registration ?? null]),
    removeOwnMailbox: () => void removeOwn.run([]),

    slots: () => slots.all([]).map(readSlot),
    slot(name) {
      const row = slot.get([name]);
      return row && readSlot(row);
    },
    slotOf(peerId) {
      const row = slotOf.get([peerId]);
      return row && readSlot(row);
    },
    putSlot: ({ place, isPublic, peerId, revoked, staleSince }) => void putSlot.run([place.slot, encodeMailboxPlaces([place]), isPublic ? 1 : 0, peerId ?? null, revoked ? 1 : 0, staleSince ?? null]),
    removeSlots: () => void removeSlots.run([]),

    mailboxesOf: (peerId) => mailboxes.all([peerId]).flatMap((row) => readMailboxPlaces(bytes(row, 'places')).map((place) => ({ ...place, saidBy: id<InstanceId>(row, 'instance_id') }))),
    mailboxWordsOf: (peerId) => words.all([peerId]).map((row) => ({ instanceId: id<InstanceId>(row, 'instance_id'), time: integer(row, 'time'), places: readMailboxPlaces(bytes(row, 'places')) })),
    putMailboxesOf(peerId, instanceId, time, places) {
      const before = mailboxTime.get([peerId, instanceId]);
      if (before && integer(before, 'time') >= time) return false;
      putMailbox.run([peerId, instanceId, time, encodeMailboxPlaces(places)]);
      // Whoever changes devices all the time fills no disk with what each of them said.
      if (before === undefined) forgetOldest.run([peerId, peerId]);
      return true;
    },
    forgetMailboxesOf: (peerId) => void forget.run([peerId]),
    peopleWithMailbox: () => people.all([nowhere]).map((row) => id<PeerId>(row, 'peer_id')),
    peopleWithWord: () => heard.all([]).map((row) => id<PeerId>(row, 'peer_id')),

    due: (peerId, way, { after, to, since, now, limit }) => outbox[way].due.all([peerId, after, since, now, to, limit]).map((row) => readPending(row, headers)),
    given(way, cursors, to, at) {
      for (const cursor of cursors) outbox[way].given.run([at, to, cursor]);
    },
    giveAgain: (peerId) => void again.run([peerId]),

    waitingAt(cursor) {
      const row = waitingAt.get([cursor]);
      return row && { ...readDialogKey(row), sequence: integer(row, 'sequence') };
    },

    owe(peerId, dialogs) {
      for (const dialogId of dialogs) owe.run([peerId, dialogId]);
    },
    paid: (peerId) => void paid.run([peerId]),
    owed: (): readonly DialogKey[] => owed.all([]).map(readDialogKey),

    cardMail: () => cards.all([]).map(readCardMail),
    cardMailFor(peerId) {
      const row = card.get([peerId]);
      return row && readCardMail(row);
    },
    putCardMail: ({ peerId, asks, dueAt }) => void putCard.run([peerId, asks ? 1 : 0, dueAt]),
    removeCardMail: (peerId) => void removeCard.run([peerId]),
  };
}

function readSlot(row: Row): OwnSlot {
  const [place] = readMailboxPlaces(bytes(row, 'place')) as readonly [MailboxPlace]; // written as one
  const peerId = optionalText(row, 'peer_id') === undefined ? undefined : id<PeerId>(row, 'peer_id');
  return { place, isPublic: flag(row, 'public'), ...given('peerId', peerId), revoked: flag(row, 'revoked'), ...given('staleSince', optionalInteger(row, 'stale_since')) };
}

function readCardMail(row: Row): CardMailRow {
  return { peerId: id(row, 'peer_id'), asks: flag(row, 'asks'), dueAt: integer(row, 'due_at') };
}
