import { verifyChain } from '../certificates/chain';
import { type InstanceCredential, parseInstanceCredential, verifyInstanceCredential } from '../certificates/credential';
import { openLocalParty } from '../certificates/local-party';
import { verifyKeyHistory } from '../certificates/key-history';
import type { Crypto, KeyPair } from '../crypto/crypto';
import type { InstanceId, PeerId } from '../ids';
import { parseHost } from '../identity/host';
import type { Address, LocalRecord } from '../ports';
import { unacceptable } from '../certificates/unacceptable';
import { type LinkGrant, parseLinkGrant } from './link-grant';

/** The new device's own keys, made there. */
export interface JoinerKeys {
  readonly signing: KeyPair<'instance-signing'>;
  readonly kem: KeyPair<'instance-kem'>;
}

/** What was shown and compared before the grant came. */
export interface ComparedHost {
  readonly peerId: PeerId;
  readonly spkiHash: Uint8Array;
  readonly instanceId: InstanceId;
}

export interface LinkedDevice {
  readonly instanceId: InstanceId;
  readonly credential: Uint8Array;
  readonly addresses: readonly Address[];
}

/** What a new device stores to be one of its person. */
export interface Linked {
  readonly record: LocalRecord;
  /** The other active devices, the one that let this one in first. */
  readonly devices: readonly LinkedDevice[];
  readonly settings: Uint8Array;
}

/**
 * The record a grant makes: of exactly the person, key and device that were compared, for this device's keys and name, and whole,
 * so that it opens. Throws `WireError` and `key.unacceptable`.
 */
export function recordOfGrant(crypto: Crypto, statement: Uint8Array, own: JoinerKeys & { readonly deviceName: string }, host: ComparedHost, now: number): Linked {
  const grant = parseLinkGrant(statement);
  try {
    return linkedBy(crypto, grant, own, host, now);
  } catch (error) {
    // They open what is sent to this person's other devices.
    for (const { kemSecret } of grant.exchanges) crypto.wipe(kemSecret);
    throw error;
  }
}

function linkedBy(crypto: Crypto, grant: LinkGrant, own: JoinerKeys & { readonly deviceName: string }, host: ComparedHost, now: number): Linked {
  const credential = parseInstanceCredential(crypto, grant.credential);
  if (credential.deviceName !== own.deviceName || credential.roles.includes('certifier')) throw unacceptable('the credential is not the one that was agreed on');
  const record: LocalRecord = {
    peerId: host.peerId,
    name: grant.name,
    createdAt: grant.createdAt,
    identityKeys: grant.identityKeys,
    instance: { credential: credential.bytes, signingSeed: own.signing.secret.bytes.slice(), kemSecret: own.kem.secret.bytes.slice() },
    exchanges: grant.exchanges,
    instanceList: grant.instanceList,
    ...(grant.recoveryKey && { recovery: { publicKey: grant.recoveryKey } }),
    ...(grant.endorsements.length > 0 && { endorsements: grant.endorsements }),
    // One of them may have issued the exchange key in use.
    ...(grant.devices.length > 0 && { siblings: grant.devices.map((device) => ({ instanceId: parseInstanceCredential(crypto, device.credential).instanceId, credential: device.credential, addedAt: now })) }),
  };
  try {
    assertWhole(crypto, record, host, now);
    return { record, devices: devicesOf(crypto, record, grant, host), settings: grant.settings };
  } catch (error) {
    crypto.wipe(record.instance.signingSeed);
    crypto.wipe(record.instance.kemSecret);
    throw error;
  }
}

function assertWhole(crypto: Crypto, record: LocalRecord, host: ComparedHost, now: number): void {
  const isNoneInUse = record.identityKeys.every(({ retiredAt }) => retiredAt !== undefined);
  if (isNoneInUse || record.exchanges.length === 0) throw unacceptable('there are no keys in it');
  const party = openLocalParty(crypto, record);
  try {
    verifyChain(crypto, party.chain, { now, pinnedSpkiHash: host.spkiHash, expectedPeerId: host.peerId });
    const { history, identity } = party;
    if (history) verifyKeyHistory(crypto, host.peerId, history, identity);
    for (const { credential, kem } of party.exchange.all()) {
      if (!crypto.equal(crypto.kemPublicKey(kem), credential.kemKey)) throw unacceptable('an exchange key is not that of its credential');
    }
    const { recovery } = record;
    if (recovery && identity.recoveryKeyHash && !crypto.equal(crypto.sha256(recovery.publicKey), identity.recoveryKeyHash)) throw unacceptable('it is not the recovery key of this person');
  } finally {
    party.wipe();
  }
}

/** Active ones of the list, each with the credential that the list names; addresses as this program would write them. */
function devicesOf(crypto: Crypto, record: LocalRecord, grant: LinkGrant, host: ComparedHost): LinkedDevice[] {
  const party = openLocalParty(crypto, record);
  try {
    const devices = grant.devices.map(({ credential: bytes, addresses }): LinkedDevice => {
      const credential: InstanceCredential = parseInstanceCredential(crypto, bytes);
      const entry = party.list.instances.find(({ instanceId }) => instanceId === credential.instanceId);
      if (entry?.state !== 'active' || !crypto.equal(entry.credentialHash, credential.hash)) throw unacceptable('a device that the list does not name');
      verifyInstanceCredential(crypto, credential, party.identity);
      if (addresses.some((address) => address.port === 0 || parseHost(address.host)?.text !== address.host)) throw unacceptable('not an address');
      return { instanceId: credential.instanceId, credential: credential.bytes, addresses };
    });
    if (devices[0]?.instanceId !== host.instanceId) throw unacceptable('another device than the one that was compared');
    return devices;
  } finally {
    party.wipe();
  }
}
