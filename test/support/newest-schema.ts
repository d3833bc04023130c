import type { Db } from '../../electron/storage/database';

/** What SQLite makes by itself for a table of the index, and fills as it is told how that is to be kept. */
const ownTables = /_(?:data|idx|content|docsize|config)$/;

/** What makes a database like this one, which holds nothing but what its migrations left: each thing in the order it was made, then its few rows, then its version. */
export function statementsOf(db: Db): string[] {
  const objects = db.prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all().map((row) => ({ type: String(row['type']), name: String(row['name']), sql: String(row['sql']) }));
  const indexes = objects.filter(({ sql }) => /^CREATE VIRTUAL TABLE/i.test(sql)).map(({ name }) => name);
  const isOwn = (name: string): boolean => ownTables.test(name) && indexes.includes(name.replace(ownTables, ''));
  const made = objects.filter(({ name }) => !isOwn(name) && !name.startsWith('sqlite_'));
  const tables = objects.filter(({ type, name }) => type === 'table' && !indexes.includes(name)).map(({ name }) => name);
  const settings = indexes.filter((index) => tables.includes(`${index}_config`)).flatMap((index) => settingsOf(db, index));
  return [...made.map(({ sql }) => sql), ...tables.filter((table) => !isOwn(table)).flatMap((table) => rowsOf(db, table)), ...settings, `PRAGMA user_version = ${String(db.pragma('user_version'))}`];
}

function rowsOf(db: Db, table: string): string[] {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all([table]).map(({ name }) => String(name));
  const quoted = db.prepare(`SELECT ${columns.map((name) => `quote("${name}")`).join(" || ', ' || ")} AS row FROM "${table}"`).all();
  return quoted.map(({ row }) => `INSERT OR REPLACE INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) VALUES (${String(row)})`);
}

function settingsOf(db: Db, index: string): string[] {
  return db.prepare(`SELECT quote(k) AS k, quote(v) AS v FROM "${index}_config" WHERE k <> 'version' ORDER BY k`).all().map(({ k, v }) => `INSERT INTO "${index}" ("${index}", rank) VALUES (${String(k)}, ${String(v)})`);
}
