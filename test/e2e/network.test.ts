import { expect, test } from '@playwright/test';
import { openWindow, type OpenApp } from './support/app';
import { violationsOf } from './support/axe';
import { pressWith, tabTo } from './support/keys';
import { meet, onboard } from './support/people';

const passphrase = 'nobody touched a mouse for the network';

test.describe.configure({ mode: 'serial' });
let ann: OpenApp;
let bo: OpenApp;

test.beforeAll(async () => {
  [ann, bo] = await Promise.all([openWindow('net-ann'), openWindow('net-bo')]);
  await Promise.all([onboard(ann, 'Ann', passphrase), onboard(bo, 'Bo', passphrase)]);
});
test.afterAll(async () => {
  await Promise.all([ann?.close(), bo?.close()]);
});

test('the network settings by keyboard: a switch, an address that is refused in words, one that is saved, and what is not saved stays', async () => {
  const { window } = ann;
  await window.keyboard.press('Control+,');
  await tabTo(window, window.getByRole('tab', { name: 'Look' }));
  for (let step = 0; step < 2; step += 1) await window.keyboard.press('ArrowRight');
  const lan = window.getByRole('switch', { name: 'Find contacts on this network' });
  await expect(lan).toBeChecked();
  await pressWith(window, lan, 'Space');
  await expect(lan).not.toBeChecked();
  await pressWith(window, lan, 'Space');
  await expect(lan).toBeChecked();

  const onion = window.getByLabel('Your onion address');
  await tabTo(window, onion);
  await window.keyboard.type('duckduckgogg42xj.onion:80');
  await window.keyboard.press('Enter');
  await expect(window.getByText('This is an onion address of the old kind')).toBeVisible();
  await expect(onion).toBeFocused();
  expect(await violationsOf(window)).toEqual([]);
  await ann.picture('network-settings-fault');
  await window.keyboard.press('Escape');
  await expect(window.getByText('It is still there when you come back.')).toBeVisible();

  await window.keyboard.press('Control+,');
  await tabTo(window, window.getByRole('tab', { name: 'Look' }));
  for (let step = 0; step < 2; step += 1) await window.keyboard.press('ArrowRight');
  await expect(onion).toHaveValue('duckduckgogg42xj.onion:80');
  await tabTo(window, onion);
  await window.keyboard.press('Control+A');
  const address = `${'abcdefgh'.repeat(7)}.onion:47110`;
  await window.keyboard.type(address);
  await window.keyboard.press('Enter');
  await expect(window.getByText('Contacts are told your onion address from now on.')).toBeVisible();
  await pressWith(window, window.getByRole('button', { name: 'Remove' }));
  await expect(window.getByText('Contacts are told no onion address any more.')).toBeVisible();
  await window.keyboard.press('Escape');
  expect(ann.violations).toEqual([]);
});

test('how a person is reached: connected, then not reachable, and a try by hand', async () => {
  test.setTimeout(120_000);
  await meet(ann, bo, 'Ann', 'Bo');
  const { window } = ann;
  const fact = window.getByRole('button', { name: /^Reach: / });
  await expect(fact).toHaveAccessibleName(/^Reach: (Direct|On your network)$/);
  await expect(window.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name: /^Bo.*Reach: / })).toBeVisible();
  await pressWith(window, fact);
  await expect(window.getByTestId('reach-sentence')).toHaveText(/^Connected (directly|on your network) since /);
  await expect(window.getByRole('button', { name: 'Try now' })).toBeHidden();
  await expect(window.getByRole('list', { name: 'Where you can be reached' }).getByText(/^127\.0\.0\.1:\d+$/)).toBeVisible();
  expect(await violationsOf(window)).toEqual([]);
  await ann.picture('reach-connected');

  await bo.close();
  await expect(fact).toHaveAccessibleName('Reach: Waiting', { timeout: 30_000 });
  await expect(window.getByTestId('reach-sentence')).toHaveText(/^Bo (is not reachable since|was not reached yet)/);
  await pressWith(window, window.getByRole('button', { name: 'Try now' }));
  const tried = window.getByRole('list', { name: 'What was tried' });
  await expect(tried.getByText('A device is there, but no Keyshift answers').first()).toBeVisible({ timeout: 30_000 });
  await expect(window.getByRole('list', { name: 'What you can do' }).getByRole('button', { name: 'Save as file' })).toBeVisible();
  expect(await violationsOf(window)).toEqual([]);
  await ann.picture('reach-waiting');
  expect(ann.violations).toEqual([]);
});
