import type { Logger } from '../engine/ports';
import { describeError } from './describe-error';

/**
 * An error nobody caught: noted without its text, then the process ends. Every durable change is a transaction, so ending here
 * is as safe as a power cut, and safer than going on in a state nobody planned.
 */
export function endOnUncaught(logger: Logger, exit: (code: number) => void): void {
  const end = (kind: string) => (error: unknown): void => {
    logger.error(kind, describeError(error));
    exit(1);
  };
  process.on('uncaughtException', end('process.uncaught'));
  process.on('unhandledRejection', end('process.unhandled'));
}
