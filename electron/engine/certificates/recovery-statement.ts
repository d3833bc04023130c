import type { Crypto, RsaKeyPair } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { spkiHash } from '../identity/peer-id';
import type { PeerId } from '../ids';
import { peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { parsing, unacceptable } from './unacceptable';

const maxSpki = 1024;
const maxSignature = 512;
const recoverySignature = 64;
/** Keys one statement can name; those of earlier epochs count for nothing beside it anyway. */
export const maxRevoked = 64;
const maxBody = 32 + 32 + 4 + 4 + maxSpki + 1 + maxRevoked * 32 + 8;
/** Cap of an encoded statement in bytes; one that revokes three keys has about 1.1 KiB. */
export const maxRecoveryBytes = 4 + maxBody + 4 + recoverySignature + 4 + maxSignature;

/**
 * The recovery key names the one identity key that counts (protocol.md §9): it outranks every link, so it ends a fork and what a thief of
 * an identity key began (A71, A73). Signed by the recovery key, to which the first certificate is committed, and by the new key, so that
 * no key is named that nobody holds (A74).
 */
export interface RecoveryStatement {
  readonly kind: 'recovery';
  readonly peerId: PeerId;
  /** Ed25519, 32 bytes. */
  readonly recoveryKey: Uint8Array;
  /** Of the new key; of two statements the one with the higher epoch counts. */
  readonly epoch: number;
  /** SubjectPublicKeyInfo of the new key, DER. */
  readonly spki: Uint8Array;
  readonly spkiHash: Uint8Array;
  /** H(SPKI) of keys whose links count for nothing, 32 bytes each, ascending. */
  readonly revoked: readonly Uint8Array[];
  /** When it was made by its maker's clock, Unix milliseconds. */
  readonly time: number;
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
  readonly recoverySignature: Uint8Array;
  readonly newSignature: Uint8Array;
}

export interface NewRecovery {
  readonly peerId: PeerId;
  readonly recovery: { readonly publicKey: Uint8Array; readonly secret: Secret<'instance-signing'> };
  readonly epoch: number;
  readonly keyPair: RsaKeyPair;
  /** In any order; at most 64. */
  readonly revoked: readonly Uint8Array[];
  readonly time: number;
}

/** Body: peer id[32] ‖ recovery key[32] ‖ epoch u32 ‖ new SPKI LP ‖ count u8 ‖ count × H(revoked SPKI)[32], ascending ‖ time u64. One RSA signature. */
export async function issueRecovery(crypto: Crypto, { peerId, recovery, epoch, keyPair, revoked, time }: NewRecovery): Promise<RecoveryStatement> {
  const writer = new Writer(2048).fixed(peerIdToBytes(peerId)).fixed(recovery.publicKey).u32(epoch).lp(keyPair.spki).u8(revoked.length);
  for (const hash of [...revoked].sort(Buffer.compare)) writer.fixed(hash);
  const body = writer.u64(time).finish();
  const byRecovery = crypto.sign('recovery', recovery.secret, body);
  const byNew = await crypto.rsaSign('recovery', keyPair.privateKey, body);
  return parseRecovery(crypto, new Writer(3072).lp(body).lp(byRecovery).lp(byNew).finish());
}

/** Structure only: body LP ‖ signature of the recovery key LP ‖ signature of the new key LP. Throws `key.unacceptable`. */
export function parseRecovery(crypto: Crypto, source: Uint8Array): RecoveryStatement {
  return parsing(() => {
    if (source.length > maxRecoveryBytes) throw new WireError('longer than its cap');
    const bytes = new Uint8Array(source);
    const outer = new Reader(bytes);
    const body = outer.lp(maxBody);
    const byRecovery = outer.lp(recoverySignature);
    const newSignature = outer.lp(maxSignature);
    outer.end();
    const reader = new Reader(body);
    const peerId = peerIdFromBytes(reader.fixed(32));
    const recoveryKey = reader.fixed(32);
    const epoch = reader.u32();
    const spki = reader.lp(maxSpki);
    const count = reader.u8();
    if (count > maxRevoked) throw new WireError('too many keys');
    const revoked = Array.from({ length: count }, () => reader.fixed(32));
    const time = reader.u64();
    reader.end();
    const hash = spkiHash(crypto, spki);
    if (epoch < 2) throw new WireError('not a step to a later key');
    if (revoked.some((each, index) => index > 0 && Buffer.compare(each, revoked[index - 1] ?? each) <= 0)) throw new WireError('keys out of order');
    if (names(revoked, hash)) throw new WireError('it revokes the key it names');
    return { kind: 'recovery', peerId, recoveryKey, epoch, spki, spkiHash: hash, revoked, time, bytes, body, recoverySignature: byRecovery, newSignature };
  });
}

/** Both signatures, by exactly the recovery key the person committed to. `recoveryKeyHash`: 32 bytes. Throws `key.unacceptable`. */
export function verifyRecovery(crypto: Crypto, statement: RecoveryStatement, recoveryKeyHash: Uint8Array): void {
  if (!crypto.equal(crypto.sha256(statement.recoveryKey), recoveryKeyHash)) throw unacceptable('it is not the recovery key of this person');
  if (!crypto.verify('recovery', statement.recoveryKey, statement.body, statement.recoverySignature)) throw unacceptable('the recovery key did not sign');
  if (!crypto.rsaVerify('recovery', statement.spki, statement.body, statement.newSignature)) throw unacceptable('the new key did not agree');
}

/** Whether a list of 32-byte hashes has this one: nothing here is secret. */
export function names(hashes: readonly Uint8Array[], hash: Uint8Array): boolean {
  return hashes.some((each) => Buffer.compare(each, hash) === 0);
}
