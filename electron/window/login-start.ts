import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { App } from 'electron';

export interface LoginStart {
  isOn(): boolean;
  /** Throws what the file system throws. */
  set(on: boolean): void;
  /** Where it is on and starts a program that is there no more, as it was moved, with the profile folder of this one: it starts this one from now on. Throws what the file system throws. */
  mend(): void;
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
  if (platform === 'win32') return loginStartOnWindows(app, command);
  if (platform !== 'linux') {
    // macOS keeps the app, and starts it without arguments.
    return { isOn: () => app.getLoginItemSettings().openAtLogin, set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin }), mend: () => undefined };
  }
  const { XDG_CONFIG_HOME: wanted = '' } = env;
  // The base directory specification: a relative path counts as none. The package of the trial runtime has an entry of its own.
  const file = join(wanted.startsWith('/') ? wanted : join(home, '.config'), 'autostart', basename(command[0] ?? '') === 'keyshift-trial' ? 'keyshift-trial.desktop' : 'keyshift.desktop');
  return {
    isOn: () => isEnabled(file),
    set: (on) => {
      if (!on) return rmSync(file, { force: true });
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, autostartEntry(command), { mode: 0o644 });
    },
    mend: () => {
      if (!isEnabled(file)) return;
      const entry = readFileSync(file, 'utf8');
      const [program = '', ...more] = launched(/^Exec[ \t]*=(.*)$/mu.exec(entry)?.[1] ?? '');
      // Another one that is there was meant: this one may only be tried beside it.
      if (!isAbsolute(program) || existsSync(program) || folderOf(more) !== folderOf(command)) return;
      // Beside it first: a start in the middle of writing finds a whole entry. What else the person wrote into it stays.
      const mended = entry.replace(/^Exec[ \t]*=.*$/mu, () => execLine(command));
      writeFileSync(`${file}.new`, mended, { mode: 0o644 });
      renameSync(`${file}.new`, file);
    },
  };
}

/**
 * A command line in the registry, under the app's name there (app-identity.ts). Electron compares it letter by letter with the one it is asked about. What is not in quotes Windows
 * cuts at its first gap, and tries the beginning as a program. The task manager switches an entry off beside it.
 */
function loginStartOnWindows(app: LoginStartParts['app'], [program = '', ...more]: readonly string[]): LoginStart {
  const asOne = (word: string): string => `"${word}"`;
  const line = { path: asOne(program), args: more.map((word) => (/\s/.test(word) ? asOne(word) : word)) };
  return {
    isOn: () => {
      const { openAtLogin, executableWillLaunchAtLogin } = app.getLoginItemSettings(line);
      return openAtLogin && executableWillLaunchAtLogin;
    },
    set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin, ...line }),
    mend: () => undefined,
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
  return ['[Desktop Entry]', 'Type=Application', 'Name=Keyshift', execLine(command), 'Terminal=false', 'X-GNOME-Autostart-enabled=true', ''].join('\n');
}

function execLine(command: readonly string[]): string {
  return `Exec=${command.map(quoted).join(' ')}`;
}

/** As a launcher reads it: the value as a string, then arguments, quoted or not. */
export function launched(exec: string): string[] {
  const value = exec.replace(/\\(.)/g, (_, letter: string) => ({ s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' })[letter] ?? `\\${letter}`);
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g)].map(([, inQuotes, plain]) => (inQuotes === undefined ? String(plain) : inQuotes.replace(/\\(.)/g, '$1')).replaceAll('%%', '%'));
}

function folderOf(command: readonly string[]): string | undefined {
  return command.find((argument) => argument.startsWith('--user-data-dir='));
}

function quoted(argument: string): string {
  if (/[\n\r\0]/.test(argument)) throw new Error('no argument of a desktop entry holds a line break');
  // Twice: once for the quoted argument, once for a value of type string; and % begins a field code.
  return `"${argument.replace(/["`$\\]/g, '\\$&').replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`;
}
