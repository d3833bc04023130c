import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import type { Crypto, PasswordCost } from '../engine/crypto/crypto';
import type { Secret } from '../engine/crypto/secret';
import type { KeyRenewal, OpenVault, Stores, VaultFile } from '../services/ports';
import type { Snapshot, VaultInTheMaking, VaultMaker } from '../services/ports/backup';
import { openDatabase } from './database';
import type { Db } from './database';
import { createEmptyFile, moveDurably, removeIfPossible, replaceFile, syncFile, writeNewFile } from './durable-file';
import { openExistingDatabase } from './existing-database';
import { gone, withFileErrors } from './file-error';
import { assertRoomForRenewal, settleRenewal, writeUnderNewKey } from './key-renewal';
import { assertReadable, migratedTo, newSchema, schemaVersion } from './migrate';
import { openStores } from './open-stores';
import { readPlainFile } from './plain-file';
import { prepareProfileDirectory, profileFiles } from './profile-directory';
import { rewriteDatabase } from './rewriting';
import { readSnapshot } from './snapshot';
import { UnfinishedVault } from './unfinished-vault';
import { encodeVault, isAcceptableCost, largestVaultBytes, parseVault } from './vault-format';
import type { VaultContent } from './vault-format';
import { acceptDatabaseKey, databaseKeyBytes, openDatabaseKey, sealDatabaseKey } from './vault-key';
import { withoutLog } from './without-log';
import { hasLog, keptLogOf, nextLogOf } from './write-ahead-log';

/** Argon2id of the product: 256 MiB, 3 passes. */
export const productCost: PasswordCost = { memoryBytes: 256 * 1024 * 1024, passes: 3 };

export interface VaultFileOptions {
  readonly directory: string;
  readonly crypto: Crypto;
  /** Lower only in tests. */
  readonly cost?: PasswordCost;
}

/** `initialise` runs in the new database before the vault appears: with it a crash leaves all of it, or no vault. */
export interface VaultFileOnDisk extends VaultFile, VaultMaker {
  create(passphrase: string, initialise?: (stores: Stores) => void): Promise<OpenVault>;
}

/**
 * A profile's vault: the file `vault` holds the database key sealed under the passphrase, `keyshift.db` everything
 * else. The caller holds the profile lock. Calls of one vault run one after the other.
 *
 * Creation writes both beside their places, then moves the database, then the vault. `vault` is the last and deciding
 * step; when only that one is missing, the next call makes up for it. One without the other is `vault.damaged`.
 */
export function createVaultFile({ directory, crypto, cost = productCost }: VaultFileOptions): VaultFileOnDisk {
  if (!isAcceptableCost(cost)) throw new Error('the cost of the passphrase is out of bounds');
  return new DiskVault(directory, crypto, cost);
}

class DiskVault implements VaultFileOnDisk {
  readonly #directory: string;
  readonly #crypto: Crypto;
  readonly #cost: PasswordCost;
  readonly #vault: string;
  readonly #database: string;
  readonly #newVault: string;
  readonly #nextVault: string;
  readonly #newDatabase: string;
  #last: Promise<unknown> = Promise.resolve();
  /** It was open here once: where it is not now its disk went, or its folder, and nobody is to begin anew in its place. */
  #stood = false;

  constructor(directory: string, crypto: Crypto, cost: PasswordCost) {
    this.#directory = directory;
    this.#crypto = crypto;
    this.#cost = cost;
    this.#vault = join(directory, profileFiles.vault);
    this.#database = join(directory, profileFiles.database);
    this.#newVault = `${this.#vault}.creating`;
    this.#nextVault = `${this.#vault}.next`;
    this.#newDatabase = `${this.#database}.creating`;
  }

  state(): 'absent' | 'present' {
    return this.#stood || existsSync(this.#vault) || existsSync(this.#database) ? 'present' : 'absent';
  }

