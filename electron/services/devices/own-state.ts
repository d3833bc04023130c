import type { LocalParty } from '../../engine/certificates/local-party';
import { isListedAs } from '../../engine/certificates/local-party';
import { encodeExchanges, encodeOwnUpdate, maxExchanges, type OwnState } from '../../engine/certificates/own-update';
import type { Crypto } from '../../engine/crypto/crypto';
import type { LocalStore } from '../../engine/ports';
import { loadRecord } from '../retiring';
import { wipeRecord } from '../wipe-record';

/** What this device knows of its own person, for the others to see what it lacks. */
export function ownState({ identity, list, siblings, instance, instanceId, exchange }: LocalParty): OwnState {
  const named = list.instances.filter(({ state }) => state !== 'retired').map((entry) => entry.instanceId);
  const isOwnListed = !named.includes(instanceId) || isListedAs(instance.credential, list);
  return {
    epoch: identity.epoch,
    spkiHash: identity.spkiHash,
    certificate: identity.fingerprint,
    listHash: list.hash,
    listVersion: list.version,
    isComplete: isOwnListed && named.every((id) => id === instanceId || siblings.some((each) => each.instanceId === id)),
    exchanges: exchange.all().slice(0, maxExchanges).map(({ credential }) => credential.hash),
  };
}

/** What somebody lacks who knows this identity key epoch: nothing secret. */
export function publicUpdate(crypto: Crypto, store: LocalStore, local: LocalParty, theirEpoch: number): Uint8Array {
  const record = loadRecord(store);
  try {
    const keys = record.identityKeys.filter(({ epoch }) => epoch >= Math.min(theirEpoch, local.identity.epoch)).map(({ privateKey: _kept, ...key }) => key);
    const own = isListedAs(local.instance.credential, local.list) ? [local.instance.credential.bytes] : [];
    return encodeOwnUpdate({
      keys: keys.sort((a, b) => a.epoch - b.epoch),
      list: local.list.bytes,
      credentials: [...own, ...local.siblings.map(({ bytes }) => bytes)],
      recoveryKey: record.recovery?.publicKey,
    });
  } finally {
    wipeRecord(crypto, record);
  }
}

/** Exchange keys with their private halves, for a device that counts. The caller wipes it. */
export function exchangesOf({ exchange }: LocalParty): Uint8Array {
  return encodeExchanges(exchange.all().map(({ credential, kem }) => ({ credential: credential.bytes, kemSecret: kem.bytes })));
}
