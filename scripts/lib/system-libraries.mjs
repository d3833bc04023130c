// Linux only: the system libraries Electron is linked against, and for tests a virtual display and fonts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { withLock } from './lock.mjs';
import { fetchNatsServer, howToHaveServer, isCurrent, natsServer } from './nats-server.mjs';
import { NETWORK_PROGRAMS, whyNoHosts } from './network-hosts.mjs';
import { isRoot, run } from './process.mjs';
import { PlainError, say, seconds } from './say.mjs';

// Debian 13 and Ubuntu 24.04 renamed some of them (64-bit time): the first name that apt knows is taken.
const LIBRARIES = [['libgtk-3-0', 'libgtk-3-0t64'], ['libnss3'], ['libgbm1'], ['libasound2', 'libasound2t64']];
const DISPLAY = [['xvfb']];
/** For the tests of the system keyring, of notifications and of what screen readers are given only; nothing that the app needs. */
const DESKTOP = [['gnome-keyring'], ['dbus'], ['libsecret-1-0'], ['libnotify4'], ['at-spi2-core']];
/** For the tests between hosts of their own only (test/network). */
const NETWORK = [['iproute2'], ['nftables']];
/** What they meet there: a router and a proxy. These packages hold a program each and start none. */
const NETWORK_BOXES = { miniupnpd: 'miniupnpd-nftables', microsocks: 'microsocks' };
const FONTS = [['fonts-dejavu-core', 'fonts-dejavu'], ['fonts-noto-color-emoji']];

/**
 * Makes sure `executable` finds its libraries; with `display`, that Xvfb and the fonts of the pictures are there as well.
 * As root on Debian they are installed; otherwise the error says what to type.
 */
export async function systemLibraries({ executable, display }) {
  if (process.platform !== 'linux') return;
  const missing = await missingHere(executable, display);
  if (missing.length === 0) return;
  const wanted = [...LIBRARIES, ...(display ? [...DISPLAY, ...FONTS] : [])];
  const what = missing.join(', ');
  if (!hasApt()) {
    throw new PlainError(
      `These are missing on this system: ${what}.\nPlease install GTK 3, NSS, GBM and ALSA` +
        `${display ? ', Xvfb, and the fonts DejaVu and Noto Color Emoji' : ''} with its package manager, then run the command again.`,
    );
  }
  if (!isRoot) {
    const names = (await namesForApt(wanted)).join(' ');
    throw new PlainError(
      `These are missing on this system: ${what}.\nPlease type this, then run the command again:\n\n` +
        `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names}\n`,
    );
  }
  await withLock('apt', async () => {
    say(`Installing system packages (missing: ${what}) …`);
    const started = performance.now();
    if (!hasPackageLists()) await apt('update');
    const installed = (await aptInstall(wanted)) || ((await apt('update')) && (await aptInstall(wanted)));
    const still = await missingHere(executable, display);
    if (!installed || still.length > 0) throw new PlainError(`apt-get could not install everything; still missing: ${still.join(', ') || what}.`);
    say(`System packages are installed (${seconds(started)}).`);
  });
}

/**
 * What the tests of the system keyring, of notifications and of what screen readers are given use, installed where that takes no question (root on Debian). Never an error: without it
 * those tests are reported as skipped, and say the same.
 */
export async function desktopForTests() {
  const there = () => onPath('gnome-keyring-daemon') && onPath('dbus-daemon') && hasLibrary('libnotify.so.4') && existsSync('/usr/share/dbus-1/services/org.a11y.Bus.service');
  if (process.platform !== 'linux' || there()) return;
  const names = DESKTOP.flat().join(' ');
  if (isRoot && hasApt()) {
    await withLock('apt', async () => {
      say('Installing what the tests of keyring, notifications and screen readers use …');
      if (!hasPackageLists()) await apt('update');
      await aptInstall(DESKTOP);
    });
  }
  if (!there()) say(`Tests of the system keyring, of notifications or of what screen readers are given will be skipped. To run them: sudo apt-get install -y --no-install-recommends ${names}`);
}

/**
 * What makes hosts for the tests between them, installed where that takes no question (root on Debian). Never an error: without
 * it those tests are skipped, and the end of the run says what that leaves unproven.
 */
