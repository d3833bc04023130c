import type { MeetingEnd } from '../../../shared/model/discovery';
import type { Card } from '../certificates/card';
import { WireError } from '../wire/reader';
import type { ChannelFrame, ChannelKind, ChannelRole } from './channel-frames';
import type { Reveal } from './meeting-code';
import type { Named } from './meeting-proof';
import type { MeetingParts } from './meeting-roles';

/** Longest public words, bytes: as `nearbyName` allows. */
export const maxWords = 28;

/** What both roles of a meeting of people nearby need (protocol.md §12). */
export interface NearbyParts extends MeetingParts {
  /** Asked once, when both sides want to meet and before anything of anybody is committed; false ends it as `too-many`. */
  readonly mayMeet: () => boolean;
  /** A reason not to go on with whoever was revealed; asked before a code is shown, and before an answerer reveals itself. */
  readonly judge: (revealed: Named) => 'blocked' | 'other-key' | undefined;
}

export interface Ask {
  /** Public words of who asks, as they say. */
  readonly by: string;
  /** Public words of who is asked. */
  readonly wanted: string;
}

/** Both reveals are known and fit their commitments: from here both roles are alike. */
export interface Comparing {
  readonly role: ChannelRole;
  readonly own: Reveal;
  readonly theirs: Reveal;
  /** The person here said that the digits are the same. */
  readonly weSaid: boolean;
  readonly theySaid: boolean;
}

/** `card`: both said "same", and the own card is out. */
export type Compared = (Comparing & { readonly phase: 'compare' }) | (Comparing & { readonly phase: 'card' });

/** The other side's reveal is due, and what it committed to. */
export interface Revealing {
  readonly phase: 'reveal';
  readonly own: Reveal;
  readonly commitment: Uint8Array;
}

export type NearbyEvent =
  | { readonly kind: 'frame'; readonly frame: ChannelFrame }
  /** What the person here decided. */
  | { readonly kind: 'answer'; readonly accept: boolean }
  | { readonly kind: 'confirm'; readonly same: boolean };

export type NearbyNews =
  | { readonly kind: 'asked'; readonly ask: Ask }
  | { readonly kind: 'digits'; readonly digits: string }
  /** Both said "same", and the card is of exactly the person and key that was revealed before. */
  | { readonly kind: 'met'; readonly card: Card }
  | { readonly kind: 'ended'; readonly reason: MeetingEnd };

/** No state: it is over, after `send`. */
export interface NearbyStep<S> {
  readonly state?: S;
  readonly send?: readonly ChannelFrame[];
  readonly news?: NearbyNews;
}

/** Ends a meeting from within a step. */
export class MeetingOver extends Error {
  readonly reason: MeetingEnd;

  constructor(reason: MeetingEnd) {
    super(`the meeting ended: ${reason}`);
    this.name = 'MeetingOver';
    this.reason = reason;
  }
}

export function ended<S>(reason: MeetingEnd, ...send: readonly ChannelFrame[]): NearbyStep<S> {
  return { send, news: { kind: 'ended', reason } };
}

/** Whatever is not as it must be ends the meeting: a step throws only for defects of its own. `farewell`: what is still sent then. */
export function stepping<S>(step: () => NearbyStep<S>, ...farewell: readonly ChannelFrame[]): NearbyStep<S> {
  try {
    return step();
  } catch (error) {
    if (error instanceof MeetingOver) return ended(error.reason, ...farewell);
    if (error instanceof WireError) return ended('failed', ...farewell);
    throw error;
  }
}

export function frameOf(kind: ChannelKind, payload: Uint8Array = new Uint8Array(0)): ChannelFrame {
  return { kind, payload };
}
