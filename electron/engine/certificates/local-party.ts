import type { Crypto, KeyPair, RsaPrivateKey } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { InstanceId, PeerId } from '../ids';
import { pkcs8Of, privateKeyOf } from '../crypto/rsa';
import type { LocalRecord } from '../ports';
import { toHex } from '../wire/encoding';
import type { Chain } from './chain';
import { isBoundTo } from './credential-body';
import { type ExchangeCredential, type InstanceCredential, issueExchangeCredential, issueInstanceCredential, parseExchangeCredential, parseInstanceCredential } from './credential';
import { createIdentityCertificate, type IdentityCertificate, parseIdentityCertificate, recallIdentityCertificate } from './identity-certificate';
import type { KeyElement, KeyHistory } from './key-history';
import { type EpochKeyPair, parseKeyLink } from './key-link';
import { type InstanceList, type InstanceState, issueInstanceList, parseInstanceList } from './instance-list';
import { OwnEndorsements } from './own-endorsements';
import { parseRecovery } from './recovery-statement';
import { unacceptable } from './unacceptable';
import { lifetimes } from './validity';

export interface LocalExchange {
  readonly credential: ExchangeCredential;
  readonly kem: Secret<'exchange-kem'>;
}

/** This device with its keys in use, while the vault is open. */
export interface LocalParty {
  readonly peerId: PeerId;
  readonly name: string;
  readonly createdAt: number;
  readonly identity: IdentityCertificate;
  readonly list: InstanceList;
  readonly instanceId: InstanceId;
  readonly instance: {
    readonly credential: InstanceCredential;
    readonly signing: KeyPair<'instance-signing'>;
    readonly kem: Secret<'instance-kem'>;
  };
  readonly exchange: {
    /** The one others should wrap to. */
    readonly current: LocalExchange;
    /** Current first, then those in their grace. */
    all(): readonly LocalExchange[];
    find(credentialHash: Uint8Array): LocalExchange | undefined;
  };
  readonly chain: Chain;
  /** When the identity key in use was made, Unix milliseconds. */
  readonly keyCreatedAt: number;
  /** Where the recovery key is: still here, only on paper, or nowhere. */
  readonly recovery: 'kept' | 'away' | 'none';
  /** The key in use came from a file. */
  readonly unconfirmed: boolean;
  /** All identity keys so far, from the first on; undefined where an imported key came without them. */
  readonly history: KeyHistory | undefined;
  /** What organisations say of the identity key in use, and of earlier ones. The one part that changes while the party is in use. */
  readonly endorsements: OwnEndorsements;
  /** The subject (DER) of the identity certificate in use, or of an earlier one: what was under way when the name changed names that. */
  isOwnSubject(subject: Uint8Array): boolean;
  /** A retired identity key whose private half is still here. `spkiHash`: 32 bytes. */
  oldKey(spkiHash: Uint8Array): EpochKeyPair | undefined;
  /** From now on these old keys are not here: the caller erased them where they were stored. */
  dropOldKeys(epochs: ReadonlySet<number>): void;
  /** What the signed list, and since then another own device, says of this one: `retired` also where the list does not name it at all. */
  readonly standing: InstanceState;
  /** Own devices that another one stopped since the list in force was signed. */
  readonly suspended: ReadonlySet<InstanceId>;
  /** The list names this device as the one that holds the identity key, and it does. */
  readonly isCertifier: boolean;
  /** Credentials of the other devices that the list names as they are, suspended ones included. */
  readonly siblings: readonly InstanceCredential[];
  /** The identity key in use. Throws when this device does not hold it. */
  certifierKey(): RsaPrivateKey;
  /** Wipes every secret. The party is unusable afterwards. */
  wipe(): void;
}

