import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { App } from 'electron';

export interface LoginStart {
  isOn(): boolean;
  /** Throws what the file system throws. */
  set(on: boolean): void;
}

export interface LoginStartParts {
  readonly app: Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>;
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** The program and what it is started with, as this one was. */
  readonly command: readonly string[];
}

/** Starting with the user's session, as the system itself keeps it: the person may have changed it there. */
export function loginStart({ app, platform, env, home, command }: LoginStartParts): LoginStart {
  if (platform !== 'linux') {
    return {
      isOn: () => app.getLoginItemSettings().openAtLogin,
      set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin, path: command[0] ?? '', args: command.slice(1) }),
    };
  }
  const { XDG_CONFIG_HOME: wanted = '' } = env;
  // The base directory specification: a relative path counts as none.
  const file = join(wanted.startsWith('/') ? wanted : join(home, '.config'), 'autostart', 'keyshift.desktop');
  return {
    isOn: () => isEnabled(file),
    set: (on) => {
      if (!on) return rmSync(file, { force: true });
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, autostartEntry(command), { mode: 0o644 });
    },
  };
}

/** Desktops switch an entry off by a line in it and leave the file. */
function isEnabled(file: string): boolean {
  try {
    return !/^\s*(?:Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/imu.test(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}

/** A desktop entry that starts `command` (freedesktop.org, "Desktop Entry Specification": the key Exec). */
export function autostartEntry(command: readonly string[]): string {
  return ['[Desktop Entry]', 'Type=Application', 'Name=Keyshift', `Exec=${command.map(quoted).join(' ')}`, 'Terminal=false', 'X-GNOME-Autostart-enabled=true', ''].join('\n');
}

function quoted(argument: string): string {
  if (/[\n\r\0]/.test(argument)) throw new Error('no argument of a desktop entry holds a line break');
  // Twice: once for the quoted argument, once for a value of type string; and % begins a field code.
  return `"${argument.replace(/["`$\\]/g, '\\$&').replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`;
}
