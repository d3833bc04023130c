import { useRef, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { useIntl } from 'react-intl';
import { Menu, MenuItem, MenuSection, Popover } from 'react-aria-components';
import { SmilePlus } from 'lucide-react';
import type { Message } from '../../../shared/model/message';
import { useText } from '../../i18n/use-text';
import { useCopy } from '../../ui/use-copy';
import { useFirstLine } from '../../ui/use-first-line';
import { emojiName, quickEmojis } from './emojis';

export interface MessageMenuProps {
  readonly message: Message;
  readonly anchor: HTMLElement;
  /** Where the pointer asked for it. */
  readonly at?: DOMRect | undefined;
  /** Words that were selected when it was asked for. */
  readonly selected?: string | undefined;
  /** The address of the link that was under the pointer, or had the focus. */
  readonly link?: string | undefined;
  /** Something can still be said in this conversation. */
  readonly open: boolean;
  readonly onReply: (messageId: string) => void;
  readonly onForward: (messageIds: readonly string[]) => void;
  readonly onSelect: (messageId: string) => void;
  readonly onDetails: (messageId: string) => void;
  readonly onReact: (message: Message, emoji: string) => void;
  readonly onPick: (message: Message) => void;
  readonly onEdit: (message: Message) => void;
  readonly onDelete: (message: Message) => void;
  readonly onClose: () => void;
}

/** One menu for the whole list, at the message that asked for it. */
export function MessageMenu({ message, anchor, at, selected, link, open, onReply, onForward, onSelect, onDetails, onReact, onPick, onEdit, onDelete, onClose }: MessageMenuProps): ReactNode {
  const text = useText();
  const { locale } = useIntl();
  const copy = useCopy();
  const trigger = useRef<HTMLElement>(anchor);
  const menu = useFirstLine();
  const isShown = message.kind === 'text' || message.kind === 'file';
  const act = (key: string): void => {
    // Gone before anything follows: as long as it is there, the page behind it is inert, and the field to write in cannot take the focus.
    flushSync(onClose);
    if (key === 'reply') onReply(message.messageId);
    else if (key === 'forward') onForward([message.messageId]);
    else if (key === 'select') onSelect(message.messageId);
    else if (key === 'details') onDetails(message.messageId);
    else if (key === 'pick') onPick(message);
    else if (key === 'edit') onEdit(message);
    else if (key === 'delete') onDelete(message);
    else if (key === 'copySelected') void copy(selected ?? '');
    else if (key === 'copyLink') void copy(link ?? '');
    else if (key === 'copy') void copy(message.text);
    else onReact(message, key.slice('react '.length));
  };
  const item = (id: string, words: string): ReactNode => (
    <MenuItem id={id} className="menu-item">
      {words}
    </MenuItem>
  );
  return (
    <Popover className="popover" aria-label={text('message.menu')} triggerRef={trigger} isOpen onOpenChange={(isOpen) => (isOpen ? undefined : onClose())} placement={at === undefined && message.direction === 'out' ? 'bottom end' : 'bottom start'} {...(at !== undefined && { getTargetRect: () => at })}>
      <Menu ref={menu} className="menu" aria-label={text('message.menu')} autoFocus="first" onAction={(key) => act(String(key))}>
        {message.kind === 'deleted' ? null : item('reply', text('message.reply'))}
        {isShown && open ? (
          <MenuSection className="menu-emojis" aria-label={text('reaction.quick')}>
            {quickEmojis.map((each) => (
              <MenuItem key={each.emoji} id={`react ${each.emoji}`} className="emoji" textValue={emojiName(each, locale)} aria-label={emojiName(each, locale)}>
                {each.emoji}
              </MenuItem>
            ))}
            <MenuItem id="pick" className="emoji" textValue={text('reaction.more')} aria-label={text('reaction.more')}>
              <SmilePlus aria-hidden="true" />
            </MenuItem>
          </MenuSection>
        ) : null}
        {isShown && open && message.direction === 'out' && message.kind === 'text' ? item('edit', text('message.edit')) : null}
        {isShown ? item('forward', text('message.forward')) : null}
        {link === undefined ? null : item('copyLink', text('openLink.copy'))}
        {selected === undefined ? null : item('copySelected', text('message.copySelected'))}
        {message.text === '' ? null : item('copy', text('message.copyText'))}
        {item('select', text('message.select'))}
        {item('details', text('message.details'))}
        <MenuItem id="delete" className="menu-item grave">
          {text('message.delete')}
        </MenuItem>
      </Menu>
    </Popover>
  );
}
