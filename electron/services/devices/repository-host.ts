import { encodeRepositoryWord, type RepositoryWord } from '../../engine/sharing/repository-words';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import { toHex } from '../../engine/wire/encoding';
import type { HostedRecordStore } from '../ports/hosted-records';
import { keptMs } from '../ports/session-repository';

/** Of one device: nobody takes the place of the others, whatever it writes. In bytes with some for each record. */
const mostRecords = 16_384;
const mostBytes = 32 * 1024 * 1024;
const tidyMs = 6 * 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;

export interface RepositoryHostParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: HostedRecordStore;
  readonly commit: <T>(work: () => T) => T;
  /** Whether this device is the one that keeps them. */
  readonly isHost: () => boolean;
  /** Devices whose records are kept. */
  readonly writers: () => readonly InstanceId[];
}

/**
 * Keeps records of sessions for the own other devices (S4-08): single ones, with compare-and-swap, durable before the answer. It can open who has a session by its
 * records, and no session: the bodies are sealed to those that may take them (A68).
 */
export class RepositoryHost {
  readonly #parts: RepositoryHostParts;
  #usage: Map<InstanceId, { count: number; bytes: number }> | undefined;
  #cancel: (() => void) | undefined;

  constructor(parts: RepositoryHostParts) {
    this.#parts = parts;
  }

  /** Never throws. What nobody may take up any more goes, and what devices wrote that are none. */
  start(): void {
    const { clock, store, commit, logger, writers } = this.#parts;
    try {
      const now = Math.trunc(clock.now());
      if (store.usage().size > 0) commit(() => store.removeOutside(now - keptMs, now + dayMs, writers()));
    } catch {
      logger.warn('repository.not-tidied'); // tried again later; what is over is used for nothing
    }
    this.#usage = undefined;
    this.#cancel = clock.setTimer(tidyMs, () => this.start());
  }

  /** Every answer that is none looks the same. */
  answer(from: InstanceId, word: Extract<RepositoryWord, { kind: 'read' | 'write' }>): Uint8Array {
    const { logger, isHost, writers } = this.#parts;
    const { ask } = word;
    try {
      if (isHost() && writers().includes(from)) return encodeRepositoryWord(word.kind === 'read' ? this.#read(word) : this.#write(from, word));
    } catch (error) {
      // A full disk, say. Whoever wrote reads again.
      logger.error('repository.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
      this.#usage = undefined;
    }
    return encodeRepositoryWord({ kind: 'refused', ask });
  }

  close(): void {
    this.#cancel?.();
  }

  #read({ ask, name }: Extract<RepositoryWord, { kind: 'read' }>): RepositoryWord {
    const stored = this.#parts.store.find(toHex(name));
    return { kind: 'found', ask, revision: stored?.revision ?? 0, record: stored?.record ?? new Uint8Array(0) };
  }

  #write(from: InstanceId, { ask, name, expected, record }: Extract<RepositoryWord, { kind: 'write' }>): RepositoryWord {
    const { store, commit, clock } = this.#parts;
    const key = toHex(name);
    const before = store.find(key);
    if ((before?.revision ?? 0) !== expected) return { kind: 'written', ask, revision: 0 };
    const used = this.#usageOf(from);
    // What is there already may always be ended: a tombstone is shorter than what it ends.
    const grows = record.length > (before?.record.length ?? -1);
    if (grows && (used.count >= mostRecords || used.bytes + record.length > mostBytes)) return { kind: 'refused', ask };
    const revision = commit(() => store.put(key, record, from, Math.trunc(clock.now())));
    // Counted roughly, and anew when tidied.
    used.count += before === undefined ? 1 : 0;
    used.bytes += before === undefined ? record.length + 64 : Math.max(0, record.length - before.record.length);
    return { kind: 'written', ask, revision };
  }

  #usageOf(writer: InstanceId): { count: number; bytes: number } {
    this.#usage ??= new Map([...this.#parts.store.usage()].map(([each, used]) => [each, { ...used }]));
    const found = this.#usage.get(writer) ?? { count: 0, bytes: 0 };
    this.#usage.set(writer, found);
    return found;
  }
}
