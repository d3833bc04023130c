import type { Crypto } from '../crypto/crypto';
import type { InstanceId } from '../ids';
import type { LocalRecord } from '../ports';
import { issueExchangeCredential, issueInstanceCredential, parseInstanceCredential, verifyInstanceCredential } from './credential';
import { type InstanceList, issueInstanceList, type ListedInstance, maxInstances, parseInstanceList, verifyInstanceList } from './instance-list';
import { currentIdentity, isListedAs, type LocalParty, openLocalParty, shortened } from './local-party';
import type { Role } from './roles';
import { unacceptable } from './unacceptable';
import { lifetimes } from './validity';

export interface Retirement {
  readonly record: LocalRecord;
  readonly retired: InstanceId;
  readonly successor: InstanceId;
}

export interface OwnListNews {
  readonly list: InstanceList;
  /** As it is here. */
  readonly isListed: boolean;
  /** It counts, by another credential than the one that is here. */
  readonly isBehind: boolean;
}

/**
 * What a device list of one's own person, heard from a contact, means here: the contact holds a newer one, and this
 * device is in it or not. Undefined when it says nothing new, or the identity did not sign it.
 */
export function judgeOwnList(crypto: Crypto, local: LocalParty, bytes: Uint8Array): OwnListNews | undefined {
  let list: InstanceList;
  try {
    list = parseInstanceList(crypto, bytes);
    verifyInstanceList(crypto, list, local.identity);
    assertRoomAbove(list.version, local.list.version);
  } catch {
    return undefined;
  }
  const isListed = list.instances.some(({ state, credentialHash }) => state === 'active' && crypto.equal(credentialHash, local.instance.credential.hash));
  const isBehind = !isListed && list.instances.some(({ state, instanceId }) => state === 'active' && instanceId === local.instanceId);
  if (list.version > local.list.version) return { list, isListed, isBehind };
  // Two copies may have become new devices without knowing of each other: one of them joins the other.
  return !isListed && prevails(list, local.list) ? { list, isListed, isBehind } : undefined;
}

/**
 * Of the number of a list or of an identity key that is shown with the key of before, beside the one that is here. What the recovery key names has the next
 * one: whoever stole that key could else name the last there is, and nobody would take the identity back from them. Throws `key.unacceptable`.
 */
export function assertRoomAbove(number: number, known: number): void {
  if (number > Math.max(known, 2 ** 30) + 1024) throw unacceptable('its number leaves none to the next ones');
}

/** Which of two lists of one person is to be kept: the newer one; of one version, that of the certifier with the lower id. */
export function prevails(list: InstanceList, over: InstanceList): boolean {
  if (list.version !== over.version) return list.version > over.version;
  return certifierOf(list.instances) < certifierOf(over.instances);
}

/**
 * The record of the device that takes this one's place (protocol.md §7): new keys, a new exchange key, and a device list
 * above every one known, in which this device is retired. Exchange keys in their grace stay, so that what is under way
 * still opens. `heard`: the newest list a contact knows, if newer. The private keys of this device itself are not looked at: a record from a
 * backup has none. `deviceName`: of the new device, if not the same. The caller stores the result together with what follows from it.
 */
export async function retireLocalRecord(crypto: Crypto, record: LocalRecord, now: number, heard?: InstanceList, deviceName?: string): Promise<Retirement> {
  const { identity, identityKey } = currentIdentity(crypto, record);
  const list = parseInstanceList(crypto, record.instanceList);
  const before = parseInstanceCredential(crypto, record.instance.credential);
  const retired = before.instanceId;
  const signing = crypto.generateSigning();
  const instanceKem = crypto.generateKem('instance-kem');
  const exchangeKem = crypto.generateKem('exchange-kem');
  try {
    const base = heard && heard.version >= list.version ? heard : list;
    const version = Math.max(base.version, list.version) + 1;
    const others = remaining(base.instances, retired);
    const roles: Role[] = others.some(({ state, roles: theirs }) => state !== 'retired' && theirs.includes('certifier')) ? ['exchange'] : ['certifier', 'exchange'];
    if (before.roles.includes('archive')) roles.push('archive');
    const credential = await issueInstanceCredential(crypto, {
      identity,
      identityKey,
      signing,
      kemKey: instanceKem.publicKey,
      deviceName: deviceName === undefined ? before.deviceName : shortened(deviceName),
      roles,
      minListVersion: version,
      notBefore: now,
      notAfter: now + lifetimes.instance,
    });
    const old: ListedInstance = { instanceId: retired, credentialHash: before.hash, roles: before.roles, state: 'retired' };
    const fresh: ListedInstance = { instanceId: credential.instanceId, credentialHash: credential.hash, roles, state: 'active' };
    const next = await issueInstanceList(crypto, { identity, identityKey, version, issuedAt: now, instances: [...others, old, fresh] });
    const exchange = await issueExchangeCredential(crypto, {
      identity,
      issuedBy: { identityKey },
      kemKey: exchangeKem.publicKey,
      minListVersion: version,
      notBefore: now,
      notAfter: now + lifetimes.exchange,
    });
    return {
      record: {
        ...record,
        instance: { credential: credential.bytes, signingSeed: signing.secret.bytes.slice(), kemSecret: instanceKem.secret.bytes.slice() },
        exchanges: [{ credential: exchange.bytes, kemSecret: exchangeKem.secret.bytes.slice() }, ...record.exchanges],
        instanceList: next.bytes,
      },
      retired,
      successor: credential.instanceId,
    };
  } finally {
    signing.secret.wipe();
    instanceKem.secret.wipe();
    exchangeKem.secret.wipe();
  }
}

/** What the device with the identity key signed for another's new keys. */
export interface Replacement {
  readonly credential: Uint8Array;
  readonly list: Uint8Array;
  /** Ed25519 seed and X-Wing secret, 32 bytes each. */
  readonly signingSeed: Uint8Array;
  readonly kemSecret: Uint8Array;
}

/** As `retireLocalRecord`, where the identity key is elsewhere. Throws `key.unacceptable` for what the identity did not sign, or did for somebody else. */
export function replacedLocalRecord(crypto: Crypto, record: LocalRecord, { credential: bytes, list: listBytes, signingSeed, kemSecret }: Replacement): Retirement {
  const next: LocalRecord = { ...record, instance: { credential: bytes, signingSeed, kemSecret }, instanceList: listBytes };
  const party = openLocalParty(crypto, next);
  try {
    verifyInstanceList(crypto, party.list, party.identity);
    verifyInstanceCredential(crypto, party.instance.credential, party.identity);
    assertRoomAbove(party.list.version, parseInstanceList(crypto, record.instanceList).version);
    if (party.standing !== 'active' || !isListedAs(party.instance.credential, party.list)) throw unacceptable('the list does not name the new device');
    return { record: next, retired: parseInstanceCredential(crypto, record.instance.credential).instanceId, successor: party.instanceId };
  } finally {
    party.wipe();
  }
}

/** The others of a list, with room for two more: of the retired ones some are left out when there are too many, which says the same. */
function remaining(instances: readonly ListedInstance[], without: InstanceId): ListedInstance[] {
  const others = instances.filter(({ instanceId }) => instanceId !== without);
  let excess = others.length + 2 - maxInstances;
  return others.filter(({ state }) => {
    if (excess <= 0 || state !== 'retired') return true;
    excess -= 1;
    return false;
  });
}

function certifierOf(instances: readonly ListedInstance[]): InstanceId | '' {
  return instances.find(({ state, roles }) => state !== 'retired' && roles.includes('certifier'))?.instanceId ?? '';
}
