import { useRef, type ReactNode } from 'react';
import { Menu, MenuItem, Popover } from 'react-aria-components';
import { useText } from '../../i18n/use-text';
import { useSelectedActs } from './use-selected-acts';

export interface SelectionMenuProps {
  readonly conversationId: string;
  readonly name: string;
  readonly anchor: HTMLElement;
  readonly at?: DOMRect | undefined;
  /** The message that asked for it is among those selected. */
  readonly isSelected: boolean;
  readonly onToggle: () => void;
  readonly onClose: () => void;
}

/** The menu of a message while messages are selected: for all of them, as in lists of files. */
export function SelectionMenu({ conversationId, name, anchor, at, isSelected, onToggle, onClose }: SelectionMenuProps): ReactNode {
  const text = useText();
  const acts = useSelectedActs(conversationId, name);
  const trigger = useRef<HTMLElement>(anchor);
  const act = { toggle: onToggle, copy: acts.copy, forward: acts.forward, remove: acts.remove, stop: acts.stop };
  const items = [
    ['toggle', text(isSelected ? 'select.leave' : 'select.add')],
    ['copy', text('select.copy')],
    ['forward', text('message.forward')],
    ['stop', text('select.stop')],
    ['remove', text('select.delete')],
  ] as const;
  const disabled = [...(acts.hasContent ? [] : ['copy', 'forward']), ...(acts.count === 0 ? ['remove'] : [])];
  return (
    <Popover className="popover" aria-label={text('message.menu')} triggerRef={trigger} isOpen onOpenChange={(isOpen) => (isOpen ? undefined : onClose())} placement="bottom start" {...(at !== undefined && { getTargetRect: () => at })}>
      <Menu
        className="menu"
        aria-label={text('select.bar')}
        autoFocus="first"
        disabledKeys={disabled}
        onAction={(key) => {
          onClose();
          act[key as keyof typeof act](); // one of the ids below
        }}
      >
        {items.map(([id, words]) => (
          <MenuItem key={id} id={id} className={id === 'remove' ? 'menu-item grave' : 'menu-item'}>
            {words}
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  );
}
