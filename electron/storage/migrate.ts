import { KeyshiftError } from '../../shared/errors';
import type { Db } from './database';
import { migrations as all } from './migrations/all';
import type { Migration } from './migrations/migration';

/** The schema this version of the program writes and the newest it understands. */
export function schemaVersion(migrations: readonly Migration[] = all): number {
  return migrations.length;
}

/** Errors: `vault.newer` when the file was written by a newer program; nothing is written then. */
export function assertReadable(version: number, migrations: readonly Migration[] = all): void {
  if (version <= schemaVersion(migrations)) return;
  throw new KeyshiftError('vault.newer', 'A newer version of Keyshift has used this profile. Update this one; nothing was changed.');
}

/** Makes the schema of a new database, with nothing in it: by what all steps lead to, which is done in a seventh of their time. Errors: those of the disk. */
export async function newSchema(): Promise<(db: Db) => void> {
  // Read only where a profile begins. test/unit/storage/newest.test.ts writes it, and holds it to the steps.
  const { default: newest } = await import('./migrations/newest.json');
  return (db) => db.transaction(() => db.exec(newest.join(';\n')));
}

/**
 * Brings the schema up to date: all pending steps in one transaction, or none. Gives how many ran.
 * Errors: `vault.newer`, and those of the disk.
 */
export function migrate(db: Db, migrations: readonly Migration[] = all): number {
  const found = db.pragma('user_version');
  const version = typeof found === 'number' ? found : 0;
  assertReadable(version, migrations);
  const pending = migrations.slice(version);
  if (pending.length === 0) return 0;
  db.transaction(() => {
    for (const [index, step] of pending.entries()) {
      if (step.version !== version + index + 1) throw new Error(`migration ${step.name} is out of order`);
      db.exec(step.sql);
    }
    // Part of the transaction: the number and the schema change together.
    db.exec(`PRAGMA user_version = ${schemaVersion(migrations)}`);
  });
  return pending.length;
}

/** Makes the schema of an earlier version in a new database. */
export function migratedTo(version: number): (db: Db) => void {
  return (db) => void migrate(db, all.slice(0, version));
}
