import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { someOf } from '../support/exhaustive';
import { HeadlessPeer, RpcError } from '../support/headless-peer';
import { passphrase, temporaryFolder } from '../support/two-peers';

/** What may have come to stand under the name of a file of the profile. */
const odd: Readonly<Record<string, (path: string) => void>> = {
  'a pipe': (path) => void execFileSync('mkfifo', ['-m', '600', path]),
  'a folder': (path) => mkdirSync(path),
  'a link to a device that never ends': (path) => symlinkSync('/dev/zero', path),
  'a link in a circle': (path) => symlinkSync(path, path),
  'a file larger than any memory': (path) => {
    writeFileSync(path, '', { mode: 0o600 });
    truncateSync(path, 512 * 1024 ** 3);
  },
};
const kinds = Object.keys(odd);
/** What a start may wait for without an end, and another one for each commit; all by `npm run exhaustive`. */
const some = someOf(kinds, 1, ['a pipe', 'a link to a device that never ends']);
/** What is read by a wait for ever ends here, so that it is a failure of the test and no process that stays. */
const within = ['timeout', '--signal=KILL', '30'];

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

describe.skipIf(process.platform === 'win32')('a profile of which this user has no right on a file', () => {
  const folder = temporaryFolder();
  const profile = join(folder.path, 'ann');
  const at = (name: string): string => join(profile, name);
  // Root has every right.
  const asUser = isRoot ? [...within, 'setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : within;
  const begin = (): Promise<HeadlessPeer> => HeadlessPeer.start(profile, { within: asUser, listen: '127.0.0.1:0' });

  beforeAll(async () => {
    if (isRoot) chownSync(folder.path, nobody, nobody);
    const peer = await begin();
    await peer.call('vault.create', { passphrase, name: 'Ann' });
    await peer.call('settings.set', { findOnNetwork: false, proxy: 'socks5://127.0.0.1:9' });
    await peer.end();
  }, 60_000);

  afterAll(() => folder.release());

  it('A89: preferences that cannot be read keep nobody from starting, dial past no proxy, and are kept as they were when others are written', async () => {
    const before = readFileSync(at('preferences.json'));
    chmodSync(at('preferences.json'), 0);
    const peer = await begin();
    await peer.call('vault.unlock', { passphrase });
    expect((await peer.call('settings.get')).proxy).toMatch(/unreadable/);
    await peer.call('settings.set', { theme: 'dark' });
    expect(await peer.end()).toBe(0);
    chmodSync(at('preferences.broken.json'), 0o600);
    expect(readFileSync(at('preferences.broken.json'))).toEqual(before);
    expect(JSON.parse(readFileSync(at('preferences.json'), 'utf8')).settings).toMatchObject({ theme: 'dark', proxy: expect.stringMatching(/unreadable/) });
    renameSync(at('preferences.broken.json'), at('preferences.json'));
  }, 60_000);

  it('A89: a database or a vault without the right to it: the start says that the folder cannot be used, and all is there once there is one', async () => {
    for (const [name, mode] of [['keyshift.db', 0o400], ['keyshift.db', 0], ['vault', 0]] as const) {
      chmodSync(at(name), mode);
      const peer = await begin();
      try {
        await expect(peer.call('vault.unlock', { passphrase })).rejects.toMatchObject({ code: 'profile.unreadable', message: expect.stringMatching(/Give your user account both rights/) });
      } finally {
        await peer.end();
        chmodSync(at(name), 0o600);
      }
    }
    const peer = await begin();
    await peer.call('vault.unlock', { passphrase });
    expect((await peer.call('identity.get')).name).toBe('Ann');
    await peer.end();
  }, 60_000);
});

describe.skipIf(process.platform === 'win32')('a profile in which something else has the name of a file', () => {
  const folder = temporaryFolder();
  const profile = join(folder.path, 'ann');
  const at = (name: string): string => join(profile, name);
  let peerId: string;

  const begin = (): Promise<HeadlessPeer> => HeadlessPeer.start(profile, { within });
  const opens = async (peer: HeadlessPeer): Promise<string> => {
    await peer.call('vault.unlock', { passphrase });
    return (await peer.call('identity.get')).peerId;
  };

  beforeAll(async () => {
    const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
    await peer.call('vault.create', { passphrase, name: 'Ann' });
    await peer.call('settings.set', { findOnNetwork: false, proxy: 'socks5://127.0.0.1:9' });
    peerId = (await peer.call('identity.get')).peerId;
    await peer.end();
  }, 60_000);

  afterAll(() => folder.release());

  it.each(some)('A89: preferences that are %s keep nobody from starting, dial past no proxy, are put aside and can be kept anew', async (kind) => {
    const before = readFileSync(at('preferences.json'));
    rmSync(at('preferences.json'));
    odd[kind]?.(at('preferences.json'));
    const isLink = lstatSync(at('preferences.json')).isSymbolicLink();
    try {
      for (const start of ['first', 'second']) {
        const peer = await begin();
        expect([start, await opens(peer)]).toEqual([start, peerId]);
        expect((await peer.call('settings.get')).proxy).toMatch(/unreadable/);
        if (start === 'second') await peer.call('settings.set', { proxy: 'socks5://127.0.0.1:10' });
        expect(await peer.end()).toBe(0);
      }
      expect(lstatSync(at('preferences.broken.json')).isSymbolicLink()).toBe(isLink);
      expect(JSON.parse(readFileSync(at('preferences.json'), 'utf8')).settings.proxy).toBe('socks5://127.0.0.1:10');
    } finally {
      for (const name of ['preferences.json', 'preferences.broken.json']) rmSync(at(name), { recursive: true, force: true });
      writeFileSync(at('preferences.json'), before, { mode: 0o600 });
    }
  }, 60_000);

  it.each(['vault', 'keyshift.db', 'keyshift.db-wal'])('A89: a %s that is something else is damage, said at once, and left as it is; with the file back everything is there', async (name) => {
    const isThere = existsSync(at(name));
    for (const kind of some) {
      // Longer than any log is looked through; and a longer database than it says itself is none of this.
      if (name !== 'vault' && kind.startsWith('a file')) continue;
      if (isThere) renameSync(at(name), join(folder.path, 'kept'));
      odd[kind]?.(at(name));
      const found = lstatSync(at(name));
      const peer = await begin();
      try {
        const refusal = await peer.call('vault.unlock', { passphrase }).then(() => 'open', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));
        expect([kind, refusal]).toEqual([kind, expect.stringMatching(/^(?:vault\.damaged|profile\.unreadable)$/)]);
        expect([kind, lstatSync(at(name)).ino]).toEqual([kind, found.ino]);
      } finally {
        await peer.end();
        rmSync(at(name), { recursive: true });
        if (isThere) renameSync(join(folder.path, 'kept'), at(name));
      }
    }
    const peer = await begin();
    expect(await opens(peer)).toBe(peerId);
    await peer.end();
  }, 120_000);

  it.each(some)('A89: a lock that is %s: the start says that the folder cannot be used, and ends', async (kind) => {
    rmSync(at('lock'), { force: true });
    odd[kind]?.(at('lock'));
    try {
      await expect(begin().then((peer) => peer.end())).rejects.toThrow(/The profile folder .* cannot be read and written/);
    } finally {
      rmSync(at('lock'), { recursive: true });
    }
    const peer = await begin();
    expect(await opens(peer)).toBe(peerId);
    await peer.end();
  }, 60_000);
});
