import type { Db } from '../../electron/storage/database';
import newest from '../../electron/storage/migrations/newest.json';

/** What SQLite makes by itself for a table of the index, and fills as it is told how that is to be kept. */
const ownTables = /_(?:data|idx|content|docsize|config)$/;

export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
  /** The index itself; a table of its own, which SQLite makes; or nothing of an index. */
  readonly index: 'itself' | 'own' | undefined;
}

/** What the schema of a database consists of, in the order it was made. */
export function objectsOf(db: Db): readonly SchemaObject[] {
  const all = db.prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all().map((row) => ({ type: String(row['type']), name: String(row['name']), sql: String(row['sql']) }));
  const indexes = all.filter(({ sql }) => /^CREATE VIRTUAL TABLE/i.test(sql)).map(({ name }) => name);
  const kindOf = (name: string): SchemaObject['index'] => (indexes.includes(name) ? 'itself' : ownTables.test(name) && indexes.includes(name.replace(ownTables, '')) ? 'own' : undefined);
  return all.map((one) => ({ ...one, index: kindOf(one.name) }));
}

/** What makes a database like this one, which holds nothing but what its migrations left: each thing in the order it was made, its few rows, how its indexes are to be kept, its version. */
export function statementsOf(db: Db): string[] {
  const objects = objectsOf(db);
  const made = objects.filter(({ name, index }) => index !== 'own' && !name.startsWith('sqlite_'));
  const tables = objects.filter(({ type, index }) => type === 'table' && index === undefined);
  const settings = objects.filter(({ name, index }) => index === 'own' && name.endsWith('_config')).flatMap(({ name }) => settingsOf(db, name.replace(ownTables, '')));
  return [...made.map(({ sql }) => sql), ...tables.flatMap(({ name }) => rowsOf(db, name)), ...settings, `PRAGMA user_version = ${String(db.pragma('user_version'))}`];
}

function rowsOf(db: Db, table: string): string[] {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all([table]).map(({ name }) => String(name));
  const quoted = db.prepare(`SELECT ${columns.map((name) => `quote("${name}")`).join(" || ', ' || ")} AS row FROM "${table}"`).all();
  return quoted.map(({ row }) => `INSERT OR REPLACE INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) VALUES (${String(row)})`);
}

function settingsOf(db: Db, index: string): string[] {
  return db.prepare(`SELECT quote(k) AS k, quote(v) AS v FROM "${index}_config" WHERE k <> 'version' ORDER BY k`).all().map(({ k, v }) => `INSERT INTO "${index}" ("${index}", rank) VALUES (${String(k)}, ${String(v)})`);
}

/** A new database with the newest schema, as a vault begins: by its steps that takes seven times as long. */
export function withNewest(db: Db): Db {
  db.transaction(() => db.exec(newest.join(';\n')));
  return db;
}
