import type { Reply } from '../../shared/contract/bridge';
import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import { mostFilesAtOnce } from '../../shared/files-at-once';
import { failure } from '../doors/failure';
import type { WindowFiles } from './file-tokens';
import type { Media } from './media';

export interface DesktopFiles {
  readonly held: WindowFiles;
  /** A dialog; empty: given up. */
  readonly choose: () => Promise<readonly string[]>;
  readonly media: Media;
}

/** The same handlers, with files chosen in a dialog, and shown where they were saved: in the file manager, never opened. */
export function withFiles(handlers: Handlers, { held, choose, media }: DesktopFiles, show: (path: string) => void): Handlers {
  return {
    ...handlers,
    files: {
      ...handlers.files,
      async save(input) {
        const asked = held.clearings;
        const answer = await handlers.files.save(input);
        if (asked === held.clearings) held.saved.set(input.transferId, answer.path);
        return answer;
      },
    },
    desktop: {
      ...handlers.desktop,
      chooseFiles: async () => {
        const asked = held.clearings;
        const paths = await choose();
        // Locked behind the dialog: there is nobody to have them.
        if (asked !== held.clearings) return { files: [], asked: 0 };
        return { files: await held.take(paths.slice(0, mostFilesAtOnce).map((path) => ({ path }))), asked: paths.length };
      },
      dropFiles: ({ tokens }) => {
        for (const token of tokens) held.used(token);
        return null;
      },
      showSaved: ({ transferId }) => {
        const path = held.saved.get(transferId);
        if (path === undefined) throw new KeyshiftError('transfer.not-here', 'It was not saved since Keyshift was started.');
        show(path);
        return null;
      },
      moves: (picture) => media.moves('token' in picture ? `chosen/${picture.token}` : picture.transferId),
    },
  };
}

/** Names what the preload handed over. */
export async function takeFiles({ held }: DesktopFiles, items: unknown, report: (error: unknown) => void): Promise<Reply<unknown>> {
  try {
    return { ok: true, value: await held.take(items) };
  } catch (error) {
    if (error instanceof KeyshiftError) return failure(error.code, error.message, error.facts);
    report(error);
    return failure('internal', 'The files could not be taken.');
  }
}

/** Locked, or another profile: nothing in hand, nothing on screen. */
export async function forgetFiles({ held, media }: DesktopFiles): Promise<void> {
  held.clear();
  await media.close();
}
