import { Database } from '@signalapp/sqlcipher';
import { KeyshiftError } from '../../shared/errors';
import type { Transactions } from '../engine/ports';
import { assertNamed } from './file-error';
import type { Disk, LogState } from './late-flush';
import { LogCare } from './log-care';
import { native } from './native-values';
import { integer } from './row';
import { endsTransaction, isOfFlush, mapSqliteError } from './sqlite-error';

export type SqlValue = string | number | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue>>;
export type Parameters = readonly SqlValue[];

/** A statement, kept as long as its database. Parameters are positional (`?`). */
export interface Statement {
  /** Gives the number of changed rows and the last inserted rowid. */
  run(params?: Parameters): { readonly changes: number; readonly lastInsertRowid: number };
  get(params?: Parameters): Row | undefined;
  all(params?: Parameters): readonly Row[];
}

/**
 * The one encrypted database, synchronous. A thin layer, so that the library below can be exchanged.
 * Errors of the disk or the file become `KeyshiftError` (vault.damaged, disk.full, disk.failed, profile.in-use, profile.gone);
 * any use after `close` throws `vault.locked`.
 */
export interface Db extends Transactions {
  /** Runs one or several statements without parameters. */
  exec(sql: string): void;
  /** The same for temporary tables alone, which no file holds. */
  execTemporary(sql: string): void;
  /** The one statement of this text. It is compiled when it first runs: most of hundreds do not in the first minutes, and all of them together keep an opening waiting. */
  prepare(sql: string): Statement;
  /** Gives the first column of the first row, if there is one. */
  pragma(source: string): SqlValue | undefined;
  /** Rises with `advance` and falls back with the transaction or savepoint it rose in: whoever remembers rows notices. */
  readonly generation: number;
  advance(): number;
  /** The words of a text as the index has them: without marks and case, letter by letter where a script has no spaces. */
  words(text: string): readonly string[];
  /** How many transactions and savepoints were undone. */
  readonly undone: number;
  /**
   * A transaction of which nobody is told before it is on the disk: it does not wait for that, and whoever writes next does. `flushed` says when. What it does
   * has to be done again, by itself, where a cut of power undoes it. Inside of another one it is a part of that.
   */
  transactionBehind<T>(work: () => T): T;
  /** Copies the log back into the database as far as nobody reads it, and does not wait for the disk either. Outside of a transaction. */
  copyLog(): void;
  /**
   * Copies everything into the database, waits until the disk has it, and cuts the log to nothing. False while somebody else reads. The database overwrites what it frees (`secure_delete`),
   * so that afterwards old content is nowhere. False inside of a transaction, too.
   */
  emptyLog(): boolean;
  /** When all that was written is on the disk; at once where it is. Never rejects. */
  readonly flushed: Promise<void>;
  /** Runs `work` as the last thing in every transaction, and makes each statement run alone one. Once for a database. */
  beforeCommit(work: () => void): void;
  /** Runs `work` behind every transaction that was committed. It may write to temporary tables alone, and throws nothing: what is committed has not failed. Once for a database. */
  afterCommit(work: () => void): void;
  /** Whether what is read may still be undone. */
  readonly inTransaction: boolean;
  /** True between `close` and the end of time. */
  readonly closed: boolean;
  close(): void;
}

/** How long another process's lock is waited for, in milliseconds; the profile lock makes that rare. */
const busyMilliseconds = 2000;
/** The write-ahead log is cut back to this size once it has been copied into the database. */
const journalSizeLimit = 16 * 1024 * 1024;

/**
 * Opens (or creates) a database. `key`: 32 raw bytes, used without the library's own passphrase derivation; undefined
 * only for `:memory:` and for files without any content. The caller keeps and wipes `key`.
 * Pages are AES-256 with HMAC-SHA-512 each: a wrong key or a changed bit is an error, never other content.
 */
