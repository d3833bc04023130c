import type { Crypto, RsaPrivateKey } from '../crypto/crypto';
import type { LocalRecord } from '../ports';
import { issueExchangeCredential, issueInstanceCredential } from './credential';
import type { IdentityCertificate } from './identity-certificate';
import { issueInstanceList } from './instance-list';
import type { LocalParty } from './local-party';
import { lifetimes } from './validity';

export interface Reissued {
  /** Of this device, its keys the same. */
  readonly credential: Uint8Array;
  /** The next version of the device list. */
  readonly list: Uint8Array;
  /** A fresh exchange key. */
  readonly exchange: LocalRecord['exchanges'][number];
}

/** What an identity key signs when it comes into use: device, device list and a new exchange key. Three RSA signatures. */
export async function reissueUnder(crypto: Crypto, party: LocalParty, identity: IdentityCertificate, identityKey: RsaPrivateKey, now: number): Promise<Reissued> {
  const exchangeKem = crypto.generateKem('exchange-kem');
  try {
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
    return { credential: credential.bytes, list: list.bytes, exchange: { credential: exchange.bytes, kemSecret: exchangeKem.secret.bytes.slice() } };
  } finally {
    exchangeKem.secret.wipe();
  }
}