  create(passphrase: string, initialise?: (stores: Stores) => void): Promise<OpenVault> {
    return this.#inTurn(async () => {
      prepareProfileDirectory(this.#directory);
      if (this.#isComplete()) throw new KeyshiftError('vault.exists', 'This profile already has a vault.');
      const key = this.#crypto.randomSecret('database', databaseKeyBytes);
      try {
        const content = await sealDatabaseKey(this.#crypto, key, passphrase, this.#cost, schemaVersion());
        const schema = await newSchema();
        withFileErrors(this.#directory, () => this.#place({ key, content, schema, initialise }));
        return this.#opened(this.#database, openExistingDatabase(this.#database, key.bytes), key);
      } catch (error) {
        key.wipe();
        throw error;
      }
    });
  }

  begin(passphrase: string, schema: number): Promise<VaultInTheMaking> {
    return this.#inTurn(async () => {
      prepareProfileDirectory(this.#directory);
      if (this.#isComplete()) throw new KeyshiftError('vault.exists', 'This profile already has a vault.');
      assertReadable(schema);
      const key = this.#crypto.randomSecret('database', databaseKeyBytes);
      try {
        const content = await sealDatabaseKey(this.#crypto, key, passphrase, this.#cost, schemaVersion());
        const make = schema === schemaVersion() ? await newSchema() : migratedTo(schema);
        return new UnfinishedVault({
          directory: this.#directory,
          file: this.#newDatabase,
          leftovers: this.#leftovers(),
          schema: make,
          key,
          opened: (db) => this.#opened(this.#newDatabase, db, this.#crypto.secret('database', Uint8Array.from(key.bytes))),
          seal: () => writeNewFile(this.#newVault, encodeVault(this.#crypto, content)),
          place: () => {
            this.#giveNames();
            return this.#opened(this.#database, openExistingDatabase(this.#database, key.bytes), key);
          },
        });
      } catch (error) {
        key.wipe();
        throw error;
      }
    });
  }

  unlock(passphrase: string): Promise<OpenVault> {
    return this.#inTurn(async () => {
      const content = this.#read();
      return this.#open(content, await openDatabaseKey(this.#crypto, content, passphrase));
    });
  }

  check(passphrase: string): Promise<void> {
    return this.#inTurn(async () => (await openDatabaseKey(this.#crypto, this.#read(), passphrase)).wipe());
  }

  unlockWithKey(key: Uint8Array): Promise<OpenVault> {
    return this.#inTurn(async () => {
      try {
        const content = this.#read();
        return this.#open(content, acceptDatabaseKey(this.#crypto, content, key));
      } finally {
        this.#crypto.wipe(key);
      }
    });
  }

