// @vitest-environment jsdom
import { act, fireEvent } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { emptyWorld, type World } from '../../../preview/fake-world';
import { scenes } from '../../../preview/scenes';
import { fieldNamed, openSettings, page, pressNamed, submitNamed, write } from '../open-settings';
import { settle, type Running } from '../render-app';

const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const open = (world: World): Promise<Running> => openSettings(world, 'Organisations');
const scene = (): World => scenes['organisations']?.(Date.now()) ?? emptyWorld();
const dialogs = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role=dialog]')];
const items = (): string[] => [...document.querySelectorAll('.authority')].map((item) => item.textContent ?? '');

describe('organisations', () => {
  it('A46: none is needed; one is added by pasting, refused with a reason, and a private key is not kept on the screen', async () => {
    const { fake } = await open(emptyWorld());
    expect(page()).toContain('None is needed: comparing safety numbers does without.');
    await pressNamed('Add organisation…');
    for (const secret of ['-----BEGIN PRIVATE KEY-----\nSECRET', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nSECRET', 'KEYSHIFTKEY\u0000SECRET']) {
      write('Certificate (PEM)', secret);
      expect([page().includes('This is a private key. It belongs nowhere here'), document.documentElement.innerHTML.includes('SECRET'), fieldNamed('Certificate (PEM)').value]).toEqual([true, false, '']);
    }
    for (const [code, words] of [
      ['authority.unacceptable', 'This is not the certificate of an organisation that may vouch for others.'],
      ['authority.expired', 'This certificate has expired.'],
      ['authority.already-known', 'That organisation is in your list already.'],
      ['key.garbled', 'This is not what belongs here, or a part of it is missing.'],
    ] as const) {
      fake.world.failing.set('authorities.import', code);
      write('Certificate (PEM)', certificate);
      await submitNamed('Add organisation');
      expect(page()).toContain(words);
    }
    write('Certificate (PEM)', certificate);
    expect(page()).not.toContain('This is not what belongs here');
    // Cut off in the middle: told before anything is tried.
    write('Certificate (PEM)', '');
    write('Certificate (PEM)', certificate.slice(0, -12));
    expect(page()).toContain('This is not what belongs here, or a part of it is missing.');
    expect(fake.world.identity.authorities).toEqual([]);
    fake.world.failing.clear();
    write('Certificate (PEM)', certificate);
    await submitNamed('Add organisation');
    expect(dialogs()).toHaveLength(1);
    expect(items()).toHaveLength(1);
    expect(items()[0]).toContain('Vouches for none of your contacts.');
  });

  it('takes a dropped file, text or DER, and says when it is too large', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('Add organisation…');
    const drop = async (file: File): Promise<void> => {
      const place = document.querySelector('.drop-place');
      if (place === null) throw new Error('nowhere to drop');
      fireEvent.drop(place, { dataTransfer: { files: [file] } });
      await settle();
    };
    await drop(fileOf(new Uint8Array(3 * 1_048_576), 'film.mkv'));
    expect(page()).toContain('That file is too large to be this.');
    await drop(fileOf(Uint8Array.from([0x30, 3, 1, 2, 3]), 'ca.der'));
    expect(fieldNamed('Certificate (PEM)').value).toBe('-----BEGIN CERTIFICATE-----\nMAMBAgM=\n-----END CERTIFICATE-----\n');
    expect(page()).toContain('Taken from ca.der.');
    await submitNamed('Add organisation');
    expect(fake.world.identity.authorities).toHaveLength(1);
    // A private key as bare bytes: PKCS #8, and an encrypted one.
    await pressNamed('Update revocation list…');
    for (const bytes of [[0x30, 6, 2, 1, 0, 0x30, 1, 5], [0x30, 7, 0x30, 3, 6, 1, 0x2a, 4, 0]]) {
      await drop(fileOf(Uint8Array.from(bytes), 'key.der'));
      expect([page().includes('This is a private key.'), fieldNamed('Revocation list (PEM)').value, page().includes('Taken from key.der')]).toEqual([true, '', false]);
      write('Revocation list (PEM)', 'x');
    }
  });

  it('of two files the one that was chosen last counts, however late the other is read, and neither where something was typed since', async () => {
    await open(emptyWorld());
    await pressNamed('Add organisation…');
    const place = document.querySelector('.drop-place') ?? expect.unreachable('nowhere to drop');
    const drop = async (file: File): Promise<void> => {
      fireEvent.drop(place, { dataTransfer: { files: [file] } });
      await settle();
    };
    const bytes = Uint8Array.from([0x30, 3, 1, 2, 3]);
    const late: (() => Promise<void>)[] = [];
    const slow = (end: (resolve: (read: ArrayBuffer) => void, reject: (fault: Error) => void) => void): File =>
      Object.assign(fileOf(bytes, 'slow.der'), { arrayBuffer: () => new Promise<ArrayBuffer>((resolve, reject) => late.push(() => act(async () => end(resolve, reject)))) });
    await drop(slow((resolve) => resolve(new TextEncoder().encode('-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n').buffer)));
    await drop(slow((_resolve, reject) => reject(new Error('gone'))));
    await drop(fileOf(bytes, 'ca.der'));
    for (const end of late.splice(0)) await end();
    expect(fieldNamed('Certificate (PEM)').value).toContain('MAMBAgM=');
    expect(page()).toContain('Taken from ca.der.');
    await drop(slow((resolve) => resolve(bytes.buffer)));
    write('Certificate (PEM)', 'typed since');
    for (const end of late) await end();
    expect(fieldNamed('Certificate (PEM)').value).toBe('typed since');
  });

  it('tells what each is worth now, and follows when that changes', async () => {
    const { fake } = await open(scene());
    const [acme, university, guild, next] = items();
    expect(acme).toContain('Vouches for 3 of your contacts.');
    expect(acme).toContain('4 certificates taken back.');
    expect(university).toContain('This list is out of date.');
    expect(guild).toContain('so it vouches for nobody');
    expect(guild).not.toContain('of your contacts');
    expect(next).toContain('Not valid yet');
    await pressNamed('Update revocation list…');
    write('Revocation list (PEM)', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n');
    await submitNamed('Update list');
    expect(items()[0]).toContain('one certificate taken back.');
    act(() => {
      fake.world.identity.authorities = fake.world.identity.authorities.slice(0, 1);
      fake.emit({ type: 'authorities.changed' });
    });
    await settle();
    expect(items()).toHaveLength(1);
  });

  it('is removed only after it was said what is lost', async () => {
    const { fake } = await open(scene());
    await pressNamed('Remove Acme CA…');
    expect(dialogs().at(-1)?.textContent).toContain('3 contacts lose the words “Vouched for by Acme CA”.');
    expect(document.activeElement?.textContent).toBe('Keep it');
    await pressNamed('Keep it');
    expect(fake.world.identity.authorities).toHaveLength(4);
    await pressNamed('Remove Acme CA…');
    await pressNamed('Remove Acme CA');
    expect(items().map((item) => item.slice(0, 4))).not.toContain('Acme');
    expect(dialogs()).toHaveLength(1);
  });

  it('a request goes out as text, a certificate comes in as text, and showing it can be ended', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('Certificate request…');
    expect(fieldNamed('Certificate request (PEM)').value).toContain('BEGIN CERTIFICATE REQUEST');
    await pressNamed('Close');
    fake.world.failing.set('identity.importEndorsement', 'endorsement.other-key');
    await pressNamed('Enter certificate…');
    write('Certificate (PEM)', certificate);
    await submitNamed('Show it to contacts');
    expect(page()).toContain('This certificate is for another key than the one you use now.');
    fake.world.failing.clear();
    write('Certificate (PEM)', certificate);
    await submitNamed('Show it to contacts');
    expect(page()).toContain('Acme CA, until');
    fake.world.identity.endorsements = fake.world.identity.endorsements.map((one) => ({ ...one, takenBack: true as const }));
    fake.emit({ type: 'authorities.changed' });
    await settle();
    expect(page()).toContain('Acme CA took back its word');
    await pressNamed('Show none of it…');
    expect(dialogs().at(-1)?.textContent).toContain('Contacts no longer see that Acme CA vouches for you.');
    await pressNamed('Show none');
    expect(page()).toContain('No organisation vouches for your key in use.');
    expect(fake.world.identity.endorsements).toEqual([]);
  });
});

/** jsdom's files have no `arrayBuffer`. */
function fileOf(bytes: Uint8Array<ArrayBuffer>, name: string): File {
  return Object.assign(new File([bytes], name), { arrayBuffer: () => Promise.resolve(bytes.buffer) });
}
