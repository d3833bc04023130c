// @vitest-environment jsdom
import { act, fireEvent } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import { emptyWorld } from '../../../preview/fake-world';
import { axeFindings } from '../axe';
import { fieldNamed, openSettings, page, pressNamed, submitNamed, write } from '../open-settings';
import { settle, type Running } from '../render-app';

const next = 'a garden with four gates';

it('A88: with a new key for everything the window is locked and says how far it is; stopped, it says that all is as before', async () => {
  const { fake } = await openSettings(emptyWorld(), 'Security');
  const old = fake.world.passphrase;
  write('Current passphrase', old);
  write('New passphrase', next);
  write('Repeat new passphrase', next);
  act(() => fieldNamed('Also a new key for everything that is stored').click());
  expect(page()).toContain('needs as much free space again');
  await submitNamed('Change passphrase');
  expect(page()).toContain('Everything gets a new key');
  expect(page()).toContain('39 MB of 113 MB');
  // Where the focus was is gone; whoever hears the window hears this.
  expect(document.activeElement?.textContent).toBe('Everything gets a new key');
  // Nobody is asked for a passphrase that has no use now, and none stands anywhere.
  expect(document.querySelectorAll('input')).toHaveLength(0);
  expect(document.documentElement.innerHTML).not.toContain(next);
  expect(await axeFindings()).toEqual([]);
  await pressNamed('Stop, and leave it as it was');
  await settle();
  expect(page()).toContain('Nobody here yet.');
  expect(page()).toContain('Stopped. Your passphrase and everything else are as before.');
  expect(fake.world.passphrase).toBe(old);
});

it('a disk without room for it is told before anything is locked, once, with how much it takes', async () => {
  const world = emptyWorld();
  world.roomForNewKey = 530_000_000;
  const { fake } = await openSettings(world, 'Security');
  write('Current passphrase', fake.world.passphrase);
  write('New passphrase', next);
  write('Repeat new passphrase', next);
  act(() => fieldNamed('Also a new key for everything that is stored').click());
  await submitNamed('Change passphrase');
  expect(page().split('506\u00a0MB have to be free for this')).toHaveLength(2);
  expect(page()).not.toContain('Everything gets a new key');
  expect(fake.world.vault).toBe('open');
});

it('a passphrase that is wrong is said at its field, which has the focus: all fields are empty by then', async () => {
  const { fake } = await openSettings(emptyWorld(), 'Security');
  write('Current passphrase', 'not this one');
  write('New passphrase', next);
  write('Repeat new passphrase', next);
  act(() => fieldNamed('Repeat new passphrase').focus());
  await submitNamed('Change passphrase');
  expect(page()).toContain('That is not the passphrase');
  expect(document.activeElement).toBe(fieldNamed('Current passphrase'));
  expect(fake.world.passphrase).not.toBe(next);
});

const fields = ['Current passphrase', 'New passphrase', 'Repeat new passphrase'];

it('an answer that comes late leaves whoever has gone to another field there', async () => {
  const { model } = await openSettings(emptyWorld(), 'Security');
  const late: { refuse?: () => void } = {};
  vi.spyOn(model.client.vault, 'changePassphrase').mockReturnValue(new Promise((_done, refuse) => (late.refuse = () => refuse(new KeyshiftError('vault.wrong-passphrase', '')))));
  for (const name of fields) write(name, name === 'Current passphrase' ? 'not this one' : next);
  act(() => fieldNamed('Repeat new passphrase').focus());
  await submitNamed('Change passphrase');
  act(() => fieldNamed('New passphrase').focus());
  late.refuse?.();
  await settle();
  expect(page()).toContain('That is not the passphrase');
  expect(document.activeElement).toBe(fieldNamed('New passphrase'));
});

const same = 'That is the passphrase you have now. Choose another one.';

