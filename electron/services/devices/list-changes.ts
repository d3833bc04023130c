import type { InstanceState } from '../../engine/certificates/instance-list';
import { currentIdentity, type LocalParty, openLocalParty } from '../../engine/certificates/local-party';
import { freshExchange, type ListChange, relist } from '../../engine/certificates/reissue';
import { ownExchange } from '../../engine/certificates/renewal';
import { withSiblings } from '../../engine/certificates/rotation';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { LocalRecord } from '../../engine/ports';

/**
 * The record of the device that holds the identity key, with another list. Whoever does not count any more knows the exchange keys in use, so with a
 * change of states there is a new one. Throws when the identity key is not here.
 */
export async function withList(crypto: Crypto, record: LocalRecord, change: ListChange, now: number): Promise<LocalRecord> {
  const party = openLocalParty(crypto, record);
  try {
    const { identity, identityKey } = currentIdentity(crypto, record);
    const signers = { party, siblings: record.siblings ?? [], identity, identityKey, now };
    const { credential, list, siblings } = await relist(crypto, signers, change);
    const fresh = change.states ? [await freshExchange(crypto, signers, party.list.version + 1)] : [];
    return { ...record, instance: { ...record.instance, credential }, exchanges: [...fresh, ...record.exchanges], instanceList: list, ...withSiblings(siblings) };
  } finally {
    party.wipe();
  }
}

/** Undefined where the list says so already. */
export async function withStates(crypto: Crypto, record: LocalRecord, states: ReadonlyMap<InstanceId, InstanceState>, now: number): Promise<LocalRecord | undefined> {
  const party = openLocalParty(crypto, record);
  const isSaid = party.list.instances.every(({ instanceId, state }) => state === 'retired' || (states.get(instanceId) ?? state) === state);
  party.wipe();
  return isSaid ? undefined : withList(crypto, record, { states }, now);
}

/** The record with an exchange key that a device which was just stopped does not know. */
export async function withOwnExchange(crypto: Crypto, record: LocalRecord, party: LocalParty, now: number): Promise<LocalRecord> {
  const fresh = await ownExchange(crypto, party, now);
  return fresh ? { ...record, exchanges: [fresh, ...record.exchanges] } : record;
}
