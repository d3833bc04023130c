/** docs/protocol.md §14 and §7: what a backup holds becomes a device of its own, which goes on with every contact. */
import { createPrivateKey } from 'node:crypto';
import { fromBase32, hex, need, Reader, same } from './bytes.mjs';
import { readCertificate } from './certificate.mjs';
import { readContent as readWords } from './content.mjs';
import { makeChain, readChain, readExchangeCredential, readInstanceCredential, readList } from './credentials.mjs';
import { edPublic, H, instanceIdOf } from './crypto.mjs';
import { bad } from './key-files.mjs';
import { makeRecovery, readLink, readRecovery } from './keys.mjs';
import { Peer } from './peer.mjs';
import { identityKey, Person } from './person.mjs';

const HOUR = 3_600_000;
/** How many identity keys could have been made, at most, that the file does not know of (§2, *Key history*). */
const unknownKeys = (made, now) => 20 + Math.max(0, Math.ceil((now - made) / HOUR));

/** Items LP, one behind the other. */
const packed = (bytes) => {
  const reader = new Reader(bytes);
  const items = [];
  while (reader.left) items.push(reader.lp());
  return items;
};
const rowsOf = ({ tables }, name) => tables.find((one) => one.name === name)?.rows ?? [];
const statementOf = ({ link, recovery }) => (link ? readLink(link) : recovery && readRecovery(recovery));

/**
 * The person of the file with a device of its own. `seed`: of the recovery key, for a file without the identity key; `newKey` is what it names then.
 * @param {any} backup as `readContent` gives it
 * @param {{ seed?: Buffer, newKey?: any, now?: number }} [how]
 */
export const revive = (backup, { seed, newKey, now = Date.now() } = {}) => {
  const [record] = rowsOf(backup, 'local_record');
  if (!record || !same(fromBase32(record.peer_id), backup.peerId)) bad('backup.garbled', 'another person than the manifest names');
  const keys = rowsOf(backup, 'identity_keys').toSorted((a, b) => a.epoch - b.epoch);
  const certificates = keys.map(({ certificate }) => readCertificate(certificate));
  const inUse = need(keys.find(({ retired_at }) => retired_at === null), 'no key in use');
  const list = readList(record.instance_list);
  const old = readInstanceCredential(record.instance_credential);
  const oldId = instanceIdOf(old.signingKey);
  const before = {
    peerId: backup.peerId,
    recoveryHash: certificates[0].recoveryHash,
    firstCertificate: keys[0].certificate,
    listVersion: list.version,
    others: list.entries.map((entry) => (same(entry.instanceId, oldId) ? { ...entry, state: 1 } : entry)),
    steps: keys.map(statementOf).filter(Boolean),
    keys: certificates.map(({ epoch, spki }) => ({ epoch, spki })),
    exchanges: rowsOf(backup, 'exchange_keys').toSorted((a, b) => a.position - b.position).map(({ credential, kem_secret }) => {
      const read = readExchangeCredential(credential);
      const { subject } = need(certificates.find(({ epoch }) => epoch === read.epoch), 'an exchange key of no identity key');
      return { secret: kem_secret, credential: read, hash: read.hash, subject };
    }),
  };
  const { name } = record;
  if (inUse.private_key) {
    const key = identityKey(inUse.epoch, createPrivateKey({ key: inUse.private_key, format: 'der', type: 'pkcs8' }));
    before.keys.splice(-1, 1, key);
    return new Person({ name, key, now, before });
  }
  if (!seed) bad('backup.not-certifier', 'no identity key, and no code');
  if (!before.recoveryHash || !same(H(edPublic(seed)), before.recoveryHash)) bad('recovery.wrong-code', 'the recovery key of another identity');
  const key = { ...newKey, epoch: inUse.epoch + 1 + unknownKeys(inUse.created_at, now) };
  const revoked = certificates.toSorted((a, b) => b.epoch - a.epoch).slice(0, 64).map(({ spki }) => H(spki));
  const statement = makeRecovery({ peerId: backup.peerId, recoverySeed: seed, recoveryKey: edPublic(seed), to: key, revoked, time: now });
  return new Person({ name, key, now, before: { ...before, exchanges: [], others: before.others.map((entry) => ({ ...entry, state: 1 })), steps: [...before.steps, readRecovery(statement)] } });
};

