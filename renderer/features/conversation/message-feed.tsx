import { Fragment, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { ArrowDown } from 'lucide-react';
import type { Contact } from '../../../shared/model/contact';
import { inOneForm } from '../../../shared/model/emoji';
import type { ContactKey } from '../../../shared/model/identity';
import type { KeyShift } from '../../../shared/model/keys';
import type { Message } from '../../../shared/model/message';
import { useConversations, useDrafts, useKeys, useMessages, useModel, usePeople, useSearch, useSettings, useTalk, useUi } from '../../app/model-context';
import { fallBack, keepFocus } from '../../app/keep-focus';
import { focusTalk } from '../../app/panes';
import { calledBy, combinationOf } from '../../app/shortcuts';
import { useShortcutKeys } from '../../app/use-shortcut-keys';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { DayLine } from './day-line';
import { DeleteDialog } from './delete-dialog';
import { EmojiPicker } from './emoji-picker';
import { MessageItem } from './message-item';
import { MessageLines } from './message-lines';
import { MessageMenu } from './message-menu';
import { emptyThread, mostFollowed } from './messages-store';
import { readOn } from './read-on';
import { SelectionMenu } from './selection-menu';
import { linesAfter, timeline, type TimelineMessage } from './timeline';
import { useCopied } from './use-copied';
import { useDeviceMarks } from './use-device-marks';
import { useGoTo } from '../search/use-go-to';
import { useFeedScroll } from './use-feed-scroll';
import { useLastScreen } from './use-last-screen';
import { useSelectedActs } from './use-selected-acts';
import { useSelecting } from './use-selecting';
import { useTimerMarks } from './use-timer-marks';
import { useMarkRead } from './use-mark-read';
import { useUnreadDivider } from './use-unread-divider';
import { usePlaces } from './use-places';
import { useWholeList } from './use-whole-list';

function lastOwn(messages: readonly Message[]): string | undefined {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    if (messages[index]?.direction === 'out') return messages[index]?.messageId;
  }
  return undefined;
}

/** Messages that Page Up and Page Down go over. */
const pageStep = 10;

function isShown({ kind }: Message): boolean {
  return kind === 'text' || kind === 'file';
}

function isEditable({ direction, kind }: Message): boolean {
  return direction === 'out' && kind === 'text';
}

/** What is seen of a message is narrower than its line. */
function bubbleOf(article: HTMLElement): HTMLElement {
  return article.querySelector<HTMLElement>('.bubble') ?? article;
}

const noShifts: readonly KeyShift[] = [];
const noKeys: readonly ContactKey[] = [];

export interface MessageFeedProps {
  readonly contact: Contact;
  readonly conversationId: string;
  /** Above the first message, once all are here. */
  readonly before?: ReactNode;
  /** Below the last one: what could not be read. */
  readonly after?: ReactNode;
  readonly empty: ReactNode;
  readonly onReply: () => void;
}

