import { openDatabase } from '../../../../electron/storage/database';

/** Copies a log of its own into the database at the first byte of its standard input, says so when the disk has answered, and stays. */
const [file = '', key = ''] = process.argv.slice(2);
const db = openDatabase(file, Buffer.from(key, 'hex'));
db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB NOT NULL) STRICT; PRAGMA user_version=1');
for (let n = 1; n <= 40; n += 1) db.transaction(() => void db.prepare('INSERT INTO t VALUES (?, randomblob(5000))').run([n]));
process.stdout.write('ready\n');
process.stdin.once('data', () => {
  db.copyLog();
  void db.flushed.then(() => process.stdout.write('answered\n'));
});
