import type { Clock } from '../engine/ports';
import type { openVaultEarly } from './open-early';
import type { startServices } from './start-services';

/** What opens a vault before there are services, in the same way. */
const piecesOfVault: readonly (() => Promise<unknown>)[] = [
  () => import('../storage/profile-lock'),
  () => import('../engine/crypto/create-crypto'),
  () => import('../doors/dispatch'),
  () => import('../storage/vault-file'),
  () => import('./open-early'),
];

/**
 * Pieces of what `start-services.ts` needs, each of a few milliseconds: native libraries, WebAssembly, many functions. What a piece needs and none before it did lies in a file
 * with it (`scripts/lib/program-parts.mjs`), which reads this list.
 */
const pieces: readonly (() => Promise<unknown>)[] = [
  () => import('../engine/certificates/merge-update'),
  () => import('../engine/dialog/dialog-engine'),
  () => import('../engine/session/session-host'),
  () => import('../services/replication/profile-replica'),
  () => import('../services/devices/of-profile'),
  () => import('../services/ways/of-profile'),
  () => import('../services/vault-service'),
];

/** Reads what opens a vault before there are services. */
export async function readOpening(clock: Pick<Clock, 'setTimer'>): Promise<typeof openVaultEarly> {
  await readPieces(piecesOfVault, clock);
  return (await import('./open-early')).openVaultEarly;
}

let done: typeof startServices | undefined;

/**
 * Reads most of the program, which lies in files of its own: nothing of it is needed to show a window. In pieces, with a turn of the event loop
 * between them: this thread also brings the page its files and a place to draw, for which it would wait the whole time.
 */
export async function readServices(clock: Pick<Clock, 'setTimer'>): Promise<typeof startServices> {
  // Another attempt, or another profile: what is read is there.
  if (done !== undefined) return done;
  await readPieces([...piecesOfVault, ...pieces], clock);
  done = (await import('./start-services')).startServices;
  return done;
}

const read = new Set<() => Promise<unknown>>();

async function readPieces(wanted: readonly (() => Promise<unknown>)[], clock: Pick<Clock, 'setTimer'>): Promise<void> {
  for (const piece of wanted.filter((each) => !read.has(each))) {
    await piece();
    read.add(piece);
    await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
  }
}
