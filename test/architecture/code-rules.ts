import { basename } from 'node:path';
import type { SourceFacts } from './source-facts';

/** A rule about what one file says; the answer is one sentence for each breach. */
type CodeRule = (file: SourceFacts) => string[];

const isIn = (folder: string, { path }: SourceFacts): boolean => path.startsWith(folder);
const forbid = (file: SourceFacts, found: readonly string[], forbidden: readonly string[], why: string): string[] =>
  [...new Set(found)].filter((one) => forbidden.includes(one)).map((one) => `${file.path} uses ${one}: ${why}`);

/** The engine takes time, randomness and timers through ports.ts. */
const pureEngine: CodeRule = (file) => {
  if (!isIn('electron/engine/', file)) return [];
  const why = 'the engine gets it through ports.ts';
  return [
    ...forbid(file, file.members, ['Date.now', 'Math.random', 'performance.now', 'process.env', 'process.hrtime', 'globalThis.crypto', 'globalThis.setTimeout'], why),
    ...forbid(file, file.constructed, ['Date()'], why),
    ...forbid(file, file.called, ['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'Date'], why),
    ...(isIn('electron/engine/crypto/', file) ? [] : forbid(file, file.called, ['randomBytes', 'randomFillSync', 'randomUUID', 'randomInt'], why)),
  ];
};

/** Hardening: one window factory, one IPC wrapper, no crash upload. */
const oneWindowFactory: CodeRule = (file) => {
  const names = ['BrowserWindow', 'BaseWindow', 'BrowserView', 'WebContentsView'];
  const found = file.constructed.map((name) => name.replace('()', '')).filter((name) => names.includes(name));
  return file.path === WINDOW_FACTORY ? [] : forbid(file, found, names, `windows are made in ${WINDOW_FACTORY} only`);
};
export const WINDOW_FACTORY = 'electron/window/create-window.ts';

const ipcInOnePlace: CodeRule = (file) => {
  const from = (name: string): boolean => file.imports.some(({ specifier, names }) => specifier === 'electron' && names.includes(name));
  return [
    ...(from('ipcMain') && !isIn('electron/ipc/', file) ? [`${file.path} uses ipcMain: handlers are registered in electron/ipc only`] : []),
    ...(from('ipcRenderer') && !isIn('electron/preload/', file) ? [`${file.path} uses ipcRenderer: only the preload does`] : []),
    ...(isIn('electron/ipc/', file) ? [] : forbid(file, file.members, ['ipcMain.handle', 'ipcMain.on', 'ipcMain.once', 'ipcMain.handleOnce', 'electron.ipcMain'], 'handlers are registered in electron/ipc only')),
  ];
};

const noCrashUpload: CodeRule = (file) => [
  ...(file.imports.some(({ specifier, names }) => specifier === 'electron' && names.includes('crashReporter')) ? [`${file.path} imports crashReporter`] : []),
  ...forbid(file, file.members, ['crashReporter.start'], 'nothing about a crash leaves the machine'),
];

/** What does something outside of this process, and the files that may: with the reason in them. */
const OUTWARD: Readonly<Record<string, readonly string[]>> = {
  'shell.openExternal': ['electron/main/desktop.ts'],
  'shell.showItemInFolder': ['electron/main/shell.ts'],
  'process.argv': ['electron/main.ts', 'electron/headless.ts'],
  'app.setAsDefaultProtocolClient': ['electron/main.ts'],
  'app.enableSandbox': ['electron/security/command-line.ts'],
  'commandLine.appendSwitch': ['electron/security/command-line.ts'],
  // The new version takes the place of this one, after it was put in its place and the person said so.
  'app.relaunch': ['electron/main/update-desk.ts'],
  'contents.setWindowOpenHandler': ['electron/security/navigation.ts'],
  // Received files are shown in their folder, never opened; nothing is put into a page past its own bundle; no second way out.
  ...Object.fromEntries(
    ['shell.openPath', 'autoUpdater.setFeedURL', 'autoUpdater.checkForUpdates', 'shell.writeShortcutLink', 'webContents.executeJavaScript', 'webContents.insertCSS', 'webContents.openDevTools', 'webContents.debugger', 'app.disableHardwareAcceleration', 'commandLine.appendArgument', 'net.fetch', 'net.request', 'session.setPreloads', 'session.registerPreloadScript', 'contextBridge.exposeInIsolatedWorld', 'webFrame.executeJavaScript'].map((name) => [name, []]),
  ),
};
/** Programs are started by one file: it puts the mark of a file from elsewhere on it. */
const STARTS_PROGRAMS = 'electron/storage/foreign-mark.ts';
/** One file has V8 show its `gc`, by one fixed word. */
const ASKS_FOR_GC = 'electron/platform/collect-garbage.ts';
/** One file reads the program's own others, with what V8 made of them when they were built. */
const READS_PROGRAM = 'electron/platform/program.ts';
/** What speaks to a server by its name: the mailbox, the router in the same house, and the one place newer versions of the app come from. */
const SPEAKS_HTTP: Readonly<Record<string, readonly string[]>> = {
  'node:tls': ['electron/network/mailbox/server-stream.ts', 'electron/network/updates/https-source.ts'],
  'node:http': ['electron/network/router/gateway-http.ts', 'electron/network/updates/https-source.ts'],
  'node:https': [],
  'node:http2': [],
};
const fewWaysOut: CodeRule = (file) => [
  ...Object.entries(OUTWARD).flatMap(([name, places]) => (places.includes(file.path) ? [] : forbid(file, file.members, [name], places.length === 0 ? 'nothing does' : `only ${places.join(' and ')}`))),
  ...(file.path === STARTS_PROGRAMS ? [] : forbid(file, file.imports.map(({ specifier }) => specifier), ['node:child_process', 'node:inspector', 'node:cluster', 'node:repl', 'node:wasi'], 'no program is started, no code is made')),
  ...([ASKS_FOR_GC, READS_PROGRAM].includes(file.path) ? [] : forbid(file, file.imports.map(({ specifier }) => specifier), ['node:vm'], 'no code is made')),
  ...Object.entries(SPEAKS_HTTP).flatMap(([name, places]) => (places.includes(file.path) || !isIn('electron/', file) ? [] : forbid(file, file.imports.filter(({ typeOnly }) => !typeOnly).map(({ specifier }) => specifier), [name], 'few files speak to a server'))),
  ...(file.path === 'electron/preload/preload.ts' ? [] : forbid(file, file.members, ['contextBridge.exposeInMainWorld'], 'one bridge, made in one place')),
];

/** Text from strangers is text. */
const noMarkup: CodeRule = (file) => [
  ...forbid(file, file.properties, ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'dangerouslySetInnerHTML', 'srcdoc', 'srcDoc'], 'text is never read as markup'),
  ...forbid(file, file.members, ['document.write', 'document.writeln'], 'text is never read as markup'),
  ...forbid(file, file.called, ['eval'], 'code is never made from text'),
  ...forbid(file, file.constructed, ['Function', 'Function()'], 'code is never made from text'),
];

/** The window reaches no network and keeps nothing. */
const silentRenderer: CodeRule = (file) => {
  if (!isIn('renderer/', file)) return [];
  const why = 'the window reaches no network and keeps nothing';
  return [
    ...forbid(file, file.called, ['fetch'], why),
    ...forbid(file, file.constructed, ['WebSocket', 'XMLHttpRequest', 'XMLHttpRequest()', 'EventSource', 'RTCPeerConnection', 'RTCPeerConnection()', 'Worker', 'SharedWorker'], why),
    ...forbid(file, file.members.map((one) => `${one.split('.')[0]}`), ['localStorage', 'sessionStorage', 'indexedDB', 'caches'], why),
    ...forbid(file, file.members, ['navigator.sendBeacon', 'navigator.serviceWorker', 'document.cookie', 'window.localStorage', 'window.open'], why),
  ];
};

/** What an effect answers with is called at its end. Methods of elements that answered with nothing answer with a promise in newer browsers (`scrollIntoView`), and the window fell. */
const endsOfEffects: CodeRule = (file) => file.effectsAnswer.map((name) => `${file.path}: an effect answers with what ${name}() of an element does: put it in braces`);

const MOST_LINES = 400;
/** Of every file, tests and scripts as well: a newcomer looks for one idea, and finds a file that is about it. */
export const tooLong = (path: string, lines: number): string[] => (lines > MOST_LINES ? [`${path} has ${lines} lines (more than ${MOST_LINES}): one idea per file`] : []);
const shape: CodeRule = (file) => {
  const name = basename(file.path);
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(worker|d|css))?\.tsx?$/;
  const component = /^[A-Z][A-Za-z0-9]*\.tsx$/;
  return [
    ...tooLong(file.path, file.lines),
    ...(kebab.test(name) || component.test(name) ? [] : [`${file.path}: file names are kebab-case, PascalCase for components only`]),
    ...(/^(utils?|helpers?|misc|common)\.tsx?$/.test(name) ? [`${file.path}: a file name tells its idea`] : []),
    ...(file.onlyReexports && !isIn('electron/engine/engine.ts', file) ? [`${file.path} only hands on other files' exports`] : []),
  ];
};

export const CODE_RULES = { pureEngine, oneWindowFactory, ipcInOnePlace, noCrashUpload, fewWaysOut, noMarkup, silentRenderer, endsOfEffects, shape } as const satisfies Record<string, CodeRule>;
