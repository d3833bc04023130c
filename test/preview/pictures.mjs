// node test/preview/pictures.mjs [folder] [only]: plays the journey in a real browser under the real policy, takes pictures, runs axe on every screen.
// Needs Debian's chromium (CHROMIUM=/path overrides). Fails on a policy violation, a request elsewhere, an error on the console, or an axe finding.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { buildPreview, servePreview } from './serve.mjs';

const folder = process.argv[2] ?? '.cache/pictures';
const only = process.argv[3];
mkdirSync(folder, { recursive: true });
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const button = (page, name) => page.getByRole('button', { name, exact: true });
const chooseBo = (page) => page.getByRole('navigation').getByRole('button', { name: /^Bo Lind/ }).click();
const openRules = async (page) => {
  await chooseBo(page);
  await page.getByTestId('key-badge').click();
  await page.locator('[aria-labelledby="rules-heading"]').getByRole('button').click();
  await page.getByRole('dialog').waitFor();
};
const openReach = async (page, name) => {
  await page.getByRole('navigation').getByRole('button', { name }).click();
  await page.locator('.facts-row .fact').last().click();
  await page.getByTestId('reach-sentence').waitFor();
};
const openNetwork = async (page) => {
  await page.keyboard.press('Control+,');
  await page.getByRole('tab', { name: 'Network', exact: true }).click();
};
const openNear = async (page) => {
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('dialog').waitFor();
};
const endMeeting = async (page, reason) => {
  await page.evaluate((why) => window.fake.tellNearby({ meeting: { name: 'quiet-heron-07', askedBy: 'them', step: 'ended', reason: why } }), reason);
  await page.locator('.nearby-heading').waitFor();
};
const openSettings = async (page, tab = 'look') => {
  await page.keyboard.press('Control+,');
  // By its name in English, or by its id in any language.
  if (/^[a-z]/.test(tab)) return page.locator(`[role=tab][data-key=${tab}]`).click();
  await page.getByRole('tab', { name: tab, exact: true }).click();
  await page.getByRole('tabpanel', { name: tab, exact: true }).waitFor();
};
const openIdentity = async (page, name) => {
  await openSettings(page, 'Identity');
  await page.getByText('Generation 1', { exact: true }).or(page.getByText('All 6 keys')).first().waitFor();
  if (name !== undefined) await button(page, name).click();
};
const openOrganisations = async (page, name) => {
  await openSettings(page, 'Organisations');
  if (name !== undefined) await button(page, name).click();
};
const fileWords = 'five words lock this file';
const startBackup = async (page, words = fileWords) => {
  await openSettings(page, 'Backup');
  await page.getByLabel('Passphrase of the backup', { exact: true }).fill(words);
  await page.getByLabel('Repeat the passphrase of the backup', { exact: true }).fill(words);
  await button(page, 'Create backup…').click();
};
const openRestore = async (page, words) => {
  await button(page, 'Restore from a backup').click();
  if (words === undefined) return;
  await page.getByLabel('Passphrase of the backup', { exact: true }).fill(words);
  await button(page, 'Choose backup file…').click();
};
const openDevices = async (page, name) => {
  await openSettings(page, 'Devices');
  await page.getByTestId('own-device').first().waitFor();
  if (name !== undefined) await button(page, name).first().click();
};
const openJoin = async (page) => {
  await button(page, 'I already use Keyshift on another device').click();
};
const showLinking = async (page) => {
  await button(page, 'Show').click();
  await page.getByRole('dialog').waitFor();
};
const endLinking = async (page, linking) => {
  await page.evaluate((one) => window.fake.tellLinking(one), linking);
  await page.locator('.nearby-heading').waitFor();
};
const openVerify = async (page) => {
  await chooseBo(page);
  await page.keyboard.press('Control+Shift+V');
  await page.locator('[aria-labelledby="safety-heading"]').getByRole('button').first().click();
  await page.getByTestId('verify').locator('.qr').waitFor();
};
const compareNumber = async (page, number) => {
  await page.getByRole('dialog').getByRole('textbox').fill(number);
  await button(page, 'Compare').click();
};
const toVerdict = async (page, verdict) => {
  await page.evaluate((one) => { window.fake.world.people.verdict = one; }, verdict);
  await openVerify(page);
  await compareNumber(page, '1');
  await page.getByTestId('outcome').waitFor();
};
const search = async (page, keys, words) => {
  await chooseBo(page);
  await page.keyboard.press(keys);
  await page.getByRole('dialog').getByRole('textbox').first().fill(words);
  await page.waitForTimeout(400);
};
const openExport = async (page, kind) => {
  await chooseBo(page);
  await page.locator('.conversation-head button[aria-haspopup="menu"]').click();
  await page.getByRole('menuitem', { name: 'Export', exact: true }).click();
  if (kind !== undefined) await page.getByRole('radio', { name: kind }).click({ force: true });
};
const tall = { width: 1280, height: 1900 };
const wide = { width: 1280, height: 800 };
const middle = { width: 900, height: 700 };
const narrow = { width: 360, height: 720 };
const tiny = { width: 320, height: 640 };

