import type { Clock } from '../engine/ports';
import type { startServices } from './start-services';

/**
 * Pieces of what `start-services.ts` needs, each of a few milliseconds: native libraries, WebAssembly, many functions. What a piece needs and none before it did lies in a file
 * with it (`scripts/lib/main-parts.mjs`), which reads this list.
 */
const pieces: readonly (() => Promise<unknown>)[] = [
  () => import('../storage/profile-lock'),
  () => import('../engine/crypto/create-crypto'),
  () => import('../doors/dispatch'),
  () => import('../engine/certificates/merge-update'),
  () => import('../engine/dialog/dialog-engine'),
  () => import('../engine/session/session-host'),
  () => import('../services/replication/profile-replica'),
  () => import('../services/devices/of-profile'),
  () => import('../services/ways/of-profile'),
  () => import('../services/vault-service'),
  () => import('../storage/vault-file'),
];

let done: typeof startServices | undefined;

/**
 * Reads most of the program, which lies in files of its own: nothing of it is needed to show a window. In pieces, with a turn of the event loop
 * between them: this thread also brings the page its files and a place to draw, for which it would wait the whole time.
 */
export async function readServices(clock: Pick<Clock, 'setTimer'>): Promise<typeof startServices> {
  // Another attempt, or another profile: what is read is there.
  if (done !== undefined) return done;
  for (const read of pieces) {
    await read();
    await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
  }
  done = (await import('./start-services')).startServices;
  return done;
}
