import { KeyshiftError } from '../../shared/errors';
import type { Meeting } from '../../shared/model/discovery';
import type { Crypto } from '../engine/crypto/crypto';
import type { Address, Clock, Logger, Transport } from '../engine/ports';
import type { MeetingTalk } from '../engine/session/meeting-talk';
import type { OpenProfile } from './open-profile';

export interface NearbyMeetingsParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly transport: Transport;
  readonly profile: () => OpenProfile;
  readonly ownAddresses: () => readonly Address[];
  /** The public words of this device while it may be asked. */
  readonly ownWords: () => string | undefined;
  /** The meeting looks different now. */
  readonly changed: () => void;
}

/** A meeting under way, or how it ended. */
export interface Current {
  view: Meeting;
  readonly by: string;
  readonly begunAt: number;
  /** Calls off whatever dial is under way. */
  readonly quit: AbortController;
  talk: MeetingTalk | undefined;
  /** They asked, too, while our own question goes first: taken when that comes to nothing. */
  held: MeetingTalk | undefined;
  accepted: boolean;
}

/** Neither over nor absent. */
export function underWay(current: Current | undefined): Current | undefined {
  const step = current?.view.step;
  return step === 'met' || step === 'ended' ? undefined : current;
}

export function noMeeting(): KeyshiftError {
  return new KeyshiftError('discovery.no-meeting', 'No meeting is under way that this answers.');
}
