import { closeSync, fdatasync, fdatasyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { mapFileError } from './file-error';

/** The log, behind a commit; the database, behind what was copied into it from the log. */
type Flushed = 'log' | 'database';

/** What waits for the disk. A test may have one that takes its time, or takes nothing. */
export interface Disk {
  /** Beside the event loop. */
  flush(handle: number, done: (error: Error | null) => void): void;
  flushNow(handle: number): void;
}

const realDisk: Disk = { flush: fdatasync, flushNow: fdatasyncSync };

/**
 * Brings to the disk, beside the event loop, what SQLite wrote without waiting for it. Only one thing is ever on its way there: whoever writes next waits for it
 * (`settle`), so that a cut of power loses the last commit at most, as it does where each commit waits.
 *
 * The handles stay open as long as the database: closing any handle of a file ends all locks that this process has on it (POSIX), those of SQLite, too
 * (https://www.sqlite.org/howtocorrupt.html, 2.2).
 */
export class LateFlush {
  readonly #file: string;
  readonly #disk: Disk;
  #handles: Readonly<Record<Flushed, number>> | undefined;
  /** Rises with each, so that one that ends late is not taken for the next one. */
  #turn = 0;
  #owed: Flushed | undefined;
  #failed: { readonly part: Flushed; readonly error: unknown } | undefined;
  #flushed = Promise.resolve();

  constructor(file: string, disk = realDisk) {
    this.#file = file;
    this.#disk = disk;
  }

  /** False: its files cannot be opened, or there is no log yet. */
  isReady(): boolean {
    if (this.#handles !== undefined) return true;
    try {
      const log = openSync(`${this.#file}-wal`, 'r+');
      try {
        this.#handles = { log, database: openSync(this.#file, 'r+') };
      } catch {
        closeSync(log);
      }
    } catch {
      // Each commit waits for the disk by itself, then.
    }
    return this.#handles !== undefined;
  }

  /** Something was written there. Call `isReady` before it is. */
  begin(part: Flushed): void {
    if (this.#handles === undefined) throw new Error('no file is open');
    const handle = this.#handles[part];
    this.#owed = part;
    this.#turn += 1;
    const turn = this.#turn;
    this.#flushed = new Promise((resolve) => {
      this.#disk.flush(handle, (error) => {
        if (this.#turn === turn && this.#owed !== undefined) this.#ended(error ?? undefined);
        resolve();
      });
    });
  }

  /**
   * Waits, as a commit does, until all of it is on the disk. Errors: disk.full, disk.failed, and from then on the same for good: what the disk did not take
   * once, it may have forgotten. Opening the database anew writes it again.
   */
  settle(): void {
    if (this.#owed !== undefined && this.#handles !== undefined) {
      try {
        this.#disk.flushNow(this.#handles[this.#owed]);
        this.#ended(undefined);
      } catch (error) {
        this.#ended(error);
      }
    }
    if (this.#failed) throw this.#failed.error;
  }

  /** When what was on its way to the disk is there, or will never be. Never rejects: whoever writes next is told. */
  get flushed(): Promise<void> {
    return this.#owed === undefined ? Promise.resolve() : this.#flushed;
  }

  /**
   * Closes the database by `end`, and what is open here behind it. SQLite then deletes a log that was copied back as a whole; where the disk did not take the copy,
   * the log is put back, so that the next opening copies it again. Whoever still flushes finds no file, or flushes another one, and is asked by nobody.
   */
  close(end: () => void): void {
    try {
      this.settle();
    } catch {
      // Nobody waits for it any more.
    }
    const handles = this.#handles;
    this.#handles = undefined;
    const needed = handles !== undefined && this.#failed?.part === 'database' ? readFileSync(handles.log) : undefined;
    end();
    if (needed !== undefined) writeFileSync(`${this.#file}-wal`, needed, { mode: 0o600 });
    if (handles === undefined) return;
    closeSync(handles.log);
    closeSync(handles.database);
  }

  #ended(error: unknown): void {
    const part = this.#owed;
    this.#owed = undefined;
    if (part !== undefined && error !== undefined) this.#failed ??= { part, error: mapFileError(error, dirname(this.#file)) };
  }
}
