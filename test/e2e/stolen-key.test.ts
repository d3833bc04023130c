import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { HeadlessPeer } from '../support/headless-peer';
import { openWindow, type OpenApp } from './support/app';
import { violationsOf } from './support/axe';
import { pressWith } from './support/keys';
import { acceptLink, onboard, say, unlock } from './support/people';

const passphrase = 'two keys that one vouches for';

const epochOf = ({ window }: OpenApp): Promise<number | undefined> => window.evaluate(async () => {
  const listed = await globalThis.window.keyshift.contacts.list();
  return listed.ok ? listed.value[0]?.keyEpoch : undefined;
});

async function started(profile: string): Promise<HeadlessPeer> {
  const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
  await peer.call('vault.unlock', { passphrase });
  return peer;
}

test('A71 A73 A79: Alice’s key was copied and the copy followed; her own next key stops the conversation in words, both are shown to be compared, and her recovery code lets it go on', async () => {
  test.setTimeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-e2e-stolen-'));
  const [profile, copy, kit] = ['alice', 'copy', 'kit'].map((name) => join(folder, name)) as [string, string, string];
  let alice = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
  let thief: HeadlessPeer | undefined;
  const bo = await openWindow('stolen-key-bo', { quickSecrets: true });
  try {
    await alice.call('vault.create', { passphrase, name: 'Alice' });
    await alice.call('identity.saveRecoveryKit', { path: kit });
    await alice.call('identity.forgetRecoveryKey');
    const { link } = await alice.call('contacts.createInvitation');
    await onboard(bo, 'Bo', passphrase);
    await acceptLink(bo, link, 'Alice');
    await say(bo, 'before');
    await alice.until('the message', async () => (await alice.call('conversations.list')).length === 1);
    await alice.end();
    cpSync(profile, copy, { recursive: true });

    thief = await started(copy);
    await thief.call('identity.rotate');
    await expect.poll(() => epochOf(bo), { timeout: 150_000 }).toBe(2);
    await thief.end();
    await expect(bo.window.getByTestId('paused-bar')).toBeHidden();

    alice = await started(profile);
    await alice.call('identity.rotate');
    const { text } = await alice.call('identity.exportPublic', { format: 'card' });
    await bo.window.evaluate((card) => globalThis.window.keyshift.contacts.importKey({ text: card }), text);
    const bar = bo.window.getByTestId('paused-bar');
    await expect(bar).toBeVisible({ timeout: 150_000 });
    await expect(bar.getByRole('alert')).toContainText('Alice');
    expect(await violationsOf(bo.window)).toEqual([]);
    await say(bo, 'for Alice alone');
    await pressWith(bo.window, bar.getByRole('button').first());
    const dialog = bo.window.getByRole('dialog');
    await expect(dialog.locator('.candidates > li')).toHaveCount(2);
    expect(await violationsOf(bo.window)).toEqual([]);
    // What Alice sees is the number of one of the two.
    const { contactId } = (await alice.call('contacts.list'))[0] ?? { contactId: '' };
    const { digits } = await alice.call('contacts.safetyNumber', { contactId });
    const numbers = async (): Promise<string[]> => (await dialog.locator('.candidates > li').allTextContents()).map((each) => each.replaceAll(/\D/gu, ''));
    await expect.poll(async () => (await numbers()).filter((each) => each.includes(digits.replaceAll(/\D/gu, '')))).toHaveLength(1);
    await bo.window.keyboard.press('Escape');

    const [code = ''] = /(?:[0-9A-Z]{5}\s+){11}[0-9A-Z]{5}/.exec(readFileSync(kit, 'utf8')) ?? [];
    await alice.call('identity.recover', { code });
    await expect(bar).toBeHidden({ timeout: 150_000 });
    await alice.until('what was held back', async () => alice.events.some((event) => event.type === 'message.received' && event.message.text === 'for Alice alone'), 60_000);
    expect(bo.violations).toEqual([]);
  } finally {
    await Promise.all([bo.close(), alice.kill(), thief?.kill()]);
    rmSync(folder, { recursive: true, force: true });
  }
});

test('A71 A79: Alice opens her window after a copy of her profile renewed her key and was followed: she is told by whom and which key, and her recovery code ends it', async () => {
  test.setTimeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-e2e-owner-'));
  const copy = join(folder, 'copy');
  const bo = await HeadlessPeer.start(join(folder, 'bo'), { listen: '127.0.0.1:0' });
  let thief: HeadlessPeer | undefined;
  let alice = await openWindow('stolen-key-alice', { quickSecrets: true });
  const { profile } = alice;
  try {
    await bo.call('vault.create', { passphrase, name: 'Bo' });
    const { link } = await bo.call('contacts.createInvitation');
    await onboard(alice, 'Alice', passphrase);
    await acceptLink(alice, link, 'Bo');
    await alice.close();
    cpSync(profile, copy, { recursive: true });

    thief = await started(copy);
    const kit = join(folder, 'kit');
    await thief.call('identity.saveRecoveryKit', { path: kit });
    await thief.call('identity.rotate');
    await bo.until('the thief is followed', async () => (await bo.call('contacts.list'))[0]?.keyEpoch === 2, 150_000);
    const stolen = (await thief.call('identity.get')).keyFingerprint;
    await thief.end();

    alice = await openWindow('stolen-key-alice', { quickSecrets: true, profile });
    await unlock(alice, passphrase);
    await alice.window.getByRole('region', { name: 'Needs attention' }).getByRole('button', { name: 'What to do' }).click({ timeout: 150_000 });
    const panel = alice.window.getByRole('tabpanel', { name: 'Identity' });
    const notice = panel.getByRole('alert').filter({ hasText: 'Someone else renewed your identity key' });
    await expect(notice).toContainText('Bo knows you by a key, number 2,');
    await expect(notice).toContainText('code of your recovery kit');
    expect((await notice.textContent())?.replaceAll(/[^0-9a-f]/gu, '')).toContain(stolen);
    expect(await violationsOf(alice.window)).toEqual([]);
    await alice.picture('owner-is-told');

    const [code = ''] = /(?:[0-9A-Z]{5}\s+){11}[0-9A-Z]{5}/.exec(readFileSync(kit, 'utf8')) ?? [];
    await alice.window.evaluate((said) => globalThis.window.keyshift.identity.recover({ code: said }), code);
    await expect(notice).toBeHidden({ timeout: 150_000 });
    await bo.until('Alice is followed again', async () => ((await bo.call('contacts.list'))[0]?.keyEpoch ?? 0) > 2 && (await bo.call('contacts.list'))[0]?.who !== 'frozen', 150_000);
    expect(alice.violations).toEqual([]);
  } finally {
    await Promise.all([alice.close(), bo.kill(), thief?.kill()]);
    rmSync(folder, { recursive: true, force: true });
  }
});
