import type { Logger } from '../engine/ports';
import type { Stores } from './ports';

/** Ends whatever holds sessions. Where each of them stood is written down in one transaction: resuming needs it (protocol.md §8). */
export function endSessions(stores: Pick<Stores, 'transaction'>, logger: Logger, holders: readonly { close(): void }[]): void {
  const end = (): void => holders.forEach((each) => each.close());
  try {
    stores.transaction(end);
  } catch {
    logger.warn('resumption.not-kept');
    end();
  }
}
