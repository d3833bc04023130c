import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { InstanceId } from '../ids';
import { id16ToBytes, instanceIdFromBytes } from '../wire/ids';
import type { SharingKey } from './sharing-keys';

/** AEAD(instance id[16]) = 32 bytes; an M1 has room for 64. */
export const ownerHintBytes = 16 + 16;
const nothing = new Uint8Array(0);

/**
 * Which device of a person holds the session of this key id, for the person's other devices alone (S4-07). A contact keeps it and
 * shows it, and cannot read it, make one, or use it for another session. Under a key of its own for each key id, hence no nonce; nothing in
 * it names that key, so whoever sees many pass by cannot tell which are of one person.
 */
export function sealHint(crypto: Crypto, person: SharingKey, keyId: Uint8Array, owner: InstanceId): Uint8Array {
  const key = keyOf(crypto, person, keyId);
  try {
    return crypto.seal('handover-hint', key, undefined, nothing, id16ToBytes(owner));
  } finally {
    key.wipe();
  }
}

/** The owner, and the key it was named under; undefined for whatever no device of this person made for this key id (A69). */
export function openHint(crypto: Crypto, persons: readonly SharingKey[], keyId: Uint8Array, hint: Uint8Array): { readonly owner: InstanceId; readonly person: SharingKey } | undefined {
  if (hint.length !== ownerHintBytes) return undefined;
  for (const person of persons) {
    const key = keyOf(crypto, person, keyId);
    const opened = crypto.open('handover-hint', key, undefined, nothing, hint);
    key.wipe();
    if (opened) return { owner: instanceIdFromBytes(opened), person };
  }
  return undefined;
}

function keyOf(crypto: Crypto, person: SharingKey, keyId: Uint8Array): Secret<'sharing'> {
  return crypto.secret('sharing', crypto.hkdf(person.secret, 'handover-hint', 32, keyId));
}
