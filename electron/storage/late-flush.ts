import { closeSync, fdatasync, fdatasyncSync, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import { mapFileError } from './file-error';
import { keepLog, markCopying, markLog, putLogBack, unmarkLog } from './kept-log';
import { type Before, copyAgain, cutTo, knownLog, saltOf, writeLogAgain } from './refused-copy';
import { endOfFrames } from './write-ahead-log';

/** The log, behind a commit; the database, behind what was copied into it from the log. */
type Flushed = 'log' | 'database';

/** What waits for the disk. A test may have one that takes its time, or takes nothing. */
export interface Disk {
  /** Beside the event loop. */
  flush(handle: number, done: (error: Error | null) => void): void;
  flushNow(handle: number): void;
}

const realDisk: Disk = { flush: fdatasync, flushNow: fdatasyncSync };

/** What SQLite knows of its log: how many frames it has, and how many of them are in the database. */
export interface LogState {
  readonly frames: number;
  readonly copied: number;
  readonly pageBytes: number;
}

/** What is on its way: of which log, and what the disk had before that. */
interface Owed extends Before {
  readonly part: Flushed;
  readonly salt: string;
  /** How many frames that log had behind it. */
  readonly frames: number;
}

/** What the disk did not take. */
interface Refused extends Owed {
  readonly error: unknown;
}

/**
 * Brings to the disk, beside the event loop, what SQLite wrote without waiting for it. Only one thing is ever on its way there: whoever writes next waits for it
 * (`settle`), so that a cut of power loses the last commit at most, as it does where each commit waits.
 *
 * What the disk refuses is written again before anything else is (refused-copy.ts), as often as somebody wants to write: flushed a second time without that, Linux would say that it is
 * there (fsync(2)).
 *
 * The handles stay open as long as the database: closing any handle of a file ends all locks that this process has on it (POSIX), those of SQLite, too
 * (https://www.sqlite.org/howtocorrupt.html, 2.2). There are two of each, because Linux tells each handle once of what it could not write: of one that both
 * ways used, whoever waits would hear nothing of what was just told beside the event loop.
 */
export class LateFlush {
  readonly #file: string;
  readonly #state: () => LogState;
  readonly #disk: Disk;
  /** Of the log and of the database, two each: the first is flushed beside the event loop, the second where somebody waits. */
  readonly #handles: number[] = [];
  /** Rises with each, so that one that ends late is not taken for the next one. */
  #turn = 0;
  /** Flushes beside the event loop that have not ended. */
  #running = 0;
  /** Of the log, as `isReady` found it. */
  #salt = '';
  /** Of the database, as it is while all that was copied is on the disk. */
  #databaseBytes = Number.POSITIVE_INFINITY;
  #closed = false;
  #owed: Owed | undefined;
  #refused: Refused | undefined;
  #flushed = Promise.resolve();

  constructor(file: string, state: () => LogState, disk = realDisk) {
    this.#file = file;
    this.#state = state;
    this.#disk = disk;
  }

  /** Before something is written without waiting. False: its files cannot be opened, or there is no log yet. */
  isReady(): boolean {
    const log = `${this.#file}-wal`;
    try {
      for (const path of [log, log, this.#file, this.#file].slice(this.#handles.length)) this.#handles.push(openSync(path, 'r+'));
      this.#salt = saltOf(this.#handle('log', 'waited'));
      if (this.#refused === undefined && this.#owed === undefined) this.#databaseBytes = fstatSync(this.#handle('database', 'waited')).size;
      return true;
    } catch {
      // Each commit waits for the disk by itself, then.
      return false;
    }
  }

  /** A commit was written behind so many frames. Call `isReady` before it is. */
  beginLog(framesBefore: number): void {
    const salt = saltOf(this.#handle('log', 'waited'));
    const { frames, pageBytes } = this.#state();
    this.#begin({ part: 'log', salt, frames, logBytes: endOfCut(salt === this.#salt ? framesBefore : 0, pageBytes), databaseBytes: this.#databaseBytes });
  }

  /**
   * Lets `copy` copy what the log has into the database, which is on its way to the disk from then on. Call `isReady` before. From before the first page until all are there
   * it is marked (kept-log.ts). What `copy` throws is thrown, and the database is as long as before.
   */
  beginDatabase(copy: () => void): void {
    markCopying(this.#file);
    const { salt, databaseBytes } = { salt: this.#salt, databaseBytes: this.#databaseBytes };
    try {
      copy();
    } catch (error) {
      this.#takeBack(databaseBytes);
      throw error;
    }
    this.#begin({ part: 'database', salt, frames: this.#state().frames, logBytes: undefined, databaseBytes });
  }

  /** Nothing of a copy was flushed, so that nothing of it was refused. */
  #takeBack(databaseBytes: number): void {
    try {
      cutTo(this.#handle('database', 'waited'), databaseBytes);
      unmarkLog(this.#file);
    } catch {
      // A disk that fails altogether: the second name stays.
    }
  }

  #begin(owed: Owed): void {
    this.#owed = owed;
    this.#turn += 1;
    this.#running += 1;
    const turn = this.#turn;
    this.#flushed = new Promise((resolve) => {
      this.#disk.flush(this.#handle(owed.part, 'beside'), (error) => {
        this.#running -= 1;
        if (this.#closed) return resolve();
        // A failure counts, however late it is told. That it went well says nothing of what was written since, and nothing where whoever waited heard something else.
        if (error) this.#refuse(owed, error);
        else if (this.#turn === turn) this.#isThere(owed);
        resolve();
      });
    });
  }

  /**
   * Waits, as a commit does, until all of it is on the disk. What the disk refused before is written again: true where it took that now. Errors: disk.full, disk.failed; the next one
   * who writes tries again.
   */
  settle(): boolean {
    const owed = this.#owed;
    if (this.#refused === undefined && owed !== undefined) {
      try {
        this.#disk.flushNow(this.#handle(owed.part, 'waited'));
        this.#isThere(owed);
      } catch (error) {
        this.#refuse(owed, error);
      }
    }
    if (this.#refused === undefined) return false;
    // What one that has not ended will say may be of what was refused, and of what is written again.
    if (this.#running > 0) throw this.#refused.error;
    this.#comeBack(this.#refused);
    return true;
  }

  /** When what was on its way to the disk is there, or was refused. Never rejects: whoever writes next is told. */
  get flushed(): Promise<void> {
    return this.#owed === undefined ? Promise.resolve() : this.#flushed;
  }

  /** Cuts the log behind what counts of it: refused pages of a commit would be lost there a second time (refused-copy.ts). */
  cutLog(frames: number, pageBytes: number): void {
    cutTo(this.#handle('log', 'waited'), endOfCut(frames, pageBytes));
  }

  /**
   * Closes the database by `end`, and what is open here behind it. SQLite copies what is left of its log in closing, and deletes one that it takes for copied as a whole; where the disk did
   * not take the copy, or `isLeft` (it could not be copied before), the log is kept and put back, so that the next opening copies it again. Throws what `end` does. Whoever still
   * flushes finds no file, or flushes another one, and is asked by nobody.
   */
  close(end: () => void, isLeft: boolean): void {
    const isKept = this.#handles.length > 0 && (this.#refused !== undefined || isLeft);
    this.#closed = true;
    const isSure = isKept && this.#cutRefusedCommit();
    if (isKept) keepLog(this.#file);
    try {
      end();
    } finally {
      for (const handle of this.#handles.splice(0)) closeQuietly(handle);
      // Behind the handles: with some systems the name of the deleted one is free only then. Where the disk may not have the log, it keeps the name that says so.
      if (isSure) this.#putBack();
    }
  }

  /**
   * Of a commit that nobody waits for nothing is copied by SQLite in closing: it finds its log shorter than it was, and leaves it. True: all that is left of the log is on the
   * disk.
   */
  #cutRefusedCommit(): boolean {
    const refused = this.#refused;
    if (refused === undefined) return true;
    try {
      // The log has begun anew since: it does not have what the database was made longer by.
      if (saltOf(this.#handle('log', 'waited')) !== refused.salt) return false;
      if (refused.logBytes === undefined) return true;
      // Something was committed since, and told, before the failure was heard.
      if (this.#state().frames !== refused.frames) return false;
      cutTo(this.#handle('log', 'waited'), refused.logBytes);
      return true;
    } catch {
      return false;
    }
  }

  #putBack(): void {
    try {
      const database = openSync(this.#file, 'r+');
      try {
        cutTo(database, this.#refused?.databaseBytes ?? this.#databaseBytes);
      } finally {
        closeSync(database);
      }
      putLogBack(this.#file);
    } catch {
      // It keeps its second name, and the next opening takes it up.
    }
  }

  #isThere({ part }: Owed): void {
    this.#owed = undefined;
    if (part === 'database') unmarkLog(this.#file);
  }

  #handle(part: Flushed, way: 'beside' | 'waited'): number {
    const handle = this.#handles[(part === 'log' ? 0 : 2) + (way === 'beside' ? 0 : 1)];
    if (handle === undefined) throw new Error('no file is open');
    return handle;
  }

  #comeBack(refused: Refused): void {
    const [log, database] = [this.#handle('log', 'waited'), this.#handle('database', 'waited')];
    let part: Flushed = 'log';
    try {
      // What these two have not been told yet is of what is written again now.
      for (const handle of [log, database]) this.#hear(handle);
      const known = knownLog(log, { ...this.#state(), salt: refused.salt });
      if (known === undefined) throw goneFromMemory();
      writeLogAgain(log, known, refused);
      this.#disk.flushNow(log);
      part = 'database';
      copyAgain(database, known, refused);
      this.#disk.flushNow(database);
    } catch (error) {
      throw this.#refuse({ ...refused, part }, error).error;
    }
    this.#owed = undefined;
    this.#refused = undefined;
    unmarkLog(this.#file);
  }

  #hear(handle: number): void {
    try {
      this.#disk.flushNow(handle);
    } catch {
      // Told.
    }
  }

  #refuse(owed: Owed, error: unknown): Refused {
    if (this.#refused === undefined) markLog(this.#file);
    // The first one: what it was of has to be written again with all that came behind it.
    const { salt, frames, logBytes, databaseBytes } = this.#refused ?? owed;
    return (this.#refused = { part: owed.part, salt, frames, logBytes, databaseBytes, error: mapFileError(error, dirname(this.#file)) });
  }
}

/** Bytes of a log that is cut behind so many frames: without its head where nothing else counts, which is written with the first frame and may have been refused with it. */
function endOfCut(frames: number, pageBytes: number): number {
  return frames === 0 ? 0 : endOfFrames(frames, pageBytes);
}

/** Only opening the database says what is there. */
function goneFromMemory(): KeyshiftError {
  return new KeyshiftError('disk.failed', 'The disk did not take what was written last, and it cannot be written again while the profile is open. What was there before is safe. Lock the profile and unlock it; until then nothing more is written.');
}

function closeQuietly(handle: number): void {
  try {
    closeSync(handle);
  } catch {
    // A disk that fails says so where it is written to; the handle is gone all the same.
  }
}
