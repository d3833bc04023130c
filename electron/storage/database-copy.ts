import type { Db } from './database';
import { text } from './row';

/** Rows written in one go: a few milliseconds with their indexes. */
const rowsAtOnce = 128;

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** What orders its rows: their number, or the primary key of a table whose rows have none. */
  readonly order: readonly string[];
}

/**
 * Everything in a database into an empty one that is attached to it, under the other one's key: tables and indexes first, then rows a few at a time, and
 * at the end what acts by itself (triggers) or stands upon other tables (the index of words), as SQLCipher's own `sqlcipher_export` does in one go
 * (src/sqlcipher.c). Nobody else may write meanwhile. Each step gives the bytes written so far.
 */
export function* copyDatabase(db: Db, copy: string): Generator<number> {
  db.exec(`PRAGMA foreign_keys=OFF; PRAGMA ${copy}.user_version=${Number(db.pragma('user_version'))}; PRAGMA ${copy}.application_id=${Number(db.pragma('application_id'))}`);
  for (const sql of statements(db, "type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")) db.exec(into(copy, sql));
  for (const sql of statements(db, "type = 'index' AND sql IS NOT NULL")) db.exec(into(copy, sql));
  for (const table of tablesOf(db)) {
    yield* copyRows(db, copy, table);
  }
  db.transaction(() => {
    db.exec(`PRAGMA writable_schema=ON;
      INSERT INTO ${copy}.sqlite_schema (type, name, tbl_name, rootpage, sql)
        SELECT type, name, tbl_name, rootpage, sql FROM main.sqlite_schema WHERE type IN ('view', 'trigger') OR (type = 'table' AND rootpage = 0);
      PRAGMA writable_schema=OFF;`);
  });
  const missing = db.prepare(`SELECT name FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' EXCEPT SELECT name FROM ${copy}.sqlite_schema`).all();
  if (missing.length > 0) throw new Error(`the copy of a database lacks ${missing.map((row) => text(row, 'name')).join(', ')}`);
}

function* copyRows(db: Db, copy: string, { name, columns, order }: Table): Generator<number> {
  // Filled by what was copied before: it comes last.
  if (name === 'sqlite_sequence') db.exec(`DELETE FROM ${copy}.sqlite_sequence`);
  const [from, to] = [`main.${quoted(name)}`, `${copy}.${quoted(name)}`];
  const [listed, by, marks] = [columns.map(quoted).join(', '), order.map(quoted).join(', '), order.map(() => '?').join(', ')];
  const after = `(${by}) > (${marks})`;
  const lastOf = (where: string): string => `SELECT ${order.map((column, at) => `${quoted(column)} AS k${at}`).join(', ')} FROM ${from} ${where} ORDER BY ${by} LIMIT 1 OFFSET ${rowsAtOnce - 1}`;
  const [firstEnd, nextEnd] = [db.prepare(lastOf('')), db.prepare(lastOf(`WHERE ${after}`))];
  const insert = (where: string): string => `INSERT INTO ${to} (${listed}) SELECT ${listed} FROM ${from} ${where} ORDER BY ${by}`;
  const written = (): number => Number(db.pragma(`${copy}.page_count`)) * Number(db.pragma(`${copy}.page_size`));
  for (let since: readonly (string | number | Uint8Array | null)[] | undefined; ; ) {
    const end = since === undefined ? firstEnd.get() : nextEnd.get(since);
    const until = end && order.map((_, at) => end[`k${at}`] ?? null);
    const bounds = [...(since === undefined ? [] : [after]), ...(until === undefined ? [] : [`(${by}) <= (${marks})`])];
    const statement = db.prepare(insert(bounds.length === 0 ? '' : `WHERE ${bounds.join(' AND ')}`));
    const values = [...(since ?? []), ...(until ?? [])];
    db.transaction(() => void statement.run(values));
    yield written();
    if (until === undefined) return;
    since = until;
  }
}

function statements(db: Db, where: string): string[] {
  return db.prepare(`SELECT sql FROM main.sqlite_schema WHERE ${where} ORDER BY rowid`).all().map((row) => text(row, 'sql'));
}

/** SQLite keeps these texts from the name on as they were written, and what is in front of it in one spelling. */
function into(copy: string, sql: string): string {
  const [all, kind = ''] = /^CREATE (TABLE|INDEX|UNIQUE INDEX) /.exec(sql) ?? [];
  if (all === undefined) throw new Error('a table is described in an unknown way');
  return `CREATE ${kind} ${copy}.${sql.slice(all.length)}`;
}

function tablesOf(db: Db): Table[] {
  const names = db.prepare(`SELECT m.name AS name, l.wr AS keyed FROM main.sqlite_schema m JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name
    WHERE m.type = 'table' AND m.rootpage > 0 AND (m.name = 'sqlite_sequence' OR m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\') ORDER BY m.name = 'sqlite_sequence', m.rowid`).all();
  return names.map((row) => {
    const name = text(row, 'name');
    const info = db.prepare('SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid').all([name]);
    const columns = info.map((one) => text(one, 'name'));
    const key = info.filter((one) => Number(one['pk']) > 0).sort((a, b) => Number(a['pk']) - Number(b['pk']));
    if (row['keyed'] === 1) return { name, columns, order: key.map((one) => text(one, 'name')) };
    const [alias, ...more] = key;
    // A column of this kind is the number of the row.
    const numbered = alias !== undefined && more.length === 0 && text(alias, 'type').toUpperCase() === 'INTEGER';
    return { name, columns: numbered ? columns : ['rowid', ...columns], order: ['rowid'] };
  });
}

/** The number of a row is called so without quotation marks only. */
function quoted(name: string): string {
  if (name === 'rowid') return name;
  return `"${name.replaceAll('"', '""')}"`;
}
