// @vitest-environment jsdom
import { act } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { emptyWorld } from '../../../preview/fake-world';
import { scenes } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { buttonNamed, fieldNamed, openSettings, page, pressNamed } from '../open-settings';
import { renderApp, settle } from '../render-app';

const offer = { version: '0.2.0', issuedAt: 1, notes: { en: 'Sooner.' }, size: 2_000_000, here: 0, ready: false };

it('22: newer versions are off, the page says what is sent to whom, and leads from looking to the line to type', async () => {
  const { fake } = await openSettings(emptyWorld(), 'About');
  const region = (): HTMLElement => document.querySelector<HTMLElement>('[aria-labelledby=updates-heading]') ?? document.body;
  expect(region().querySelector<HTMLInputElement>('input[role=switch]')?.checked).toBe(false);
  expect(page()).toContain('asks updates.keyshift.example which version is the newest');
  expect(page()).toContain('Keyshift has not looked for a newer one yet.');
  await pressNamed('Look now');
  expect(page()).toContain('Version 0.2.0 is available.');
  expect(page()).toContain('Messages open sooner.\nThe list of people can be sorted.');
  await pressNamed('Fetch it');
  expect(page()).toContain('with the right signature');
  await pressNamed('Install');
  expect(fieldNamed('Line to type').value).toContain('sha256sum --check');
  const copied = vi.fn(() => Promise.resolve());
  Object.assign(navigator, { clipboard: { writeText: copied } });
  await pressNamed('Copy');
  expect(copied).toHaveBeenCalledWith(fake.world.updates.installed?.command);
  expect(buttonNamed('Quit and start again')).toBeTruthy();
  expect(await axeFindings()).toEqual([]);
});

it('22: what was refused is told in a sentence, also after a look nobody waited for', async () => {
  const world = emptyWorld({ failing: new Map([['updates.check', 'updates.bad-signature']]) });
  const { fake } = await openSettings(world, 'About');
  await pressNamed('Look now');
  expect(page()).toContain('This was changed after it was signed. Nothing was taken.');
  world.failing.delete('updates.check');
  world.failing.set('updates.fromFile', 'path.required');
  await pressNamed('From a file…');
  expect(page()).not.toContain('This was changed after it was signed.');
  expect(page()).not.toContain('No file was chosen');
  fake.world.updates = { ...fake.world.updates, problem: 'updates.expired' };
  await act(async () => fake.emit({ type: 'updates.changed' }));
  await settle();
  expect(page()).toContain('Somebody may be holding back newer versions');
});

it('22: what was refused once is told no more when it went well since, by itself', async () => {
  const { fake } = await openSettings(emptyWorld({ failing: new Map([['updates.check', 'updates.bad-signature']]), updates: { ...emptyWorld().updates, problem: 'updates.bad-signature' } }), 'About');
  await pressNamed('Look now');
  expect(document.querySelector('[aria-labelledby=updates-heading] [role=alert]')?.textContent).toContain('This was changed after it was signed.');
  const { problem: _over, ...updates } = fake.world.updates;
  fake.world.updates = updates;
  await act(async () => fake.emit({ type: 'updates.changed' }));
  await settle();
  expect(page()).not.toContain('This was changed after it was signed.');
});

it('22: how far it is, a pause, and what goes on', async () => {
  const { fake } = await openSettings(emptyWorld({ updates: { ...emptyWorld().updates, work: 'downloading', offer: { ...offer, here: 500_000 } } }), 'About');
  expect(document.querySelector('[aria-labelledby=updates-heading] progress')?.getAttribute('value')).toBe('500000');
  expect(buttonNamed('Pause')).toBeTruthy();
  expect(buttonNamed('Look now').matches(':disabled')).toBe(true);
  fake.world.updates = { ...fake.world.updates, work: 'none' };
  await act(async () => fake.emit({ type: 'updates.changed' }));
  await settle();
  expect(buttonNamed('Resume')).toBeTruthy();
  expect(buttonNamed('Throw away what came')).toBeTruthy();
});

it.each([
  ['trial', 'This build is for trying out and gets no newer versions.'],
  ['foreign', 'Newer versions come the same way.'],
] as const)('22: a copy that gets none says why: %s', async (possible, words) => {
  await openSettings(emptyWorld({ updates: { ...emptyWorld().updates, possible } }), 'About');
  expect(page()).toContain(words);
  expect(document.querySelector('[aria-labelledby=updates-heading] button')).toBeNull();
});

it('22: a version that was found by itself has a line in the window until it is put off', async () => {
  const made = scenes['busy']?.(Date.now());
  if (made === undefined) throw new Error('no scene');
  const { fake } = await renderApp(made);
  fake.world.updates = { ...fake.world.updates, on: true, offer };
  await act(async () => fake.emit({ type: 'updates.changed' }));
  await settle();
  expect(page()).toContain('Keyshift 0.2.0 is available.');
  await pressNamed('Later');
  expect(page()).not.toContain('Keyshift 0.2.0 is available.');
});
