import type { Clock, Logger } from '../engine/ports';
import type { EventHub } from './event-hub';
import type { Stores } from './ports';

/** Messages that are taken into the index in one go, or have their emoji found, some milliseconds' work, and the least pause between two. */
const atOnce = 64;
const pauseMs = 5;
/** Pages of the index that are joined in one go, and how long after a change that begins. */
const pagesAtOnce = 16;
const afterMs = 1_500;
/** Pages that are looked through at once for what is left of erased words. */
const erasedAtOnce = 64;
const changes: ReadonlySet<string> = new Set(['message.received', 'message.changed', 'messages.removed', 'conversation.changed', 'contact.changed']);

export interface SearchKeepingParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly stores: Pick<Stores, 'search' | 'purge'>;
}

/** Keeps the index of words whole and short, in slices between everything else, until the function it gives is called. */
export function keepSearch(parts: SearchKeepingParts): () => void {
  const keeping = new SearchKeeping(parts);
  return () => keeping.close();
}

class SearchKeeping {
  readonly #parts: SearchKeepingParts;
  readonly #unhear: () => void;
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
      this.#cancel = undefined;
      this.#step();
    });
  }

  #erase(): boolean {
    const { stores } = this.#parts;
    const erased = stores.search.erase(erasedAtOnce);
    if (erased === 'done') stores.purge();
    return erased === 'more';
  }

  #step(): void {
    if (this.#closed) return;
    const { clock, logger, stores } = this.#parts;
    const began = clock.monotonic();
    try {
      // One thing at a time. What is left of erased words goes first, and nothing is taken up while there are parts to join: with many of them each word costs more.
      const isMore = this.#erase() || stores.search.tidy(pagesAtOnce) || stores.search.takeUp(atOnce);
      // Half of the time is everybody else's.
      if (isMore) this.#soon(Math.max(pauseMs, clock.monotonic() - began));
    } catch (error) {
      // A full disk: with the next message it is tried again, and what is not taken up is only not found.
      logger.warn('search.not-kept', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }
}
