import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import { isUsableKemKey } from '../crypto/xwing';
import type { InstanceId } from '../ids';
import type { LocalRecord } from '../ports';
import { isConsent, type InstanceCredential, issueInstanceCredential } from './credential';
import { issueInstanceList, type ListedInstance, maxInstances, parseInstanceList } from './instance-list';
import { currentIdentity, shortened, suspendedOf } from './local-party';
import { unacceptable } from './unacceptable';
import { lifetimes } from './validity';

/** A device that is let in; it consented (`consentTo`). */
export interface NewDevice {
  /** Ed25519, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** X-Wing, 1216 bytes. */
  readonly kemKey: Uint8Array;
  /** 64 bytes. */
  readonly consent: Uint8Array;
  readonly deviceName: string;
  /** Itself until now, by other keys: that one counts no more (protocol.md §7). */
  readonly instead?: InstanceId;
}

export interface Admission {
  readonly credential: InstanceCredential;
  /** With the next version of the list, on which the new device is an active one. */
  readonly record: LocalRecord;
}

/**
 * Lets a device in that consented (protocol.md §10): it may issue exchange keys, and certifies nothing. Two RSA signatures. The caller stores
 * the record before it tells anybody. Errors: `key.unacceptable`, also where the identity key is not here, `device.too-many`.
 */
export async function admitDevice(crypto: Crypto, record: LocalRecord, device: NewDevice, now: number): Promise<Admission> {
  const { identity, identityKey } = currentIdentity(crypto, record);
  const list = parseInstanceList(crypto, record.instanceList);
  assertRoom(list.instances.filter(({ instanceId }) => instanceId !== device.instead));
  if (!isUsableKemKey(device.kemKey)) throw unacceptable('the device has an unusable key');
  if (!isConsent(crypto, identity.peerId, device, device.consent)) throw unacceptable('the device did not agree to be this person’s');
  const version = list.version + 1;
  const credential = await issueInstanceCredential(crypto, {
    identity,
    identityKey,
    signing: { publicKey: device.signingKey, consent: device.consent },
    kemKey: device.kemKey,
    deviceName: shortened(device.deviceName),
    roles: ['exchange'],
    minListVersion: version,
    notBefore: now,
    notAfter: now + lifetimes.instance,
  });
  // A device that another one stopped must not count again by the way.
  const stopped = suspendedOf(record, list);
  const before = list.instances.map((entry): ListedInstance => {
    if (entry.instanceId === device.instead) return { ...entry, state: 'retired' };
    return entry.state === 'active' && stopped.has(entry.instanceId) ? { ...entry, state: 'suspended' } : entry;
  });
  const fresh: ListedInstance = { instanceId: credential.instanceId, credentialHash: credential.hash, roles: credential.roles, state: 'active' };
  const next = await issueInstanceList(crypto, { identity, identityKey, version, issuedAt: now, instances: [...withRoom(before), fresh] });
  return { credential, record: { ...record, instanceList: next.bytes } };
}

/** Errors: `device.too-many`. Removed devices take no place. */
export function assertRoom(instances: readonly ListedInstance[]): void {
  if (instances.filter(({ state }) => state !== 'retired').length < maxInstances) return;
  throw new KeyshiftError('device.too-many', 'No more devices fit on the list.');
}

/** Of the retired ones some are left out when there are too many, which says the same. */
function withRoom(instances: readonly ListedInstance[]): ListedInstance[] {
  let excess = instances.length + 1 - maxInstances;
  return instances.filter(({ state }) => {
    if (excess <= 0 || state !== 'retired') return true;
    excess -= 1;
    return false;
  });
}
