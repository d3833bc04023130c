// Runs each test as it is, and then again with each change switched on that would have made a difference in it, within the same process. What is known is
// kept in a folder that all processes share, as files without content: `noticed/<n>`, `come-by/<n>`, `spoiled/<number of the test file>`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configureGlobal } from 'fast-check';
import { TestRunner } from 'vitest';

/** In milliseconds: a test that takes ten times as long as it did, and so much more, hangs. */
const PATIENCE = 1500;
/** A changed loop may have no end that any timer would see: so many steps more than without the change end it. */
const MORE_STEPS = 2_000_000;
/** What the tests of one file overlook for so long, in milliseconds, the rest of this file most likely does as well. */
const LONG_ENOUGH = 4000;

// That a property fails is all that is asked: no smaller example of it.
configureGlobal({ endOnFailure: true });

const folder = process.env['KEYSHIFT_MUTANTS'] ?? '';
const files = readFileSync(join(folder, 'files.txt'), 'utf8').split('\n');
const mark = (what, number) => writeFileSync(join(folder, what, String(number)), '');
const isMarked = (what, number) => existsSync(join(folder, what, String(number)));

let on = -1;
let steps = 0;
let most = Infinity;
/** Changes that would have made a difference since the test began. @type {Set<number>} */
let differs = new Set();
/** For how long each change was tried in this file. @type {Map<number, number>} */
const tried = new Map();

const asked = (number, difference) => {
  steps += 1;
  if (steps > most) throw new Error('no end of steps');
  if (difference) differs.add(number);
  return on === number;
};
const compare = {
  '===': (a, b) => a === b, '!==': (a, b) => a !== b, '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b,
};
Object.assign(globalThis, {
  /** What the switches of `mutants.mjs` call. */
  __mutant: {
    never: (number, value) => (asked(number, value) ? false : value),
    always: (number, value) => (asked(number, !value) ? true : value),
    stays: (number) => !asked(number, true),
    compares(turned, edge, operator, a, b) {
      const is = compare[operator](a, b);
      return asked(turned, true) || (edge >= 0 && asked(edge, a === b) && a === b) ? !is : is;
    },
  },
});

export default class MutantRunner extends TestRunner {
  #toTry = [];
  /** How long the test took unchanged, in milliseconds. */
  #usual = Infinity;
  #steps = 0;
  #spoiled = false;
  #again = false;

  /** @override */
  async onBeforeRunTask(test) {
    await super.onBeforeRunTask(test);
    if (this.#spoiled) test.mode = 'skip';
    this.#toTry = [];
    this.#usual = Infinity;
    this.#again = false;
    on = -1;
    // The runner repeats a test with all that belongs around it, and asks before each time how often: which is known only once it has run.
    test.repeats = /** @type {any} */ ({ valueOf: () => (this.#usual === Infinity || this.#again || this.#toTry.length > 0 ? Infinity : -1) });
  }

  /** @override */
  onBeforeTryTask(test) {
    super.onBeforeTryTask(test);
    test.result.state = 'run';
    test.result.errors = undefined;
    steps = 0;
    differs = new Set();
    // After a change that was noticed the test runs once without any: what that one left behind must not make it fail for the next.
    on = this.#usual === Infinity || this.#again ? -1 : (this.#toTry.shift() ?? -1);
    if (on >= 0) tried.set(on, (tried.get(on) ?? 0) + this.#usual);
    most = on >= 0 ? this.#steps * 10 + MORE_STEPS : Infinity;
  }

  async runTask(test) {
    const run = TestRunner.getTestFn(test);
    if (this.#usual === Infinity || on < 0) {
      const since = performance.now();
      await run();
      this.#usual = Math.min(this.#usual, performance.now() - since);
      this.#steps = steps;
      return;
    }
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('hangs')), this.#usual * 10 + PATIENCE)));
    await Promise.race([run(), late]).finally(() => clearTimeout(timer));
  }

  onAfterRetryTask(test) {
    const failed = test.result.state === 'fail';
    if (on >= 0) {
      this.#again = failed;
      if (failed) mark('noticed', on);
    } else if (failed) {
      this.#usual = 0;
      this.#toTry = [];
      this.#spoiled = this.#again;
      if (this.#again) mark('spoiled', files.indexOf(test.file.filepath));
      this.#again = false;
    } else if (this.#again) this.#again = false;
    else {
      for (const number of differs) mark('come-by', number);
      this.#toTry = [...differs];
    }
    this.#toTry = this.#toTry.filter((number) => !isMarked('noticed', number) && (!tried.has(number) || (tried.get(number) ?? 0) + this.#usual < LONG_ENOUGH));
    on = -1;
  }
}
