import type { Db, Parameters, Row, SqlValue } from '../../electron/storage/database';

/** Tables that hold content; the index of words is kept by the database itself. */
export function contentTables(db: Db): string[] {
  return db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%' ORDER BY rowid`)
    .all()
    .map((row) => String(row['name']));
}

export function columnsOf(db: Db, table: string): Row[] {
  return [...db.prepare('SELECT name, type, pk FROM pragma_table_info(?)').all([table])];
}

/** Two rows for each table that has none, by what its own words ask of them, or one where what they refer to has no second. Gives the names of those tables. */
export function fillEmptyTables(db: Db): string[] {
  const empty = contentTables(db).filter((table) => db.prepare(`SELECT 1 FROM "${table}"`).get() === undefined);
  for (const table of empty) {
    // A trigger may have filled it by now.
    if (db.prepare(`SELECT 1 FROM "${table}"`).get() !== undefined) continue;
    const sql = String(db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get([table])?.['sql']);
    const parents = new Map(db.prepare('SELECT * FROM pragma_foreign_key_list(?)').all([table]).map((row) => [String(row['from']), row]));
    const columns = columnsOf(db, table);
    const count = /only INTEGER PRIMARY KEY CHECK/.test(sql) ? 1 : 2;
    for (let row = 1; row <= count; row += 1) {
      const values: Parameters = columns.map(({ name, type }) => {
        const parent = parents.get(String(name));
        if (parent) return referred(db, parent, row);
        return valueFor(sql, String(name), String(type), row);
      });
      db.prepare(`INSERT ${row === 1 ? '' : 'OR IGNORE '}INTO "${table}" (${columns.map(({ name }) => `"${String(name)}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`).run(values);
    }
  }
  return empty;
}

function referred(db: Db, parent: Row, row: number): SqlValue {
  const rows = db.prepare(`SELECT "${String(parent['to'])}" AS value FROM "${String(parent['table'])}"`).all();
  return rows[(row - 1) % Math.max(1, rows.length)]?.['value'] ?? null;
}

function valueFor(sql: string, name: string, type: string, row: number): SqlValue {
  const [, chosen] = new RegExp(`\\b${name}\\b[^,]* IN \\(([^)]*)\\)`).exec(sql) ?? [];
  if (chosen !== undefined) return type === 'TEXT' ? (chosen.split(',')[0] ?? '').trim().replaceAll("'", '') : Number(chosen.split(',')[0]);
  if (type === 'INTEGER') return row;
  if (type === 'TEXT') return `${name} ${row}`;
  const length = Number(new RegExp(`length\\(${name}\\) = (\\d+)`).exec(sql)?.[1] ?? 16);
  return new Uint8Array(length).fill(row);
}
