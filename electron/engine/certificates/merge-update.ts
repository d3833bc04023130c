import type { Crypto } from '../crypto/crypto';
import type { LocalRecord, OtherDevice } from '../ports';
import { toHex } from '../wire/encoding';
import { type ExchangeCredential, type InstanceCredential, parseExchangeCredential, parseInstanceCredential, verifyExchangeCredential, verifyInstanceCredential } from './credential';
import { isBoundTo } from './credential-body';
import { type IdentityCertificate, parseIdentityCertificate, recallIdentityCertificate } from './identity-certificate';
import { type InstanceList, parseInstanceList, verifyInstanceList } from './instance-list';
import { followKeyLinks, type KeyElement } from './key-history';
import { parseKeyLink } from './key-link';
import { isListedAs } from './local-party';
import { type KeyRow, maxExchanges, type OwnUpdate } from './own-update';
import { parseRecovery } from './recovery-statement';
import { withinGrace } from './renewal';
import { assertRoomAbove, prevails } from './retirement';
import { type OwnKey, withoutPrivate, withSiblings } from './rotation';
import { unacceptable } from './unacceptable';
import { validityTolerance } from './validity';

export interface Merged {
  /** Undefined when nothing of it was news. */
  readonly record: LocalRecord | undefined;
  /** How many other devices the list in force names whose credentials are known. */
  readonly siblings: number;
}

/**
 * The record with what another device of the same person knows (protocol.md §10). Whoever brings it is believed nothing: a later identity key counts
 * when the one in use here leads to it, by links or a recovery; a list when that key signed it and it prevails; a credential when the list names it; an
 * exchange key when identity or a listed device signed it and its private half fits. The result is the same whatever the order. A device that the list
 * does not name as certifier keeps no private half of an identity key; the recovery key, which nothing else could undo such a list with, it keeps unless
 * that was used elsewhere. Throws `key.unacceptable`, also for another key of the same epoch. The caller
 * stores the result in one transaction, then opens it.
 */
export function mergeOwn(crypto: Crypto, record: LocalRecord, update: OwnUpdate, exchanges: LocalRecord['exchanges'], now: number): Merged {
  const before = currentOf(record);
  const ownIdentity = recallIdentityCertificate(crypto, before.certificate);
  const ownList = parseInstanceList(crypto, record.instanceList);
  const keys = mergeKeys(crypto, record, ownIdentity, update.keys, now);
  const list = mergeList(crypto, ownList, keys, update);
  const devices = mergeDevices(crypto, record, list, keys.identity, update, now);
  const merged: LocalRecord = {
    ...record,
    name: keys.identity.name,
    identityKeys: isCertifierOn(list, devices.own) ? keys.rows : keys.rows.map(withoutPrivate),
    instance: { ...record.instance, credential: devices.own.bytes },
    instanceList: list.bytes,
    exchanges: mergeExchanges(crypto, record, exchanges, { ...keys, list, own: devices.own, siblings: devices.parsed }, now),
    ...withSiblings(devices.siblings),
    ...recoveryOf(record, update, keys),
  };
  return { record: isSame(record, merged) ? undefined : merged, siblings: devices.parsed.length };
}

interface Keys {
  readonly rows: LocalRecord['identityKeys'];
  readonly identity: IdentityCertificate;
  readonly isLater: boolean;
  /** Nothing sealed to keys before counts any more. */
  readonly isCompromise: boolean;
  /** The recovery key named one of the later ones. */
  readonly isRecovered: boolean;
}

