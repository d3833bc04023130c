import type { InstanceId } from '../engine/ids';
import type { LocalRecord, LocalStore, OtherDevice } from '../engine/ports';
import type { Db, Row } from './database';
import { encodeAddresses } from './address-column';
import { createSignerKeeper } from './kept-headers';
import { packList, unpackList } from './packed-list';
import { bytes, flag, given, id, integer, optionalBytes, optionalInteger, text } from './row';

/** What makes this device itself: one row, its identity keys by epoch and its exchange keys, newest first. */
export function createLocalStore(db: Db): LocalStore {
  const selectRecord = db.prepare('SELECT * FROM local_record');
  const selectIdentityKeys = db.prepare('SELECT * FROM identity_keys ORDER BY epoch');
  const selectExchangeKeys = db.prepare('SELECT * FROM exchange_keys ORDER BY position');
  const insertRecord = db.prepare(`
    INSERT INTO local_record (only, peer_id, name, created_at, instance_credential, signing_seed, kem_secret, instance_list,
      recovery_key, recovery_seed, endorsements, unconfirmed)
    VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const insertIdentityKey = db.prepare(
    'INSERT INTO identity_keys (epoch, certificate, private_key, created_at, retired_at, link, recovery) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const selectSiblings = db.prepare('SELECT instance_id, credential, added_at FROM devices ORDER BY instance_id');
  const selectSuspended = db.prepare('SELECT instance_id, list_version FROM suspensions WHERE peer_id = ? ORDER BY position');
  const upsertSibling = db.prepare(`
    INSERT INTO devices (instance_id, credential, card_time, addresses, added_at) VALUES (?, ?, 0, ?, ?)
    ON CONFLICT (instance_id) DO UPDATE SET credential = excluded.credential`);
  const insertExchangeKey = db.prepare('INSERT INTO exchange_keys (position, credential, kem_secret) VALUES (?, ?, ?)');

  const keep = createSignerKeeper(db);

  return {
    transaction: (work) => db.transaction(work),

    load() {
      const row = selectRecord.get();
      if (!row) return undefined;
      const siblings = selectSiblings.all().map((device): OtherDevice => ({ instanceId: id(device, 'instance_id'), credential: bytes(device, 'credential'), addedAt: integer(device, 'added_at') }));
      const suspended = selectSuspended.all([text(row, 'peer_id')]).map((stopped) => ({ instanceId: id<InstanceId>(stopped, 'instance_id'), listVersion: integer(stopped, 'list_version') }));
      return {
        peerId: id(row, 'peer_id'),
        name: text(row, 'name'),
        createdAt: integer(row, 'created_at'),
        identityKeys: selectIdentityKeys.all().map((key) => ({
          epoch: integer(key, 'epoch'),
          certificate: bytes(key, 'certificate'),
          ...given('privateKey', optionalBytes(key, 'private_key')),
          createdAt: integer(key, 'created_at'),
          ...given('retiredAt', optionalInteger(key, 'retired_at')),
          ...given('link', optionalBytes(key, 'link')),
          ...given('recovery', optionalBytes(key, 'recovery')),
        })),
        instance: {
          credential: bytes(row, 'instance_credential'),
          signingSeed: bytes(row, 'signing_seed'),
          kemSecret: bytes(row, 'kem_secret'),
        },
        exchanges: selectExchangeKeys.all().map((key) => ({
          credential: bytes(key, 'credential'),
          kemSecret: bytes(key, 'kem_secret'),
        })),
        instanceList: bytes(row, 'instance_list'),
        ...given('recovery', recoveryOf(row)),
        ...given('endorsements', endorsementsOf(row)),
        ...(flag(row, 'unconfirmed') ? { unconfirmed: true } : {}),
        ...given('siblings', siblings.length > 0 ? siblings : undefined),
        ...given('suspended', suspended.length > 0 ? suspended : undefined),
      };
    },

    /** Replaces the whole record: small, and written a few times a week. Of other devices only what they show. */
    save(record: LocalRecord) {
      const { instance } = record;
      db.transaction(() => {
        db.exec('DELETE FROM local_record; DELETE FROM identity_keys; DELETE FROM exchange_keys');
        const { certificate } = record.identityKeys.reduce((newest, key) => (key.epoch > newest.epoch ? key : newest), record.identityKeys[0] ?? { epoch: 0, certificate: undefined });
        if (certificate) keep(record.peerId, [instance.credential, ...(record.siblings ?? []).map(({ credential }) => credential)], certificate);
        insertRecord.run([
          record.peerId,
          record.name,
          record.createdAt,
          instance.credential,
          instance.signingSeed,
          instance.kemSecret,
          record.instanceList,
          record.recovery?.publicKey ?? null,
          record.recovery?.seed ?? null,
          record.endorsements ? packList(record.endorsements.map(packList)) : null,
          record.unconfirmed === true ? 1 : 0,
        ]);
        for (const key of record.identityKeys) {
          insertIdentityKey.run([key.epoch, key.certificate, key.privateKey ?? null, key.createdAt, key.retiredAt ?? null, key.link ?? null, key.recovery ?? null]);
        }
        for (const [position, key] of record.exchanges.entries()) {
          insertExchangeKey.run([position, key.credential, key.kemSecret]);
        }
        for (const { instanceId, credential, addedAt } of record.siblings ?? []) upsertSibling.run([instanceId, credential, encodeAddresses([]), addedAt]);
      });
    },
  };
}

function recoveryOf(row: Row): LocalRecord['recovery'] {
  const publicKey = optionalBytes(row, 'recovery_key');
  return publicKey && { publicKey, ...given('seed', optionalBytes(row, 'recovery_seed')) };
}

function endorsementsOf(row: Row): LocalRecord['endorsements'] {
  const packed = optionalBytes(row, 'endorsements');
  return packed && unpackList(packed).map(unpackList);
}
