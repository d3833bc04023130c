import type { Reply } from '../../shared/contract/bridge';
import type { ErrorCode, ErrorFacts } from '../../shared/errors';

/** An error reply as plain data. */
export function failure(code: ErrorCode, message: string, facts: ErrorFacts = {}): Reply<never> {
  return { ok: false, error: { code, message, facts } };
}
