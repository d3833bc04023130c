// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import { emptyWorld, type World } from '../../../preview/fake-world';
import { alertIn, buttonNamed, choose, dialog, fieldNamed, openSettings, page, pressNamed, scene, submitNamed, write } from '../open-settings';
import { settle, type Running } from '../render-app';

const passphrase = 'five words lock this file';

const open = (world: World): Promise<Running> => openSettings(world, 'Identity');
const twice = (words: string, again = words): void => {
  write('Passphrase of the file', words);
  write('Repeat the passphrase of the file', again);
};

describe('key files', () => {
  it('S5-21: the public key, as a card and as a certificate', async () => {
    await open(emptyWorld());
    await pressNamed('Export public key…');
    expect(fieldNamed('Contact card').value).toBe('keyshift-card:AAAA');
    await choose('Certificate (PEM)');
    expect(fieldNamed('Certificate (PEM)').value).toContain('BEGIN CERTIFICATE');
    expect(buttonNamed('Copy certificate')).toBeTruthy();
    expect(dialog().textContent).toContain('For people with Keyshift and for other programs');
  });

  it('S5-21: of a renewed key it says that a certificate lets nobody add one', async () => {
    await open(scene('identity-stolen'));
    await pressNamed('Export public key…');
    await choose('Certificate (PEM)');
    expect(dialog().textContent).toContain('It lets nobody add you, as nothing in it shows that your renewed key is yours: for that give them the card.');
  });

  it('S5-25: the private key goes out under a passphrase that is strong, typed twice, and gone from the fields once sent', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('Export private key…');
    for (const [words, again, fault] of [
      ['short', 'short', 'Use at least 8 characters.'],
      ['password', 'password', 'That is too easy to guess for a file'],
      [passphrase, `${passphrase}!`, 'The two passphrases differ.'],
    ] as const) {
      twice(words, again);
      await submitNamed('Export private key…');
      expect(dialog().textContent).toContain(fault);
    }
    expect(fake.calls).not.toContain('identity.exportPrivate');
    expect(document.activeElement).toBe(fieldNamed('Repeat the passphrase of the file'));
    fake.world.identity.chosenFile = undefined;
    twice(passphrase);
    await submitNamed('Export private key…');
    expect(dialog().textContent).toContain('No file was chosen, so nothing was done.');
    expect(fieldNamed('Passphrase of the file').value).toBe('');
    expect(fieldNamed('Repeat the passphrase of the file').value).toBe('');
    fake.world.identity.chosenFile = '/media/stick/me';
    twice(passphrase);
    await choose(/^PKCS #12/);
    await submitNamed('Export private key…');
    expect(dialog().textContent).toContain('Your private key is in the file /media/stick/me.p12.');
    expect(document.documentElement.innerHTML).not.toContain(passphrase);
  });

  it('S5-25: put away meanwhile, it is told all the same where the private key lies, or that it lies nowhere', async () => {
    const { model } = await open(emptyWorld());
    for (const [end, words] of [
      [(answer: (made: { path: string }) => void) => answer({ path: '/media/stick/me.p12' }), 'Your private key is in the file /media/stick/me.p12.'],
      [(_answer: unknown, refuse: (thrown: Error) => void) => refuse(new KeyshiftError('disk.failed', '')), 'Reading or writing the disk failed.'],
    ] as const) {
      let [answer, refuse] = [(_made: { path: string }): void => undefined, (_thrown: Error): void => undefined];
      vi.spyOn(model.client.identity, 'exportPrivate').mockReturnValueOnce(new Promise((done, reject) => ([answer, refuse] = [done, reject])));
      await pressNamed('Export private key…');
      twice(passphrase);
      await submitNamed('Export private key…');
      await pressNamed('Cancel');
      end(answer, refuse);
      await settle();
      expect(page()).toContain(words);
    }
  });

  it('S5-26 A80: whatever is wrong with a file has its own sentence, and changes nothing', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('Import private key…');
    for (const [trouble, words] of [
      ['key-file.garbled', 'This is not a key file of a kind that is taken (Keyshift’s own, PKCS #12, PEM with a passphrase)'],
      ['key-file.older', 'This file holds an earlier key of yours.'],
      ['key-file.other-person', 'This file holds the key of somebody else.'],
      ['key-file.too-weak', 'This file is not protected by a passphrase, or too weakly'],
      ['key.unacceptable', 'This key is not taken: it is damaged, out of date or too weak'],
    ] as const) {
      fake.world.identity.fileTrouble = trouble;
      write('Passphrase of the file', passphrase);
      await submitNamed('Choose file…');
      expect(alertIn(dialog())).toContain(words);
      expect(fieldNamed('Passphrase of the file').value).toBe('');
    }
    expect(fake.world.identity.unconfirmed).toBe(false);
    expect(fake.world.identity.ownKeys).toHaveLength(1);
  });

  it('where another device holds the key, importing says what that device gives up and keeps; elsewhere nothing is said of it', async () => {
    const words = 'your recovery key stays there until the kit is printed';
    const { fake } = await open(emptyWorld());
    await pressNamed('Import private key…');
    expect(dialog().textContent).not.toContain(words);
    await pressNamed('Cancel');
    fake.world.identity.keyElsewhere = true;
    for (const tab of ['Backup', 'Identity']) {
      fireEvent.click(screen.getByRole('tab', { name: tab }));
      await settle();
    }
    await pressNamed('Import private key…');
    expect(dialog().textContent).toContain(words);
  });

  it('an answer that comes late leaves whoever is elsewhere in the dialog there', async () => {
    const { model } = await open(emptyWorld());
    await pressNamed('Import private key…');
    const late: { refuse?: () => void } = {};
    vi.spyOn(model.client.identity, 'importPrivate').mockReturnValue(new Promise((_done, refuse) => (late.refuse = () => refuse(new Error('late')))));
    write('Passphrase of the file', passphrase);
    await submitNamed('Choose file…');
    act(() => buttonNamed('Cancel').focus());
    late.refuse?.();
    await settle();
    expect(document.activeElement).toBe(buttonNamed('Cancel'));
  });

  it('S5-26 A81: a wrong passphrase can be entered again; the imported key becomes the one in use, and asks for the word about other devices', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('Import private key…');
    await submitNamed('Choose file…');
    expect(dialog().textContent).toContain('Enter the passphrase of the file.');
    write('Passphrase of the file', 'not this one');
    await submitNamed('Choose file…');
    expect(dialog().textContent).toContain('The file did not open.');
    expect(document.activeElement).toBe(fieldNamed('Passphrase of the file'));
    write('Passphrase of the file', passphrase);
    await submitNamed('Choose file…');
    expect(fake.world.identity.unconfirmed).toBe(true);
    expect(page()).toContain('Key number 2 is in use.');
    expect(buttonNamed('No other device uses this key')).toBeTruthy();
  });

  it('hardening 17: while a passphrase can be read the window is kept out of screenshots, and then as set before', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('Import private key…');
    await pressNamed('Show: Passphrase of the file');
    expect(fieldNamed('Passphrase of the file').type).toBe('text');
    expect(fake.world.settings.contentProtection).toBe(true);
    await pressNamed('Hide: Passphrase of the file');
    expect(fieldNamed('Passphrase of the file').type).toBe('password');
    expect(fake.world.settings.contentProtection).toBe(false);
    await pressNamed('Show: Passphrase of the file');
    await pressNamed('Cancel');
    expect(fake.world.settings.contentProtection).toBe(false);
  });

  it('hardening 17: where the person hides the window always, it stays hidden', async () => {
    const world = emptyWorld();
    world.settings = { ...world.settings, contentProtection: true };
    const { fake } = await open(world);
    await pressNamed('Import private key…');
    await pressNamed('Show: Passphrase of the file');
    await pressNamed('Cancel');
    expect(fake.world.settings.contentProtection).toBe(true);
    expect(fake.calls).not.toContain('settings.set');
  });
});
