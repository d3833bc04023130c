import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';

const root = resolve(process.env['KEYSHIFT_APP'] ?? '.');
const pictures = resolve('test-results/pictures');
const profiles = mkdtempSync(join(tmpdir(), 'keyshift-e2e-'));

/** A real app with a profile of its own, listening on loopback only. */
export interface OpenApp {
  readonly app: ElectronApplication;
  readonly window: Page;
  /** Console errors, content-policy violations among them. */
  readonly violations: string[];
  /** The window as a person sees it, in light and in dark. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openWindow(name: string): Promise<OpenApp> {
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const app = await _electron.launch({
    executablePath: process.env['ELECTRON_EXECUTABLE'] ?? '',
    args: [
      root,
      ...(asRoot ? ['--no-sandbox'] : []),
      ...(process.env['ELECTRON_KIND'] === 'trial' ? ['--trial-runtime'] : []),
      `--user-data-dir=${join(profiles, name)}`,
      '--listen=127.0.0.1:0',
    ],
  });
  const window = await app.firstWindow();
  const violations: string[] = [];
  window.on('console', (message) => {
    if (message.type() === 'error') violations.push(message.text());
  });
  window.on('pageerror', (error) => violations.push(error.message));
  let open = true;
  return {
    app,
    window,
    violations,
    async picture(title) {
      mkdirSync(pictures, { recursive: true });
      for (const scheme of ['light', 'dark'] as const) {
        await window.emulateMedia({ colorScheme: scheme });
        await window.screenshot({ path: join(pictures, `${title}-${name}-${scheme}.png`) });
      }
      await window.emulateMedia({ colorScheme: null });
    },
    async close() {
      if (!open) return;
      open = false;
      await app.close();
    },
  };
}