export async function networkForTests() {
  const missing = ['ip', 'tc', 'ss', 'nft', ...Object.keys(NETWORK_BOXES)].filter((program) => !onPath(program));
  if (process.platform !== 'linux' || missing.length === 0) return;
  if (isRoot && hasApt()) {
    await withLock('apt', async () => {
      say(`Installing what makes hosts for tests (missing: ${missing.join(', ')}) …`);
      if (!hasPackageLists()) await apt('update');
      if (!(await aptInstall(NETWORK))) await apt('update').then(() => aptInstall(NETWORK));
      // One by one: a system that has no package of that name still gets the others.
      for (const [program, name] of Object.entries(NETWORK_BOXES)) if (!onPath(program)) await aptInstall([[name]]);
    });
  }
  const reason = whyNoHosts();
  if (reason) say(`The tests between hosts will be skipped: ${reason}.`);
  const boxes = Object.keys(NETWORK_BOXES).filter((program) => !onPath(program));
  if (boxes.length > 0) say(`Tests that need ${boxes.join(' and ')} will be skipped. To run them: ${NETWORK_PROGRAMS}`);
}

/** What makes an rpm for its tests, installed where that takes no question (root on Debian). Never an error: without it they are skipped, and say the same. */
export async function rpmForTests() {
  if (process.platform !== 'linux' || onPath('rpmbuild')) return;
  if (isRoot && hasApt()) {
    await withLock('apt', async () => {
      say('Installing what makes an rpm …');
      if (!hasPackageLists()) await apt('update');
      await aptInstall([['rpm']]);
    });
  }
  if (!onPath('rpmbuild')) say('The tests of the rpm will be skipped. To run them: sudo apt-get install -y --no-install-recommends rpm');
}

/**
 * What the tests of mailboxes run: a current nats-server, unpacked beside the other things of the set-up where none is installed.
 * Never an error: without it those tests are skipped, and the end of the run says what that leaves unproven.
 */
export async function mailboxForTests() {
  if (isCurrent(natsServer())) return;
  if (process.platform === 'linux' && hasApt()) {
    await withLock('apt', async () => {
      say('Fetching nats-server for the tests of mailboxes …');
      await fetchNatsServer();
    });
  }
  if (!isCurrent(natsServer())) say(`${natsServer() ? 'Some' : 'The'} tests of mailboxes will be skipped. To run them: ${howToHaveServer}`);
}

async function missingHere(executable, display) {
  const missing = [];
  if (executable) {
    const { stdout } = await run('ldd', [executable], { timeout: 10_000 });
    for (const line of stdout.split('\n')) {
      const library = /^\s*(\S+) => not found/.exec(line)?.[1];
      // libffmpeg comes with Electron and is found beside it.
      if (library && library !== 'libffmpeg.so') missing.push(library);
    }
  }
  if (display) {
    if (!onPath('Xvfb')) missing.push('Xvfb');
    if (!hasFont('DejaVuSans.ttf')) missing.push('DejaVu fonts');
    if (!hasFont('NotoColorEmoji.ttf')) missing.push('Noto Color Emoji');
  }
  return missing;
}

export function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder && existsSync(join(folder, program)));
}

/** Where Debian and others have libraries that a program loads by name. */
function hasLibrary(name) {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
  const ofMachine = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((each) => each.endsWith('-linux-gnu')).map((each) => join('/usr/lib', each)) : [];
  return [...folders, ...ofMachine].some((folder) => existsSync(join(folder, name)));
}

function hasFont(file) {
  const folders = ['/usr/share/fonts', '/usr/local/share/fonts', join(process.env.HOME ?? '/', '.local/share/fonts')];
  return folders.some((folder) => {
    try {
      return readdirSync(folder, { recursive: true }).some((path) => path.endsWith(file));
    } catch {
      return false;
    }
  });
}

function hasApt() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8')) && onPath('apt-get');
  } catch {
    return false;
  }
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((file) => file.includes('_Packages'));
  } catch {
    return false;
  }
}

async function aptInstall(wanted) {
  return apt('install', '-y', '--no-install-recommends', ...(await namesForApt(wanted)));
}

async function namesForApt(wanted) {
  return Promise.all(wanted.map(async (names) => {
    for (const name of names) {
      const { code, stdout } = await run('apt-cache', ['show', '--no-all-versions', name], { timeout: 20_000 });
      if (code === 0 && stdout.includes('Filename:')) return name;
    }
    return names[0];
  }));
}

async function apt(...args) {
  const { code } = await run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
    output: 'stderr',
    timeout: 15 * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return code === 0;
}
