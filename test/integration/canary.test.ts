import { createPrivateKey } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp } from '../../electron/compose';
import type { App } from '../../electron/services/app';
import { keyOfVault } from '../support/key-of-vault';
import { memoryOf } from '../support/process-memory';
import { watchedPorts } from '../support/quiet-app';
import { newPerson, passphrase as usual, temporaryFolder } from '../support/two-peers';

const passphrase = 'canary passphrase 8d1f';
const text = 'canary message 51b7';
const names = { ann: 'Ann canary 2e7a', bo: 'Bo canary c05d' };
/** What is written beside the words of a conversation: each stands in no file in clear, nor in the name of one. */
const written = {
  title: 'canary title 66c1', alias: 'canary alias 0f3b', draft: 'canary draft 9a44', edited: 'canary edited d27e', fileName: 'canary-file-name-4b90.txt', content: 'canary content of a file 1d58 '.repeat(4_000), word: 'canaryword7e21', search: 'canary search b3f9',
};

interface Watched {
  readonly app: App;
  readonly profile: string;
  /** Everything random this app ever made: all its keys come from here. */
  readonly random: Uint8Array[];
  readonly logs: string[];
  readonly told: string[];
}

async function watched(profile: string): Promise<Watched> {
  const { ports, random, logs } = watchedPorts(profile, 16, 'new');
  const told: string[] = [];
  const app = await startApp(ports);
  app.onEvent((event) => told.push(JSON.stringify(event)));
  return { app, profile, random, logs, told };
}

const shapes = (secret: Uint8Array) => {
  const bytes = Buffer.from(secret);
  return [bytes.toString('latin1'), bytes.toString('hex'), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')];
};

function filesOf(folder: string): { name: string; bytes: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, bytes: readFileSync(join(entry.parentPath, entry.name)).toString('latin1') }));
}

