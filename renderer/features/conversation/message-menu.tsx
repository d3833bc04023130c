import { useRef, type ReactNode } from 'react';
import { Menu, MenuItem, Popover } from 'react-aria-components';
import type { Message } from '../../../shared/model/message';
import { useText } from '../../i18n/use-text';
import { useCopy } from '../../ui/use-copy';

export interface MessageMenuProps {
  readonly message: Message;
  readonly anchor: HTMLElement;
  readonly onReply: (messageId: string) => void;
  readonly onDetails: (messageId: string) => void;
  readonly onClose: () => void;
}

/** One menu for the whole list, at the message that asked for it. */
export function MessageMenu({ message, anchor, onReply, onDetails, onClose }: MessageMenuProps): ReactNode {
  const text = useText();
  const copy = useCopy();
  const trigger = useRef<HTMLElement>(anchor);
  return (
    <Popover className="popover" aria-label={text('message.menu')} triggerRef={trigger} isOpen onOpenChange={(open) => (open ? undefined : onClose())} placement="bottom">
      <Menu
        className="menu"
        aria-label={text('message.menu')}
        autoFocus="first"
        onAction={(key) => {
          onClose();
          if (key === 'reply') onReply(message.messageId);
          else if (key === 'details') onDetails(message.messageId);
          else void copy(message.text);
        }}
      >
        <MenuItem id="reply" className="menu-item">
          {text('message.reply')}
        </MenuItem>
        <MenuItem id="copy" className="menu-item">
          {text('message.copyText')}
        </MenuItem>
        <MenuItem id="details" className="menu-item">
          {text('message.details')}
        </MenuItem>
      </Menu>
    </Popover>
  );
}
