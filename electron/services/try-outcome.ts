import { tryOutcome, type TryOutcome } from '../../shared/model/network';
import { ChannelError } from '../engine/session/channel-frames';
import { type FailureReason, SessionError } from '../engine/session/failure';
import { MeetingRefusal } from '../engine/session/meeting-roles';
import { NotNeeded } from './racing';

/**
 * The word for how an address answered, from the error its attempt ended with. What a stranger at the address did says
 * nothing about the person who is looked for.
 */
export function outcomeOf(error: unknown): TryOutcome {
  if (error === undefined) return 'connected';
  if (error instanceof NotNeeded) return 'not-needed';
  if (error instanceof SessionError) return ofSession(error.reason);
  if (error instanceof MeetingRefusal) return error.code === 'invitation.wrong-person' ? 'other-identity' : 'not-accepted';
  if (error instanceof ChannelError) return error.reason === 'refused' ? 'not-accepted' : 'no-answer';
  // Transports give one of these words; services know no transport.
  const said = error instanceof Error && 'reason' in error ? tryOutcome.safeParse(error.reason) : undefined;
  return said?.success === true ? said.data : 'unreachable';
}

function ofSession(reason: FailureReason): TryOutcome {
  switch (reason) {
    case 'retry-asked':
    case 'unknown-selector':
    case 'envelope':
      return 'not-accepted';
    case 'other-identity':
    case 'own-instance':
    case 'contact.key-mismatch':
      return 'other-identity';
    case 'met-meanwhile':
      return 'not-needed';
    default:
      return 'no-answer';
  }
}
