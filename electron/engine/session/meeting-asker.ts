import { Writer } from '../wire/writer';
import { channelKinds, type ChannelFrame } from './channel-frames';
import { commitmentTo, encodeReveal, type Reveal } from './meeting-code';
import { compare, openReveal, ownReveal, readCommitment, stepCompared } from './meeting-compare';
import { type Ask, type Compared, ended, frameOf, MeetingOver, maxWords, type NearbyEvent, type NearbyParts, type NearbyStep, type Revealing, stepping } from './meeting-nearby';

export type AskerState =
  /** Not answered yet. */
  | { readonly phase: 'asking' }
  /** The own commitment is out. */
  | { readonly phase: 'commit'; readonly own: Reveal; readonly committed: Uint8Array }
  | Revealing
  | Compared;

type AskerStep = NearbyStep<AskerState>;

/** The first word: the public words of both, and nothing of the person. */
export function beginAsker({ by, wanted }: Ask): AskerStep {
  const payload = new Writer(2 * (4 + maxWords)).text(by).text(wanted).finish();
  return { state: { phase: 'asking' }, send: [frameOf(channelKinds.meetAsk, payload)] };
}

/** The role of whoever asks (protocol.md §12): commits first and reveals first, so that it chooses nothing knowing the other side. */
export function stepAsker(parts: NearbyParts, channelHash: Uint8Array, state: AskerState, event: NearbyEvent): AskerStep {
  return stepping<AskerState>(() => {
    if (state.phase === 'compare' || state.phase === 'card') return stepCompared(parts, channelHash, state, event);
    return event.kind === 'frame' ? onFrame(parts, channelHash, state, event.frame) : { state };
  });
}

function onFrame(parts: NearbyParts, channelHash: Uint8Array, state: Exclude<AskerState, Compared>, { kind, payload }: ChannelFrame): AskerStep {
  const { crypto } = parts;
  if (state.phase === 'asking' && kind === channelKinds.refused) return ended('declined');
  if (state.phase === 'asking' && kind === channelKinds.meetAccept && payload.length === 0) return onAccept(parts, channelHash);
  if (state.phase === 'commit' && kind === channelKinds.meetCommit) {
    const commitment = readCommitment(parts, payload, state.committed);
    return { state: { phase: 'reveal', own: state.own, commitment }, send: [frameOf(channelKinds.meetReveal, encodeReveal(state.own))] };
  }
  if (state.phase === 'reveal' && kind === channelKinds.meetReveal) {
    return compare(crypto, channelHash, 'client', state.own, openReveal(parts, 'client', channelHash, state.commitment, payload));
  }
  throw new MeetingOver('failed');
}

function onAccept(parts: NearbyParts, channelHash: Uint8Array): AskerStep {
  if (!parts.mayMeet()) throw new MeetingOver('too-many');
  const own = ownReveal(parts);
  const committed = commitmentTo(parts.crypto, 'client', own, channelHash);
  return { state: { phase: 'commit', own, committed }, send: [frameOf(channelKinds.meetCommit, committed)] };
}
