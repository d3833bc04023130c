import { closeSync, copyFileSync, existsSync, fdatasync, fdatasyncSync, linkSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { moveDurably, removeIfPossible, syncFile } from './durable-file';
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
 * (https://www.sqlite.org/howtocorrupt.html, 2.2). There are two of each, because Linux tells each handle once of what it could not write (fsync(2)): of one that both
 * ways used, whoever waits would hear nothing of what was just told beside the event loop.
 */
export class LateFlush {
  readonly #file: string;
  readonly #disk: Disk;
  /** Of the log and of the database, two each: the first is flushed beside the event loop, the second where somebody waits. */
  readonly #handles: number[] = [];
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
    const log = `${this.#file}-wal`;
    try {
      for (const path of [log, log, this.#file, this.#file].slice(this.#handles.length)) this.#handles.push(openSync(path, 'r+'));
      return true;
    } catch {
      // Each commit waits for the disk by itself, then.
      return false;
    }
  }

  /** Something was written there. Call `isReady` before it is. */
  begin(part: Flushed): void {
    const handle = this.#handle(part, 'beside');
    this.#owed = part;
    this.#turn += 1;
    const turn = this.#turn;
    this.#flushed = new Promise((resolve) => {
      this.#disk.flush(handle, (error) => {
        // A failure counts, however late it is told. That it went well says nothing of what was written since.
        if (error) this.#fail(part, error);
        else if (this.#turn === turn) this.#owed = undefined;
        resolve();
      });
    });
  }

  /**
   * Waits, as a commit does, until all of it is on the disk. Errors: disk.full, disk.failed, and from then on the same for good: what the disk did not take
   * once, it may have forgotten. Opening the database anew writes it again.
   */
  settle(): void {
    const part = this.#owed;
    if (part !== undefined) {
      try {
        this.#disk.flushNow(this.#handle(part, 'waited'));
        this.#owed = undefined;
      } catch (error) {
        this.#fail(part, error);
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
   * the log is put back, so that the next opening copies it again. Throws what `end` does. Whoever still flushes finds no file, or flushes another one, and is asked by
   * nobody.
   */
  close(end: () => void): void {
    try {
      this.settle();
    } catch {
      // Nobody waits for it any more.
    }
    const putBack = this.#failed?.part === 'database' ? keepLog(`${this.#file}-wal`) : undefined;
    try {
      end();
    } finally {
      for (const handle of this.#handles.splice(0)) closeQuietly(handle);
      // Behind the handles: with some systems the name of the deleted one is free only then.
      putBack?.();
    }
  }

  #handle(part: Flushed, way: 'beside' | 'waited'): number {
    const handle = this.#handles[(part === 'log' ? 0 : 2) + (way === 'beside' ? 0 : 1)];
    if (handle === undefined) throw new Error('no file is open');
    return handle;
  }

  #fail(part: Flushed, error: unknown): void {
    this.#owed = undefined;
    this.#failed ??= { part, error: mapFileError(error, dirname(this.#file)) };
  }
}

/**
 * A second name of the log, and what gives the first one back where it was deleted. A copy would take room on a disk that may have none, and half a log puts pages back
 * that are older than what was copied of it already. Only where the file system knows no second names there is a copy, made before anything is deleted. Never throws.
 */
function keepLog(log: string): () => void {
  const kept = `${log}.kept`;
  try {
    removeIfPossible(kept);
    try {
      linkSync(log, kept);
    } catch {
      copyFileSync(log, kept);
      syncFile(kept);
    }
  } catch {
    // This disk takes nothing at all.
    removeIfPossible(kept);
    return () => undefined;
  }
  return () => {
    try {
      if (existsSync(log)) removeIfPossible(kept);
      else moveDurably(kept, log);
    } catch {
      // It keeps its second name.
    }
  };
}

function closeQuietly(handle: number): void {
  try {
    closeSync(handle);
  } catch {
    // A disk that fails says so where it is written to; the handle is gone all the same.
  }
}
