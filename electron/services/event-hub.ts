import type { AppEvent } from '../../shared/contract/contract';
import type { Logger } from '../engine/ports';

/**
 * Collects what happened inside a transaction and tells it only after the commit: nobody ever hears of something
 * that a crash or a full disk then undid.
 */
export class EventHub {
  readonly #logger: Logger;
  readonly #listeners = new Set<(event: AppEvent) => void>();
  #held: (AppEvent | (() => void))[] = [];
  #depth = 0;
  #shownAs: ((conversationId: string) => string) | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  on(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * What is shown as one conversation is told as one: `map` gives where a conversation is shown. That one changed is told of itself, so that
   * whoever shows it hears that it is elsewhere now. Gives what ends it.
   */
  showAs(map: (conversationId: string) => string): () => void {
    this.#shownAs = map;
    return () => {
      if (this.#shownAs === map) this.#shownAs = undefined;
    };
  }

  /** Tells at once, or after the commit when called inside `during`. */
  emit(event: AppEvent): void {
    if (this.#depth > 0) this.#held.push(event);
    else this.#tell(event);
  }

  /** Does it in its turn with what is told: at once, or after the commit when called inside `during`; not at all when that was rolled back. */
  after(work: () => void): void {
    if (this.#depth > 0) this.#held.push(work);
    else this.#do(work);
  }

  /**
   * Runs `transaction`, holding events back until the outermost one has committed; drops them when it throws, and those
   * of a part that threw inside. What only says that a conversation changed is said once, the last time.
   */
  during<T>(transaction: () => T): T {
    const outermost = this.#depth === 0;
    const before = this.#held.length;
    this.#depth += 1;
    let result: T;
    try {
      result = transaction();
    } catch (error) {
      this.#held.length = before; // what came from within is rolled back, also when somebody outside goes on
      throw error;
    } finally {
      this.#depth -= 1;
    }
    if (outermost) {
      const held = this.#held;
      this.#held = [];
      for (const one of withoutRepeats(held)) {
        if ('type' in one) this.#tell(one);
        else this.#do(one);
      }
    }
    return result;
  }

  /** What is committed is told, whatever fails of what is done with it. */
  #do(work: () => void): void {
    try {
      work();
    } catch {
      this.#logger.error('event.work-failed');
    }
  }

  #tell(told: AppEvent): void {
    const event = this.#shownAs === undefined ? told : placed(told, this.#shownAs);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        this.#logger.error('event.listener-failed', { type: event.type });
      }
    }
  }
}

function placed(event: AppEvent, map: (conversationId: string) => string): AppEvent {
  if (!('conversationId' in event) || event.type === 'conversation.changed') return event;
  const conversationId = map(event.conversationId);
  if (conversationId === event.conversationId) return event;
  return event.type === 'message.received' || event.type === 'message.changed' ? { ...event, conversationId, message: { ...event.message, conversationId } } : { ...event, conversationId };
}

function withoutRepeats(held: readonly (AppEvent | (() => void))[]): readonly (AppEvent | (() => void))[] {
  const last = new Map<string, AppEvent>();
  for (const one of held) if ('type' in one && one.type === 'conversation.changed') last.set(one.conversationId, one);
  if (last.size === 0) return held;
  return held.filter((one) => !('type' in one) || one.type !== 'conversation.changed' || last.get(one.conversationId) === one);
}
