import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { openPrivateKey } from './private-key';
import type { LocalRecord } from '../ports';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { parseInstanceCredential } from '../certificates/credential';
import { recallIdentityCertificate } from '../certificates/identity-certificate';
import { parseInstanceList } from '../certificates/instance-list';
import { currentIdentity, openLocalParty } from '../certificates/local-party';
import { isCertifierOn } from '../certificates/merge-update';
import { relist } from '../certificates/reissue';
import { withoutPrivate, withSiblings } from '../certificates/rotation';
import type { InstanceId } from '../ids';
import { parsing } from '../certificates/unacceptable';

/**
 * The identity key moves to another device (protocol.md §10) so that never two hold it. What goes first is the key under a transfer key that stays
 * behind: it opens nothing. Then, in one transaction, the giver erases its private halves, signs a list that names the other, and keeps only the
 * transfer key; from there on it has a key to nothing and the other something closed. Giving the transfer key as often as it takes ends it.
 */
export const moveIdBytes = 16;
const maxKeyBytes = 4 * 1024;
const maxKeys = 64;

/** Every private half of an identity key, and the recovery key where it is still on the device; the caller wipes it. count u8 × (epoch u32 ‖ PKCS#8 LP) ‖ recovery seed LP. */
export function packKeys({ identityKeys, recovery }: LocalRecord): Uint8Array {
  const held = identityKeys.flatMap(({ epoch, privateKey }) => (privateKey ? [{ epoch, privateKey }] : [])).sort((a, b) => b.epoch - a.epoch).slice(0, maxKeys);
  const writer = new Writer(4096).u8(held.length);
  for (const { epoch, privateKey } of held) writer.u32(epoch).lp(privateKey);
  return writer.lp(recovery?.seed ?? new Uint8Array(0)).finish();
}

/** `moveId`: 16 random bytes, different for every move. `transferKey`: 32 fresh random bytes. */
export function closeKeys(crypto: Crypto, record: LocalRecord, moveId: Uint8Array, transferKey: Secret<'content'>): Uint8Array {
  const packed = packKeys(record);
  try {
    return crypto.seal('certifier-move', transferKey, undefined, moveId, packed);
  } finally {
    crypto.wipe(packed);
  }
}

/** The giver's record: no private half of an identity key any more, and a list that names the taker. Throws when the identity key is not here. */
export async function withoutKeys(crypto: Crypto, record: LocalRecord, taker: InstanceId, now: number): Promise<LocalRecord> {
  const party = openLocalParty(crypto, record);
  try {
    const { identity, identityKey } = currentIdentity(crypto, record);
    const { credential, list, siblings } = await relist(crypto, { party, siblings: record.siblings ?? [], identity, identityKey, now }, { certifier: taker });
    const { recovery, ...rest } = record;
    return {
      ...rest,
      identityKeys: record.identityKeys.map(withoutPrivate),
      instance: { ...record.instance, credential },
      instanceList: list,
      ...withSiblings(siblings),
      ...(recovery && { recovery: { publicKey: recovery.publicKey } }),
    };
  } finally {
    party.wipe();
  }
}

/** The taker's record with the keys; undefined for what does not open or is not the key in use, or while its list names another. */
export function withKeys(crypto: Crypto, record: LocalRecord, closed: Uint8Array, moveId: Uint8Array, transferKey: Secret<'content'>): LocalRecord | undefined {
  const list = parseInstanceList(crypto, record.instanceList);
  if (!isCertifierOn(list, parseInstanceCredential(crypto, record.instance.credential))) return undefined;
  const packed = crypto.open('certifier-move', transferKey, undefined, moveId, closed);
  if (!packed) return undefined;
  try {
    const { keys, seed } = unpack(packed);
    const identityKeys = record.identityKeys.map((key) => {
      const privateKey = keys.get(key.epoch);
      return privateKey && isOf(crypto, key.certificate, privateKey) ? { ...key, privateKey } : key;
    });
    const current = identityKeys.filter(({ retiredAt }) => retiredAt === undefined).reduce((a, b) => (b.epoch > a.epoch ? b : a));
    if (!current.privateKey) return undefined;
    return { ...record, identityKeys, ...(record.recovery && seed.length > 0 && { recovery: { publicKey: record.recovery.publicKey, seed } }) };
  } finally {
    crypto.wipe(packed);
  }
}

function unpack(packed: Uint8Array): { readonly keys: ReadonlyMap<number, Uint8Array>; readonly seed: Uint8Array } {
  return parsing(() => {
    const reader = new Reader(packed);
    const count = reader.u8();
    if (count > maxKeys) throw new WireError('too many keys');
    const keys = new Map(Array.from({ length: count }, (): [number, Uint8Array] => [reader.u32(), reader.lp(maxKeyBytes).slice()]));
    const seed = reader.lp(32).slice();
    if (seed.length % 32 !== 0) throw new WireError('not a recovery key');
    reader.end();
    return { keys, seed };
  });
}

function isOf(crypto: Crypto, certificate: Uint8Array, privateKey: Uint8Array): boolean {
  try {
    return crypto.equal(openPrivateKey(privateKey).spki, recallIdentityCertificate(crypto, certificate).spki);
  } catch {
    return false;
  }
}
