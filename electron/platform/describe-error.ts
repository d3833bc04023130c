import { basename } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import type { LogFacts } from '../engine/ports';

/** Frames of the stack that are told: enough to find the place. */
const frames = 4;

/**
 * What a log may know of an error: its kind and where it was thrown. Never its message, which may repeat what somebody typed.
 */
export function describeError(error: unknown): LogFacts {
  if (!(error instanceof Error)) return { kind: typeof error };
  const code: unknown = error instanceof KeyshiftError ? error.code : 'code' in error ? error.code : undefined;
  return { kind: error.name, code: typeof code === 'string' || typeof code === 'number' ? code : undefined, where: whereThrown(error) };
}

/** `file:line<file:line`, innermost first. Reads only lines that look like a frame: the message stands above them. */
function whereThrown(error: Error): string {
  const message = error.message;
  const stack = (error.stack ?? '').replace(message, '');
  return stack
    .split('\n')
    .map((line) => /^ {4}at .*?([^\s(]+?):(\d+):\d+\)?$/.exec(line))
    .flatMap((match) => (match?.[1] === undefined || match[2] === undefined ? [] : [`${basename(match[1])}:${match[2]}`]))
    .slice(0, frames)
    .join('<');
}
