import type { Channel } from './channel';
import type { ChannelError, ChannelFailure } from './channel-frames';
import { type AnswererState, stepAnswerer } from './meeting-answerer';
import { type AskerState, beginAsker, stepAsker } from './meeting-asker';
import type { Ask, NearbyEvent, NearbyNews, NearbyParts, NearbyStep } from './meeting-nearby';

/** A meeting under way, for the person here. What comes too late, or too early, is ignored. */
export interface MeetingTalk {
  answer(accept: boolean): void;
  confirm(same: boolean): void;
  /** Goes away without a word and without news. */
  cancel(): void;
}

/** Asks somebody nearby over a fresh channel of purpose `meet`. The last news is `met` or `ended`; the channel is closed then. */
export function askNearby(channel: Channel, parts: NearbyParts, ask: Ask, tell: (news: NearbyNews) => void): MeetingTalk {
  return new Talk<AskerState>(channel, (state, event) => stepAsker(parts, channel.hash, state, event), tell).begin(beginAsker(ask));
}

/** The answerer's side of a channel of purpose `meet`: the first news is `asked`. */
export function answerNearby(channel: Channel, parts: NearbyParts, tell: (news: NearbyNews) => void): MeetingTalk {
  return new Talk<AnswererState>(channel, (state, event) => stepAnswerer(parts, channel.hash, state, event), tell).begin({ state: { phase: 'open' } });
}

class Talk<S> implements MeetingTalk {
  readonly #channel: Channel;
  readonly #step: (state: S, event: NearbyEvent) => NearbyStep<S>;
  readonly #tell: (news: NearbyNews) => void;
  #state: S | undefined;

  constructor(channel: Channel, step: (state: S, event: NearbyEvent) => NearbyStep<S>, tell: (news: NearbyNews) => void) {
    this.#channel = channel;
    this.#step = step;
    this.#tell = tell;
  }

  begin(first: NearbyStep<S>): this {
    let begun = false;
    this.#state = first.state;
    this.#channel.onClose((error) => {
      const end = (): void => this.#ended(error);
      // It may have ended already, by bytes that came with the answer to the opening: told once whoever began knows this talk.
      if (begun) end();
      else queueMicrotask(end);
    });
    this.#channel.onFrame((frame) => this.#on({ kind: 'frame', frame }));
    this.#take(first);
    begun = true;
    return this;
  }

  #ended(error: ChannelError): void {
    if (this.#state === undefined) return;
    this.#state = undefined;
    this.#tell({ kind: 'ended', reason: endOf(error) });
  }

  answer(accept: boolean): void {
    this.#on({ kind: 'answer', accept });
  }

  confirm(same: boolean): void {
    this.#on({ kind: 'confirm', same });
  }

  cancel(): void {
    this.#state = undefined;
    this.#channel.close();
  }

  #on(event: NearbyEvent): void {
    if (this.#state !== undefined) this.#take(this.#step(this.#state, event));
  }

  #take({ state, send = [], news }: NearbyStep<S>): void {
    this.#state = state;
    for (const frame of send) this.#channel.send(frame);
    if (state === undefined) this.#channel.close();
    if (news !== undefined) this.#tell(news);
  }
}

const ends: Readonly<Record<ChannelFailure, 'gone' | 'timeout' | 'failed'>> = { closed: 'gone', timeout: 'timeout', malformed: 'failed', refused: 'failed' };

function endOf({ reason }: ChannelError): 'gone' | 'timeout' | 'failed' {
  return ends[reason];
}
