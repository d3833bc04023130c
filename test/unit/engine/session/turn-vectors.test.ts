import { describe, expect, it } from 'vitest';
import { type ChannelFrame, channelKinds } from '../../../../electron/engine/session/channel-frames';
import { stepLinkHost } from '../../../../electron/engine/session/link-host';
import { type AnswererState, stepAnswerer } from '../../../../electron/engine/session/meeting-answerer';
import type { LinkHostState } from '../../../../electron/engine/session/link-host';
import { fromHex } from '../../../../electron/engine/wire/encoding';
import { turnVectors } from '../../../second/turn-vectors.mjs';
import { nearbyParts } from '../../../support/nearby-kit';
import type { Party } from '../../../support/session-kit';
import { partyOf } from '../../../support/vector-people';
import deposit from '../../../vectors/deposit.json';
import invitation from '../../../vectors/invitation.json';
import transcripts from '../../../vectors/session-transcripts.json';
import vectors from '../../../vectors/turns.json';

// test/vectors/turns.json: what is said on a channel to a device that lets another one in, or that is asked for a meeting, and what it answers.
interface Talk {
  readonly to: string;
  readonly said: readonly string[];
  readonly heard: readonly (number | string)[];
  readonly becomes?: string;
}
interface Step<S> {
  readonly state?: S;
  readonly send?: readonly ChannelFrame[];
  readonly news?: { readonly kind: string };
}
type Event = { readonly kind: 'frame'; readonly frame: ChannelFrame } | { readonly kind: 'confirm'; readonly same: boolean } | { readonly kind: 'answer'; readonly accept: boolean } | { readonly kind: 'issued'; readonly grant: readonly ChannelFrame[] };

const hash = fromHex(vectors.channelHash);
/** Every random number of the device that is dialled is the one that is written down. */
const host = (): Promise<Party> => partyOf(transcripts.people.server, { bytes: (length) => fromHex(vectors.nonce).slice(0, length) });
const here: Readonly<Record<string, Event>> = {
  'here: same': { kind: 'confirm', same: true },
  'here: not the same': { kind: 'confirm', same: false },
  'here: yes': { kind: 'answer', accept: true },
  'here: no': { kind: 'answer', accept: false },
  'here: granted': { kind: 'issued', grant: [{ kind: channelKinds.linkGrant, payload: Uint8Array.of(1, 1) }] },
};

/** What comes back, as the vectors write it, and what came of it. */
function heardOf<S>(talk: Talk, frames: Readonly<Record<string, { readonly kind: number; readonly body: string }>>, begin: S, step: (state: S, event: Event) => Step<S>, outcome: Readonly<Record<string, string>>) {
  let state: S | undefined = begin;
  let becomes: string | undefined;
  const heard: (number | string)[] = [];
  for (const name of talk.said) {
    if (state === undefined) break;
    const frame = frames[name];
    const event = here[name] ?? (frame ? { kind: 'frame' as const, frame: { kind: frame.kind as ChannelFrame['kind'], payload: fromHex(frame.body) } } : expect.unreachable(name));
    const next: Step<S> = step(state, event);
    state = next.state;
    for (const { kind, payload } of next.send ?? []) heard.push(kind, ...(kind === channelKinds.linkConfirm || kind === channelKinds.meetConfirm ? [payload[0] ?? -1] : []));
    if (state === undefined) heard.push('closed');
    becomes ??= outcome[next.news?.kind ?? ''];
  }
  return { heard, becomes };
}

describe('the vectors of how channels let in and meet', () => {
  it('a second hand writes exactly what is written down', () => {
    expect(turnVectors(transcripts, invitation, deposit.sender)).toEqual(vectors);
  });

  it('S4-26: the same frames let a new device in, or come to the same end', async () => {
    const { crypto, local } = await host();
    const talks: readonly Talk[] = vectors.talks.link;
    for (const talk of talks) {
      const parts = { crypto, local, now: () => vectors.now, secret: fromHex(vectors.secret), myAddresses: [], isName: () => true, mayCompare: () => talk.to !== 'who compares with another' };
      const { heard, becomes } = heardOf<LinkHostState>(talk, vectors.frames.link, { phase: 'hello' }, (state, event) => (event.kind === 'answer' ? expect.unreachable() : stepLinkHost(parts, hash, state, event)), { done: 'a device' });
      expect([talk.to, talk.said, heard, becomes]).toEqual([talk.to, talk.said, talk.heard, talk.becomes]);
    }
  });

  it('S5-04: the same frames and words lead two people nearby together, or to the same end', async () => {
    const party = await host();
    const talks: readonly Talk[] = vectors.talks.meet;
    for (const talk of talks) {
      const objection = { 'who blocked them': 'blocked', 'who knows them by another key': 'other-key' } as const;
      const parts = { ...nearbyParts(party, { mayMeet: () => talk.to !== 'who met three', judge: () => objection[talk.to as keyof typeof objection] }), now: () => vectors.now };
      const { heard, becomes } = heardOf<AnswererState>(talk, vectors.frames.meet, { phase: 'open' }, (state, event) => (event.kind === 'issued' ? expect.unreachable() : stepAnswerer(parts, hash, state, event)), { met: 'a contact' });
      expect([talk.to, talk.said, heard, becomes]).toEqual([talk.to, talk.said, talk.heard, talk.becomes]);
    }
  });
});
