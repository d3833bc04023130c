// `npm run demo`: two people, Anna and Ben, side by side on this machine, introduced to each other and left to you. They stay until their
// windows are closed; the profiles below .cache/demo are kept for the next time (`-- --fresh` begins anew).
// `npm run demo -- --script [FOLDER]`: plays a short conversation with a key shift on a virtual display and writes pictures of it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PARTS } from './build.mjs';
import { hasDisplay, startXvfb } from './lib/display.mjs';
import { driveApp } from './lib/drive-app.mjs';
import { introduce, isNew, onboard, openChat, see, unlock, write } from './lib/journey.mjs';
import { inCache } from './lib/paths.mjs';
import { assertSandbox } from './lib/sandbox.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

const PEOPLE = ['Anna', 'Ben'];
const LOOPBACK = ['--listen=127.0.0.1:0'];

await asCommand(async () => {
  const words = process.argv.slice(2);
  const script = words.includes('--script');
  const folder = script ? words[words.indexOf('--script') + 1] : undefined;
  const unknown = words.filter((word) => word !== '--fresh' && word !== '--script' && word !== folder);
  if (unknown.length > 0) throw new PlainError(`npm run demo does not know ${unknown.join(' ')}.`);
  if (script) return playScript(resolve(folder ?? 'demo-pictures'));
  if (!hasDisplay()) throw new PlainError('There is no display here. `npm run demo -- --script` brings its own.');
  return sideBySide(words.includes('--fresh'));
});

async function sideBySide(fresh) {
  const runtime = await setUp({ electron: true, parts: PARTS });
  assertSandbox(runtime);
  if (fresh) rmSync(inCache('demo'), { recursive: true, force: true });
  say('Anna and Ben are starting. Close both windows to end the demo.');
  const apps = await Promise.all(
    PEOPLE.map((name) => driveApp({ runtime, profile: inCache('demo', name.toLowerCase()), args: LOOPBACK })),
  );
  process.once('SIGINT', () => apps.forEach((app) => void app.close()));
  const ended = Promise.all(apps.map((app) => app.waitForEvent('close', { timeout: 0 })));
  const windows = await Promise.all(apps.map((app) => app.firstWindow()));
  const fresher = await Promise.all(windows.map(isNew));
  // A first window opens in the middle of the display, so that one would lie over the other.
  await Promise.all(apps.map(async (app, at) => { if (fresher[at]) await app.evaluate(atItsSide, { at, of: PEOPLE.length }); }));
  await Promise.all(windows.map((window, at) => (fresher[at] ? onboard(window, PEOPLE[at] ?? '') : unlock(window))));
  const [anna, ben] = windows;
  if (anna && ben && fresher.every(Boolean)) await introduce(anna, ben, 'Anna');
  say('They know each other. The passphrase of both is: only for the demo on this machine');
  await ended;
}

/** Runs in Electron: puts the window into its part of the display, from the left; no narrower than it may be. */
function atItsSide({ BrowserWindow, screen }, { at, of }) {
  const [window] = BrowserWindow.getAllWindows();
  const { x, y, width, height } = screen.getPrimaryDisplay().workArea;
  const [narrowest = 0] = window?.getMinimumSize() ?? [];
  const own = Math.max(narrowest, Math.floor(width / of));
  window?.setBounds({ x: x + Math.round(((width - own) * at) / Math.max(1, of - 1)), y, width: own, height });
}

async function playScript(pictures) {
  const runtime = await setUp({ electron: true, display: true, parts: PARTS });
  const screen = await startXvfb();
  const profiles = mkdtempSync(join(tmpdir(), 'keyshift-demo-'));
  mkdirSync(pictures, { recursive: true });
  const apps = [];
  try {
    for (const name of PEOPLE) {
      apps.push(await driveApp({ runtime, display: screen.display, profile: join(profiles, name), args: LOOPBACK }));
    }
    const [anna, ben] = await Promise.all(apps.map((app) => app.firstWindow()));
    const picture = async (window, name) => {
      for (const colorScheme of ['light', 'dark']) {
        // Without motion no colour is caught on its way.
        await window.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await window.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
      }
    };
    await picture(anna, '1-first-start');
    await Promise.all([onboard(anna, 'Anna'), onboard(ben, 'Ben')]);
    await picture(anna, '2-nobody-yet');
    await introduce(anna, ben, 'Anna');
    await write(ben, 'Hi Anna! No account, no phone number. Nice.');
    await openChat(anna, 'Ben');
    await see(anna, 'No account');
    await write(anna, 'Let me renew my key, just because I can.');
    await anna.keyboard.press('Control+Shift+R');
    await write(anna, 'This one is locked with a new key. 🔑');
    await see(ben, 'a new key');
    await picture(ben, '3-conversation-ben');
    await anna.keyboard.press('Control+Shift+K');
    await anna.getByRole('button', { name: 'Renew now' }).waitFor();
    await picture(anna, '4-keys-anna');
    say(`Pictures are in ${pictures}`);
  } finally {
    await Promise.all(apps.map((app) => app.close()));
    await screen.stop();
    rmSync(profiles, { recursive: true, force: true });
  }
}
