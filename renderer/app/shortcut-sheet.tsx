import type { ReactNode } from 'react';
import type { TextId } from '../i18n/messages';
import { useText } from '../i18n/use-text';
import { Dialog } from '../ui/dialog';
import { useSettings, useUi } from './model-context';
import { shortcutLabel, type ShortcutName } from './shortcuts';

const anywhere: readonly (readonly [TextId, string])[] = [
  ['shortcut.switcher', 'switcher'],
  ['shortcut.new', 'new'],
  ['shortcut.invite', 'invite'],
  ['shortcut.nearby', 'nearby'],
  ['shortcut.nth', 'Ctrl+1 … 9'],
  ['shortcut.previous', 'previous'],
  ['shortcut.next', 'next'],
  ['shortcut.previousUnread', 'previousUnread'],
  ['shortcut.nextUnread', 'nextUnread'],
  ['shortcut.find', 'find'],
  ['shortcut.findAll', 'findAll'],
  ['shortcut.details', 'details'],
  ['shortcut.verify', 'verify'],
  ['shortcut.keys', 'keys'],
  ['shortcut.renew', 'renew'],
  ['shortcut.nextPane', 'nextPane'],
  ['shortcut.previousPane', 'previousPane'],
  ['shortcut.settings', 'settings'],
  ['shortcut.sheet', 'sheet'],
  ['shortcut.lock', 'lock'],
  ['shortcut.escape', 'Esc'],
];
const inMessages: readonly (readonly [TextId, string])[] = [
  ['shortcut.move', '↑ ↓'],
  ['shortcut.ends', 'Home End'],
  ['shortcut.reply', 'R'],
  ['shortcut.messageDetails', 'Enter'],
  ['shortcut.unfold', 'Space'],
  ['shortcut.menu', 'Shift+F10'],
];

const names = new Set<string>([
  'switcher', 'new', 'invite', 'nearby', 'previous', 'next', 'previousUnread', 'nextUnread', 'find', 'findAll', 'details', 'keys',
  'verify', 'renew', 'lock', 'settings', 'sheet', 'nextPane', 'previousPane',
] satisfies ShortcutName[]);

function keysOf(shortcut: string): string {
  return names.has(shortcut) ? shortcutLabel(shortcut as ShortcutName) : shortcut; // the set above is the proof
}

export function ShortcutSheet(): ReactNode {
  const text = useText();
  const close = useUi((state) => state.closeDialog);
  const enterSends = useSettings((state) => state.settings.enterSends);
  return (
    <Dialog title={text('shortcuts.title')} onClose={close} size="large">
      <div className="shortcut-columns">
        <ShortcutTable title={text('shortcuts.anywhere')} lines={anywhere} />
        <div>
          <ShortcutTable title={text('shortcuts.inMessages')} lines={inMessages} />
          <ShortcutTable
            title={text('shortcuts.inComposer')}
            lines={[
              ['shortcut.send', enterSends ? 'Enter' : 'Ctrl+Enter'],
              ['shortcut.line', enterSends ? 'Shift+Enter' : 'Enter'],
            ]}
          />
        </div>
      </div>
    </Dialog>
  );
}

function ShortcutTable({ title, lines }: { readonly title: string; readonly lines: readonly (readonly [TextId, string])[] }): ReactNode {
  const text = useText();
  return (
    <table className="table shortcut-table">
      <caption>{title}</caption>
      <tbody>
        {lines.map(([id, shortcut]) => (
          <tr key={id}>
            <th scope="row">{text(id)}</th>
            <td>
              <kbd>{keysOf(shortcut)}</kbd>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
