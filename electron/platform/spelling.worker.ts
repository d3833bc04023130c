import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { isRight } from './contractions';
import type { SpellingAnswer, SpellingQuestion } from './spelling';

// Hunspell in WebAssembly, in a thread of its own: loading German takes a third of a second, a suggestion up to half a second.

const need = createRequire(__filename);
const data: unknown = workerData;
const language = data === 'de' ? 'dictionary-de' : 'dictionary-en';

/** What was asked once; a text one writes is checked over and over. */
const known = new Map<string, boolean>();
const mostKnown = 20_000;

const folder = dirname(need.resolve(language));
const checker = import('hunspell-wasm').then(({ createHunspellFromFiles }) => createHunspellFromFiles(join(folder, 'index.aff'), join(folder, 'index.dic')));

parentPort?.on('message', (question: SpellingQuestion) => {
  void checker.then((hunspell) => {
    const isKnown = (word: string): boolean => {
      let right = known.get(word);
      if (right === undefined) {
        right = isRight(word, data === 'de', (each) => hunspell.testSpelling(each));
        if (known.size >= mostKnown) known.clear();
        known.set(word, right);
      }
      return right;
    };
    const words = question.kind === 'check' ? question.words.filter((word) => !isKnown(word)) : hunspell.getSpellingSuggestions(question.word).slice(0, 5);
    parentPort?.postMessage({ id: question.id, words } satisfies SpellingAnswer);
  });
});
