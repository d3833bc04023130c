import { describe, expect, it } from 'vitest';
import { EventHub } from '../../../electron/services/event-hub';
import { GroupCommit } from '../../../electron/services/group-commit';
import { quiet } from '../../support/dialog-kit';
import { freshDatabase } from '../../support/fresh-database';

/** A real database with one table, the events of its transactions, and a count of them. */
function setUp() {
  const db = freshDatabase();
  db.exec('CREATE TABLE written (n INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT');
  const events = new EventHub(quiet);
  const told: string[] = [];
  events.on((event) => told.push(event.type === 'conversation.changed' ? event.conversationId : event.type));
  let outer = 0;
  let depth = 0;
  let failing = false;
  const log: string[] = [];
  const group = new GroupCommit<string>({
    commit: (work) => {
      if (depth === 0) outer += 1;
      depth += 1;
      try {
        return events.during(() =>
          db.transaction(() => {
            const result = work();
            if (failing && depth === 1) throw new Error('disk full');
            return result;
          }),
        );
      } finally {
        depth -= 1;
      }
    },
    after: (touched) => log.push(`after ${[...touched].join('')}`),
  });
  const insert = db.prepare('INSERT INTO written (text) VALUES (?)');
  const write = async (text: string): Promise<string> => {
    try {
      await group.run((touch) => {
        touch(text[0] ?? '');
        insert.run([text]);
        events.emit({ type: 'conversation.changed', conversationId: text });
        if (text.endsWith('!')) throw new Error('refused');
      });
      log.push(text);
      return 'ok';
    } catch (error) {
      log.push(`not ${text}`);
      return error instanceof Error ? error.message : 'unknown';
    }
  };
  const rows = (): unknown[] => db.prepare('SELECT text FROM written ORDER BY n').all().map((row) => row['text']);
  return { db, group, write, rows, log, told, transactions: () => outer, fail: () => (failing = true) };
}

describe('group commit', () => {
  it('S1-33: what one turn asks for stands in one transaction, in order, and is answered after it', async () => {
    const { write, rows, log, told, transactions } = setUp();
    const answers = Promise.all(['a1', 'b1', 'a2'].map(write));
    expect(rows()).toEqual([]);
    expect(await answers).toEqual(['ok', 'ok', 'ok']);
    expect(rows()).toEqual(['a1', 'b1', 'a2']);
    expect(log).toEqual(['after ab', 'a1', 'b1', 'a2']);
    expect(told).toEqual(['a1', 'b1', 'a2']);
    expect(transactions()).toBe(1);
    await write('next turn');
    expect(transactions()).toBe(2);
  });

  it('S1-33: one that cannot be done is refused alone: nothing of it is kept or told, the others stand', async () => {
    const { write, rows, log, told } = setUp();
    expect(await Promise.all(['a', 'b!', 'c', 'a', 'd'].map(write))).toEqual(['ok', 'refused', 'ok', expect.stringContaining(''), 'ok']);
    expect(rows()).toEqual(['a', 'c', 'd']);
    expect(told).toEqual(['a', 'c', 'd']);
    // In the order of asking, also the refusals; nobody is sent anything for one of those.
    expect(log).toEqual(['after acd', 'a', 'not b!', 'c', 'not a', 'd']);
  });

  it('S1-33: a commit that fails refuses all of them, and nothing was ever said', async () => {
    const { write, rows, log, told, fail } = setUp();
    fail();
    expect(await Promise.all(['a', 'b'].map(write))).toEqual(['disk full', 'disk full']);
    expect(rows()).toEqual([]);
    expect(told).toEqual([]);
    expect(log).toEqual(['not a', 'not b']);
  });

  it('S1-33: what waits is done at once when the profile closes, and only once', async () => {
    const { write, rows, group, transactions } = setUp();
    const answer = write('a');
    group.flush();
    expect(rows()).toEqual(['a']);
    group.flush();
    expect(await answer).toBe('ok');
    await new Promise((resolve) => setImmediate(resolve));
    expect(transactions()).toBe(1);
  });
});

describe('the events of a transaction', () => {
  it('are told after the commit; that a conversation changed is told once, behind what changed it', () => {
    const events = new EventHub(quiet);
    const told: string[] = [];
    events.on((event) => told.push(event.type));
    const changed = (conversationId: string) => events.emit({ type: 'conversation.changed', conversationId });
    events.during(() => {
      changed('a');
      events.emit({ type: 'contact.changed', contactId: 'x' });
      changed('b');
      changed('a');
      expect(told).toEqual([]);
    });
    expect(told).toEqual(['contact.changed', 'conversation.changed', 'conversation.changed']);
  });
});
