// node test/preview/wander.mjs [seeds] [steps] [scenes]: walks through the window by chance, as a person with mouse and keyboard and with others who write, change
// and remove meanwhile, over a bridge that is slow and refuses now and then. `seeds` is 1-20 without it, `steps` 120, `scenes` busy,hard,requests,troubled,left.
// Fails on an error or a refusal that nobody caught, on what breaks the policy, on a focus that is nowhere after a key, on what stands outside the window, on a
// dialog that Escape does not close, and where at the end the conversation does not show what was said in it. One seed does the same deeds in the same order;
// what meets what in between is up to the clock.
// In Debian's chromium (CHROMIUM=/path overrides), which is newer than the trial runtime: some faults are only there.
import { chromium } from '@playwright/test';
import { openScene, outside } from './drive.mjs';
import { buildPreview, servePreview } from './serve.mjs';
import { byChance, disturb, keys, rest, showsWhatWasSaid, target, words } from './wander-deeds.mjs';

const [seeds = '1-20', steps = '120', scenes = 'busy,hard,requests,troubled,left'] = process.argv.slice(2);
const [first = 1, last = first] = seeds.split('-').map(Number);
/** A walk that found so much has told enough. */
const MOST_FAULTS = 3;
/** Somebody who knows where the focus belongs has taken it by then, also behind a slow answer. */
const PATIENCE_MS = 900;
const sizes = [[1280, 800], [1280, 800], [900, 700], [360, 720]];

const server = await servePreview(await buildPreview());
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function walk(seed) {
  const chance = byChance(seed);
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const scene = pick(scenes.split(','));
  const [width, height] = pick(sizes);
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', locale: 'en-GB' });
  const page = await context.newPage();
  const faults = [];
  const done = [];
  const fault = (what) => faults.push(`${done.length}: ${what}`);
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') fault(`console: ${message.text()}`); });
  page.on('pageerror', (error) => fault(`not caught: ${error.stack ?? error.message}`));
  page.on('request', (request) => { if (!request.url().startsWith(server.address) && request.url() !== 'about:blank') fault(`request to ${request.url()}`); });

  /** One deed, and whether the focus may be nowhere behind it: a press beside everything and Tab out of the page may. */
  async function step() {
    const kind = chance();
    if (kind < 0.45) {
      const found = await page.evaluate(target, chance());
      if (found === undefined) return true;
      await page.mouse.click(found.x, found.y, { button: chance() < 0.08 ? 'right' : 'left' });
      const isHit = await page.evaluate(() => window.met());
      done.push(`${isHit ? 'press' : 'press (beside)'} ${found.name}`);
      if (!found.takesText || chance() > 0.7) return !isHit;
      await page.keyboard.insertText(pick(words));
      return !isHit;
    }
    if (kind < 0.75) {
      const key = pick(keys);
      done.push(key);
      await page.keyboard.press(key);
      return key.endsWith('Tab');
    }
    if (kind < 0.8) await page.keyboard.insertText(pick(words));
    else if (kind < 0.97) done.push(`others: ${await page.evaluate(() => window.others())}`);
    else if (kind < 0.985) {
      done.push('lock');
      await page.evaluate(() => { void window.keyshift.vault.lock(); });
    } else await page.waitForTimeout(700);
    return false;
  }

  async function unlock() {
    if (await page.evaluate(() => window.fake.world.vault !== 'locked')) return;
    done.push('unlock');
    await page.evaluate(() => { void window.keyshift.vault.unlock({ passphrase: window.fake.world.passphrase }); });
  }

  const isNowhere = () => page.evaluate(() => document.activeElement === null || document.activeElement === document.body);
  try {
    await openScene(page, server.address, scene);
    await page.evaluate(disturb, seed);
    // Whoever pressed beside everything is nowhere until the next key or press brings them somewhere.
    let strayed = false;
    for (let left = Number(steps); left > 0 && faults.length < MOST_FAULTS; left -= 1) {
      const mayBeNowhere = await step();
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      strayed = (strayed || mayBeNowhere) && (await isNowhere());
      if (!strayed && (await isNowhere())) {
        await page.waitForTimeout(PATIENCE_MS);
        strayed = await isNowhere();
        if (strayed) fault(`the focus is nowhere behind: ${done.slice(-4).join(' · ')}`);
      }
      if (chance() < 0.5) await unlock();
    }
    await page.evaluate(rest);
    await page.waitForTimeout(PATIENCE_MS);
    await unlock();
    await page.waitForTimeout(300);
    for (const each of await page.evaluate(outside)) fault(each);
    const dialogs = () => page.evaluate(() => [...document.querySelectorAll('.veil, .popover')].map((one) => one.textContent?.slice(0, 60)));
    for (let tries = 12; tries > 0 && (await dialogs()).length > 0; tries -= 1) {
      await page.keyboard.press('Escape');
      await page.waitForTimeout(60);
    }
    for (const one of await dialogs()) fault(`Escape does not close: ${one}`);
    const missing = await page.evaluate(showsWhatWasSaid);
    if (missing !== undefined) fault(missing);
  } catch (error) {
    fault(String(error).split('\n').slice(0, 3).join(' '));
  }
  await context.close();
  for (const one of faults) console.error(`seed ${seed}, ${scene}, ${width} px, ${one}`);
  if (faults.length > 0) console.error(`  before: ${done.slice(-16).join(' · ')}`);
  return faults.length === 0;
}

let good = 0;
try {
  for (let seed = first; seed <= last; seed += 1) if (await walk(seed)) good += 1;
} finally {
  await browser.close();
  await server.stop();
}
const walks = last - first + 1;
console.log(`${walks} walks of ${steps} steps, ${walks - good} with faults`);
process.exitCode = good === walks ? 0 : 1;
