import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator } from '@playwright/test';
import { HeadlessPeer } from '../support/headless-peer';
import { openWindow, type OpenApp } from './support/app';
import { violationsOf } from './support/axe';
import { pressWith, tabTo } from './support/keys';
import { acceptLink, expectMessages, onboard, openChat, say } from './support/people';
import { filmCode } from './support/qr-picture';

const passphrase = 'correct horse battery staple';
const folder = mkdtempSync(join(tmpdir(), 'keyshift-recovery-'));
const film = join(folder, 'camera.y4m');
const camera = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`];

test.setTimeout(300_000);

const button = ({ window }: OpenApp, name: string): Locator => window.getByRole('button', { name, exact: true });
const settings = async ({ window }: OpenApp, page: string): Promise<Locator> => {
  await window.keyboard.press('Control+,');
  await window.getByRole('tab', { name: page, exact: true }).click();
  return window.getByRole('tabpanel', { name: page, exact: true });
};

/** The groups of the code on the sheet, as its page shows them right before it becomes a PDF: nothing runs in that window, so its document is read from outside. */
async function savedKit({ app }: OpenApp, save: () => Promise<void>): Promise<string> {
  await app.evaluate(({ app: own, dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    own.on('web-contents-created', (_event, contents) => {
      const print = contents.printToPDF.bind(contents);
      contents.printToPDF = async (options) => {
        contents.debugger.attach('1.3');
        // What the protocol of the debugger answers.
        const { strings } = (await contents.debugger.sendCommand('DOMSnapshot.captureSnapshot', { computedStyles: [] })) as { readonly strings: readonly string[] };
        contents.debugger.detach();
        Object.assign(globalThis, { kitCode: strings.filter((one) => /^[0-9A-Z]{5}$/.test(one)).slice(-12).join(' ') });
        return print(options);
      };
    });
  }, join(folder, 'kit.pdf'));
  await save();
  return app.evaluate(() => (globalThis as unknown as { readonly kitCode: string }).kitCode);
}

test('S4-12 S5-19: a second device is linked by its camera, the kit is printed, and the code on it takes the identity back: the device that is kept goes on, the other one is told, the contact follows', async () => {
  const bo = await HeadlessPeer.start(join(folder, 'bo'), { listen: '127.0.0.1:0' });
  const [desk, laptop, tablet] = await Promise.all([openWindow('recovery-desk', { quickSecrets: true }), openWindow('recovery-laptop', { quickSecrets: true, args: camera }), openWindow('recovery-tablet', { quickSecrets: true, args: camera })]);
  try {
    await bo.call('vault.create', { passphrase, name: 'Bo' });
    const { link: invitation } = await bo.call('contacts.createInvitation');
    await onboard(desk, 'Ada', passphrase);
    await acceptLink(desk, invitation, 'Bo');
    await say(desk, 'before anything happened');

    for (const [device, name] of [[laptop, 'laptop'], [tablet, 'tablet']] as const) {
      await settings(desk, 'Devices');
      await pressWith(desk.window, button(desk, 'Link a device…'));
      await pressWith(desk.window, button(desk, 'Create link'));
      const link = await desk.window.getByLabel('Link for the other device').inputValue();
      filmCode(film, link);
      await pressWith(device.window, button(device, 'I already use Keyshift on another device'));
      await pressWith(device.window, button(device, 'Use the camera'));
      await expect(device.window.getByRole('textbox', { name: 'Link from the other device' })).toHaveValue(link);
      await expect(device.window.locator('video')).toHaveCount(0);
      await device.picture('recovery-camera-read');
      for (const [label, words] of [['Name of this device', name], ['Passphrase for this device', passphrase], ['Repeat the passphrase', passphrase]] as const) {
        await tabTo(device.window, device.window.getByLabel(label, { exact: true }));
        await device.window.keyboard.insertText(words);
      }
      await device.window.keyboard.press('Enter');
      for (const each of [desk, device]) await pressWith(each.window, button(each, 'Same on both screens'));
      await expect(desk.window.getByText(`${name} is linked`)).toBeVisible({ timeout: 30_000 });
      await pressWith(desk.window, button(desk, 'Done'));
      await desk.window.keyboard.press('Escape');
      await openChat(device, 'Bo');
      await expectMessages(device, 1);
    }

    const identity = await settings(desk, 'Identity');
    const code = await savedKit(desk, async () => {
      await pressWith(desk.window, button(desk, 'Save recovery kit…'));
      await expect(identity.getByText(/^Saved as /)).toBeVisible({ timeout: 30_000 });
    });
    expect(code).toMatch(/^(?:[0-9A-Z]{5} ){11}[0-9A-Z]{5}$/);
    await pressWith(desk.window, button(desk, 'Recover with the code…'));
    const dialog = desk.window.getByRole('dialog', { name: 'Take your identity back?' });
    const kept = (name: string): Locator => dialog.getByRole('switch', { name });
    await expect(kept('laptop')).not.toBeChecked();
    await expect(kept('tablet')).not.toBeChecked();
    expect(await violationsOf(desk.window)).toEqual([]);
    // A slip first: nothing happens, and what was typed stays.
    await expect(dialog.getByLabel('Recovery code', { exact: true })).toBeFocused();
    await desk.window.keyboard.insertText(code.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
    await tabTo(desk.window, kept('laptop'));
    await desk.window.keyboard.press('Space');
    await desk.picture('recovery-which-devices');
    await pressWith(desk.window, button(desk, 'Take identity back'));
    await expect(dialog.getByText('This is no whole recovery code', { exact: false })).toBeVisible({ timeout: 30_000 });
    await expect(dialog.getByLabel('Recovery code', { exact: true })).toBeFocused();
    await expect(kept('laptop')).toBeChecked();
    await desk.picture('recovery-slip');
    await desk.window.keyboard.press('Control+A');
    await desk.window.keyboard.insertText(code.toLowerCase().replaceAll(' ', ''));
    await desk.window.keyboard.press('Enter');
    await expect(dialog).toBeHidden({ timeout: 60_000 });
    await desk.picture('recovery-done');
    await desk.window.keyboard.press('Escape');

    // The one that was kept writes on, under the new key; the one that was not says why it cannot.
    await expect(tablet.window.getByText('This device is suspended, so nothing can be written here.')).toBeVisible({ timeout: 60_000 });
    await tablet.picture('recovery-suspended');
    expect(await violationsOf(tablet.window)).toEqual([]);
    await bo.until('the contact follows', async () => (await bo.call('contacts.list'))[0]?.keyEpoch === 2, 60_000);
    await say(laptop, 'still here');
    await bo.until('the message of the kept device', async () => bo.events.some((event) => event.type === 'message.received' && event.message.text === 'still here'), 60_000);
    await laptop.picture('recovery-kept');
    await settings(desk, 'Devices');
    await expect(desk.window.getByTestId('own-device').filter({ hasText: 'tablet' }).getByRole('button', { name: 'Allow again' })).toBeVisible();
    await desk.picture('recovery-devices');
    expect([...desk.violations, ...laptop.violations, ...tablet.violations]).toEqual([]);
  } finally {
    await Promise.all([desk.close(), laptop.close(), tablet.close(), bo.kill()]);
  }
});
