import { type Frame, frameTypes } from '../wire/frame';
import { WireError } from '../wire/reader';
import { Abort, type FailureReason } from './failure';
import { acceptM2, startFull } from './handshake-dialler';
import { acceptFull } from './handshake-listener';
import { modes, parseHandshakeFrame } from './handshake-message';
import type { AwaitingConfirm, AwaitingM1, DialTarget, Failed, HandshakeEnvironment, HandshakeInput, HandshakeState, HandshakeStep, SessionKeys } from './handshake-state';
import { parseItems } from './items';
import { wipeKeys } from './key-schedule';
import { openRecord } from './records';
import { acceptResumedM2, isElsewhere, startDialling } from './resume-dialler';
import { acceptResume } from './resume-listener';
import { SecretScope } from './secret-scope';

/**
 * The four-message handshake (protocol.md §8; S3-01 … S3-07) as one pure step: no clock, no network, no
 * waiting. A state is used once: its secrets live on in the next one or are wiped.
 */
export function step(env: HandshakeEnvironment, state: HandshakeState, input: HandshakeInput): HandshakeStep {
  if (state.phase === 'open' || state.phase === 'failed') return { state, output: [] };
  const scope = new SecretScope();
  try {
    return advance(env, state, input, scope);
  } catch (error) {
    if (error instanceof Abort) return fail(env, state, error.reason, error.shown, error.secret);
    if (error instanceof WireError) return fail(env, state, 'malformed');
    wipeState(state);
    throw error;
  } finally {
    scope.wipe();
    if (state.phase === 'awaiting-m2' || state.phase === 'awaiting-m2-resume') wipeState(state);
  }
}

/** The state of who dials, before M1. */
export function dialling(target: DialTarget): HandshakeState {
  return { phase: 'idle', target };
}

/** The state of who is dialled, before M1. */
export function listening(): HandshakeState {
  return { phase: 'awaiting-m1' };
}

/** Wipes what a confirmed session holds. */
export function wipeSessionKeys(keys: SessionKeys): void {
  keys.master.wipe();
  wipeKeys(keys.tx);
  wipeKeys(keys.rx);
}

type Live = Exclude<HandshakeState, { phase: 'open' | 'failed' }>;

function advance(env: HandshakeEnvironment, state: Live, input: HandshakeInput, scope: SecretScope): HandshakeStep {
  if (input.kind === 'end') throw new Abort(input.reason);
  if (state.phase === 'idle') {
    if (input.kind !== 'start') throw new Abort('unexpected-frame');
    return startDialling(env, state.target, input.now, scope);
  }
  if (state.phase === 'awaiting-entry' && input.kind === 'looked') return acceptResume(env, state.message, state.m1, input.now, scope, true);
  if (input.kind !== 'frame') throw new Abort('unexpected-frame');
  switch (state.phase) {
    case 'awaiting-m1':
      return acceptM1(env, state, input.frame, input.now, scope);
    case 'awaiting-m2-resume':
      if (input.frame.type !== frameTypes.retry) return acceptResumedM2(env, state, input.frame, scope);
      if (isElsewhere(state.entry, state.peer)) env.resumption?.declined(state.entry);
      else env.resumption?.refused(state.entry);
      // Its own dial was first and has used the entry up: a full handshake would make a second session, with all its public-key work.
      if (env.metMeanwhile?.(state.peer.instance) === true) throw new Abort('met-meanwhile');
      return startFull(env, state.target, input.now, scope);
    case 'awaiting-entry':
      throw new Abort('unexpected-frame');
    case 'awaiting-m2':
      return acceptM2(env, state, input.frame, input.now, scope);
    case 'awaiting-confirm':
      return acceptConfirmation(env, state, input.frame);
  }
}

/** M1 of either mode; a resumption at most once on a connection. */
function acceptM1(env: HandshakeEnvironment, state: AwaitingM1, frame: Frame, now: number, scope: SecretScope): HandshakeStep {
  if (frame.type !== frameTypes.m1) throw new Abort('unexpected-frame');
  const message = parseHandshakeFrame(frame);
  if (message.mode === modes.full) return acceptFull(env, message, frame, now, scope);
  if (message.message !== 'm1' || state.refused !== undefined) throw new Abort('unexpected-frame');
  return acceptResume(env, message, frame, now, scope);
}

/** M3 or M4: record 0 of the other direction, with nothing in it but the one value only the other side can know. */
function acceptConfirmation(env: HandshakeEnvironment, state: AwaitingConfirm, frame: Frame): HandshakeStep {
  const { crypto } = env;
  if (frame.type !== frameTypes.record) throw new Abort('unexpected-frame');
  const record = openRecord(crypto, state.keys.rx, state.received, frame);
  if (!record) throw new Abort('confirmation');
  const [item, ...more] = parseItems(record.plaintext);
  if (item?.kind !== 'confirm' || more.length > 0) throw new Abort('early-data');
  if (!crypto.equal(item.bytes, state.expected)) throw new Abort('confirmation');
  const { role, peer, keys, sent, resumes } = state;
  if (resumes) env.resumption?.spend(resumes);
  return { state: { phase: 'open', opened: { role, peer, keys, sent, received: record.next, resumes } }, output: [] };
}

/** Refusals of an M1 that was meant for us look the same, whatever their reason (A41); everything else is silence. */
const answered: ReadonlySet<FailureReason> = new Set<FailureReason>(['unknown-selector', 'not-a-contact', 'blocked', 'contact.key-mismatch', 'chain', 'lapsed', 'list-version', 'time']);

/** Says nothing about an entry: the other side may never have heard of our M1, or what became of it is dealt with already. */
const harmless: ReadonlySet<FailureReason> = new Set<FailureReason>(['timeout', 'closed', 'locked', 'busy', 'met-meanwhile']);

function fail(env: HandshakeEnvironment, state: Live, reason: FailureReason, shown?: Failed['shown'], secret?: Failed['secret']): HandshakeStep {
  wipeState(state);
  // What led to a wrong answer once would again: the next try is a full handshake.
  const tried = state.phase === 'awaiting-m2-resume' ? { entry: state.entry, peer: state.peer } : state.phase === 'awaiting-confirm' && state.role === 'client' ? { entry: state.resumes, peer: state.peer } : undefined;
  if (tried?.entry && !harmless.has(reason)) {
    if (isElsewhere(tried.entry, tried.peer)) env.resumption?.declined(tried.entry);
    else env.resumption?.drop(tried.entry);
  }
  const answer = state.phase === 'awaiting-m1' && answered.has(reason) ? 'retry' : 'none';
  return { state: { phase: 'failed', reason, answer, shown, ...(secret && { secret }) }, output: [] };
}

function wipeState(state: Live): void {
  if (state.phase === 'awaiting-m2') {
    state.cn.wipe();
    state.ephemeral.secret.wipe();
  } else if (state.phase === 'awaiting-m2-resume') {
    state.secret.wipe();
    state.cn.wipe();
    state.ephemeral.secret.wipe();
  } else if (state.phase === 'awaiting-confirm') {
    wipeSessionKeys(state.keys);
  }
}
