import { useCallback, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { Archive, ChevronLeft, Lock, Search, Settings as Gear, SquarePen } from 'lucide-react';
import { useConversations, useIdentity, useModel, useSession, useUi } from '../../app/model-context';
import { useKeyLabel } from '../../app/use-shortcut-keys';
import { heard } from '../../i18n/heard';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Avatar } from '../../ui/avatar';
import { IconButton } from '../../ui/icon-button';
import { PersonName } from '../../ui/person-name';
import { useRootMark } from '../../ui/use-root-mark';
import { ContactRequests } from './contact-requests';
import { ConversationMenu } from './conversation-menu';
import { ListEdge } from './list-edge';
import { ListFilter } from './list-filter';
import { ListPane } from './list-pane';
import { RowList } from './row-list';
import { isUnread, type Row } from './rows';
import { UnreadMark } from './unread-mark';
import { lineOfKey, useKeptLine } from './use-kept-line';
import { useRows, useSections } from './use-rows';
import { useShowRow } from './use-show';
import { WaysToAdd } from './ways-to-add';

/** The list of people and conversations, the ways to add one after it, and the app's own things below. */
export function ConversationList({ nobodyYet }: { readonly nobodyYet: boolean }): ReactNode {
  const text = useText();
  const keyLabel = useKeyLabel();
  const times = useTimes();
  const now = useNow();
  const model = useModel();
  const all = useRows();
  const sections = useSections();
  const rows = sections.flatMap((section) => section.rows);
  const view = useUi((state) => state.listView);
  const changeView = useUi((state) => state.changeListView);
  /** The line that has the focus, or had it last. */
  const [held, setHeld] = useState<string>();
  const [menu, setMenu] = useState<{ readonly row: Row; readonly anchor: HTMLElement }>();
  const openMenu = useCallback((row: Row, anchor: HTMLElement) => (row.conversation === undefined ? undefined : setMenu({ row, anchor })), [setMenu]);
  const putAway = all.filter(({ conversation }) => conversation?.archived === true);
  const hasEntry = putAway.length > 0 && !view.archive;
  useRootMark('has-archive-entry', hasEntry);
  const awayUnread = putAway.reduce((sum, { conversation }) => sum + (conversation?.unread ?? 0), 0);
  const isAwayUnread = putAway.some(({ conversation }) => isUnread(conversation));
  const isFiltered = view.unreadOnly || view.filter !== '';
  const loaded = useConversations((state) => state.loaded);
  const selection = useUi((state) => state.selection);
  const openDialog = useUi((state) => state.openDialog);
  const identity = useIdentity((state) => state.identity);
  const lock = useSession((state) => state.lock);
  const show = useShowRow();
  /** Known to the lines as soon as it is there: a ref would be set behind their own effects. */
  const [list, setList] = useState<HTMLDivElement | null>(null);
  const entry = useRef<HTMLButtonElement>(null);
  useKeptLine(list, rows, setHeld);
  const showArchive = (archive: boolean): void => {
    changeView({ archive, filter: '', unreadOnly: false });
    // Each way is a button that goes with the press: the other one takes its focus.
    if (!archive) requestAnimationFrame(() => entry.current?.focus());
  };

  const selected = rows.find(({ key, contact }) => selection !== undefined && (selection.conversationId ?? selection.contactId) === key && selection.contactId === contact.contactId)?.key;
  /** Up and Down, Home and End move through the list, also to lines that are not drawn; Tab leaves it. */
  const moveFocus = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = rows.findIndex(({ key }) => key === lineOf(document.activeElement));
    const to =
      event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : event.key === 'Home' ? 0 : event.key === 'End' ? rows.length - 1 : undefined;
    if (to === undefined) return;
    event.preventDefault();
    const row = rows[Math.min(Math.max(to, 0), rows.length - 1)];
    if (row === undefined) return;
    // There before it gets the focus.
    flushSync(() => setHeld(row.key));
    lineOfKey(list, row.key)?.focus();
  };

  return (
    <ListPane label={text('list.label')}>
      <header className="list-head">
        <h1 className="wordmark">{text('app.name')}</h1>
        <IconButton label={text('search.title')} shortcut={keyLabel('findAll')} onPress={() => openDialog('search')}>
          <Search aria-hidden="true" />
        </IconButton>
        <IconButton label={text('list.new')} shortcut={keyLabel('new')} onPress={() => openDialog('new')}>
          <SquarePen aria-hidden="true" />
        </IconButton>
      </header>
      {view.archive ? (
        <div className="archive-head">
          <IconButton label={text('list.archive.back')} autoFocus onPress={() => showArchive(false)}>
            <ChevronLeft aria-hidden="true" />
          </IconButton>
          <h2 className="small-heading">{text('list.archive')}</h2>
        </div>
      ) : (
        <ContactRequests />
      )}
      {all.length === 0 ? null : <ListFilter />}
      <div className="list-items" ref={setList} onKeyDown={moveFocus} onFocus={({ target }) => setHeld(lineOf(target))}>
        {rows.length === 0 ? (
          <p className="list-none" role="status">
            {loaded ? text(isFiltered ? 'list.noneFound' : view.archive ? 'list.archive.none' : putAway.length > 0 ? 'list.none.archived' : 'list.none') : ''}
          </p>
        ) : null}
        {sections.map(({ name, rows: lines }) => (
          <section key={name} aria-label={heard(text(`list.section.${name}`))}>
            {sections.length === 1 ? null : <h2 className="list-section">{text(`list.section.${name}`)}</h2>}
            <RowList rows={lines} box={list} allLines={rows.length} selected={selected} tabStop={selected ?? rows[0]?.key} held={held} now={now} times={times} onShow={show} onMenu={openMenu} />
          </section>
        ))}
        {view.archive || isFiltered ? null : <WaysToAdd brief={nobodyYet} />}
      </div>
      {!hasEntry ? null : (
        <button ref={entry} type="button" className="archive-entry" onClick={() => showArchive(true)}>
          <Archive aria-hidden="true" />
          <span>{text('list.archive.entry', { count: putAway.length })}</span>
          {isAwayUnread ? <UnreadMark unread={awayUnread} calm /> : null}
        </button>
      )}
      {menu === undefined ? null : <ConversationMenu row={menu.row} anchor={menu.anchor} now={now} onClose={() => setMenu(undefined)} />}
      <footer className="list-foot">
        {identity === undefined ? (
          <span className="me" />
        ) : (
          <span className="me">
            <Avatar name={identity.name} peerId={identity.peerId} size="small" />
            <PersonName name={identity.name} className="me-name" />
          </span>
        )}
        <IconButton label={text('list.settings')} shortcut={keyLabel('settings')} onPress={() => openDialog('settings')}>
          <Gear aria-hidden="true" />
        </IconButton>
        <IconButton label={text('list.lock')} shortcut={keyLabel('lock')} onPress={() => model.background(lock())}>
          <Lock aria-hidden="true" />
        </IconButton>
      </footer>
      <ListEdge />
    </ListPane>
  );
}

/** The line an element belongs to. */
function lineOf(element: Element | null): string | undefined {
  return element?.closest<HTMLElement>('[data-row]')?.dataset['row'];
}
