import { type Db, openDatabase, type SqlValue } from '../../electron/storage/database';
import { migrate } from '../../electron/storage/migrate';

interface Template {
  readonly schema: string;
  readonly rows: readonly { readonly insert: string; readonly values: readonly SqlValue[] }[];
}

/** What SQLite makes by itself for a table of the index: its rows are copied, it is not made. */
const ownTables = /_(?:data|idx|content|docsize|config)$/;
let template: Template | undefined;

/**
 * A database in memory with the newest schema, as `migrate` leaves it (test/unit/storage/fresh-database.test.ts compares the two): its forty steps
 * take many times as long as the result of them, and some tests need hundreds.
 */
export function freshDatabase(): Db {
  template ??= readTemplate();
  const db = openDatabase(':memory:');
  const { schema, rows } = template;
  db.transaction(() => {
    db.exec(schema);
    for (const { insert, values } of rows) db.prepare(insert).run(values);
  });
  return db;
}

function readTemplate(): Template {
  const db = openDatabase(':memory:');
  try {
    migrate(db);
    const all = db.prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all();
    const objects = all.map((row) => ({ type: String(row['type']), name: String(row['name']), sql: String(row['sql']) }));
    const indexes = objects.filter(({ sql }) => /^CREATE VIRTUAL TABLE/i.test(sql)).map(({ name }) => name);
    const isOwn = (name: string): boolean => ownTables.test(name) && indexes.includes(name.replace(ownTables, ''));
    const made = objects.filter(({ name }) => !isOwn(name) && !name.startsWith('sqlite_'));
    const tables = objects.filter(({ type, name }) => type === 'table' && !indexes.includes(name)).map(({ name }) => name);
    const rows = tables.flatMap((table) =>
      db.prepare(`SELECT * FROM ${table}`).all().map((row) => ({ insert: `INSERT OR REPLACE INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row).map(() => '?').join()})`, values: Object.values(row) })),
    );
    return { schema: `${made.map(({ sql }) => sql).join(';\n')};\nPRAGMA user_version = ${String(db.pragma('user_version'))};`, rows };
  } finally {
    db.close();
  }
}
