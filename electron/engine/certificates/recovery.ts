import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import { toHex } from '../wire/encoding';
import type { LocalRecord } from '../ports';
import { recallIdentityCertificate } from './identity-certificate';
import { openLocalParty } from './local-party';
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
 * than 64 keys the newest are named. Throws `recovery.none` for somebody without a recovery key, `recovery.wrong-code` for another's. 0.1–2 s.
 * The caller stores the result in one transaction, then opens it: until then the old record is the truth.
 */
export async function recoverLocalRecord(crypto: Crypto, record: LocalRecord, seed: Uint8Array, now: number, foreign: ForeignKeys = {}): Promise<LocalRecord> {
  const party = openLocalParty(crypto, record);
  const recovery = crypto.signingFromSeed(seed.slice());
  try {
    const { recoveryKeyHash } = party.identity;
    if (!recoveryKeyHash) throw new KeyshiftError('recovery.none', 'This identity has no recovery key.');
    if (!crypto.equal(crypto.sha256(recovery.publicKey), recoveryKeyHash)) throw new KeyshiftError('recovery.wrong-code', 'This is the recovery key of another identity.');
    const keyPair = await crypto.generateRsa();
    const epoch = Math.max(foreign.epoch ?? 0, ...record.identityKeys.map((key) => key.epoch)) + 1;
    const statement = await issueRecovery(crypto, { peerId: party.peerId, recovery, epoch, keyPair, revoked: revokedKeys(crypto, record, foreign), time: now });
    const identity = await certifyLaterKey(crypto, party.identity, epoch, keyPair, now);
    const { credential, list, siblings, exchange } = await reissueUnder(crypto, party, identity, keyPair.privateKey, now, record.siblings);
    const { unconfirmed: _decided, ...rest } = record;
    return {
      ...rest,
      identityKeys: [
        ...record.identityKeys.map((key) => ({ ...withoutPrivate(key), retiredAt: key.retiredAt ?? now })),
        { epoch, certificate: identity.der, privateKey: privateBytes(keyPair), createdAt: now, recovery: statement.bytes },
      ],
      instance: { ...record.instance, credential },
      exchanges: [exchange],
      instanceList: list,
      ...withSiblings(siblings),
      recovery: record.recovery ?? { publicKey: recovery.publicKey },
    };
  } finally {
    party.wipe();
    recovery.secret.wipe();
  }
}

function revokedKeys(crypto: Crypto, { identityKeys }: LocalRecord, { spkiHashes = [] }: ForeignKeys): readonly Uint8Array[] {
  const own = [...identityKeys].sort((a, b) => b.epoch - a.epoch).map(({ certificate }) => recallIdentityCertificate(crypto, certificate).spkiHash);
  const distinct = new Map([...spkiHashes, ...own].map((hash) => [toHex(hash), hash]));
  return [...distinct.values()].slice(0, maxRevoked);
}
