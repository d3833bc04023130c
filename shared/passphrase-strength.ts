export const shortestPassphrase = 8;

export type Strength = 'short' | 'weak' | 'fair' | 'strong';

/** Where fingers run along: three in a row are worth one. */
const rows = ['qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'qsdfghjklm', 'yxcvbnm', 'zxcvbnm', '1234567890'];
/** What everybody tries first; each is worth one character. */
const triedFirst = /pass(?:word|wort|phrase)|mot ?de ?passe|welcome|willkommen|letmein|iloveyou|princess|football|baseball|sunshine|monkey|dragon|master|shadow|secret|admin|hallo|hello|keyshift/g;

/**
 * A rough judgement, not a promise, and the same on both sides of the window: distinct characters weigh more than length, words count, and what
 * follows of what stands before it does not. Argon2id or PBKDF2 stand behind it. Returns how many of four steps are reached, and the word for it.
 */
export function passphraseStrength(passphrase: string): { readonly strength: Strength; readonly steps: 0 | 1 | 2 | 3 | 4 } {
  const typed = Array.from(passphrase);
  if (typed.length < shortestPassphrase) return { strength: 'short', steps: typed.length === 0 ? 0 : 1 };
  const characters = surprising(passphrase);
  const distinct = new Set(characters).size;
  const words = new Set(passphrase.trim().split(/\s+/u).filter((word) => word.length > 2)).size;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}\s]/u].filter((kind) => kind.test(passphrase)).length;
  const points = Math.min(characters.length, 24) + Math.min(distinct, 14) + words * 3 + kinds * 2;
  if (distinct < 5 || points < 24) return { strength: 'weak', steps: 2 };
  if (points < 42) return { strength: 'fair', steps: 3 };
  return { strength: 'strong', steps: 4 };
}

/** Whether a file that can be copied, and then be tried at leisure, may not be locked with it. */
export function isTooWeakForFile(passphrase: string): boolean {
  const { strength } = passphraseStrength(passphrase);
  return strength === 'short' || strength === 'weak';
}

/** The characters without those that follow of the two before: repeats, counting up or down, rows of keys. */
function surprising(passphrase: string): readonly string[] {
  const characters = Array.from(passphrase.toLowerCase().replace(triedFirst, '*'));
  return characters.filter((character, at) => {
    const [before, last] = [characters[at - 2], characters[at - 1]];
    return before === undefined || last === undefined || !follows(before, last, character);
  });
}

function follows(a: string, b: string, c: string): boolean {
  const step = code(b) - code(a);
  if (Math.abs(step) <= 1 && code(c) - code(b) === step) return true;
  const three = a + b + c;
  const back = c + b + a;
  return rows.some((row) => row.includes(three) || row.includes(back));
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}
