import type { Crypto } from '../crypto/crypto';
import { WireError } from '../wire/reader';
import type { ChannelFrame, ChannelKind } from './channel-frames';

/**
 * Letting a new device of one's own in (protocol.md §10), over an encryption-only channel of purpose `link`. The new device
 * dials and is the client.
 *
 * ```
 * LINK_HELLO   ──▶                    the new device holds the link
 *              ◀──  LINK_ANSWER       so does the existing one; its commitment
 * LINK_REVEAL  ──▶                    keys and name of the new device
 *              ◀──  LINK_KEYS         what was committed to, its card: both show six digits
 * LINK_CONFIRM ──▶◀── LINK_CONFIRM    the person said at either that they are the same; the new device consents with that
 *              ◀──  LINK_GRANT …      everything it is to know, sealed to its own key
 * LINK_DONE    ──▶                    it is stored there
 * ```
 */
export interface LinkParts {
  readonly crypto: Crypto;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Why linking came to nothing. `refused`: the other side is not who or what it must be; `lost`: the connection ended, or the time did. */
export type LinkEnd = 'refused' | 'differ' | 'lost';

/** One step: next state, what to send, what to tell. No state: it is over, after `send`. */
export interface LinkStep<S, N> {
  readonly state?: S;
  readonly send?: readonly ChannelFrame[];
  readonly news?: N;
}

export type EndNews = { readonly kind: 'ended'; readonly reason: LinkEnd };

/** Ends linking from within a step. */
export class LinkOver extends Error {
  readonly reason: LinkEnd;

  constructor(reason: LinkEnd) {
    super(`linking ended: ${reason}`);
    this.name = 'LinkOver';
    this.reason = reason;
  }
}

/** What was said so far of the digits being the same. */
export interface Saying {
  readonly weSaid: boolean;
  readonly theySaid: boolean;
}

/** Whatever is not as it must be ends linking: a step throws only for defects of its own. `farewell`: what is still sent then. */
export function linking<S, N>(step: () => LinkStep<S, N | EndNews>, ...farewell: readonly ChannelFrame[]): LinkStep<S, N | EndNews> {
  try {
    return step();
  } catch (error) {
    if (error instanceof LinkOver) return { send: farewell, news: { kind: 'ended', reason: error.reason } };
    if (error instanceof WireError) return { send: farewell, news: { kind: 'ended', reason: 'refused' } };
    throw error;
  }
}

export function linkFrame(kind: ChannelKind, payload: Uint8Array = new Uint8Array(0)): ChannelFrame {
  return { kind, payload };
}

/** The other side's word: said u8 (0 not the same, 1 the same, once) ‖ `extra` bytes with a 1. Gives the extra bytes; throws `LinkOver`. */
export function theirWord({ theySaid }: Saying, { payload }: ChannelFrame, extra: number): Uint8Array {
  const [said] = payload;
  if (said === 0 && payload.length === 1) throw new LinkOver('differ');
  if (said !== 1 || payload.length !== 1 + extra || theySaid) throw new LinkOver('refused');
  return payload.slice(1);
}