  /** True when both files stand; false when neither does. Finishes a creation that lacked only its last step. */
  #isComplete(): boolean {
    return withFileErrors(this.#directory, () => {
      const database = existsSync(this.#database);
      if (database && !existsSync(this.#vault) && existsSync(this.#newVault)) {
        parseVault(this.#crypto, readSmallFile(this.#newVault));
        moveDurably(this.#newVault, this.#vault);
      }
      if (existsSync(this.#vault) === database) return database;
      throw new KeyshiftError(
        'vault.damaged',
        `Of the two files ${profileFiles.vault} and ${profileFiles.database} one is missing. Nothing was overwritten; restore it from a backup.`,
      );
    });
  }

  #read(): VaultContent {
    if (!this.#isComplete()) throw this.#stood ? gone(this.#vault) : new KeyshiftError('vault.absent', 'This profile has no vault yet.');
    const content = withFileErrors(this.#directory, () => parseVault(this.#crypto, readSmallFile(this.#vault)));
    assertReadable(content.schema);
    return content;
  }

  #place({ key, content, schema, initialise }: { readonly key: Secret<'database'>; readonly content: VaultContent; readonly schema: (db: Db) => void; readonly initialise: ((stores: Stores) => void) | undefined }): void {
    const leftovers = this.#leftovers();
    for (const leftover of leftovers) rmSync(leftover, { force: true });
    try {
      createEmptyFile(this.#newDatabase);
      const db = openDatabase(this.#newDatabase, key.bytes);
      try {
        schema(db);
        const stores = openStores(db);
        stores.transaction(() => initialise?.(stores));
      } finally {
        // Closing copies the write-ahead log into the file and removes it, where the disk takes that.
        db.close();
      }
      withoutLog(this.#newDatabase, key.bytes);
      syncFile(this.#newDatabase);
      writeNewFile(this.#newVault, encodeVault(this.#crypto, content));
    } catch (error) {
      removeIfPossible(...leftovers);
      throw error;
    }
    this.#giveNames();
  }

  #leftovers(): string[] {
    return [this.#newVault, this.#newDatabase, `${this.#newDatabase}-wal`, `${this.#newDatabase}-shm`, keptLogOf(this.#newDatabase), keptLogOf(this.#database), nextLogOf(this.#newDatabase), nextLogOf(this.#database)];
  }

  /** The last and deciding step. */
  #giveNames(): void {
    moveDurably(this.#newDatabase, this.#database);
    moveDurably(this.#newVault, this.#vault);
  }

  #open(content: VaultContent, key: Secret<'database'>): OpenVault {
    try {
      settleRenewal(this.#database, key.bytes);
      // Whoever was ended at once may have erased something before.
      const owesRewriting = withFileErrors(this.#directory, () => hasLog(this.#database));
      const db = openExistingDatabase(this.#database, key.bytes);
      // Ended before the file `vault` was replaced: its successor holds a key sealed by a passphrase that nobody was told is in force.
      removeIfPossible(this.#nextVault);
      return this.#opened(this.#database, db, key, owesRewriting, () => {
        // Before the schema is raised: from now on an older program keeps away, even if the raising is cut short.
        if (content.schema < schemaVersion()) this.#write({ ...content, schema: schemaVersion() });
      });
    } catch (error) {
      key.wipe();
      throw error;
    }
  }

  #opened(file: string, db: Db, key: Secret<'database'>, owesRewriting = false, beforeMigration?: () => void): OpenVault {
    let stores: Stores;
    try {
      beforeMigration?.();
      stores = openStores(db);
    } catch (error) {
      db.close();
      throw error;
    }
    if (file === this.#database) this.#stood = true;
    const assertOpen = (): void => {
      if (key.wiped) throw new KeyshiftError('vault.locked', 'The vault is locked.');
    };
    const snapshots = new Set<Snapshot>();
    const emptied = (): boolean => {
      // The log would wait for whoever reads a snapshot, and everything else with it; it is emptied when they are done.
      if (snapshots.size > 0) return false;
      try {
        return db.emptyLog();
      } catch {
        return false; // a full disk: closing tries again
      }
    };
    let owed = owesRewriting;
    const owePurge = (): void => void (owed = true);
    const purge = (): boolean => {
      owePurge();
      return emptied();
    };
    return {
      stores: { ...stores, purge, owePurge },
      snapshot: () => {
        assertOpen();
        const { close, ...rest } = readSnapshot(openDatabase(file, key.bytes));
        const snapshot: Snapshot = {
          ...rest,
          close: () => {
            close();
            if (snapshots.delete(snapshot) && !key.wiped) emptied();
          },
        };
        snapshots.add(snapshot);
        return snapshot;
      },
      exportKey: () => {
        assertOpen();
        return Uint8Array.from(key.bytes);
      },
      changePassphrase: (old, next) =>
        this.#inTurn(async () => {
          assertOpen();
          const content = this.#read();
          (await openDatabaseKey(this.#crypto, content, old)).wipe();
          // A copy: the vault may be locked while Argon2id runs.
          assertOpen();
          const copy = this.#crypto.secret('database', Uint8Array.from(key.bytes));
          try {
            this.#write(await sealDatabaseKey(this.#crypto, copy, next, this.#cost, content.schema));
          } finally {
            copy.wipe();
          }
        }),
      renewKey: (old, next) =>
        this.#inTurn(async () => {
          assertOpen();
          const content = this.#read();
          const before = await openDatabaseKey(this.#crypto, content, old);
          await assertRoomForRenewal(this.#database).catch((error: unknown) => {
            before.wipe();
            throw error;
          });
          const after = this.#crypto.randomSecret('database', databaseKeyBytes);
          try {
            const renewed = await sealDatabaseKey(this.#crypto, after, next, this.#cost, content.schema);
            assertOpen();
            return this.#renewal(before, after, renewed);
          } catch (error) {
            before.wipe();
            after.wipe();
            throw error;
          }
        }),
      emptyLog: purge,
      close: () => {
        try {
          closeEach(snapshots);
        } finally {
          // Whatever went wrong, it is locked.
          key.wipe();
          if (owed) rewriteDatabase(db);
          owed = false;
          db.close();
        }
      },
    };
  }

  #renewal(before: Secret<'database'>, after: Secret<'database'>, renewed: VaultContent): KeyRenewal {
    /** With whichever of the two keys the vault holds now: a fault at the last step may have come before it or after it. */
    const openWhatIsThere = (): OpenVault => {
      const content = this.#read();
      const isAfter = this.#crypto.equal(content.keyCheck, renewed.keyCheck);
      return this.#open(content, this.#crypto.secret('database', Uint8Array.from((isAfter ? after : before).bytes)));
    };
    return {
      write: (step) =>
        this.#inTurn(async () => {
          await writeUnderNewKey(this.#database, before, after, step);
          // The deciding step: from here on the copy is the profile.
          this.#write(renewed);
          return openWhatIsThere();
        }),
      back: () => this.#inTurn(async () => openWhatIsThere()),
      end: () => {
        before.wipe();
        after.wipe();
      },
    };
  }

  #write(content: VaultContent): void {
    withFileErrors(this.#directory, () => replaceFile(this.#vault, this.#nextVault, encodeVault(this.#crypto, content)));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // Without what it gave: an open vault would stay in memory with all that its statements and caches hold, until the next call, which after locking may never come.
    this.#last = result.then(nothing, nothing);
    return result;
  }
}

function readSmallFile(path: string): Uint8Array {
  const content = readPlainFile(path, largestVaultBytes);
  // A folder, a pipe or something huge in its place is damage, not a reason to wait or to fill the memory.
  return typeof content === 'string' ? new Uint8Array(0) : content;
}

function nothing(): void {
  // whoever asked hears how it ended
}

/** Each has the key in the memory of a connection of its own: what one of them throws is thrown behind the last. */
function closeEach(snapshots: Iterable<Snapshot>): void {
  const faults: unknown[] = [];
  for (const { close } of snapshots) {
    try {
      close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
