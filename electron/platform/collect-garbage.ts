import { queryObjects } from 'node:v8';

/** Few objects are one: what counts them all collects first, and that is what it is called for. */
const counted = SharedArrayBuffer;

/** Some of what falls in one round is only seen to be free in the next. */
const roundsAfterMs = [0, 1_000, 4_000];

/** Node says once that the function may change, to whoever reads standard error. */
function collectByCounting(): void {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    queryObjects(counted, { format: 'count' });
  } finally {
    process.emitWarning = emitWarning;
  }
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
  collectByCounting();
  overwriteYoung();
}

/** To come, and past. */
const rounds: NodeJS.Timeout[] = [];

/**
 * What nobody holds any more is let go soon instead of some day: keys of OpenSSL are wiped by it when they are freed, and texts, the passphrase and the words
 * that opened the database among them, give their place to others. Some 100 ms of work each round where the heap is one profile's. What is
 * left are copies outside of JavaScript, made on the way to the page and out of the database.
 */
export function collectGarbageSoon(): void {
  collectNoMore();
  rounds.push(...roundsAfterMs.map((after) => setTimeout(collect, after).unref()));
}

/** At the end of the program, which locks as well: the system takes all of its memory, and would wait for these rounds. */
export function collectNoMore(): void {
  for (const round of rounds.splice(0)) clearTimeout(round);
}
