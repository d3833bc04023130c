import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallName } from '../../shared/contract/contract';
import { someOf } from '../support/exhaustive';
import { HeadlessPeer } from '../support/headless-peer';
import { passphrase, temporaryFolder } from '../support/two-peers';

const fileWords = 'seven unrelated words that nobody would ever guess';
/** Nobody else may read, write or see into anything that Keyshift made. */
const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

describe.skipIf(process.platform === 'win32')('files at the real door', () => {
  const folder = temporaryFolder();
  let ada: HeadlessPeer;
  /** One whose vault is still to be made. */
  let fresh: HeadlessPeer;
  let ids: { readonly contactId: string; readonly conversationId: string; readonly transferId: string; readonly link: string };
  const place = (): string => mkdtempSync(join(folder.path, 'place-'));
  const megabytes = (peer: HeadlessPeer): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${peer.pid}/status`, 'utf8'))?.[1]) / 1024;

  beforeAll(async () => {
    // Without a word of the system's own about who may read new files.
    const open = { listen: '127.0.0.1:0', within: ['sh', '-c', 'umask 000 && exec "$@"', 'sh'] };
    ada = await HeadlessPeer.start(join(folder.path, 'deep', 'ada'), open);
    fresh = await HeadlessPeer.start(join(folder.path, 'fresh'), open);
    const bo = await HeadlessPeer.start(join(folder.path, 'bo'), { listen: '127.0.0.1:0' });
    await ada.call('vault.create', { passphrase, name: 'Ada' });
    await bo.call('vault.create', { passphrase, name: 'Bo' });
    const { contactId } = await ada.call('contacts.acceptInvitation', { link: (await bo.call('contacts.createInvitation')).link });
    await ada.until('an answer', async () => (await ada.call('contacts.list'))[0]?.pending === false);
    await bo.end();
    const { conversationId } = await ada.call('conversations.open', { contactId });
    writeFileSync(join(folder.path, 'note.txt'), 'what is in it');
    const { transferId } = await ada.call('files.send', { conversationId, path: join(folder.path, 'note.txt') });
    ids = { contactId, conversationId, transferId, link: (await ada.call('contacts.createInvitation')).link };
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ada?.end(), fresh?.end()]);
    folder.release();
  });

  /** What writes to a path, each with something to write. */
  const written: readonly (readonly [CallName, () => Readonly<Record<string, unknown>>])[] = [
    ['identity.exportPrivate', () => ({ format: 'pem', passphrase: fileWords })],
    ['identity.exportPrivate', () => ({ format: 'pkcs12', passphrase: fileWords })],
    ['identity.exportPrivate', () => ({ format: 'backup', passphrase: fileWords })],
    ['identity.saveRecoveryKit', () => ({})],
    ['contacts.saveInvitation', () => ({ link: ids.link })],
    ['contacts.saveInvitationPicture', () => ({ link: ids.link })],
    ['backup.create', () => ({ passphrase: fileWords })],
    ['conversations.export', () => ({ conversationId: ids.conversationId, format: 'html' })],
    ['conversations.export', () => ({ conversationId: ids.conversationId, format: 'json' })],
    ['conversations.export', () => ({ conversationId: ids.conversationId, format: 'archive' })],
    ['envelopes.save', () => ({ contactId: ids.contactId })],
    ['files.save', () => ({ transferId: ids.transferId })],
  ];
  const read: readonly (readonly [CallName, () => Readonly<Record<string, unknown>>])[] = [
    ['identity.importPrivate', () => ({ passphrase: fileWords })],
    ['contacts.openInvitation', () => ({})],
    ['conversations.checkArchive', () => ({})],
    ['envelopes.open', () => ({})],
    ['files.send', () => ({ conversationId: ids.conversationId })],
    ['backup.restore', () => ({ passphrase: fileWords })],
  ];
  const titled = (list: typeof written): [string, CallName, () => Readonly<Record<string, unknown>>][] => list.map(([name, params], at) => [`${name} (${at + 1})`, name, params]);

  it.each(titled(written))('A87: %s writes for the user alone, also under a name of 255 bytes and whatever the system leaves open to all', { timeout: 60_000 }, async (_title, name, params) => {
    const at = place();
    // Three bytes for each character, and what a person may have called a file on Linux.
    // Files of keys take a second each for their passphrase: one of the odd names for each commit, all by npm run exhaustive.
    const names = ['plain', '漢'.repeat(85), 'a\nb\u0007\u202egnp', 'CON', 'trailing. . .', '-rf'];
    const files = name === 'identity.exportPrivate' ? someOf(names, 1, names.slice(1, 2)) : names;
    for (const file of files) {
      const answer = await ada.ask(name, { ...params(), path: join(at, file) });
      expect(answer.error, `${file}: ${answer.error?.message}`).toBeUndefined();
      expect(modeOf(join(at, file))).toBe(0o600);
    }
    expect(readdirSync(at)).toHaveLength(files.length);
    expect((await ada.ask(name, { ...params(), path: join(at, 'x'.repeat(300)) })).error?.data.code).toBe('path.unusable');
    expect(readdirSync(at)).toHaveLength(files.length);
  });

  it.each(titled(written))('%s leaves alone what lies there and is something else, and goes through no link', { timeout: 60_000 }, async (_title, name, params) => {
    const at = place();
    const elsewhere = join(at, 'elsewhere');
    writeFileSync(elsewhere, 'of somebody else');
    writeFileSync(join(at, 'other'), 'another kind of file');
    symlinkSync(elsewhere, join(at, 'link'));
    symlinkSync(join(at, 'nothing there'), join(at, 'dangling'));
    symlinkSync('circle', join(at, 'circle'));
    symlinkSync('/dev/null', join(at, 'to a device'));
    mkdirSync(join(at, 'folder'));
    expect(spawnSync('mkfifo', [join(at, 'pipe')]).status).toBe(0);
    const before = readdirSync(at).toSorted();
    for (const file of ['other', 'link', 'dangling', 'circle', 'to a device', 'pipe', 'folder', 'other/below', 'missing/below', 'circle/below']) {
      // Envelopes go into a folder, under a name of their own.
      if (name === 'envelopes.save' && file === 'folder') continue;
      const { error } = await ada.ask(name, { ...params(), path: join(at, file) });
      expect([file, error?.data.code]).toEqual([file, file.endsWith('below') ? 'path.unusable' : 'path.taken']);
      expect(error?.message).toMatch(/left as it is|Nothing was changed|not a file|Choose a file/);
    }
    expect(readdirSync(at).toSorted()).toEqual(before);
    expect([readFileSync(elsewhere, 'utf8'), readFileSync(join(at, 'other'), 'utf8'), readlinkSync(join(at, 'link'))]).toEqual(['of somebody else', 'another kind of file', elsewhere]);
    expect(existsSync(join(at, 'nothing there'))).toBe(false);
  });

  it.each(titled(read))('%s refuses what is no file, what never ends and what is huge, at once and in little memory', { timeout: 60_000 }, async (_title, name, params) => {
    const at = place();
    expect(spawnSync('mkfifo', [join(at, 'pipe')]).status).toBe(0);
    symlinkSync('circle', join(at, 'circle'));
    symlinkSync('/dev/zero', join(at, 'endless'));
    mkdirSync(join(at, 'folder'));
    writeFileSync(join(at, 'empty'), '');
    // Takes no room; larger than any memory.
    writeFileSync(join(at, 'huge'), '');
    truncateSync(join(at, 'huge'), 512 * 1024 ** 3);
    const peer = name === 'backup.restore' ? fresh : ada;
    await peer.call('vault.status');
    const before = megabytes(peer);
    for (const file of ['pipe', 'circle', 'endless', 'folder', 'empty', 'huge', 'missing', 'empty/below', 'x'.repeat(300)]) {
      const { error } = await peer.ask(name, { ...params(), path: join(at, file) });
      expect(error?.data.code, file).toMatch(/^(?:path\.unusable|file\.(?:gone|empty|too-large)|disk\.full|[a-z-]+\.garbled)$/);
    }
    expect(await peer.call('vault.status')).toMatchObject({ state: peer === fresh ? 'absent' : 'open' });
    expect(megabytes(peer) - before).toBeLessThan(64);
  });

  it('A87: whatever lies in the profile is for the user alone', () => {
    const profile = join(folder.path, 'deep', 'ada');
    expect(modeOf(profile)).toBe(0o700);
    const inside = readdirSync(profile, { recursive: true, encoding: 'utf8' });
    expect(inside.length).toBeGreaterThan(4);
    for (const name of inside) expect([name, modeOf(join(profile, name))]).toEqual([name, statSync(join(profile, name)).isDirectory() ? 0o700 : 0o600]);
  });
});
