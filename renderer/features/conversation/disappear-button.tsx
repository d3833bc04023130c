import { useState, type ReactNode } from 'react';
import { Timer } from 'lucide-react';
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import { useConversations, useModel } from '../../app/model-context';
import { useText, type Text } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const choices = [0, 30, 5 * minute, hour, 8 * hour, day, 7 * day, 28 * day] as const;

/** A length of time in its largest whole unit. */
export function lengthWords(text: Text, seconds: number): string {
  if (seconds === 0) return text('disappear.off');
  if (seconds % day === 0) return text('disappear.days', { count: seconds / day });
  if (seconds % hour === 0) return text('disappear.hours', { count: seconds / hour });
  if (seconds % minute === 0) return text('disappear.minutes', { count: seconds / minute });
  return text('disappear.seconds', { count: seconds });
}

/** After how long new messages disappear, on both sides. */
export function DisappearButton({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const model = useModel();
  const chosen = useConversations((state) => state.conversations.find((one) => one.conversationId === conversationId)?.disappearAfter ?? 0);
  const [open, setOpen] = useState(false);
  const all = choices.some((each) => each === chosen) ? choices : [...choices, chosen].sort((a, b) => a - b);
  return (
    <MenuTrigger isOpen={open} onOpenChange={setOpen}>
      <IconButton label={text('disappear.button', { length: lengthWords(text, chosen) })}>
        <Timer aria-hidden="true" className={chosen === 0 ? undefined : 'switched-on'} />
      </IconButton>
      <Popover className="popover" placement="top">
        <Menu
          className="menu"
          aria-label={text('disappear.menu')}
          selectionMode="single"
          selectedKeys={[String(chosen)]}
          onAction={(key) => model.background(model.client.conversations.update({ conversationId, disappearAfter: Number(key) }))}
        >
          <MenuSection>
            <Header className="menu-heading">{text('disappear.menu')}</Header>
            {all.map((seconds) => (
              <MenuItem key={seconds} id={String(seconds)} className="menu-item">
                {lengthWords(text, seconds)}
              </MenuItem>
            ))}
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
