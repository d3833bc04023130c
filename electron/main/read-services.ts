import type { openVaultEarly } from './open-early';
import type { startServices } from './start-services';

/** What opens a vault before there are services, in the same way. */
const piecesOfVault: readonly (() => Promise<unknown>)[] = [
  () => import('../storage/profile-lock'),
  // Its WebAssembly is compiled beside everything else.
  () => import('../engine/crypto/create-crypto').then(() => void import('../engine/crypto/mlkem').then(({ loadMlKem }) => loadMlKem()).catch(() => undefined)),
  () => import('../doors/dispatch'),
  () => import('../storage/vault-file'),
  () => import('./open-early'),
];

/**
 * Pieces of what `start-services.ts` needs, each of a few milliseconds: native libraries, WebAssembly, many functions. What a piece needs and none before it did lies in a file
 * with it (`scripts/lib/main-parts.mjs`), which reads this list.
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
export async function readOpening(): Promise<typeof openVaultEarly> {
  await readPieces(piecesOfVault);
  return (await import('./open-early')).openVaultEarly;
}

let done: typeof startServices | undefined;

/**
 * Reads most of the program, which lies in files of its own: nothing of it is needed to show a window. In pieces, with a turn of the event loop
 * between them: this thread also brings the page its files and a place to draw, for which it would wait the whole time.
 */
export async function readServices(): Promise<typeof startServices> {
  // Another attempt, or another profile: what is read is there.
  if (done !== undefined) return done;
  await readPieces([...piecesOfVault, ...pieces]);
  done = (await import('./start-services')).startServices;
  return done;
}

const read = new Set<() => Promise<unknown>>();

async function readPieces(wanted: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const piece of wanted.filter((each) => !read.has(each))) {
    await piece();
    read.add(piece);
    // Not a timer, which is a millisecond late each time.
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
