import { fdatasync, fdatasyncSync } from 'node:fs';
import { openDatabase } from '../../../../electron/storage/database';

/**
 * At the first byte of its standard input commits what nobody waits for, says how the disk answered, and stays, as if it had not heard that itself: in the moment between a
 * refusal and its mark.
 */
const [file = '', key = ''] = process.argv.slice(2);
const flush = (handle: number): void => fdatasync(handle, (error) => void process.stdout.write(error ? 'refused\n' : 'taken\n'));
const db = openDatabase(file, Buffer.from(key, 'hex'), { flush, flushNow: fdatasyncSync });
db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT; PRAGMA user_version=1');
const add = db.prepare('INSERT INTO t VALUES (?, randomblob(5000))');
for (let n = 1; n <= 40; n += 1) add.run([n]);
db.pragma('wal_checkpoint(TRUNCATE)');
for (let n = 41; n <= 60; n += 1) add.run([n]);
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  db.transactionBehind(() => {
    db.exec('DELETE FROM t WHERE n <= 30');
    for (let n = 61; n <= 100; n += 1) add.run([n]);
  });
});