it('what is missing is said at its field, which has the focus; the passphrase one has is no new one, unless everything gets a new key', async () => {
  const { fake } = await openSettings(emptyWorld(), 'Security');
  const { passphrase } = fake.world;
  await submitNamed('Change passphrase');
  expect(page()).toContain('Enter the passphrase you have now.');
  expect(page()).toContain('Use at least 8 characters.');
  expect(document.activeElement).toBe(fieldNamed('Current passphrase'));
  for (const name of fields) write(name, passphrase);
  expect(page()).not.toContain('Enter the passphrase you have now.');
  await submitNamed('Change passphrase');
  expect(page()).toContain(same);
  expect(document.activeElement).toBe(fieldNamed('New passphrase'));
  expect(await axeFindings()).toEqual([]);
  expect(fake.calls).not.toContain('vault.changePassphrase');
  for (const name of fields) expect(fieldNamed(name).value).toBe('');
  for (const name of fields) write(name, passphrase);
  expect(page()).not.toContain(same);
  act(() => fieldNamed('Also a new key for everything that is stored').click());
  await submitNamed('Change passphrase');
  expect(fake.calls).toContain('vault.changePassphrase');
});

it('asking whether the passphrase is the one there is opens nothing that was locked in the same moment', async () => {
  const { fake } = await openSettings(emptyWorld(), 'Security');
  const { passphrase } = fake.world;
  for (const name of fields) write(name, passphrase);
  fake.world.vault = 'locked';
  await submitNamed('Change passphrase');
  expect(fake.calls.filter((name) => name.startsWith('vault.'))).not.toContain('vault.unlock');
  expect(fake.world.vault).toBe('locked');
});

it('a wrong passphrase is said before anything of the new one: also where both are the same', async () => {
  const { fake } = await openSettings(emptyWorld(), 'Security');
  for (const name of fields) write(name, 'not the one there is');
  await submitNamed('Change passphrase');
  expect(page()).toContain('That is not the passphrase');
  expect(page()).not.toContain(same);
  expect(document.activeElement).toBe(fieldNamed('Current passphrase'));
  expect(fake.calls).not.toContain('vault.changePassphrase');
  expect(fake.world.vault).toBe('open');
  // Of another one it is not said before it was tried.
  write('Current passphrase', 'another one');
  await vi.waitFor(() => expect(page()).not.toContain('That is not the passphrase'));
});

it('that the new passphrase is the one there is stands no longer than it is true: not beside another new one, nor once everything gets a new key', async () => {
  const { fake } = await openSettings(emptyWorld(), 'Security');
  const { passphrase } = fake.world;
  const typeSame = async (): Promise<void> => {
    for (const name of fields) write(name, passphrase);
    await submitNamed('Change passphrase');
    expect(page()).toContain(same);
  };
  await typeSame();
  act(() => fieldNamed('Also a new key for everything that is stored').click());
  expect(page()).not.toContain(same);
  act(() => fieldNamed('Also a new key for everything that is stored').click());
  await typeSame();
  write('New passphrase', next);
  expect(page()).not.toContain(same);
  write('Current passphrase', passphrase);
  write('Repeat new passphrase', next);
  await submitNamed('Change passphrase');
  expect(fake.world.passphrase).toBe(next);
  expect(page()).not.toContain(same);
});

/** Asked for a change whose answer waits until it is let go. */
async function changing(newPassphrase = next): Promise<{ readonly running: Running; readonly end: (thrown?: Error) => Promise<void> }> {
  const running = await openSettings(emptyWorld(), 'Security');
  let end = (_thrown?: Error): void => undefined;
  vi.spyOn(running.model.client.vault, 'changePassphrase').mockReturnValue(new Promise((done, refuse) => (end = (thrown) => (thrown === undefined ? done(null) : refuse(thrown)))));
  write('Current passphrase', running.fake.world.passphrase);
  write('New passphrase', newPassphrase);
  write('Repeat new passphrase', newPassphrase);
  await submitNamed('Change passphrase');
  return {
    running,
    end: async (thrown) => {
      end(thrown);
      await settle();
    },
  };
}

it('Enter pressed twice asks once, and calls nothing wrong in fields that are empty by then', async () => {
  const { running, end } = await changing();
  fireEvent.submit(fieldNamed('New passphrase').form ?? document.body);
  await end();
  expect(running.model.client.vault.changePassphrase).toHaveBeenCalledTimes(1);
  expect(page()).toContain('The passphrase is changed.');
  expect(page()).not.toContain('Use at least 8 characters.');
});

it('that it could not be changed is told wherever one is by then', async () => {
  const { running, end } = await changing();
  act(() => running.model.ui.getState().closeDialog());
  await end(new KeyshiftError('vault.wrong-passphrase', ''));
  expect(page()).toContain('That is not the passphrase');
});
