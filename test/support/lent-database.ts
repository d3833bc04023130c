import { KeyshiftError } from '../../shared/errors';
import type { Db, Parameters, Statement } from '../../electron/storage/database';

/** A database that somebody else goes on with once it is closed: whoever still holds it is told that it is locked, as by a closed one. */
export class LentDatabase implements Db {
  readonly #db: Db;
  readonly #giveBack: () => void;
  readonly #statements = new Map<string, Statement>();
  #depth = 0;
  #closed = false;

  constructor(db: Db, giveBack: () => void) {
    this.#db = db;
    this.#giveBack = giveBack;
  }

  get generation(): number {
    return this.#db.generation;
  }

  get undone(): number {
    return this.#db.undone;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  advance(): number {
    return this.#db.advance();
  }

  beforeCommit(work: () => void): void {
    this.#open().beforeCommit(work);
  }

  afterCommit(work: () => void): void {
    this.#open().afterCommit(work);
  }

  words(text: string): readonly string[] {
    return this.#open().words(text);
  }

  exec(sql: string): void {
    this.#open().exec(sql);
  }

  execTemporary(sql: string): void {
    this.#open().execTemporary(sql);
  }

  copyLog(): void {
    this.#open().copyLog();
  }

  emptyLog(): boolean {
    return this.#open().emptyLog();
  }

  get flushed(): Promise<void> {
    return this.#db.flushed;
  }

  transactionBehind<T>(work: () => T): T {
    return this.transaction(work);
  }

  pragma(source: string): ReturnType<Db['pragma']> {
    return this.#open().pragma(source);
  }

  prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#open().prepare(sql);
    const guarded: Statement = {
      run: (params?: Parameters) => (this.#open(), statement.run(params)),
      get: (params?: Parameters) => (this.#open(), statement.get(params)),
      all: (params?: Parameters) => (this.#open(), statement.all(params)),
    };
    this.#statements.set(sql, guarded);
    return guarded;
  }

  transaction<T>(work: () => T): T {
    const db = this.#open();
    this.#depth += 1;
    try {
      return db.transaction(work);
    } finally {
      this.#depth -= 1;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#statements.clear();
    // In the middle of a transaction nothing can be emptied: it ends as one that is not lent.
    if (this.#depth > 0) this.#db.close();
    else this.#giveBack();
  }

  #open(): Db {
    if (this.#closed) throw new KeyshiftError('vault.locked', 'The vault is locked.');
    return this.#db;
  }
}
