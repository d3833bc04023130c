import { openDatabase } from '../../../../electron/storage/database';

// Commits slices of three rows for ever that do not wait for the disk, each third one that does, copies the log back now and then, and says each slice once it is on the disk.
const db = openDatabase(process.argv[2] ?? '', Buffer.from(process.argv[3] ?? '', 'hex'));
db.exec('CREATE TABLE IF NOT EXISTS t (batch INTEGER, part INTEGER, filler BLOB) STRICT');
const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?)');
let batch = Number(db.prepare('SELECT coalesce(max(batch), 0) AS last FROM t').get()?.last);

function slice(): void {
  batch += 1;
  const write = (): void => {
    for (let part = 0; part < 3; part += 1) insert.run([batch, part, new Uint8Array(100_000)]);
  };
  if (batch % 3 === 0) db.transaction(write);
  else db.transactionBehind(write);
  const written = batch;
  // Whoever does not wait for the slice before, as a message that is sent meanwhile, comes in between as well.
  if (batch % 5 === 0) return slice();
  void db.flushed.then(() => {
    process.stdout.write(`${written}\n`);
    if (batch % 7 === 0) db.copyLog();
    setImmediate(slice);
  });
}
slice();
