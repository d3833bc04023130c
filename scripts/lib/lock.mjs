// One set-up at a time: two peers started at once on a fresh clone must not both install.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { cache, inCache } from './paths.mjs';
import { PlainError, say } from './say.mjs';

const PATIENCE = 20 * 60_000;
const held = new Set();

/** Runs `work` while holding the named lock. A lock whose owner is gone, or older than twenty minutes, is taken over. Re-entrant in one process. */
export async function withLock(name, work) {
  if (held.has(name)) return work();
  mkdirSync(cache, { recursive: true });
  return lockFile(inCache(`${name}.lock`), async () => {
    held.add(name);
    try {
      return await work();
    } finally {
      held.delete(name);
    }
  });
}

/**
 * Runs `work` while holding `file`, which nobody else makes meanwhile.
 * @param {string} file @param {() => Promise<T> | T} work
 * @returns {Promise<T>}
 * @template T
 */
export async function lockFile(file, work) {
  const until = Date.now() + PATIENCE;
  for (let waited = 0; !take(file); waited += 1) {
    if (waited === 0) say(`Waiting for another run to finish (${file}) …`);
    if (Date.now() > until) throw new PlainError(`Still locked after 20 minutes: delete ${file} if nothing else is running.`);
    await pause(200);
  }
  try {
    return await work();
  } finally {
    // One that was taken over meanwhile is somebody else's.
    if (ownerOf(file) === process.pid) rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (isAbandoned(file)) clear(file);
  return false;
}

/** Takes an abandoned lock away, one at a time: of two who judged the same one the slower would take away what the other has made since. */
function clear(file) {
  const turn = `${file}.clearing`;
  try {
    writeFileSync(turn, '', { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    // Whoever had the turn was ended in it.
    if (age(turn) > 10_000) rmSync(turn, { force: true });
    return;
  }
  try {
    if (isAbandoned(file)) rmSync(file, { force: true });
  } finally {
    rmSync(turn, { force: true });
  }
}

function age(file) {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAbandoned(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs > PATIENCE) return true;
    const owner = Number(readFileSync(file, 'utf8'));
    if (!owner) return Date.now() - statSync(file).mtimeMs > 2000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
