import { type Disk, LateFlush, type LogState } from './late-flush';

/** What SQLite itself does, past every rule of a `Db`. Errors: those of a `Db`. */
export interface OfSqlite {
  exec(sql: string): void;
  /** The log as SQLite knows it; copies nothing. */
  logState(): LogState;
  /** A number that a pragma gives. */
  number(pragma: string): number;
}

/** Pages of the log behind which a commit copies it back, 12 MB. A page that many commits wrote is copied once: with SQLite's own number, 1,000, a burst of messages copies each several times. */
const copiedAt = 3_000;
/** Commits after which that is looked at: to look costs a fifth of what a commit does. */
const lookedAtEach = 16;

/**
 * Everything that is done with the log of a database beside writing it. SQLite never copies it by itself: where the disk refuses that, SQLite says nothing and repeats it in place, which
 * may lose pages that are told as flushed (refused-copy.ts).
 */
export class LogCare {
  readonly #sqlite: OfSqlite;
  readonly #late: LateFlush;
  #commits = 0;

  constructor(file: string, sqlite: OfSqlite, disk?: Disk) {
    this.#sqlite = sqlite;
    this.#late = new LateFlush(file, () => sqlite.logState(), disk);
  }

  get flushed(): Promise<void> {
    return this.#late.flushed;
  }

  /** Nothing is written while something else is on its way to the disk. Errors: disk.full, disk.failed. */
  settle(): void {
    if (this.#late.settle()) this.#prove();
  }

  /** Runs `commit` without waiting for the disk, where its files can be opened. Settle before. */
  behind<T>(commit: () => T): T {
    if (!this.#late.isReady()) return commit();
    const before = this.#sqlite.logState();
    // The log's head is still waited for when it begins anew, and so is all of it before it is copied back.
    const result = this.#waitingFor('NORMAL', commit);
    // Nothing was written where it did not grow and did not begin anew.
    const { frames, copied } = this.#sqlite.logState();
    if (frames !== before.frames || copied !== before.copied) this.#late.beginLog(before.frames);
    return result;
  }

  /**
   * Copies as far as nobody reads, and does not wait for the disk. Settle before: then all of the log is on the disk, which is what copying it needs; that it is not written over before the
   * database is, whoever writes next waits for. Nothing is copied where the files cannot be opened: the log grows.
   */
  copy(): void {
    if (!this.#late.isReady()) return;
    this.#late.beginDatabase(() => this.#waitingFor('OFF', () => this.#sqlite.exec('PRAGMA wal_checkpoint(PASSIVE)')));
  }

  /** Behind a commit that waited for the disk. Never throws: the commit is there. */
  copyWhereLong(): void {
    this.#commits += 1;
    if (this.#commits % lookedAtEach !== 0) return;
    try {
      const { frames, copied } = this.#sqlite.logState();
      if (frames - copied >= copiedAt) this.copy();
    } catch {
      // The next commit tries again.
    }
  }

  /** Copies everything and cuts the log to nothing. False while somebody else reads. Settle before. Errors: disk.full, disk.failed. */
  empty(): boolean {
    if (!this.#isAllCopied()) {
      this.copy();
      this.settle();
    }
    // Of what is copied already SQLite copies nothing once more.
    return this.#isAllCopied() && this.#sqlite.number('wal_checkpoint(TRUNCATE)') === 0;
  }

  #isAllCopied(): boolean {
    const { frames, copied } = this.#sqlite.logState();
    return frames === copied;
  }

  /** Behind a commit that the disk did not flush: written once more in the same place, it might be lost again and told as good (refused-copy.ts). */
  cut(): void {
    try {
      const { frames, pageBytes } = this.#sqlite.logState();
      if (this.#late.isReady()) this.#late.cutLog(frames, pageBytes);
    } catch {
      // Whoever writes next is told by the disk.
    }
  }

  /** `isWriting`: the log is copied before, so that a refusal is known. */
  close(end: () => void, isWriting: boolean): void {
    this.#late.close(end, isWriting && !this.#isCopied());
  }

  #isCopied(): boolean {
    try {
      this.settle();
      this.copy();
      this.settle();
      return true;
    } catch {
      // Nobody waits for it any more.
      return false;
    }
  }

  /** After the disk came back: SQLite's own handle of the log hears now, once, what it did not take, and of that the next person's message would be refused. */
  #prove(): void {
    const again = `PRAGMA user_version=${this.#sqlite.number('user_version')}`;
    try {
      this.#sqlite.exec(again);
    } catch {
      this.cut();
      this.#sqlite.exec(again);
    }
  }

  /** How far SQLite itself waits for the disk meanwhile (https://www.sqlite.org/pragma.html#pragma_synchronous). */
  #waitingFor<T>(level: 'NORMAL' | 'OFF', work: () => T): T {
    try {
      this.#sqlite.exec(`PRAGMA synchronous=${level}`);
      return work();
    } finally {
      this.#sqlite.exec('PRAGMA synchronous=FULL');
    }
  }
}
