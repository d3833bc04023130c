import { readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chunkBytes } from '../../../electron/engine/backup/container';
import type { PeerId } from '../../../electron/engine/ids';
import { writeSnapshot, type WritingParts } from '../../../electron/services/backup-writing';
import { KeyshiftError } from '../../../shared/errors';
import { handle } from '../../contract/storage/rows';
import { readBackup } from '../../reference/backup-twin';
import { ready } from '../../reference/dialog-twin';
import { furnish, house, type Housed, inFolder, passphrase, words } from '../../support/backup-kit';
import { temporaryFolder } from '../../support/two-peers';

const next = 'another passphrase for tests only';

it('A88: what stood in clear for a chunk that is never full is overwritten where a backup ends early', async () => {
  const wiped: string[] = [];
  const crypto = { wipe: (bytes: Uint8Array) => void wiped.push(Buffer.from(bytes).toString('latin1')) };
  const snapshot = { schema: 1, bytes: 1, close: () => undefined, *pages() {
    yield { page: { table: 'messages', columns: ['text'], rows: [['said in confidence']] }, begins: true, share: 0 };
    throw new KeyshiftError('vault.locked', 'The vault is locked.');
  } };
  const parts = { crypto, chunks: {}, target: {}, run: { step: async () => undefined } } as unknown as WritingParts;
  await expect(writeSnapshot(parts, { peerId: 'a'.repeat(52) as PeerId, madeAt: 1, schema: 1, settings: '{}' }, snapshot)).rejects.toMatchObject({ code: 'vault.locked' });
  expect(wiped.filter((bytes) => bytes.includes('said in confidence')).map(({ length }) => length === chunkBytes)).toEqual([false, true]);
});

describe('what happens while a backup is made', () => {
  const folder = temporaryFolder();
  const at = inFolder(folder.path);
  let ann: Housed;
  let houses: Housed[] = [];

  beforeAll(async () => {
    await ready;
    await furnish(at('ann'), 1_500, 'text');
    ann = await house(at('ann'));
    await ann.app.handlers.vault.unlock({ passphrase });
  }, 60_000);

  afterEach(async () => {
    for (const { app } of houses) await app.stop();
    houses = [];
  });

  afterAll(async () => {
    await ann.app.stop();
    folder.release();
  });

  /** Until so much of the unfinished file is there. */
  async function begun(name: string): Promise<void> {
    while ((statSync(at(`.${name}.part`), { throwIfNoEntry: false })?.size ?? 0) < 60_000) await new Promise((resolve) => setImmediate(resolve));
  }

  async function comesBack(name: string): Promise<readonly string[]> {
    const again = await house(at(`from ${name}`));
    houses.push(again);
    await again.app.handlers.backup.restore({ path: at(name), passphrase: words });
    return (await again.app.handlers.messages.list({ conversationId: handle(1), limit: 500 })).map(({ text }) => text);
  }

  it('S5-25: another passphrase of the profile concerns neither the file nor its own passphrase', async () => {
    const { handlers } = ann.app;
    const making = handlers.backup.create({ path: at('a'), passphrase: words });
    await begun('a');
    await handlers.vault.changePassphrase({ old: passphrase, new: next });
    const { bytes } = await making;
    expect(statSync(at('a')).size).toBe(bytes);
    expect(await comesBack('a')).toHaveLength(500);
    expect(() => readBackup(readFileSync(at('a')), next)).toThrow();
    // One that is made before still opens with its own, whatever the profile's is now.
    await handlers.vault.lock(undefined);
    await expect(handlers.vault.unlock({ passphrase })).rejects.toMatchObject({ code: 'vault.wrong-passphrase' });
    await handlers.vault.unlock({ passphrase: next });
    await handlers.vault.changePassphrase({ old: next, new: passphrase });
  }, 60_000);

  it('S5-25 A89: a new key of the database ends it with nothing left, or waits for it; the next one goes through', async () => {
    const { handlers } = ann.app;
    const making = Promise.resolve(handlers.backup.create({ path: at('b'), passphrase: words })).then(() => 'made', (error: { code: string }) => error.code);
    await begun('b');
    await handlers.vault.changePassphrase({ old: passphrase, new: next, newKey: true });
    const ended = await making;
    expect(['made', 'vault.locked']).toContain(ended);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('b') || name.includes('.b.'))).toEqual(ended === 'made' ? ['b'] : []);
    await handlers.backup.create({ path: at('b'), passphrase: words });
    expect(await comesBack('b')).toHaveLength(500);
    await handlers.vault.changePassphrase({ old: next, new: passphrase });
  }, 60_000);

  it('S5-25: what is written meanwhile is wholly in it or not at all, and none of what was there before is missing', async () => {
    const { handlers } = ann.app;
    const making = Promise.resolve(handlers.backup.create({ path: at('c'), passphrase: words }));
    const state = { ended: false };
    void making.finally(() => (state.ended = true));
    await begun('c');
    const opened: string[] = [];
    while (!state.ended) {
      // What a person can do with nobody there: links for people to come.
      opened.push((await handlers.contacts.createInvitation({})).link);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await making;
    expect(opened.length).toBeGreaterThan(0);
    const { tables } = readBackup(readFileSync(at('c')), words);
    expect(tables.get('messages')).toHaveLength(1_500);
    // A moment of the database: none of what came after it.
    expect(tables.get('invitations') ?? []).toHaveLength(0);
    expect(await comesBack('c')).toHaveLength(500);
  }, 60_000);
});
