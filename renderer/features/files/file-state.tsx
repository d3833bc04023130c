import type { ReactNode } from 'react';
import { KeyshiftError, isErrorCode } from '../../../shared/errors';
import type { Transfer } from '../../../shared/model/transfer';
import { useContacts, useConversations } from '../../app/model-context';
import { heard } from '../../i18n/heard';
import { type Text, useErrorText, useText } from '../../i18n/use-text';
import { type Times, useTimes } from '../../i18n/use-times';
import { findContact } from '../contacts/contacts-store';
import { findConversation } from '../conversations/conversations-store';
import { isConnected } from '../network/way';

/** How it stands with a file, in words; empty where there is nothing to say. */
function wordsOf(transfer: Transfer, name: string, connected: boolean, isOver: boolean, text: Text, times: Times, errorText: (thrown: unknown) => string): string {
  const { state, direction, done, size, held, failure, rate } = transfer;
  const amounts = { done: times.bytes(done), total: times.bytes(size) };
  // The other person is done with the conversation, and has nothing of it any more: neither takes what waits here nor sends it.
  if (isOver && (state === 'offered' || state === 'waiting')) return text(`files.state.over.${direction}`, { name });
  switch (state) {
    case 'offered':
      // A mailbox keeps the message alone, and the file stays here.
      return text(direction === 'out' && !connected ? 'files.state.offered.apart' : `files.state.offered.${direction}`, { name });
    case 'waiting':
      if (!connected) return done > 0 ? text('files.state.waiting.part', { ...amounts, name }) : text(`files.state.waiting.${direction}`, { name });
      if (transfer.missing === true && direction === 'in') return text('files.state.waiting.missing', { name });
      // It is the other side that stopped it, or that has not begun yet.
      return text(done > 0 ? 'files.state.waiting.other' : `files.state.waiting.begin.${direction}`, { name });
    case 'running':
    case 'preparing':
      return rate === undefined ? text('files.progress.words', amounts) : text('files.progress.rate', { ...amounts, rate: times.bytes(rate) });
    case 'paused':
      return text('files.state.paused', amounts);
    case 'done':
      if (!held) return text('files.state.gone');
      return direction === 'out' ? text('files.state.done.out', { name }) : '';
    case 'cancelled':
      if (transfer.cancelledBy === undefined) return text('files.state.cancelled');
      if (transfer.cancelledBy === 'me') return text(`files.state.cancelled.me.${direction}`, { name });
      return text(direction === 'in' ? 'files.state.cancelled.them.in' : done > 0 ? 'files.state.cancelled.them.stopped' : 'files.state.cancelled.them.declined', { name });
    case 'failed':
      if (failure === 'contact.not-permitted') return text(`files.state.refused.${direction}`, { name });
      if (direction === 'in' && failure === 'disk.full') return text('files.state.noRoom');
      return text('files.state.failed', { reason: failure !== undefined && isErrorCode(failure) ? errorText(new KeyshiftError(failure, '')) : '' }).trim();
  }
}

/** Whether the words of it say how large it is, beside how far it is. */
export function saysHowLarge({ state, done }: Pick<Transfer, 'state' | 'done'>, connected: boolean): boolean {
  return state === 'running' || state === 'paused' || (state === 'waiting' && done > 0 && !connected);
}

/** Whether there is a connection to the person this conversation is with. */
export function useConnected(conversationId: string): boolean {
  const contactId = useConversations((state) => findConversation(state, conversationId)?.contactId);
  const reach = useContacts((state) => findContact(state, contactId)?.reach);
  return reach !== undefined && isConnected(reach);
}

/** Whether the other person is done with this conversation. */
export function useIsOver(conversationId: string): boolean {
  return useConversations((state) => findConversation(state, conversationId)?.state) === 'closed';
}

export function FileState({ transfer, name, file }: { readonly transfer: Transfer; readonly name: string; readonly file: string }): ReactNode {
  const text = useText();
  const times = useTimes();
  const errorText = useErrorText();
  const words = wordsOf(transfer, name, useConnected(transfer.conversationId), useIsOver(transfer.conversationId), text, times, errorText);
  return (
    <>
      {transfer.state === 'running' || transfer.state === 'paused' ? (
        <progress className="progress-bar" aria-label={text(`files.progress.${transfer.direction}`, { file })} aria-valuetext={heard(words)} max={transfer.size} value={transfer.done} />
      ) : null}
      {words === '' ? null : (
        <span className={transfer.state === 'failed' ? 'field-hint file-failed' : 'field-hint'} data-testid="file-state" data-state={transfer.state}>
          {words}
        </span>
      )}
    </>
  );
}
