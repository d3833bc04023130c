import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { readyKeys } from '../../support/rsa-keys';
import { askAgainWhereLost } from './lost-answers';

/** The app's folder: the repository, whose `out/` was built before. */
export const appFolder = resolve(process.env['KEYSHIFT_APP'] ?? '.');
export const electronExecutable = process.env['ELECTRON_EXECUTABLE'] ?? '';
export const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
/**
 * V8 without its optimising compiler. It computes beside each page for a third of what the page itself does, and a page of a test is gone before that pays. What is
 * measured, about starts or about memory goes without this.
 */
export const unoptimised = '--js-flags=--no-opt';
/** Where pictures of the windows go, for people to look at. Taking them is a third of some tests' time and proves nothing: only when asked for. */
export const pictures = resolve('test-results/pictures');
export const wantsPictures = process.env['KEYSHIFT_PICTURES'] === '1';
// Workers run beside each other, each on a display of its own: windows share the focus and the clipboard of a display.
const display = process.env['KEYSHIFT_TEST_DISPLAYS']?.split(' ')[Number(process.env['TEST_PARALLEL_INDEX'] ?? 0)];
if (display !== undefined) process.env['DISPLAY'] = display;
const profiles = mkdtempSync(join(tmpdir(), 'keyshift-e2e-'));

/** A real app with a profile of its own, listening on loopback only. */
export interface OpenApp {
  readonly app: ElectronApplication;
  readonly window: Page;
  readonly profile: string;
  /** Console errors, breaches of the content policy, and requests to anywhere but the page's own place. With one of the latter two the window does not close in peace. */
  readonly violations: string[];
  /** What the processes wrote to standard output and error, from the moment the window was there. */
  readonly output: () => string;
  /** When the window is drawn; as a person sees it, in light and in dark, where pictures are wanted. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Absolute; a fresh folder named like the app without it. */
  readonly profile?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Started instead of Electron itself, with its arguments: a wrapper that sets up something around it. */
  readonly executable?: string;
  /** A passphrase and RSA keys that cost next to nothing, and no optimising compiler, for tests that are about neither secrets nor starts as people make them. A profile stays with one of the two. */
  readonly quickSecrets?: boolean;
}

export const profileOf = (name: string): string => join(profiles, name);

/** The arguments of a start, with which a test may also start the app itself. */
export function startArguments(profile: string, more: readonly string[] = ['--listen=127.0.0.1:0']): string[] {
  return [
    appFolder,
    ...(asRoot ? ['--no-sandbox'] : []),
    ...(process.env['ELECTRON_KIND'] === 'trial' ? ['--trial-runtime'] : []),
    `--user-data-dir=${profile}`,
    ...more,
  ];
}

/** A start takes a second, two or three beside others, and ten times that on a machine that is busy. */
const startMs = 60_000;
const waitsForDriver = resolve('scripts/lib/waits-for-driver.cjs');

/** Whatever starts is driven from before its first window. */
export async function launch(options: Parameters<typeof _electron.launch>[0] & { readonly args: readonly string[] }): Promise<ElectronApplication> {
  return askAgainWhereLost(await _electron.launch({ ...options, args: ['-r', waitsForDriver, ...options.args], timeout: startMs }));
}

/** Its page, once it has all it is made of. */
export async function loadedWindow(app: ElectronApplication): Promise<Page> {
  const window = await app.firstWindow();
  await window.waitForURL('app-keyshift://ui/**');
  return window;
}

const quickSecrets = resolve('test/support/quick-secrets.cjs');

/**
 * The page counts as the one that has the keyboard, however the display's windows stand. Playwright asks for that once, for the page as it finds it; in Electron 33 that was
 * lost now and then (one start in some thirty), perhaps with the process that the page's isolation changes.
 */
async function keepFocused(window: Page): Promise<void> {
  const debug = await window.context().newCDPSession(window);
  await debug.send('Emulation.setFocusEmulationEnabled', { enabled: true });
}

export async function openWindow(name: string, options: OpenOptions = {}): Promise<OpenApp> {
  const profile = options.profile ?? profileOf(name);
  const quick = options.quickSecrets === true;
  // Whoever begins may want a second profile or a newer key, or both; whoever goes on a newer key.
  const keys = quick ? readyKeys(existsSync(join(profile, 'vault')) ? 1 : 3) : [];
  const env = { ...options.env, ...(quick && { KEYSHIFT_TEST_KEYS: JSON.stringify(keys) }) };
  const app = await launch({
    executablePath: options.executable ?? electronExecutable,
    // Of a switch given twice Chromium takes the last.
    args: [...(quick ? ['-r', quickSecrets, unoptimised] : []), ...startArguments(profile), ...(options.args ?? [])],
    env: { ...ownEnvironment(), ...env },
  });
  const lines: string[] = [];
  const child = app.process();
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece: Buffer) => lines.push(piece.toString('latin1')));
  const window = await loadedWindow(app);
  await keepFocused(window);
  const violations: string[] = [];
  window.on('console', (message) => {
    if (message.type() === 'error') violations.push(message.text());
  });
  window.on('pageerror', (error) => violations.push(error.message));
  window.on('request', (request) => {
    if (!/^(blob:)?app-keyshift:\/\/ui\//.test(request.url())) violations.push(`${leaving} ${request.url()}`);
  });
  await app.context().addInitScript(reportBreaches);
  await window.evaluate(reportBreaches);
  let open = true;
  return {
    app,
    window,
    profile,
    violations,
    output: () => lines.join(''),
    async picture(title) {
      // A window that was just shown may have no size yet.
      await window.waitForFunction(() => innerWidth > 0 && innerHeight > 0);
      await drawn(window);
      if (!wantsPictures) return;
      mkdirSync(pictures, { recursive: true });
      for (const scheme of ['light', 'dark'] as const) {
        // Without motion no colour is caught on its way.
        await window.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await window.screenshot({ path: join(pictures, `${title}-${name}-${scheme}.png`) });
      }
      await window.emulateMedia({ colorScheme: null, reducedMotion: null });
    },
    async close() {
      if (!open) return;
      open = false;
      const { exitCode, signalCode } = child;
      // One that a test brought down is closed already.
      if (exitCode === null && signalCode === null) await app.close();
      const breaches = violations.filter((one) => one.startsWith('securitypolicyviolation') || one.startsWith(leaving));
      if (breaches.length > 0) throw new Error(`${name}: ${breaches.join('\n')}`);
    },
  };
}

const leaving = 'a request to';

/** In the page: says on the console what its policy did not let it do, from the first moment of each document. */
function reportBreaches(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
    console.error(`securitypolicyviolation ${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
  });
}

/** Waits until what the page has become by now is on the screen. */
export async function drawn(window: Page): Promise<void> {
  await window.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
