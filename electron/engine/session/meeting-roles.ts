import { KeyshiftError, type ErrorCode } from '../../../shared/errors';
import type { Card } from '../certificates/card';
import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import type { Address } from '../ports';
import type { Channel } from './channel';
import { ChannelError, type ChannelFrame } from './channel-frames';

/** What every role of a meeting needs (protocol.md §12). */
export interface MeetingParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** For the own card, at most eight. */
  readonly myAddresses: readonly Address[];
  /**
   * The dialler's: the person looked for has proven to be there, and now this side would show who it is. Throws to end
   * here instead, for another channel was first or the card does not fit.
   */
  readonly beforeProof?: (card: Card) => void;
}

/** One step of a role: its next state, what to send, and for a dialler the result. No result and no state: it is over. */
export interface MeetingStep<S, R = never> {
  readonly state?: S;
  readonly send?: ChannelFrame;
  readonly result?: R;
}

export interface MeetingResult {
  readonly card: Card;
}

/**
 * The other side said no. `proven`: it had shown before that it is the person of the link, so the answer is final.
 * Otherwise anybody who happened to be at that address may have said it.
 */
export class MeetingRefusal extends KeyshiftError {
  readonly proven: boolean;

  constructor(code: ErrorCode, message: string, proven: boolean) {
    super(code, message);
    this.proven = proven;
  }
}

/** Runs the dialler's role to its result. Rejects with what a step throws, or `ChannelError`; closes the channel. */
export function runDialler<S, R>(channel: Channel, begin: MeetingStep<S, R>, step: (state: S, frame: ChannelFrame) => MeetingStep<S, R>): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    let state = begin.state;
    channel.onClose(reject);
    channel.onFrame((frame) => {
      try {
        if (state === undefined) throw new ChannelError('malformed');
        const next = step(state, frame);
        state = next.state;
        if (next.send) channel.send(next.send);
        if (next.result === undefined) return;
        channel.close();
        resolve(next.result);
      } catch (error) {
        channel.close();
        reject(error);
      }
    });
    if (begin.send) channel.send(begin.send);
  });
}

/** Runs the listener's role: answers frame by frame and closes after the last answer. */
export function runListener<S>(channel: Channel, begin: S, step: (state: S, frame: ChannelFrame) => MeetingStep<S>): void {
  let state: S | undefined = begin;
  channel.onFrame((frame) => {
    if (state === undefined) return channel.close();
    const next: MeetingStep<S> = step(state, frame);
    state = next.state;
    if (next.send) channel.send(next.send);
    if (next.state === undefined) channel.close();
  });
}
