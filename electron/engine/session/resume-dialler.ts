import { frameTypes, type Frame } from '../wire/frame';
import { Abort } from './failure';
import { startFull } from './handshake-dialler';
import { isZero, modes, parseHandshakeFrame } from './handshake-message';
import { confirmWith, deriveKeys } from './handshake-keys';
import type { AwaitingM2Resume, DialTarget, HandshakeEnvironment, HandshakeStep } from './handshake-state';
import { deviceBeside, peerOfEntry } from './resume-check';
import { deriveResumedMaster, resumeProof, resumeTarget, sealState, stateOf } from './resume-keys';
import { encodeResumeM1 } from './resume-message';
import type { ResumptionEntry } from './resumption-entry';
import type { SecretScope } from './secret-scope';
import type { VerifiedChain } from '../certificates/chain';

const nothing = new Uint8Array(0);

/** idle → awaiting-m2-resume where an entry for this target still holds, → awaiting-m2 with a full M1 otherwise. */
export function startDialling(env: HandshakeEnvironment, target: DialTarget, now: number, scope: SecretScope): HandshakeStep {
  const entry = env.resumption?.toDial(target);
  return (entry && startResume(env, target, entry, now, scope)) ?? startFull(env, target, now, scope);
}

/** The entry was made with another device of the person than this one: the session is to be handed over. */
export function isElsewhere(entry: Pick<ResumptionEntry, 'peerInstance'>, peer: VerifiedChain): boolean {
  return entry.peerInstance !== peer.instance.instanceId;
}

function startResume(env: HandshakeEnvironment, target: DialTarget, entry: ResumptionEntry, now: number, scope: SecretScope): HandshakeStep | undefined {
  const { crypto } = env;
  const secret = scope.own(crypto.secret('resumption', entry.secret));
  const maker = peerOfEntry(env, entry, now);
  if (!maker) {
    env.resumption?.drop(entry);
    return undefined;
  }
  // Any of several devices may answer there: asked with another one's key id, it would refuse.
  if (target.instanceId === undefined && maker.list.instances.filter(({ state }) => state === 'active').length > 1) return undefined;
  const isOwn = target.instanceId === undefined || target.instanceId === entry.peerInstance;
  const peer = isOwn ? maker : deviceBeside(env, entry, target, now);
  if (!peer) return undefined;
  const cn = scope.own(crypto.randomSecret('content', 32));
  const ephemeral = crypto.generateDh();
  scope.own(ephemeral.secret);
  const frame = encodeResumeM1(
    { keyId: entry.keyId, cn: cn.bytes, share: ephemeral.publicKey, target: resumeTarget(crypto, entry.keyId, peer.instance.hash), hint: isOwn ? nothing : (entry.hint ?? nothing) },
    (before) => sealState(crypto, secret, cn.bytes, before, stateOf(entry.received)),
    (before) => resumeProof(crypto, secret, before),
  );
  scope.release(secret, cn, ephemeral.secret);
  return { state: { phase: 'awaiting-m2-resume', target, entry, secret, peer, cn, ephemeral, m1Hash: crypto.sha256(frame) }, output: [frame] };
}

/** awaiting-m2-resume → awaiting-confirm: sends M3 at once. That the other side holds RS is shown by M4 alone. */
export function acceptResumedM2(env: HandshakeEnvironment, state: AwaitingM2Resume, frame: Frame, scope: SecretScope): HandshakeStep {
  const { crypto, local } = env;
  const { entry, peer, cn, ephemeral, secret } = state;
  if (frame.type !== frameTypes.m2) throw new Abort('unexpected-frame');
  const message = parseHandshakeFrame(frame);
  if (message.mode !== modes.resume || message.message !== 'm2') throw new Abort('unexpected-frame');
  if (!crypto.equal(message.keyId, entry.keyId) || !crypto.equal(message.cn, cn.bytes)) throw new Abort('nonce-copy');
  if (isZero(message.sn) || crypto.equal(message.sn, cn.bytes)) throw new Abort('nonce');
  if (crypto.equal(message.share, ephemeral.publicKey)) throw new Abort('share');
  const shared = crypto.dh(ephemeral.secret, message.share);
  if (!shared) throw new Abort('share');
  scope.own(shared);
  const nonces = { cn, sn: scope.own(crypto.secret('content', message.sn.slice())) };
  const transcript = { m1: state.m1Hash, m2: crypto.sha256(frame.frame) };
  const master = deriveResumedMaster(crypto, secret, shared, nonces, transcript);
  const keys = deriveKeys({ env, role: 'client', own: local.chain, ownInstanceHash: local.instance.credential.hash, peer, master, transcript, scope });
  return confirmWith({ env, role: 'client', peer, keys, nonces, transcript, scope, before: [], resumes: entry });
}
