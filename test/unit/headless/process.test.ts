import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The real headless program as a process of its own, on services that are only played (test/support/fake-compose.ts). */
let folder: string;
let programs: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyshift-headless-'));
  // Beside node_modules, where it finds what is native.
  mkdirSync('.cache', { recursive: true });
  programs = mkdtempSync(resolve('.cache', 'headless-'));
  program = join(programs, 'headless.cjs');
  await build({
    entryPoints: ['electron/headless.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.18',
    external: ['sodium-native'],
    outfile: program,
    plugins: [{ name: 'fake-compose', setup: ({ onResolve }) => onResolve({ filter: /\/compose$/ }, () => ({ path: resolve('test/support/fake-compose.ts') })) }],
  });
});
afterAll(() => {
  for (const made of [folder, programs]) rmSync(made, { recursive: true });
});

function start(kind: string, ...words: string[]) {
  const profile = join(folder, kind);
  mkdirSync(profile, { recursive: true });
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [program, ...(kind === 'none' ? [] : ['--profile', profile]), ...words]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const lines = (): { method?: string; id?: unknown; params?: unknown; result?: unknown }[] => stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as object);
  const ready = async (): Promise<void> => {
    for (let tries = 0; tries < 200 && !stdout.includes('\n'); tries++) await new Promise((done) => setTimeout(done, 25));
  };
  return { child, profile, exit, lines, ready, stderr: () => stderr, call: (id: number, method: string, params?: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`) };
}

const passphraseFile = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, `${name}.txt`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

describe('the headless program', () => {
  test('says ready first, answers, and at the end of the input finishes what has begun and stops in order', async () => {
    const { child, call, exit, lines, profile, stderr } = start('plain', '--listen', '127.0.0.1:4711');
    call(1, 'network.status');
    call(2, 'vault.status');
    child.stdin.end();
    expect(await exit).toBe(0);
    expect(lines()).toMatchObject([
      { jsonrpc: '2.0', method: 'ready', params: { listening: ['127.0.0.1:4711'] } },
      { id: 2, result: { state: 'locked' } },
      { id: 1, result: { listening: [] } },
    ]);
    expect(existsSync(join(profile, 'stopped'))).toBe(true);
    expect(stderr()).toBe('');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s is an orderly end', async (signal) => {
    const { child, ready, exit, profile } = start(`signal-${signal}`);
    await ready();
    child.kill(signal);
    expect(await exit).toBe(0);
    expect(existsSync(join(profile, 'stopped'))).toBe(true);
  });

  test('a reader that goes away ends it in order as well', async () => {
    const { child, ready, call, exit, profile, stderr } = start('reader');
    await ready();
    child.stdout.destroy();
    for (let id = 0; id < 5; id++) call(id, 'vault.status');
    expect(await exit).toBe(0);
    expect(existsSync(join(profile, 'stopped'))).toBe(true);
    expect(stderr()).not.toMatch(/EPIPE|at .*:\d+/);
  });

  test.each([
    ['in-use', [], 'This profile is open already. (profile.in-use)'],
    ['taken', ['--listen', '127.0.0.1:4711'], 'Port 4711 is taken. (port.in-use)'],
  ])('%s: one sentence on standard error, nothing on standard output, exit 1', async (kind, words, sentence) => {
    const { exit, lines, stderr } = start(kind, ...words);
    expect(await exit).toBe(1);
    expect(lines()).toEqual([]);
    expect(stderr()).toBe(`keyshift: ${sentence}\n`);
  });

  test.each(['broken', 'uncaught'])('%s: an error nobody planned ends it with 1 and without its text', async (kind) => {
    const { call, exit, stderr } = start(kind);
    call(1, 'vault.lock');
    expect(await exit).toBe(1);
    expect(stderr()).not.toContain('canary');
    expect(stderr()).toMatch(/"event":"process\.(unhandled|uncaught)"/);
  });

  test('without a profile it explains itself and exits with 2', async () => {
    const { exit, stderr, lines } = start('none');
    expect(await exit).toBe(2);
    expect(stderr()).toContain('--profile DIR is needed.');
    expect(stderr()).toContain('Usage:');
    expect(lines()).toEqual([]);
  });

  test('a passphrase file unlocks before anything that is read, and after ready', async () => {
    const { child, call, exit, lines } = start('file', '--passphrase-file', passphraseFile('right', 'right\n'));
    call(1, 'vault.status');
    child.stdin.end();
    expect(await exit).toBe(0);
    expect(lines()).toMatchObject([{ method: 'ready' }, { method: 'event', params: { type: 'vault.changed', state: 'open' } }, { id: 1, result: { state: 'open' } }]);
  });

  test('a wrong passphrase in the file is said, and the peer stays, locked', async () => {
    const { child, call, exit, lines, stderr } = start('wrong', '--passphrase-file', passphraseFile('wrong', 'canary'));
    call(1, 'vault.status');
    child.stdin.end();
    expect(await exit).toBe(0);
    expect(lines()[1]).toMatchObject({ id: 1, result: { state: 'locked' } });
    expect(stderr()).toContain('That is not the passphrase.');
    expect(stderr()).not.toContain('canary');
  });

  test('whoever reads standard error may go: what is said there ends nothing', async () => {
    const { child, ready, call, exit, lines, profile } = start('deaf', '--passphrase-file', passphraseFile('deaf', 'canary'));
    child.stderr.destroy();
    await ready();
    call(1, 'vault.status');
    await new Promise((done) => setTimeout(done, 100));
    call(2, 'vault.status');
    child.stdin.end();
    expect([await exit, lines().flatMap(({ id }) => id ?? []), existsSync(join(profile, 'stopped'))]).toEqual([0, [1, 2], true]);
  });

  test('a passphrase file others can read is refused before anything starts', async () => {
    const { exit, lines, stderr } = start('open', '--passphrase-file', passphraseFile('open', 'right', 0o644));
    expect(await exit).toBe(1);
    expect(lines()).toEqual([]);
    expect(stderr()).toContain('0600');
  });

  test('preferences are written to the profile in the common format', async () => {
    const { child, call, exit, profile } = start('prefs');
    call(1, 'settings.set', { theme: 'dark' });
    child.stdin.end();
    expect(await exit).toBe(0);
    expect(JSON.parse(readFileSync(join(profile, 'preferences.json'), 'utf8'))).toMatchObject({ settings: { theme: 'dark' } });
  });

  test('--mailbox takes a registration; an address alone is no fault, and said to be not enough', async () => {
    const address = start('mailbox', '--mailbox', 'nats://127.0.0.1:4222');
    const missing = start('mailbox-missing', '--mailbox', '/nonexistent/registration');
    address.child.stdin.end();
    expect(await address.exit).toBe(0);
    expect(address.stderr()).toContain('opens no mailbox');
    expect(await missing.exit).toBe(1);
    expect(missing.stderr()).toContain('cannot be read');
  });
});
