import { openDatabase } from '../../../../electron/storage/database';

// Commits batches of three rows for ever and says each batch once its commit returned.
const db = openDatabase(process.argv[2] ?? '', Buffer.from(process.argv[3] ?? '', 'hex'));
db.exec('CREATE TABLE IF NOT EXISTS t (batch INTEGER, part INTEGER, filler BLOB) STRICT');
const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?)');
let batch = Number(db.prepare('SELECT coalesce(max(batch), 0) AS last FROM t').get()?.last);

function step(): void {
  batch += 1;
  db.transaction(() => {
    for (let part = 0; part < 3; part += 1) insert.run([batch, part, new Uint8Array(700)]);
  });
  process.stdout.write(`${batch}\n`);
  setImmediate(step);
}
step();
