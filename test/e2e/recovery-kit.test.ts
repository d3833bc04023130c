import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openWindow } from './support/app';

interface Noted {
  readonly preferences: { readonly javascript?: boolean; readonly preload?: string; readonly sandbox?: boolean };
  readonly visible: boolean;
  readonly protectedFromScreen: boolean;
  readonly urls: string[];
}

test('S5-19 S5-25: the recovery kit is printed to a PDF from a hidden window without scripts; key files are made and opened', async () => {
  const ann = await openWindow('kit-ann');
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-kit-'));
  const filePath = join(folder, 'kit.pdf');
  try {
    await ann.app.evaluate(({ app, dialog, BrowserWindow }, path) => {
      const noted: Noted[] = [];
      Object.assign(globalThis, { kitWindows: noted });
      const guarded = new Set<unknown>();
      const { setContentProtection } = BrowserWindow.prototype;
      BrowserWindow.prototype.setContentProtection = function protect(this: Electron.BrowserWindow, on: boolean): void {
        if (on) guarded.add(this);
        setContentProtection.call(this, on);
      };
      app.on('browser-window-created', (_event, window) => {
        window.webContents.once('did-finish-load', () => {
          const preferences = (window.webContents as unknown as { getLastWebPreferences(): Noted['preferences'] }).getLastWebPreferences();
          noted.push({ preferences, visible: window.isVisible(), protectedFromScreen: guarded.has(window), urls: [window.webContents.getURL()] });
        });
      });
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
    }, filePath);
    const [first, again, forgotten, none] = await ann.window.evaluate(async () => {
      const { keyshift } = globalThis.window;
      await keyshift.vault.create({ passphrase: 'correct horse battery staple', name: 'Ann </style><script>alert(1)</script> Ö' });
      const replies = [await keyshift.identity.saveRecoveryKit(), await keyshift.identity.saveRecoveryKit(), await keyshift.identity.forgetRecoveryKey(), await keyshift.identity.saveRecoveryKit()];
      return replies.map((reply) => (reply.ok ? 'done' : reply.error.code));
    });
    expect([first, again, forgotten, none]).toEqual(['done', 'done', 'done', 'recovery.none']);
    const pdf = readFileSync(filePath);
    expect(pdf.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    // One page of A4, and nothing that acts when it is opened.
    expect(pdf.toString('latin1').match(/\/MediaBox \[0 0 59[45][\d.]* 84[12][\d.]*\]/g)).toHaveLength(1);
    expect(pdf.toString('latin1')).not.toMatch(/\/(?:JavaScript|OpenAction|Launch|URI)\b/);
    expect([statSync(filePath).mode & 0o777, readdirSync(folder)]).toEqual([0o600, ['kit.pdf']]);
    const windows = await ann.app.evaluate(() => (globalThis as unknown as { kitWindows: Noted[] }).kitWindows);
    expect(windows).toHaveLength(2);
    for (const { preferences, visible, protectedFromScreen } of windows) {
      expect([preferences.javascript, preferences.preload ?? '', preferences.sandbox, visible, protectedFromScreen]).toEqual([false, '', true, false, true]);
    }

    // The runtime's own cryptography library makes and opens the key files, too.
    const passphrase = 'vier gute Wörter reichen';
    for (const format of ['pkcs12', 'pem'] as const) {
      const file = join(folder, format);
      await ann.app.evaluate(({ dialog }, path) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path });
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
      }, file);
      const outcome = await ann.window.evaluate(
        async (input) => {
          const { identity } = globalThis.window.keyshift;
          const replies = [await identity.exportPrivate(input), await identity.importPrivate({ passphrase: input.passphrase })];
          return replies.map((reply) => (reply.ok ? 'done' : reply.error.code));
        },
        { format, passphrase },
      );
      expect([format, ...outcome]).toEqual([format, 'done', 'done']);
    }
    const opened = execFileSync('openssl', ['pkcs12', '-in', join(folder, 'pkcs12'), '-passin', `pass:${passphrase}`, '-nodes'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    expect(opened).toContain('BEGIN PRIVATE KEY');
    expect(ann.violations).toEqual([]);
  } finally {
    await ann.close();
  }
});
