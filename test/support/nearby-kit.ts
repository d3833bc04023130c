import type { Card } from '../../electron/engine/certificates/card';
import { channelKinds, type ChannelFrame } from '../../electron/engine/session/channel-frames';
import { type AnswererState, stepAnswerer } from '../../electron/engine/session/meeting-answerer';
import { type AskerState, beginAsker, stepAsker } from '../../electron/engine/session/meeting-asker';
import type { Reveal } from '../../electron/engine/session/meeting-code';
import type { NearbyEvent, NearbyNews, NearbyParts, NearbyStep } from '../../electron/engine/session/meeting-nearby';
import { partsOf } from './meeting-kit';
import type { Party } from './session-kit';

export const words = { by: 'blue-otter-42', wanted: 'coral-finch-07' };

export type Who = 'asker' | 'answerer';

export interface Said extends ChannelFrame {
  readonly by: Who;
}

/** What the wire does with a frame: what arrives in its place; nothing drops it. */
export type Hand = (said: Said, count: number) => readonly ChannelFrame[];

export function nearbyParts(party: Party, changes: Partial<NearbyParts> = {}): NearbyParts {
  return { ...partsOf(party), mayMeet: () => true, judge: () => undefined, ...changes };
}

/** Who somebody is, as a reveal says it. */
export const nameOf = ({ local }: Party): Omit<Reveal, 'nonce'> => ({ peerId: local.peerId, spkiHash: local.identity.spkiHash });

export const revealOf = (party: Party, changes: Partial<Reveal> = {}): Reveal => ({ nonce: party.crypto.random(32), ...nameOf(party), ...changes });

/** A commitment as it is sent, whatever it commits to. */
export const commit = (payload: Uint8Array): ChannelFrame => ({ kind: channelKinds.meetCommit, payload });

/** Two roles on one channel, run by hand: frames pass at once, people answer when the test says so. */
export class Encounter {
  readonly said: Said[] = [];
  readonly news: Record<Who, NearbyNews[]> = { asker: [], answerer: [] };
  readonly parts: Record<Who, NearbyParts>;
  readonly #hash: Record<Who, Uint8Array>;
  readonly #hand: Hand;
  asker: AskerState | undefined;
  answerer: AnswererState | undefined = { phase: 'open' };

  constructor(asker: Party, answerer: Party, options: { hand?: Hand; hash?: Uint8Array; asking?: Partial<NearbyParts>; answering?: Partial<NearbyParts> } = {}) {
    const hash = options.hash ?? asker.crypto.random(32);
    this.#hash = { asker: hash, answerer: hash };
    this.#hand = options.hand ?? ((said) => [said]);
    this.parts = { asker: nearbyParts(asker, options.asking), answerer: nearbyParts(answerer, options.answering) };
  }

  ask(): this {
    this.#take('asker', beginAsker(words), (state) => (this.asker = state));
    return this;
  }

  answer(accept: boolean): this {
    return this.event('answerer', { kind: 'answer', accept });
  }

  confirm(who: Who, same = true): this {
    return this.event(who, { kind: 'confirm', same });
  }

  /** Asked, accepted, digits on both screens unless something went wrong. */
  compared(): this {
    return this.ask().answer(true);
  }

  event(who: Who, event: NearbyEvent): this {
    if (who === 'asker') {
      if (this.asker) this.#take(who, stepAsker(this.parts.asker, this.#hash.asker, this.asker, event), (state) => (this.asker = state));
    } else if (this.answerer) this.#take(who, stepAnswerer(this.parts.answerer, this.#hash.answerer, this.answerer, event), (state) => (this.answerer = state));
    return this;
  }

  /** A frame out of nowhere. */
  inject(who: Who, frame: ChannelFrame): this {
    return this.event(who, { kind: 'frame', frame });
  }

  digits(who: Who): string | undefined {
    return this.news[who].flatMap((news) => (news.kind === 'digits' ? [news.digits] : []))[0];
  }

  met(who: Who): Card | undefined {
    return this.news[who].flatMap((news) => (news.kind === 'met' ? [news.card] : []))[0];
  }

  end(who: Who): string | undefined {
    return this.news[who].flatMap((news) => (news.kind === 'ended' ? [news.reason] : []))[0];
  }

  /** Kinds in the order they were said, with who said them: `>` the asker, `<` the answerer. */
  get talk(): string[] {
    return this.said.map(({ by, kind }) => `${by === 'asker' ? '>' : '<'}${kindName(kind)}`);
  }

  #take<S>(who: Who, step: NearbyStep<S>, keep: (state: S | undefined) => void): void {
    keep(step.state);
    if (step.news) this.news[who].push(step.news);
    for (const frame of step.send ?? []) {
      const said: Said = { by: who, kind: frame.kind, payload: Uint8Array.from(frame.payload) };
      this.said.push(said);
      for (const arriving of this.#hand(said, this.said.length - 1)) this.inject(who === 'asker' ? 'answerer' : 'asker', arriving);
    }
  }
}

function kindName(kind: number): string {
  return Object.entries(channelKinds).find(([, value]) => value === kind)?.[0] ?? `${kind}`;
}
