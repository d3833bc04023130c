import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { asOrdinaryUser, headlessDeb, install, ownFolder } from './support/installed';
import { papersOf } from './support/papers';

const enabled = '/etc/systemd/system/multi-user.target.wants/keyshift-headless@nobody-at-all.service';

test('the headless peer: installed, run by an ordinary user on a socket of theirs, ended in order, removed', async () => {
  const peer = install(headlessDeb);
  const home = ownFolder('headless');
  try {
    test.skip(!peer.byDpkg, 'its command looks where it is installed, and it was only unpacked: installing takes root');
    const socket = join(home, 'socket');
    const child = asOrdinaryUser(home, [peer.command, '--profile', join(home, 'profile'), '--listen', '127.0.0.1:0', '--socket', socket], { KEYSHIFT_NODE: process.execPath });
    let said = '';
    child.stderr?.on('data', (piece: Buffer) => (said += piece.toString()));
    const ended = once(child, 'close');
    await expect.poll(() => existsSync(socket) || child.exitCode, { timeout: 20_000 }).toBe(true);
    const client = connect(socket);
    const lines = createInterface({ input: client })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
    expect(await next()).toMatchObject({ method: 'ready' });
    client.write('{"jsonrpc":"2.0","id":1,"method":"diagnostics.about"}\n');
    expect(await next()).toMatchObject({ id: 1, result: { runtime: `Node ${process.versions.node}`, trial: false } });
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(said).toBe('');

    expect(spawnSync(peer.command, ['--help'], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', KEYSHIFT_NODE: '/nowhere' } })).toMatchObject({ status: 1, stderr: expect.stringContaining('Node 20.19 or newer is needed') });
    const { page, changes } = papersOf(headlessDeb, peer.name);
    if (page) expect(page).toEqual({ text: expect.stringMatching(/--passphrase-file FILE\n/) as unknown, complaints: '' });
    if (changes) expect(changes).toMatchObject({ lines: [`Source: ${peer.name}`, expect.stringMatching(/^Version: \d/)], complaints: '' });
    // What systemd makes of the units, where it is.
    const verified = spawnSync('systemd-analyze', ['verify', '/usr/lib/systemd/system/keyshift-headless@.service'], { encoding: 'utf8' });
    if (verified.error === undefined) expect([verified.status, verified.stderr.replaceAll(/^(?!.*keyshift).*\n/gm, '')]).toEqual([0, '']);
  } finally {
    if (peer.byDpkg) mkdirSync(dirname(enabled), { recursive: true });
    if (peer.byDpkg) symlinkSync('/usr/lib/systemd/system/keyshift-headless@.service', enabled);
    const installed = peer.byDpkg ? execFileSync('dpkg', ['--listfiles', peer.name], { encoding: 'utf8' }).split('\n').filter((file) => file.includes(peer.name)) : [];
    peer.remove();
    rmSync(home, { recursive: true, force: true });
    expect(installed.filter((file) => existsSync(file))).toEqual([]);
    // What systemctl enable makes: without its unit, a link to nothing.
    if (peer.byDpkg) expect([enabled].filter((file) => lstatSync(file, { throwIfNoEntry: false }) !== undefined)).toEqual([]);
  }
});
