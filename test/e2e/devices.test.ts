import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator } from '@playwright/test';
import { HeadlessPeer } from '../support/headless-peer';
import { openWindow, type OpenApp } from './support/app';
import { violationsOf } from './support/axe';
import { pressWith } from './support/keys';
import { acceptLink, expectMessages, onboard, openChat, say, type } from './support/people';
import { dropFile } from './support/qr-picture';

const passphrase = 'correct horse battery staple';
const another = 'a staple of battery horses';

test.setTimeout(180_000);

const button = ({ window }: OpenApp, name: string): Locator => window.getByRole('button', { name, exact: true });
const digitsOf = async ({ window }: OpenApp): Promise<string> => (await window.getByTestId('meeting-digits').locator('[aria-hidden]').first().innerText()).replace(/\D/g, '');

async function openDevices(person: OpenApp): Promise<void> {
  const { window } = person;
  await window.keyboard.press('Control+,');
  await window.getByRole('tab', { name: 'Devices', exact: true }).click();
  await expect(window.getByTestId('own-device').first()).toBeVisible();
}

test('S4-12 S4-26: two windows become two devices of one person, by a picture of the code and six digits; a contact and the history come along', async () => {
  const bo = await HeadlessPeer.start(mkdtempSync(join(tmpdir(), 'keyshift-e2e-bo-')), { listen: '127.0.0.1:0' });
  const [desk, laptop] = await Promise.all([openWindow('devices-desk', { quickSecrets: true }), openWindow('devices-laptop', { quickSecrets: true })]);
  try {
    await bo.call('vault.create', { passphrase, name: 'Bo' });
    const { link: invitation } = await bo.call('contacts.createInvitation');
    await onboard(desk, 'Ada', passphrase);
    await acceptLink(desk, invitation, 'Bo');
    await say(desk, 'written before there was a laptop');
    await bo.until('the message', async () => (await bo.call('conversations.list')).length === 1);
    const [talk] = await bo.call('conversations.list');
    const conversationId = talk?.conversationId ?? '';
    await bo.call('messages.send', { conversationId, text: 'answered before there was a laptop' });
    await expectMessages(desk, 2);

    // By keyboard, from the list of devices to the link.
    await openDevices(desk);
    await pressWith(desk.window, button(desk, 'Link a device…'));
    await pressWith(desk.window, button(desk, 'Create link'));
    const code = desk.window.locator('.qr');
    await expect(code).toBeVisible();
    const link = await desk.window.getByLabel('Link for the other device').inputValue();
    expect(link).toMatch(/^keyshift:link\//);
    expect(await violationsOf(desk.window)).toEqual([]);

    // The new device reads a picture of it.
    await button(laptop, 'I already use Keyshift on another device').click();
    expect(await violationsOf(laptop.window)).toEqual([]);
    await dropFile(laptop.window, 'link-field', 'code.png', 'image/png', await code.screenshot());
    await expect(laptop.window.getByRole('textbox', { name: 'Link from the other device' })).toHaveValue(link);
    await type(laptop, 'Name of this device', 'laptop');
    await type(laptop, 'Passphrase for this device', another);
    await type(laptop, 'Repeat the passphrase', another);
    await laptop.window.keyboard.press('Enter');

    for (const each of [desk, laptop]) await expect(each.window.getByTestId('meeting-digits')).toBeVisible({ timeout: 30_000 });
    expect(await digitsOf(laptop)).toMatch(/^\d{6}$/);
    expect(await digitsOf(laptop)).toBe(await digitsOf(desk));
    await expect(desk.window.getByRole('dialog')).toContainText('laptop wants to become one of your devices.');
    expect(await violationsOf(laptop.window)).toEqual([]);
    await pressWith(desk.window, button(desk, 'Same on both screens'));
    await expect(desk.window.getByText('Now the other screen')).toBeVisible();
    await pressWith(laptop.window, button(laptop, 'Same on both screens'));

    // Here a device more, there the person with all that was said.
    await expect(desk.window.getByText('laptop is linked')).toBeVisible({ timeout: 30_000 });
    await pressWith(desk.window, button(desk, 'Done'));
    await expect(desk.window.getByTestId('own-device').filter({ hasText: 'laptop' })).toContainText('Connected now.', { timeout: 30_000 });
    await openChat(laptop, 'Bo');
    await expectMessages(laptop, 2);
    await expect(laptop.window.getByRole('feed', { name: 'Messages' })).toContainText('written before there was a laptop');
    await expect(laptop.window.getByRole('region', { name: 'Needs attention' }).getByText('Your history is here')).toBeVisible({ timeout: 30_000 });

    // What comes now comes to both.
    await bo.call('messages.send', { conversationId, text: 'said to both' });
    await desk.window.keyboard.press('Escape');
    for (const each of [desk, laptop]) await expect(each.window.getByRole('feed', { name: 'Messages' }).getByText('said to both')).toBeVisible({ timeout: 30_000 });

    await openDevices(laptop);
    await expect(laptop.window.getByTestId('own-device')).toHaveCount(2);
    await expect(laptop.window.getByTestId('own-device').first()).toContainText('laptopThis device');
    await expect(laptop.window.getByText(/^Your identity key is on .+\. Devices are renamed/)).toBeVisible();
    expect(await violationsOf(laptop.window)).toEqual([]);
    await laptop.window.keyboard.press('Escape');

    // Stopped and allowed again, then removed for good: each is told where it is felt.
    const bars = laptop.window.getByRole('region', { name: 'Needs attention' });
    await openDevices(desk);
    const ofLaptop = desk.window.getByTestId('own-device').filter({ hasText: 'laptop' });
    await pressWith(desk.window, ofLaptop.getByRole('button', { name: 'Suspend' }));
    await expect(bars.getByText('Another device of yours has suspended this one.')).toBeVisible({ timeout: 30_000 });
    await expect(laptop.window.getByText('This device is suspended, so nothing can be written here.')).toBeVisible();
    await pressWith(desk.window, ofLaptop.getByRole('button', { name: 'Allow again' }));
    await expect(laptop.window.getByLabel('Message', { exact: true })).toBeVisible({ timeout: 30_000 });
    await pressWith(desk.window, ofLaptop.getByRole('button', { name: 'Remove…' }));
    await expect(desk.window.getByRole('heading', { name: 'Remove laptop?' })).toBeVisible();
    expect(await violationsOf(desk.window)).toEqual([]);
    await pressWith(desk.window, button(desk, 'Remove laptop'));
    await expect(ofLaptop).toContainText('Removed', { timeout: 30_000 });
    await expect(bars.getByText('This device was removed: it is not one of yours any more.')).toBeVisible({ timeout: 30_000 });
    await expect(laptop.window.getByRole('feed', { name: 'Messages' })).toContainText('said to both');
    expect([...desk.violations, ...laptop.violations]).toEqual([]);
  } finally {
    await Promise.all([desk.close(), laptop.close(), bo.kill()]);
  }
});
