import { useEffect, useState, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useMessages, useModel, useNetwork } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { ReachGlyph } from '../../ui/icons';
import { nameInSentence } from '../../ui/strangers';
import { isPaused } from '../contacts/contact-words';
import type { Thread } from './messages-store';
import { useSaveEnvelopes } from './use-envelopes';

/** The line above the composer that names what is awaited; nothing when nothing is. */
export function ComposerLine({ contact, conversationId }: { readonly contact: Contact; readonly conversationId: string }): ReactNode {
  const text = useText();
  const saveEnvelopes = useSaveEnvelopes();
  const name = nameInSentence(contact.name);
  const waiting = useMessages(
    (state) => state.threads[conversationId]?.messages.filter((message) => message.state === 'queued').length ?? 0,
  );
  const more = useMessages((state) => (mayBeMore(state.threads[conversationId]) ? 'yes' : 'no'));
  const away = !contact.pending && !isPaused(contact) && ((contact.reach === 'waiting' && waiting > 0) || contact.reach === 'mailbox');
  const when = useAwaySince(contact, away || contact.pending);
  // Of somebody who never answered there may be a key to seal with, or none: that is asked for.
  const advice = useNetwork((state) => state.reports[contact.contactId]?.advice);
  const mayCarry = contact.pending ? advice?.includes('carry-by-file') === true : !isPaused(contact);
  const trouble = useNetwork((state) => state.reports[contact.contactId]?.mailboxTrouble);
  const words = contact.pending
    ? text('composer.pending', { name })
    : isPaused(contact)
      ? waiting > 0
        ? text('composer.paused', { name, count: waiting, more })
        : undefined
      : !away
        ? undefined
        : contact.reach === 'mailbox'
          ? trouble !== undefined ? text(`composer.mailbox.${trouble}`, { name }) : when === undefined ? text('composer.mailbox', { name }) : text('composer.mailbox.since', { name, when })
          : when === undefined ? text('composer.waiting', { name, count: waiting, more }) : text('composer.waiting.since', { name, count: waiting, more, when });
  if (words === undefined) return null;
  return (
    <p className="composer-line">
      <ReachGlyph reach={contact.reach === 'mailbox' ? 'mailbox' : 'waiting'} />
      <span>{words}</span>
      {!mayCarry ? null : (
        <Button kind="quiet" onPress={() => void saveEnvelopes(contact)}>
          {text('envelopes.save')}
        </Button>
      )}
    </p>
  );
}

/** The oldest own message that is loaded waits, and there are older ones: those may wait as well. */
const mayBeMore = (thread: Thread | undefined): boolean => (thread?.complete === false && thread.messages.find(({ direction }) => direction === 'out')?.state === 'queued') || thread?.behind === true;

/** Asks how somebody who is away could be reached. When the connection to them ended; undefined: there was none since the vault was opened, or it is not known yet. */
function useAwaySince({ contactId, reach }: Contact, away: boolean): string | undefined {
  const model = useModel();
  const times = useTimes();
  const now = useNow();
  const report = useNetwork((state) => state.reports[contactId]);
  // What was asked for before may tell of an earlier absence.
  const [isAsked, setAsked] = useState(false);
  useEffect(() => {
    if (!away) return undefined;
    let current = true;
    const ask = async (): Promise<void> => {
      await model.network.getState().loadReach(contactId);
      if (current) setAsked(true);
    };
    model.background(ask());
    return () => {
      current = false;
      setAsked(false);
    };
  }, [model, contactId, away, reach]);
  // While one of the two is newer than the other, the time belongs to the connection.
  return !away || !isAsked || report?.since === undefined || report.connected ? undefined : times.when(report.since, now);
}
