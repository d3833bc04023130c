import { type Db, openDatabase, type SqlValue } from '../../electron/storage/database';
import { LentDatabase } from './lent-database';
import { objectsOf, withNewest } from './newest-schema';

interface Template {
  /** By name: what each table, index and trigger is made by; nothing for what SQLite makes by itself. */
  readonly objects: ReadonlyMap<string, string | undefined>;
  /** Tables with rows of their own, those of the index left out. */
  readonly tables: readonly string[];
  readonly rows: readonly { readonly insert: string; readonly values: readonly SqlValue[] }[];
}

let template: Template | undefined;

/** Given back and empty again. More than a few of them would only hold memory. */
const ready: Db[] = [];
const mostReady = 8;

/**
 * A database in memory with the newest schema, as `migrate` leaves it (test/unit/storage/fresh-database.test.ts compares them): its forty steps
 * take many times as long as the result of them, and some tests need hundreds. For the same reason one that is closed is emptied and lent again.
 */
export function freshDatabase(): Db {
  template ??= readTemplate();
  const known = template;
  const db = ready.pop() ?? made();
  const schema = schemaOf(db);
  return new LentDatabase(db, () => {
    if (ready.length < mostReady && isPlain(db) && (schemaOf(db) === schema || putBack(db, known))) {
      empty(db, known);
      ready.push(db);
    } else db.close();
  });
}

function made(): Db {
  return withNewest(openDatabase(':memory:'));
}

function fill(db: Db, rows: Template['rows']): void {
  for (const { insert, values } of rows) db.prepare(insert).run(values);
}

/** Another number after every change of what it is made of. */
function schemaOf(db: Db): unknown {
  return db.prepare('SELECT schema_version AS version FROM pragma_schema_version').get()?.['version'];
}

/**
 * Whatever a profile takes away when it is first looked after, above all what the search was before its last step, is there again. False, and nothing done, where anything
 * else of the schema is not as it was made.
 */
function putBack(db: Db, { objects }: Template): boolean {
  const there = new Map(db.prepare('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all().map((row) => [String(row['name']), String(row['sql'])]));
  if ([...there].some(([name, sql]) => !objects.has(name) || (objects.get(name) ?? sql) !== sql)) return false;
  const missing = [...objects].flatMap(([name, sql]) => (there.has(name) || sql === undefined ? [] : [sql]));
  forgetEnds(db);
  db.transaction(() => missing.forEach((sql) => db.exec(sql)));
  return true;
}

/** Nothing was hung on it that a deletion of rows would leave: what notes news for the search begins empty each time. */
function isPlain(db: Db): boolean {
  return db.prepare("SELECT 1 FROM sqlite_temp_schema WHERE name NOT GLOB 'search_news*'").get() === undefined;
}

/** What its last holder wanted done at the end of transactions, and behind them. */
function forgetEnds(db: Db): void {
  db.beforeCommit(() => undefined);
  db.afterCommit(() => undefined);
}

/** As it was made. What the index takes from messages goes first, so that no trigger takes it out word by word. */
function empty(db: Db, { tables, rows }: Template): void {
  forgetEnds(db);
  db.exec('PRAGMA foreign_keys=OFF');
  db.transaction(() => {
    if (db.prepare('DELETE FROM search_places').run().changes > 0 || hasWords(db)) db.prepare("INSERT INTO search (search) VALUES ('delete-all')").run();
    for (const table of tables) db.prepare(`DELETE FROM "${table}"`).run();
    fill(db, rows);
  });
  db.exec('PRAGMA foreign_keys=ON');
}

/** Also one whose words were all taken out again: what is left of them may stand in pages of its own. */
function hasWords(db: Db): boolean {
  return db.prepare('SELECT 1 FROM search_idx').get() !== undefined || Number(db.prepare('SELECT count(*) AS n FROM search_data').get()?.['n']) > 2;
}

function readTemplate(): Template {
  const db = made();
  try {
    const objects = objectsOf(db);
    const tables = objects.filter(({ type, index }) => type === 'table' && index !== 'itself').map(({ name }) => name);
    const rows = tables.flatMap((table) =>
      db.prepare(`SELECT * FROM ${table}`).all().map((row) => ({ insert: `INSERT OR REPLACE INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row).map(() => '?').join()})`, values: Object.values(row) })),
    );
    const byName = new Map(objects.map(({ name, sql, index }) => [name, index === 'own' ? undefined : sql]));
    return { objects: byName, tables: objects.filter(({ type, index }) => type === 'table' && index === undefined).map(({ name }) => name), rows };
  } finally {
    db.close();
  }
}
