import { expect, test } from '@playwright/test';
import { openWindow, type OpenApp } from './support/app';
import { violationsOf } from './support/axe';
import { pressWith, tabTo } from './support/keys';
import { expectMessages, onboard } from './support/people';

const passphrase = 'nobody touched a mouse for the network';

test.describe.configure({ mode: 'serial' });
let ann: OpenApp;
let bo: OpenApp;

test.beforeAll(async () => {
  [ann, bo] = await Promise.all([openWindow('net-ann', { quickSecrets: true }), openWindow('net-bo', { quickSecrets: true })]);
  await Promise.all([onboard(ann, 'Ann', passphrase), onboard(bo, 'Bo', passphrase)]);
});
test.afterAll(async () => {
  await Promise.all([ann?.close(), bo?.close()]);
});

test('the network settings by keyboard: a switch, an address that is refused in words, one that is saved, and what is not saved stays', async () => {
  const { window } = ann;
  await window.keyboard.press('Control+,');
  await tabTo(window, window.getByRole('tab', { name: 'Appearance' }));
  for (let step = 0; step < 4; step += 1) await window.keyboard.press('ArrowRight');
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
  await tabTo(window, window.getByRole('tab', { name: 'Appearance' }));
  for (let step = 0; step < 4; step += 1) await window.keyboard.press('ArrowRight');
  await expect(onion).toHaveValue('duckduckgogg42xj.onion:80');
  await tabTo(window, onion);
  await window.keyboard.press('Control+A');
  await window.keyboard.type(`${'abcdefgh'.repeat(7)}.onion:47110`);
  await window.keyboard.press('Enter');
  await expect(window.getByText('There is a typo in this onion address')).toBeVisible();
  await window.keyboard.press('Control+A');
  await window.keyboard.type('pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:47110');
  await window.keyboard.press('Enter');
  await expect(window.getByText('Contacts are told your onion address from now on.')).toBeVisible();
  await pressWith(window, window.getByRole('button', { name: 'Remove' }));
  await expect(window.getByText('Contacts are told no onion address any more.')).toBeVisible();
  await window.keyboard.press('Escape');
  expect(ann.violations).toEqual([]);
});

/** The six digits as a screen reader hears them: one by one. */
const digitsOf = ({ window }: OpenApp): Promise<string> => window.getByTestId('meeting-digits').locator('.only-heard').innerText();

test('two people find each other near, compare six digits and talk, by keyboard, with nothing exchanged but what they see', async () => {
  test.setTimeout(120_000);
  /** What both of them press and write until the first words are there; looking elsewhere in between is nobody's need. */
  let acts = 0;
  const act = (done: Promise<void>): Promise<void> => {
    acts += 1;
    return done;
  };
  await act(ann.window.keyboard.press('Control+Shift+P'));
  await expect(ann.window.getByRole('button', { name: 'Start looking' })).toBeFocused();
  await act(ann.window.keyboard.press('Enter'));
  await act(pressWith(bo.window, bo.window.getByRole('button', { name: 'Find people near me' }).first()));
  await act(pressWith(bo.window, bo.window.getByRole('button', { name: 'Start looking' })));
  const names = await Promise.all([ann, bo].map(({ window }) => window.locator('.nearby-name').innerText()));
  for (const name of names) expect(name).toMatch(/^[a-z]+-[a-z]+-\d\d$/);
  const [annName = '', boName = ''] = names;

  await expect(ann.window.getByRole('button', { name: `Meet ${boName}` })).toBeVisible({ timeout: 30_000 });
  expect(await violationsOf(ann.window)).toEqual([]);
  await ann.picture('near-found');
  // Bo goes on writing elsewhere: the question finds him there.
  await bo.window.keyboard.press('Escape');
  await expect(bo.window.getByText(`People near you can find you as ${boName}.`)).toBeVisible();
  await act(pressWith(ann.window, ann.window.getByRole('button', { name: `Meet ${boName}` })));
  await expect(ann.window.getByRole('group', { name: `Waiting for ${boName}` })).toBeVisible();
  const ask = bo.window.getByRole('region', { name: 'Needs attention' });
  await expect(ask.getByText(`${annName} wants to meet you`)).toBeVisible({ timeout: 30_000 });
  await bo.picture('near-asked');
  await act(pressWith(bo.window, ask.getByRole('button', { name: 'Accept' })));

  for (const { window } of [ann, bo]) await expect(window.getByRole('group', { name: 'Do both screens show this?' })).toBeVisible({ timeout: 30_000 });
  const digits = await Promise.all([ann, bo].map(digitsOf));
  expect(digits[0]).toMatch(/^\d \d \d, \d \d \d\./);
  expect(digits[1]).toBe(digits[0]);
  // Nobody's name is on the other's screen before both compared.
  expect(await bo.window.locator('body').innerText()).not.toMatch(/\bAnn\b/);
  expect(await violationsOf(ann.window)).toEqual([]);
  await ann.picture('near-digits');
  await act(pressWith(ann.window, ann.window.getByRole('button', { name: 'Same on both screens' })));
  await expect(ann.window.getByRole('group', { name: 'Waiting for the other person' })).toBeVisible();
  await act(pressWith(bo.window, bo.window.getByRole('button', { name: 'Same on both screens' })));

  for (const [own, other] of [[ann, 'Bo'], [bo, 'Ann']] as const) {
    await expect(own.window.getByRole('group', { name: `You have met ${other}` })).toBeVisible({ timeout: 30_000 });
    await expect(own.window.getByRole('dialog').getByText('Checked by you', { exact: true })).toBeVisible();
  }
  await ann.picture('near-met');
  for (const own of [ann, bo]) {
    await act(pressWith(own.window, own.window.getByRole('button', { name: 'Say hello', exact: true })));
    await expect(own.window.getByRole('textbox', { name: 'Message' })).toBeFocused();
    await act(own.window.keyboard.type('hello from the same room'));
    await act(own.window.keyboard.press('Enter'));
    // Said at the same moment it would be two conversations: the second follows once the first is in the list.
    await expect(bo.window.locator('.list-preview', { hasText: 'hello from the same room' })).toBeAttached({ timeout: 30_000 });
    if (own === ann) expect(acts).toBeLessThan(12);
  }
  for (const own of [ann, bo]) await expectMessages(own, 2);
  expect([...ann.violations, ...bo.violations]).toEqual([]);
});

