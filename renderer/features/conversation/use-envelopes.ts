import { useCallback } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';

/** Saves what a person has not confirmed yet into a file the user chooses, and says how much that was. */
export function useSaveEnvelopes(): (contact: Contact) => Promise<void> {
  const text = useText();
  const say = useTold('path.required');
  const { client } = useModel();
  return useCallback(
    (contact) =>
      say(async () => {
        const { count } = await client.envelopes.save({ contactId: contact.contactId });
        return text('envelopes.saved', { name: nameInSentence(contact.name), count });
      }),
    [text, say, client],
  );
}

/** Opens a file the user chooses and says what was in it; the messages arrive like any others. */
export function useOpenEnvelopes(): () => Promise<void> {
  const text = useText();
  const say = useTold('path.required');
  const { client } = useModel();
  return useCallback(
    () =>
      say(async () => {
        const { opened, repeated, refused, waiting = 0, requests = 0 } = await client.envelopes.open({});
        const sentences = [text('envelopes.opened', { opened })];
        if (requests > 0) sentences.push(text('envelopes.opened.requests', { requests }));
        if (repeated > 0) sentences.push(text('envelopes.opened.repeated', { repeated }));
        if (waiting > 0) sentences.push(text('envelopes.opened.waiting', { waiting }));
        if (refused > 0) sentences.push(text('envelopes.opened.refused', { refused }));
        return sentences.join(' ');
      }),
    [text, say, client],
  );
}
