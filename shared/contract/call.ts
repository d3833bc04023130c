import type * as z from 'zod';
import type { ErrorCode } from '../errors';

/** One line of the contract: what goes in, what comes out, which errors its callers must have words for. */
export interface Call<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I;
  readonly output: O;
  readonly errors: readonly ErrorCode[];
}

/** Errors any call may end with, beside its own. */
export const commonErrors = ['input.invalid', 'internal', 'program.replaced', 'too-many-calls', 'disk.full', 'disk.too-large', 'disk.failed', 'disk.unconfirmed', 'profile.gone'] as const;

export function call<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
  errors: readonly ErrorCode[] = [],
): Call<I, O> {
  return { input, output, errors };
}
