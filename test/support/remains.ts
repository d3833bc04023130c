import type { Db } from '../../electron/storage/database';

/** Columns in which these bytes, or words, stand, as "table.column"; what the search keeps of words for itself is looked through by tests of its own. */
export function remainsIn(db: Db, wanted: Uint8Array | string): string[] {
  const hex = Buffer.from(wanted).toString('hex').toUpperCase();
  return db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND sql NOT LIKE '%VIRTUAL%'").all().flatMap((table) => {
    const name = String(table['name']);
    const columns = db.prepare(`SELECT name FROM pragma_table_info('${name}')`).all().map((column) => String(column['name']));
    return columns.filter((column) => db.prepare(`SELECT 1 AS found FROM ${name} WHERE instr(hex(${column}), ?) > 0 LIMIT 1`).get([hex]) !== undefined).map((column) => `${name}.${column}`);
  });
}
