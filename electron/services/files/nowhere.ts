import { KeyshiftError } from '../../../shared/errors';
import type { FilePlaces } from '../surroundings';

function refuse(): Promise<never> {
  return Promise.reject(new KeyshiftError('disk.failed', 'There is no place for files here.'));
}

/** Where a profile has no place for files: none is here, and none comes. */
export const nowhere: FilePlaces = {
  held: { names: () => Promise.resolve([]), create: refuse, open: () => Promise.resolve(undefined), remove: () => Promise.resolve(), room: () => Promise.resolve(0) },
  chosen: { open: refuse, begin: refuse, dropPart: refuse },
};
