import type { TablePage } from '../engine/backup/items';
import type { Snapshot } from '../services/ports/backup';
import type { Db, Row } from './database';
import { integer, text } from './row';

/** Rows read in one go: a fraction of a millisecond. */
const rowsAtOnce = 32;

/**
 * Tables that stay behind: what takes sessions up again, here or at another device, the key to the mailbox, what is carried for other
 * devices, and which files were being saved end with the device that has them. The index of words is made anew from the messages.
 */
export const leftOut: ReadonlySet<string> = new Set(['resumptions', 'sharing_keys', 'session_ledger', 'hosted_records', 'own_mailbox', 'own_slots', 'relayed', 'unfinished_saves', 'search_places', 'search_backlog', 'search_names', 'search_signs', 'search_due', 'search_fresh', 'search_places_before']);

/**
 * What is said in the place of a column. The private keys of this very device never leave it (protocol.md §2): whoever restores becomes another
 * one. Of retired identity keys the signed chain is enough.
 */
const instead: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  local_record: { signing_seed: 'zeroblob(32)', kem_secret: 'zeroblob(32)' },
  identity_keys: { private_key: 'CASE WHEN retired_at IS NULL THEN private_key END' },
};

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** The primary key of a table whose rows have no number. */
  readonly key?: readonly string[];
  /** Lowest and highest number of a row, where rows have one and there are any. */
  readonly range?: readonly [number, number];
}

/** What a row's number is called here; no column has a name like it. */
const rowNumber = 'row number';

/**
 * Everything in the database as it stands now, row by row, while others go on writing: a read transaction of a connection of its
 * own, which `close` ends.
 */
export function readSnapshot(db: Db): Snapshot {
  db.exec('PRAGMA query_only=ON; BEGIN');
  try {
    const tables = tablesOf(db);
    const bytes = Number(db.pragma('page_count')) * Number(db.pragma('page_size'));
    return {
      schema: Number(db.pragma('user_version')),
      bytes,
      pages: () => pagesOf(db, tables),
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

function* pagesOf(db: Db, tables: readonly Table[]): Generator<{ readonly page: TablePage; readonly begins: boolean; readonly share: number }> {
  const weight = (table: Table): number => (table.range ? table.range[1] - table.range[0] + 1 : 0);
  const all = Math.max(1, tables.reduce((sum, table) => sum + weight(table), 0));
  let done = 0;
  for (const table of tables) {
    let begins = true;
    for (const rows of rowsOf(db, table)) {
      const at = rows.at(-1)?.[rowNumber];
      const within = table.range && typeof at === 'number' ? at - table.range[0] + 1 : 0;
      const values = rows.map((row) => table.columns.map((column) => row[column] ?? null));
      yield { page: { table: table.name, columns: table.columns, rows: values }, begins, share: (done + within) / all };
      begins = false;
    }
    done += weight(table);
  }
}

function* rowsOf(db: Db, { name, columns, key }: Table): Generator<readonly Row[]> {
  const asked = columns.map((column) => `${instead[name]?.[column] ?? quoted(column)} AS ${quoted(column)}`);
  const places = key ?? [rowNumber];
  const order = key?.map(quoted).join(', ') ?? 'rowid';
  const read = (where: string): string =>
    `SELECT ${[...(key ? [] : [`rowid AS ${quoted(rowNumber)}`]), ...asked].join(', ')} FROM ${quoted(name)} ${where} ORDER BY ${order} LIMIT ${rowsAtOnce}`;
  const next = db.prepare(read(`WHERE (${order}) > (${places.map(() => '?').join(', ')})`));
  let rows = db.prepare(read('')).all();
  for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
    yield rows;
    if (rows.length < rowsAtOnce) return;
    const from: Row = last;
    rows = next.all(places.map((place) => from[place] ?? null));
  }
}

/** In the order they were made, so that rows come after those they refer to; the counters of numbers that are given out once come last. */
function tablesOf(db: Db): Table[] {
  const names = db
    .prepare(`SELECT m.name AS name, l.wr AS keyed FROM sqlite_master m JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name
      WHERE m.type = 'table' AND l.type = 'table' ORDER BY m.name = 'sqlite_sequence', m.rowid`)
    .all();
  return names.flatMap((row) => (leftOut.has(text(row, 'name')) || isInternal(text(row, 'name')) ? [] : [tableOf(db, text(row, 'name'), integer(row, 'keyed') === 1)]));
}

function isInternal(name: string): boolean {
  return name.startsWith('sqlite_') && name !== 'sqlite_sequence';
}

function tableOf(db: Db, name: string, keyed: boolean): Table {
  const all = db.prepare('SELECT name, pk FROM pragma_table_info(?) ORDER BY cid').all([name]);
  const columns = all.map((row) => text(row, 'name'));
  if (keyed) {
    const key = all.filter((row) => integer(row, 'pk') > 0).sort((a, b) => integer(a, 'pk') - integer(b, 'pk'));
    return { name, columns, key: key.map((row) => text(row, 'name')) };
  }
  const ends = db.prepare(`SELECT (SELECT min(rowid) FROM ${quoted(name)}) AS least, (SELECT max(rowid) FROM ${quoted(name)}) AS most`).get();
  const [least, most] = [ends?.['least'], ends?.['most']];
  return { name, columns, ...(typeof least === 'number' && typeof most === 'number' ? { range: [least, most] } : {}) };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
