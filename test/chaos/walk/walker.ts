import { createInterface } from 'node:readline';
import { KeyshiftError } from '../../../shared/errors';
import { type Db, openDatabase } from '../../../electron/storage/database';
import { openExistingDatabase } from '../../../electron/storage/existing-database';
import { lengthOf, type Answer, type Deed } from './deeds';

/** One database in a process of its own, which does what its standard input says, line by line, and says what came of it. It may end at any moment. */
const [file = '', hex = ''] = process.argv.slice(2);
const key = Buffer.from(hex, 'hex');
let db: Db | undefined;

function open(): Db {
  if (db) return db;
  db = openExistingDatabase(file, key);
  // As each profile has it.
  db.beforeCommit(() => undefined);
  return db;
}

function filler(n: number, tag: number): Uint8Array {
  return new Uint8Array(lengthOf(n, tag)).fill(n + tag);
}

async function run(deed: Deed): Promise<Answer> {
  switch (deed.do) {
    case 'create': {
      const made = openDatabase(file, key);
      made.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, tag INTEGER NOT NULL, filler BLOB NOT NULL) STRICT; PRAGMA user_version=1');
      made.close();
      return { is: 'done' };
    }
    case 'close':
      db?.close();
      db = undefined;
      return { is: 'done' };
    case 'copy':
      open().copyLog();
      return { is: 'done' };
    case 'empty':
      open().emptyLog();
      return { is: 'done' };
    case 'wait':
      await db?.flushed;
      return { is: 'done' };
    case 'write': {
      const { isBehind, rows, tag, below } = deed;
      const open_ = open();
      const work = (): void => {
        const put = open_.prepare('INSERT OR REPLACE INTO t VALUES (?, ?, ?)');
        for (const n of rows) put.run([n, tag, filler(n, tag)]);
        open_.prepare('DELETE FROM t WHERE n < ?').run([below]);
      };
      if (isBehind) open_.transactionBehind(work);
      else open_.transaction(work);
      return { is: 'done' };
    }
    case 'look': {
      const open_ = open();
      const rows: [number, number][] = [];
      for (const row of open_.prepare('SELECT n, tag, filler FROM t ORDER BY n').all()) {
        const [n, tag, bytes] = [Number(row['n']), Number(row['tag']), row['filler']];
        if (!(bytes instanceof Uint8Array) || Buffer.compare(bytes, filler(n, tag)) !== 0) return { is: 'refused', code: 'other content', message: `row ${n}` };
        rows.push([n, tag]);
      }
      const check = String(open_.pragma('integrity_check'));
      return check === 'ok' ? { is: 'rows', rows } : { is: 'refused', code: 'integrity', message: check };
    }
  }
}

const say = (answer: Answer): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
say({ is: 'here', pid: process.pid });
const lines = createInterface({ input: process.stdin });
let last = Promise.resolve();
lines.on('line', (line) => {
  last = last.then(async () => {
    const answer = await run(JSON.parse(line) as Deed).catch((error: unknown): Answer => ({ is: 'refused', code: error instanceof KeyshiftError ? error.code : 'other', message: String(error) }));
    say(answer);
  });
});
lines.on('close', () => process.exit(0));
