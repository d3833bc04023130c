import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test, type CDPSession, type ElectronApplication, type Page } from '@playwright/test';
import { crowded, dress, faint, openScene, outside, settle, unturned } from '../preview/drive.mjs';
import { keptPreview } from '../preview/kept-build.mjs';
import { servePreview } from '../preview/serve.mjs';
import { shots } from '../preview/shots/all.mjs';
import { openSettings, tellNotices } from '../preview/shots/steps.mjs';
import { isExhaustive, someOf } from '../support/exhaustive';
import { asRoot, electronExecutable, launch, profileOf, unoptimised } from './support/app';

// Every screen and dialog there is a picture of, in a window of the app's own runtime over the double of the contract.
// What is the same screen in another window or with other letters is left out: the test brings those itself.
const repeats = /-(tiny|narrow|middle|big|big-text|middle-text|200|forced|wide|tall|compact)$/;
const screens = shots.filter(([name, , size]) => !repeats.test(name) && size.forced !== true);
// One of each kind: those of the main screens and one that once hung over an edge each time, of the others some, others for each commit. All there are take minutes: npm run exhaustive, or KEYSHIFT_SCENES=.
const always = ['first-start', 'words', 'words-menu', 'identity', 'search', 'files-moving', 'backup-faults'];
const inTurns = [
  'locked|join-compare|talk-reply|keys-troubled|rules-own|verify|reach-down|near-compare',
  'link-strange|order-long|order-archive|export|archive-faulty',
  'files-tab|files-staged|lightbox|person-changes|invite-file|devices|mailbox-on|profiles|desktop',
].flatMap((names) => names.split('|'));
const usual = isExhaustive ? '.' : `^(?:${someOf([...always, ...inTurns], 8, always).join('|')})$`;
const chosen = new RegExp(process.env['KEYSHIFT_SCENES'] ?? usual);
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const looks = [{ theme: 'light' }, { theme: 'dark' }, { theme: 'contrast' }, { theme: 'light', contrast: 'high' }];

interface Open {
  readonly page: Page;
  readonly debug: CDPSession;
}

let app: ElectronApplication | undefined;
let server: { readonly address: string; stop: () => Promise<unknown> } | undefined;
test.afterAll(async () => {
  await Promise.all([app?.close(), server?.stop()]);
});

// Whatever has a dialog or menu before it is judged where it stands alone. Colours take axe most of its time: `faint` looks at those, in every theme.
const axeHere = `(async () => {
  const before = [...document.querySelectorAll('.veil, .popover')].at(-1);
  const { violations } = await axe.run(before ?? document, { runOnly: ${JSON.stringify(rules)}, rules: { 'color-contrast': { enabled: false } }, resultTypes: ['violations'], preload: false });
  return JSON.stringify(violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html.slice(0, 160) + ' ' + (failureSummary ?? '').replaceAll(/\\s+/g, ' ')).join(' | ')));
})()`;

