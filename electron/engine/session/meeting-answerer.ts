import { Reader } from '../wire/reader';
import { channelKinds, type ChannelFrame } from './channel-frames';
import { commitmentTo, encodeReveal } from './meeting-code';
import { compare, openReveal, ownReveal, readCommitment, stepCompared } from './meeting-compare';
import { type Compared, ended, frameOf, MeetingOver, maxWords, type NearbyEvent, type NearbyParts, type NearbyStep, type Revealing, stepping } from './meeting-nearby';

export type AnswererState =
  /** Nothing was asked yet. */
  | { readonly phase: 'open' }
  /** The person here has to answer. */
  | { readonly phase: 'asked' }
  /** Accepted: the asker's commitment is due. */
  | { readonly phase: 'commit' }
  | Revealing
  | Compared;

type AnswererStep = NearbyStep<AnswererState>;

/** The role of whoever is asked (protocol.md §12): nothing is made or sent before the person here accepts, and nobody is revealed before the asker is. */
export function stepAnswerer(parts: NearbyParts, channelHash: Uint8Array, state: AnswererState, event: NearbyEvent): AnswererStep {
  return stepping<AnswererState>(
    () => {
      if (state.phase === 'compare' || state.phase === 'card') return stepCompared(parts, channelHash, state, event);
      if (event.kind === 'frame') return onFrame(parts, channelHash, state, event.frame);
      return event.kind === 'answer' && state.phase === 'asked' ? onAnswer(parts, event.accept) : { state };
    },
    // Whatever is asked in a wrong form looks like a no.
    ...(state.phase === 'open' ? [frameOf(channelKinds.refused)] : []),
  );
}

function onFrame(parts: NearbyParts, channelHash: Uint8Array, state: Exclude<AnswererState, Compared>, { kind, payload }: ChannelFrame): AnswererStep {
  if (state.phase === 'open' && kind === channelKinds.meetAsk) return onAsk(payload);
  if (state.phase === 'commit' && kind === channelKinds.meetCommit) return onCommitment(parts, channelHash, payload);
  if (state.phase === 'reveal' && kind === channelKinds.meetReveal) {
    const theirs = openReveal(parts, 'server', channelHash, state.commitment, payload);
    return { ...compare(parts.crypto, channelHash, 'server', state.own, theirs), send: [frameOf(channelKinds.meetReveal, encodeReveal(state.own))] };
  }
  throw new MeetingOver('failed');
}

/** LP(by) ‖ LP(wanted). */
function onAsk(payload: Uint8Array): AnswererStep {
  const reader = new Reader(payload);
  const ask = { by: reader.text(maxWords), wanted: reader.text(maxWords) };
  reader.end();
  return { state: { phase: 'asked' }, news: { kind: 'asked', ask } };
}

function onAnswer(parts: NearbyParts, accept: boolean): AnswererStep {
  if (!accept) return ended('declined', frameOf(channelKinds.refused));
  if (!parts.mayMeet()) return ended('too-many', frameOf(channelKinds.refused));
  return { state: { phase: 'commit' }, send: [frameOf(channelKinds.meetAccept)] };
}

function onCommitment(parts: NearbyParts, channelHash: Uint8Array, payload: Uint8Array): AnswererStep {
  const own = ownReveal(parts);
  const committed = commitmentTo(parts.crypto, 'server', own, channelHash);
  const commitment = readCommitment(parts, payload, committed);
  return { state: { phase: 'reveal', own, commitment }, send: [frameOf(channelKinds.meetCommit, committed)] };
}