describe('secrets stay where they belong', () => {
  const folder = temporaryFolder();
  const usualTemporary = process.env['TMPDIR'];
  const temporary = join(folder.path, 'tmp');
  let ann: Watched;
  let bo: Watched;

  beforeAll(async () => {
    mkdirSync(temporary);
    process.env['TMPDIR'] = temporary;
    ann = await watched(join(folder.path, 'ann'));
    bo = await watched(join(folder.path, 'bo'));
    for (const [person, name] of [[ann, names.ann], [bo, names.bo]] as const) {
      person.told.push(JSON.stringify(await person.app.handlers.vault.create({ passphrase, name })));
    }
    const { link } = await ann.app.handlers.contacts.createInvitation({});
    const { contactId } = await bo.app.handlers.contacts.acceptInvitation({ link });
    const arrived = new Promise<void>((resolve) => {
      ann.app.onEvent((event) => {
        if (event.type === 'message.received') resolve();
      });
    });
    const { conversationId } = await bo.app.handlers.conversations.open({ contactId });
    const { messageId } = await bo.app.handlers.messages.send({ conversationId, text });
    await bo.app.handlers.keys.shift({ conversationId });
    await arrived;
    await bo.app.handlers.messages.edit({ messageId, text: written.edited });
    await bo.app.handlers.contacts.rename({ contactId, name: written.alias });
    await bo.app.handlers.conversations.update({ conversationId, title: written.title, draft: { text: written.draft } });
    await bo.app.handlers.dictionary.add({ word: written.word });
    await bo.app.handlers.messages.search({ query: written.search });
    mkdirSync(join(folder.path, 'elsewhere'));
    writeFileSync(join(folder.path, 'elsewhere', written.fileName), written.content);
    await bo.app.handlers.files.send({ conversationId, path: join(folder.path, 'elsewhere', written.fileName) });
    // Both keep it: the one who sends a copy, the other what was fetched.
    for (const { profile } of [bo, ann]) await vi.waitFor(() => expect(filesOf(join(profile, 'files')).some(({ bytes }) => bytes.length > written.content.length)).toBe(true), 30_000);
    for (const person of [ann, bo]) {
      const { handlers } = person.app;
      const [first] = await handlers.conversations.list(undefined);
      person.told.push(
        JSON.stringify(await handlers.identity.get(undefined)),
        JSON.stringify(await handlers.contacts.list(undefined)),
        JSON.stringify(await handlers.network.status(undefined)),
        JSON.stringify(await handlers.identity.exportPublic({ format: 'pem' })),
        JSON.stringify(await handlers.keys.status({ conversationId: first?.conversationId ?? '' })),
      );
    }
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.app.stop(), bo?.app.stop()]);
    if (usualTemporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usualTemporary;
    folder.release();
  });

  it('saw a fair number of secrets being made, so that the search means something', () => {
    expect(ann.random.filter((bytes) => bytes.length >= 32).length).toBeGreaterThan(5);
    expect(bo.random.filter((bytes) => bytes.length >= 32).length).toBeGreaterThan(5);
  });

  it('A87 A88: no key, passphrase or text stands in clear in any file of the profile', () => {
    for (const { profile, random } of [ann, bo]) {
      const files = filesOf(profile);
      expect(files.map((file) => file.name)).toContain('vault');
      for (const { name, bytes } of files) {
        expect(bytes.includes(passphrase), name).toBe(false);
        expect(bytes.includes(text), name).toBe(false);
        for (const secret of random) {
          // The vault's own salt and nonce are public by nature.
          if (name === 'vault' && secret.length < 32) continue;
          for (const shape of shapes(secret)) expect(bytes.includes(shape), `${secret.length} random bytes in ${name}`).toBe(false);
        }
      }
    }
  });

  it('A88: no name, title, draft, file, name of a file or word of one’s own stands in clear in a file of the profile or in its name, and nothing is put into the folder for what is temporary', () => {
    const canaries = [...Object.values(names), ...Object.values(written).map((each) => each.slice(0, 28))];
    const needles = canaries.flatMap((each) => [each, Buffer.from(each, 'utf16le').toString('latin1'), Buffer.from(each).toString('base64').slice(0, 20), Buffer.from(each).toString('hex')]);
    // What is looked for is there, where it may be.
    expect(filesOf(join(folder.path, 'elsewhere')).map(({ name, bytes }) => [name, bytes.includes(canaries[7] ?? '?')])).toEqual([[written.fileName, true]]);
    for (const { profile } of [ann, bo]) {
      for (const { name, bytes } of filesOf(profile)) for (const each of needles) expect(bytes.includes(each), `${each} in ${name}`).toBe(false);
      const called = readdirSync(profile, { recursive: true }).join('\n').toLowerCase();
      expect(called.includes('canary')).toBe(false);
      expect(called.split('\n').length).toBeGreaterThan(4);
    }
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('A87: no key or passphrase is in events, results or logs, and no text in logs', () => {
    for (const { random, logs, told } of [ann, bo]) {
      const spoken = told.join('\n');
      const logged = logs.join('\n');
      expect(spoken.includes(passphrase) || logged.includes(passphrase) || logged.includes(text)).toBe(false);
      for (const secret of random.filter((bytes) => bytes.length >= 32)) {
        for (const shape of shapes(secret).slice(1)) expect(spoken.includes(shape) || logged.includes(shape)).toBe(false);
      }
    }
  });
});

describe('what a dump of the main process would hold', () => {
  it('A87 row 17: an open vault’s keys are in memory; once it is locked, neither passphrase, database key nor a number of the identity key is', { timeout: 120_000 }, async (context) => {
    const folder = temporaryFolder();
    const ann = await newPerson(folder.path, 'Ann');
    try {
      const path = join(folder.path, 'key.pem');
      await ann.peer.call('identity.exportPrivate', { format: 'pem', passphrase: 'another one for the file', path });
      const numbers = createPrivateKey({ key: readFileSync(path), passphrase: 'another one for the file' }).export({ format: 'jwk' });
      const databaseKey = Buffer.from(await keyOfVault(ann.profile, usual));
      await ann.peer.end();
      // Whatever making it left behind is gone.
      await ann.restart();
      // OpenSSL keeps numbers with their lowest byte first.
      const needles = new Map([
        ['database key', databaseKey],
        ['database key as hex', Buffer.from(databaseKey.toString('hex'))],
        ['passphrase', Buffer.from(usual)],
        ...(['d', 'p', 'q', 'dp', 'dq', 'qi'] as const).map((name) => [name, Buffer.from(numbers[name] ?? '', 'base64url').toReversed()] as const).map(([name, bytes]) => [name, Buffer.from(bytes)] as const),
        ...(['d', 'p', 'q'] as const).map((name) => [`${name} as stored`, Buffer.from(numbers[name] ?? '', 'base64url')] as const),
      ]);
      const found = (): string[] | undefined => {
        const memory = memoryOf(ann.peer.pid);
        return memory && [...needles].flatMap(([name, bytes]) => (memory.includes(bytes) ? [name] : []));
      };
      const open = found();
      if (open === undefined) return context.skip('this user cannot read the memory of a process here');
      expect(open).toEqual(expect.arrayContaining(['database key', 'd', 'p', 'q', 'dp', 'dq', 'qi']));
      await ann.peer.call('vault.lock');
      await expect.poll(found, { timeout: 20_000, interval: 300 }).toEqual([]);
      expect(ann.peer.stderr).toEqual([]);
    } finally {
      await ann.peer.end();
      folder.release();
    }
  });
});
