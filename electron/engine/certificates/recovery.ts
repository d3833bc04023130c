import { KeyshiftError } from '../../../shared/errors';
import type { Crypto, RsaKeyPair } from '../crypto/crypto';
import { toHex } from '../wire/encoding';
import type { InstanceId } from '../ids';
import type { LocalRecord } from '../ports';
import { type IdentityCertificate, parseIdentityCertificate, recallIdentityCertificate } from './identity-certificate';
import { type InstanceList, type InstanceState, parseInstanceList } from './instance-list';
import { type LocalParty, openLocalParty } from './local-party';
import { issueRecovery, maxRevoked } from './recovery-statement';
import { reissueUnder } from './reissue';
import { certifyLaterKey, privateBytes, withoutPrivate, withSiblings } from './rotation';

/** What others were seen to hold of this person that was never made here: keys of a thief (A73). */
export interface ForeignKeys {
  /** The highest epoch among them. */
  readonly epoch?: number;
  /** H(SPKI), 32 bytes each. */
  readonly spkiHashes?: readonly Uint8Array[];
}

/**
 * The record with a new identity key that the recovery key names (protocol.md §9): all keys before are revoked and their private halves are
 * gone, no earlier exchange key opens anything any more, and who held a copy of the key has none now. `seed`: Ed25519, 32 bytes, copied. Of more
 * than 64 keys the newest are named. `keep`: the other devices that go on; the rest is suspended in the very list this key signs first. Without it all go on. Throws `recovery.none` for somebody without a recovery key, `recovery.wrong-code` for another's. 0.1–2 s.
 * The caller stores the result in one transaction, then opens it: until then the old record is the truth.
 */
export async function recoverLocalRecord(crypto: Crypto, record: LocalRecord, seed: Uint8Array, now: number, foreign: ForeignKeys = {}, keep?: ReadonlySet<InstanceId>): Promise<LocalRecord> {
  const party = openLocalParty(crypto, record);
  try {
    const { identity, keyPair, keys } = await nextKey(crypto, record, party.identity, seed, now, foreign);
    const { credential, list, siblings, exchange } = await reissueUnder(crypto, party, identity, keyPair.privateKey, now, record.siblings, keep && left(party, keep));
    return { ...keys, instance: { ...record.instance, credential }, exchanges: [exchange], instanceList: list, ...withSiblings(siblings) };
  } finally {
    party.wipe();
  }
}

/** A record from a backup, with the key to make a new device of it under. */
export interface RecoveredBackup {
  /** Its list is the one of before, signed by a key that is revoked by now; there is no exchange key. */
  readonly record: LocalRecord;
  /** That list, with every device on it retired: nobody knows who has them. */
  readonly list: InstanceList;
}

/**
 * As `recoverLocalRecord`, for a record from a backup that holds no identity key, nor keys of a device: one that is about to become a new device, and the
 * only one of this person (protocol.md §14). Throws `recovery.none`, `recovery.wrong-code`. 0.1–2 s.
 */
export async function recoverBackup(crypto: Crypto, record: LocalRecord, seed: Uint8Array, now: number, foreign: ForeignKeys): Promise<RecoveredBackup> {
  const newest = record.identityKeys.filter(({ retiredAt }) => retiredAt === undefined).reduce((a, b) => (b.epoch > a.epoch ? b : a));
  const { keys } = await nextKey(crypto, record, parseIdentityCertificate(crypto, newest.certificate), seed, now, foreign);
  const list = parseInstanceList(crypto, record.instanceList);
  return { record: { ...keys, exchanges: [] }, list: { ...list, instances: list.instances.map((entry) => ({ ...entry, state: 'retired' as const })) } };
}

/** The key that the recovery key names next, and the record with it in which nothing is signed under it yet. */
async function nextKey(crypto: Crypto, record: LocalRecord, before: IdentityCertificate, seed: Uint8Array, now: number, foreign: ForeignKeys): Promise<{ readonly identity: IdentityCertificate; readonly keyPair: RsaKeyPair; readonly keys: LocalRecord }> {
  const recovery = crypto.signingFromSeed(seed.slice());
  try {
    const { recoveryKeyHash, peerId } = before;
    if (!recoveryKeyHash) throw new KeyshiftError('recovery.none', 'This identity has no recovery key.');
    if (!crypto.equal(crypto.sha256(recovery.publicKey), recoveryKeyHash)) throw new KeyshiftError('recovery.wrong-code', 'This is the recovery key of another identity.');
    const keyPair = await crypto.generateRsa();
    const epoch = Math.max(foreign.epoch ?? 0, ...record.identityKeys.map((key) => key.epoch)) + 1;
    const statement = await issueRecovery(crypto, { peerId, recovery, epoch, keyPair, revoked: revokedKeys(crypto, record, foreign), time: now });
    const identity = await certifyLaterKey(crypto, before, epoch, keyPair, now);
    const { unconfirmed: _decided, ...rest } = record;
    const keys: LocalRecord = {
      ...rest,
      identityKeys: [
        ...record.identityKeys.map((key) => ({ ...withoutPrivate(key), retiredAt: key.retiredAt ?? now })),
        { epoch, certificate: identity.der, privateKey: privateBytes(keyPair), createdAt: now, recovery: statement.bytes },
      ],
      recovery: record.recovery ?? { publicKey: recovery.publicKey },
    };
    return { identity, keyPair, keys };
  } finally {
    recovery.secret.wipe();
  }
}

function left({ list, instanceId }: LocalParty, keep: ReadonlySet<InstanceId>): ReadonlyMap<InstanceId, InstanceState> {
  const gone = list.instances.filter((each) => each.state === 'active' && each.instanceId !== instanceId && !keep.has(each.instanceId));
  return new Map(gone.map((each) => [each.instanceId, 'suspended']));
}

function revokedKeys(crypto: Crypto, { identityKeys }: LocalRecord, { spkiHashes = [] }: ForeignKeys): readonly Uint8Array[] {
  const own = [...identityKeys].sort((a, b) => b.epoch - a.epoch).map(({ certificate }) => recallIdentityCertificate(crypto, certificate).spkiHash);
  const distinct = new Map([...spkiHashes, ...own].map((hash) => [toHex(hash), hash]));
  return [...distinct.values()].slice(0, maxRevoked);
}
