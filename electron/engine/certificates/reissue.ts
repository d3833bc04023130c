import type { Crypto, RsaPrivateKey } from '../crypto/crypto';
import type { InstanceId } from '../ids';
import type { LocalRecord, OtherDevice } from '../ports';
import { type InstanceCredential, isConsent, issueExchangeCredential, issueInstanceCredential, parseInstanceCredential } from './credential';
import type { IdentityCertificate } from './identity-certificate';
import { type InstanceState, issueInstanceList, type ListedInstance } from './instance-list';
import type { LocalParty } from './local-party';
import type { Role } from './roles';
import { beginsLater, isPastHalf, lifetimes } from './validity';

/** What another list says differently. */
export interface ListChange {
  readonly states?: ReadonlyMap<InstanceId, InstanceState>;
  readonly names?: ReadonlyMap<InstanceId, string>;
  /** Who holds the identity key from now on. */
  readonly certifier?: InstanceId;
  /** Which of them take no sessions from the others, or do again. */
  readonly archives?: ReadonlyMap<InstanceId, boolean>;
}

export interface Signers {
  readonly party: LocalParty;
  /** The other devices' credentials, as stored. */
  readonly siblings: readonly OtherDevice[];
  readonly identity: IdentityCertificate;
  readonly identityKey: RsaPrivateKey;
  /** Unix milliseconds. */
  readonly now: number;
}

export interface Relisted {
  /** Of this device, its keys the same. */
  readonly credential: Uint8Array;
  /** The next version of the device list. */
  readonly list: Uint8Array;
  readonly siblings: readonly OtherDevice[];
}

/**
 * The next version of the device list, with the credentials it names (protocol.md §10). A credential is made anew where it says something else now,
 * belongs to another identity key, is past half of its life or was made by a clock that was ahead; of a device that is away, too, by what it consented to once. One RSA signature for
 * the list and one for each credential.
 */
export async function relist(crypto: Crypto, signers: Signers, change: ListChange = {}): Promise<Relisted> {
  const { party, siblings, identity, identityKey, now } = signers;
  const version = party.list.version + 1;
  const known = new Map<InstanceId, InstanceCredential>([
    [party.instanceId, party.instance.credential],
    ...siblings.map(({ instanceId, credential }): [InstanceId, InstanceCredential] => [instanceId, parseInstanceCredential(crypto, credential)]),
  ]);
  const issued = new Map<InstanceId, InstanceCredential>();
  const issue = async (subject: Pick<InstanceCredential, 'signingKey' | 'kemKey' | 'deviceName'>, consent: Uint8Array | undefined, roles: readonly Role[]): Promise<InstanceCredential> => {
    const credential = await issueInstanceCredential(crypto, {
      identity,
      identityKey,
      signing: consent ? { publicKey: subject.signingKey, consent } : party.instance.signing,
      kemKey: subject.kemKey,
      deviceName: subject.deviceName,
      roles,
      minListVersion: version,
      notBefore: now,
      notAfter: now + lifetimes.instance,
    });
    issued.set(credential.instanceId, credential);
    return credential;
  };
  const next: ListedInstance[] = [];
  for (const entry of party.list.instances) {
    const state = change.states?.get(entry.instanceId) ?? stateOf(party, entry);
    const roles = rolesUnder(change, entry);
    const before = known.get(entry.instanceId);
    const isOwn = entry.instanceId === party.instanceId;
    const mayIssue = before !== undefined && (isOwn || isConsent(crypto, party.peerId, before, before.counterSignature));
    const deviceName = change.names?.get(entry.instanceId) ?? before?.deviceName ?? '';
    if (!mayIssue || state === 'retired' || isCurrent(before, { identity, roles, deviceName, now })) {
      next.push({ ...entry, roles, state });
      continue;
    }
    const credential = await issue({ ...before, deviceName }, isOwn ? undefined : before.counterSignature, roles);
    next.push({ ...entry, roles, state, credentialHash: credential.hash });
  }
  const list = await issueInstanceList(crypto, { identity, identityKey, version, issuedAt: now, instances: next });
  const others = new Map(siblings.map((each) => [each.instanceId, each]));
  for (const [instanceId, { bytes }] of issued) {
    if (instanceId !== party.instanceId) others.set(instanceId, { instanceId, credential: bytes, addedAt: others.get(instanceId)?.addedAt ?? now });
  }
  return { credential: (issued.get(party.instanceId) ?? party.instance.credential).bytes, list: list.bytes, siblings: [...others.values()] };
}

/** A fresh exchange key that the identity signs. The private half is the caller's to wipe. */
export async function freshExchange(crypto: Crypto, { identity, identityKey, now }: Pick<Signers, 'identity' | 'identityKey' | 'now'>, minListVersion: number): Promise<LocalRecord['exchanges'][number]> {
  const kem = crypto.generateKem('exchange-kem');
  try {
    const issued = await issueExchangeCredential(crypto, { identity, issuedBy: { identityKey }, kemKey: kem.publicKey, minListVersion, notBefore: now, notAfter: now + lifetimes.exchange });
    return { credential: issued.bytes, kemSecret: kem.secret.bytes.slice() };
  } finally {
    kem.secret.wipe();
  }
}

export interface Reissued extends Relisted {
  /** A fresh exchange key. */
  readonly exchange: LocalRecord['exchanges'][number];
}

/**
 * What an identity key signs when it comes into use: every device, the device list and a new exchange key. Who brings it into use is the certifier, and counts,
 * whatever a list of before says of it: a thief with the key of before may have removed it.
 */
export async function reissueUnder(crypto: Crypto, party: LocalParty, identity: IdentityCertificate, identityKey: RsaPrivateKey, now: number, siblings: readonly OtherDevice[] = [], states?: ReadonlyMap<InstanceId, InstanceState>): Promise<Reissued> {
  const signers = { party, siblings, identity, identityKey, now };
  const relisted = await relist(crypto, signers, { certifier: party.instanceId, states: new Map([...(states ?? []), [party.instanceId, 'active']]) });
  return { ...relisted, exchange: await freshExchange(crypto, signers, party.list.version + 1) };
}

/** What another device stopped stays stopped, whatever the list is made anew for; of itself the identity knows better. */
function stateOf({ instanceId, suspended }: LocalParty, entry: ListedInstance): InstanceState {
  return entry.state === 'active' && entry.instanceId !== instanceId && suspended.has(entry.instanceId) ? 'suspended' : entry.state;
}

function rolesUnder({ certifier, archives }: ListChange, { instanceId, roles }: ListedInstance): readonly Role[] {
  const having = (before: readonly Role[], role: Role, has: boolean | undefined): readonly Role[] =>
    has === undefined || has === before.includes(role) ? before : has ? [...before, role] : before.filter((each) => each !== role);
  return having(having(roles, 'certifier', certifier === undefined ? undefined : certifier === instanceId), 'archive', archives?.get(instanceId));
}

interface Wanted {
  readonly identity: IdentityCertificate;
  readonly roles: readonly Role[];
  readonly deviceName: string;
  readonly now: number;
}

function isCurrent(credential: InstanceCredential, { identity, roles, deviceName, now }: Wanted): boolean {
  return (
    Buffer.compare(credential.identitySpkiHash, identity.spkiHash) === 0 &&
    credential.identityEpoch === identity.epoch &&
    credential.deviceName === deviceName &&
    [...credential.roles].sort().join() === [...roles].sort().join() &&
    !isPastHalf(credential, now) &&
    !beginsLater(credential, now)
  );
}
