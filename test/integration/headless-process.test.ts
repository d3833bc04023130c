import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { newPerson, passphrase, temporaryFolder } from '../support/two-peers';

const program = join(__dirname, '../../out/headless.cjs');
/** Good enough for a file. */
const words = 'four words that nobody guesses, and a seventh';

/** Runs the program to its end; gives what it said. */
async function runToEnd(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  child.stdin.on('error', () => undefined);
  const code = await new Promise<number | null>((resolve) => child.once('close', (exit) => resolve(exit)));
  return { code, ...said };
}

/** Dials and writes; resolves with what came back once the other side closed. */
function knock(listening: string | undefined, bytes = Buffer.from('hello')): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = connect(Number(listening?.split(':').at(-1)), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.write(bytes);
  });
}

describe('the headless peer as a process', () => {
  const folder = temporaryFolder();
  const running: HeadlessPeer[] = [];
  const start = async (name: string, options: Parameters<typeof HeadlessPeer.start>[1] = {}) => {
    const peer = await HeadlessPeer.start(join(folder.path, name), options);
    running.push(peer);
    return peer;
  };

  afterAll(async () => {
    await Promise.all(running.map((peer) => peer.end()));
    folder.release();
  });

  it.runIf(process.platform === 'linux').each([
    ['C.UTF-8', '', ''],
    ['', 'de_DE.UTF-8', 'de-DE'],
  ])('writes times after the habit that its environment names (LC_ALL=%s LC_TIME=%s), and after none where that names none', async (all, times, expected) => {
    vi.stubEnv('LC_ALL', all).stubEnv('LC_TIME', times).stubEnv('LANG', 'en_US.UTF-8');
    const peer = await start(`times-${times}`).finally(() => vi.unstubAllEnvs());
    expect(await peer.call('diagnostics.about')).toMatchObject({ timesLocale: expected });
  });

  it('is ready, with its port, before there is a vault, and closes everybody unanswered until one is open', async () => {
    const peer = await start('fresh', { listen: '127.0.0.1:0', asShipped: true });
    expect(peer.listening).toHaveLength(1);
    expect(peer.listening[0]).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(await peer.call('vault.status')).toMatchObject({ state: 'absent' });
    expect(await knock(peer.listening[0])).toHaveLength(0);
    expect((await peer.ask('vault.unlock', { passphrase })).error?.data.code).toBe('vault.absent');
    expect((await peer.ask('contacts.list')).error?.data.code).toBe('vault.absent');
    await peer.call('vault.create', { passphrase, name: 'Fresh' });
    await peer.call('vault.lock');
    expect(await knock(peer.listening[0])).toHaveLength(0);
    expect(await peer.call('vault.status')).toMatchObject({ state: 'locked' });
    expect(peer.events.map((event) => event.type === 'vault.changed' && event.state)).toEqual(['open', 'locked']);
  }, 30_000);

  it('S5-25 A81: as it is shipped, its vault, a key file and a backup cost whoever guesses 256 MiB and three passes each', async () => {
    const { peer, profile } = await newPerson(folder.path, 'dear', { asShipped: true });
    const [key, backup] = [join(folder.path, 'dear.keyshift-key'), join(folder.path, 'dear.keyshift-backup')];
    await peer.call('identity.exportPrivate', { format: 'backup', passphrase: words, path: key });
    await peer.call('backup.create', { passphrase: words, path: backup });
    // Where docs/protocol.md §2 and §14 have them, in KiB; the vault has bytes.
    const said = [readFileSync(join(profile, 'vault')), readFileSync(key), readFileSync(backup)] as const;
    expect([said[0].readUInt32BE(42), said[0].readUInt32BE(46)]).toEqual([256 * 1024 * 1024, 3]);
    expect([said[1].readUInt32BE(13), said[1][17]]).toEqual([256 * 1024, 3]);
    expect([said[2].readUInt32BE(16), said[2][20]]).toEqual([256 * 1024, 3]);
    expect(await peer.end()).toBe(0);
  }, 60_000);

  it.skipIf(process.platform === 'win32')('A87: opens no debugger at the signal at which Node opens one, and closes what was opened before it ran', async () => {
    // A port that is free, where it fails.
    const peer = await start('signalled', { nodeOptions: ['--inspect-port=0'] });
    process.kill(peer.pid, 'SIGUSR1');
    const early = join(folder.path, 'early.cjs');
    writeFileSync(early, "require('node:inspector').open(0, '127.0.0.1');");
    const opened = await start('opened-early', { nodeOptions: ['--require', early] });
    const [, port = ''] = /Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(opened.stderr.join('')) ?? [];
    expect(Number(port)).toBeGreaterThan(0);
    const refused = new Promise((resolve) => connect(Number(port), '127.0.0.1').once('error', (error: NodeJS.ErrnoException) => resolve(error.code)).once('connect', () => resolve('connected')));
    expect(await refused).toBe('ECONNREFUSED');
    for (const each of [opened, peer]) expect(await each.call('vault.status')).toMatchObject({ state: 'absent' });
    expect(peer.stderr.join('')).toBe('');
  }, 30_000);

  it('without --listen takes the remembered port, and is locked until it is unlocked or given a passphrase file', async () => {
    const { peer } = await newPerson(folder.path, 'remembering', { asShipped: true });
    const { listening } = peer;
    expect(await peer.end()).toBe(0);
    const again = await start('remembering', { asShipped: true });
    expect(again.listening).toEqual(listening);
    expect(await again.call('vault.status')).toMatchObject({ state: 'locked' });
    expect((await again.ask('contacts.list')).error?.data.code).toBe('vault.locked');
    expect((await again.ask('vault.unlock', { passphrase: 'wrong' })).error?.data.code).toBe('vault.wrong-passphrase');
    expect(await again.end()).toBe(0);

    const file = join(folder.path, 'passphrase.txt');
    writeFileSync(file, `${passphrase}\n`);
    chmodSync(file, 0o644);
    const refused = await runToEnd('--profile', join(folder.path, 'remembering'), '--passphrase-file', file);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    chmodSync(file, 0o600);
    const open = await start('remembering', { passphraseFile: file, asShipped: true });
    expect(await open.call('contacts.list')).toEqual([]); // behind the unlocking, without waiting for it
    expect(open.listening).toEqual(listening);
    expect(await open.end()).toBe(0);
  }, 60_000);

  it('--listen on a taken port ends with 1 and is never moved; the profile stays free', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    try {
      const { code, stdout, stderr } = await runToEnd('--profile', join(folder.path, 'taken'), '--listen', `127.0.0.1:${port}`);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('port.in-use');
      expect(stderr).not.toMatch(/\bat .*:\d+/);
    } finally {
      server.close();
    }
    const peer = await start('taken', { listen: '127.0.0.1:0' });
    expect(peer.listening).toHaveLength(1);
  }, 30_000);

  it('a profile is used by one process, and a lock left by kill -9 never blocks', async () => {
    const peer = await start('single', { listen: '127.0.0.1:0' });
    const second = await runToEnd('--profile', join(folder.path, 'single'), '--listen', '127.0.0.1:0');
    expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: '' });
    expect(second.stderr).toContain('profile.in-use');
    expect(await peer.call('vault.status')).toMatchObject({ state: 'absent' });
    const { listening } = peer;
    await peer.kill();
    const after = await start('single');
    expect(after.listening).toEqual(listening);
    await after.kill();
    await (await start('single')).end();
  }, 30_000);

  it('the end of standard input is an orderly end with 0: whatever was asked before is done and answered', async () => {
    const { peer, profile } = await newPerson(folder.path, 'ending');
    const friend = await newPerson(folder.path, 'friend');
    const { link } = await friend.peer.call('contacts.createInvitation');
    const { contactId } = await peer.call('contacts.acceptInvitation', { link });
    const { conversationId } = await peer.call('conversations.open', { contactId });
    const sent = Array.from({ length: 200 }, (_, n) => peer.call('messages.send', { conversationId, text: `${n}` }));
    expect(await peer.end()).toBe(0);
    const ids = (await Promise.all(sent)).map(({ messageId }) => messageId);
    const again = await HeadlessPeer.start(profile);
    running.push(again);
    await again.call('vault.unlock', { passphrase });
    const listed = await again.call('messages.list', { conversationId, limit: 500 });
    expect(listed.map(({ messageId }) => messageId)).toEqual(ids);
    expect(listed.map(({ text }) => text)).toEqual(Array.from({ length: 200 }, (_, n) => `${n}`));
    await friend.peer.end();
  }, 60_000);

  it('has no rate limit, and answers what is pipelined: per conversation in the order it came', async () => {
    const { peer } = await newPerson(folder.path, 'pipelined');
    running.push(peer);
    const friend = await newPerson(folder.path, 'other');
    const { link } = await friend.peer.call('contacts.createInvitation');
    const { contactId } = await peer.call('contacts.acceptInvitation', { link });
    await friend.peer.end();
    const rooms = await Promise.all([1, 2, 3].map((n) => peer.call('conversations.open', { contactId, title: `room ${n}` })));
    const asked: Promise<unknown>[] = [];
    const done: number[][] = [[], [], []];
    for (let n = 0; n < 900; n += 1) {
      const room = n % 3;
      const { conversationId } = rooms[room] ?? { conversationId: '' };
      const call = n % 30 === 17 ? peer.call('keys.status', { conversationId }) : peer.call('messages.send', { conversationId, text: `${n}` });
      asked.push(call.then(() => done[room]?.push(n)));
    }
    for (let n = 0; n < 1_000; n += 1) asked.push(peer.call('vault.status'));
    await Promise.all(asked);
    for (const room of [0, 1, 2]) {
      expect(done[room]).toEqual(done[room]?.toSorted((a, b) => a - b));
      const { conversationId } = rooms[room] ?? { conversationId: '' };
      const texts = (await peer.call('messages.list', { conversationId, limit: 500 })).map(({ text }) => Number(text));
      expect(texts).toEqual(done[room]?.filter((n) => n % 30 !== 17));
    }
  }, 60_000);

  it('answers larger than any buffer are given in full, however many are pipelined', async () => {
    const { peer } = await newPerson(folder.path, 'large');
    running.push(peer);
    const friend = await newPerson(folder.path, 'silent');
    const { link } = await friend.peer.call('contacts.createInvitation');
    const { contactId } = await peer.call('contacts.acceptInvitation', { link });
    await friend.peer.end();
    const { conversationId } = await peer.call('conversations.open', { contactId });
    const text = '\u0001'.repeat(40 * 1024); // six characters each on the line
    await Promise.all(Array.from({ length: 100 }, () => peer.call('messages.send', { conversationId, text })));
    const lists = await Promise.all(Array.from({ length: 5 }, () => peer.call('messages.list', { conversationId, limit: 500 })));
    for (const list of lists) {
      expect(list).toHaveLength(100);
      expect(list.every((message) => message.text === text)).toBe(true);
    }
    expect(await peer.call('vault.status')).toMatchObject({ state: 'open' });
  }, 60_000);
});
