import type { Db, Row } from '../../electron/storage/database';
import type { Resident } from './services-kit';

/** Everything that stands in a database, to be put back later, as a file would be that was copied. */
export class RowsOf {
  readonly #tables: readonly (readonly [string, readonly Row[]])[];

  constructor(db: Db) {
    const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%'").all().map(({ name }) => String(name));
    this.#tables = names.map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).all().map((row) => ({ ...row }))]);
  }

  /** Nobody may have the profile open. */
  putBack(db: Db): void {
    db.transaction(() => {
      db.exec('PRAGMA defer_foreign_keys=ON');
      for (const [name] of this.#tables) db.exec(`DELETE FROM "${name}"`);
      for (const [name, rows] of this.#tables) {
        for (const row of rows) {
          const columns = Object.keys(row);
          db.prepare(`INSERT OR REPLACE INTO "${name}" (${columns.join()}) VALUES (${columns.map(() => '?').join()})`).run(Object.values(row));
        }
      }
    });
    try {
      db.transaction(() => {
        throw new Error('what was remembered of rows is forgotten');
      });
    } catch {
      // as it should
    }
  }
}

/** Nobody reaches this device, and it reaches nobody. */
export function away(device: Resident): void {
  device.mute = true;
  device.onLink = (link) => link.destroy();
  device.reopen();
}

export function back(device: Resident): void {
  device.mute = false;
  device.onLink = undefined;
  device.reopen();
}
