import type { ReactNode } from 'react';
import { useDrafts } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { LeftWords } from './left-words';

/** What was being written when nothing could be written any more. */
export function LeftDraft({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const written = useDrafts((state) => state.drafts[conversationId]?.text ?? '').trim();
  const write = useDrafts((state) => state.write);
  return <LeftWords key={conversationId} intro={text('composer.left')} written={written} onThrowAway={() => write(conversationId, '')} onBack={(words) => write(conversationId, words)} />;
}

/** What was being written to somebody in a conversation that is gone: kept until the vault is locked, as there is nowhere to store it. */
export function OrphanedDraft({ contactId }: { readonly contactId: string }): ReactNode {
  const text = useText();
  const written = useDrafts((state) => state.orphaned[contactId] ?? '');
  const orphan = useDrafts((state) => state.orphan);
  return <LeftWords key={contactId} intro={text('composer.left.removed')} written={written} onThrowAway={() => orphan(contactId, '')} onBack={(words) => orphan(contactId, words)} />;
}
