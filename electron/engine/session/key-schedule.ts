import type { IdentityCertificate } from '../certificates/identity-certificate';
import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { Secret } from '../crypto/secret';
import { concat, u32 } from '../wire/writer';

/** Client dialled, server listened. */
export type Role = 'client' | 'server';

/** H(M1) and H(M2), each over the whole frame with its header (S3-23). */
export interface Transcript {
  readonly m1: Uint8Array;
  readonly m2: Uint8Array;
}

/** What both sides put into MK. All 32 bytes; wiped by the caller once MK stands. */
export interface SharedInputs {
  readonly sn: Secret<'content'>;
  readonly cn: Secret<'content'>;
  /** DH(eC, eS). */
  readonly ephemeral: Secret<'shared'>;
  /** DH(eC, sS). */
  readonly semiStatic: Secret<'shared'>;
}

/** Whom a direction belongs to: identity certificate and instance credential hash of its sender. */
export interface DirectionOwner {
  readonly identity: Pick<IdentityCertificate, 'subject' | 'fingerprint'>;
  readonly instanceHash: Uint8Array;
}

interface DirectionKeys {
  /** Record key, 32 bytes. */
  readonly record: Secret<'record'>;
  /** First 16 bytes of each nonce; the record counter is the rest. */
  readonly salt: Uint8Array;
  /** Key of M3 or M4's HMAC, 32 bytes. */
  readonly confirm: Secret<'confirm'>;
  /** Running digest before record 0. */
  readonly startDigest: Uint8Array;
}

/** Keys this side sends with. A `TxKeys` cannot stand where an `RxKeys` is wanted. */
export interface TxKeys extends DirectionKeys {
  readonly use: 'tx';
}

/** Keys this side receives with. */
export interface RxKeys extends DirectionKeys {
  readonly use: 'rx';
}

const recordKeyBytes = 32;
const saltBytes = 16;
const confirmKeyBytes = 32;

/** MK = HMAC(SN ‖ CN ‖ DH(eC,eS) ‖ DH(eC,sS), H(M1) ‖ H(M2)) (protocol.md §8; S3-24). */
export function deriveMaster(crypto: Crypto, inputs: SharedInputs, transcript: Transcript): Secret<'session-master'> {
  const key = concat(inputs.sn.bytes, inputs.cn.bytes, inputs.ephemeral.bytes, inputs.semiStatic.bytes);
  try {
    return crypto.secret('session-master', crypto.hmac(key, transcript.m1, transcript.m2));
  } finally {
    crypto.wipe(key);
  }
}

/** Keys of the direction whose sender, `owner`, is this side in this role (protocol.md §8; S3-25). The caller wipes them by `wipeKeys`. */
export function deriveTxKeys(crypto: Crypto, master: Secret<'session-master'>, role: Role, owner: DirectionOwner, transcript: Transcript): TxKeys {
  return { use: 'tx', ...deriveDirection(crypto, master, role, owner, transcript) };
}

/** Keys of the direction whose sender, `owner`, is the other side in this role. The caller wipes them by `wipeKeys`. */
export function deriveRxKeys(crypto: Crypto, master: Secret<'session-master'>, role: Role, owner: DirectionOwner, transcript: Transcript): RxKeys {
  return { use: 'rx', ...deriveDirection(crypto, master, role, owner, transcript) };
}

/** H("key-id" ‖ MK): names a session without telling its key; what a resumption will ask for (protocol.md §8). */
export function keyIdOf(crypto: Crypto, master: Secret<'session-master'>): Uint8Array {
  return crypto.sha256(label('key-id'), master.bytes);
}

/**
 * The content of M3 (client) or M4 (server): HMAC(confirm key, label ‖ role ‖ nonces in that role's order ‖ H(M1) ‖ H(M2)),
 * 32 bytes. Made by the side of that role, expected by the other.
 */
export function confirmation(
  crypto: Crypto,
  keys: TxKeys | RxKeys,
  role: Role,
  nonces: { readonly cn: Secret<'content'>; readonly sn: Secret<'content'> },
  transcript: Transcript,
): Uint8Array {
  const [first, second] = role === 'client' ? [nonces.cn, nonces.sn] : [nonces.sn, nonces.cn];
  return crypto.hmac(keys.confirm.bytes, label('confirm'), roleByte(role), first.bytes, second.bytes, transcript.m1, transcript.m2);
}

/** Record key, confirmation key and salt; the start digest is no secret. */
export function wipeKeys(keys: TxKeys | RxKeys): void {
  keys.record.wipe();
  keys.confirm.wipe();
  keys.salt.fill(0);
}

/**
 * Direction secret = HMAC(MK, label of the role ‖ LP(subject) ‖ fingerprint ‖ instance credential hash), split by HKDF.
 * The role keeps the two apart where both sides have one name: two devices of one person (S3-25).
 */
function deriveDirection(crypto: Crypto, master: Secret<'session-master'>, role: Role, owner: DirectionOwner, transcript: Transcript): DirectionKeys {
  const purpose = role === 'client' ? 'client-record' : 'server-record';
  const secret = crypto.hmac(master.bytes, label(purpose), u32(owner.identity.subject.length), owner.identity.subject, owner.identity.fingerprint, owner.instanceHash);
  const split = crypto.hkdf(secret, 'direction', recordKeyBytes + saltBytes + confirmKeyBytes);
  try {
    return {
      record: crypto.secret('record', split.slice(0, recordKeyBytes)),
      salt: split.slice(recordKeyBytes, recordKeyBytes + saltBytes),
      confirm: crypto.secret('confirm', split.slice(recordKeyBytes + saltBytes)),
      startDigest: crypto.sha256(label('record'), roleByte(role), transcript.m1, transcript.m2),
    };
  } finally {
    crypto.wipe(secret);
    crypto.wipe(split);
  }
}

const client = Uint8Array.of(1);
const server = Uint8Array.of(2);

function roleByte(role: Role): Uint8Array {
  return role === 'client' ? client : server;
}
