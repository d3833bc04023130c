import type { Counters } from './counters';
import type { Target } from './target';

/** What one input may cost at the most, counted and not timed. Most readers stay far below. */
const STEPS = { atLeast: 60_000, perByte: 250 };
const BYTES = { atLeast: 4 * 1024 * 1024, perByte: 64 };

/** Throws where an input made the code work or ask for memory out of proportion to its length. */
export function assertBounded(target: Target, input: Uint8Array, counters: Counters): void {
  const { steps } = counters;
  const mostSteps = (STEPS.atLeast + STEPS.perByte * input.length) * (target.effort ?? 1);
  if (steps > mostSteps) throw new Error(`${steps} steps for ${input.length} bytes, where ${mostSteps} are the bound`);
  const mostBytes = (BYTES.atLeast + BYTES.perByte * input.length) * (target.effort ?? 1);
  if (counters.bytes > mostBytes) throw new Error(`${counters.bytes} bytes asked for by ${input.length}, where ${mostBytes} are the bound`);
}
