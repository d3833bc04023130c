import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../../electron/services/arrivals';
import { freshDatabase } from '../../support/fresh-database';

interface Lane {
  readonly name: string;
  texts: string[];
  gone?: boolean;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** A real database, its transactions counted, and a clock that goes on by so much with each lane that is taken. */
function setUp(tookMs = 0) {
  const db = freshDatabase();
  db.exec('CREATE TABLE written (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO written (text) VALUES (?)');
  const log: string[] = [];
  let [now, outer, depth, failing] = [0, 0, 0, false];
  const arrivals = new Arrivals<Lane, number>({
    clock: { monotonic: () => now },
    commit: (work) => {
      if (depth === 0) outer += 1;
      depth += 1;
      try {
        return db.transaction(() => {
          const result = work();
          if (failing && depth === 1) throw new Error('disk full');
          return result;
        });
      } finally {
        depth -= 1;
      }
    },
    count: ({ gone, texts }) => (gone === true ? undefined : texts.length),
    take: (lane) => {
      const texts = lane.texts.splice(0);
      now += tookMs;
      for (const text of texts) insert.run([text]);
      if (texts.includes('bad')) throw new Error('refused');
      return texts.length;
    },
    taken: ({ name }, count) => log.push(`${name} ${count}`),
    refused: ({ name }, error) => log.push(`${name} ${error instanceof Error ? error.message : 'unknown'}`),
  });
  const hear = (name: string, ...texts: string[]): Lane => {
    const lane = { name, texts };
    arrivals.add(lane);
    return lane;
  };
  const rows = (): unknown[] => db.prepare('SELECT text FROM written ORDER BY n').all().map((row) => row['text']);
  return { arrivals, hear, rows, log, transactions: () => outer, fail: () => (failing = true) };
}

describe('what arrives', () => {
  it('S1-33: of three hundred connections in one turn stands in one transaction, and each is told after it', async () => {
    const { hear, rows, log, transactions } = setUp();
    for (let n = 0; n < 300; n += 1) hear(`${n}`, `of ${n}`);
    expect(rows()).toEqual([]);
    await turn();
    expect(transactions()).toBe(1);
    expect(rows()).toHaveLength(300);
    expect(log).toEqual(Array.from({ length: 300 }, (_, n) => `${n} 1`));
  });

  it('S1-33: what fails on one connection is undone and refused alone; a commit that fails refuses all of them', async () => {
    const { hear, rows, log, fail } = setUp();
    for (const [name, text] of [['a', 'good'], ['b', 'bad'], ['c', 'fine']] as const) hear(name, text);
    await turn();
    expect([rows(), log]).toEqual([['good', 'fine'], ['a 1', 'b refused', 'c 1']]);
    hear('d', 'bad');
    await turn();
    expect(rows()).toEqual(['good', 'fine']);
    fail();
    for (const name of ['e', 'f']) hear(name, 'later');
    await turn();
    expect([rows(), log.slice(3)]).toEqual([['good', 'fine'], ['d refused', 'e disk full', 'f disk full']]);
  });

  it('A54: what takes long is done a part at a time, and whatever else waits for the event loop comes in between', async () => {
    const { hear, log, transactions } = setUp(10);
    for (let n = 0; n < 9; n += 1) hear(`${n}`, 'text');
    const seen: number[] = [];
    for (let looks = 0; looks < 4; looks += 1) {
      await turn();
      seen.push(log.length);
    }
    expect(seen).toEqual([3, 6, 9, 9]);
    expect(transactions()).toBe(3);
  });

  it('A54: with more waiting than may be kept, nothing is read in between', async () => {
    const { hear, log } = setUp(30);
    for (let n = 0; n < 4; n += 1) hear(`${n}`, ...Array.from({ length: 2_000 }, () => 'text'));
    await turn();
    // 8,000 wait, then 6,000, then no more than may.
    expect(log).toHaveLength(2);
    await turn();
    expect(log).toHaveLength(3);
  });

  it('A52: a connection that is not in use any more is passed over, and what comes while others are taken waits its turn', async () => {
    const { arrivals, hear, rows, log, transactions } = setUp();
    const gone = hear('gone', 'never');
    const lane = hear('there', 'first');
    gone.gone = true;
    await turn();
    lane.texts.push('second');
    arrivals.add(lane);
    await turn();
    expect([rows(), log, transactions()]).toEqual([['first', 'second'], ['there 1', 'there 1'], 2]);
    const last = hear('last', 'nobody');
    last.gone = true;
    await turn();
    expect(transactions()).toBe(2);
  });
});
