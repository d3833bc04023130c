/** What a repository keeps under one name. */
export interface StoredRecord {
  /** Opaque to the repository: sealed by the devices that share it. At most `maxRecordBytes`. */
  readonly record: Uint8Array;
  /** At least 1; another one, and a higher one, after every write under this name. */
  readonly revision: number;
}

/** The repository cannot be asked now, or did not say what became of a write: whoever wrote reads again. */
export class RepositoryUnreachable extends Error {
  constructor() {
    super('the session repository cannot be reached');
    this.name = 'RepositoryUnreachable';
  }
}

/**
 * Where the devices of one person keep what sessions with their contacts need to go on elsewhere (protocol.md §10.5; figure 1 of
 * seed 003: the database). No more than single records with compare-and-swap: who may have a session, leases, generations and
 * purging are decided by the devices, the same way as where one device asks another. Nothing is ever removed by name: what
 * was taken stays as a tombstone, so that it cannot be put back (S4-17, S4-19); the repository forgets a record
 * `keptMs` after its last write.
 */
export interface SessionRepository {
  /** As the last completed write left it; undefined: there is nothing. Throws `RepositoryUnreachable`. */
  read(name: string): Promise<StoredRecord | undefined>;
  /**
   * Writes where the revision is `expected`, 0: where there is nothing. Gives the new revision; undefined: it was another, and
   * nothing is changed. Throws `RepositoryUnreachable`: it may or may not have been written.
   */
  write(name: string, record: Uint8Array, expected: number): Promise<number | undefined>;
}

/** Names: this many lower-case hex characters. */
export const repositoryNameLength = 32;
export const maxRecordBytes = 32 * 1024;
/** A day longer than any session may be resumed. */
export const keptMs = 8 * 24 * 3_600_000;
