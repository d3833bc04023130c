import v8 from 'node:v8';

/** Few objects are one: what counts them all collects first, and that is what it is called for. */
const counted = SharedArrayBuffer;

/** Some of what falls in one round is only seen to be free in the next. */
const roundsAfterMs = [0, 1_000];

/** Undefined in Electron 25, whose Node is older than this function. */
const { queryObjects } = v8 as { readonly queryObjects?: (of: typeof counted, options: { readonly format: 'count' }) => unknown };

/** Node says once that the function may change, to whoever reads standard error. */
function collect(): void {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    queryObjects?.(counted, { format: 'count' });
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * What nobody holds any more is let go soon instead of some day: keys of OpenSSL are wiped by it when they are freed, and texts give their place
 * to others. Some 50 ms of work each round where the heap is one profile's.
 */
export function collectGarbageSoon(): void {
  for (const after of roundsAfterMs) setTimeout(collect, after).unref();
}
