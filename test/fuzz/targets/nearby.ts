import { channelKinds, type ChannelFrame } from '../../../electron/engine/session/channel-frames';
import { type AnswererState, stepAnswerer } from '../../../electron/engine/session/meeting-answerer';
import { type AskerState, beginAsker, stepAsker } from '../../../electron/engine/session/meeting-asker';
import { commitmentTo, encodeReveal, parseReveal, type Reveal } from '../../../electron/engine/session/meeting-code';
import type { NearbyNews, NearbyParts, NearbyStep } from '../../../electron/engine/session/meeting-nearby';
import { WireError } from '../../../electron/engine/wire/reader';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { localPerson, now, realCrypto } from '../../support/foundation-kit';
import { assertSame, outcomeOf, type Target } from '../target';

const hash = new Uint8Array(32).fill(9);
const words = { by: 'blue-otter-42', wanted: 'coral-finch-07' };

/**
 * Frames of a meeting nearby: each input is a row of frames (kind u8 ‖ length u8 ‖ body) to either role. Nobody is met and no
 * card goes out, because nobody can guess a signature; and a step never throws (S5-04, A78).
 */
export async function nearbyMeetings(): Promise<Target[]> {
  const crypto = await realCrypto();
  const { local } = await localPerson(crypto, 'Ann');
  const parts: NearbyParts = { crypto, local, now: () => now, myAddresses: [], mayMeet: () => true, judge: () => undefined };
  const stranger: Reveal = { nonce: new Uint8Array(32).fill(1), peerId: peerIdFromBytes(new Uint8Array(32).fill(2)), spkiHash: new Uint8Array(32).fill(3) };
  const frame = (kind: number, body: Uint8Array): Buffer => Buffer.concat([Buffer.of(kind, body.length), body]);
  const talk = (role: 'client' | 'server'): Buffer =>
    Buffer.concat([
      role === 'client' ? frame(channelKinds.meetAsk, beginAsker(words).send?.[0]?.payload ?? new Uint8Array()) : frame(channelKinds.meetAccept, new Uint8Array()),
      frame(channelKinds.meetCommit, commitmentTo(crypto, role, stranger, hash)),
      frame(channelKinds.meetReveal, encodeReveal(stranger)),
      frame(channelKinds.meetConfirm, Uint8Array.of(1)),
      frame(channelKinds.meetCard, new Uint8Array(100)),
    ]);
  return [
    {
      name: 'meeting-asker',
      seeds: [talk('server'), frame(channelKinds.refused, new Uint8Array())],
      run: (bytes) => runRole<AskerState>(framesIn(bytes), beginAsker(words), (state, each) => stepAsker(parts, hash, state, { kind: 'frame', frame: each }), (state) => stepAsker(parts, hash, state, { kind: 'confirm', same: true })),
    },
    {
      name: 'meeting-answerer',
      seeds: [talk('client'), talk('client').subarray(0, 60)],
      run: (bytes) =>
        runRole<AnswererState>(framesIn(bytes), { state: { phase: 'open' } }, (state, each) => stepAnswerer(parts, hash, state, { kind: 'frame', frame: each }), (state) => {
          const accepted = stepAnswerer(parts, hash, state, { kind: 'answer', accept: true });
          return state.phase === 'compare' ? stepAnswerer(parts, hash, state, { kind: 'confirm', same: true }) : accepted;
        }),
    },
    {
      name: 'meeting-reveal',
      seeds: [encodeReveal(stranger)],
      run: (bytes) => outcomeOf([WireError], () => (assertSame(encodeReveal(parseReveal(bytes)), bytes, 'a reveal'), 'read')),
    },
  ];
}

/** Takes frame by frame, the person here saying yes to everything in between. Gives how far it came. */
function runRole<S extends { readonly phase: string }>(frames: readonly ChannelFrame[], first: NearbyStep<S>, onFrame: (state: S, frame: ChannelFrame) => NearbyStep<S>, onPerson: (state: S) => NearbyStep<S>): string {
  let state = first.state;
  let news: NearbyNews | undefined;
  const take = (step: NearbyStep<S>): void => {
    state = step.state;
    news = step.news ?? news;
    if (news?.kind === 'met') throw new Error('somebody was met who proved nothing');
  };
  for (const each of frames) {
    if (state) take(onFrame(state, each));
    if (state) take(onPerson(state));
  }
  return state ? state.phase : `ended: ${news?.kind === 'ended' ? news.reason : 'without a reason'}`;
}

function framesIn(bytes: Uint8Array): ChannelFrame[] {
  const kinds = Object.values(channelKinds);
  const frames: ChannelFrame[] = [];
  for (let at = 0; at + 1 < bytes.length && frames.length < 12; ) {
    const kind = kinds.find((known) => known === bytes[at]) ?? kinds[(bytes[at] ?? 0) % kinds.length] ?? channelKinds.meetAsk;
    const length = bytes[at + 1] ?? 0;
    frames.push({ kind, payload: bytes.subarray(at + 2, at + 2 + length) });
    at += 2 + length;
  }
  return frames;
}
