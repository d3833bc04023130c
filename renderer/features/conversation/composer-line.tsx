import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useMessages } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { ReachGlyph } from '../../ui/icons';
import { nameInSentence } from '../../ui/strangers';
import { isPaused } from '../contacts/contact-words';
import { useSaveEnvelopes } from './use-envelopes';

/** The line above the composer that names what is awaited; nothing when nothing is. */
export function ComposerLine({ contact, conversationId }: { readonly contact: Contact; readonly conversationId: string }): ReactNode {
  const text = useText();
  const saveEnvelopes = useSaveEnvelopes();
  const name = nameInSentence(contact.name);
  const waiting = useMessages(
    (state) => state.threads[conversationId]?.messages.filter((message) => message.state === 'queued').length ?? 0,
  );
  const words = contact.pending
    ? text('composer.pending', { name })
    : isPaused(contact)
      ? waiting > 0
        ? text('composer.paused', { name, count: waiting })
        : undefined
      : contact.reach === 'waiting' && waiting > 0
      ? text('composer.waiting', { name, count: waiting })
      : contact.reach === 'mailbox'
      ? text('composer.mailbox', { name })
      : undefined;
  if (words === undefined) return null;
  return (
    <p className="composer-line">
      <ReachGlyph reach={contact.reach === 'mailbox' ? 'mailbox' : 'waiting'} />
      <span>{words}</span>
      {contact.pending || isPaused(contact) ? null : (
        <Button kind="quiet" onPress={() => void saveEnvelopes(contact)}>
          {text('envelopes.save')}
        </Button>
      )}
    </p>
  );
}
