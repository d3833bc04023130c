import { KeyshiftError } from '../../shared/errors';
import type { PathChooser } from './ports';

/**
 * Which file: the door's path, or the person's choice. In the window nobody but the person chooses files. Errors: path.required,
 * path.unusable.
 */
export async function choosePath(chooser: PathChooser | undefined, path: string | undefined, ask: (chooser: PathChooser) => Promise<string | undefined>): Promise<string> {
  if (chooser !== undefined && path !== undefined) throw new KeyshiftError('path.unusable', 'Here the file is chosen in a dialog.');
  const chosen = chooser === undefined ? path : await ask(chooser);
  if (chosen === undefined) throw new KeyshiftError('path.required', 'No file was chosen. Nothing was changed.');
  return chosen;
}
