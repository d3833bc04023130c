import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { Contact } from '../../../shared/model/contact';
import { useConversations, useKeys, useUi } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { KeyCut } from '../../ui/icons';
import { findConversation } from '../conversations/conversations-store';
import { keyState, newestKeySince, shownKeyId } from './key-state';

/** What is shown of the time may be so old. */
const aheadMs = 2 * 60_000;

/** The Keys fact of the header: glyph, word, age. Opens the Keys tab. */
export function KeyBadge({ contact, conversationId }: { readonly contact: Contact; readonly conversationId: string | undefined }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const showDetails = useUi((state) => state.showDetails);
  const status = useKeys((state) => (conversationId === undefined ? undefined : state.statuses[conversationId]));
  const renewing = useKeys((state) => conversationId !== undefined && (state.renewing[conversationId] ?? 0) > 0);
  const failed = useConversations((state) => findConversation(state, conversationId)?.state === 'failed');
  const state = keyState(status, { contact, renewing, failed, now });
  const since = newestKeySince(status);
  const word = text(`keys.${state}`);
  // Made by a clock that was set back since: how old it is nobody knows.
  const isAhead = since !== undefined && since - now > aheadMs;
  const shown = since === undefined || isAhead || state === 'needs' || state === 'none' ? word : text('keys.badge', { word, age: times.age(now - since) });
  const id = shownKeyId(status);
  return (
    <Button className={`fact keys-${state}`} data-testid="key-badge" aria-label={`${text('keys.label')}: ${shown}`} onPress={() => showDetails('keys')}>
      <KeyCut key={id ?? 'none'} id={id ?? '77777777'} />
      <span>{shown}</span>
    </Button>
  );
}
