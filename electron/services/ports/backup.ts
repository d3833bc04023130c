import type { TablePage } from '../../engine/backup/items';
import type { OpenVault } from '../ports';
import type { PartNote, PartOnDisk } from './transfers';

/** One state of the database, to be read in pieces. */
export interface Snapshot {
  /** Version of its tables. */
  readonly schema: number;
  /** Size of the database, in bytes. */
  readonly bytes: number;
  /** Every row that belongs into a backup, a few at a time; `begins`: a table's first; `share`: how much of all that is, from 0 to 1. */
  pages(): Iterable<{ readonly page: TablePage; readonly begins: boolean; readonly share: number }>;
  close(): void;
}

/** A vault beside its place: it exists from the end of `finish` on, or not at all. Ends with `finish` or `discard`. */
export interface VaultInTheMaking {
  /** Puts rows into their tables, in one go. Errors: backup.garbled, disk.full, disk.failed. */
  put(pages: readonly TablePage[]): void;
  /** No more rows. Opens it to be put in order, and is to be closed before `finish`. */
  open(): OpenVault;
  finish(): Promise<OpenVault>;
  discard(): void;
}

export interface VaultMaker {
  /**
   * A new vault under a key of its own, with tables of an earlier version or this one. Errors: vault.exists, vault.newer,
   * profile.unreadable, disk.full, disk.failed.
   */
  begin(passphrase: string, schema: number): Promise<VaultInTheMaking>;
}

/** Backups, at paths the user chose. Errors: path.unusable, path.taken, disk.full, disk.failed; disk.unconfirmed once a file stands whole under its name. */
export interface BackupFiles {
  /** Replaces nothing but a backup, and only at the end. */
  begin(path: string, note: PartNote): Promise<BackupTarget>;
  open(path: string): Promise<BackupSource>;
}

/** A file for the user alone that has its name from the end of `finish` on, or leaves nothing. */
export interface BackupTarget {
  /** What stands beside the place until `finish`. */
  readonly part: PartOnDisk;
  write(bytes: Uint8Array): Promise<void>;
  /** Gives the absolute path. */
  finish(): Promise<string>;
  /** Never throws. */
  discard(): Promise<void>;
}

export interface BackupSource {
  /** In bytes. */
  readonly size: number;
  /** The next so many bytes; fewer where the file ends. */
  read(length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
