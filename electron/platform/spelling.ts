import { Worker } from 'node:worker_threads';

export type SpellingLanguage = 'en' | 'de';

export type SpellingQuestion = { readonly id: number } & ({ readonly kind: 'check'; readonly words: readonly string[] } | { readonly kind: 'suggest'; readonly word: string });

export interface SpellingAnswer {
  readonly id: number;
  readonly words: readonly string[];
}

/** Milliseconds a question may take; the first one waits for the dictionary as well. */
const patience = 10_000;
/** Milliseconds for which a dictionary that could not be used is left alone: each word that is typed would begin another thread. */
const rest = 60_000;
/** Letters of the longest word that is looked at: longer ones are no words. */
const longestWord = 64;

type Asked = SpellingQuestion extends infer Q ? (Q extends { readonly id: number } ? Omit<Q, 'id'> : never) : never;

/** Where a bundle of a thread lies: of an archive, what is unpacked beside it, for Node's loader of modules does not look into archives. */
export const outOfArchive = (file: string): string => file.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');

/**
 * Whether words are spelled right, by dictionaries that come with the app. A thread holds the dictionary of one language, from
 * the first question on until another language is asked or `close`. Words stay in memory, and only there. Where the dictionary
 * cannot be read, every word counts as right, and it is tried again a while later.
 */
export class Spelling {
  readonly #file: string;
  readonly #failed: () => void;
  #running: { readonly language: SpellingLanguage; readonly worker: Worker; readonly waiting: Map<number, (words: readonly string[]) => void> } | undefined;
  #next = 1;
  /** Until when, by language. */
  readonly #left = new Map<SpellingLanguage, number>();
  readonly #rest: number;

  /** `file`: the bundled worker. `restMs`: for tests. */
  constructor(file: string, failed: () => void, restMs = rest) {
    this.#file = file;
    this.#failed = failed;
    this.#rest = restMs;
  }

  /** Those of `words` that the language does not have. */
  misspelled(language: SpellingLanguage, words: readonly string[]): Promise<readonly string[]> {
    return this.#ask(language, { kind: 'check', words: words.filter((word) => word.length <= longestWord) });
  }

  /** At most five words that may have been meant, the likeliest first. */
  suggestions(language: SpellingLanguage, word: string): Promise<readonly string[]> {
    return word.length > longestWord ? Promise.resolve([]) : this.#ask(language, { kind: 'suggest', word });
  }

  close(): void {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    for (const answer of running.waiting.values()) answer([]);
    void running.worker.terminate();
  }

  #ask(language: SpellingLanguage, question: Asked): Promise<readonly string[]> {
    if (performance.now() < (this.#left.get(language) ?? 0)) return Promise.resolve([]);
    const { worker, waiting } = this.#start(language);
    const id = this.#next++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiting.get(id)?.([]), patience);
      timer.unref();
      waiting.set(id, (words) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(words);
      });
      worker.postMessage({ ...question, id });
    });
  }

  #start(language: SpellingLanguage) {
    if (this.#running?.language === language) return this.#running;
    this.close();
    const worker = new Worker(outOfArchive(this.#file), { workerData: language });
    const started = { language, worker, waiting: new Map<number, (words: readonly string[]) => void>() };
    // It holds nothing that must be ended in order.
    worker.unref();
    worker.on('message', ({ id, words }: SpellingAnswer) => started.waiting.get(id)?.(words));
    worker.on('error', () => {
      this.#failed();
      this.#left.set(language, performance.now() + this.#rest);
      // It has ended: whoever asks next would ask nobody, and wait for the answer.
      if (this.#running === started) this.#running = undefined;
      for (const answer of started.waiting.values()) answer([]);
    });
    this.#running = started;
    return started;
  }
}
