import type { Crypto } from '../crypto/crypto';
import type { LocalRecord } from '../ports';
import { issueExchangeCredential, issueInstanceCredential } from './credential';
import { createIdentityCertificate } from './identity-certificate';
import { issueInstanceList } from './instance-list';
import { issueKeyLink, type LinkPurpose } from './key-link';
import { openLocalParty } from './local-party';
import { lifetimes } from './validity';

/**
 * The record with a new identity key (protocol.md §9, S5-13): the old one vouches for it, and it signs device list, device and a new
 * exchange key anew. The old private half stays, to vouch for later keys towards those who know only the old one, until the caller erases
 * it. After a compromise no earlier exchange key opens anything any more (A83). Only on the certifier. 0.1–2 s, off the event loop.
 * The caller stores the result in one transaction, then opens it: until then the old record is the truth.
 */
export async function rotateLocalRecord(crypto: Crypto, record: LocalRecord, now: number, purpose: LinkPurpose = 'routine'): Promise<LocalRecord> {
  const party = openLocalParty(crypto, record);
  const exchangeKem = crypto.generateKem('exchange-kem');
  try {
    const old = { epoch: party.identity.epoch, keyPair: { privateKey: party.certifierKey(), spki: party.identity.spki } };
    const keyPair = await crypto.generateRsa();
    const identityKey = keyPair.privateKey;
    const epoch = old.epoch + 1;
    const { peerId, name, recoveryKeyHash } = party.identity;
    const link = await issueKeyLink(crypto, { peerId, old, next: { epoch, keyPair }, time: now, purpose });
    const identity = await createIdentityCertificate(crypto, {
      name,
      keyPair,
      peerId,
      epoch,
      ...(recoveryKeyHash && { recoveryKeyHash }),
      notBefore: now,
      notAfter: now + lifetimes.identity,
    });
    const version = party.list.version + 1;
    const { credential: before, signing } = party.instance;
    const credential = await issueInstanceCredential(crypto, {
      identity,
      identityKey,
      signing,
      kemKey: before.kemKey,
      deviceName: before.deviceName,
      roles: before.roles,
      minListVersion: version,
      notBefore: now,
      notAfter: now + lifetimes.instance,
    });
    const instances = party.list.instances.map((entry) => (entry.instanceId === credential.instanceId ? { ...entry, credentialHash: credential.hash } : entry));
    const list = await issueInstanceList(crypto, { identity, identityKey, version, issuedAt: now, instances });
    const exchange = await issueExchangeCredential(crypto, {
      identity,
      issuedBy: { identityKey },
      kemKey: exchangeKem.publicKey,
      minListVersion: version,
      notBefore: now,
      notAfter: now + lifetimes.exchange,
    });
    const earlier = record.identityKeys.map((key) => (key.epoch === old.epoch ? { ...key, retiredAt: now } : key));
    return {
      ...record,
      identityKeys: [
        ...earlier,
        { epoch, certificate: identity.der, privateKey: new Uint8Array(identityKey.key.export({ format: 'der', type: 'pkcs8' })), createdAt: now, link: link.bytes },
      ],
      instance: { ...record.instance, credential: credential.bytes },
      exchanges: [{ credential: exchange.bytes, kemSecret: exchangeKem.secret.bytes.slice() }, ...(purpose === 'compromise' ? [] : record.exchanges)],
      instanceList: list.bytes,
    };
  } finally {
    party.wipe();
    exchangeKem.secret.wipe();
  }
}
