import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app, dialog, Menu, protocol, session } from 'electron';
import { KeyshiftError } from '../shared/errors';
import type { Settings } from '../shared/model/settings';
import type { EarlyVault } from './compose/early-vault';
import { readRest } from './compose/read-rest';
import type { Address } from './engine/ports';
import { cacheEntriesSentence, listenSentence, parseCacheEntries, parseHostPort } from './headless/arguments';
import { desktopKeyring } from './main/desktop-keyring';
import { readOpening, readServices } from './main/read-services';
import { WindowFiles } from './main/file-tokens';
import { Media } from './main/media';
import { PageFirst } from './main/page-first';
import { PatientApp } from './main/patient-app';
import { finishRemovals, type HostedProfile, ProfileHost } from './main/profile-host';
import { startProfile } from './main/profile-start';
import { openShell } from './main/shell';
import { systemClock } from './platform/clock';
import { keepMemoryOutOfCoreFiles } from './platform/core-dumps';
import { describeError } from './platform/describe-error';
import { isOutdatedRuntime } from './platform/electron-features';
import type { EarlyKeyring } from './platform/early-keyring';
import { endOnUncaught } from './platform/last-resort';
import { makeLogger } from './platform/logger';
import { sayOnStandardError } from './platform/standard-error';
import { WindowPreferences } from './platform/window-preferences';
import { CameraUse } from './security/camera-use';
import { enforceSandbox, isDrivenFromOutside, lacksSandbox, quietChromium, sparePages } from './security/command-line';
import { guardNavigation } from './security/navigation';
import { pagePartition, silenceNetwork } from './security/network-silence';
import { guardPermissions } from './security/permissions';
import { handleScheme, listPageFiles, schemePrivileges } from './security/scheme';
import type { App } from './services/app';
import { mayWriteTo } from './storage/profile-directory';
import { chosenFiles } from './storage/chosen-files';
import { ProfileList } from './storage/profile-list';
import { nameForWindows } from './window/app-identity';
import { desktopWords } from './window/desktop-words';
import { fileDialogs } from './window/file-dialogs';
import { quitOnSignals, quitOrderly } from './window/orderly-quit';
import { failToStart, startFailureSentence } from './window/start-failure';
import { spareToolkit } from './window/toolkit';

const trial = app.commandLine.hasSwitch('trial-runtime') || isOutdatedRuntime(process.versions.electron);
const developerTools = !app.isPackaged;
const camera = new CameraUse(() => systemClock.monotonic());
const logger = makeLogger('warn', () => systemClock.now(), sayOnStandardError);

const pageFirst = new PageFirst((milliseconds, run) => systemClock.setTimer(milliseconds, run));

/** What the person gave to the window, to be sent. */
const windowFiles = new WindowFiles(chosenFiles);
let spoken: () => Settings['language'] = () => 'system';
const dialogs = fileDialogs(dialog, () => desktopWords(spoken(), app.getLocale()));

/** Milliseconds for which the services wait for a keyring: one that answers has answered by then, and one that asks for a password takes its time. */
const keyringPatience = 50;
/** The profile of the start is still to be hosted. */
let isFirst = true;

/** Links that came before there was a window. */
const linksBefore: string[] = [];
let openLink = (url: string): void => void linksBefore.push(url);

/** Everything that has to be said before Electron is ready. False: it must not start like this, and has said why. */
function prepare(): boolean {
  keepMemoryOutOfCoreFiles();
  endOnUncaught(logger, (code) => app.exit(code));
  if (lacksSandbox(app)) return refuse('it does not run without its sandbox (--no-sandbox). Where the system allows no user namespaces, install the deb or rpm.');
  enforceSandbox(app);
  nameForWindows(app, process.platform, trial);
  quietChromium(app.commandLine);
  sparePages(app.commandLine);
  protocol.registerSchemesAsPrivileged([schemePrivileges]);
  guardNavigation(app);
  // A page's process is there once it shows something, also after one that fell over: texts are in it, and what is typed.
  app.on('web-contents-created', (_event, contents) => contents.on('did-navigate', () => keepMemoryOutOfCoreFiles(contents.getOSProcessId())));
  // Otherwise Electron makes a menu of its own first, which the shell's takes the place of.
  Menu.setApplicationMenu(null);
  // macOS brings links here, also before the app is ready; elsewhere they stand among the arguments.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    openLink(url);
  });
  // An app that lies somewhere by chance does not take the links of an installed one.
  // Behind `--` nothing is a switch, whatever a link looks like (Windows keeps the arguments; Linux has them in assets/keyshift.desktop).
  // Nor does an outdated runtime, which serves them where nothing else does.
  if (app.isPackaged && !trial) app.setAsDefaultProtocolClient('keyshift', process.execPath, ['--']);
  const usual = join(app.getPath('appData'), trial ? 'keyshift-trial' : app.getName());
  // An outdated runtime never opens the profile of a current one.
  if (trial && !app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', usual);
  if (isDrivenFromOutside(app, truePath(app.getPath('userData')), truePath(usual))) {
    return refuse('it can be driven from outside only with a folder of its own (--user-data-dir).');
  }
  return true;
}

function refuse(sentence: string): false {
  sayOnStandardError(`keyshift: ${sentence}\n`);
  return false;
}

/** Where a path leads, also by links; itself while nothing is there. */
function truePath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

