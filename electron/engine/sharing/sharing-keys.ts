import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { Secret } from '../crypto/secret';
import { openSigned, sealSigned } from '../crypto/sealed-envelope';
import type { PeerId } from '../ids';
import { concat, Writer } from '../wire/writer';
import { Reader, WireError } from '../wire/reader';
import { peerIdToBytes } from '../wire/ids';

/**
 * Keys that devices of one person share for hand-over (protocol.md §10.5). The *person key* is known to all of them: owner hints
 * and names and covers of records in a repository are made with it. It is bound to a version of the device list, so that a
 * removed device holds none that is used after it. A *pair key* goes from one device to one other: what is lent is wrapped
 * under it, so that each device opens what is meant for it and nothing else (S4-28, A68). Both travel sealed to the
 * receiver's own KEM key, once; handing a session over costs no public-key operation.
 */
export interface SharingKey {
  /** First 8 bytes of H(label("sharing-key") ‖ key). */
  readonly id: Uint8Array;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  /** Version of the device list it was made under. */
  readonly listVersion: number;
}

export const sharingKeyBytes = 32;
export const sharingIdBytes = 8;
/** Person keys one word brings, at most. */
const maxPersonKeys = 8;

/** `secret`: 32 bytes, which stay the caller's. */
export function sharingKey(crypto: Crypto, secret: Uint8Array, listVersion: number): SharingKey {
  return { id: crypto.sha256(label('sharing-key'), secret).slice(0, sharingIdBytes), secret, listVersion };
}

/** Which of several is used for what is made new: every device comes to the same one. Latest list, then lowest id. */
export function currentKey(keys: readonly SharingKey[]): SharingKey | undefined {
  return [...keys].sort((a, b) => b.listVersion - a.listVersion || Buffer.compare(a.id, b.id))[0];
}

/** What one device gives another. */
export interface GivenKeys {
  readonly person: readonly SharingKey[];
  /** From the giver to the receiver. */
  readonly pair: SharingKey;
}

export interface Receiver {
  readonly peerId: PeerId;
  readonly kemKey: Uint8Array;
  readonly credentialHash: Uint8Array;
}

/** `sealSigned` to the receiver's KEM key over: count u8 ‖ count × (list version u64 ‖ key[32]) ‖ list version u64 ‖ pair key[32]. */
export function giveKeys(crypto: Crypto, signing: Secret<'instance-signing'>, to: Receiver, { person, pair }: GivenKeys): Uint8Array {
  const writer = new Writer(256).u8(Math.min(person.length, maxPersonKeys));
  for (const { listVersion, secret } of person.slice(0, maxPersonKeys)) writer.u64(listVersion).fixed(secret);
  const statement = writer.u64(pair.listVersion).fixed(pair.secret).finish();
  try {
    return sealSigned(crypto, 'sharing-key', { signing, recipientKem: to.kemKey, recipientContext: contextOf(to), statement });
  } finally {
    crypto.wipe(statement);
  }
}

/** Undefined for anything that this giver did not seal for this very device. */
export function receiveKeys(crypto: Crypto, kem: Secret<'instance-kem'>, own: Omit<Receiver, 'kemKey'>, giverSigningKey: Uint8Array, bytes: Uint8Array): GivenKeys | undefined {
  const opened = openSigned(crypto, 'sharing-key', kem, contextOf(own), bytes, () => giverSigningKey);
  if (!opened) return undefined;
  opened.contentKey.wipe();
  try {
    const reader = new Reader(opened.statement);
    const count = reader.u8();
    if (count > maxPersonKeys) throw new WireError('too many keys');
    const one = (): SharingKey => {
      const listVersion = reader.u64();
      return sharingKey(crypto, reader.fixed(sharingKeyBytes).slice(), listVersion);
    };
    const given = { person: Array.from({ length: count }, one), pair: one() };
    reader.end();
    return given;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  } finally {
    crypto.wipe(opened.statement);
  }
}

function contextOf({ peerId, credentialHash }: Omit<Receiver, 'kemKey'>): Uint8Array {
  return concat(peerIdToBytes(peerId), credentialHash);
}

