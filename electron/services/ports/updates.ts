/** What newer versions of the app need from the world. Errors of the codes that `updates.status` may name are `KeyshiftError`s. */

/** How this copy of the app came here, which says which package takes its place. */
export type PackageFormat = 'deb' | 'rpm' | 'tar.gz' | 'AppImage' | 'nsis' | 'dmg';

export interface PackageFile {
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly arch: 'x64' | 'arm64';
  readonly format: PackageFormat;
  /** Letters, digits, points, hyphens and underscores. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** The one place that is asked, and nothing else. Errors: updates.unreachable, updates.odd-answer. */
export interface UpdateSource {
  /** Whole, at most `most` bytes. */
  small(name: string, most: number, signal: AbortSignal): Promise<Uint8Array>;
  /** What of a file lies behind its first `from` bytes, as it comes. `from` 0 in the answer: it begins anew. Ends early where the connection does. */
  large(name: string, from: number, size: number, signal: AbortSignal): Promise<{ readonly from: number; readonly pieces: AsyncIterable<Uint8Array> }>;
}

/** A folder only this user can write to, with at most one package, one update file, and what is remembered. Errors: disk.full, disk.failed, profile.unreadable. */
export interface UpdateShelf {
  /** Undefined: nothing yet, or damaged. */
  remembered(): Promise<unknown>;
  remember(what: unknown): Promise<void>;
  /** The update file that was believed last. */
  updateFile(): Promise<Uint8Array | undefined>;
  keepUpdateFile(bytes: Uint8Array): Promise<void>;
  /** Bytes that are here of this package; nothing says yet that they are the right ones. */
  here(file: PackageFile): Promise<number>;
  /**
   * Writes what comes behind the first `from` bytes; tells how many are here. A whole package whose size and hash fit stands under its name afterwards; where it
   * ends early, or an error comes, what is there stays to be gone on with. Errors also: updates.altered, with nothing kept.
   */
  take(file: PackageFile, from: number, pieces: AsyncIterable<Uint8Array>, told: (bytes: number) => void): Promise<'whole' | 'part'>;
  /** Reads it again and compares size and hash: false, and gone, where they differ or it is not there. */
  isRight(file: PackageFile): Promise<boolean>;
  /** Everything goes but this package, and what is remembered. */
  clear(except?: PackageFile): Promise<void>;
}

/** Files that the person chose. Errors: path.unusable, updates.no-package, disk.failed. */
export interface ChosenUpdate {
  /** The update file: the chosen one, or the one beside a chosen package. */
  readonly updateFile: Uint8Array;
  /** The package of this name beside it; to be read to its end or closed. */
  open(name: string): Promise<{ readonly size: number; readonly pieces: AsyncIterable<Uint8Array>; close(): Promise<void> }>;
}

export interface UpdateSignatures {
  /** Ed25519 over `message`; both as in an update file, base64. Never throws. */
  verify(key: string, message: Uint8Array, signature: string): boolean;
  sha256(bytes: Uint8Array): string;
}

/** How a checked package takes the place of this copy. */
export type UpdateWay = 'command' | 'replace' | 'beside' | 'by-hand';

export interface InstalledUpdate {
  /** The line that installs it as root, which checks it once more. */
  readonly command?: string;
  /** What the person opens, or what takes the place. */
  readonly path: string;
}

/** Errors: updates.altered, path.unusable, disk.full, disk.failed. */
export interface UpdateInstaller {
  readonly way: UpdateWay;
  /** Reads the package in the same go in which it compares its hash. */
  install(file: PackageFile): Promise<InstalledUpdate>;
}
