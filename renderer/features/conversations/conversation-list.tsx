import { useCallback, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Archive, ChevronLeft, Lock, Search, Settings as Gear, SquarePen } from 'lucide-react';
import { useConversations, useIdentity, useModel, useSession, useUi } from '../../app/model-context';
import { useKeyLabel } from '../../app/use-shortcut-keys';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Avatar } from '../../ui/avatar';
import { IconButton } from '../../ui/icon-button';
import { PersonName } from '../../ui/person-name';
import { ContactRequests } from './contact-requests';
import { ConversationItem } from './conversation-item';
import { ConversationMenu } from './conversation-menu';
import { ListFilter } from './list-filter';
import type { Row } from './rows';
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
  const [menu, setMenu] = useState<{ readonly row: Row; readonly anchor: HTMLElement }>();
  const openMenu = useCallback((row: Row, anchor: HTMLElement) => (row.conversation === undefined ? undefined : setMenu({ row, anchor })), [setMenu]);
  const putAway = all.filter(({ conversation }) => conversation?.archived === true);
  const awayUnread = putAway.reduce((sum, { conversation }) => sum + (conversation?.unread ?? 0), 0);
  const isFiltered = view.unreadOnly || view.filter !== '';
  const loaded = useConversations((state) => state.loaded);
  const selection = useUi((state) => state.selection);
  const openDialog = useUi((state) => state.openDialog);
  const identity = useIdentity((state) => state.identity);
  const lock = useSession((state) => state.lock);
  const show = useShowRow();
  const list = useRef<HTMLDivElement>(null);
  const entry = useRef<HTMLButtonElement>(null);
  const showArchive = (archive: boolean): void => {
    changeView({ archive, filter: '', unreadOnly: false });
    // Each way is a button that goes with the press: the other one takes its focus.
    if (!archive) requestAnimationFrame(() => entry.current?.focus());
  };

  const isSelected = (key: string, contactId: string): boolean =>
    selection !== undefined && (selection.conversationId ?? selection.contactId) === key && selection.contactId === contactId;
  const hasSelected = rows.some((row) => isSelected(row.key, row.contact.contactId));

  return (
    <nav className="pane list-pane" aria-label={text('list.label')} data-pane="list">
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
      <div className="list-items" ref={list} onKeyDown={(event) => moveFocus(event, list.current)}>
        {rows.length === 0 ? (
          <p className="list-none" role="status">
            {loaded ? text(isFiltered ? 'list.noneFound' : view.archive ? 'list.archive.none' : 'list.none') : ''}
          </p>
        ) : null}
        {sections.map(({ name, rows: lines }) => (
          <section key={name} aria-label={text(`list.section.${name}`)}>
            {sections.length === 1 ? null : <h2 className="list-section">{text(`list.section.${name}`)}</h2>}
            <ul>
              {lines.map((row) => (
                <ConversationItem
                  key={row.key}
                  row={row}
                  selected={isSelected(row.key, row.contact.contactId)}
                  inTabOrder={hasSelected ? isSelected(row.key, row.contact.contactId) : row === rows[0]}
                  now={now}
                  times={times}
                  onShow={show}
                  onMenu={openMenu}
                />
              ))}
            </ul>
          </section>
        ))}
        {view.archive || isFiltered ? null : <WaysToAdd brief={nobodyYet} />}
      </div>
      {putAway.length === 0 || view.archive ? null : (
        <button ref={entry} type="button" className="archive-entry" onClick={() => showArchive(true)}>
          <Archive aria-hidden="true" />
          <span>{text('list.archive.entry', { count: putAway.length })}</span>
          {awayUnread > 0 ? <span className="unread-count calm">{awayUnread > 99 ? '99+' : awayUnread}</span> : null}
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
    </nav>
  );
}

/** Up and Down, Home and End move through the list; Tab leaves it. */
function moveFocus(event: KeyboardEvent, list: HTMLElement | null): void {
  if (list === null || event.altKey || event.ctrlKey || event.metaKey) return;
  const items = [...list.querySelectorAll<HTMLButtonElement>('.list-item')];
  const at = items.findIndex((item) => item === document.activeElement);
  const to =
    event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : undefined;
  if (to === undefined) return;
  event.preventDefault();
  items[Math.min(Math.max(to, 0), items.length - 1)]?.focus();
}
