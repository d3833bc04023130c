import type { Db } from './database';

/**
 * Rows that are read with every message and hardly ever written, kept as they were read. The store that owns the table
 * clears it, or changes what is held, with every write; a transaction that is undone clears it, too. Holds what there is not as well.
 */
export class RowCache<R> {
  readonly #db: Pick<Db, 'undone'>;
  readonly #capacity: number;
  readonly #rows = new Map<string, R | undefined>();
  #undone: number;

  constructor(db: Pick<Db, 'undone'>, capacity: number) {
    this.#db = db;
    this.#capacity = capacity;
    this.#undone = db.undone;
  }

  get(key: string, read: () => R | undefined): R | undefined {
    if (this.#undone !== this.#db.undone) this.clear();
    if (this.#rows.has(key)) return this.#rows.get(key);
    const row = read();
    if (this.#rows.size >= this.#capacity) this.#rows.clear();
    this.#rows.set(key, row);
    return row;
  }

  /** What a write made of a row that is held; one that is not is read when it is asked for. */
  change(key: string, change: (row: R) => R): void {
    if (this.#undone !== this.#db.undone) return this.clear();
    const row = this.#rows.get(key);
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, change(row));
  }

  clear(): void {
    this.#undone = this.#db.undone;
    this.#rows.clear();
  }
}
