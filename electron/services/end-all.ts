import type { Logger } from '../engine/ports';

/** Does all of it, in this order, whatever one of them throws. Never throws. */
export function endAll(logger: Pick<Logger, 'error'>, ends: readonly (() => unknown)[]): void {
  for (const end of ends) {
    try {
      end();
    } catch (error) {
      logger.error('profile.part-not-ended', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }
}
