import type { AppEvent, Handlers } from '../../shared/contract/contract';
import { isOwnWord, ownWord } from '../../shared/model/own-word';

/** The person's own words while the vault is open, and none before and after. */
export class OwnWords {
  readonly #calls: Handlers['dictionary'];
  readonly #failed: (error: unknown) => void;
  #words: ReadonlySet<string> = new Set();
  #open = false;

  constructor(calls: Handlers['dictionary'], failed: (error: unknown) => void) {
    this.#calls = calls;
    this.#failed = failed;
  }

  hear(event: AppEvent): void {
    if (event.type === 'vault.changed') {
      this.#open = event.state === 'open';
      if (!this.#open) this.#words = new Set();
    }
    if (event.type === 'dictionary.changed' || (event.type === 'vault.changed' && this.#open)) void this.#load();
  }

  /** Another profile, other words. */
  forget(): void {
    this.#open = false;
    this.#words = new Set();
  }

  knows(word: string): boolean {
    return isOwnWord(this.#words, word);
  }

  /** How to add it; undefined where that cannot be: the vault is closed, or it is no word. */
  adding(word: string): (() => Promise<void>) | undefined {
    if (!this.#open || !ownWord.safeParse(word).success) return undefined;
    return async () => {
      try {
        await this.#calls.add({ word });
        await this.#load();
      } catch (error) {
        this.#failed(error);
      }
    };
  }

  async #load(): Promise<void> {
    try {
      const words = await this.#calls.words(undefined);
      if (this.#open) this.#words = new Set(words);
    } catch (error) {
      // Locked meanwhile.
      if (this.#open) this.#failed(error);
    }
  }
}
