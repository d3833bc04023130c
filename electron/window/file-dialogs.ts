import { BrowserWindow, type Dialog, type FileFilter } from 'electron';
import type { ChosenFile } from '../../shared/model/chosen-file';
import type { DesktopWords } from './desktop-words';

/** The first ending is the one a new file gets. */
const endings: Readonly<Record<ChosenFile, readonly string[]>> = {
  envelopes: ['keyshift-envelopes'],
  invitation: ['keyshift-invite'],
  pkcs12: ['p12', 'pfx'],
  pem: ['pem', 'key'],
  'key-backup': ['keyshift-key'],
  'key-file': ['keyshift-key', 'p12', 'pfx', 'pem', 'key'],
  'recovery-kit': ['pdf'],
  backup: ['keyshift-backup'],
  'any-file': ['*'],
  'received-file': ['*'],
  'export-html': ['html'],
  'export-json': ['json'],
  archive: ['keyshift-archive'],
  'qr-picture': ['gif'],
  update: ['keyshift-update', 'deb', 'rpm', 'gz', 'AppImage', 'exe', 'dmg'],
};

/** In characters, before a day: with four bytes each they fit into a name of a file. */
const longestName = 40;

/** What a kind is called; some have the same name in every language. */
function filterOf(what: ChosenFile, { files }: DesktopWords): FileFilter {
  const names: Readonly<Record<ChosenFile, string>> = { ...files, pkcs12: 'PKCS #12', pem: 'PEM', 'export-json': 'JSON', 'received-file': files['any-file'] };
  return { name: names[what], extensions: [...endings[what]] };
}

/** Windows keeps a list of what was chosen in dialogs, for everybody who opens its menus: which keys and backups there are, and what was sent. Other systems do not know the word; GTK keeps such a list as well, and Electron has none for it (docs/security.md). */
const unlisted = ['dontAddToRecent'] as const;

/** What of Electron is used; the second argument first, as Electron has it for a window. */
type FileDialogs = Pick<Dialog, 'showSaveDialog' | 'showOpenDialog'>;

/**
 * The person chooses files in the system's own dialogs: the page names no path and learns of none but the one chosen.
 * Undefined: given up, or one of these dialogs is open already.
 */
export function fileDialogs(dialogs: FileDialogs, words: () => DesktopWords, inFront: () => BrowserWindow | undefined = () => BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]) {
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
  const choose = async (options: Electron.OpenDialogOptions): Promise<string | undefined> => {
    const window = inFront();
    return (await (window === undefined ? dialogs.showOpenDialog(options) : dialogs.showOpenDialog(window, options))).filePaths[0];
  };
  return {
    save: (what: ChosenFile, suggested: string): Promise<string | undefined> =>
      ask(async () => {
        const name = what === 'envelopes' ? suggestedName(suggested, words()) : safeName(suggested === '' ? words().files.invitation : suggested);
        // A received file keeps the name and the ending it came with, which were made safe when it came.
        // Linux asks about a file that is there only when told to; the others always do.
        const properties: Electron.SaveDialogOptions['properties'] = ['showOverwriteConfirmation', 'createDirectory', ...unlisted];
        const options = what === 'received-file' ? { defaultPath: suggested, properties } : { defaultPath: `${name}.${endings[what][0] ?? ''}`, filters: [filterOf(what, words())], properties };
        const window = inFront();
        return (await (window === undefined ? dialogs.showSaveDialog(options) : dialogs.showSaveDialog(window, options))).filePath;
      }),
    open: (what: ChosenFile): Promise<string | undefined> => ask(() => choose({ properties: ['openFile', ...unlisted], filters: [filterOf(what, words())] })),
    /** Any number of any kind; empty: given up. */
    files: async (): Promise<readonly string[]> => {
      if (asking) return [];
      asking = true;
      try {
        const window = inFront();
        const options: Electron.OpenDialogOptions = { properties: ['openFile', 'multiSelections', ...unlisted] };
        return (await (window === undefined ? dialogs.showOpenDialog(options) : dialogs.showOpenDialog(window, options))).filePaths;
      } finally {
        asking = false;
      }
    },
    folder: (what: ChosenFile): Promise<string | undefined> => ask(() => choose({ title: filterOf(what, words()).name, properties: ['openDirectory', 'createDirectory', ...unlisted] })),
  };
}

/** A name that somebody else chose, as part of a file name: letters and digits of any script, nothing that means something in a path. */
export function suggestedName(personName: string, words: Pick<DesktopWords, 'forPerson'>): string {
  return safeName(words.forPerson(personName));
}

function safeName(text: string): string {
  // A hyphen only between letters or digits, as in a day: first in a name, programs take it for an option.
  const plain = text.replace(/(?<![\p{L}\p{M}\p{N}])-|-(?![\p{L}\p{N}])|[^\p{L}\p{M}\p{N}-]+/gu, ' ').replace(/ {2,}/g, ' ').trim();
  const day = / \d{4}-\d{2}-\d{2}$/u.exec(plain)?.[0] ?? '';
  return `${Array.from(plain.slice(0, plain.length - day.length)).slice(0, longestName).join('').trim()}${day}`;
}
