import { KeyshiftError } from '../../shared/errors';
import type { Row, SqlValue } from './database';

// Typed reading of columns; errors of all of them: vault.damaged. STRICT tables make a mismatch impossible unless the file was tampered with by someone who
// holds the key.

function damaged(column: string): KeyshiftError {
  return new KeyshiftError('vault.damaged', `The database holds something unexpected in “${column}”.`);
}

function value(row: Row, column: string): SqlValue {
  const found = row[column];
  if (found === undefined) throw damaged(column);
  return found;
}

export function text(row: Row, column: string): string {
  const found = value(row, column);
  if (typeof found !== 'string') throw damaged(column);
  return found;
}

export function optionalText(row: Row, column: string): string | undefined {
  return value(row, column) === null ? undefined : text(row, column);
}

export function integer(row: Row, column: string): number {
  const found = value(row, column);
  if (typeof found !== 'number' || !Number.isSafeInteger(found)) throw damaged(column);
  return found;
}

export function optionalInteger(row: Row, column: string): number | undefined {
  return value(row, column) === null ? undefined : integer(row, column);
}

export function flag(row: Row, column: string): boolean {
  return integer(row, column) !== 0;
}

/** A plain `Uint8Array` (the library gives `Buffer`) over memory of its own. */
export function bytes(row: Row, column: string): Uint8Array {
  const found = value(row, column);
  if (!(found instanceof Uint8Array)) throw damaged(column);
  return new Uint8Array(found.buffer, found.byteOffset, found.byteLength);
}

export function optionalBytes(row: Row, column: string): Uint8Array | undefined {
  return value(row, column) === null ? undefined : bytes(row, column);
}

/** A text column that holds one of a few words. */
export function word<W extends string>(row: Row, column: string, words: readonly W[]): W {
  const found = text(row, column);
  const known = words.find((each) => each === found);
  if (known === undefined) throw damaged(column);
  return known;
}

/**
 * Ids were parsed before they were stored; this gives their brand back.
 * The assertion is the point of the function: a brand exists in types only.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller's field names the brand
export function id<I extends string>(row: Row, column: string): I {
  return text(row, column) as I;
}

/** Builds an object without its undefined entries, as optional properties want it. */
export function given<K extends string, V>(key: K, found: V | undefined): { readonly [P in K]?: V } {
  // A computed key widens to an index signature; exactly this one property is set.
  return found === undefined ? {} : ({ [key]: found } as { readonly [P in K]?: V });
}
