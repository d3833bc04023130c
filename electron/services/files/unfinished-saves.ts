import type { ChosenFiles } from '../ports/files';
import type { PartNote, PartOnDisk, TransferStore } from '../ports/transfers';

/** Notes what is about to stand in clear before it does. The returned function is for when that file has its name, or is gone. */
export function noteSave(transfers: () => TransferStore, { part }: { readonly part: PartOnDisk }): () => void {
  transfers().beginSave(part);
  return () => {
    try {
      transfers().endSave(part);
    } catch {
      // Locked meanwhile, or the disk is full: the next start finds nothing there.
    }
  };
}

/** The same for a file that takes its time: `note` is for whoever makes it, `end` for when it has its name, or is gone. */
export function notedSave(transfers: () => TransferStore): { readonly note: PartNote; readonly end: () => void } {
  let end = (): void => undefined;
  return { note: (part) => void (end = noteSave(transfers, { part })), end: () => end() };
}

/** What a crash left in clear goes. One on a disk that is not there now waits for another start. */
export async function dropUnfinished(transfers: () => TransferStore, chosen: ChosenFiles, onKept: () => void): Promise<void> {
  for (const part of transfers().unfinishedSaves()) {
    try {
      if (await chosen.dropPart(part)) transfers().endSave(part);
    } catch {
      onKept();
    }
  }
}