export interface NewLocalParty {
  readonly name: string;
  readonly deviceName: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** A new person with a first device: RSA-3072 key (off the event loop, 0.1–2 s), certificate, credentials, list version 1. */
export async function createLocalRecord(crypto: Crypto, { name: wanted, deviceName, now }: NewLocalParty): Promise<LocalRecord> {
  // What no certificate can carry is dropped here rather than refused after a key was made.
  const name = wanted.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '');
  const keyPair = await crypto.generateRsa();
  const identityKey = keyPair.privateKey;
  const recovery = crypto.generateSigning();
  const recoveryKeyHash = crypto.sha256(recovery.publicKey);
  const identity = await createIdentityCertificate(crypto, { name, keyPair, epoch: 1, recoveryKeyHash, notBefore: now, notAfter: now + lifetimes.identity });
  const signing = crypto.generateSigning();
  const instanceKem = crypto.generateKem('instance-kem');
  const exchangeKem = crypto.generateKem('exchange-kem');
  try {
    const credential = await issueInstanceCredential(crypto, {
      identity,
      identityKey,
      signing,
      kemKey: instanceKem.publicKey,
      deviceName: shortened(deviceName),
      roles: ['certifier', 'exchange'],
      minListVersion: 1,
      notBefore: now,
      notAfter: now + lifetimes.instance,
    });
    const list = await issueInstanceList(crypto, {
      identity,
      identityKey,
      version: 1,
      issuedAt: now,
      instances: [{ instanceId: credential.instanceId, credentialHash: credential.hash, roles: credential.roles, state: 'active' }],
    });
    const exchange = await issueExchangeCredential(crypto, {
      identity,
      issuedBy: { identityKey },
      kemKey: exchangeKem.publicKey,
      minListVersion: 1,
      notBefore: now,
      notAfter: now + lifetimes.exchange,
    });
    return {
      peerId: identity.peerId,
      name,
      createdAt: now,
      identityKeys: [{ epoch: 1, certificate: identity.der, privateKey: pkcs8Of(identityKey), createdAt: now }],
      instance: { credential: credential.bytes, signingSeed: signing.secret.bytes.slice(), kemSecret: instanceKem.secret.bytes.slice() },
      exchanges: [{ credential: exchange.bytes, kemSecret: exchangeKem.secret.bytes.slice() }],
      instanceList: list.bytes,
      recovery: { publicKey: recovery.publicKey, seed: recovery.secret.bytes.slice() },
    };
  } finally {
    recovery.secret.wipe();
    signing.secret.wipe();
    instanceKem.secret.wipe();
    exchangeKem.secret.wipe();
  }
}

/** The identity of a stored record with its key in use. Throws `key.unacceptable`, also when that key is not here. */
export function currentIdentity(crypto: Crypto, record: LocalRecord): { readonly identity: IdentityCertificate; readonly identityKey: RsaPrivateKey } {
  const current = currentKeyOf(record);
  if (!current.privateKey) throw unacceptable('this device does not hold the identity key');
  const identityKey = { key: privateKeyOf(current.privateKey) };
  return { identity: parseIdentityCertificate(crypto, current.certificate), identityKey };
}

function currentKeyOf({ identityKeys }: LocalRecord): LocalRecord['identityKeys'][number] {
  return identityKeys.filter(({ retiredAt }) => retiredAt === undefined).reduce((a, b) => (b.epoch > a.epoch ? b : a));
}

