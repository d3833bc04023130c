import type { VerifiedChain } from '../certificates/chain';
import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { encodeFrame, type Frame, frameTypes } from '../wire/frame';
import { Abort, type FailureReason } from './failure';
import { isZero, type ResumeM1 } from './handshake-message';
import { confirmWith, deriveKeys } from './handshake-keys';
import type { HandshakeEnvironment, HandshakeStep } from './handshake-state';
import { isStale, peerOfEntry } from './resume-check';
import { deriveResumedMaster, openState, resumeProof, resumeTarget } from './resume-keys';
import { encodeResumeM2, partsOfResumeM1 } from './resume-message';
import type { ResumptionEntry } from './resumption-entry';
import type { SecretScope } from './secret-scope';

/** The uniform answer to every M1 that leads nowhere: an empty frame (protocol.md §8). */
export function retryFrame(): Uint8Array {
  return encodeFrame(frameTypes.retry, new Uint8Array(0));
}

/**
 * awaiting-m1 → awaiting-confirm: sends M2 and, without waiting for M3, M4; or refuses and goes on waiting, for a full M1.
 * A key id that is none of ours costs one look-up, one that was merely seen a hash and an HMAC more: nothing is leased or
 * erased before the proof verified for this very device.
 */
export function acceptResume(env: HandshakeEnvironment, message: ResumeM1, frame: Frame, now: number, scope: SecretScope, looked = false): HandshakeStep {
  const { crypto, local } = env;
  if (isZero(message.cn)) throw new Abort('nonce');
  const m1Hash = crypto.sha256(frame.frame);
  if (!looked && isElsewhere(env, message, frame)) return { state: { phase: 'awaiting-entry', message, m1: frame }, output: [] };
  const judged = judge(env, message, frame, m1Hash, now, scope);
  if ('refused' in judged) return { state: { phase: 'awaiting-m1', refused: judged.refused }, output: [retryFrame()], delayed: true };
  const { entry, secret, peer } = judged;

  const ephemeral = crypto.generateDh();
  scope.own(ephemeral.secret);
  const shared = crypto.dh(ephemeral.secret, message.share);
  if (!shared) throw new Abort('share');
  scope.own(shared);
  const cn = scope.own(crypto.secret('content', message.cn.slice()));
  const sn = scope.own(crypto.randomSecret('content', 32));
  // Never by chance; a broken generator must not go on.
  if (isZero(sn.bytes) || crypto.equal(sn.bytes, cn.bytes)) throw new Abort('nonce');
  const m2Frame = encodeResumeM2({ keyId: entry.keyId, cn: cn.bytes, sn: sn.bytes, share: ephemeral.publicKey });
  const transcript = { m1: m1Hash, m2: crypto.sha256(m2Frame) };
  const nonces = { cn, sn };
  const master = deriveResumedMaster(crypto, secret, shared, nonces, transcript);
  const keys = deriveKeys({ env, role: 'server', own: local.chain, ownInstanceHash: local.instance.credential.hash, peer, master, transcript, scope });
  return confirmWith({ env, role: 'server', peer, keys, nonces, transcript, scope, before: [m2Frame], resumes: entry });
}

/**
 * Whether who made this M1 holds RS and meant the device with this credential (S4-34). For a holder of the entry that another
 * device asks, as well as for that device itself: no session moves without it.
 */
export function isProven(crypto: Crypto, secret: Secret<'resumption'>, message: ResumeM1, frame: Uint8Array, instanceHash: Uint8Array): boolean {
  // Both are computed whichever fails: to have seen a key id tells nothing, and takes the same time (A64).
  const isMeant = crypto.equal(message.target, resumeTarget(crypto, message.keyId, instanceHash));
  const isMade = crypto.equal(message.proof, resumeProof(crypto, secret, partsOfResumeM1(frame).beforeProof));
  return isMeant && isMade;
}

/** Not here, and another device may have it. */
function isElsewhere({ resumption }: HandshakeEnvironment, message: ResumeM1, { frame }: Frame): boolean {
  return resumption?.asks?.(message, frame) === true;
}

type Judged = { readonly entry: ResumptionEntry; readonly secret: Secret<'resumption'>; readonly peer: VerifiedChain } | { readonly refused: FailureReason };

function judge(env: HandshakeEnvironment, message: ResumeM1, frame: Frame, m1Hash: Uint8Array, now: number, scope: SecretScope): Judged {
  const { crypto, local, resumption } = env;
  const entry = resumption?.find(message.keyId);
  if (!resumption || !entry) return { refused: 'resume-unknown' };
  const secret = scope.own(crypto.secret('resumption', entry.secret));
  if (!isProven(crypto, secret, message, frame.frame, local.instance.credential.hash)) return { refused: 'resume-unknown' };
  if (env.isReplay(m1Hash)) return { refused: 'replayed' };
  env.opened(m1Hash);

  const theirs = openState(crypto, secret, message.cn, partsOfResumeM1(frame.frame).beforeState, message.state);
  const peer = theirs && !isStale(crypto, entry, theirs) ? peerOfEntry(env, entry, now) : undefined;
  if (!peer) {
    resumption.drop(entry);
    return { refused: 'resume-stale' };
  }
  return resumption.lease(entry) ? { entry, secret, peer } : { refused: 'busy' };
}