function mergeKeys(crypto: Crypto, record: LocalRecord, own: IdentityCertificate, told: readonly KeyRow[], now: number): Keys {
  const head = told.reduce<KeyRow | undefined>((a, b) => (a && a.epoch > b.epoch ? a : b), undefined);
  const same = { rows: record.identityKeys, identity: own, isLater: false, isCompromise: false, isRecovered: false };
  if (!head || head.epoch < own.epoch) return same;
  const identity = parseIdentityCertificate(crypto, head.certificate);
  if (identity.peerId !== own.peerId || identity.epoch !== head.epoch || !isSameCommitment(crypto, identity, own)) throw unacceptable('it is another identity');
  if (head.epoch === own.epoch) {
    if (!crypto.equal(identity.spkiHash, own.spkiHash)) throw unacceptable('another key of the same age');
    if (identity.notBefore <= own.notBefore) return same;
    return { ...same, identity, rows: record.identityKeys.map((key) => (key.epoch === own.epoch ? { ...key, certificate: head.certificate } : key)) };
  }
  const later = told.filter(({ epoch }) => epoch > own.epoch).sort((a, b) => a.epoch - b.epoch);
  const steps = later.map((row) => elementOf(crypto, row));
  const newest = steps.map((step) => step?.kind).lastIndexOf('recovery');
  const elements = steps.slice(Math.max(0, newest)).map((step) => step ?? missing());
  const recovered = Math.max(0, ...record.identityKeys.filter(({ recovery }) => recovery).map(({ epoch }) => epoch));
  const end = followKeyLinks(crypto, own.peerId, { epoch: own.epoch, spki: own.spki, recovered }, elements, own.recoveryKeyHash);
  if (end.epoch !== identity.epoch || !crypto.equal(end.spki, identity.spki)) throw unacceptable('its keys lead to another one');
  const [first] = elements;
  assertRoomAbove(end.epoch, first?.kind === 'recovery' ? Math.max(own.epoch, first.epoch) : own.epoch);
  const isCompromise = end.purpose === 'compromise';
  const known = new Set(later.map(({ epoch }) => epoch));
  const rows = [
    ...record.identityKeys.filter(({ epoch }) => !known.has(epoch)).map((key) => ({ ...(isCompromise ? withoutPrivate(key) : key), retiredAt: key.retiredAt ?? now })),
    ...later.map((row) => (row.epoch === head.epoch ? withoutRetirement(row) : { ...row, retiredAt: row.retiredAt ?? now })),
  ];
  return { rows, identity, isLater: true, isCompromise, isRecovered: newest >= 0 };
}

function missing(): never {
  throw unacceptable('a step between two keys is missing');
}

function elementOf(crypto: Crypto, { certificate, epoch, link, recovery }: KeyRow): KeyElement | undefined {
  const element = recovery ? parseRecovery(crypto, recovery) : link ? parseKeyLink(crypto, link) : undefined;
  const shown = parseIdentityCertificate(crypto, certificate);
  if (shown.epoch !== epoch || (element && (element.epoch !== epoch || !crypto.equal(element.spkiHash, shown.spkiHash)))) throw unacceptable('a certificate is another key’s');
  return element;
}

function isSameCommitment(crypto: Crypto, a: IdentityCertificate, b: IdentityCertificate): boolean {
  const none = new Uint8Array(0);
  return crypto.equal(a.recoveryKeyHash ?? none, b.recoveryKeyHash ?? none);
}

function mergeList(crypto: Crypto, own: InstanceList, { identity, isLater, isRecovered }: Keys, update: OwnUpdate): InstanceList {
  const list = parseInstanceList(crypto, update.list);
  if (!isBoundTo(list, identity)) {
    // With a later key comes what it signed; an earlier one's list says nothing.
    if (isLater) throw unacceptable('the later key did not sign its list of devices');
    return own;
  }
  if (!isLater && !prevails(list, own)) return own;
  if (!isRecovered) assertRoomAbove(list.version, own.version);
  verifyInstanceList(crypto, list, identity);
  return list;
}

interface Devices {
  readonly own: InstanceCredential;
  readonly siblings: readonly OtherDevice[];
  /** Those the list names as they are. */
  readonly parsed: readonly InstanceCredential[];
}

function mergeDevices(crypto: Crypto, record: LocalRecord, list: InstanceList, identity: IdentityCertificate, update: OwnUpdate, now: number): Devices {
  let own = parseInstanceCredential(crypto, record.instance.credential);
  const siblings = new Map((record.siblings ?? []).map((each) => [each.instanceId, each]));
  for (const bytes of update.credentials) {
    const credential = parseInstanceCredential(crypto, bytes);
    if (!isListedAs(credential, list)) continue;
    verifyInstanceCredential(crypto, credential, identity);
    const { instanceId } = credential;
    if (instanceId !== own.instanceId) siblings.set(instanceId, { instanceId, credential: credential.bytes, addedAt: siblings.get(instanceId)?.addedAt ?? now });
    else if (crypto.equal(credential.kemKey, own.kemKey)) own = credential;
  }
  const parsed = [...siblings.values()].map(({ credential }) => parseInstanceCredential(crypto, credential)).filter((credential) => isListedAs(credential, list));
  return { own, siblings: [...siblings.values()], parsed };
}

