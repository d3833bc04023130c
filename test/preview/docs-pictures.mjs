// `npm run pictures`: the pictures of the documents (docs/pictures), from the scenes of the preview at a fixed hour: what did not change comes out the same.
// Needs Debian's chromium (CHROMIUM=/path overrides).
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { asCommand } from '../../scripts/lib/say.mjs';
import { dress, openScene } from './drive.mjs';
import { buildPreview, servePreview } from './serve.mjs';
import { shots } from './shots/all.mjs';

const folder = resolve(import.meta.dirname ?? '.', '../../docs/pictures');
const window = { width: 1180, height: 780 };
/** Name of the file, the picture it is of, its theme, a window of another size. @type {readonly (readonly [string, string, string?, { width: number, height: number }?])[]} */
const wanted = [
  ['first', 'first'],
  ['conversation', 'words'],
  ['conversation-dark', 'words', 'dark'],
  ['files', 'files'],
  ['search', 'search'],
  ['order', 'order'],
  ['keys', 'keys'],
  ['rules', 'rules'],
  ['invite', 'invite'],
  ['near', 'near-compare'],
  ['verify', 'verify'],
  ['paused', 'paused-unknown'],
  ['reach', 'reach-down', 'light', { width: 1180, height: 1000 }],
  ['devices', 'devices', 'light', { width: 1180, height: 1000 }],
  ['link', 'link-compare'],
  ['mailbox', 'mailbox-on'],
  ['recovery', 'identity-printed'],
  ['backup', 'backup-done'],
  ['export', 'export'],
  ['archive', 'archive'],
  ['settings', 'settings-search'],
];

await asCommand(async () => {
  mkdirSync(folder, { recursive: true });
  const server = await servePreview(await buildPreview());
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  try {
    for (const [file, name, theme = 'light', viewport = window] of wanted) {
      const shot = shots.find(([one]) => one === name);
      if (shot === undefined) throw new Error(`no picture ${name}`);
      const context = await browser.newContext({ viewport, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'Europe/Berlin' });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await page.clock.setFixedTime(new Date('2026-05-06T15:40:00Z'));
      await openScene(page, server.address, shot[1]);
      await shot[4](page);
      await dress(page, { theme });
      await page.mouse.move(1, 1);
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(folder, `${file}.png`), animations: 'disabled', caret: 'hide' });
      console.log(`docs/pictures/${file}.png`);
      await context.close();
    }
  } finally {
    await browser.close();
    await server.stop();
  }
});