test('how a person is reached: connected, then not reachable, and a try by hand', async () => {
  test.setTimeout(120_000);
  const { window } = ann;
  const fact = window.getByRole('button', { name: /^Reach: / });
  await expect(fact).toHaveAccessibleName(/^Reach: (Direct|On your network)$/);
  await expect(window.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name: /^Bo.*Reach: / })).toBeVisible();
  await pressWith(window, fact);
  await expect(window.getByTestId('reach-sentence')).toHaveText(/^Connected (directly|on your network) since /);
  await expect(window.getByRole('button', { name: 'Try now' })).toBeHidden();
  await expect(window.getByRole('list', { name: 'Where you can be reached' })).toBeHidden();
  await pressWith(window, window.getByRole('button', { name: 'More about the connection' }));
  await expect(window.getByRole('list', { name: 'Where you can be reached' }).getByText(/^127\.0\.0\.1:\d+$/)).toBeVisible();
  expect(await violationsOf(window)).toEqual([]);
  await ann.picture('reach-connected');

  await bo.close();
  await expect(fact).toHaveAccessibleName('Reach: Waiting', { timeout: 30_000 });
  await expect(window.getByTestId('reach-sentence')).toHaveText(/^Bo (has not been reachable since|was not reached yet)/);
  await pressWith(window, window.getByRole('button', { name: 'Try now' }));
  const tried = window.getByRole('list', { name: 'What was tried' });
  await expect(tried.getByText('A device is there, but no Keyshift answers').first()).toBeVisible({ timeout: 30_000 });
  await expect(window.getByRole('list', { name: 'What you can do' }).getByRole('button', { name: 'Save as file' })).toBeVisible();
  expect(await violationsOf(window)).toEqual([]);
  await ann.picture('reach-waiting');
  expect(ann.violations).toEqual([]);
});

test('a proxy that does not answer: a bar says so and leads to the settings, where it is taken away again', async () => {
  const { window } = ann;
  const bar = window.getByRole('region', { name: 'Needs attention' });
  await expect(bar).toBeHidden();
  const openProxy = async (): Promise<void> => {
    await tabTo(window, window.getByRole('tab', { name: 'Appearance' }));
    for (let step = 0; step < 4; step += 1) await window.keyboard.press('ArrowRight');
    await tabTo(window, window.getByLabel('Proxy (SOCKS5)'));
  };
  await window.keyboard.press('Control+,');
  await openProxy();
  // Nothing listens on the discard port of this computer.
  await window.keyboard.type('127.0.0.1:9');
  await window.keyboard.press('Enter');
  await expect(window.getByText('All connections go through 127.0.0.1:9 from now on.')).toBeVisible();
  await expect(window.getByText('Off while a proxy is set.').first()).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(window.getByRole('dialog')).toBeHidden();
  await pressWith(window, window.getByRole('button', { name: 'Try now' }));
  await expect(bar.getByText('The proxy 127.0.0.1:9 does not answer.')).toBeVisible({ timeout: 30_000 });
  await expect(window.getByRole('list', { name: 'Where you can be reached' })).toBeHidden();
  expect(await violationsOf(window)).toEqual([]);
  await ann.picture('proxy-silent');
  await pressWith(window, bar.getByRole('button', { name: 'Network settings' }));
  await expect(window.getByRole('tab', { name: 'Network' })).toHaveAttribute('aria-selected', 'true');
  await pressWith(window, window.getByRole('button', { name: 'Remove' }));
  await expect(window.getByText('No proxy is used any more.')).toBeVisible();
  await window.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  expect(ann.violations).toEqual([]);
});
