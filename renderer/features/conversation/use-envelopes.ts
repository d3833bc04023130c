import { useCallback } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { fallBack } from '../../app/keep-focus';
import { useModel } from '../../app/model-context';
import { focusBack } from '../../app/panes';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';

/** Saves what a person has not confirmed yet into a file, or a new one in a folder, that the user chooses, and says how much that was. */
export function useSaveEnvelopes(): (contact: Contact, to?: 'file' | 'folder') => Promise<void> {
  const text = useText();
  const say = useTold('path.required');
  const { client } = useModel();
  return useCallback(
    (contact, to = 'file') =>
      say(async () => {
        const { count } = await client.envelopes.save({ contactId: contact.contactId, ...inFolder(to) });
        // With nothing left that waits, the line goes that said so, and its button.
        fallBack(focusBack);
        return text('envelopes.saved', { name: nameInSentence(contact.name), count });
      }),
    [text, say, client],
  );
}

/** Opens a file, or all of a folder, that the user chooses and says what was in it; the messages arrive like any others. */
export function useOpenEnvelopes(): (from?: 'file' | 'folder') => Promise<void> {
  const text = useText();
  const say = useTold('path.required');
  const { client } = useModel();
  return useCallback(
    (from = 'file') =>
      say(async () => {
        const { opened, repeated, refused, waiting = 0, requests = 0, left = 0 } = await client.envelopes.open(inFolder(from));
        const sentences = [text('envelopes.opened', { opened })];
        if (requests > 0) sentences.push(text('envelopes.opened.requests', { requests }));
        if (repeated > 0) sentences.push(text('envelopes.opened.repeated', { repeated }));
        if (waiting > 0) sentences.push(text('envelopes.opened.waiting', { waiting }));
        if (refused > 0) sentences.push(text('envelopes.opened.refused', { refused }));
        if (left > 0) sentences.push(text('envelopes.opened.left', { left }));
        return sentences.join(' ');
      }),
    [text, say, client],
  );
}

function inFolder(place: 'file' | 'folder'): { folder?: true } {
  return place === 'folder' ? { folder: true } : {};
}
