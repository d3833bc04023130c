import { KeyshiftError } from '../../../shared/errors';
import type { Contact } from '../../../shared/model/contact';
import type { Text } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';

/** The Who fact in words; `vouchedBy` names the first authority. */
export function whoWord(contact: Contact, text: Text): string {
  if (contact.pending) return text('who.pending');
  if (contact.who === 'vouched') return text('who.vouched', { authority: nameInSentence(contact.vouchedBy[0] ?? '?') });
  return text(`who.${contact.who}`);
}

export function whoSentence(contact: Contact, text: Text): string {
  const name = nameInSentence(contact.name);
  if (contact.pending) return text('who.text.pending', { name });
  if (contact.who === 'vouched') return text('who.text.vouched', { authority: nameInSentence(contact.vouchedBy[0] ?? '?') });
  return text(`who.text.${contact.who}`, { name });
}

/** Nothing is sent until a person has compared which key is theirs. */
export function isPaused(contact: Contact): boolean {
  return contact.who === 'frozen' || contact.who === 'unknown-key';
}

/** Who facts that a person should look at. */
export function needsPerson(contact: Contact): boolean {
  return contact.who === 'changed' || isPaused(contact);
}

export function isBlocked(contact: Contact): boolean {
  return contact.reach === 'blocked';
}

/** That the contact has ended, and why. */
export function endedWords({ ended }: Contact, text: Text, errorText: (thrown: unknown) => string): string {
  return text('composer.ended', { reason: ended === undefined ? '' : errorText(new KeyshiftError(ended, '')) });
}
