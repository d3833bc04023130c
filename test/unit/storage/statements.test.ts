import { readdirSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import vm from 'node:vm';
import { Database } from '@signalapp/sqlcipher';
import { describe, expect, it, vi } from 'vitest';
import type { Db } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { handle } from '../../contract/storage/rows';
import { newPair } from '../../support/dialog-kit';
import { opened } from './searched';

const storage = join(__dirname, '../../../electron/storage');

/** Each statement of the stores, and how it is gone about: the steps of its plan. */
function plansOf(db: Db): { sql: string; plan: string[] }[] {
  const asked = vi.spyOn(db, 'prepare');
  openStores(db);
  const all = [...new Set(asked.mock.calls.map(([sql]) => sql))];
  asked.mockRestore();
  return all.map((sql) => ({
    sql,
    plan: db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(Array.from(sql.matchAll(/\?/g), () => null)).map((row) => String(row['detail'])),
  }));
}

describe('statements', () => {
  it('are compiled once: none has a parameter alone behind LIMIT', () => {
    const bare = readdirSync(storage, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && /LIMIT \?(?! \+ 0)/.test(readFileSync(join(storage, file), 'utf8')));
    expect(bare).toEqual([]);
  });

  it('are compiled when they first run, and each of them can be', () => {
    const compiled = vi.spyOn(Database.prototype, 'prepare');
    try {
      const { db } = opened();
      // Hundreds of them would keep an opening waiting.
      expect(compiled.mock.calls.length).toBeLessThan(60);
      const [native] = compiled.mock.contexts;
      const asked = vi.spyOn(db, 'prepare');
      openStores(db);
      const all = [...new Set(asked.mock.calls.map(([sql]) => sql))];
      expect(all.length).toBeGreaterThan(300);
      const wrong = all.filter((sql) => {
        try {
          (native as Database).prepare(sql);
          return false;
        } catch {
          return true;
        }
      });
      expect(wrong).toEqual([]);
    } finally {
      compiled.mockRestore();
    }
  });

  it('walk through all messages nowhere', () => {
    const { db } = opened();
    expect(plansOf(db).filter(({ plan }) => plan.some((step) => /^SCAN messages\b/.test(step)))).toEqual([]);
  });

  it('begin at the few texts that are being changed, not at the messages of a conversation', () => {
    const { db } = opened();
    const joined = plansOf(db).filter(({ sql }) => /\bedits\b/.test(sql) && /\bconversations\b/.test(sql));
    expect(joined).toHaveLength(2);
    for (const { plan } of joined) expect(plan).toContain('SCAN edits');
  });

  it('give their rows without compiling anything once they are warm', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const say = (): void => {
      alice.say(bob, dialogId, 'x');
      bob.receive(alice, ...alice.pending(bob));
      alice.receive(bob, ...bob.acknowledgements(alice));
    };
    for (let times = 0; times < 3; times += 1) say();
    // The library makes a function for the rows of a statement with this, once.
    const compiled = vi.spyOn(vm, 'runInThisContext');
    syncBuiltinESMExports();
    for (let times = 0; times < 10; times += 1) say();
    expect(compiled).not.toHaveBeenCalled();
    compiled.mockRestore();
    syncBuiltinESMExports();
  });

  it('look for other words in a conversation without being compiled anew', () => {
    const { say, found } = opened();
    for (let n = 1; n <= 300; n += 1) say(n, n % 100 === 0 ? 'a boat, a barge and a raft' : 'the harbour');
    const ask = (): void => {
      for (const words of ['boat', 'barge', 'raft', 'harbour', 'a b', 'nothing']) found(words, { conversationId: handle(1), limit: 5 });
    };
    ask();
    const compiled = vi.spyOn(vm, 'runInThisContext');
    syncBuiltinESMExports();
    ask();
    expect(compiled).not.toHaveBeenCalled();
    compiled.mockRestore();
    syncBuiltinESMExports();
  });
});
