import sodium from 'libsodium-wrappers';
import { frame, hkdf, hmac, label, sha256, u64 } from './session-twin';

/** The resumption of protocol.md §8 written a second time, from the paper alone. `await ready` of the session's twin first. */
export function resumptionSecretOf(master: Uint8Array): Buffer {
  return hkdf(master, label('resumption'), 32);
}

export function targetOf(keyId: Uint8Array, instanceCredentialHash: Uint8Array): Buffer {
  return sha256(label('resume-target'), keyId, instanceCredentialHash).subarray(0, 16);
}

export interface TwinResumeM1 {
  readonly keyId: Uint8Array;
  readonly secret: Uint8Array;
  readonly cn: Uint8Array;
  readonly share: Uint8Array;
  /** The hash of the instance credential of the device that is meant. */
  readonly targetCredentialHash: Uint8Array;
  /** Number of the next record expected from the other side in the last session, and the digest up to there. */
  readonly counter: number;
  readonly digest: Uint8Array;
  /** What the other side gave for its person's other devices; at most 64 bytes. */
  readonly hint?: Uint8Array;
}

export function resumeM1(of: TwinResumeM1): Buffer {
  const target = targetOf(of.keyId, of.targetCredentialHash);
  const hint = of.hint ?? Buffer.alloc(0);
  const whole = (state: Uint8Array, proof: Uint8Array): Buffer => frame(1, Buffer.concat([Buffer.of(2), of.keyId, of.cn, of.share, target, Buffer.of(hint.length), hint, state, proof]));
  const [noState, noProof] = [Buffer.alloc(40), Buffer.alloc(32)];
  // The header announces the length of the whole frame from the start.
  const beforeState = whole(noState, noProof).subarray(0, -72);
  const plaintext = Buffer.concat([u64(of.counter), of.digest.subarray(0, 16)]);
  const aad = Buffer.concat([label('resume-state'), beforeState]);
  const state = Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, null, of.cn.subarray(0, 24), hkdf(of.secret, label('resume-state'), 32)));
  const beforeProof = whole(state, noProof).subarray(0, -32);
  return whole(state, hmac(hkdf(of.secret, label('resume-proof'), 32), beforeProof));
}

export function resumeM2(of: { readonly keyId: Uint8Array; readonly cn: Uint8Array; readonly sn: Uint8Array; readonly share: Uint8Array }): Buffer {
  return frame(2, Buffer.concat([Buffer.of(2), of.keyId, of.cn, of.sn, of.share]));
}

export interface TwinResumed {
  readonly secret: Uint8Array;
  readonly dh: Uint8Array;
  readonly sn: Uint8Array;
  readonly cn: Uint8Array;
  /** Whole frames. */
  readonly m1: Uint8Array;
  readonly m2: Uint8Array;
}

export function resumedMasterOf(of: TwinResumed): Buffer {
  return hmac(Buffer.concat([of.secret, of.dh]), of.sn, of.cn, sha256(of.m1), sha256(of.m2));
}

/** What M1 and M2 show to everybody who sees them pass. */
export function readResume(m1: Uint8Array, m2: Uint8Array) {
  const [first, second] = [Buffer.from(m1), Buffer.from(m2)];
  return {
    keyId: first.subarray(8, 40),
    cn: first.subarray(40, 72),
    clientShare: first.subarray(72, 104),
    target: first.subarray(104, 120),
    state: first.subarray(121, 161),
    proof: first.subarray(161, 193),
    sn: second.subarray(72, 104),
    serverShare: second.subarray(104, 136),
  };
}
