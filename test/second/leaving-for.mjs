/** docs/protocol.md §14, written: a person of another program, with those they know, as a file that this one restores. */
import { cat, lp } from './bytes.mjs';
import { writeContent } from './backup.mjs';
import { edPublic, random } from './crypto.mjs';

const hexOf = (bytes) => bytes.toString('hex');
const packed = (items) => cat(...items.map((item) => lp(item)));
const table = (name, rows) => [name, Object.keys(rows[0]), rows.map((row) => Object.values(row))];

/** Columns of that version, in their order: a reader takes a table with these and no others. */
const SCHEMA = 45;

/**
 * `contacts`: { chain, addresses } of each, as they were met last. `keyless`: as a device writes it that does not hold the identity key.
 * @param {any} person
 * @param {{ contacts: any[], now?: number, keyless?: boolean, peerId?: Buffer }} of
 */
export const writePerson = (person, { contacts, now = Date.now(), keyless = false, peerId = person.peerId }) => {
  const { chainParts, key } = person;
  return writeContent({ peerId, madeAt: now, schema: SCHEMA, settings: '{}' }, [
    table('local_record', [{
      only: 1, peer_id: person.chain.peerId, name: person.name, created_at: now, instance_credential: chainParts.instance, signing_seed: Buffer.alloc(32), kem_secret: Buffer.alloc(32), instance_list: chainParts.list,
      recovery_key: edPublic(person.recoverySeed), recovery_seed: person.recoverySeed, endorsements: null, unconfirmed: 0,
    }]),
    table('identity_keys', [{ epoch: key.epoch, certificate: chainParts.identity, private_key: keyless ? null : key.privateKey.export({ format: 'der', type: 'pkcs8' }), created_at: now, retired_at: null, link: null, recovery: null }]),
    table('exchange_keys', person.exchanges.map(({ credential, secret }, position) => ({ position, credential: credential.bytes, kem_secret: secret }))),
    table('peers', contacts.map(({ chain }) => ({
      peer_id: chain.peerId, pinned_spki_hash: chain.identity.spkiHash, identity_epoch: chain.identity.epoch, identity_certificate: chain.identity.bytes, instance_list: chain.list.bytes, list_version: chain.list.version,
      instances: packed([chain.instance.bytes]), exchanges: packed([chain.exchange.bytes]), blocked: 0, updated_at: now,
      pair_secret: null, proven_epoch: 0, recovery_key_hash: chain.identity.recoveryHash ?? null, recovered_epoch: null, trust: 'fine', trust_since: null,
    }))),
    table('contacts', contacts.map(({ chain }, at) => ({
      key: at + 1, contact_id: hexOf(random(16)), peer_id: chain.peerId, name: chain.identity.name, created_at: now, relation: 'mutual', ended: null, checked: 0, checked_spki_hash: null, blocked: 0,
      may_message: 1, may_open_conversation: 1, may_send_file: 1, invitation: null, hints: '[]', checked_at: null, alias: null,
    }))),
    table('peer_places', contacts.map(({ chain, addresses }) => ({ peer_id: chain.peerId, instance_id: hexOf(chain.instanceId), card_time: now, addresses: JSON.stringify(addresses.map(({ host, port }) => ({ host, port }))) }))),
  ]);
};
