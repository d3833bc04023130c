import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openExistingDatabase } from '../../../electron/storage/existing-database';
import { openDatabase } from '../../../electron/storage/database';
import { examineLog } from '../../../electron/storage/write-ahead-log';
import { migrate } from '../../../electron/storage/migrate';
import { fingerprint, folder } from './places';
import { crypto } from './vaults';

const key = crypto.random(32);
const frame = 24 + 4096;

/** A database as kill -9 leaves it after `commits` transactions, each of a few frames, all still in the log. */
function abandoned(commits: number): { directory: string; file: string; log: Buffer; ends: number[] } {
  const [source, directory] = [folder(), folder()];
  const db = openDatabase(join(source, 'a.db'), key);
  migrate(db);
  db.exec('CREATE TABLE t (n INTEGER, filler BLOB) STRICT; PRAGMA wal_checkpoint(TRUNCATE)');
  for (let n = 1; n <= commits; n += 1) db.prepare('INSERT INTO t VALUES (?, ?)').run([n, new Uint8Array(5000)]);
  for (const name of ['a.db', 'a.db-wal']) copyFileSync(join(source, name), join(directory, name));
  db.close();
  const log = readFileSync(join(directory, 'a.db-wal'));
  const ends: number[] = [];
  for (let at = 32; at < log.length; at += frame) if (log.readUInt32BE(at + 4) !== 0) ends.push(at + frame);
  return { directory, file: join(directory, 'a.db'), log, ends };
}

function rows(file: string): unknown {
  const db = openExistingDatabase(file, key);
  try {
    return db.prepare('SELECT count(*) AS n FROM t').get()?.n;
  } finally {
    db.close();
  }
}

describe('the log of a process that was killed', () => {
  it('is whole: every commit is there, and the log starts anew', () => {
    const { file, ends } = abandoned(10);
    expect(ends).toHaveLength(10);
    expect(examineLog(file)).toBe('whole');
    const db = openExistingDatabase(file, key);
    expect(db.prepare('SELECT count(*) AS n FROM t').get()?.n).toBe(10);
    expect(examineLog(file)).toBe('none');
    db.close();
  });

  it('A89: cut anywhere in its last transaction is whole: nobody was told of that one', () => {
    const { file, log, ends } = abandoned(5);
    for (let end = ends[3]!; end < log.length; end += 997) {
      writeFileSync(`${file}-wal`, log.subarray(0, end));
      expect(examineLog(file), `cut at ${end}`).toBe('whole');
    }
    writeFileSync(`${file}-wal`, log.subarray(0, log.length - 100));
    expect(rows(file)).toBe(4);
  });

  it('A89: with a changed bit before its last transaction is vault.damaged, instead of forgetting messages', () => {
    const { directory, file, log, ends } = abandoned(8);
    // The last complete transaction cannot be told from a torn one: a change before it must be seen.
    const until = ends[6]!;
    for (let trial = 0; trial < 200; trial += 1) {
      const bad = Buffer.from(log);
      // All of the header and of the first frame's header, then spread over the rest.
      const at = trial < 56 ? trial : Math.floor((until / 200) * trial);
      bad.writeUInt8(bad.readUInt8(at) ^ (1 << trial % 8), at);
      writeFileSync(`${file}-wal`, bad);
      const before = fingerprint(directory);
      // Nothing was lost when SQLite reads it all the same (reserved bytes).
      expect(() => expect(rows(file)).toBe(8), `byte ${at}`).toThrow(expect.objectContaining({ code: 'vault.damaged' }));
      expect(fingerprint(directory)).toEqual(before);
    }
    writeFileSync(`${file}-wal`, log);
    expect(rows(file)).toBe(8);
  });

  it('of a new round whose header was cut off is whole', () => {
    const { file, log } = abandoned(3);
    const next = Buffer.from(log);
    crypto.random(32).forEach((byte, at) => next.writeUInt8(byte, at));
    writeFileSync(`${file}-wal`, next);
    expect(examineLog(file)).toBe('whole');
  });

  it('is none when it is missing or empty', () => {
    const { file } = abandoned(3);
    writeFileSync(`${file}-wal`, '');
    expect(examineLog(file)).toBe('none');
    rmSync(`${file}-wal`);
    expect(examineLog(file)).toBe('none');
  });
});