/** The messages as a feed of articles: one of them in the tab order, arrows move. Not live: one region elsewhere speaks. */
export function MessageFeed({ contact, conversationId, before, after, empty, onReply }: MessageFeedProps): ReactNode {
  const text = useText();
  const shortcutKeys = useShortcutKeys();
  const errorText = useErrorText();
  const times = useTimes();
  const now = useNow();
  const model = useModel();
  const thread = useMessages((state) => state.threads[conversationId] ?? emptyThread);
  const history = useKeys((state) => state.statuses[conversationId]?.history ?? noShifts);
  const identityKeys = usePeople((state) => state.histories[contact.contactId] ?? noKeys);
  const setReply = useDrafts((state) => state.replyTo);
  const [focused, setFocused] = useState<string>();
  const [menu, setMenu] = useState<{ readonly message: Message; readonly anchor: HTMLElement; readonly at?: DOMRect | undefined; readonly link?: string | undefined; readonly selected: string | undefined }>();
  const [picking, setPicking] = useState<{ readonly message: Message; readonly anchor: HTMLElement }>();
  const [deleting, setDeleting] = useState<Message>();
  // What was asked of one conversation is not asked of the next.
  const [asked, setAsked] = useState(conversationId);
  if (asked !== conversationId) {
    setAsked(conversationId);
    setMenu(undefined);
    setPicking(undefined);
    setDeleting(undefined);
  }
  const edit = useDrafts((state) => state.edit);
  const isOpen = useConversations((state) => state.conversations.find((one) => one.conversationId === conversationId)?.state === 'open') && !contact.pending;

  const { messages } = thread;
  const deviceMarks = useDeviceMarks(contact, conversationId, thread);
  const timerMarks = useTimerMarks(conversationId, nameInSentence(contact.name));
  const marks = useMemo(() => [...deviceMarks, ...timerMarks], [deviceMarks, timerMarks]);
  const former = useRef<readonly TimelineMessage[]>([]);
  const entries = useMemo(() => timeline(messages, history, former.current, identityKeys, marks), [messages, history, identityKeys, marks]);
  useEffect(() => {
    former.current = entries;
  }, [entries]);
  const byId = useMemo(() => new Map(messages.map((message) => [message.messageId, message])), [messages]);
  const newestOwn = useMemo(() => lastOwn(messages), [messages]);
  const loadOlder = useCallback(() => model.background(model.messages.getState().loadOlder(conversationId)), [model, conversationId]);
  const divider = useUnreadDivider(conversationId, messages, thread.complete);
  const behind = thread.behind === true;
  const onNearEnd = useCallback(() => model.background(model.messages.getState().loadNewer(conversationId)), [model, conversationId]);
  const wholeList = useSettings((state) => state.settings.wholeList);
  const dividerAt = useMemo(() => messages.findIndex(({ messageId }) => messageId === divider?.before), [messages, divider]);
  const { from, drawAll } = useLastScreen(conversationId, messages.length, behind || wholeList, dividerAt);
  const drawn = useMemo(() => (from === 0 ? messages : messages.slice(from)), [messages, from]);
  const problems = useKeys((state) => state.statuses[conversationId]?.problems.length ?? 0);
  const lines = useMemo(() => entries.reduce((sum, entry) => sum + linesAfter(entry).length, problems), [entries, problems]);
  const scroll = useFeedScroll(conversationId, drawn, from === 0 ? loadOlder : drawAll, divider?.before, { behind, partly: from > 0, onNearEnd, lines });
  const below = scroll.below + (thread.missed ?? 0);
  useMarkRead(conversationId, thread, scroll.box);
  // Whoever follows what comes all day would in the end have all of it in the page. What is selected has to be among it.
  const isSelecting = useTalk((state) => state.selecting[conversationId] !== undefined);
  const follows = scroll.atEnd && messages.length > mostFollowed;
  useEffect(() => {
    if (follows && !wholeList && !isSelecting && scroll.box.current?.contains(document.activeElement) !== true) model.messages.getState().shorten(conversationId);
  }, [follows, wholeList, isSelecting, model, scroll.box, conversationId, messages.length]);
  const marked = useSearch((state) => (state.marked?.conversationId === conversationId ? state.marked.query : ''));
  const goTo = useGoTo();
  const toNewest = (): void => {
    // Where somebody else is shown by the time they come, that conversation stays where it is.
    const isShown = (): boolean => model.ui.getState().selection?.conversationId === conversationId;
    if (behind) model.background(model.messages.getState().loadNewest(conversationId).then(() => (isShown() ? scroll.toEnd() : undefined)));
    else scroll.toEnd();
    // The button goes with what it did.
    onReply();
  };
  const showQuoted = useCallback((messageId: string) => void goTo.message(conversationId, messageId), [goTo, conversationId]);
  useWholeList(conversationId, thread);
  usePlaces(scroll.box, from, thread.complete ? messages.length : -1);

  const reply = useCallback(
    (messageId: string) => {
      setReply(conversationId, messageId);
      onReply();
    },
    [setReply, conversationId, onReply],
  );
  const startEdit = (message: Message): void => {
    edit(conversationId, { messageId: message.messageId, text: message.text });
    onReply();
  };
  const react = ({ messageId, reactions = [] }: Message, emoji: string): void => {
    const remove = reactions.some((each) => each.by === 'me' && each.emoji === inOneForm(emoji));
    model.background(model.client.messages.react({ messageId, emoji, remove }));
  };
  const openMessage = useUi((state) => state.openMessage);
  const forward = useUi((state) => state.forward);
  const acts = useSelectedActs(conversationId, contact.name);
  const { selected, onCopy } = useCopied(byId, contact.name, times);
  const openMenu = useCallback((message: Message, anchor: HTMLElement, at?: DOMRect, link?: string) => setMenu({ message, anchor, at, link, selected: selected(anchor) }), [selected]);
  const focusMessage = useCallback(
    (messageId: string | undefined) => {
      if (messageId === undefined) return;
      const find = (): HTMLElement | null | undefined => scroll.box.current?.querySelector<HTMLElement>(`[data-message="${messageId}"]`);
      if (find() === null) flushSync(drawAll);
      const article = find();
      article?.focus({ preventScroll: true });
      article?.scrollIntoView?.({ block: 'nearest' });
    },
    [scroll.box, drawAll],
  );

  const focusOr = useCallback((messageId: string | undefined) => (messageId === undefined ? onReply() : focusMessage(messageId)), [focusMessage, onReply]);
  const { isOn: selecting, selected: selectedIds, toggle, extend } = useSelecting(conversationId, messages, focused, focusOr);
  const selectOne = useCallback((messageId: string, upTo: boolean) => (upTo ? extend(messageId) : toggle(messageId)), [extend, toggle]);
  const beginSelecting = (messageId: string): void => {
    toggle(messageId);
    keepFocus(() => focusMessage(messageId));
  };

  // What had the focus before was in the menu, which is gone: without this it came to nobody.
  const endPicking = ({ messageId }: Message): void => {
    setPicking(undefined);
    keepFocus(() => focusMessage(messageId));
    fallBack(focusTalk);
  };
  // The message it was asked for at may be gone by then.
  const endMenu = (): void => {
    setMenu(undefined);
    fallBack(focusTalk);
  };

  // Its neighbour takes the focus of one that goes, the one before where it was the last; writing does where none is left.
  const neighbours = useRef<readonly (string | undefined)[]>([]);
  const openDelete = (message: Message): void => {
    const at = messages.indexOf(message);
    neighbours.current = [message.messageId, messages[at + 1]?.messageId, messages[at - 1]?.messageId];
    setDeleting(message);
  };
  const afterDeletion = (): void => {
    const shown = (id: string | undefined): boolean => id !== undefined && (scroll.box.current?.querySelector(`[data-message="${id}"]`) ?? null) !== null;
    keepFocus(() => {
      const heir = neighbours.current.find(shown);
      if (heir === undefined) onReply();
      else focusMessage(heir);
    });
  };

  /** Where a key goes from the message at `at`. */
  const goalOf = (key: string, at: number): number | undefined => {
    const last = messages.length - 1;
    const goals: Readonly<Record<string, number>> = { ArrowDown: Math.min(at + 1, last), ArrowUp: at - 1, Home: 0, End: last, PageDown: Math.min(at + pageStep, last), PageUp: Math.max(at - pageStep, 0) };
    return goals[key];
  };
  const extendTo = (to: string | undefined, from: string): void => {
    if (to === undefined) return;
    extend(to, from);
    focusMessage(to);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLElement)) return;
    const id = event.target.dataset['message'];
    const at = messages.findIndex((message) => message.messageId === id);
    const message = messages[at];
    if (id === undefined || message === undefined) return;
    const command = calledBy(event.nativeEvent, shortcutKeys, 'messages');
    const to = goalOf(event.key, at);
    if (command === 'select') toggle(id);
    else if (command === 'forward' && selecting) acts.forward();
    else if (command === 'delete' && selecting) acts.remove();
    // Where no words are marked the browser tells nobody here that something is to be copied.
    else if (selecting && combinationOf(event.nativeEvent) === 'Mod+C' && document.getSelection()?.isCollapsed !== false) acts.copy();
    else if (command !== undefined && selecting) return;
    else if (command === 'reply' && message.kind !== 'deleted') reply(id);
    else if (command === 'forward' && isShown(message)) forward([id]);
    else if (command === 'delete') openDelete(message);
    else if (command === 'edit' && isOpen && isEditable(message)) startEdit(message);
    else if (command === 'react' && isOpen && isShown(message)) setPicking({ message, anchor: event.target });
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) openMenu(message, bubbleOf(event.target));
    else if (!event.shiftKey && scroll.box.current !== null && readOn(scroll.box.current, event.target, event.key)) event.preventDefault();
    else if (event.key === 'ArrowUp' && at === 0) loadOlder();
    else if (to === undefined) return;
    else if (event.shiftKey) extendTo(messages[to]?.messageId, id);
    else focusMessage(messages[to]?.messageId);
    event.preventDefault();
  };

  const tabStop = focused !== undefined && byId.has(focused) ? focused : messages.at(-1)?.messageId;
  return (
    <div className="feed-frame">
      <div className="feed-box" ref={scroll.box} onScroll={scroll.onScroll}>
        {thread.failure === undefined ? null : <Banner tone="danger">{errorText(thread.failure)}</Banner>}
        {thread.complete || from > 0 || messages.length === 0 ? null : (
          <div className="older">
            <Button kind="quiet" isPending={thread.loading === 'older'} onPress={loadOlder}>
              {text(thread.loading === 'older' ? 'conversation.loadingOlder' : 'conversation.older')}
            </Button>
          </div>
        )}
        {(thread.complete && from === 0) || messages.length === 0 ? before : null}
        {messages.length === 0 && thread.loading === 'no' && thread.failure === undefined ? empty : null}
        {entries.length === 0 ? null : (
          <div className={selecting ? 'feed selecting' : 'feed'} role="feed" aria-label={text('conversation.messages')} aria-busy={thread.loading !== 'no'} onKeyDown={onKeyDown} onCopy={onCopy}>
            {(from === 0 ? entries : entries.slice(from)).map((entry) => (
              <Fragment key={entry.message.messageId}>
                {entry.startsDay ? <DayLine at={entry.at} now={now} times={times} /> : null}
                {divider?.before === entry.message.messageId ? (
                  <div className="unread-line" role="none" data-divider={divider.before}>
                    <span>{text('conversation.unread', { count: divider.count })}</span>
                  </div>
                ) : null}
                <MessageItem
                  entry={entry}
                  quoted={entry.message.replyTo === undefined ? undefined : byId.get(entry.message.replyTo)}
                  name={contact.name}
                  byMailbox={contact.reach === 'mailbox' && entry.message.waitingFor === 'connection'}
                  times={times}
                  inTabOrder={entry.message.messageId === tabStop}
                  newestOwn={entry.message.messageId === newestOwn}
                  onFocus={setFocused}
                  onReply={reply}
                  onMenu={openMenu}
                  onDetails={openMessage}
                  onShowQuoted={showQuoted}
                  selecting={selecting}
                  selected={selectedIds.has(entry.message.messageId)}
                  onSelect={selectOne}
                  marked={marked}
                />
                <MessageLines entry={entry} name={contact.name} now={now} times={times} />
              </Fragment>
            ))}
          </div>
        )}
        {after}
      </div>
      {scroll.atEnd && !behind ? null : (
        <div className="to-newest">
          <Button icon={<ArrowDown aria-hidden="true" />} onPress={toNewest}>
            {below === 0 ? text('conversation.newest') : text('conversation.newest.count', { count: below })}
          </Button>
        </div>
      )}
      {menu === undefined ? null : selecting ? (
        <SelectionMenu
          conversationId={conversationId}
          name={contact.name}
          anchor={menu.anchor}
          at={menu.at}
          isSelected={selectedIds.has(menu.message.messageId)}
          onToggle={() => toggle(menu.message.messageId)}
          onClose={endMenu}
        />
      ) : (
        <MessageMenu
          message={menu.message}
          anchor={menu.anchor}
          at={menu.at}
          selected={menu.selected}
          link={menu.link}
          open={isOpen}
          onReply={reply}
          onForward={forward}
          onSelect={beginSelecting}
          onDetails={openMessage}
          onReact={react}
          onPick={() => setPicking(menu)}
          onEdit={startEdit}
          onDelete={openDelete}
          onClose={endMenu}
        />
      )}
      {picking === undefined ? null : (
        <EmojiPicker
          anchor={picking.anchor}
          onPick={(emoji) => {
            react(picking.message, emoji);
            endPicking(picking.message);
          }}
          onClose={() => endPicking(picking.message)}
        />
      )}
      {deleting === undefined ? null : (
        <DeleteDialog
          message={deleting}
          name={nameInSentence(contact.name)}
          open={isOpen}
          onClose={() => {
            setDeleting(undefined);
            afterDeletion();
          }}
        />
      )}
    </div>
  );
}
