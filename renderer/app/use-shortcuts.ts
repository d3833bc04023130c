import { useEffect, useLayoutEffect } from 'react';
import { commandOf, overDialogs, type CommandName } from '../../shared/model/shortcuts';
import { useShownRows } from '../features/conversations/use-rows';
import { useShowRow } from '../features/conversations/use-show';
import { isUnread, type Row } from '../features/conversations/rows';
import { useMarkUnread } from '../features/conversations/use-mark-unread';
import { useRenew } from '../features/keys/use-renew';
import { isCovered } from '../ui/covered';
import { keepFocus } from './keep-focus';
import { useModel } from './model-context';
import type { Model } from './model';
import { backToTalk, cyclePanes, focusBack, focusDetails, focusList, isListShown, rememberFocus } from './panes';
import { calledBy, nthOf } from './shortcuts';
import { useShortcutKeys } from './use-shortcut-keys';
import type { UiState } from './ui-store';

/** The keyboard of the open app. While a dialog is open only locking, the help and taking notices away work: the rest belongs to the dialog. */
export function useShortcuts(): void {
  const model = useModel();
  const rows = useShownRows();
  const show = useShowRow();
  const renew = useRenew();
  const markUnread = useMarkUnread();
  const keys = useShortcutKeys();

  // Always, and before whatever is drawn below takes the focus as it comes: one that nobody heard of is none to go back to.
  useLayoutEffect(() => {
    document.addEventListener('focusin', rememberFocus);
    return () => document.removeEventListener('focusin', rememberFocus);
  }, []);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const ui = model.ui.getState();
      if (event.key === 'Escape') {
        escape(model, ui);
        return;
      }
      const nth = nthOf(event);
      const name = calledBy(event, keys, 'anywhere');
      if (nth === undefined && name === undefined) return;
      const covered = underDialog(ui);
      // What writes is left to a dialog, whatever in it has the focus.
      if (covered && name !== undefined && commandOf(name).bare === true) return;
      event.preventDefault();
      if (covered && (name === undefined || !overDialogs.has(name))) return;
      if (nth !== undefined) {
        const row = rows[nth];
        if (row !== undefined) show(row);
        return;
      }
      if (name !== undefined) run(name, model, ui, rows, { show, renew, markUnread });
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [model, rows, show, renew, markUnread, keys]);
}

/** Also one that is asked for and not drawn yet, questions that a part of the window asks by itself, and menus: another conversation behind one would not be that of which it speaks. */
function underDialog(ui: UiState): boolean {
  return ui.dialog !== undefined || ui.helpOpen || isCovered() || document.querySelector('.popover:not([data-exiting])') !== null;
}

function escape(model: Model, ui: UiState): void {
  if (underDialog(ui)) return;
  const conversationId = ui.selection?.conversationId;
  const { selecting, select } = model.talk.getState();
  if (conversationId !== undefined && selecting[conversationId] !== undefined) {
    select(conversationId, undefined);
    return;
  }
  if (ui.detailsOpen) {
    ui.closeDetails();
    backToTalk();
    return;
  }
  if (ui.listView.archive || ui.listView.unreadOnly || ui.listView.filter !== '') {
    ui.changeListView({ archive: false, unreadOnly: false, filter: '' });
    return;
  }
  // Beside the list there is nowhere to go back to: the conversation stays in front, for when the window becomes narrow.
  if (isListShown()) return;
  ui.back();
  focusList();
}

interface Acts {
  readonly show: (row: Row) => void;
  readonly renew: (conversationId: string, name: string) => Promise<void>;
  readonly markUnread: (conversationId: string) => Promise<void>;
}

function run(name: CommandName, model: Model, ui: UiState, rows: readonly Row[], { show, renew, markUnread }: Acts): void {
  const { selection } = ui;
  switch (name) {
    case 'switcher':
    case 'new':
    case 'invite':
    case 'nearby':
    case 'settings':
      ui.openDialog(name);
      return;
    case 'help':
      ui.showHelp(true);
      return;
    case 'sheet':
    case 'sheetHere':
      ui.openDialog('shortcuts');
      return;
    case 'find':
      ui.openDialog(selection?.conversationId === undefined ? 'search' : 'find');
      return;
    case 'findAll':
      ui.openDialog('search');
      return;
    case 'details':
      if (selection === undefined) return;
      ui.toggleDetails();
      // Called by a key the focus goes along, as it does with Escape.
      if (ui.detailsOpen) backToTalk();
      else focusDetails();
      return;
    case 'keys':
      if (selection !== undefined) {
        ui.showDetails('keys');
        focusDetails();
      }
      return;
    case 'verify':
      if (selection !== undefined) {
        ui.showDetails('who');
        focusDetails();
      }
      return;
    case 'renew': {
      const contact = model.contacts.getState().contacts.find((one) => one.contactId === selection?.contactId);
      if (selection?.conversationId !== undefined && contact !== undefined) void renew(selection.conversationId, contact.name);
      return;
    }
    case 'markUnread':
      if (selection?.conversationId !== undefined) void markUnread(selection.conversationId);
      return;
    case 'dismiss':
      ui.dismissAll();
      // The button that had the focus may be gone with them.
      keepFocus(focusBack);
      return;
    case 'lock':
      model.background(model.session.getState().lock());
      return;
    case 'nextPane':
      cyclePanes(1);
      return;
    case 'previousPane':
      cyclePanes(-1);
      return;
    case 'previous':
    case 'next':
    case 'previousUnread':
    case 'nextUnread': {
      const row = neighbour(name, rows, selection?.conversationId ?? selection?.contactId);
      if (row !== undefined) show(row);
      return;
    }
    // The message list and the settings hear these.
    case 'reply':
    case 'forward':
    case 'select':
    case 'edit':
    case 'react':
    case 'delete':
    case 'settingsFind':
    case 'settingsFindHere':
      return;
    default:
      name satisfies never;
  }
}

/** The row above or below, going round; for the unread ones, the nearest that has something unread. */
export function neighbour(name: 'previous' | 'next' | 'previousUnread' | 'nextUnread', rows: readonly Row[], selected: string | undefined): Row | undefined {
  const step = name === 'next' || name === 'nextUnread' ? 1 : -1;
  const unreadOnly = name === 'previousUnread' || name === 'nextUnread';
  const at = rows.findIndex((row) => row.key === selected);
  const from = at === -1 && step === -1 ? 0 : at;
  for (let distance = 1; distance <= rows.length; distance += 1) {
    const index = (((from + step * distance) % rows.length) + rows.length) % rows.length;
    const row = rows[index];
    if (row !== undefined && (!unreadOnly || isUnread(row.conversation))) return row;
  }
  return undefined;
}
