import { closeSync, fsyncSync, openSync, readSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import { fileErrorCode, untouched } from './file-error';

/** Below this much free space an input/output error of the disk is taken for a full one. */
const nearlyFullBytes = 256 * 1024;

/** The library's result code (`SQLITE_FULL`, `SQLITE_IOERR_WRITE` …); undefined for anything else. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code;
  // A failed open carries no code, only this sentence.
  return error.message.startsWith('sqlite open error') ? 'SQLITE_CANTOPEN' : undefined;
}

/** The primary result code: `SQLITE_IOERR_WRITE` → `IOERR`. */
function primary(code: string): string {
  return code.split('_')[1] ?? '';
}

/** Results after which SQLite may already have rolled the whole transaction back by itself. */
export function endsTransaction(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && ['FULL', 'IOERR', 'NOMEM', 'CORRUPT', 'NOTADB', 'READONLY', 'CANTOPEN', 'INTERRUPT'].includes(primary(code));
}

/** The disk took what was written, and refused to keep it. */
export function isOfFlush(error: unknown): boolean {
  return ['SQLITE_IOERR_FSYNC', 'SQLITE_IOERR_DIR_FSYNC'].includes(sqliteCode(error) ?? '');
}

/**
 * What a failing database means for the user, as one of the closed error codes; programming errors pass unchanged and
 * become `internal` at the boundary. The library's messages name tables and columns, never values.
 */
export function mapSqliteError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  switch (primary(code)) {
    case 'NOTADB':
    case 'CORRUPT':
      if (isDiskGone(file)) return diskFailed(code);
      return new KeyshiftError('vault.damaged', 'The database is damaged. Nothing was overwritten; restore it from a backup.');
    case 'FULL':
      return diskFull();
    case 'IOERR':
    case 'READONLY':
    case 'CANTOPEN':
      return nearlyFull(file) ? diskFull() : diskFailed(code);
    case 'BUSY':
    case 'LOCKED':
      return new KeyshiftError('profile.in-use', 'Another program is using the database of this profile.');
    default:
      return error;
  }
}

function diskFailed(code: string): KeyshiftError {
  return new KeyshiftError('disk.failed', `The disk failed while the database was used (${code}). ${untouched}`);
}

/**
 * A disk that breaks or is pulled out gives the library pages it cannot open, and it calls them damaged: whoever heard that would take
 * an old backup, though all is there once the disk is.
 */
function isDiskGone(file: string): boolean {
  if (file === ':memory:') return false;
  try {
    const handle = openSync(file, 'r');
    try {
      readSync(handle, new Uint8Array(1), 0, 1, 0);
      fsyncSync(handle);
      return false;
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    return ['EIO', 'ENXIO', 'ENODEV', 'ESTALE', 'ESHUTDOWN'].includes(fileErrorCode(error) ?? '');
  }
}

function diskFull(): KeyshiftError {
  return new KeyshiftError('disk.full', 'The disk is full. Nothing was lost; free some space and try again.');
}

/** The shared-memory file of the write-ahead log reports a full disk as an input/output error. */
function nearlyFull(file: string): boolean {
  if (file === ':memory:') return false;
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize < nearlyFullBytes;
  } catch {
    return false;
  }
}
