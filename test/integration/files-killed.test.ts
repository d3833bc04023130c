import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { introduce, newPerson, type Person, temporaryFolder } from '../support/two-peers';

const size = 96 * 1_048_576 + 17;
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('a file between two processes that are killed', () => {
  const folder = temporaryFolder();
  const people: Person[] = [];
  afterAll(async () => {
    await Promise.all(people.map(({ peer }) => peer.kill()));
    folder.release();
  });

  it('S4-31 A22 A23 A88: both are killed in turn in the middle; it goes on where it was, arrives as it was, and nothing of it lies open', async () => {
    const [ada, bo] = await Promise.all([newPerson(folder.path, 'Ada'), newPerson(folder.path, 'Bo')]);
    people.push(ada, bo);
    const { ofInviter } = await introduce(ada, bo);
    const { conversationId } = await bo.peer.call('conversations.open', { contactId: ofInviter });
    const path = join(folder.path, 'film.bin');
    const marker = randomBytes(64);
    const part = randomBytes(1_048_576);
    writeFileSync(path, Buffer.concat([marker, ...Array.from({ length: 96 }, () => part)]).subarray(0, size), { flag: 'wx' });
    // `bo` sends, `ada` is asked.
    const { transferId } = await bo.peer.call('files.send', { conversationId, path });
    const progress = async (): Promise<{ done: number; state: string }> => (await ada.peer.call('files.list', {}))[0] ?? { done: 0, state: 'none' };
    await ada.peer.until('the offer', async () => (await progress()).state === 'offered');
    await ada.peer.call('files.accept', { transferId });
    const kept: number[] = [];
    for (const victim of [ada, bo, ada]) {
      const before = (await progress()).done;
      await ada.peer.until('more of it', async () => (await progress()).done >= Math.min(size, before + 12 * 1_048_576));
      await victim.peer.kill();
      await victim.restart();
      kept.push((await progress()).done);
    }
    expect(Math.min(...kept)).toBeGreaterThan(0);
    expect(Math.min(...kept)).toBeLessThan(size);
    await ada.peer.until('all of it', async () => (await progress()).state === 'done', 60_000);
    await bo.peer.until('Bo knows', async () => (await bo.peer.call('files.list', {}))[0]?.state === 'done');
    const saved = join(folder.path, 'saved.bin');
    expect(await ada.peer.call('files.save', { transferId, path: saved })).toEqual({ path: saved });
    expect(hashOf(saved)).toBe(hashOf(path));
    expect(statSync(saved).mode & 0o777).toBe(0o600);
    await expect(ada.peer.call('files.save', { transferId, path: saved })).rejects.toMatchObject({ code: 'path.taken' });
    for (const { profile } of people) {
      expect(readdirSync(join(profile, 'files'))).toHaveLength(1);
      for (const name of readdirSync(profile, { recursive: true, encoding: 'utf8' })) {
        if (statSync(join(profile, name)).isFile()) expect(readFileSync(join(profile, name)).includes(marker), name).toBe(false);
      }
    }
    await Promise.all(people.map(({ peer }) => peer.call('files.forget', { transferId })));
    await ada.peer.until('nothing there', () => people.every(({ profile }) => readdirSync(join(profile, 'files')).length === 0));
  }, 120_000);
});