/** The party of a stored record; its buffers are copied, not taken. Throws `key.unacceptable` for a record that does not fit together. */
export function openLocalParty(crypto: Crypto, record: LocalRecord): LocalParty {
  const current = currentKeyOf(record);
  const identity = parseIdentityCertificate(crypto, current.certificate);
  const list = parseInstanceList(crypto, record.instanceList);
  const credential = parseInstanceCredential(crypto, record.instance.credential);
  const signing = crypto.signingFromSeed(record.instance.signingSeed.slice());
  const kem = crypto.kemFromSecret('instance-kem', record.instance.kemSecret.slice()).secret;
  const exchanges = record.exchanges.map((stored): LocalExchange => ({
    credential: parseExchangeCredential(crypto, stored.credential),
    kem: crypto.kemFromSecret('exchange-kem', stored.kemSecret.slice()).secret,
  }));
  const byHash = new Map(exchanges.map((exchange) => [toHex(exchange.credential.hash), exchange]));
  if (!crypto.equal(signing.publicKey, credential.signingKey) || !crypto.equal(crypto.kemPublicKey(kem), credential.kemKey)) throw unacceptable('this device’s keys are not those of its credential');
  const siblings = (record.siblings ?? []).map((each) => parseInstanceCredential(crypto, each.credential)).filter((each) => isListedAs(each, list));
  const suspended = suspendedOf(record, list);
  const { current: inUse, issuer } = exchangeInUse(exchanges, { identity, list, own: credential, siblings, suspended });
  const listed = list.instances.find(({ instanceId }) => instanceId === credential.instanceId);
  const { identityKeys } = record;
  const oldKeys = oldKeysOf(crypto, identityKeys);
  let history: { readonly value: KeyHistory | undefined } | undefined;
  /** Hex; made when somebody names another than the one in use. */
  let formerSubjects: ReadonlySet<string> | undefined;
  const privateKey = current.privateKey && privateKeyOf(current.privateKey);

  return {
    peerId: record.peerId,
    name: record.name,
    createdAt: record.createdAt,
    identity,
    list,
    instanceId: credential.instanceId,
    instance: { credential, signing, kem },
    exchange: {
      current: inUse,
      all: () => [inUse, ...exchanges.filter((each) => each !== inUse)],
      find: (credentialHash) => byHash.get(toHex(credentialHash)),
    },
    chain: { identity, list, instance: credential, exchange: inUse.credential, ...(issuer && { issuer }) },
    keyCreatedAt: current.createdAt,
    recovery: record.recovery === undefined ? 'none' : record.recovery.seed === undefined ? 'away' : 'kept',
    unconfirmed: record.unconfirmed === true,
    get history() {
      // Parsed when it is asked for: with many keys it is long.
      history ??= { value: historyOf(crypto, identityKeys) };
      return history.value;
    },
    endorsements: new OwnEndorsements(crypto, { peerId: record.peerId, spki: identity.spki }, record.endorsements),
    isOwnSubject: (subject) => {
      if (Buffer.compare(subject, identity.subject) === 0) return true;
      formerSubjects ??= new Set(identityKeys.map(({ certificate }) => toHex(recallIdentityCertificate(crypto, certificate).subject)));
      return formerSubjects.has(toHex(subject));
    },
    oldKey: (spkiHash) => oldKeys.get(toHex(spkiHash)),
    dropOldKeys: (epochs) => {
      for (const [hash, { epoch }] of oldKeys) if (epochs.has(epoch)) oldKeys.delete(hash);
    },
    suspended,
    standing: listed?.state === 'active' && suspended.has(credential.instanceId) ? 'suspended' : (listed?.state ?? 'retired'),
    isCertifier: privateKey !== undefined && listed?.roles.includes('certifier') === true,
    siblings,
    certifierKey: () => {
      if (!privateKey) throw new Error('this device does not hold the identity key');
      return { key: privateKey };
    },
    wipe: () => {
      signing.secret.wipe();
      kem.wipe();
      for (const exchange of exchanges) exchange.kem.wipe();
    },
  };
}

interface Issuers {
  readonly identity: IdentityCertificate;
  readonly list: InstanceList;
  readonly own: InstanceCredential;
  readonly siblings: readonly InstanceCredential[];
  /** Nothing that they made is used. */
  readonly suspended: ReadonlySet<InstanceId>;
}