async function axeFindings({ debug }: Open): Promise<string[]> {
  const { result, exceptionDetails } = await debug.send('Runtime.evaluate', { expression: axeHere, awaitPromise: true });
  if (exceptionDetails !== undefined) throw new Error(`axe: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  // JSON that the line above wrote.
  return JSON.parse(String(result.value)) as string[];
}

const resize = ({ debug }: Open, width: number, height: number): Promise<unknown> => debug.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });

/** Letters twice as large than the person's browser would draw them. */
const letters = ({ page }: Open, size: string): Promise<void> =>
  page.evaluate((wanted) => {
    document.documentElement.style.fontSize = wanted;
    // Whatever was laid out by hand, as menus are, lays itself out again.
    globalThis.dispatchEvent(new Event('resize'));
  }, size);

/** Beginnings of what is found faint where a notice over a dialog and the words of a field in it are: who finds nothing may only not have looked there. */
async function seenFaint({ page, debug }: Open): Promise<readonly string[]> {
  await resize({ page, debug }, 1280, 800);
  await openScene(page, server?.address ?? '', 'busy');
  await openSettings(page);
  await tellNotices(page);
  // They stay for as long as somebody points at them; a busy machine takes longer to look than they stay otherwise.
  await page.evaluate(() => document.querySelectorAll('.toast').forEach((toast) => toast.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))));
  const make = (value: string): Promise<void> =>
    page.evaluate((written) => {
      for (const faded of document.querySelectorAll<HTMLElement>('.toast-text, .veil input')) {
        faded.style.opacity = '0.2';
        if (faded instanceof HTMLInputElement) faded.value = written;
      }
    }, value);
  await make('');
  const hint = await page.evaluate(faint);
  await make('written');
  const words = await page.evaluate(faint);
  return [...new Set([...hint, ...words].map((each) => /“(\S+)/u.exec(each)?.[1] ?? each))];
}

/** Whether notices and the way to the archive are both in sight, and how many of them lie on it. */
async function onArchive({ page, debug }: Open): Promise<{ readonly notices: number; readonly upon: number }> {
  await resize({ page, debug }, 1280, 800);
  await openScene(page, server?.address ?? '', 'order');
  await tellNotices(page);
  await settle(page);
  return page.evaluate(() => {
    const entry = document.querySelector('.archive-entry')?.getBoundingClientRect();
    const notices = [...document.querySelectorAll('.toast')].map((toast) => toast.getBoundingClientRect());
    if (entry === undefined || entry.height === 0) throw new Error('no way to the archive');
    return { notices: notices.length, upon: notices.filter(({ top, bottom }) => bottom > entry.top && top < entry.bottom).length };
  });
}

/** A hand, which no text font has; a face, a flash and a cup, which some of them draw in lines; a flag that is spelled in signs of its own. */
const pictures = ['👍', '😂', '⚡', '☕', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'];

/** In the page: which of these have colour. */
const coloured = ({ page }: Open): Promise<readonly string[]> =>
  page.evaluate(async (signs) => {
    const { fontFamily } = getComputedStyle(document.body);
    await document.fonts.load(`40px ${fontFamily}`, signs.join(''));
    const drawn = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    return signs.filter((sign) => {
      if (drawn === null) return false;
      drawn.clearRect(0, 0, 100, 100);
      drawn.font = `40px ${fontFamily}`;
      drawn.fillText(sign, 10, 60);
      const { data } = drawn.getImageData(0, 0, 100, 100);
      return data.some((_, at) => at % 4 === 0 && Math.abs((data[at] ?? 0) - (data[at + 2] ?? 0)) > 60);
    });
  }, pictures);

test('fifteen kinds of screens, and every screen by npm run exhaustive: axe finds nothing, every word stands out in light, dark and high contrast; at 320 pixels and with letters twice as large nothing is cut off, in English, German and from right to left', async () => {
  test.setTimeout(900_000);
  server = await servePreview(await keptPreview());
  app = await launch({ executablePath: electronExecutable, args: [resolve('test/e2e/support/scene-window.cjs'), unoptimised, ...(asRoot ? ['--no-sandbox'] : []), `--user-data-dir=${profileOf('scenes')}`] });
  const page = await app.firstWindow();
  page.setDefaultTimeout(10_000);
  const debug = await page.context().newCDPSession(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const open = { page, debug };
  const found: Record<string, string[]> = {};
  page.on('pageerror', ({ message }) => (found['errors'] ??= []).push(message));
  const note = (screen: string, look: string, findings: readonly string[]): void => {
    if (findings.length > 0) found[`${screen}, ${look}`] = [...findings];
  };

  for (const [name, scene, size, , steps] of screens) {
    if (!chosen.test(name)) continue;
    await test.step(name, async () => {
      try {
        await resize(open, size.width, size.height);
        await openScene(page, server?.address ?? '', scene);
        await steps(page);
        // A tooltip under the pointer comes and goes by the clock.
        await page.mouse.move(1, 1);
        await debug.send('Runtime.evaluate', { expression: `if (!window.axe) { ${axe} }` });
        note(name, 'axe', await axeFindings(open));
        for (const look of looks) {
          await dress(page, look);
          note(name, Object.values(look).join(' '), await page.evaluate(faint));
        }
        await letters(open, '200%');
        await settle(page);
        note(name, 'large letters', await page.evaluate(outside));
        // Both at once: a small window of a person who needs large letters.
        await resize(open, 320, 640);
        await settle(page);
        for (const language of ['de', 'en']) {
          await dress(page, { language });
          note(name, `large letters at 320 pixels, ${language}`, [...(await page.evaluate(outside)), ...(await page.evaluate(crowded))]);
        }
        await letters(open, '');
        for (const language of ['en', 'de', 'pseudo-rtl']) {
          await dress(page, { language });
          note(name, `320 pixels, ${language}`, await page.evaluate(outside));
          if (language === 'pseudo-rtl') note(name, 'from right to left', await page.evaluate(unturned));
        }
      } catch (error) {
        note(name, 'failed', [String(error).split('\n').slice(0, 4).join(' ')]);
      }
    });
  }
  expect(found).toEqual({});
  expect((await seenFaint(open)).toSorted()).toEqual(['Carla', 'Maximiliane', 'Search', 'written”']);
  // What was put away a moment ago is looked for there, while a notice says that it was.
  expect(await onArchive(open)).toEqual({ notices: 2, upon: 0 });
  const inColour = await coloured(open);
  // None of them where the system has no pictures at all.
  expect(inColour).toEqual(inColour.includes('👍') ? pictures : []);
});
