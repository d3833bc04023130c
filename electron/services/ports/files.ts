import type { PartNote, PartOnDisk } from './transfers';

/**
 * Content of files inside the profile, sealed, under random names that say nothing. What was created and is not closed yet is in nobody's
 * list. Errors everywhere: disk.full, disk.failed, profile.unreadable.
 */
export interface HeldFiles {
  /** Of all that is there, but what is just being created. */
  names(): Promise<readonly string[]>;
  /** `name`: 32 hex digits, new. */
  create(name: string): Promise<HeldFile>;
  /** Undefined: it is not there. */
  open(name: string): Promise<HeldFile | undefined>;
  /** Also of one that is not there, or open. */
  remove(name: string): Promise<void>;
  /** Bytes that can still be written before the disk is full. */
  room(): Promise<number>;
}

export interface HeldFile {
  /** Fewer where the file ends. */
  read(at: number, length: number): Promise<Uint8Array>;
  write(at: number, bytes: Uint8Array): Promise<void>;
  /** What was written before survives a loss of power afterwards. */
  sync(): Promise<void>;
  /** Never throws; once is enough. */
  close(): Promise<void>;
}

/** Files where the person wants them. Errors: path.unusable, path.taken, disk.full, disk.failed; disk.unconfirmed once a file stands whole under its name. */
export interface ChosenFiles {
  /** Errors also: file.gone, file.empty. */
  open(path: string): Promise<ChosenSource>;
  /**
   * A new file for the user alone that has its name from the end of `finish` on, or leaves nothing; never executable, marked as come from
   * elsewhere where the system has such a mark. `replaces`: in the place of a file that is there, which the person agreed to.
   */
  begin(path: string, replaces: boolean, note: PartNote): Promise<ChosenTarget>;
  /** Takes away what a crash left of a file that was being saved: this very file under this name, and nothing that took its place; of one that was about to be made, an empty one. False where this run is just writing it, so that it stays. Errors: path.unusable where its folder is not there now, disk.failed. */
  dropPart(part: PartOnDisk): Promise<boolean>;
}

export interface ChosenSource {
  /** Last part of the path. */
  readonly name: string;
  /** In bytes, when it was opened. */
  readonly size: number;
  /** Another one where it is another file, or was changed. */
  readonly stamp?: string;
  /** False once somebody wrote into it since it was opened. Absent where nobody can. */
  readonly isUnchanged?: () => Promise<boolean>;
  /** Fewer where it ends. */
  read(at: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Files a window was given by the person, under names that only this run of the program knows. */
export interface FileTokens {
  /** Errors: path.unusable for a token that is not known any more, file.gone, file.changed, file.empty. */
  open(token: string): Promise<ChosenSource>;
  /** It was taken into the profile: nothing of it need be kept. */
  used(token: string): void;
}

export interface ChosenTarget {
  readonly part: PartOnDisk;
  write(bytes: Uint8Array): Promise<void>;
  /** Gives the absolute path. */
  finish(): Promise<string>;
  /** Never throws. */
  discard(): Promise<void>;
}
