// The number a run by chance begins with.
import { PlainError } from './say.mjs';

/** Refuses what is no such number: a run would go by a chance of its own, and print one that repeats nothing. @param {string | string[] | undefined} text */
export function assertSeed(text) {
  if (text !== undefined && !/^\d{1,15}$/.test(String(text))) throw new PlainError('--seed takes a whole number, as a run prints it at its end');
}