export function openDatabase(file: string, key?: Uint8Array, disk?: Disk): Db {
  const db = new SqlDatabase(file, disk);
  try {
    if (key) db.applyKey(key);
    // The first read: a wrong key shows here.
    db.pragma('user_version');
    // Every connection that writes messages writes the index of their words (migration "search").
    db.initTokenizer();
    if (file !== ':memory:') db.pragma('journal_mode=WAL');
    // FULL: a commit that was answered survives a power cut (protocol.md §7).
    db.exec(`
      PRAGMA synchronous=FULL;
      PRAGMA fullfsync=ON;
      PRAGMA checkpoint_fullfsync=ON;
      PRAGMA foreign_keys=ON;
      PRAGMA trusted_schema=OFF;
      PRAGMA secure_delete=ON;
      PRAGMA temp_store=MEMORY;
      PRAGMA journal_size_limit=${journalSizeLimit};
      PRAGMA wal_autocheckpoint=0;
    `);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Attaches an empty file under a name, with a key of its own (32 raw bytes). */
export function attachDatabase(db: Pick<Db, 'exec'>, file: string, name: string, key: Uint8Array): void {
  db.exec(`ATTACH DATABASE '${file.replaceAll("'", "''")}' AS ${name} KEY ${keyText(key)}`);
}

/**
 * The library takes a key only inside the text of a statement. Strings cannot be wiped: this one lives for that call alone, is cached nowhere, and is left
 * to the garbage collector.
 */
function keyText(key: Uint8Array): string {
  if (key.length !== 32) throw new Error('the database key is 32 bytes');
  const { buffer, byteOffset, byteLength } = key;
  return `"x'${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}'"`;
}

/** What reads alone, so that it waits for nothing that is on its way to the disk. */
const reading = /^\s*(SELECT|PRAGMA)\b/;

/** How often this process has a file open. */
const openHere = new Map<string, number>();

/** Whether this process has the database open: then its files are nobody else's to touch. */
export function isOpenHere(file: string): boolean {
  return openHere.has(file);
}

class SqlDatabase implements Db {
  readonly #file: string;
  readonly #log: LogCare | undefined;
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();
  readonly #steps = new Map<string, ReturnType<Database['prepare']>>();
  #depth = 0;
  #generation = 0;
  #undone = 0;
  /** Set when SQLite may have ended the transaction by itself: nothing more may run in it, and it must not commit. */
  #broken: { readonly error: unknown; readonly isFlush?: boolean } | undefined;
  #beforeCommit: (() => void) | undefined;
  #afterCommit: (() => void) | undefined;
  #closed = false;
  #pageBytes = 0;

  constructor(file: string, disk?: Disk) {
    this.#file = file;
    this.#log = file === ':memory:' ? undefined : new LogCare(file, { exec: (sql) => this.execTemporary(sql), logState: () => this.#logState(), number: (pragma) => Number(this.#first(pragma)) }, disk);
    try {
      this.#database = new Database(file);
    } catch (error) {
      throw mapSqliteError(error, file);
    }
    // Before anything can fail: the library would print to stderr otherwise.
    this.exec(`PRAGMA cipher_log_level=NONE; PRAGMA busy_timeout=${busyMilliseconds};`);
    openHere.set(file, (openHere.get(file) ?? 0) + 1);
  }

  applyKey(key: Uint8Array): void {
    this.exec(`PRAGMA key = ${keyText(key)}`);
  }

  initTokenizer(): void {
    this.#guard(() => this.#database.initTokenizer());
  }

  get generation(): number {
    return this.#generation;
  }

  get undone(): number {
    return this.#undone;
  }

  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  advance(): number {
    this.#generation += 1;
    return this.#generation;
  }

  beforeCommit(work: () => void): void {
    this.#beforeCommit = work;
  }

  afterCommit(work: () => void): void {
    this.#afterCommit = work;
  }

  words(source: string): readonly string[] {
    // Of a mark without its letter (U+0363, say) the tokenizer leaves nothing, and gives that as a word: it would begin everything, everywhere.
    return this.#guard(() => this.#database.signalTokenize(source).filter((word) => word !== ''));
  }

  get closed(): boolean {
    return this.#closed;
  }

  exec(sql: string): void {
    this.#settle();
    this.execTemporary(sql);
    // Not before there is a key, and not where somebody only reads.
    if (this.#depth === 0 && this.#beforeCommit) this.#log?.copyWhereLong();
  }

  execTemporary(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  get flushed(): Promise<void> {
    return this.#log?.flushed ?? Promise.resolve();
  }

  transactionBehind<T>(work: () => T): T {
    if (this.#depth > 0 || this.#closed || this.#log === undefined) return this.transaction(work);
    this.#settle();
    return this.#log.behind(() => this.#transaction(work));
  }

  copyLog(): void {
    this.#settle();
    if (this.#depth === 0) this.#log?.copy();
  }

  emptyLog(): boolean {
    if (this.#depth > 0) return false;
    this.#settle();
    return this.#guard(() => this.#log?.empty() ?? true);
  }

  prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    this.#assertUsable();
    let made: ReturnType<Database['prepare']> | undefined;
    const compiled = (): ReturnType<Database['prepare']> => (made ??= this.#database.prepare(sql, { persistent: true }));
    const isReading = reading.test(sql);
    const statement: Statement = {
      run: (params = []) => {
        this.#settle();
        const run = () => this.#guard(() => compiled().run(native(params)));
        return this.#depth === 0 && (this.#beforeCommit ?? this.#afterCommit) ? this.transaction(run) : run();
      },
      get: (params = []) => {
        if (!isReading) this.#settle();
        return this.#guard(() => compiled().get(native(params)));
      },
      all: (params = []) => {
        if (!isReading) this.#settle();
        return this.#guard(() => compiled().all(native(params)));
      },
    };
    this.#statements.set(sql, statement);
    return statement;
  }

  pragma(source: string): SqlValue | undefined {
    this.#settle();
    return this.#first(source);
  }

  #first(source: string): SqlValue | undefined {
    // Not the library's own `simple`, which fails for pragmas with several columns.
    const [row] = this.#guard(() => this.#database.pragma(source));
    return row && Object.values(row)[0];
  }

  /**
   * Runs `work` in a transaction of its own or, inside another one, behind a savepoint: when `work` throws, what it
   * wrote is gone and the error passes on. `work` is synchronous; a promise is refused.
   */
  transaction<T>(work: () => T): T {
    const result = this.#transaction(work);
    if (this.#depth === 0) this.#log?.copyWhereLong();
    return result;
  }

  #transaction<T>(work: () => T): T {
    const outermost = this.#depth === 0;
    const before = this.#generation;
    this.#settle();
    this.#step(outermost ? 'BEGIN IMMEDIATE' : 'SAVEPOINT keyshift');
    this.#depth += 1;
    try {
      const result = work();
      if (isPromise(result)) throw new Error('a transaction must be synchronous');
      if (outermost && !this.#broken) this.#beforeCommit?.();
      // Whoever caught the error inside must not commit half of the work.
      if (this.#broken) throw this.#broken.error;
      // SQLite goes on writing into a file that has no name any more, and says that all is well: what is in it is gone with the process.
      if (outermost && this.#file !== ':memory:') assertNamed(this.#file);
      this.#step(outermost ? 'COMMIT' : 'RELEASE keyshift');
      if (outermost) this.#afterCommit?.();
      return result;
    } catch (error) {
      this.#rollback(outermost);
      this.#generation = before;
      this.#undone += 1;
      throw error;
    } finally {
      this.#depth -= 1;
      const wasRefused = outermost && this.#broken?.isFlush === true;
      if (outermost) this.#broken = undefined;
      if (wasRefused) this.#log?.cut();
    }
  }

  close(): void {
    if (this.#closed) return;
    const end = (): void => {
      this.#closed = true;
      this.#statements.clear();
      this.#steps.clear();
      try {
        this.#database.close();
      } finally {
        this.#isGone();
      }
    };
    // SQLite would copy what is left of the log in closing, and a disk that refused that would lose it at the next opening (late-flush.ts). Not where only somebody reads, beside whom
    // others write.
    if (this.#log) this.#log.close(end, this.#beforeCommit !== undefined);
    else end();
  }

  #isGone(): void {
    const left = (openHere.get(this.#file) ?? 1) - 1;
    if (left === 0) openHere.delete(this.#file);
    else openHere.set(this.#file, left);
  }

  /** Nothing is written while something else is on its way to the disk. */
  #settle(): void {
    if (this.#depth === 0 && !this.#closed) this.#log?.settle();
  }

  /** Of the log: how many pages it has, and how many of them are in the database. NOOP copies none (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint). */
  #logState(): LogState {
    const row = this.prepare('PRAGMA wal_checkpoint(NOOP)').get();
    const pageBytes = (this.#pageBytes ||= Number(this.#first('page_size')));
    return row === undefined ? { frames: 0, copied: 0, pageBytes } : { frames: integer(row, 'log'), copied: integer(row, 'checkpointed'), pageBytes };
  }

  /** Compiled once: a burst of messages runs four of these for each of them. */
  #step(sql: string): void {
    const compiled = this.#steps.get(sql) ?? this.#guard(() => this.#database.prepare(sql, { persistent: true }));
    this.#steps.set(sql, compiled);
    this.#guard(() => compiled.run());
  }

  #rollback(outermost: boolean): void {
    if (this.#closed) return;
    try {
      // Past `#guard`: a broken transaction still has to be ended.
      this.#database.exec(outermost ? 'ROLLBACK' : 'ROLLBACK TO keyshift; RELEASE keyshift');
    } catch (error) {
      // SQLite has rolled all of it back already: the outer transactions are gone with it.
      if (!outermost) this.#broken ??= { error: mapSqliteError(error, this.#file) };
    }
  }

  #assertUsable(): void {
    if (this.#closed) throw new KeyshiftError('vault.locked', 'The vault is locked.');
    if (this.#broken) throw this.#broken.error;
  }

  #guard<T>(work: () => T): T {
    this.#assertUsable();
    try {
      return work();
    } catch (error) {
      const mapped = mapSqliteError(error, this.#file);
      if (this.#depth > 0 && endsTransaction(error)) this.#broken = { error: mapped, isFlush: isOfFlush(error) };
      // A statement that runs alone is a commit of its own.
      if (this.#depth === 0 && isOfFlush(error)) this.#log?.cut();
      throw mapped;
    }
  }
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
