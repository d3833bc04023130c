import type { Crypto, RsaKeyPair } from '../crypto/crypto';
import { pkcs8Of } from '../crypto/rsa';
import type { LocalRecord, OtherDevice } from '../ports';
import { createIdentityCertificate, type IdentityCertificate } from './identity-certificate';
import { issueKeyLink, type LinkPurpose } from './key-link';
import { openLocalParty } from './local-party';
import { reissueUnder } from './reissue';
import { lifetimes } from './validity';

/** An identity key of the own record. */
export type OwnKey = LocalRecord['identityKeys'][number];

/**
 * The record with a new identity key (protocol.md §9, S5-13): the old one vouches for it, and it signs device list, device and a new
 * exchange key anew. The old private half stays, to vouch for later keys towards those who know only the old one, until the caller erases
 * it. After a compromise no earlier exchange key opens anything any more (A83). What organisations said was of the old key, and goes. Only on
 * the certifier. `name`: what the person is called from this key on. 0.1–2 s, off the event loop. The caller stores the result in one transaction, then opens it: until then the old record is the
 * truth.
 */
export async function rotateLocalRecord(crypto: Crypto, record: LocalRecord, now: number, purpose: LinkPurpose = 'routine', name?: string): Promise<LocalRecord> {
  const party = openLocalParty(crypto, record);
  try {
    const old = { epoch: party.identity.epoch, keyPair: { privateKey: party.certifierKey(), spki: party.identity.spki } };
    const keyPair = await crypto.generateRsa();
    const epoch = old.epoch + 1;
    const link = await issueKeyLink(crypto, { peerId: party.peerId, old, next: { epoch, keyPair }, time: now, purpose });
    const identity = await certifyLaterKey(crypto, name === undefined ? party.identity : { ...party.identity, name }, epoch, keyPair, now);
    const { credential, list, siblings, exchange } = await reissueUnder(crypto, party, identity, keyPair.privateKey, now, record.siblings);
    // Endorsements of the old key stay to be asked for again; they are shown to nobody (`own-endorsements.ts`).
    return {
      ...record,
      name: identity.name,
      identityKeys: [
        ...record.identityKeys.map((key) => (key.epoch === old.epoch ? { ...key, retiredAt: now } : key)),
        { epoch, certificate: identity.der, privateKey: privateBytes(keyPair), createdAt: now, link: link.bytes },
      ],
      instance: { ...record.instance, credential },
      exchanges: [exchange, ...(purpose === 'compromise' ? [] : record.exchanges)],
      instanceList: list,
      ...withSiblings(siblings),
    };
  } finally {
    party.wipe();
  }
}

/**
 * The record without the private halves of retired keys that are not to be kept (S5-20, S5-21); what they signed stays, so the history goes
 * on proving the peer id. The same record when there is nothing to erase. The caller stores it and empties the log of the database (A79).
 */
export function eraseOldKeys(record: LocalRecord, keep: (key: OwnKey) => boolean = () => false): LocalRecord {
  const goes = (key: OwnKey): boolean => key.retiredAt !== undefined && key.privateKey !== undefined && !keep(key);
  if (!record.identityKeys.some(goes)) return record;
  return { ...record, identityKeys: record.identityKeys.map((key) => (goes(key) ? withoutPrivate(key) : key)) };
}

/** The next certificate of the same person: same name, peer id and recovery key. */
export function certifyLaterKey(crypto: Crypto, before: Pick<IdentityCertificate, 'name' | 'peerId' | 'recoveryKeyHash'>, epoch: number, keyPair: RsaKeyPair, now: number): Promise<IdentityCertificate> {
  const { name, peerId, recoveryKeyHash } = before;
  return createIdentityCertificate(crypto, { name, keyPair, peerId, epoch, ...(recoveryKeyHash && { recoveryKeyHash }), notBefore: now, notAfter: now + lifetimes.identity });
}

/** What a record says of other devices: nothing for none. */
export function withSiblings(siblings: readonly OtherDevice[]): Pick<LocalRecord, 'siblings'> {
  return siblings.length > 0 ? { siblings } : {};
}

/** PKCS#8 DER. */
export function privateBytes({ privateKey }: RsaKeyPair): Uint8Array {
  return pkcs8Of(privateKey);
}

export function withoutPrivate({ privateKey: _erased, ...rest }: OwnKey): OwnKey {
  return rest;
}
