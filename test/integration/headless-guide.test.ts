import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readyKeys } from '../support/rsa-keys';
import { newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

/** The whole program that docs/headless.md shows in a language. */
const shown = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readFileSync('docs/headless.md', 'utf8'))?.[1] ?? '';

const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;

describe.skipIf(process.platform === 'win32')('the programs that docs/headless.md shows, on the socket of a real peer', () => {
  const folder = temporaryFolder();
  const children: ChildProcess[] = [];
  let ann: Person;

  beforeAll(async () => {
    ann = await newPerson(folder.path, 'Ann');
  }, 60_000);

  afterAll(async () => {
    for (const child of children) child.kill('SIGTERM');
    await ann?.peer.end();
    folder.release();
  });

  /** A peer on a socket, quick as in all tests; its socket is there when this ends. */
  async function peerOnSocket(name: string): Promise<{ socket: string; child: ChildProcess; ended: Promise<number | null> }> {
    const socket = join(folder.path, `${name}.sock`);
    const child = spawn(process.execPath, ['--require', './test/support/quick-secrets.cjs', 'out/headless.cjs', '--profile', join(folder.path, name), '--listen', '127.0.0.1:0', '--socket', socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, KEYSHIFT_TEST_KEYS: JSON.stringify(readyKeys(2)) },
    });
    children.push(child);
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    await expect.poll(() => spawnSync('test', ['-S', socket]).status, { timeout: 20_000 }).toBe(0);
    return { socket, child, ended };
  }

  async function answersWhoeverWrites(name: string, program: string, words: readonly string[]): Promise<void> {
    const { socket, child, ended } = await peerOnSocket(name);
    const passphraseFile = join(folder.path, `${name}.passphrase`);
    writeFileSync(passphraseFile, `${passphrase}\n`, { mode: 0o600 });
    const machine = spawn(program, [...words, socket, passphraseFile], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(machine);
    const link = await new Promise<string>((done, fail) => {
      createInterface({ input: machine.stdout }).once('line', done);
      machine.once('exit', (code) => fail(new Error(`it ended with ${String(code)}`)));
    });
    const { contactId } = await ann.peer.call('contacts.acceptInvitation', { link });
    const { conversationId } = await ann.peer.call('conversations.open', { contactId });
    await ann.peer.call('messages.send', { conversationId, text: 'are you there?' });
    await ann.peer.until('an answer', async () => (await texts(ann.peer, conversationId, 'in')).length > 0);
    expect(await texts(ann.peer, conversationId, 'in')).toEqual(['You wrote: are you there?']);
    // A program that goes away takes nothing with it; the peer ends when it is told, in order.
    machine.kill('SIGTERM');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }

  test('TypeScript', async () => {
    const file = join(folder.path, 'machine.mjs');
    writeFileSync(file, (await transform(shown('ts'), { loader: 'ts', format: 'esm', target: 'node20' })).code);
    await answersWhoeverWrites('typescript', process.execPath, [file]);
  }, 60_000);

  test.skipIf(!python)('Python', async () => {
    const file = join(folder.path, 'machine.py');
    writeFileSync(file, shown('python'));
    await answersWhoeverWrites('python', 'python3', [file]);
  }, 60_000);
});
