import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { parseVault } from '../../electron/storage/vault-format';
import { openDatabaseKey } from '../../electron/storage/vault-key';
import { HeadlessPeer } from '../support/headless-peer';
import { memoryOf } from '../support/process-memory';
import { openWindow, profileOf, type OpenApp } from './support/app';
import { findNeedles, keyNeedle, textNeedle, type Needle } from './support/needles';
import { lock } from './support/people';
import { skipLoudly } from './support/surroundings';

const passphrase = 'canary of the main process 4f1c violet';
const text = 'canary text in the main process 90bd';

/** Letter by letter: what drives the window passes through the main process as well, and would leave a copy of its own there. */
async function typeSlowly({ window }: OpenApp, label: string, words: string): Promise<void> {
  await window.getByLabel(label, { exact: true }).first().focus();
  await window.keyboard.type(words);
}

test('A87 row 17: a dump of the main process holds keys and passphrase while the vault is open; soon after locking neither passphrase, database key nor the identity key, in use or as stored', async () => {
  test.setTimeout(240_000);
  const folder = profileOf('main-memory');
  const friend = await HeadlessPeer.start(profileOf('main-memory-friend'), { listen: '127.0.0.1:0' });
  await friend.call('vault.create', { passphrase: 'of the friend', name: 'Bo' });
  const { text: card } = await friend.call('identity.exportPublic', { format: 'card' });
  await friend.end();

  let own = await openWindow('main-memory');
  const pidOf = ({ app }: OpenApp): Promise<number> => app.evaluate(() => process.pid);
  if (memoryOf(await pidOf(own)) === undefined) {
    await own.close();
    return skipLoudly('this user cannot read the memory of the main process here');
  }
  await typeSlowly(own, 'Your name', 'Ann');
  for (const label of ['Passphrase', 'Repeat passphrase']) await typeSlowly(own, label, passphrase);
  await own.window.getByRole('button', { name: 'Create my keys' }).click();
  await expect(own.window.getByRole('button', { name: 'Invite someone' }).first()).toBeVisible({ timeout: 60_000 });
  await own.window.evaluate(async (key) => {
    const added = await window.keyshift.contacts.importKey({ text: key });
    if (added.ok) await window.keyshift.conversations.open({ contactId: added.value.contactId });
  }, card);
  await own.close();

  // What making the keys left behind is gone with that process.
  own = await openWindow('main-memory');
  const pid = await pidOf(own);
  await typeSlowly(own, 'Passphrase', passphrase);
  await own.window.keyboard.press('Enter');
  await own.window.getByRole('navigation', { name: 'Conversations' }).getByText('Bo', { exact: false }).first().click({ timeout: 60_000 });
  await typeSlowly(own, 'Message', text);
  await own.window.keyboard.press('Enter');
  await expect(own.window.getByRole('feed', { name: 'Messages' }).getByRole('article')).toHaveCount(1);
  const open = memoryOf(pid) ?? Buffer.alloc(0);
  await lock(own);

  const crypto = await createCrypto({ random: kernelRandom });
  const key = await openDatabaseKey(crypto, parseVault(crypto, new Uint8Array(readFileSync(join(folder, 'vault')))), passphrase);
  const known = [textNeedle('passphrase', passphrase), keyNeedle('database key', Buffer.from(key.bytes).toString('hex'))];
  let locked: Buffer = Buffer.alloc(0);
  const left = (): string[] => findNeedles((locked = memoryOf(pid) ?? Buffer.alloc(0)), known);
  await expect.poll(left, { timeout: 60_000, intervals: [2_000] }).toEqual([]);
  await own.close();

  // Asked of another program, so that asking leaves nothing in that memory.
  const file = join(folder, '..', 'main-memory.pem');
  const heir = await HeadlessPeer.start(folder, { listen: '127.0.0.1:0', asShipped: true });
  await heir.call('vault.unlock', { passphrase });
  await heir.call('identity.exportPrivate', { format: 'pem', passphrase: 'seven unrelated words for a file', path: file });
  await heir.end();
  const numbers = createPrivateKey({ key: readFileSync(file), passphrase: 'seven unrelated words for a file' }).export({ format: 'jwk' });
  const identity = (['d', 'p', 'q', 'dp', 'dq', 'qi'] as const).flatMap((name): Needle[] => {
    const number = Buffer.from(numbers[name] ?? '', 'base64url');
    // As it is stored; and as OpenSSL keeps it, with the lowest byte first.
    return [{ what: `${name} as stored`, shapes: [number] }, { what: `${name} in use`, shapes: [Buffer.from(number.toReversed())] }];
  });
  const secrets = [...known, ...identity];
  // So the search finds what is there.
  expect(findNeedles(open, [...secrets, textNeedle('text', text)])).toEqual(expect.arrayContaining(['database key', 'passphrase', 'text', ...['d', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => `${name} in use`)]));
  expect(findNeedles(locked, secrets)).toEqual([]);
});
