import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { isSecretServiceOpen } from '../../../electron/platform/secret-service';

/** What a test needs on the path, and the Debian packages that bring it. */
const programs = ['dbus-daemon', 'gnome-keyring-daemon'] as const;

/** A sentence saying what to type, where something is missing. */
export function missingKeyring(): string | undefined {
  if (process.platform !== 'linux') return 'the system keyring is tried on Linux only';
  if (programs.every((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0)) return undefined;
  return 'type this first: sudo apt-get install -y --no-install-recommends gnome-keyring dbus libsecret-1-0';
}

/** A session bus and a GNOME keyring of its own: nothing of the user's own session is seen or touched. */
export class KeyringSession {
  readonly home = mkdtempSync(join(tmpdir(), 'keyshift-keyring-'));
  #bus: ChildProcess | undefined;
  #daemon: ChildProcess | undefined;
  #address = '';

  /** For a program that is to live in this session. */
  get environment(): Record<string, string> {
    return { XDG_DATA_HOME: join(this.home, 'share'), XDG_RUNTIME_DIR: join(this.home, 'run'), DBUS_SESSION_BUS_ADDRESS: this.#address };
  }

  /** Starts bus and keyring: `open` with its password given, `locked` without. */
  async start(state: 'open' | 'locked'): Promise<void> {
    mkdirSync(join(this.home, 'run'), { recursive: true, mode: 0o700 });
    const env = { ...process.env, ...this.environment };
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    this.#bus = bus;
    this.#address = await firstLine(bus);
    const args = ['--foreground', '--components=secrets', ...(state === 'open' ? ['--unlock'] : [])];
    const daemon = spawn('gnome-keyring-daemon', args, { env: { ...env, ...this.environment }, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#daemon = daemon;
    daemon.stdin.end(state === 'open' ? 'the keyring’s own password' : '');
    const control = join(this.home, 'run', 'keyring', 'control');
    await expect.poll(() => existsSync(control)).toBe(true);
    if (state === 'open') await expect.poll(() => isSecretServiceOpen(this.#address)).toBe(true);
  }

  /** Ends both; what the keyring keeps stays in its files. */
  async stop(): Promise<void> {
    await end(this.#daemon);
    await end(this.#bus);
    rmSync(join(this.home, 'run', 'keyring'), { recursive: true, force: true });
  }

  /** As if the user had thrown their keyring away. */
  wipe(): void {
    rmSync(join(this.home, 'share'), { recursive: true, force: true });
  }

  async release(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error('it ended at once')));
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
  });
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await gone;
}
