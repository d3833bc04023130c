import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { Secret } from '../crypto/secret';
import { Reader } from '../wire/reader';
import { Writer } from '../wire/writer';
import type { Transcript } from './key-schedule';
import type { Position } from './records';
import { targetBytes } from './resume-message';

const digestBytes = 16;
const nonceBytes = 24;

/** Highest record received by the dialler, counted as the number of the next, and the first 16 bytes of its digest. */
export interface ResumeState {
  readonly counter: number;
  readonly digest: Uint8Array;
}

/** RS = HKDF(MK, "resumption"), 32 bytes. MK does not follow from it. */
export function resumptionSecret(crypto: Crypto, master: Secret<'session-master'>): Secret<'resumption'> {
  return crypto.secret('resumption', crypto.hkdf(master.bytes, 'resumption', 32));
}

/** First 16 bytes of H("resume-target" ‖ keyId ‖ instance credential hash): an instance id in clear would be a handle to follow. */
export function resumeTarget(crypto: Crypto, keyId: Uint8Array, instanceHash: Uint8Array): Uint8Array {
  return crypto.sha256(label('resume-target'), keyId, instanceHash).slice(0, targetBytes);
}

export function stateOf(position: Position): ResumeState {
  return { counter: position.counter, digest: position.digest.subarray(0, digestBytes) };
}

/** AEAD under HKDF(RS, "resume-state"), nonce = first 24 bytes of CN, associated data = all of M1 before it. 40 bytes. */
export function sealState(crypto: Crypto, secret: Secret<'resumption'>, cn: Uint8Array, before: Uint8Array, state: ResumeState): Uint8Array {
  const key = derived(crypto, secret, 'resume-state');
  try {
    return crypto.seal('resume-state', key, cn.subarray(0, nonceBytes), before, new Writer(24).u64(state.counter).fixed(state.digest).finish());
  } finally {
    key.wipe();
  }
}

/** Undefined when it does not open. Throws `WireError` for a counter no session reaches. */
export function openState(crypto: Crypto, secret: Secret<'resumption'>, cn: Uint8Array, before: Uint8Array, sealed: Uint8Array): ResumeState | undefined {
  const key = derived(crypto, secret, 'resume-state');
  try {
    const plaintext = crypto.open('resume-state', key, cn.subarray(0, nonceBytes), before, sealed);
    if (!plaintext) return undefined;
    const reader = new Reader(plaintext);
    const state = { counter: reader.u64(), digest: reader.fixed(digestBytes) };
    reader.end();
    return state;
  } finally {
    key.wipe();
  }
}

/** HMAC(HKDF(RS, "resume-proof"), all of M1 before it, header included), 32 bytes: whoever made this M1 holds RS. */
export function resumeProof(crypto: Crypto, secret: Secret<'resumption'>, before: Uint8Array): Uint8Array {
  const key = derived(crypto, secret, 'resume-proof');
  try {
    return crypto.hmac(key.bytes, before);
  } finally {
    key.wipe();
  }
}

/**
 * MK' = HMAC(RS ‖ DH(eC,eS), SN ‖ CN ‖ H(M1) ‖ H(M2)), 32 bytes. The nonces are public here: RS keeps a recorder out
 * (A48), the fresh shares keep out whoever steals RS later (S3-30).
 */
export function deriveResumedMaster(
  crypto: Crypto,
  secret: Secret<'resumption'>,
  ephemeral: Secret<'shared'>,
  nonces: { readonly sn: Secret<'content'>; readonly cn: Secret<'content'> },
  transcript: Transcript,
): Secret<'session-master'> {
  const key = new Uint8Array(secret.bytes.length + ephemeral.bytes.length);
  try {
    key.set(secret.bytes);
    key.set(ephemeral.bytes, secret.bytes.length);
    return crypto.secret('session-master', crypto.hmac(key, nonces.sn.bytes, nonces.cn.bytes, transcript.m1, transcript.m2));
  } finally {
    crypto.wipe(key);
  }
}

function derived(crypto: Crypto, secret: Secret<'resumption'>, purpose: 'resume-state' | 'resume-proof'): Secret<'resumption'> {
  return crypto.secret('resumption', crypto.hkdf(secret.bytes, purpose, 32));
}
