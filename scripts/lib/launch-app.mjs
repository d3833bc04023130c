// Starting the built app in an Electron runtime.
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { isRoot, endChild } from './process.mjs';

/**
 * @param {{ runtime: import('../electron-runtime.mjs').Runtime, profile?: string, env?: NodeJS.ProcessEnv, args?: readonly string[], stdio?: import('node:child_process').StdioOptions }} options
 *   profile: the folder of this instance's data (--user-data-dir); two instances at once need two of them
 * @returns {{ child: import('node:child_process').ChildProcess, end: () => Promise<void> }}
 */
export function launchApp({ runtime, profile, env = {}, args = [], stdio = ['ignore', 'inherit', 'inherit'] }) {
  // With ELECTRON_RUN_AS_NODE it would be a plain Node.
  const { ELECTRON_RUN_AS_NODE: _dropped, ...environment } = { ...process.env, ...env };
  const child = spawn(runtime.executable, appArguments({ runtime, profile, args }), {
    cwd: root,
    env: environment,
    stdio,
  });
  return { child, end: () => endChild(child) };
}

/**
 * The arguments after the executable; the same for a plain start, the demo and Playwright.
 * @param {{ runtime: import('../electron-runtime.mjs').Runtime, profile?: string, args?: readonly string[] }} options
 */
export function appArguments({ runtime, profile, args = [] }) {
  return [
    root,
    ...(needsNoSandbox() ? ['--no-sandbox'] : []),
    ...(process.platform === 'linux' && !process.env.DISPLAY && process.env.WAYLAND_DISPLAY ? ['--ozone-platform-hint=auto'] : []),
    ...(profile ? [`--user-data-dir=${profile}`] : []),
    ...(runtime.kind === 'trial' ? ['--trial-runtime'] : []),
    ...args,
  ];
}

/** Chromium refuses to sandbox anything for root. */
export const needsNoSandbox = () => process.platform === 'linux' && isRoot;

/** Where this system keeps the settings of programs. */
export function configFolder(env = process.env) {
  if (process.platform === 'win32') return env.APPDATA || join(homedir(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return env.XDG_CONFIG_HOME || join(homedir(), '.config');
}
