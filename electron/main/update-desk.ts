import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { app } from 'electron';
import { promises as realFiles } from 'original-fs';
import { version } from '../../package.json';
import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import type { Settings } from '../../shared/model/settings';
import type { UpdateStatus } from '../../shared/model/updates';
import { chosenWay } from '../network/updates/chosen-way';
import { httpsSource } from '../network/updates/https-source';
import { systemClock } from '../platform/clock';
import { type InstalledAs, installedAs } from '../platform/installed-as';
import { systemRandom } from '../platform/random';
import { updateSignatures } from '../platform/update-signatures';
import { proxyOf } from '../services/address-settings';
import { choosePath } from '../services/choose-path';
import type { PathChooser } from '../services/ports';
import { type Pinned, pinnedInApp, readPinned } from '../services/updates/pinned';
import { Updater } from '../services/updates/updater';
import { withoutUpdates } from '../services/without-desktop';
import { chosenUpdate } from '../storage/chosen-update';
import { dropPrevious, updateInstaller } from '../storage/update-installing';
import { updateShelf } from '../storage/update-shelf';

export interface UpdateDeskParts {
  /** The folder of the installation's own things: of all profiles. */
  readonly folder: string;
  readonly trial: boolean;
  /** Of the start of this copy. */
  readonly words: readonly string[];
  readonly settings: () => Pick<Settings, 'proxy'>;
  readonly chooser: PathChooser;
  /** Shows a file in the system's own file manager. */
  readonly show: (path: string) => void;
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}

export interface UpdateDesk {
  readonly handlers: Handlers['updates'];
  close(): Promise<void>;
}

interface Source {
  readonly pinned: Pinned;
  readonly installed: InstalledAs;
  readonly version: string;
}

/** Newer versions for the window, if this copy gets any. Read long after the window is there. */
export async function openUpdateDesk({ folder, trial, words, settings, chooser, show, changed, failed }: UpdateDeskParts): Promise<UpdateDesk> {
  const source = sourceOf(trial);
  if (typeof source === 'string') return { handlers: withoutUpdates(version, source), close: async () => {} };
  const { pinned, installed } = source;
  const shelf = updateShelf(join(folder, 'updates'));
  const updater = await Updater.open({
    self: { version: source.version, platform: platformOf(process.platform), arch: process.arch, format: installed.format },
    pinned: { list: pinned.list, host: new URL(pinned.origin).host },
    source: httpsSource({ origin: pinned.origin, dial: chosenWay(() => proxyOf(settings()), systemRandom), ...(pinned.authority !== undefined && { ca: pinned.authority }) }),
    shelf,
    signatures: updateSignatures,
    installer: updateInstaller(installed, shelf.pathOf, realFiles),
    clock: systemClock,
    random: systemRandom,
    changed,
    failed,
  });
  // This one has started.
  if (updater.status().offer === undefined) await dropPrevious(installed);
  const after = async (work: Promise<void>): Promise<UpdateStatus> => {
    await work;
    return updater.status();
  };
  const put = (): { readonly path: string } => {
    if (updater.installed === undefined) throw new KeyshiftError('updates.nothing', 'Nothing was put in place yet.');
    return updater.installed;
  };
  return {
    close: () => updater.close(),
    handlers: {
      status: () => updater.status(),
      setOn: ({ on }) => after(updater.setOn(on)),
      check: () => after(updater.check()),
      download: () => after(updater.download()),
      pause: () => after(updater.pause()),
      cancel: () => after(updater.cancel()),
      fromFile: async () => after(updater.fromFile(await chosenUpdate(await choosePath(chooser, undefined, (ask) => ask.open('update'))))),
      install: () => after(updater.install()),
      show: () => {
        show(put().path);
        return null;
      },
      restart: () => {
        const { path } = put();
        const program = { replace: path, beside: join(path, basename(process.execPath)), command: process.execPath, 'by-hand': undefined }[updater.status().way];
        if (program === undefined) throw new KeyshiftError('updates.nothing', 'Here the person starts the new version.');
        // Whoever names a program has to name its words as well, or it begins with another profile than this one.
        app.relaunch({ execPath: program, args: switchesAmong(words) });
        app.quit();
        return null;
      },
    },
  };
}

/** What this copy asks and becomes, or why it gets nothing. */
function sourceOf(trial: boolean): Source | Exclude<UpdateStatus['possible'], 'yes' | 'headless'> {
  // Never a packed app: whoever can change what that reads has the app.
  if (!app.isPackaged) return forTests() ?? (trial ? 'trial' : 'sources');
  if (pinnedInApp === undefined) return trial ? 'trial' : 'nobody';
  const { product } = pinnedInApp.list;
  // A package for trying out takes no other's place: it gets what is signed under its own name, and nobody signs that but who packed it with keys of their own. What Electron tells is the name with its capitals.
  if (product !== app.getName().toLowerCase()) return trial ? 'trial' : 'foreign';
  const installed = installedAs({ product, platform: process.platform, program: process.execPath, env: process.env });
  return installed === undefined ? 'foreign' : { pinned: pinnedInApp, installed, version };
}

/** Only from its sources: a test says in a file which server, keys and version it means. */
function forTests(): Source | undefined {
  const path = app.commandLine.getSwitchValue('updates-for-tests');
  if (path === '') return undefined;
  const said: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const pinned = readPinned(said);
  if (pinned === undefined || typeof said !== 'object' || said === null || !('version' in said) || typeof said.version !== 'string') return undefined;
  return { pinned, installed: { format: 'deb', place: process.execPath }, version: said.version };
}

/** Where the profile lies, above all; no link that was opened by this start, which would be opened once more. */
function switchesAmong(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? words.length : end).filter((word) => word.startsWith('--'));
}

function platformOf(platform: NodeJS.Platform): 'linux' | 'win32' | 'darwin' {
  return platform === 'win32' || platform === 'darwin' ? platform : 'linux';
}
