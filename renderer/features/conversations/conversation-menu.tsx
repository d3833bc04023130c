import { useRef, type ReactNode } from 'react';
import { Header, Menu, MenuItem, MenuSection, Popover } from 'react-aria-components';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { useFirstLine } from '../../ui/use-first-line';
import { isUnread, type Row } from './rows';
import { useMarkUnread } from './use-mark-unread';

const hour = 3_600_000;
/** A time nobody waits for. */
const forEver = 8_640_000_000_000_000;
/** Other doors may write another far time. */
const isForEver = (until: number, now: number): boolean => until - now > 400 * 24 * hour;
const lengths = { mute1: hour, mute8: 8 * hour, muteWeek: 7 * 24 * hour, muteEver: undefined } as const;

export interface ConversationMenuProps {
  readonly row: Row;
  readonly anchor: HTMLElement;
  readonly now: number;
  readonly onClose: () => void;
}

/** What one does with a conversation as a whole: from the list and from its head. */
export function ConversationMenu({ row, anchor, now, onClose }: ConversationMenuProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const times = useTimes();
  const model = useModel();
  const trigger = useRef<HTMLElement>(anchor);
  const menu = useFirstLine();
  const markUnread = useMarkUnread();
  const { conversation, contact } = row;
  if (conversation === undefined) return null;
  const { conversationId } = conversation;
  const muted = conversation.mutedUntil > now;
  const ui = model.ui.getState();
  const untilWords = (until: number): string => text(isForEver(until, now) ? 'talk.mutedForEver' : 'talk.mutedUntil', { until: times.when(until, now) });

  const change = async (by: Parameters<typeof model.client.conversations.update>[0], told?: string): Promise<void> => {
    try {
      await model.conversations.getState().update(by);
      if (told !== undefined) ui.toast(told);
    } catch (thrown) {
      ui.toast(errorText(thrown), 'danger');
    }
  };
  const act = (key: string): void => {
    if (key === 'unread') void markUnread(conversationId);
    else if (key === 'pin') void change({ conversationId, pinned: !conversation.pinned });
    else if (key === 'archive') void change({ conversationId, archived: !conversation.archived }, text(conversation.archived ? 'talk.unarchived' : 'talk.archived'));
    else if (key === 'unmute') void change({ conversationId, mutedUntil: 0 }, text('talk.unmuted'));
    else if (key === 'mute1' || key === 'mute8' || key === 'muteWeek' || key === 'muteEver') {
      const length = lengths[key];
      const until = length === undefined ? forEver : Date.now() + length;
      void change({ conversationId, mutedUntil: until }, text('talk.muted', { how: untilWords(until) }));
    } else if (key === 'rename') ui.openConversationDialog('rename-conversation', conversationId);
    else if (key === 'export') ui.openConversationDialog('export', conversationId);
    else if (key === 'another') ui.openAnother(contact.contactId);
    else if (key === 'remove') ui.openConversationDialog('remove-conversation', conversationId);
  };
  const speaks = conversation.state === 'open' && contact.ended === undefined && contact.reach !== 'blocked';

  return (
    <Popover className="popover" aria-label={text('talk.menu')} triggerRef={trigger} isOpen onOpenChange={(open) => (open ? undefined : onClose())} placement="bottom">
      <Menu
        ref={menu}
        className="menu"
        aria-label={text('talk.menu')}
        autoFocus="first"
        onAction={(key) => {
          onClose();
          act(String(key));
        }}
      >
        <MenuItem id="unread" className="menu-item">
          {text(isUnread(conversation) ? 'talk.markRead' : 'talk.markUnread')}
        </MenuItem>
        <MenuItem id="pin" className="menu-item">
          {text(conversation.pinned ? 'talk.unpin' : 'talk.pin')}
        </MenuItem>
        <MenuItem id="archive" className="menu-item">
          {text(conversation.archived ? 'talk.unarchive' : 'talk.archive')}
        </MenuItem>
        {speaks ? (
          <MenuItem id="rename" className="menu-item">
            {text('talk.rename')}
          </MenuItem>
        ) : null}
        <MenuItem id="export" className="menu-item">
          {text('talk.export')}
        </MenuItem>
        <MenuItem id="another" className="menu-item">
          {text('talk.another')}
        </MenuItem>
        {muted ? (
          <MenuSection className="menu-section">
            <Header className="menu-heading">{untilWords(conversation.mutedUntil)}</Header>
            <MenuItem id="unmute" className="menu-item">
              {text('talk.unmute')}
            </MenuItem>
          </MenuSection>
        ) : (
          <MenuSection className="menu-section">
            <Header className="menu-heading">{text('talk.mute')}</Header>
            <MenuItem id="mute1" className="menu-item">
              {text('talk.mute.hour')}
            </MenuItem>
            <MenuItem id="mute8" className="menu-item">
              {text('talk.mute.eight')}
            </MenuItem>
            <MenuItem id="muteWeek" className="menu-item">
              {text('talk.mute.week')}
            </MenuItem>
            <MenuItem id="muteEver" className="menu-item">
              {text('talk.mute.ever')}
            </MenuItem>
          </MenuSection>
        )}
        <MenuItem id="remove" className="menu-item grave">
          {text('talk.remove')}
        </MenuItem>
      </Menu>
    </Popover>
  );
}
