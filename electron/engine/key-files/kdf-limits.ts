import type { PasswordCost } from '../crypto/crypto';

/**
 * How much work a passphrase is to be worth in a key file, in bounds both ways (A81): below, it is guessed; above, opening it would hang
 * this device. Held against what the file says before any work is done.
 */
const argonBounds = {
  memoryKiB: { least: 64 * 1024, most: 1024 * 1024 },
  passes: { least: 2, most: 10 },
} as const;

/** PBKDF2 and the MAC of PKCS #12. The least is what OpenSSL 3 writes by itself. */
export const iterationBounds = { least: 2048, most: 10_000_000 } as const;

/** All parts of one PKCS #12 file together: MAC, certificates and key, each as dear as `openssl -iter` can make them. */
export const mostIterationsOfFile = 3 * iterationBounds.most;

/** What is written here: OWASP's number for PBKDF2-HMAC-SHA-256. */
export const pbkdf2Iterations = 600_000;

/**
 * Of the MAC of PKCS #12. Its key comes of the same passphrase, so it must cost a guesser no less: an iteration is one SHA-256, where one of
 * PBKDF2 is two.
 */
export const macIterations = 2 * pbkdf2Iterations;

/** What a passphrase is made to cost in each format; less only in tests. */
export interface FileCost {
  /** Of the own container. */
  readonly argon: PasswordCost;
  /** Iterations, in PKCS #12 and PEM. */
  readonly pbkdf2: number;
  readonly mac: number;
}

export function isWithin(value: number, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

export function isAcceptableFileCost({ memoryBytes, passes }: PasswordCost): boolean {
  return isWithin(memoryBytes / 1024, argonBounds.memoryKiB) && isWithin(passes, argonBounds.passes);
}
