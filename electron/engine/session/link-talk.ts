import type { Channel } from './channel';
import type { ChannelFrame } from './channel-frames';
import { type LinkHostEvent, type LinkHostNews, type LinkHostParts, type LinkHostState, stepLinkHost } from './link-host';
import { beginLinkJoiner, type LinkJoinerEvent, type LinkJoinerNews, type LinkJoinerParts, type LinkJoinerState, stepLinkJoiner } from './link-joiner';
import type { EndNews, LinkStep } from './link-roles';

/** Linking under way, on one channel. What comes too late, or too early, is ignored. */
export interface LinkTalk<E> {
  tell(event: E): void;
  /** Goes away without a word and without news. */
  cancel(): void;
}

export type HostTalk = LinkTalk<Exclude<LinkHostEvent, { kind: 'frame' }>>;
export type JoinerTalk = LinkTalk<Exclude<LinkJoinerEvent, { kind: 'frame' }>>;

/** The existing device's side of a fresh channel of purpose `link`. The last news is `done` or `ended`; the channel is closed then. */
export function hostLink(channel: Channel, parts: LinkHostParts, hear: (news: LinkHostNews) => void): HostTalk {
  return new Talk<LinkHostState, LinkHostEvent, LinkHostNews>(channel, (state, event) => stepLinkHost(parts, channel.hash, state, event), hear).begin({ state: { phase: 'hello' } });
}

/** The new device's side of a channel it opened; the same of its news. */
export function joinLink(channel: Channel, parts: LinkJoinerParts, hear: (news: LinkJoinerNews) => void): JoinerTalk {
  return new Talk<LinkJoinerState, LinkJoinerEvent, LinkJoinerNews>(channel, (state, event) => stepLinkJoiner(parts, channel.hash, state, event), hear).begin(beginLinkJoiner(parts, channel.hash));
}

class Talk<S, E, N> implements LinkTalk<E> {
  readonly #channel: Channel;
  readonly #step: (state: S, event: E | { readonly kind: 'frame'; readonly frame: ChannelFrame }) => LinkStep<S, N | EndNews>;
  readonly #hear: (news: N | EndNews) => void;
  #state: S | undefined;

  constructor(channel: Channel, step: (state: S, event: E | { readonly kind: 'frame'; readonly frame: ChannelFrame }) => LinkStep<S, N | EndNews>, hear: (news: N | EndNews) => void) {
    this.#channel = channel;
    this.#step = step;
    this.#hear = hear;
  }

  begin(first: LinkStep<S, N | EndNews>): this {
    this.#state = first.state;
    // It may have ended already: told once whoever began knows this talk.
    this.#channel.onClose(() => queueMicrotask(() => this.#lost()));
    this.#channel.onFrame((frame) => this.#on({ kind: 'frame', frame }));
    this.#take(first);
    return this;
  }

  tell(event: E): void {
    this.#on(event);
  }

  cancel(): void {
    this.#state = undefined;
    this.#channel.close();
  }

  #lost(): void {
    if (this.#state === undefined) return;
    this.#state = undefined;
    this.#hear({ kind: 'ended', reason: 'lost' });
  }

  #on(event: E | { readonly kind: 'frame'; readonly frame: ChannelFrame }): void {
    if (this.#state !== undefined) this.#take(this.#step(this.#state, event));
  }

  #take({ state, send = [], news }: LinkStep<S, N | EndNews>): void {
    this.#state = state;
    for (const frame of send) this.#channel.send(frame);
    if (state === undefined) this.#channel.close();
    if (news !== undefined) this.#hear(news);
  }
}