/** name, scene, size, themes, steps. */
/** @type {readonly (readonly [name: string, scene: string, size: Record<string, any>, themes: readonly string[], steps?: (page: any) => Promise<unknown>])[]} */
const shots = [
  ['search', 'busy', wide, ['light', 'dark'], (page) => search(page, 'Control+Shift+F', 'the')],
  ['search-none', 'busy', tiny, ['light'], (page) => search(page, 'Control+F', 'zebra')],
  ['search-jump', 'busy', wide, ['light', 'dark'], async (page) => {
    await search(page, 'Control+F', 'the');
    await page.keyboard.press('Enter');
    await page.locator('mark').first().waitFor();
  }],
  ['export', 'busy', wide, ['light', 'dark'], (page) => openExport(page, /^To keep/)],
  ['archive', 'busy', narrow, ['light'], async (page) => {
    await openSettings(page, 'Backup');
    await page.evaluate(() => { window.fake.world.identity.chosenFile = '/home/ada/talk.keyshift-archive'; });
    await button(page, 'Choose an archive').click();
    await button(page, 'Choose an archive').click();
    await page.waitForTimeout(300);
  }],
  ['first', 'first', wide, ['light', 'dark'], async (page) => {
    await page.getByLabel('Your name', { exact: true }).fill('Ada Marlow');
    await page.getByLabel('Passphrase', { exact: true }).fill('correct horse bat');
  }],
  ['first-errors', 'first', narrow, ['light'], async (page) => { await button(page, 'Create my keys').click(); }],
  ['locked', 'locked', wide, ['light', 'dark', 'contrast'], async (page) => {
    await page.getByLabel('Passphrase', { exact: true }).fill('wrong');
    await button(page, 'Unlock').click();
    await page.getByText('That is not the passphrase').waitFor();
  }],
  ['damaged', 'damaged', wide, ['light', 'dark'], async () => {}],
  ['empty', 'empty', wide, ['light', 'dark'], async () => {}],
  ['empty-narrow', 'empty', narrow, ['light'], async () => {}],
  ['list', 'requests', wide, ['light', 'dark'], async () => {}],
  ['talk', 'busy', wide, ['light', 'dark', 'contrast', 'pseudo'], async (page) => {
    await chooseBo(page);
    await page.getByRole('feed').getByText('See you at five?').waitFor();
  }],
  ['talk-keys', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => {
    await chooseBo(page);
    await page.getByTestId('key-badge').click();
    await page.getByRole('button', { name: 'Renew now' }).click();
    await page.getByText('is renewed').waitFor();
  }],
  ['keys-tall', 'busy', tall, ['light', 'dark', 'contrast', 'pseudo'], async (page) => {
    await chooseBo(page);
    await page.getByTestId('key-badge').click();
    await button(page, 'As a table').or(page.locator('.disclosure-button')).first().click();
  }],
  ['keys-focus', 'busy', wide, ['light', 'dark'], async (page) => {
    await chooseBo(page);
    await page.getByTestId('key-badge').click();
    await page.getByRole('option').last().focus();
    await page.keyboard.press('ArrowLeft');
  }],
  ['keys-troubled', 'troubled', { ...tall, height: 2700 }, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['talk-troubled', 'troubled', wide, ['light'], async (page) => { await chooseBo(page); }],
  ['keys-many', 'renewals', tall, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['keys-tiny', 'troubled', { ...tiny, height: 1900 }, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['keys-big-text', 'busy', { ...tall, height: 3600, text: 32 }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['keys-forced', 'busy', { ...tall, forced: true }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['rules', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await openRules(page); }],
  ['rules-own', 'busy', tall, ['light', 'dark', 'pseudo'], async (page) => { await openRules(page); await page.getByRole('radio').nth(3).check({ force: true }); }],
  ['rules-faults', 'busy', tall, ['light'], async (page) => {
    await openRules(page);
    await page.getByRole('radio', { name: /^Own rules/ }).check({ force: true });
    await page.getByLabel('Messages under one key').fill('many');
    await page.getByLabel('Time one key is used').fill('900');
    await page.getByRole('button', { name: /Unit/ }).first().click();
    await page.getByRole('option', { name: 'days' }).click();
    await button(page, 'Save rules').click();
  }],
  ['rules-tiny', 'busy', { ...tiny, height: 2400 }, ['light'], async (page) => { await openRules(page); await page.getByRole('radio', { name: /^Own rules/ }).check({ force: true }); }],
  ['rules-big-text', 'busy', { ...tall, height: 2600, text: 32 }, ['light'], async (page) => { await openRules(page); await page.getByRole('radio', { name: /^Own rules/ }).check({ force: true }); }],
  ['pair', 'busy', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await button(page, 'A key may be stolen…').click(); }],
  ['pair-tiny', 'busy', tiny, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await button(page, 'A key may be stolen…').click(); }],
  ['message', 'busy', wide, ['light', 'dark'], async (page) => {
    await chooseBo(page);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByText('Since ').first().waitFor();
  }],
  ['message-tiny', 'busy', tiny, ['light'], async (page) => {
    await chooseBo(page);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('Enter');
  }],
  ['talk-alone', 'renewals', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByRole('feed').getByText('See you at five?').waitFor(); }],
  ['talk-who', 'busy', wide, ['light', 'dark'], async (page) => {
    await chooseBo(page);
    await button(page, 'Details').click();
    await page.getByTestId('safety-number').waitFor();
  }],
  ['who-moved', 'moved', tall, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['who-moved-tiny', 'moved', { ...tiny, height: 2400 }, ['light'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['who-moved-big-text', 'moved', { ...wide, height: 3600, text: 32 }, ['light'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['talk-moved', 'moved', wide, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); await page.getByTestId('identity-line').last().waitFor(); }],
  ['talk-moved-tiny', 'moved', tiny, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('identity-line').last().scrollIntoViewIfNeeded(); }],
  ['paused-unknown', 'key-unknown', wide, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['paused-fork', 'key-fork', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['paused-tiny', 'key-unknown', tiny, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['paused-200', 'key-unknown', { width: 640, height: 400, scale: 2 }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['paused-forced', 'key-fork', { ...wide, forced: true }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('paused-bar').waitFor(); }],
  ['who-fork', 'key-fork', tall, ['light', 'dark'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['who-changed', 'key-changed', wide, ['light'], async (page) => { await chooseBo(page); await page.keyboard.press('Control+i'); await page.getByTestId('known-key').first().waitFor(); }],
  ['verify', 'busy', wide, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openVerify(page); }],
  ['verify-tiny', 'busy', { ...tiny, height: 1500 }, ['light', 'dark'], async (page) => { await openVerify(page); }],
  ['verify-200', 'busy', { width: 640, height: 400, scale: 2 }, ['light'], async (page) => { await openVerify(page); }],
  ['verify-big-text', 'busy', { ...wide, height: 2000, text: 32 }, ['light'], async (page) => { await openVerify(page); }],
  ['verify-aloud', 'busy', wide, ['light', 'dark'], async (page) => { await openVerify(page); await page.locator('.disclosure-button').click(); await page.locator('.aloud-group').waitFor(); await page.locator('.aloud').scrollIntoViewIfNeeded(); }],
  ['verify-match', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await toVerdict(page, { outcome: 'match' }); }],
  ['verify-no-match', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await toVerdict(page, { outcome: 'no-match' }); }],
  ['verify-other', 'busy', wide, ['light', 'dark'], async (page) => { await toVerdict(page, { outcome: 'other-person', reason: 'contact', otherName: 'Carla Reyes' }); }],
  ['verify-not-in-step', 'busy', wide, ['light', 'dark'], async (page) => { await toVerdict(page, { outcome: 'not-in-step', reason: 'your-older-key' }); }],
  ['verify-unread', 'busy', wide, ['light'], async (page) => { await openVerify(page); await compareNumber(page, '12345'); await page.getByText('No safety number was found').waitFor(); }],
  ['verify-no-camera', 'busy', wide, ['light'], async (page) => { await openVerify(page); await button(page, 'Use the camera').click(); await page.getByText('The camera was not allowed').waitFor(); }],
  ['verify-fork', 'key-fork', { ...wide, height: 1500 }, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); await button(page, 'Compare numbers').click(); await page.getByTestId('candidate').first().waitFor(); await page.getByRole('button', { name: /shows this number$/ }).last().click(); }],
  ['verify-fork-tiny', 'key-fork', { ...tiny, height: 2600 }, ['light'], async (page) => { await chooseBo(page); await button(page, 'Compare numbers').click(); await page.getByTestId('candidate').first().waitFor(); }],
  ['verify-unknown', 'key-unknown', { ...wide, height: 1200 }, ['light'], async (page) => { await chooseBo(page); await button(page, 'Compare numbers').click(); await page.getByTestId('candidate').first().waitFor(); }],
  ['reach', 'network', wide, ['light', 'dark', 'contrast'], async (page) => { await openReach(page, /^Bo Lind/); }],
  ['reach-down', 'network', tall, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-down-middle', 'network', middle, ['light'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-onion', 'network-onion', wide, ['light', 'dark', 'contrast'], async (page) => { await openReach(page, /^Bo Lind/); }],
  ['reach-offline', 'network-offline', { ...tall, height: 1500 }, ['light', 'dark'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-tiny', 'network', { ...tiny, height: 2000 }, ['light', 'dark'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-big-text', 'network', { ...wide, height: 2600, text: 32 }, ['light'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-forced', 'network', { ...tall, forced: true }, ['light'], async (page) => { await openReach(page, /^Carla/); }],
  ['bars', 'network-bars', wide, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); }],
  ['bars-tiny', 'network-bars', tiny, ['light'], async (page) => { await chooseBo(page); }],
  ['settings-network', 'network', { ...wide, height: 1300 }, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openNetwork(page); }],
  ['settings-network-onion', 'network-onion', { ...wide, height: 1400 }, ['light', 'dark'], async (page) => { await openNetwork(page); await page.locator('.disclosure-button').click(); }],
  ['settings-network-faults', 'network-bars', { ...wide, height: 1400 }, ['light'], async (page) => {
    await openNetwork(page);
    await page.getByLabel('Proxy (SOCKS5)', { exact: true }).fill('http://proxy.example:8080');
    await page.keyboard.press('Enter');
    await page.getByLabel('Your onion address', { exact: true }).fill('duckduckgogg42xj.onion');
    await page.keyboard.press('Enter');
  }],
  ['settings-network-tiny', 'network', { ...tiny, height: 1900 }, ['light'], async (page) => { await openNetwork(page); }],
  ['settings-network-big-text', 'network', { ...wide, height: 2400, text: 32 }, ['light'], async (page) => { await openNetwork(page); }],
  ['near-idle', 'empty', wide, ['light', 'dark', 'contrast'], async (page) => { await openNear(page); }],
  ['near-alone', 'near-alone', wide, ['light', 'dark'], async (page) => { await openNear(page); }],
  ['near', 'near', wide, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openNear(page); }],
  ['near-tiny', 'near', tiny, ['light', 'dark'], async (page) => { await openNear(page); }],
  ['near-asking', 'near-asking', wide, ['light'], async (page) => { await openNear(page); }],
  ['near-asked', 'near-asked', wide, ['light', 'dark'], async (page) => { await openNear(page); }],
  ['near-compare', 'near-compare', wide, ['light', 'dark', 'contrast'], async (page) => { await openNear(page); }],
  ['near-compare-tiny', 'near-compare', tiny, ['light'], async (page) => { await openNear(page); }],
  ['near-compare-200', 'near-compare', { width: 640, height: 400, scale: 2 }, ['light'], async (page) => { await openNear(page); }],
  ['near-compare-big-text', 'near-compare', { ...wide, text: 32 }, ['light'], async (page) => { await openNear(page); }],
  ['near-waiting', 'near-waiting', wide, ['light'], async (page) => { await openNear(page); }],
  ['near-met', 'near-met', wide, ['light', 'dark'], async (page) => {
    await openNear(page);
    await page.evaluate(() => window.fake.tellNearby({ meeting: { name: 'quiet-heron-07', askedBy: 'them', step: 'met', contactId: window.fake.world.contacts[0].contactId } }));
    await button(page, 'Say hello').waitFor();
  }],
  ['near-differ', 'near', wide, ['light', 'dark'], async (page) => { await openNear(page); await endMeeting(page, 'not-same'); }],
  ['near-many', 'near', wide, ['light'], async (page) => { await openNear(page); await endMeeting(page, 'too-many'); }],
  ['near-bar', 'near-asked-busy', wide, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); }],
  ['near-bar-tiny', 'near-asked-busy', tiny, ['light'], async (page) => { await chooseBo(page); }],
  ['near-ask-in-dialog', 'near-asked-busy', wide, ['light'], async (page) => { await page.keyboard.press('Control+n'); }],
  ['talk-reply', 'busy', wide, ['light', 'dark'], async (page) => {
    await chooseBo(page);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('r');
    await page.getByLabel('Message', { exact: true }).fill('A longer answer\nover two lines');
  }],
  ['talk-menu', 'busy', wide, ['light'], async (page) => {
    await chooseBo(page);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menu').waitFor();
  }],
  ['waiting', 'busy', wide, ['light', 'dark'], async (page) => {
    await page.getByRole('navigation').getByRole('button', { name: /^Carla/ }).click();
    await page.getByText('Fair winds!').last().waitFor();
  }],
  ['pending', 'busy', wide, ['light'], async (page) => {
    await page.getByRole('navigation').getByRole('button', { name: /^Tomasz/ }).click();
    await page.getByLabel('Message', { exact: true }).fill('Hello there');
    await page.keyboard.press('Enter');
    await page.getByTestId('delivery-state').waitFor();
  }],
  ['rtl', 'busy', wide, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /نور/ }).click(); await page.getByRole('feed').getByText('نلتقي').waitFor(); }],
  ['hard', 'hard', wide, ['light', 'dark'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Ev/ }).click(); await page.getByRole('feed').getByText('algo').waitFor(); }],
  ['hard-blocked', 'hard', wide, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Blocked/ }).click(); await button(page, 'Details').click(); }],
  ['hard-ended', 'hard', wide, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Old/ }).click(); }],
  ['failed', 'hard', wide, ['light', 'dark', 'contrast'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click(); await page.getByText('The proofs are at').waitFor(); }],
  ['failed-tiny', 'hard', tiny, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click(); await page.getByText('The proofs are at').waitFor(); }],
  ['failed-big-text', 'hard', { ...wide, text: 32 }, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click(); await page.getByText('The proofs are at').waitFor(); }],
  ['failed-on', 'hard', wide, ['light'], async (page) => {
    await page.getByRole('navigation').getByRole('button', { name: /^Broken/ }).click();
    await button(page, 'Continue in a new conversation').click();
    await page.getByText('This goes on where').waitFor();
  }],
  ['talk-narrow', 'busy', narrow, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByRole('feed').getByText('See you at five?').waitFor(); }],
  ['talk-tiny', 'busy', tiny, ['light'], async (page) => { await chooseBo(page); }],
  ['keys-narrow', 'busy', narrow, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); }],
  ['list-narrow', 'busy', narrow, ['light'], async () => {}],
  ['talk-200', 'busy', { width: 640, height: 400, scale: 2 }, ['light'], async (page) => { await chooseBo(page); }],
  ['talk-big-text', 'busy', { ...wide, text: 32 }, ['light'], async (page) => { await chooseBo(page); }],
  ['who-big-text', 'busy', { ...wide, text: 32 }, ['light'], async (page) => { await chooseBo(page); await button(page, 'Details').click(); }],
  ['talk-middle-text', 'busy', { ...wide, text: 24 }, ['light'], async (page) => { await chooseBo(page); }],
  ['invite', 'busy', wide, ['light', 'dark'], async (page) => { await button(page, 'Invite someone').click(); await button(page, 'Create link').click(); await page.getByLabel('Invitation link').waitFor(); }],
  ['invite-step', 'empty', narrow, ['light'], async (page) => { await button(page, 'Invite someone').click(); }],
  ['accept', 'busy', wide, ['light', 'dark'], async (page) => { await button(page, 'Open an invitation').click(); await page.getByLabel('Invitation link').fill('nonsense'); await button(page, 'Accept invitation').click(); await page.getByText('This is not an invitation').waitFor(); }],
  ['import', 'busy', wide, ['light'], async (page) => { await button(page, 'Add by card or key').click(); }],
  ['new', 'busy', wide, ['light'], async (page) => { await button(page, 'New conversation').click(); }],
  ['settings', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await button(page, 'Settings').click(); }],
  ['settings-look', 'busy', wide, ['light', 'dark', 'contrast', 'contrast-light', 'de'], (page) => openSettings(page)],
  ['settings-look-big', 'big-text', wide, ['light'], (page) => openSettings(page)],
  ['settings-look-tiny', 'busy', { ...tiny, height: 1400 }, ['light', 'de'], (page) => openSettings(page)],
  ['settings-look-forced', 'busy', { ...wide, forced: true }, ['light'], (page) => openSettings(page)],
  ['settings-talks', 'busy', wide, ['light', 'dark', 'de'], (page) => openSettings(page, 'talks')],
  ['talk-compact', 'compact', wide, ['light'], (page) => chooseBo(page)],
  ['talk-big', 'big-text', wide, ['light', 'dark'], (page) => chooseBo(page)],
  ['talk-contrast', 'busy', wide, ['contrast-light'], (page) => chooseBo(page)],
  ['settings-security', 'busy', wide, ['light'], async (page) => { await button(page, 'Settings').click(); await page.getByRole('tab', { name: 'Security' }).click(); }],
  ['identity', 'identity', { ...wide, height: 2100 }, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await page.keyboard.press('Control+,'); await page.getByRole('tab').nth(3).click(); await page.locator('.own-key').first().waitFor(); }],
  ['identity-wide', 'identity', wide, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-all', 'identity', { ...wide, height: 2400 }, ['light'], async (page) => { await openIdentity(page, 'All 6 keys'); }],
  ['identity-imported', 'identity-imported', { ...wide, height: 2100 }, ['light', 'dark'], async (page) => { await openIdentity(page); }],
  ['identity-bare', 'identity-bare', { ...wide, height: 1800 }, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-tiny', 'identity', { ...tiny, height: 3600 }, ['light', 'dark'], async (page) => { await openIdentity(page); }],
  ['identity-big-text', 'identity', { ...wide, height: 3600, text: 32 }, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-forced', 'identity', { ...wide, height: 2100, forced: true }, ['light'], async (page) => { await openIdentity(page); }],
  ['identity-renewed', 'identity', { ...wide, height: 2100 }, ['light'], async (page) => { await openIdentity(page, 'Renew now'); await page.getByText('You have a new identity key').waitFor(); }],
  ['identity-forget', 'identity', wide, ['light', 'dark', 'contrast'], async (page) => { await openIdentity(page, 'Forget old keys…'); await page.getByText('lose touch with you:').waitFor(); }],
  ['identity-forget-tiny', 'identity', tiny, ['light'], async (page) => { await openIdentity(page, 'Forget old keys…'); await page.getByText('lose touch with you:').waitFor(); }],
  ['identity-kit', 'identity', { ...wide, height: 2100 }, ['light'], async (page) => { await openIdentity(page, 'Save recovery kit…'); await page.getByText('Saved as').waitFor(); }],
  ['identity-printed', 'identity', wide, ['light', 'dark'], async (page) => { await openIdentity(page, 'I have printed it…'); }],
  ['identity-recover', 'identity', wide, ['light', 'dark'], async (page) => { await openIdentity(page, 'Recover with the code…'); await page.getByLabel('Recovery code', { exact: true }).fill('not-the-code'); await button(page, 'Take identity back').click(); await page.getByText('That is not the recovery code').waitFor(); await button(page, 'Show code').click(); }],
  ['identity-recover-tiny', 'identity', tiny, ['light'], async (page) => { await openIdentity(page, 'Recover with the code…'); }],
  ['keyfile-public', 'identity', wide, ['light', 'dark'], async (page) => { await openIdentity(page, 'Export public key…'); }],
  ['keyfile-private', 'identity', { ...wide, height: 1000 }, ['light', 'dark', 'contrast'], async (page) => { await openIdentity(page, 'Export private key…'); await page.getByLabel('Passphrase of the file', { exact: true }).fill('one two'); await button(page, 'Export private key…').last().click(); }],
  ['keyfile-private-tiny', 'identity', { ...tiny, height: 1500 }, ['light'], async (page) => { await openIdentity(page, 'Export private key…'); }],
  ['keyfile-private-big-text', 'identity', { ...wide, height: 1700, text: 32 }, ['light'], async (page) => { await openIdentity(page, 'Export private key…'); }],
  ['keyfile-private-done', 'identity', wide, ['light'], async (page) => {
    await openIdentity(page, 'Export private key…');
    await page.getByLabel('Passphrase of the file', { exact: true }).fill(fileWords);
    await page.getByLabel('Repeat the passphrase of the file', { exact: true }).fill(fileWords);
    await button(page, 'Export private key…').last().click();
    await page.getByText('Your private key is in the file').waitFor();
  }],
  ['keyfile-import', 'identity', wide, ['light', 'dark'], async (page) => { await openIdentity(page, 'Import private key…'); await page.getByLabel('Passphrase of the file', { exact: true }).fill('wrong'); await button(page, 'Choose file…').click(); await page.getByText('The file did not open').waitFor(); }],
  ['organisations', 'organisations', { ...wide, height: 1300 }, ['light', 'dark', 'contrast'], async (page) => { await openOrganisations(page); await page.getByText('Old Guild').waitFor(); await page.locator('.disclosure-button').first().click(); }],
  ['organisations-none', 'busy', wide, ['light', 'dark'], async (page) => { await openOrganisations(page); }],
  ['organisations-tiny', 'organisations', { ...tiny, height: 2400 }, ['light'], async (page) => { await openOrganisations(page); await page.getByText('Old Guild').waitFor(); }],
  ['organisations-big-text', 'organisations', { ...wide, height: 2400, text: 32 }, ['light'], async (page) => { await openOrganisations(page); await page.getByText('Old Guild').waitFor(); }],
  ['organisations-forced', 'organisations', { ...wide, height: 1300, forced: true }, ['light'], async (page) => { await openOrganisations(page); await page.getByText('Old Guild').waitFor(); }],
  ['organisations-add', 'organisations', wide, ['light', 'dark'], async (page) => { await openOrganisations(page, 'Add organisation…'); await page.getByLabel('Certificate (PEM)', { exact: true }).fill('nonsense'); await button(page, 'Add organisation').click(); await page.getByText('This is not what belongs here').waitFor(); }],
  ['organisations-add-tiny', 'organisations', tiny, ['light'], async (page) => { await openOrganisations(page, 'Add organisation…'); }],
  ['organisations-remove', 'organisations', wide, ['light', 'dark'], async (page) => { await openOrganisations(page, 'Remove Acme CA…'); }],
  ['vouched-request', 'organisations', wide, ['light'], async (page) => { await openOrganisations(page, 'Certificate request…'); }],
  ['backup', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await openSettings(page, 'Backup'); }],
  ['backup-running', 'backup-running', wide, ['light', 'dark', 'contrast'], async (page) => { await startBackup(page); await page.getByText('Writing the backup…').first().waitFor(); }],
  ['backup-starting', 'backup-starting', wide, ['light'], async (page) => { await startBackup(page); await page.getByText('Getting ready…').first().waitFor(); }],
  ['backup-running-forced', 'backup-running', { ...wide, forced: true }, ['light'], async (page) => { await startBackup(page); await page.getByText('Writing the backup…').first().waitFor(); }],
  ['backup-done', 'busy', wide, ['light'], async (page) => { await startBackup(page); await page.getByText('The backup is finished').waitFor(); }],
  ['backup-faults', 'busy', wide, ['light'], async (page) => { await startBackup(page, 'password'); await page.getByText('That is too easy').waitFor(); }],
  ['backup-tiny', 'busy', { ...tiny, height: 1300 }, ['light'], async (page) => { await openSettings(page, 'Backup'); }],
  ['restore', 'first', wide, ['light', 'dark', 'contrast'], async (page) => { await openRestore(page); }],
  ['restore-wrong', 'first', wide, ['light'], async (page) => { await openRestore(page, 'not this one'); await page.getByText('The backup did not open').waitFor(); }],
  ['restore-running', 'restore-running', wide, ['light', 'dark'], async (page) => { await openRestore(page, fileWords); await page.getByText('Reading the backup…').first().waitFor(); }],
  ['restore-tiny', 'first', { ...tiny, height: 900 }, ['light'], async (page) => { await openRestore(page); }],
  ['restore-big-text', 'first', { ...wide, height: 1500, text: 32 }, ['light'], async (page) => { await openRestore(page); }],
  ['devices', 'devices', { ...wide, height: 1700 }, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await page.keyboard.press('Control+,'); await page.getByRole('tab').nth(4).click(); await page.getByTestId('own-device').first().waitFor(); await page.locator('.disclosure-button').nth(1).click(); }],
  ['devices-one', 'busy', wide, ['light'], async (page) => { await openDevices(page); }],
  ['devices-elsewhere', 'devices-elsewhere', { ...wide, height: 1400 }, ['light', 'dark'], async (page) => { await openDevices(page); }],
  ['devices-tiny', 'devices', { ...tiny, height: 2600 }, ['light', 'dark'], async (page) => { await openDevices(page); }],
  ['devices-big-text', 'devices', { ...wide, height: 2700, text: 32 }, ['light'], async (page) => { await openDevices(page); }],
  ['devices-forced', 'devices', { ...wide, height: 1500, forced: true }, ['light'], async (page) => { await openDevices(page); }],
  ['devices-rename', 'devices', wide, ['light', 'dark'], async (page) => { await openDevices(page, 'Rename…'); }],
  ['devices-remove', 'devices', wide, ['light', 'dark', 'contrast'], async (page) => { await openDevices(page, 'Remove…'); }],
  ['devices-remove-tiny', 'devices', { ...tiny, height: 900 }, ['light'], async (page) => { await openDevices(page, 'Remove…'); }],
  ['devices-move', 'devices', wide, ['light', 'dark'], async (page) => { await openDevices(page, 'Give it the identity key…'); }],
  ['devices-suspend', 'devices-elsewhere', wide, ['light'], async (page) => { await openDevices(page, 'Suspend…'); }],
  ['device-suspended', 'device-suspended', wide, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); }],
  ['device-removed', 'device-removed', narrow, ['light', 'dark'], async (page) => { await chooseBo(page); }],
  ['link-begin', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await openDevices(page, 'Link a device…'); }],
  ['link-offer', 'busy', { ...wide, height: 1000 }, ['light', 'dark', 'contrast'], async (page) => { await openDevices(page, 'Link a device…'); await button(page, 'Make a link').click(); await page.locator('.qr').waitFor(); }],
  ['link-offer-tiny', 'busy', { ...tiny, height: 1100 }, ['light', 'dark'], async (page) => { await openDevices(page, 'Link a device…'); await button(page, 'Make a link').click(); await page.locator('.qr').waitFor(); }],
  ['link-offer-big-text', 'busy', { ...wide, height: 1600, text: 32 }, ['light'], async (page) => { await openDevices(page, 'Link a device…'); await button(page, 'Make a link').click(); await page.locator('.qr').waitFor(); }],
  ['link-compare', 'link-compare', wide, ['light', 'dark', 'contrast'], async (page) => { await showLinking(page); }],
  ['link-compare-tiny', 'link-compare', tiny, ['light'], async (page) => { await showLinking(page); }],
  ['link-agreed', 'link-compare', wide, ['light', 'dark'], async (page) => { await showLinking(page); await button(page, 'Same on both screens').click(); await page.getByText('Now the other screen').waitFor(); }],
  ['link-keys', 'link-keys', wide, ['light', 'dark'], async (page) => { await showLinking(page); }],
  ['link-history', 'link-history', wide, ['light', 'dark', 'contrast'], async (page) => { await showLinking(page); }],
  ['link-history-forced', 'link-history', { ...wide, forced: true }, ['light'], async (page) => { await showLinking(page); }],
  ['link-bar', 'link-history', wide, ['light', 'dark'], async (page) => { await chooseBo(page); }],
  ['link-bar-tiny', 'link-new-history', tiny, ['light'], async (page) => { await chooseBo(page); }],
  ['link-done', 'link-history', wide, ['light', 'dark'], async (page) => { await showLinking(page); await endLinking(page, { side: 'existing', stage: 'done', deviceName: 'laptop' }); }],
  ['link-differ', 'link-compare', wide, ['light', 'dark', 'contrast'], async (page) => { await showLinking(page); await button(page, 'Different').click(); await page.getByRole('heading', { name: 'The digits differ' }).waitFor(); }],
  ['link-differ-tiny', 'link-compare', tiny, ['light'], async (page) => { await showLinking(page); await button(page, 'Different').click(); await page.getByRole('heading', { name: 'The digits differ' }).waitFor(); }],
  ['first-start', 'first', { ...wide, height: 900 }, ['light', 'dark'], async () => {}],
  ['join', 'first', { ...wide, height: 1100 }, ['light', 'dark', 'contrast'], async (page) => { await openJoin(page); await page.getByRole('textbox', { name: 'Link from the other device' }).fill('keyshift:d/1/abc'); }],
  ['join-faults', 'first', { ...wide, height: 1200 }, ['light'], async (page) => { await openJoin(page); await button(page, 'Go on').click(); await page.getByText('Paste the link, or read its code.').waitFor(); }],
  ['join-tiny', 'first', { ...tiny, height: 1300 }, ['light', 'dark'], async (page) => { await openJoin(page); }],
  ['join-big-text', 'first', { ...wide, height: 2100, text: 32 }, ['light'], async (page) => { await openJoin(page); }],
  ['join-waiting', 'join-waiting', wide, ['light', 'dark'], async (page) => { await page.getByText('Looking for the other device').waitFor(); }],
  ['join-compare', 'join-compare', wide, ['light', 'dark', 'contrast'], async (page) => { await page.getByText('Do both screens show this?').waitFor(); }],
  ['join-compare-tiny', 'join-compare', tiny, ['light'], async (page) => { await page.getByText('Do both screens show this?').waitFor(); }],
  ['join-keys', 'join-keys', wide, ['light', 'dark'], async (page) => { await page.getByText('Handing over the keys').first().waitFor(); }],
  ['join-failed', 'join-compare', wide, ['light', 'dark'], async (page) => { await endLinking(page, { side: 'new', stage: 'failed', failure: 'device.not-connected' }); }],
  ['mailbox', 'busy', { ...wide, height: 1300 }, ['light', 'dark', 'contrast'], async (page) => { await openSettings(page, 'Mailbox'); }],
  ['mailbox-tiny', 'busy', { ...tiny, height: 1900 }, ['light', 'dark'], async (page) => { await openSettings(page, 'Mailbox'); }],
  ['mailbox-big-text', 'busy', { ...wide, height: 2300, text: 32 }, ['light'], async (page) => { await openSettings(page, 'Mailbox'); }],
  ['mailbox-fault', 'busy', { ...wide, height: 1300 }, ['light'], async (page) => { await openSettings(page, 'Mailbox'); await page.getByRole('textbox', { name: 'Registration' }).fill('something else'); await button(page, 'Use this mailbox').click(); await page.getByText('This is no registration').waitFor(); }],
  ['mailbox-on', 'mailbox-on', wide, ['light', 'dark'], async (page) => { await openSettings(page, 'Mailbox'); }],
  ['mailbox-trouble', 'mailbox-trouble', { ...wide, height: 1000 }, ['light', 'dark', 'contrast'], async (page) => { await openSettings(page, 'Mailbox'); }],
  ['mailbox-leave', 'mailbox-on', wide, ['light', 'dark'], async (page) => { await openSettings(page, 'Mailbox'); await button(page, 'Leave this mailbox…').click(); }],
  ['devices-talk', 'devices-talk', { ...wide, height: 1000 }, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); await page.getByTestId('device-line').first().waitFor(); }],
  ['devices-talk-tiny', 'devices-talk', { ...tiny, height: 1100 }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('device-line').first().waitFor(); }],
  ['devices-reach', 'devices-talk', wide, ['light', 'dark'], async (page) => { await openReach(page, /^Bo Lind/); }],
  ['pickup', 'devices-talk', wide, ['light', 'dark'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Carla/ }).click(); await page.getByRole('article').last().focus(); }],
  ['pickup-details', 'devices-talk', wide, ['light'], async (page) => { await page.getByRole('navigation').getByRole('button', { name: /^Carla/ }).click(); await page.getByRole('article').last().focus(); await page.keyboard.press('Enter'); await page.getByTestId('message-details').waitFor(); }],
  ['settings-about', 'trial', wide, ['light'], async (page) => { await button(page, 'Settings').click(); await page.getByRole('tab', { name: 'About' }).click(); }],
  ['shortcuts', 'busy', wide, ['light', 'dark'], async (page) => { await page.keyboard.press('Control+/'); }],
  ['trial', 'trial', wide, ['light', 'dark'], async (page) => { await chooseBo(page); }],
  ['forced', 'busy', { ...wide, forced: true }, ['light'], async (page) => { await chooseBo(page); await button(page, 'Details').click(); }],
];

