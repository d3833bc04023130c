import type { Stores } from './ports';

type Purged = Pick<Stores, 'copyBack' | 'onDisk' | 'owePurge' | 'purge'>;

/**
 * Empties the log (`Stores.purge`) once it was copied back and the disk has that, so that emptying it has nothing left to wait for, and copying it neither. Never
 * throws. Where the profile is locked meanwhile, locking does it.
 */
export function purgeBehind(stores: Purged): void {
  stores.owePurge();
  void purged(stores);
}

async function purged(stores: Purged): Promise<void> {
  // The slice that erased the last of it may be on its way to the disk still.
  await stores.onDisk();
  try {
    stores.copyBack(1);
  } catch {
    // A disk that takes nothing: whoever writes next is told, and closing tries again.
  }
  await stores.onDisk();
  try {
    stores.purge();
  } catch {
    // It is owed still: closing does it.
  }
}
