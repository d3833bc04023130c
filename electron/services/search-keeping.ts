import type { Clock, Logger } from '../engine/ports';
import type { EventHub } from './event-hub';
import type { Stores } from './ports';
import { purgeBehind } from './purge-behind';
import { Slice } from './slice';

/** Milliseconds one go should take, with what it waits for the disk, and the least pause between two. */
const aim = 6;
const pauseMs = 5;
/** Messages that are taken into the index in one go, have their emoji found, or get other keys: the first time, and at most. */
const taken = { first: 8, most: 200 } as const;
/** Messages that are read into memory in one go. */
const remembered = { first: 32, most: 200 } as const;
/** Pages of the index that are joined in one go, and how long after a change that begins. */
const joined = { first: 8, most: 32 } as const;
const afterMs = 1_500;
/** Pages that are looked through at once for what is left of erased words. */
const erased = { first: 32, most: 128 } as const;
const changes: ReadonlySet<string> = new Set(['message.received', 'message.changed', 'messages.removed', 'conversation.changed', 'contact.changed']);

export interface SearchKeepingParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly stores: Pick<Stores, 'search' | 'purge' | 'owePurge' | 'copyBack' | 'transactionBehind' | 'onDisk'>;
}

/** Keeps the index of words whole and short, in slices between everything else, until the function it gives is called. */
export function keepSearch(parts: SearchKeepingParts): () => void {
  const keeping = new SearchKeeping(parts);
  return () => keeping.close();
}

class SearchKeeping {
  readonly #parts: SearchKeepingParts;
  readonly #unhear: () => void;
  readonly #remembered = new Slice(aim, remembered.first, remembered.most);
  readonly #taken = new Slice(aim, taken.first, taken.most);
  readonly #joined = new Slice(aim, joined.first, joined.most);
  readonly #erased = new Slice(aim, erased.first, erased.most);
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(parts: SearchKeepingParts) {
    this.#parts = parts;
    this.#unhear = parts.events.on(({ type }) => {
      if (changes.has(type)) this.#soon(afterMs);
    });
    this.#soon(pauseMs);
  }

  close(): void {
    this.#closed = true;
    this.#unhear();
    this.#cancel?.();
  }

  #soon(milliseconds: number): void {
    if (this.#closed) return;
    this.#cancel ??= this.#parts.clock.setTimer(milliseconds, () => {
      void this.#parts.stores.onDisk().then(() => {
        this.#cancel = undefined;
        this.#step();
      });
    });
  }

  #erase(): boolean {
    const { stores } = this.#parts;
    const done = this.#write(() => stores.search.erase(this.#erased.size));
    if (done === 'done') purgeBehind(stores);
    return done === 'more';
  }

  /** What it writes is made of the messages and known to be missing where a cut of power undoes it. */
  #write<T>(work: () => T): T {
    return this.#parts.stores.transactionBehind(work);
  }

  /** Whether there was something to do, in a slice of that kind. */
  #do(slice: Slice, work: (size: number) => boolean): boolean {
    return slice.timed(this.#parts.clock, work);
  }

  #step(): void {
    if (this.#closed) return;
    const { clock, logger, stores } = this.#parts;
    const began = clock.monotonic();
    try {
      // One thing at a time. First what every search is faster with from then on: joining parts may take minutes. What is left of erased words goes before all that
      // writes, and nothing is taken up while there are parts to join: with many of them each word costs more.
      const isMore =
        stores.copyBack() ||
        this.#do(this.#remembered, (limit) => stores.search.remember(limit)) ||
        this.#do(this.#erased, () => this.#erase()) ||
        this.#do(this.#joined, (pages) => this.#write(() => stores.search.tidy(pages))) ||
        this.#do(this.#taken, (limit) => this.#write(() => stores.search.takeUp(limit)));
      // Half of the time is everybody else's.
      if (isMore) this.#soon(Math.max(pauseMs, clock.monotonic() - began));
    } catch (error) {
      // A full disk: with the next message it is tried again, and what is not taken up is only not found.
      logger.warn('search.not-kept', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }
}
