import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseArguments, parseCacheEntries, parseHostPort } from '../../../electron/headless/arguments';
import { readPassphraseFile } from '../../../electron/headless/passphrase-file';

describe('the command line of the headless peer', () => {
  test('all options, in both spellings', () => {
    expect(parseArguments(['--profile', 'p', '--listen=127.0.0.1:0', '--mailbox', 'nats://x', '--passphrase-file', 'f', '--socket', 's', '--log-level=debug', '--cache-entries', '0'])).toEqual({
      kind: 'run',
      arguments: { profile: 'p', listen: { host: '127.0.0.1', port: 0 }, mailbox: 'nats://x', passphraseFile: 'f', socket: 's', logLevel: 'debug', cacheEntries: 0 },
    });
    expect(parseArguments(['--profile=p'])).toEqual({ kind: 'run', arguments: { profile: 'p', logLevel: 'warn' } });
    expect(parseArguments(['--help'])).toEqual({ kind: 'help' });
  });

  test.each([
    [[]],
    [['--profile']],
    [['--profile', '']],
    [['--profile', 'a', '--profile', 'b']],
    [['--profile', 'a', 'stray']],
    [['--profile', 'a', '--unknown']],
    [['--profile', 'a', '--log-level', 'loud']],
    ...['', '-1', '4097', '1.5', '0x10', ' 1', 'many'].map((entries) => [['--profile', 'a', `--cache-entries=${entries}`]]),
    [['--profile', 'a', '--listen', '4800']],
    [['--profile', 'a', '--listen', 'host']],
    [['--profile', 'a', '--listen', 'host:70000']],
    [['--profile', 'a', '--listen', '::1:4800']],
    [['--profile', 'a', '--socket', '']],
    [['--profile', 'a', '--passphrase', 'secret']],
  ])('%j is refused with a sentence that repeats nothing', (words) => {
    const parsed = parseArguments(words);
    expect(parsed.kind).toBe('wrong');
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  test('S1-47 S1-49: how much is kept of what comes is a number from 0 to 4,096, for the window as well', () => {
    expect(['0', '1', '64', '4096', '0004'].map(parseCacheEntries)).toEqual([0, 1, 64, 4096, 4]);
    expect(['', '-1', '+1', '4097', '9999', '00000', '1.5', '0x10', ' 1', '1 ', 'many'].map(parseCacheEntries)).toEqual(Array.from({ length: 11 }, () => undefined));
  });

  test.each([
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['a:65536', undefined],
    ['a:-1', undefined],
    ['a:1 ', undefined],
    ['a b:1', undefined],
    [':1', undefined],
  ])('%j is %j', (text, expected) => expect(parseHostPort(text)).toEqual(expected));
});

describe('the passphrase file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyshift-passphrase-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const put = (name: string, text: string, mode = 0o600): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  test.each([
    ['plain', 'correct horse'],
    ['one end', 'correct horse\n'],
    ['Windows end', 'correct horse\r\n'],
  ])('%s', (name, text) => expect(readPassphraseFile(put(name, text))).toEqual({ passphrase: 'correct horse' }));

  test.skipIf(process.getuid?.() !== 0)('a credential that systemd gave is taken as systemd writes it for a service of another user, and from nowhere else', () => {
    const given = (name: string, mode: number): string => put(name, 'correct horse', mode);
    const credential = given('credential', 0o440);
    expect(readPassphraseFile(credential, folder)).toEqual({ passphrase: 'correct horse' });
    expect(readPassphraseFile(`${folder}/../${basename(folder)}/credential`, `${folder}/`)).toEqual({ passphrase: 'correct horse' });
    // Not in that folder; below it; of somebody else; to be written by the group, or read by all.
    expect(readPassphraseFile(credential, undefined)).toHaveProperty('sentence');
    expect(readPassphraseFile(credential, dirname(folder))).toHaveProperty('sentence');
    for (const mode of [0o444, 0o460, 0o640, 0o441]) expect([mode, readPassphraseFile(given(`mode-${mode}`, mode), folder)]).toEqual([mode, { sentence: expect.stringContaining('0600') as string }]);
    chownSync(credential, 65_534, 0);
    expect(readPassphraseFile(credential, folder)).toHaveProperty('sentence');
  });

  test('only one line end is taken off', () => expect(readPassphraseFile(put('two', 'a \n\n'))).toEqual({ passphrase: 'a \n' }));

  test.each([0o640, 0o604, 0o666, 0o620, 0o601])('mode %o is refused', (mode) => {
    expect(readPassphraseFile(put('open', 'secret', mode))).toMatchObject({ sentence: expect.stringContaining('0600') as string });
  });

  test('empty, too long, missing, a folder, a pipe nobody writes to', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', ['-m', '600', fifo]);
    mkdirSync(join(folder, 'folder'), { mode: 0o700 });
    for (const path of [put('empty', '\n'), put('long', 'x'.repeat(9000)), join(folder, 'none'), join(folder, 'folder'), fifo]) {
      expect(readPassphraseFile(path)).toHaveProperty('sentence');
    }
  });
});
