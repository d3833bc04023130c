import type { Stores } from './ports';

/**
 * Empties the log (`Stores.purge`) once it was copied back and the disk has that, so that emptying it has nothing left to wait for. Never throws. Where the profile is
 * locked meanwhile, locking empties it.
 */
export function purgeBehind(stores: Pick<Stores, 'copyBack' | 'onDisk' | 'purge'>): void {
  try {
    stores.copyBack(1);
  } catch {
    // A disk that takes nothing: whoever writes next is told, and closing tries again.
  }
  void stores.onDisk().then(() => stores.purge());
}
