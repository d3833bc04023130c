import { useState, type ReactNode } from 'react';
import type { Editing } from '../../../shared/model/conversation';
import { useDrafts } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { LeftWords } from './left-words';

/** What was being written, and what a message was being changed to, when nothing could be written any more. */
export function LeftDraft({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const written = useDrafts((state) => state.drafts[conversationId]?.text ?? '').trim();
  const write = useDrafts((state) => state.write);
  return (
    <>
      <LeftWords key={conversationId} intro={text('composer.left')} written={written} onThrowAway={() => write(conversationId, '')} onBack={(words) => write(conversationId, words)} />
      <LeftEdit key={`edit ${conversationId}`} conversationId={conversationId} />
    </>
  );
}

function LeftEdit({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const editing = useDrafts((state) => state.drafts[conversationId]?.editing);
  const edit = useDrafts((state) => state.edit);
  const [thrown, setThrown] = useState<Editing>();
  return (
    <LeftWords
      intro={text('composer.left.edit')}
      written={editing?.text.trim() ?? ''}
      onThrowAway={() => {
        setThrown(editing);
        edit(conversationId, undefined);
      }}
      onBack={() => edit(conversationId, thrown)}
    />
  );
}

/** What was being written to somebody in a conversation that is gone: kept until the vault is locked, as there is nowhere to store it. */
export function OrphanedDraft({ contactId }: { readonly contactId: string }): ReactNode {
  const text = useText();
  const written = useDrafts((state) => state.orphaned[contactId] ?? '');
  const orphan = useDrafts((state) => state.orphan);
  return <LeftWords key={contactId} intro={text('composer.left.removed')} written={written} onThrowAway={() => orphan(contactId, '')} onBack={(words) => orphan(contactId, words)} />;
}