/** Own devices that another one stopped under this list, or under one that is not here yet: a lower one's word is over. */
export function suspendedOf({ suspended = [] }: Pick<LocalRecord, 'suspended'>, { version }: Pick<InstanceList, 'version'>): ReadonlySet<InstanceId> {
  return new Set(suspended.filter(({ listVersion }) => listVersion >= version).map(({ instanceId }) => instanceId));
}

/**
 * What a chain of this device can show: signed under the identity key in use, by itself or by a device that may (protocol.md §2). First what was made
 * under the later list, then the newest: what a device that was away made under a list of before, one that was removed since may know.
 */
function exchangeInUse(exchanges: readonly LocalExchange[], issuers: Issuers): { readonly current: LocalExchange; readonly issuer?: InstanceCredential } {
  const byList = [...exchanges].sort((a, b) => b.credential.minListVersion - a.credential.minListVersion);
  for (const current of byList) {
    const issuer = issuerOf(current.credential, issuers);
    if (issuer === 'own') return { current };
    if (issuer) return { current, issuer };
  }
  const [newest] = exchanges;
  if (!newest) throw new Error('a local record without an exchange key');
  return { current: newest };
}

/** `own`: nothing more is to be shown than the identity and this device. */
function issuerOf(exchange: ExchangeCredential, { identity, list, own, siblings, suspended }: Issuers): InstanceCredential | 'own' | undefined {
  if (!isBoundTo(exchange, identity) || exchange.minListVersion > list.version) return undefined;
  const { issuer } = exchange;
  if (issuer.kind === 'identity') return 'own';
  const entry = list.instances.find(({ instanceId }) => instanceId === issuer.instanceId);
  if (entry?.state !== 'active' || !entry.roles.includes('exchange') || suspended.has(issuer.instanceId)) return undefined;
  if (issuer.instanceId === own.instanceId) return isListedAs(own, list) ? 'own' : undefined;
  return siblings.find(({ instanceId }) => instanceId === issuer.instanceId);
}

/** Whether the list names this very credential. */
export function isListedAs({ instanceId, hash }: InstanceCredential, list: InstanceList): boolean {
  return list.instances.some((entry) => entry.instanceId === instanceId && entry.state !== 'retired' && Buffer.compare(entry.credentialHash, hash) === 0);
}

/** From the first certificate on; what a recovery left behind may have gaps. */
function historyOf(crypto: Crypto, identityKeys: LocalRecord['identityKeys']): KeyHistory | undefined {
  const [first, ...later] = [...identityKeys].sort((a, b) => a.epoch - b.epoch);
  if (first?.epoch !== 1) return undefined;
  const elements: KeyElement[] = [];
  let complete = true;
  for (const { link, recovery } of later) {
    if (recovery) {
      if (!complete) elements.length = 0;
      complete = true;
      elements.push(parseRecovery(crypto, recovery));
    } else if (link) {
      elements.push(parseKeyLink(crypto, link));
    } else {
      complete = false;
    }
  }
  return complete ? { first: recallIdentityCertificate(crypto, first.certificate), elements } : undefined;
}

/** Retired keys whose private half is here, by the hex of their SPKI hash. Opened at once: the record's buffers are wiped afterwards. */
function oldKeysOf(crypto: Crypto, keys: LocalRecord['identityKeys']): Map<string, EpochKeyPair> {
  return new Map(
    keys.flatMap(({ epoch, certificate, privateKey, retiredAt }): [string, EpochKeyPair][] => {
      if (retiredAt === undefined || !privateKey) return [];
      const { spki, spkiHash } = recallIdentityCertificate(crypto, certificate);
      return [[toHex(spkiHash), { epoch, keyPair: { privateKey: { key: privateKeyOf(privateKey) }, spki } }]];
    }),
  );
}

/** Device names come from the system: at most 128 bytes go into a credential. */
export function shortened(deviceName: string): string {
  let text = deviceName.replace(/\p{Surrogate}/gu, '');
  while (new TextEncoder().encode(text).length > 128) text = [...text].slice(0, -1).join('');
  return text;
}
