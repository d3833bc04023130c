// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { emptyWorld, type World } from '../../../preview/fake-world';
import { axeFindings } from '../axe';
import { buttonNamed, fieldNamed, openSettings, page, pressNamed, submitNamed, write } from '../open-settings';
import { pressKey } from '../open-talk';
import { renderApp, settle, type Running } from '../render-app';

const passphrase = 'five words lock this file';
const megabyte = 1_048_576;

const open = (world: World): Promise<Running> => openSettings(world, 'Backup');
const create = async (words = passphrase): Promise<void> => {
  write('Passphrase of the backup', words);
  write('Repeat the passphrase of the backup', words);
  await submitNamed('Create backup…');
};
const bar = (): HTMLProgressElement | null => document.querySelector('progress');
const stopped = (done: number, total: number): World => {
  const world = emptyWorld();
  world.identity.backupStopsAt = { done, total };
  return world;
};

describe('creating a backup', () => {
  it('says before it is made that without the identity key it opens with the recovery kit only, and says nothing of it where the key is', async () => {
    const words = 'This device does not hold your identity key, so neither does a backup made here.';
    const elsewhere = emptyWorld();
    elsewhere.identity.keyElsewhere = true;
    const { fake } = await open(elsewhere);
    expect(page()).toContain(words);
    // It came here meanwhile; the page is opened again.
    fake.world.identity.keyElsewhere = false;
    for (const tab of ['Identity', 'Backup']) {
      fireEvent.click(screen.getByRole('tab', { name: tab }));
      await settle();
    }
    expect(page()).not.toContain(words);
    expect(await axeFindings()).toEqual([]);
  });

  it('takes a strong passphrase twice, which is gone once sent, and tells where the file is', async () => {
    const { fake } = await open(emptyWorld());
    await create('password');
    expect(page()).toContain('That is too easy to guess for a file that can be copied.');
    expect(fake.calls).not.toContain('backup.create');
    fake.world.identity.chosenFile = undefined;
    await create();
    expect(page()).toContain('No file was chosen, so no backup was made.');
    expect(fieldNamed('Passphrase of the backup').value).toBe('');
    fake.world.identity.chosenFile = '/media/stick/ada';
    fake.world.failing.set('backup.create', 'disk.full');
    await create();
    expect(page()).toContain('The disk is full.');
    fake.world.failing.clear();
    await create();
    expect(page()).toContain('The backup is finished: /media/stick/ada.keyshift-backup, 1 MB.');
    expect(document.documentElement.innerHTML).not.toContain(passphrase);
    // Neither the form that was sent nor its progress is there to have the focus.
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-labelledby')).toBe('backup'));
    await pressNamed('Create another backup');
    expect(fieldNamed('Passphrase of the backup').value).toBe('');
  });

  it('shows how far it is, and can be cancelled', async () => {
    const { fake } = await open(stopped(0, 0));
    await create();
    expect(page()).toContain('Getting ready…');
    expect(bar()?.hasAttribute('value')).toBe(false);
    act(() => fake.emit({ type: 'backup.progress', done: 3 * megabyte, total: 12 * megabyte, state: 'running' }));
    expect(page()).toContain('25%: 3 MB of 12 MB');
    expect([bar()?.value, bar()?.max]).toEqual([3 * megabyte, 12 * megabyte]);
    await pressNamed('Cancel backup');
    expect(fake.calls).toContain('backup.cancel');
    expect(page()).toContain('The backup was cancelled. Nothing was left behind.');
    expect(bar()).toBeNull();
  });

  it('goes on while the settings are closed, and is told when it ends', async () => {
    const { fake } = await open(stopped(megabyte, 2 * megabyte));
    await create();
    await pressNamed('Close');
    expect(page()).not.toContain('The backup is finished');
    await act(async () => fake.world.identity.goOn());
    await settle();
    expect(page()).toContain('The backup is finished.');
  });

  it('hardening 17: a lock forgets it', async () => {
    const { fake, model } = await open(stopped(megabyte, 2 * megabyte));
    await create();
    act(() => {
      fake.world.vault = 'locked';
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    await act(async () => fake.world.identity.goOn());
    await settle();
    expect(model.backup.getState().phase).toEqual({ step: 'idle' });
    expect(page()).not.toContain('media');
  });
});

describe('restoring at the first start', () => {
  const first = async (world: World): Promise<Running> => {
    world.vault = 'absent';
    const running = await renderApp(world);
    await pressKey(buttonNamed('Restore from a backup'));
    return running;
  };
  const choose = async (words = passphrase): Promise<void> => {
    write('Passphrase of the backup', words);
    await submitNamed('Choose backup file…');
  };
  /** Chosen, and where it opens, wanted. */
  const restore = async (words = passphrase): Promise<void> => {
    await choose(words);
    if (screen.queryByRole('button', { name: 'Restore this backup' }) !== null) await pressNamed('Restore this backup');
  };

  it('says whose it is, how old, and what it takes the place of before it exists, and does nothing where it is not wanted', async () => {
    const { fake } = await first(emptyWorld());
    await choose();
    expect(page()).toContain('The profile of Ada Marlow');
    expect(page()).toMatch(/This backup was made on the device “Work laptop”, on .*: it is [\d,]+ days old\./);
    expect(page()).toMatch(/The newest message in it is from /);
    expect(page()).toContain('This computer takes the place of “Work laptop” as it was then');
    expect(fake.world.vault).toBe('absent');
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-labelledby')).toBe('restore-found'));
    expect(await axeFindings()).toEqual([]);
    await pressNamed('Do not restore it');
    expect(page()).toContain('Cancelled. Nothing was left behind.');
    expect(fake.world.vault).toBe('absent');
    Object.assign(fake.world.identity.foundBackup, { deviceName: '' });
    delete fake.world.identity.foundBackup.newestAt;
    await choose();
    expect(page()).toContain('There is no message in it.');
    // A device without a name is told as that.
    expect(page()).toMatch(/on a device without a name: it is .* old\..*takes the place of that device/s);
    expect(page()).not.toContain('“”');
    await pressNamed('Restore this backup');
    expect(fake.world.vault).toBe('open');
  });

  it('says what happens, refuses each wrong file in its own words, and opens what the right one holds', async () => {
    const { fake } = await first(emptyWorld());
    expect(page()).toContain('This computer becomes a new device of yours, with keys of its own.');
    expect(await axeFindings()).toEqual([]);
    await restore('');
    expect(page()).toContain('Enter the passphrase of the backup.');
    await restore('not this one');
    expect(page()).toContain('The backup did not open.');
    expect(document.activeElement).toBe(fieldNamed('Passphrase of the backup'));
    for (const [trouble, words] of [
      ['backup.garbled', 'This is not a backup of Keyshift'],
      ['backup.newer', 'This backup was made by a newer Keyshift.'],
      ['path.unusable', 'That file or folder cannot be used'],
    ] as const) {
      fake.world.identity.fileTrouble = trouble;
      await restore();
      expect(page()).toContain(words);
      expect(fieldNamed('Passphrase of the backup').value).toBe('');
    }
    fake.world.identity.chosenFile = undefined;
    await restore();
    expect(page()).toContain('No file was chosen, so nothing was done.');
    expect(fake.world.vault).toBe('absent');
    Object.assign(fake.world.identity, { chosenFile: '/media/stick/ada', fileTrouble: undefined });
    await restore();
    expect(fake.world.vault).toBe('open');
    expect(page()).toContain('Nobody here yet.');
    expect(page()).toContain('Your profile is back. Contacts learn of this device as they connect.');
    expect(document.documentElement.innerHTML).not.toContain(passphrase);
  });

  it('is told once, also where the settings of the backup, which come behind it, have another language', async () => {
    const world = emptyWorld();
    const { model } = await first(world);
    const toast = vi.spyOn(model.ui.getState(), 'toast');
    const told = (): readonly unknown[] => toast.mock.calls.map(([words]) => words);
    world.settings = { ...world.settings, language: 'de' };
    await restore();
    // Its words are read first, which takes as long as the machine has other things to do.
    await vi.waitFor(() => expect(page()).toContain('Noch niemand hier.'), { timeout: 15_000 });
    await settle();
    expect(told()).toEqual([expect.stringMatching(/profile is back|Profil ist wieder da/)]);
  });

  it('S4-26 A73: asks for the code of the recovery kit where the backup is of a device without the identity key, and says what is not possible without', async () => {
    const { fake } = await first(emptyWorld());
    const code = () => fieldNamed('Code of your recovery kit');
    expect(page()).not.toContain('Code of your recovery kit');
    fake.world.identity.fileTrouble = 'backup.not-certifier';
    await restore();
    expect(page()).toContain('Without the kit, and without a backup of the device that held the key, nobody can bring this identity back');
    expect(await axeFindings()).toEqual([]);
    write('Code of your recovery kit', 'not this one');
    await restore();
    expect(page()).toContain('That is not the recovery code of this identity');
    expect(code().getAttribute('aria-invalid')).toBe('true');
    expect(fake.world.vault).toBe('absent');
    // Its letters stay for another try, as those of a passphrase do not.
    expect([document.activeElement === code(), code().value]).toEqual([true, 'not this one']);
    write('Code of your recovery kit', fake.world.identity.recoveryCode);
    await restore('not this passphrase');
    expect(page()).toContain('The backup did not open.');
    expect(document.activeElement).toBe(fieldNamed('Passphrase of the backup'));
    expect([fieldNamed('Passphrase of the backup').value, code().value]).toEqual(['', fake.world.identity.recoveryCode]);
    await restore();
    expect(fake.world.vault).toBe('open');
    expect(document.documentElement.innerHTML).not.toContain(fake.world.identity.recoveryCode);
  });

  it('shows how far it is, can be cancelled, and leads back to a new identity', async () => {
    const world = stopped(2 * megabyte, 8 * megabyte);
    const { fake } = await first(world);
    await restore();
    expect(page()).toContain('25%: 2 MB of 8 MB');
    await pressNamed('Cancel restoring');
    expect(page()).toContain('Cancelled. Nothing was left behind.');
    expect(fake.world.vault).toBe('absent');
    world.identity.backupStopsAt = { done: 0, total: 8 * megabyte };
    await restore();
    // The file is there, and nothing is read of it before the passphrase is a key.
    expect(page()).toContain('The passphrase is made into a key, which takes a few seconds.');
    expect(page()).not.toContain('0%');
    await pressNamed('Cancel restoring');
    await pressNamed('Begin with a new identity');
    expect(buttonNamed('Create my keys')).toBeTruthy();
    expect(document.activeElement).toBe(fieldNamed('Your name'));
  });
});
