export const shortestPassphrase = 8;

export type Strength = 'short' | 'weak' | 'fair' | 'strong';

/**
 * A rough hint, not a promise: distinct characters weigh more than length, words count. Argon2id stands behind it.
 * Returns how many of four steps are reached, and the word for it.
 */
export function passphraseStrength(passphrase: string): { readonly strength: Strength; readonly steps: 0 | 1 | 2 | 3 | 4 } {
  const characters = Array.from(passphrase);
  if (characters.length < shortestPassphrase) return { strength: 'short', steps: characters.length === 0 ? 0 : 1 };
  const distinct = new Set(characters).size;
  const words = passphrase.trim().split(/\s+/u).filter((word) => word.length > 2).length;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}\s]/u].filter((kind) => kind.test(passphrase)).length;
  const points = Math.min(characters.length, 24) + Math.min(distinct, 14) + words * 3 + kinds * 2;
  if (distinct < 5 || points < 24) return { strength: 'weak', steps: 2 };
  if (points < 42) return { strength: 'fair', steps: 3 };
  return { strength: 'strong', steps: 4 };
}