async function start(): Promise<void> {
  await app.whenReady();
  toolkitIsSetUp();
  const page = session.fromPartition(pagePartition, { cache: false });
  for (const each of [page, session.defaultSession]) {
    silenceNetwork(each, developerTools);
    guardPermissions(each, () => each === page && camera.isOpen());
  }
  const list = new ProfileList(app.getPath('userData'), () => desktopWords(spoken(), app.getLocale()).firstProfile);
  const failed = (event: string, error: unknown): void => logger.error(event, describeError(error));
  await finishRemovals({ list, failed });
  const running = new ProfileHost({ list, random: { bytes: randomBytes }, host: hostProfile, failed });
  spoken = () => running.preferences.get().settings.language;
  const media = new Media({ openFile: (transferId) => running.openFile(transferId), openChosen: (token) => windowFiles.open(token) });
  handleScheme(page.protocol, listPageFiles(join(__dirname, 'renderer')), (path, range) => media.serve(path, range), (address) => pageFirst.gave(address));

  const words = process.argv.slice(1);
  const shell = openShell({ running, files: { held: windowFiles, choose: () => dialogs.files(), media }, camera, chooser: dialogs, logger, trial, developerTools, words, bundles: __dirname });
  quitOnSignals(process, () => app.quit());
  quitOrderly(
    app,
    async () => {
      shell.close();
      await running.stop();
    },
    (error) => logger.error('app.stop-failed', describeError(error)),
  );
  app.on('second-instance', (_event, args) => shell.called(args.slice(1)));
  app.on('activate', () => shell.present());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  shell.begin([...words, ...linksBefore]);
  openLink = (url) => shell.called([url]);
  // Behind the window: its process starts and draws while this one makes the services ready. The window shows why, if that fails.
  await running.attempt().catch(() => undefined);
  readRest(systemClock, logger, [() => import('./window/kit-printer'), () => import('./main/update-desk')]);
}

function hostProfile(profileDirectory: string): HostedProfile {
  const preferences = new WindowPreferences(profileDirectory, () => logger.warn('preferences.damaged'));
  const keyring = desktopKeyring();
  const openEarly = isFirst ? earlyOpening(profileDirectory, preferences, keyring) : async () => undefined;
  isFirst = false;
  const patient = new PatientApp({
    start: (show) =>
      startProfile({ pageFirst, keyring, wrapped: preferences.get().keyringWrap, openEarly, startServices: (early) => startServices(profileDirectory, preferences, keyring, early) }, show),
    // A convenience: whatever comes of it, the passphrase works.
    open: (started) => started.unlockWithKeyring().catch((error: unknown) => logger.warn('keyring.unlock-failed', describeError(error))),
    failed: (error) => {
      logger.error('app.start-failed', describeError(error));
      sayOnStandardError(`keyshift: ${startFailureSentence(error)}\n`);
    },
  });
  return { app: patient, preferences };
}

/** Once: whoever tries again, or opens another profile, sees a screen of their own meanwhile. Not where what was told to it may be wrong before anything is opened (`--listen`). */
function earlyOpening(profileDirectory: string, preferences: WindowPreferences, keyring: EarlyKeyring): (wrapped: string) => Promise<EarlyVault | undefined> {
  let isTried = app.commandLine.hasSwitch('listen');
  return async (wrapped) => {
    if (isTried) return undefined;
    isTried = true;
    const openVaultEarly = await readOpening(systemClock);
    await pageFirst.passedOn;
    const patience = new Promise<void>((resolve) => systemClock.setTimer(keyringPatience, resolve));
    return openVaultEarly({ profileDirectory, preferences, key: () => keyring.answered(wrapped, patience), logger, trial });
  };
}

async function startServices(profileDirectory: string, preferences: WindowPreferences, keyring: EarlyKeyring, early: EarlyVault | undefined): Promise<App> {
  const listen = wantedAddress();
  const cacheEntries = wantedCacheEntries();
  const start = await readServices(systemClock);
  return start({ profileDirectory, preferences, keyring, listen, cacheEntries, logger, chooser: dialogs, fileTokens: windowFiles, trial, early });
}

/** The address of `--listen`. One that cannot be read is refused: listening elsewhere would be a surprise. */
function wantedAddress(): Address | undefined {
  if (!app.commandLine.hasSwitch('listen')) return undefined;
  const listen = parseHostPort(app.commandLine.getSwitchValue('listen'));
  if (listen === undefined) throw new KeyshiftError('listen.malformed', listenSentence);
  return listen;
}

/** The number of `--cache-entries`. One that cannot be read is passed over: with any other nothing is different but what messages cost. */
function wantedCacheEntries(): number | undefined {
  if (!app.commandLine.hasSwitch('cache-entries')) return undefined;
  const entries = parseCacheEntries(app.commandLine.getSwitchValue('cache-entries'));
  if (entries === undefined) sayOnStandardError(`keyshift: ${cacheEntriesSentence}\n`);
  return entries;
}

// Before anything can end: also what tells why is told by a dialog of GTK's.
const toolkitIsSetUp = spareToolkit(process.platform, process.env);
const mayStart = prepare();
// One window per profile: a second start only shows the first one. Where Chromium cannot write its lock it says the same as
// of a taken one: then the screen tells why, and our own lock (profile-lock.ts) keeps the profile to one process.
if (!mayStart) {
  app.exit(1);
} else if (app.requestSingleInstanceLock() || !mayWriteTo(app.getPath('userData'))) {
  start().catch((error: unknown) => {
    logger.error('app.start-failed', describeError(error));
    return failToStart(error, {
      writeLine: sayOnStandardError,
      show: (message) => dialog.showMessageBox({ type: 'error', title: 'Keyshift', message: 'Keyshift cannot start', detail: message }),
      exit: (code) => app.exit(code),
    });
  });
} else {
  app.exit(0);
}
