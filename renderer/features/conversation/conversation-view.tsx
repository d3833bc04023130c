import { useCallback, useEffect, useRef, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { Conversation } from '../../../shared/model/conversation';
import { fallBack } from '../../app/keep-focus';
import { useKeys, useModel, useTalk, useUi } from '../../app/model-context';
import { focusTalk } from '../../app/panes';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { EmptyState } from '../../ui/empty-state';
import { pictureDigits } from '../../ui/key-cut-path';
import { nameInSentence } from '../../ui/strangers';
import { endedWords, isBlocked } from '../contacts/contact-words';
import { rightsTaken } from '../contacts/use-set-rights';
import { useSetBlocked } from '../contacts/who-tab';
import { useStopped } from '../devices/device-bar';
import { KeyProblems } from '../keys/key-problems';
import { Composer } from './composer';
import { ComposerLine } from './composer-line';
import { ContinuesLine } from './continues-line';
import { ConversationHeader } from './conversation-header';
import { FailedBar } from './failed-bar';
import { LeftDraft, OrphanedDraft } from './left-draft';
import { MessageFeed } from './message-feed';
import { LapsedBar } from './lapsed-bar';
import { PausedBar } from './paused-bar';
import { RightsLine } from './rights-line';
import { SelectionBar } from './selection-bar';
import { StoringLines } from './storing-lines';
import { TypingLine } from './typing-line';
import { UnkeptLine } from './unkept-line';

/** A person and what was said with them. Without a conversation yet: the person, and why not. */
export function ConversationView({ contact, conversation }: { readonly contact: Contact; readonly conversation: Conversation | undefined }): ReactNode {
  const text = useText();
  const model = useModel();
  const field = useRef<HTMLTextAreaElement>(null);
  const conversationId = conversation?.conversationId;
  const name = nameInSentence(contact.name);
  const status = useKeys((state) => (conversationId === undefined ? undefined : state.statuses[conversationId]));
  const isSelecting = useTalk((state) => conversationId !== undefined && state.selecting[conversationId] !== undefined);

  useEffect(() => {
    if (conversationId === undefined) return undefined;
    model.messages.getState().enter(conversationId);
    // Whoever came from a hit looks at its place.
    const unread = model.conversations.getState().conversations.find((one) => one.conversationId === conversationId)?.unread;
    if (model.messages.getState().threads[conversationId]?.behind !== true) model.background(model.messages.getState().loadNewest(conversationId, unread));
    model.background(model.keys.getState().load(conversationId));
    return () => {
      model.messages.getState().leave(conversationId);
      model.talk.getState().select(conversationId, undefined);
      model.search.getState().unmark(conversationId);
    };
  }, [model, conversationId]);

  const { contactId, pending, keyEpoch } = contact;
  useEffect(() => {
    if (pending) return;
    model.background(model.people.getState().loadHistory(contactId));
    model.background(model.people.getState().loadDevices(contactId));
  }, [model, contactId, pending, keyEpoch]);

  // Blocked, ended or stopped there is no field to take the focus, and the field that had it went away, as a button above it goes with its reason: keys would go nowhere.
  const writes = useStopped() === undefined && !isOver(contact, conversation);
  const allowed = rightsTaken(contact).length === 0;
  useEffect(() => fallBack(focusTalk, 20), [contactId, conversationId, writes, allowed]);

  const focusField = useCallback(() => field.current?.focus(), []);
  return (
    <main className="pane conversation-pane" aria-label={text('conversation.label', { name })} data-pane="conversation">
      <ConversationHeader contact={contact} conversationId={conversationId} title={conversation?.title ?? ''} />
      {conversationId === undefined ? (
        <div className="feed-frame">{isBlocked(contact) || contact.ended !== undefined ? <EmptyState keyId={pictureDigits(contact.peerId)}>{text('conversation.none', { name })}</EmptyState> : null}</div>
      ) : (
        <MessageFeed
          contact={contact}
          conversationId={conversationId}
          before={conversation?.continues === undefined ? null : <ContinuesLine from={conversation.continues} />}
          after={status === undefined ? null : <KeyProblems contact={contact} conversationId={conversationId} status={status} />}
          empty={<NoMessages contact={contact} isOver={isOver(contact, conversation)} />}
          onReply={focusField}
        />
      )}
      {isSelecting && conversationId !== undefined ? <SelectionBar conversationId={conversationId} name={contact.name} /> : null}
      {/* Not taken away: what is being written stands there, with its files. */}
      <div className="conversation-foot" hidden={isSelecting}>
        <OrphanedDraft contactId={contactId} />
        <ConversationFoot contact={contact} conversation={conversation}>
          {conversationId === undefined ? null : (
            <>
              <PausedBar contact={contact} />
              <TypingLine conversationId={conversationId} name={name} />
              <StoringLines conversationId={conversationId} />
              <LapsedBar contact={contact} />
              <RightsLine contact={contact} />
              <UnkeptLine conversationId={conversationId} />
              <ComposerLine contact={contact} conversationId={conversationId} />
              <Composer contact={contact} conversationId={conversationId} field={field} />
            </>
          )}
        </ConversationFoot>
      </div>
    </main>
  );
}

/** Nobody writes here any more, so that no key is renewed either. */
function isOver(contact: Contact, conversation: Conversation | undefined): boolean {
  return contact.ended !== undefined || isBlocked(contact) || (conversation !== undefined && conversation.state !== 'open');
}

function NoMessages({ contact, isOver }: { readonly contact: Contact; readonly isOver: boolean }): ReactNode {
  const text = useText();
  const showDetails = useUi((state) => state.showDetails);
  return (
    <EmptyState
      keyId={pictureDigits(contact.peerId)}
      actions={contact.pending || contact.checked ? undefined : <Button onPress={() => showDetails('who')}>{text('conversation.empty.check')}</Button>}
    >
      {isOver ? text('conversation.empty.over') : text(contact.pending ? 'conversation.empty.pending' : 'conversation.empty', { name: nameInSentence(contact.name) })}
    </EmptyState>
  );
}

/** The composer, or why nothing can be written and what can be done about it. */
function ConversationFoot({ contact, conversation, children }: { readonly contact: Contact; readonly conversation: Conversation | undefined; readonly children: ReactNode }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const setBlocked = useSetBlocked();
  const openAnother = useUi((state) => state.openAnother);
  const name = nameInSentence(contact.name);
  const stopped = useStopped();
  const left = conversation === undefined ? null : <LeftDraft conversationId={conversation.conversationId} />;
  if (stopped !== undefined) return <Banner tone="notice">{text(`composer.device.${stopped}`)}</Banner>;
  if (contact.ended !== undefined) {
    return (
      <>
        {left}
        <Banner tone="notice">{endedWords(contact, text, errorText)}</Banner>
      </>
    );
  }
  if (isBlocked(contact)) {
    return (
      <Banner tone="notice" action={<Button onPress={() => void setBlocked(contact, false)}>{text('composer.unblock')}</Button>}>
        {text('composer.blocked', { name })}
      </Banner>
    );
  }
  if (conversation?.state === 'failed') {
    return (
      <>
        {left}
        <FailedBar contact={contact} conversation={conversation} />
      </>
    );
  }
  if (conversation?.state === 'closed') {
    return (
      <>
        {left}
        <Banner tone="notice" action={<Button onPress={() => openAnother(contact.contactId)}>{text('composer.another')}</Button>}>
          {text('composer.closed')}
        </Banner>
      </>
    );
  }
  return children;
}
