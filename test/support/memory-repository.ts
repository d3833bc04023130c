import { RepositoryUnreachable, type SessionRepository, type StoredRecord } from '../../electron/services/ports/session-repository';

/** A session repository in memory, and what a test may do to it. */
export interface MemoryRepository {
  /** As one device sees it. */
  connect(): SessionRepository;
  /** By name; a malicious repository changes what is here. */
  readonly records: Map<string, StoredRecord>;
  /** Every record ever written, oldest first: what the one who runs the repository saw. */
  readonly seen: Uint8Array[];
  reachable: boolean;
  /** The next write is carried out and its answer lost. */
  loseAnswer: boolean;
  /** Comes before every read and write, so that a test decides who is first. */
  turn: (what: 'read' | 'write', name: string) => Promise<void>;
}

export function createMemoryRepository(): MemoryRepository {
  let revision = 0;
  const repository: MemoryRepository = {
    records: new Map(),
    seen: [],
    reachable: true,
    loseAnswer: false,
    turn: () => Promise.resolve(),
    connect: () => ({
      async read(name) {
        await repository.turn('read', name);
        if (!repository.reachable) throw new RepositoryUnreachable();
        const stored = repository.records.get(name);
        return stored && { record: Uint8Array.from(stored.record), revision: stored.revision };
      },
      async write(name, record, expected) {
        await repository.turn('write', name);
        if (!repository.reachable) throw new RepositoryUnreachable();
        if ((repository.records.get(name)?.revision ?? 0) !== expected) return undefined;
        revision += 1;
        repository.records.set(name, { record: Uint8Array.from(record), revision });
        repository.seen.push(Uint8Array.from(record));
        if (!repository.loseAnswer) return revision;
        repository.loseAnswer = false;
        throw new RepositoryUnreachable();
      },
    }),
  };
  return repository;
}
