// Where things stand in the repository. Every script starts from here, so that it does not matter from which folder it was called.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const inRoot = (...parts) => join(root, ...parts);

/** What setting up leaves behind; may be deleted at any time. */
export const cache = inRoot('.cache');
export const inCache = (...parts) => join(cache, ...parts);

/** What the build leaves behind; may be deleted at any time. */
export const out = inRoot('out');