interface Side extends Keys {
  readonly list: InstanceList;
  readonly own: InstanceCredential;
  readonly siblings: readonly InstanceCredential[];
}

function mergeExchanges(crypto: Crypto, record: LocalRecord, told: LocalRecord['exchanges'], side: Side, now: number): LocalRecord['exchanges'] {
  const known = new Map(record.exchanges.map((each) => [toHex(each.credential), each]));
  const all = record.exchanges.map((each) => ({ ...each, parsed: parseExchangeCredential(crypto, each.credential) }));
  for (const each of told) {
    if (known.has(toHex(each.credential))) continue;
    const parsed = parseExchangeCredential(crypto, each.credential);
    assertGenuine(crypto, parsed, each.kemSecret, side, now);
    all.push({ ...each, parsed });
  }
  const kept = all.filter(({ parsed }) => !side.isCompromise || isBoundTo(parsed, side.identity));
  const sorted = kept.sort((a, b) => b.parsed.notBefore - a.parsed.notBefore || (toHex(a.parsed.hash) < toHex(b.parsed.hash) ? -1 : 1)).map(({ credential, kemSecret }) => ({ credential, kemSecret }));
  const within = withinGrace(crypto, sorted, now).slice(0, maxExchanges);
  return within.length > 0 ? within : record.exchanges;
}

function assertGenuine(crypto: Crypto, exchange: ExchangeCredential, kemSecret: Uint8Array, { identity, list, own, siblings }: Side, now: number): void {
  const { secret, publicKey } = crypto.kemFromSecret('exchange-kem', kemSecret.slice());
  secret.wipe();
  if (exchange.peerId !== identity.peerId || !crypto.equal(publicKey, exchange.kemKey)) throw unacceptable('its private half does not fit');
  if (exchange.notBefore > now + validityTolerance) throw unacceptable('it begins in the future');
  // Under an earlier identity key it is shown to nobody any more: it opens what is on its way.
  if (!isBoundTo(exchange, identity)) return;
  const issuers = [own, ...siblings].filter((each) => list.instances.some(({ instanceId, state, roles }) => instanceId === each.instanceId && state !== 'retired' && roles.includes('exchange')));
  verifyExchangeCredential(crypto, exchange, identity, issuers);
}

/** Whoever has the identity key can name another device for it: only what somebody said with the recovery key shows that it is elsewhere, too. */
function recoveryOf({ recovery }: LocalRecord, { recoveryKey }: OwnUpdate, { isRecovered }: Keys): Pick<LocalRecord, 'recovery'> {
  const publicKey = recovery?.publicKey ?? recoveryKey;
  if (!publicKey) return {};
  return { recovery: { publicKey, ...(recovery?.seed && !isRecovered && { seed: recovery.seed }) } };
}

export function isCertifierOn({ instances }: InstanceList, { instanceId }: Pick<InstanceCredential, 'instanceId'>): boolean {
  return instances.some((entry) => entry.instanceId === instanceId && entry.state !== 'retired' && entry.roles.includes('certifier'));
}

function currentOf({ identityKeys }: LocalRecord): OwnKey {
  return identityKeys.filter(({ retiredAt }) => retiredAt === undefined).reduce((a, b) => (b.epoch > a.epoch ? b : a));
}

function withoutRetirement({ retiredAt: _none, ...row }: KeyRow): KeyRow {
  return row;
}

function isSame(a: LocalRecord, b: LocalRecord): boolean {
  const said = ({ name, identityKeys, instance, instanceList, exchanges, siblings = [], recovery }: LocalRecord): string =>
    JSON.stringify([
      name,
      [...identityKeys].sort((x, y) => x.epoch - y.epoch).map(({ epoch, certificate, privateKey, retiredAt }) => [epoch, toHex(certificate), privateKey !== undefined, retiredAt ?? 0]),
      toHex(instance.credential),
      toHex(instanceList),
      exchanges.map(({ credential }) => toHex(credential)),
      siblings.map(({ instanceId, credential }) => `${instanceId} ${toHex(credential)}`).sort((x, y) => x.localeCompare(y)),
      recovery && [toHex(recovery.publicKey), recovery.seed !== undefined],
    ]);
  return said(a) === said(b);
}
