import type { Contact } from '../../../shared/model/contact';
import type { KeyStatus } from '../../../shared/model/keys';
import { needsPerson } from '../contacts/contact-words';

export type KeyState = 'none' | 'fresh' | 'due' | 'renewing' | 'needs';

export interface KeyCircumstances {
  readonly contact: Contact;
  readonly renewing: boolean;
  /** The conversation was stopped. */
  readonly failed: boolean;
  readonly now: number;
}

/**
 * The Keys fact, the strongest first. `needs`: the person has to look (who this is, a stopped conversation, two
 * histories that differ). `due`: a limit is reached and the next message brings a new key.
 */
export function keyState(status: KeyStatus | undefined, { contact, renewing, failed, now }: KeyCircumstances): KeyState {
  if (needsPerson(contact) || failed || status?.transcript.equal === false) return 'needs';
  if (renewing) return 'renewing';
  const sending = status?.sending;
  if (status === undefined || (sending === null && status.receiving.length === 0)) return 'none';
  if (sending === null || sending === undefined) return 'fresh';
  const { afterMessages, afterBytes } = status.policy;
  const reached =
    (sending.shiftsBy !== undefined && now >= sending.shiftsBy) ||
    (afterMessages > 0 && sending.messages >= afterMessages) ||
    (afterBytes > 0 && sending.bytes >= afterBytes);
  return reached ? 'due' : 'fresh';
}

/** When the youngest key of the conversation was made. */
export function newestKeySince(status: KeyStatus | undefined): number | undefined {
  if (status === undefined) return undefined;
  const times = [status.sending?.since ?? 0, ...status.receiving.map((key) => key.since)];
  const newest = Math.max(...times);
  return newest === 0 ? undefined : newest;
}

/** The id whose cuts the badge shows: the own key, else theirs, else none. */
export function shownKeyId(status: KeyStatus | undefined): string | undefined {
  return status?.sending?.id ?? status?.receiving[0]?.id;
}
