import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from 'vitest';
import { openDatabase } from '../../../electron/storage/database';
import type { Db } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import type { Stores } from '../../../electron/services/ports';
import { freshDatabase } from '../../support/fresh-database';
import { withNewest } from '../../support/newest-schema';

export interface Opened {
  readonly db: Db;
  readonly stores: Stores;
  /** The same data read anew: for a file through a new connection, so that only what is durable shows. */
  again(): Stores;
}

/** Runs a store's suite over the database in memory and over a real encrypted file. */
export function overBothBackings(title: string, suite: (open: () => Opened) => void): void {
  describe.each(['in memory', 'in an encrypted file'])(`${title}, %s`, (kind) => {
    const cleanUp: (() => void)[] = [];
    afterEach(() => {
      for (const step of cleanUp.splice(0).reverse()) step();
    });

    suite(() => {
      if (kind === 'in memory') {
        const db = freshDatabase();
        cleanUp.push(() => db.close());
        const stores = openStores(db);
        return { db, stores, again: () => stores };
      }
      const directory = mkdtempSync(join(tmpdir(), 'keyshift-stores-'));
      cleanUp.push(() => rmSync(directory, { recursive: true }));
      const key = randomBytes(32);
      const open = (): Db => {
        const db = openDatabase(join(directory, 'keyshift.db'), key);
        cleanUp.push(() => db.close());
        return db;
      };
      const db = withNewest(open());
      return {
        db,
        stores: openStores(db),
        again: () => {
          db.close();
          return openStores(open());
        },
      };
    });
  });
}

/** `count` bytes that are told apart from all others made by this function. */
let serial = 0;
export function someBytes(count: number): Uint8Array {
  serial += 1;
  return Uint8Array.from({ length: count }, (_, at) => (serial * 31 + at * 7) & 0xff);
}
