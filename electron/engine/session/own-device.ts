import type { Chain } from '../certificates/chain';
import type { ExchangeCredential, InstanceCredential } from '../certificates/credential';
import type { LocalParty } from '../certificates/local-party';
import type { PeerLookup } from '../certificates/pinned-chain';
import type { Crypto } from '../crypto/crypto';

type OwnSide = Pick<LocalParty, 'peerId' | 'identity' | 'instanceId' | 'list' | 'standing'>;

/**
 * What an own device is dialled with (protocol.md §10): its own KEM key, which stays the same however long it was away, and which no device that
 * was removed holds. `hash`: H(KEM key) in place of a credential's hash.
 */
export function deviceKeyOf(crypto: Crypto, { kemKey }: Pick<InstanceCredential, 'kemKey'>): Pick<ExchangeCredential, 'kemKey' | 'hash'> {
  return { kemKey, hash: crypto.sha256(kemKey) };
}

/** Whether this is a device that the own list names, whatever it says of it: its id follows from its signing key. */
export function isOwnDevice({ peerId, list }: Pick<OwnSide, 'peerId' | 'list'>, { identity, instance }: Chain): boolean {
  return identity.peerId === peerId && instance.peerId === peerId && list.instances.some(({ instanceId }) => instanceId === instance.instanceId);
}

/** Whether two devices of one person know the same of themselves: the same key, the same list, both active on it. Anything may flow between them. */
export function isInStep(crypto: Crypto, local: OwnSide, peers: PeerLookup, { identity, list, instance }: Chain): boolean {
  const isActive = local.list.instances.some(({ state, credentialHash }) => state === 'active' && crypto.equal(credentialHash, instance.hash));
  const isSuspended = [local.instanceId, instance.instanceId].some((instanceId) => peers.isSuspended?.(local.peerId, instanceId) === true);
  return isActive && !isSuspended && local.standing === 'active' && crypto.equal(identity.spkiHash, local.identity.spkiHash) && crypto.equal(list.hash, local.list.hash);
}
