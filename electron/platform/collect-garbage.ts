import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Few objects are one: what counts them all collects first, and that is what it is called for. */
const counted = SharedArrayBuffer;

/** Some of what falls in one round is only seen to be free in the next. */
const roundsAfterMs = [0, 1_000, 4_000];

/** Undefined in Electron 25, whose Node is older than this function. */
const { queryObjects } = v8 as { readonly queryObjects?: (of: typeof counted, options: { readonly format: 'count' }) => unknown };

/** Node says once that the function may change, to whoever reads standard error. */
function collectByCounting(query: NonNullable<typeof queryObjects>): void {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    query(counted, { format: 'count' });
  } finally {
    process.emitWarning = emitWarning;
  }
}

let asked: (() => void) | undefined;

/**
 * V8's own `gc`, which it shows to a program that begins while the flag is set: one of its own here, so that nothing else ever sees it. A runtime that lets
 * nobody change flags any more has the function above.
 */
function collectByAsking(): void {
  if (asked === undefined) {
    v8.setFlagsFromString('--expose-gc');
    const found: unknown = runInNewContext('typeof gc === "function" ? gc : undefined');
    v8.setFlagsFromString('--no-expose-gc');
    asked = typeof found === 'function' ? () => void found() : () => undefined;
  }
  asked();
}

/** Bytes: three times the largest half of the young generation. */
const youngBytes = 48 * 1024 * 1024;
/** 1 KiB, or 2 where pointers are not compressed. */
const block = Array.from({ length: 256 }, () => 0);

/** What moved out of the young generation, or died there, stands in it until something else is written over it. */
function overwriteYoung(): void {
  for (let bytes = 0; bytes < youngBytes; bytes += 1024) block.slice();
}

function collect(): void {
  if (queryObjects === undefined) collectByAsking();
  else collectByCounting(queryObjects);
  overwriteYoung();
}

/**
 * What nobody holds any more is let go soon instead of some day: keys of OpenSSL are wiped by it when they are freed, and texts, the passphrase and the words
 * that opened the database among them, give their place to others. Some 100 ms of work each round where the heap is one profile's. What is
 * left are copies outside of JavaScript, made on the way to the page and out of the database.
 */
export function collectGarbageSoon(): void {
  for (const after of roundsAfterMs) setTimeout(collect, after).unref();
}
