import type { Crypto } from '../crypto/crypto';
import type { LocalRecord } from '../ports';
import { issueExchangeCredential, parseExchangeCredential } from './credential';
import { isBoundTo } from './credential-body';
import { createIdentityCertificate } from './identity-certificate';
import { isListedAs, type LocalParty, openLocalParty } from './local-party';
import { freshExchange, relist } from './reissue';
import { withSiblings } from './rotation';
import { beginsLater, isPastHalf, lifetimes, validityTolerance } from './validity';

/** An exchange key is replaced a day before its end, so that nobody wraps to one that just ended. */
const exchangeAhead = 24 * 60 * 60 * 1000;
/** Another device does it when so late none of the certifier's was heard of. */
const exchangeAheadOfOthers = 12 * 60 * 60 * 1000;

/**
 * The record with what is due renewed, or undefined when nothing is (protocol.md §2). The certificate and the device's
 * credential keep their keys and get new dates from half of their life on, the latter with a new list version; the exchange key is replaced by
 * a fresh one every week, and retired ones are dropped 31 days after their successor began. Where the identity key is elsewhere only the exchange
 * key is renewed, later than the certifier does it: so it is made here when that one is off (protocol.md §10).
 * The caller stores the result, then opens it: until then the old record is the truth.
 */
export async function renewLocalRecord(crypto: Crypto, record: LocalRecord, now: number): Promise<LocalRecord | undefined> {
  const party = openLocalParty(crypto, record);
  try {
    // One that was stopped must not lift that by the way.
    if (party.standing === 'suspended') return undefined;
    const certified = party.isCertifier ? await renewCertificate(crypto, record, party, now) : record;
    const listed = party.isCertifier ? await renewInstances(crypto, certified, party, now) : record;
    const renewed = await renewExchange(crypto, listed, party, now);
    return renewed === record ? undefined : renewed;
  } finally {
    party.wipe();
  }
}

async function renewCertificate(crypto: Crypto, record: LocalRecord, party: LocalParty, now: number): Promise<LocalRecord> {
  const { identity } = party;
  if (!isPastHalf(identity, now) && !beginsLater(identity, now)) return record;
  const renewed = await createIdentityCertificate(crypto, {
    name: identity.name,
    keyPair: { privateKey: party.certifierKey(), spki: identity.spki },
    peerId: identity.peerId,
    epoch: identity.epoch,
    ...(identity.recoveryKeyHash && { recoveryKeyHash: identity.recoveryKeyHash }),
    notBefore: now,
    notAfter: now + lifetimes.identity,
  });
  // A key whose day of making is still to come was made by a clock that was ahead: its next change by itself is counted from here on, not from then.
  const identityKeys = record.identityKeys.map((key) =>
    key.epoch === identity.epoch ? { ...key, certificate: renewed.der, createdAt: beginsLater({ notBefore: key.createdAt }, now) ? now : key.createdAt } : key,
  );
  return { ...record, identityKeys };
}

/** Of all devices, also those that are away. */
async function renewInstances(crypto: Crypto, record: LocalRecord, party: LocalParty, now: number): Promise<LocalRecord> {
  const { identity, instance, siblings } = party;
  if (![instance.credential, ...siblings].some((credential) => isPastHalf(credential, now) || beginsLater(credential, now))) return record;
  const relisted = await relist(crypto, { party, siblings: record.siblings ?? [], identity, identityKey: party.certifierKey(), now });
  return { ...record, instance: { ...record.instance, credential: relisted.credential }, instanceList: relisted.list, ...withSiblings(relisted.siblings) };
}

async function renewExchange(crypto: Crypto, record: LocalRecord, party: LocalParty, now: number): Promise<LocalRecord> {
  const { credential } = party.exchange.current;
  const isDue = now >= credential.notAfter - (party.isCertifier ? exchangeAhead : exchangeAheadOfOthers) || beginsLater(credential, now);
  const fresh = party.standing === 'active' && isDue ? await ownExchange(crypto, party, now) : undefined;
  const kept = withinGrace(crypto, fresh ? [fresh, ...record.exchanges] : record.exchanges, now);
  if (fresh) return { ...record, exchanges: kept };
  return kept.length === record.exchanges.length ? record : { ...record, exchanges: kept };
}

/** A fresh exchange key: signed by the identity where its key is here, else by this device if it may (protocol.md §2). The private half is the caller's to wipe. */
export async function ownExchange(crypto: Crypto, party: LocalParty, now: number): Promise<LocalRecord['exchanges'][number] | undefined> {
  const { identity, list, instance } = party;
  if (party.isCertifier) return freshExchange(crypto, { identity, identityKey: party.certifierKey(), now }, list.version);
  const mayIssue = list.instances.some(({ instanceId, roles, state }) => instanceId === party.instanceId && state === 'active' && roles.includes('exchange'));
  if (!mayIssue || !isListedAs(instance.credential, list) || !isBoundTo(instance.credential, identity)) return undefined;
  const kem = crypto.generateKem('exchange-kem');
  try {
    const issuedBy = { instanceId: party.instanceId, signing: instance.signing };
    const issued = await issueExchangeCredential(crypto, { identity, issuedBy, kemKey: kem.publicKey, minListVersion: list.version, notBefore: now, notAfter: now + lifetimes.exchange });
    return { credential: issued.bytes, kemSecret: kem.secret.bytes.slice() };
  } finally {
    kem.secret.wipe();
  }
}

/** Whether something of this device ended, or was made by a clock that was ahead: nobody takes it until it is made anew. */
export function isOutOfDate({ identity, instance, exchange }: LocalParty, now: number): boolean {
  return [identity, instance.credential, exchange.current.credential].some((each) => beginsLater(each, now) || now > each.notAfter);
}

/**
 * Newest first in, the same order out: each lives until 31 days after the start of the first one after it. A clock that was wrong for a while leaves
 * starts out of order: one made while it was behind takes no older one's place, and one made while it was ahead, between two of this time, goes, as
 * nobody ever took it.
 */
export function withinGrace(crypto: Crypto, exchanges: LocalRecord['exchanges'], now: number): LocalRecord['exchanges'] {
  const began = exchanges.map((each) => parseExchangeCredential(crypto, each.credential).notBefore);
  const isOfNow = began.map((at) => at <= now + validityTolerance);
  const isOfUse = isOfNow.map((of, index) => of || index === 0 || !isOfNow.includes(true, index));
  return exchanges.filter((_, index) => {
    const own = began[index] ?? 0;
    const successors = began.filter((at, newer) => newer < index && isOfUse[newer] === true && at >= own);
    return isOfUse[index] === true && (successors.length === 0 || now <= Math.min(...successors) + lifetimes.exchangeGrace);
  });
}
