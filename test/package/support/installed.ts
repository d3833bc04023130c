import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { runningAs } from './processes';

/** The Debian package under test, made by scripts/lib/package-stage.mjs. */
export const deb = process.env['KEYSHIFT_DEB'] ?? '';
/** The same app for Fedora and its kin; empty where rpm is not here. */
export const rpm = process.env['KEYSHIFT_RPM'] ?? '';
/** The one of the headless peer. */
export const headlessDeb = process.env['KEYSHIFT_HEADLESS_DEB'] ?? '';
/** The app as it was packed, before a package was wrapped around it. */
export const appFolder = process.env['KEYSHIFT_APP_FOLDER'] ?? '';
const asRoot = process.getuid?.() === 0;
/** Somebody who owns nothing: nobody. */
const nobody = 65_534;

export interface Installed {
  readonly name: string;
  /** What a person types. */
  readonly command: string;
  /** The folder of the app. */
  readonly folder: string;
  /** By dpkg into this system, as a person's `apt install ./keyshift.deb` does; else only unpacked, where one is not root. */
  readonly byDpkg: boolean;
  /** Takes it away again; what dpkg said. */
  remove(): string;
}

const query = (format: string, ...args: string[]): string => execFileSync('dpkg-deb', ['--show', `--showformat=${format}`, ...args], { encoding: 'utf8' });

/**
 * As root into the real system. Somebody else's installation is never touched: then this throws, and says what to do. Without root, dpkg can put
 * nothing into the system, and into a folder of its own only without running the package's scripts; so it is unpacked, which proves all but those.
 */
export function install(file: string): Installed {
  const name = query('${Package}', file);
  const contents = execFileSync('dpkg-deb', ['--contents', file], { encoding: 'utf8', maxBuffer: 1e8 });
  const [place = '/'] = /\/(?:opt\/[^/\n]+|usr\/lib\/keyshift-headless)(?=\/\n)/.exec(contents) ?? [];
  if (!asRoot) {
    const root = mkdtempSync(join(tmpdir(), 'keyshift-unpacked-'));
    execFileSync('dpkg-deb', ['--extract', file, root]);
    return { name, command: join(root, place.startsWith('/opt') ? `${place}/${name}` : `usr/bin/${name}`), folder: join(root, place), byDpkg: false, remove: () => (rmSync(root, { recursive: true }), '') };
  }
  if (existsSync(`/var/lib/dpkg/info/${name}.list`)) throw new Error(`${name} is installed here. The test of the package would take its place: please type dpkg --purge ${name} first.`);
  // Without waiting for the disk after every file: what is proven here is not how it stands a power cut.
  execFileSync('dpkg', ['--force-unsafe-io', '--install', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    name,
    command: `/usr/bin/${name}`,
    folder: place,
    byDpkg: true,
    remove: () => execFileSync('dpkg', ['--purge', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  };
}

/** A folder that belongs to whoever runs the app. */
export function ownFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `keyshift-${name}-`));
  if (asRoot) chownSync(folder, nobody, nobody);
  chmodSync(folder, 0o700);
  return folder;
}

/** Runs a command as an ordinary user with a home of their own. */
export function asOrdinaryUser(home: string, command: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  mkdirSync(home, { recursive: true });
  const { ELECTRON_RUN_AS_NODE: _, NODE_OPTIONS: __, ...inherited } = process.env;
  const words = asRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--inh-caps=-all', '--bounding-set=-all', ...command] : [...command];
  const [program = '', ...args] = words;
  return spawn(program, args, {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, HOME: home, TMPDIR: home, XDG_CONFIG_HOME: join(home, '.config'), XDG_RUNTIME_DIR: home, ...env },
  });
}

/** Virtual ones, each with a window of its own. */
export const displays = process.env['KEYSHIFT_TEST_DISPLAYS']?.split(' ') ?? [];

export interface Running {
  readonly child: ChildProcess;
  readonly page: Page;
  readonly output: () => string;
  quit(): Promise<number | null>;
}

export interface Start {
  /** Which of the displays; the last is that of `updates.test.ts`, which runs beside the others. */
  readonly screen?: 0 | 1 | 2;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the installed app and drives its page from outside, by Chromium's own protocol: its fuses let nobody into the main process. */
export async function start(command: string, home: string, profile: string, { screen = 0, args = [], env = {} }: Start = {}): Promise<Running> {
  const child = asOrdinaryUser(home, [command, '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--listen=127.0.0.1:0', ...args], { DISPLAY: displays[screen] ?? '', ...env });
  let text = '';
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  const address = await new Promise<string>((done, fail) => {
    const look = (piece: Buffer): void => {
      text += piece.toString('latin1');
      const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (found !== undefined) done(found);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('error', fail);
    void ended.then((code) => fail(new Error(`${command} ended with ${String(code)}:\n${text}`)));
  });
  const { browser, page } = await drive(address);
  return {
    child,
    page,
    output: () => text,
    async quit() {
      // Only this: letting go of the page may end the app as well, and a signal to one that is ending kills it.
      child.kill('SIGTERM');
      const code = await ended;
      await browser.close().catch(() => undefined);
      return code;
    },
  };
}

/** The program that the app of `start` began in its own place, found by its path; its page is driven where its profile says. Ends with `end`. */
export async function startedBySelf(program: string, profile: string): Promise<{ readonly page: Page; readonly pid: number; end(): Promise<void> }> {
  const pid = await eventually(() => runningAs(program));
  const told = join(profile, 'DevToolsActivePort');
  const [port, path] = await eventually(() => (statSync(told).mtimeMs > statSync(`/proc/${pid}`).ctimeMs ? readFileSync(told, 'utf8').split('\n') : undefined));
  const { browser, page } = await drive(`ws://127.0.0.1:${port}${path}`);
  return {
    page,
    pid,
    async end() {
      process.kill(pid, 'SIGTERM');
      await eventually(() => (runningAs(program) === undefined ? true : undefined));
      await browser.close().catch(() => undefined);
    },
  };
}

/** Asked in the moment in which a page comes or goes, Chromium may leave an answer out that Playwright waits for: then anew. An app that hangs answers none of them. */
async function connected(address: string): Promise<Browser> {
  for (let times = 1; ; times += 1) {
    try {
      return await chromium.connectOverCDP(address, { noDefaults: true, timeout: 10_000 });
    } catch (error) {
      if (times === 3) throw error;
    }
  }
}

async function drive(address: string): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const browser = await connected(address);
  const context = browser.contexts()[0];
  if (context === undefined) throw new Error('no window');
  const page = context.pages()[0] ?? (await context.waitForEvent('page'));
  await page.waitForFunction(() => document.getElementById('root')?.childElementCount);
  return { browser, page };
}

/** What `look` finds at last: nothing tells of a process of somebody else. */
async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (const until = Date.now() + 60_000; ; ) {
    const found = orNothing(look);
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`not found within a minute: ${String(look)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
