// node test/preview/pictures.mjs [folder] [only] [looks]: plays the journey in a real browser under the real policy, takes pictures, runs axe on every screen.
// AXE=no leaves axe out, for a look only. `looks` instead of each picture's own, with commas: light, dark, contrast, forced (the person's own colours), pseudo, de, rtl, 320 (a narrow window), 200 (letters twice as large), 320-200 (both), 320-200-200 (both, and the size of text in the settings twice as large), 320-de and 320-200-de (in German).
// Needs Debian's chromium (CHROMIUM=/path overrides). Fails on a policy violation, a request elsewhere, an error on the console, or an axe finding.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { crowded, dress, openScene, outside } from './drive.mjs';
import { buildPreview, servePreview } from './serve.mjs';
import { shots } from './shots/all.mjs';

const [folder = '.cache/pictures', only, looks] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const server = await servePreview(await buildPreview());
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath, args });
const faults = [];

/** A browser whose person has set another standard size of text: the text-only zoom of WCAG 1.4.4. */
async function withTextSize(pixels, options) {
  const profile = mkdtempSync(join(tmpdir(), 'keyshift-text-'));
  mkdirSync(join(profile, 'Default'));
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify({ webkit: { webprefs: { default_font_size: pixels } } }));
  return chromium.launchPersistentContext(profile, { ...options, executablePath, args });
}

/** Looks that are another page: a narrow window, letters twice as large, both. */
const sizes = ['320', '200', '320-200', '320-200-200', '320-de', '320-200-de'];

/** What a look changes: its theme or language in the page, its window or letters before it. */
const dresses = { dark: { theme: 'dark' }, contrast: { theme: 'contrast' }, 'contrast-light': { contrast: 'high' }, pseudo: { language: 'pseudo' }, rtl: { language: 'pseudo-rtl' }, de: { language: 'de' }, '320-200-200': { textSize: 200 }, '320-de': { language: 'de' }, '320-200-de': { language: 'de' } };

async function lookAt(page, where, size, look) {
  await page.emulateMedia({ forcedColors: look === 'forced' || size.forced ? 'active' : 'none' });
  await dress(page, dresses[look] ?? {});
  await page.waitForTimeout(150);
  for (const violation of await page.evaluate(() => window.violations.splice(0))) faults.push(`${where}: policy ${violation}`);
  for (const each of await page.evaluate(outside)) faults.push(`${where}: ${each}`);
  if (/^320|200/.test(look)) for (const each of await page.evaluate(crowded)) faults.push(`${where}: ${each}`);
  await page.screenshot({ path: join(folder, `${where}.png`) });
  if (process.env.AXE === 'no') return;
  // A tooltip under the pointer comes and goes by the clock; it is not what is judged.
  await page.mouse.move(1, 1);
  await page.waitForTimeout(150);
  await page.evaluate(`window.axe ?? (() => { ${axeSource} })()`);
  const findings = await page.evaluate(async (runOnly) => (await window.axe.run(document, { runOnly, preload: false })).violations, look === 'dark' || look === 'contrast' ? ['color-contrast'] : rules);
  for (const finding of findings) {
    // Forced colours are the person's own; the chosen pairs are not ours to measure.
    if ((size.forced || look === 'forced') && finding.id === 'color-contrast') continue;
    faults.push(`${where}: axe ${finding.id}: ${finding.nodes.map((node) => `${node.target.join(' ')} (${node.any.concat(node.all, node.none).map((check) => check.message).join('; ')})`).slice(0, 3).join(' | ')}`);
  }
}

async function take([name, scene, own, themes, steps], wanted) {
  const narrow = wanted.some((look) => look.startsWith('320')) && { width: 320, height: Math.max(own.height, 1200) };
  const large = wanted.some((look) => /(^|-)200\b/.test(look)) && { text: 32, height: Math.max(own.height, 1600) };
  const size = { ...own, ...narrow, ...large };
  // A way that needs two panes is gone in a window that has them, however large its letters are; the one that is looked at comes behind it.
  const width = own.width > 720 ? own.width * ((size.text ?? 16) / 16) : size.width;
  const options = { viewport: { width, height: size.height }, deviceScaleFactor: size.scale ?? 1, forcedColors: size.forced ? 'active' : 'none', reducedMotion: 'reduce', locale: 'en-GB' };
  const context = size.text === undefined ? await browser.newContext(options) : await withTextSize(size.text, options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') faults.push(`${name}: console ${message.text()}`); });
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
  page.on('request', (request) => { if (!request.url().startsWith(server.address) && request.url() !== 'about:blank') faults.push(`${name}: request to ${request.url()}`); });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
  });
  try {
    await openScene(page, server.address, scene);
    await steps(page);
    await page.setViewportSize({ width: size.width, height: size.height });
    // One after the other on the same page: what a person did stays done.
    for (const look of wanted.length === 0 ? themes : wanted) await lookAt(page, `${name}-${look}`, size, look);
  } catch (error) {
    await page.screenshot({ path: join(folder, `${name}-failed.png`) }).catch(() => {});
    faults.push(`${name}: ${String(error).split('\n').slice(0, 6).join(' ')}`);
  }
  await context.close();
}

try {
  const chosen = shots.filter(([name]) => only === undefined || new RegExp(only).test(name));
  const wanted = looks?.split(',') ?? [];
  const kinds = wanted.length === 0 ? [[]] : [wanted.filter((look) => !sizes.includes(look)), ...sizes.filter((look) => wanted.includes(look)).map((look) => [look])].filter((kind) => kind.length > 0);
  for (const kind of kinds) for (const shot of chosen) await take(shot, kind);
} finally {
  await browser.close();
  await server.stop();
}
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
