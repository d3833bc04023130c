import type { ReactNode } from 'react';
import { commandNames, commandOf, type CommandName, type Scope } from '../../shared/model/shortcuts';
import { HelpButton } from '../features/help/help-host';
import { useText } from '../i18n/use-text';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { useSettings, useUi } from './model-context';
import { fixedKeys, type FixedKey } from './fixed-keys';
import { keysLabel } from './shortcuts';
import { useShortcutKeys } from './use-shortcut-keys';

/** What is pressed for what, made from the registry and as it is set now. */
export function ShortcutSheet(): ReactNode {
  const text = useText();
  const close = useUi((state) => state.closeDialog);
  const openSettings = useUi((state) => state.openSettings);
  return (
    <Dialog title={text('shortcuts.title')} onClose={close} size="large">
      <div className="shortcut-columns">
        <ShortcutTable scope="anywhere" />
        <div>
          <ShortcutTable scope="messages" />
          <ShortcutTable scope="composer" />
          <ShortcutTable scope="settings" />
        </div>
      </div>
      <div className="dialog-actions start">
        <Button onPress={() => openSettings('keyboard')}>{text('shortcuts.change')}</Button>
        <HelpButton />
      </div>
    </Dialog>
  );
}

function ShortcutTable({ scope }: { readonly scope: Scope | 'composer' }): ReactNode {
  const text = useText();
  const keys = useShortcutKeys();
  const enterSends = useSettings((state) => state.settings.enterSends);
  const own = commandNames.filter((name) => commandOf(name).scope === scope && keys[name] !== '');
  const line = (id: CommandName | FixedKey['id'], combinations: readonly string[]): ReactNode => (
    <tr key={id}>
      <th scope="row">{text(`shortcut.${id}`)}</th>
      <td>
        {combinations.map((each) => (
          <kbd key={each}>{each}</kbd>
        ))}
      </td>
    </tr>
  );
  return (
    <table className="table shortcut-table">
      <caption>{text(`shortcuts.${scope}`)}</caption>
      <tbody>
        {own.map((name) => line(name, [keysLabel(keys[name], text)]))}
        {fixedKeys(enterSends)
          .filter((fixed) => fixed.scope === scope)
          .map(({ id, keys: fixed, until }) => line(id, fixed.map((each) => `${keysLabel(each, text)}${until === undefined ? '' : ` … ${until}`}`)))}
      </tbody>
    </table>
  );
}
