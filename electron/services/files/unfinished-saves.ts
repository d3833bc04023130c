import type { ChosenFiles } from '../ports/files';
import type { PartOnDisk, TransferStore } from '../ports/transfers';

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
