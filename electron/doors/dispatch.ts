import type { Reply } from '../../shared/contract/bridge';
import { findCall, type Group, type Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import { describeIssues } from './describe-issues';
import { failure } from './failure';

/** Hears of errors that no caller is told about. Gets the error itself: what it writes down is its own duty. */
export type Report = (call: string, error: unknown) => void;

/**
 * The one way from either door to a service: contract line, parse input, call, parse output, map the error.
 * Never rejects. The service function is entered in the same turn, so that calls begin in the order they are dispatched in.
 */
export async function dispatch(handlers: Handlers, name: string, input: unknown, report: Report): Promise<Reply<unknown>> {
  const call = findCall(name);
  if (call === undefined) return failure('call.unknown', 'There is no such call.');
  const parsed = call.input.safeParse(input);
  if (!parsed.success) {
    return failure('input.invalid', 'The parameters do not fit this call.', { issues: describeIssues(parsed.error.issues) });
  }
  try {
    const output = call.output.safeParse(await handlerOf(handlers, name)(parsed.data));
    if (output.success) return { ok: true, value: output.data };
    report(name, new Error(`output does not fit: ${describeIssues(output.error.issues).join(', ')}`));
  } catch (error) {
    if (error instanceof KeyshiftError) return failure(error.code, error.message, error.facts);
    report(name, error);
    if (isReplaced(error)) return failure('program.replaced', 'This program was replaced or removed while it ran, and what this call needs had not been read yet. Start it again.');
  }
  return failure('internal', 'Something went wrong inside Keyshift.');
}

/** A part of the program was to be read, and is not there any more (`electron/platform/program.ts`). */
function isReplaced(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'PROGRAM_REPLACED';
}

function handlerOf(handlers: Handlers, name: string): (input: unknown) => unknown {
  const [group = '', member = ''] = name.split('.');
  // The contract has this name, `Handlers` is total over the contract, and the input was parsed by the line the handler's type comes from.
  const members = handlers[group as Group] as unknown as Readonly<Record<string, (input: unknown) => unknown>>;
  const handler = members[member];
  if (handler === undefined) throw new Error('a handler is missing');
  return (parsed) => handler.call(members, parsed);
}
