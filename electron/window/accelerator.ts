import { keyTable, type CommandName, type Shortcuts } from '../../shared/model/shortcuts';

const names: Readonly<Record<string, string>> = { Mod: 'CmdOrCtrl', ArrowUp: 'Up', ArrowDown: 'Down', ArrowLeft: 'Left', ArrowRight: 'Right' };

/** What a menu shows and hears for a command, in Electron's words; undefined: nothing calls it. */
export function acceleratorOf(name: CommandName, changed: Shortcuts, platform: NodeJS.Platform): string | undefined {
  const keys = keyTable(changed, platform === 'darwin')[name];
  // Signs of other keyboards have no name in Electron; the page hears them all the same.
  if (!/^(?:(?:Mod|Alt|Shift)\+)*(?:[!-~]|F\d{1,2}|Plus|Arrow\w+|Delete|Insert)$/u.test(keys)) return undefined;
  return keys
    .split('+')
    .map((part) => names[part] ?? part)
    .join('+');
}
