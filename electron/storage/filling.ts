import { KeyshiftError } from '../../shared/errors';
import type { TablePage } from '../engine/backup/items';
import { openDatabase, type Db, type Statement } from './database';
import { indexTogether } from './index-together';
import { text } from './row';
import { leftOut } from './snapshot';
import { sqliteCode } from './sqlite-error';

/** What the rows of other tables bring along already, in part: what the backup says of it counts. */
const filledBefore: ReadonlySet<string> = new Set(['key_headers']);

/**
 * A new database that takes the rows of a backup. Its tables are those this program itself makes of that version: of the file come values,
 * never names or statements. Nothing of it is durable before whoever fills it says so (`syncFile`); a crash leaves a file nobody knows the key of.
 */
export class Filling {
  readonly #db: Db;
  readonly #emptied = new Set<string>();
  /** Of each table its insertion, and the columns it wants. */
  readonly #tables = new Map<string, { readonly columns: readonly string[]; readonly insert: Statement }>();

  /** `file` is there and empty; `schema` makes its tables. Errors: those of the disk. */
  constructor(file: string, key: Uint8Array, schema: (db: Db) => void) {
    this.#db = openDatabase(file, key);
    try {
      this.#db.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF');
      schema(this.#db);
      indexTogether(this.#db);
      // Not what the database makes of them: the index of words comes with the messages.
      const tables = this.#db.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name <> 'sqlite_schema'").all();
      for (const name of tables.map((row) => text(row, 'name'))) if (!leftOut.has(name)) this.#learn(name);
      // Made by the migrations: what the backup says of it counts.
      if (this.#tables.has('sqlite_sequence')) this.#db.exec('DELETE FROM sqlite_sequence');
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** In one go. Errors: backup.garbled for what these tables do not take; those of the disk. */
  put(pages: readonly TablePage[]): void {
    try {
      this.#db.transaction(() => {
        for (const { table, columns, rows } of pages) {
          const known = this.#tables.get(table);
          if (known?.columns.length !== columns.length || known.columns.some((name, at) => name !== columns[at])) throw foreign();
          if (table === 'sqlite_sequence') this.#db.exec('DELETE FROM sqlite_sequence');
          if (filledBefore.has(table) && !this.#emptied.has(table)) this.#db.exec(`DELETE FROM ${table}`);
          this.#emptied.add(table);
          for (const row of rows) known.insert.run(row);
        }
      });
    } catch (error) {
      throw /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(sqliteCode(error) ?? '') ? foreign() : error;
    }
  }

  close(): void {
    this.#db.close();
  }

  #learn(table: string): void {
    const columns = this.#db.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all([table]).map((row) => text(row, 'name'));
    const names = columns.map((name) => `"${name}"`).join(', ');
    this.#tables.set(table, { columns, insert: this.#db.prepare(`INSERT INTO "${table}" (${names}) VALUES (${columns.map(() => '?').join(', ')})`) });
  }
}

function foreign(): KeyshiftError {
  return new KeyshiftError('backup.garbled', 'What this backup holds fits no profile. Nothing was changed.');
}