const built = await buildPreview();
const server = await servePreview(built);
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
try {
  for (const [name, scene, size, themes, steps] of shots) {
    if (only !== undefined && !new RegExp(only).test(name)) continue;
    for (const theme of themes) {
      const options = {
        viewport: { width: size.width, height: size.height },
        deviceScaleFactor: size.scale ?? 1,
        forcedColors: size.forced ? 'active' : 'none',
        reducedMotion: 'reduce',
        locale: 'en-GB',
      };
      const context = size.text === undefined ? await browser.newContext(options) : await withTextSize(size.text, options);
      const page = await context.newPage();
      page.setDefaultTimeout(5_000);
      const where = `${name}-${theme}`;
      page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') faults.push(`${where}: console ${message.text()}`); });
      page.on('pageerror', (error) => faults.push(`${where}: ${error.message}`));
      page.on('request', (request) => { if (!request.url().startsWith(server.address)) faults.push(`${where}: request to ${request.url()}`); });
      await page.addInitScript(() => {
        window.violations = [];
        document.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
      });
      try {
        await page.goto(`${server.address}/#${scene}/${theme}`);
        await page.locator('#root > .window').first().waitFor();
        // Lists come after the first frame.
        if (!['first', 'locked', 'damaged', 'restore-running', 'join-waiting', 'join-compare', 'join-keys'].includes(scene)) await page.locator('.list-foot').waitFor({ state: 'attached' });
        await steps(page);
        await page.waitForTimeout(120);
        for (const violation of await page.evaluate(() => window.violations)) faults.push(`${where}: policy ${violation}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) faults.push(`${where}: ${overflow} px wider than the window`);
        await page.screenshot({ path: join(folder, `${where}.png`) });
        // A tooltip under the pointer comes and goes by the clock; it is not what is judged.
        await page.mouse.move(1, 1);
        await page.waitForTimeout(150);
        await page.evaluate(axeSource);
        const findings = await page.evaluate(async () => (await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations);
        for (const finding of findings) {
          // Forced colours are the person's own; the chosen pairs are not ours to measure.
          if (size.forced && finding.id === 'color-contrast') continue;
          // One pane at a time: while the list stands in front, main is the pane behind it.
          if (name === 'list-narrow' && finding.id === 'landmark-one-main') continue;
          faults.push(`${where}: axe ${finding.id}: ${finding.nodes.map((node) => `${node.target.join(' ')} (${node.any.concat(node.all, node.none).map((check) => check.message).join('; ')})`).slice(0, 3).join(' | ')}`);
        }
      } catch (error) {
        await page.screenshot({ path: join(folder, `${where}-failed.png`) }).catch(() => {});
        faults.push(`${where}: ${String(error).split('\n').slice(0, 6).join(' ')}`);
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
