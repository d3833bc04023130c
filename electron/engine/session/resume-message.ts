import { encodeFrame, frameHeaderLength, frameTypes } from '../wire/frame';
import { type Reader, WireError } from '../wire/reader';

/**
 * M1 and M2 of a resumption (protocol.md §8; S3-11), in the clear: key id and nonces are no secrets here, the resumption
 * secret is what MK' depends on.
 *
 *     M1 = header[7] ‖ 2 ‖ keyId[32] ‖ CN[32] ‖ share[32] ‖ target[16] ‖ LP8(hint) ‖ state[40] ‖ proof[32]      193 bytes
 *     M2 = header[7] ‖ 2 ‖ keyId[32] ‖ CN[32] ‖ SN[32] ‖ share[32]                                              136 bytes
 */
export interface ResumeM1 {
  readonly mode: typeof resumeMode;
  readonly message: 'm1';
  readonly keyId: Uint8Array;
  readonly cn: Uint8Array;
  readonly share: Uint8Array;
  /** Which device is meant, blinded: differs every time. */
  readonly target: Uint8Array;
  /** Tells the other own devices of whoever is dialled which of them has the session (protocol.md §10.5); empty where the dialled one has it itself. */
  readonly hint: Uint8Array;
  /** Highest record received and its digest, sealed. */
  readonly state: Uint8Array;
  readonly proof: Uint8Array;
}

export interface ResumeM2 {
  readonly mode: typeof resumeMode;
  readonly message: 'm2';
  readonly keyId: Uint8Array;
  readonly cn: Uint8Array;
  readonly sn: Uint8Array;
  readonly share: Uint8Array;
}

export const resumeMode = 2;
export const keyIdBytes = 32;
export const targetBytes = 16;
export const maxHintBytes = 64;
/** counter u64 ‖ first 16 bytes of its digest, and the tag. */
export const stateBytes = 8 + 16 + 16;
const proofBytes = 32;
const resumeNonceBytes = 32;
const resumeShareBytes = 32;

/** What follows the mode byte. Throws `WireError`. */
export function parseResume(type: typeof frameTypes.m1 | typeof frameTypes.m2, reader: Reader): ResumeM1 | ResumeM2 {
  const head = { mode: resumeMode, keyId: reader.fixed(keyIdBytes), cn: reader.fixed(resumeNonceBytes) } as const;
  if (type === frameTypes.m2) {
    const second: ResumeM2 = { message: 'm2', sn: reader.fixed(resumeNonceBytes), share: reader.fixed(resumeShareBytes), ...head };
    reader.end();
    return second;
  }
  const share = reader.fixed(resumeShareBytes);
  const target = reader.fixed(targetBytes);
  const hintLength = reader.u8();
  if (hintLength > maxHintBytes) throw new WireError('field longer than its cap');
  const hint = reader.fixed(hintLength);
  const first: ResumeM1 = { message: 'm1', share, target, hint, state: reader.fixed(stateBytes), proof: reader.fixed(proofBytes), ...head };
  reader.end();
  return first;
}

const mode = Uint8Array.of(resumeMode);
/** Room for state and proof. */
const unset = new Uint8Array(stateBytes + proofBytes);

type FirstFields = Pick<ResumeM1, 'keyId' | 'cn' | 'share' | 'target' | 'hint'>;

/** Makes the whole frame; `seal` and `prove` see every byte that comes before what they make, header included. */
export function encodeResumeM1(fields: FirstFields, seal: (before: Uint8Array) => Uint8Array, prove: (before: Uint8Array) => Uint8Array): Uint8Array {
  const { keyId, cn, share, target, hint } = fields;
  const frame = encodeFrame(frameTypes.m1, mode, keyId, cn, share, target, Uint8Array.of(hint.length), hint, unset);
  const stateAt = frame.length - stateBytes - proofBytes;
  frame.set(seal(frame.subarray(0, stateAt)), stateAt);
  frame.set(prove(frame.subarray(0, stateAt + stateBytes)), stateAt + stateBytes);
  return frame;
}

/** The whole frame (protocol.md §8, resumption). */
export function encodeResumeM2({ keyId, cn, sn, share }: Pick<ResumeM2, 'keyId' | 'cn' | 'sn' | 'share'>): Uint8Array {
  return encodeFrame(frameTypes.m2, mode, keyId, cn, sn, share);
}

/** The bytes of an M1 that its state is bound to, and those its proof covers. */
export function partsOfResumeM1(frame: Uint8Array): { readonly beforeState: Uint8Array; readonly beforeProof: Uint8Array } {
  const proofAt = Math.max(frameHeaderLength, frame.length - proofBytes);
  return { beforeState: frame.subarray(0, Math.max(frameHeaderLength, proofAt - stateBytes)), beforeProof: frame.subarray(0, proofAt) };
}
