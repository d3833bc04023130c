// A session bus and an open GNOME keyring of their own, for starts that are unlocked by one. Linux only.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { endChild } from '../lib/process.mjs';

export const hasKeyring = () => process.platform === 'linux' && ['dbus-daemon', 'gnome-keyring-daemon'].every((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0);

/** @param {string} folder @returns {Promise<{ env: Record<string, string>, end: () => Promise<void> }>} `env`: for a program that is to live in this session */
export async function startKeyring(folder) {
  const places = { XDG_DATA_HOME: join(folder, 'share'), XDG_RUNTIME_DIR: join(folder, 'run') };
  mkdirSync(places.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], { env: { ...process.env, ...places }, stdio: ['ignore', 'pipe', 'ignore'] });
  const address = await new Promise((resolve, reject) => {
    bus.stdout.once('data', (text) => resolve(String(text).trim()));
    bus.once('exit', () => reject(new Error('the session bus ended')));
  });
  const env = { ...places, DBUS_SESSION_BUS_ADDRESS: address };
  const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', '--unlock'], { env: { ...process.env, ...env }, stdio: ['pipe', 'ignore', 'ignore'] });
  daemon.stdin.end('its own password');
  const end = async () => {
    await endChild(daemon);
    await endChild(bus);
  };
  for (let turn = 0; !existsSync(join(places.XDG_RUNTIME_DIR, 'keyring', 'control')); turn += 1) {
    if (turn === 100) {
      await end();
      throw new Error('the keyring does not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { env, end };
}
