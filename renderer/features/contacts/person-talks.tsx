import { useMemo, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useConversations, useModel, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { nameInSentence, plainName } from '../../ui/strangers';

/** Shown here; the rest is in the list. */
const most = 20;

/** What is talked about with this person elsewhere. Of one conversation there is nothing to choose. */
export function PersonTalks({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const model = useModel();
  const all = useConversations((state) => state.conversations);
  const selected = useUi((state) => state.selection?.conversationId);
  const theirs = useMemo(() => all.filter(({ contactId }) => contactId === contact.contactId), [all, contact.contactId]);
  if (theirs.length < 2) return null;
  const others = theirs.filter(({ conversationId }) => conversationId !== selected);
  return (
    <section className="stack tight">
      <h2 className="small-heading">{text('who.talks', { name: nameInSentence(contact.name) })}</h2>
      <ul className="plain-list">
        {others.slice(0, most).map(({ conversationId, title, archived, unread }) => (
          <li key={conversationId}>
            <button type="button" className="text-button" onClick={() => model.showConversation(conversationId)}>
              <bdi>{title.trim() === '' ? text('who.talks.untitled') : plainName(title)}</bdi>
            </button>
            {archived ? <span className="field-hint"> {text('who.talks.archived')}</span> : null}
            {unread > 0 ? <span className="field-hint"> {text('who.talks.unread', { count: unread })}</span> : null}
          </li>
        ))}
      </ul>
      {others.length > most ? <p className="field-hint">{text('who.talks.more', { count: others.length - most })}</p> : null}
    </section>
  );
}
