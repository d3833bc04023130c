import type { Crypto } from '../crypto/crypto';
import type { LocalRecord } from '../ports';
import { issueExchangeCredential, issueInstanceCredential, parseExchangeCredential } from './credential';
import { createIdentityCertificate } from './identity-certificate';
import { issueInstanceList } from './instance-list';
import { type LocalParty, openLocalParty } from './local-party';
import { lifetimes, type Validity } from './validity';

/** An exchange key is replaced a day before its end, so that nobody wraps to one that just ended. */
const exchangeAhead = 24 * 60 * 60 * 1000;

/**
 * The record with what is due renewed, or undefined when nothing is (protocol.md §2). The certificate and the device's
 * credential keep their keys and get new dates from half of their life on, the latter with a new list version; the exchange key is replaced by
 * a fresh one every week, and retired ones are dropped 31 days after their successor began. Only on the certifier.
 * The caller stores the result, then opens it: until then the old record is the truth.
 */
export async function renewLocalRecord(crypto: Crypto, record: LocalRecord, now: number): Promise<LocalRecord | undefined> {
  const party = openLocalParty(crypto, record);
  try {
    const certified = await renewCertificate(crypto, record, party, now);
    const listed = await renewInstance(crypto, certified, party, now);
    const renewed = await renewExchange(crypto, listed, party, now);
    return renewed === record ? undefined : renewed;
  } finally {
    party.wipe();
  }
}

async function renewCertificate(crypto: Crypto, record: LocalRecord, party: LocalParty, now: number): Promise<LocalRecord> {
  const { identity } = party;
  if (!isPastHalf(identity, now)) return record;
  const renewed = await createIdentityCertificate(crypto, {
    name: identity.name,
    keyPair: { privateKey: party.certifierKey(), spki: identity.spki },
    peerId: identity.peerId,
    epoch: identity.epoch,
    ...(identity.recoveryKeyHash && { recoveryKeyHash: identity.recoveryKeyHash }),
    notBefore: now,
    notAfter: now + lifetimes.identity,
  });
  const identityKeys = record.identityKeys.map((key) => (key.epoch === identity.epoch ? { ...key, certificate: renewed.der } : key));
  return { ...record, identityKeys };
}

async function renewInstance(crypto: Crypto, record: LocalRecord, party: LocalParty, now: number): Promise<LocalRecord> {
  const { identity, list, instance } = party;
  if (!isPastHalf(instance.credential, now)) return record;
  const identityKey = party.certifierKey();
  const version = list.version + 1;
  const credential = await issueInstanceCredential(crypto, {
    identity,
    identityKey,
    signing: instance.signing,
    kemKey: instance.credential.kemKey,
    deviceName: instance.credential.deviceName,
    roles: instance.credential.roles,
    minListVersion: version,
    notBefore: now,
    notAfter: now + lifetimes.instance,
  });
  const instances = list.instances.map((entry) => (entry.instanceId === credential.instanceId ? { ...entry, credentialHash: credential.hash } : entry));
  const newList = await issueInstanceList(crypto, { identity, identityKey, version, issuedAt: now, instances });
  return { ...record, instance: { ...record.instance, credential: credential.bytes }, instanceList: newList.bytes };
}

async function renewExchange(crypto: Crypto, record: LocalRecord, party: LocalParty, now: number): Promise<LocalRecord> {
  const kept = withinGrace(crypto, record.exchanges, now);
  const { credential } = party.exchange.current;
  if (now < credential.notAfter - exchangeAhead) return kept.length === record.exchanges.length ? record : { ...record, exchanges: kept };
  const kem = crypto.generateKem('exchange-kem');
  const issued = await issueExchangeCredential(crypto, {
    identity: party.identity,
    issuedBy: { identityKey: party.certifierKey() },
    kemKey: kem.publicKey,
    minListVersion: party.list.version,
    notBefore: now,
    notAfter: now + lifetimes.exchange,
  });
  const fresh = { credential: issued.bytes, kemSecret: kem.secret.bytes.slice() };
  kem.secret.wipe();
  return { ...record, exchanges: [fresh, ...kept] };
}

/** Newest first in, the same order out: each lives until 31 days after the start of the one before it. */
function withinGrace(crypto: Crypto, exchanges: LocalRecord['exchanges'], now: number): LocalRecord['exchanges'] {
  return exchanges.filter((_, index) => {
    const successor = exchanges[index - 1];
    return successor === undefined || now <= parseExchangeCredential(crypto, successor.credential).notBefore + lifetimes.exchangeGrace;
  });
}

function isPastHalf({ notBefore, notAfter }: Validity, now: number): boolean {
  return now > notBefore + (notAfter - notBefore) / 2;
}