const chainOf = (pinned, place) => {
  const instances = packed(pinned.instances).map((bytes) => ({ bytes, id: instanceIdOf(readInstanceCredential(bytes).signingKey) }));
  const instance = need(instances.find(({ id }) => !place?.instance_id || id.toString('hex') === place.instance_id), 'a device of no credential');
  const exchanges = packed(pinned.exchanges).map((bytes) => readExchangeCredential(bytes));
  const exchange = need(exchanges[0], 'no exchange key');
  const issuer = exchange.issuedByInstance && !same(exchange.issuerInstanceId, instance.id) ? instances.find(({ id }) => same(id, exchange.issuerInstanceId)) : undefined;
  return readChain(makeChain({ identity: pinned.identity_certificate, list: pinned.instance_list, instance: instance.bytes, exchange: exchange.bytes, issuer: issuer?.bytes }));
};

/** What is not acknowledged of the streams of the device that is no more, in its order, as it is said again (§4.5, 10). */
const undelivered = (backup, peerId, dialogId) =>
  rowsOf(backup, 'outbox').filter((row) => row.peer_id === peerId && row.dialog_id === dialogId && row.held !== 2 && row.content.length > 16).toSorted((a, b) => a.sequence - b.sequence).map((row) => {
    const content = readWords(row.content.subarray(16));
    // What came from a device before that one keeps its first place.
    return content.type === 'again' ? content : { type: 'again', ref: { instance: hex(row.instance_id), sequence: row.sequence }, time: row.sent_at, content };
  });

/**
 * One device of a contact, as the file knows it, with every open dialog; what waits is said again at once, in streams of this device.
 * @param {any} backup
 * @param {any} person as `revive` gives it
 * @param {string} peerId
 */
export const goOnWith = (backup, person, peerId) => {
  const of = (name) => rowsOf(backup, name).filter((row) => row.peer_id === peerId);
  const [pinned] = of('peers');
  const [place] = of('peer_places').toSorted((a, b) => b.card_time - a.card_time);
  const peer = new Peer(person);
  const chain = chainOf(pinned, place);
  peer.knows(chain, place ? JSON.parse(place.addresses) : []);
  if (pinned.pair_secret?.length) peer.pairSecret = pinned.pair_secret.subarray(0, 32);
  const { talk } = peer;
  for (const { creating_instance, floor } of of('kek_floors')) talk.floors.set(creating_instance, floor);
  talk.heardToken = of('start_tokens').find(({ instance_id }) => instance_id === chain.instanceId.toString('hex'))?.token ?? talk.heardToken;
  for (const { dialog_id } of of('dialogs').filter(({ state }) => state === 'open')) {
    const streams = of('receiving_streams').filter((row) => row.dialog_id === dialog_id).map((row) => {
      const epochs = of('receiving_keys').filter((one) => one.dialog_id === dialog_id && one.instance_id === row.instance_id && one.highest > 0).map(({ epoch }) => epoch);
      return { instance: hex(row.instance_id), cumulative: row.cumulative, digest: row.digest, control: row.control_floor, epoch: Math.max(0, row.control_epoch, ...epochs) };
    });
    const dialog = talk.goOn(hex(dialog_id), streams);
    for (const content of undelivered(backup, peerId, dialog_id)) talk.send(dialog, content);
  }
  return peer;
};
/** Those who agreed, and what this person calls each dialog with them. */
export const contactsOf = (backup) => rowsOf(backup, 'contacts').filter(({ relation, ended, blocked }) => relation === 'mutual' && ended === null && !blocked);
export const titlesOf = (backup, peerId) => Object.fromEntries(rowsOf(backup, 'conversations').filter((row) => row.peer_id === peerId).map(({ dialog_id, title }) => [title, dialog_id]));
