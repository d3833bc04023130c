// The built app under a program's control: for the scripted demo and for pictures. Needs the development dependencies (Playwright).
import { appArguments } from './launch-app.mjs';
import { inRoot, root } from './paths.mjs';

/**
 * @param {{ runtime: import('../electron-runtime.mjs').Runtime, profile: string, display?: string, args?: readonly string[], env?: Record<string, string>, asPeopleStart?: boolean }} options
 *   asPeopleStart: its window opens whether or not Playwright has attached, and is then now and then not seen by it; for whoever measures a start
 *   env: beside this process's own and the display's
 *   display: where its windows appear, as startXvfb (display.mjs) tells it; this process's own display without one
 * @returns {Promise<import('@playwright/test').ElectronApplication>}
 */
export function driveApp({ runtime, profile, display, args, env, asPeopleStart = false }) {
  const waits = asPeopleStart ? [] : ['-r', inRoot('scripts/lib/waits-for-driver.cjs')];
  return driveElectron(runtime, [...waits, ...appArguments({ runtime, profile, args })], display, env);
}

/** @param {import('../electron-runtime.mjs').Runtime} runtime @param {string[]} args @param {string | undefined} display @param {Record<string, string>} [more] @returns {Promise<import('@playwright/test').ElectronApplication>} */
export async function driveElectron(runtime, args, display, more) {
  const { _electron } = await import('@playwright/test');
  const { ELECTRON_RUN_AS_NODE: _dropped, ...env } = process.env;
  return _electron.launch({
    executablePath: runtime.executable,
    args,
    cwd: root,
    env: { ...env, ...(display && { DISPLAY: display, WAYLAND_DISPLAY: '', DBUS_SESSION_BUS_ADDRESS: 'disabled:' }), ...more },
  });
}
