import { BrowserWindow, type Dialog } from 'electron';

const filters = [{ name: 'Keyshift envelopes', extensions: ['keyshift-envelopes'] }];

/** What of Electron is used; the second argument first, as Electron has it for a window. */
type FileDialogs = Pick<Dialog, 'showSaveDialog' | 'showOpenDialog'>;

/**
 * The person chooses files in the system's own dialogs: the page names no path and learns of none but the one chosen.
 * Undefined: given up, or one of these dialogs is open already.
 */
export function envelopeDialogs(dialogs: FileDialogs, inFront: () => BrowserWindow | undefined = () => BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]) {
  let asking = false;
  const ask = async (show: () => Promise<string | undefined>): Promise<string | undefined> => {
    if (asking) return undefined;
    asking = true;
    try {
      const chosen = await show();
      return chosen === '' ? undefined : chosen;
    } finally {
      asking = false;
    }
  };
  return {
    save: (personName: string): Promise<string | undefined> =>
      ask(async () => {
        const options = { defaultPath: `${suggestedName(personName)}.keyshift-envelopes`, filters };
        const window = inFront();
        return (await (window === undefined ? dialogs.showSaveDialog(options) : dialogs.showSaveDialog(window, options))).filePath;
      }),
    open: (): Promise<string | undefined> =>
      ask(async () => {
        const options: Electron.OpenDialogOptions = { properties: ['openFile'], filters };
        const window = inFront();
        return (await (window === undefined ? dialogs.showOpenDialog(options) : dialogs.showOpenDialog(window, options))).filePaths[0];
      }),
  };
}

/** A name that somebody else chose, as part of a file name: letters and digits of any script, nothing that means something in a path. */
export function suggestedName(personName: string): string {
  const plain = personName.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim();
  return [...`For ${plain}`].slice(0, 40).join('').trim();
}
