import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test, type Page } from '@playwright/test';
import { extractFile, listPackage } from '@electron/asar';
import { FUSES, readFuses } from '../../scripts/package/fuses.mjs';
import { onboard, openChat, see, unlock, write } from '../../scripts/lib/journey.mjs';
import { asOrdinaryUser, deb, displays, install, ownFolder, start, type Installed, type Running, type Start } from './support/installed';
import { papersOf } from './support/papers';
import { family } from './support/processes';

// One after the other, with one installation: what a person does with the file they downloaded.
test.describe.configure({ mode: 'serial' });

const trial = process.env['ELECTRON_KIND'] === 'trial';
let app: Installed;
let home: string;
const running = new Set<Running>();

test.beforeAll(() => {
  app = install(deb);
  home = ownFolder('home');
});

test.afterAll(async () => {
  await Promise.all([...running].map((one) => one.quit()));
  if (existsSync(app.folder)) app.remove();
  rmSync(home, { recursive: true, force: true });
});

async function begin(name: string, options: Start = {}): Promise<Running> {
  const one = await start(app.command, home, join(home, name), options);
  running.add(one);
  return one;
}

async function end(one: Running): Promise<number | null> {
  running.delete(one);
  return one.quit();
}

test('row 19: every fuse of the installed program stands as it is named', () => {
  const fuses = readFuses(join(app.folder, app.name));
  expect(fuses).toEqual(FUSES.slice(0, fuses.length));
  expect(fuses.length).toBe(trial ? 8 : FUSES.length);
});

test('what is installed: the app, one native library each, no tests, no maps, no other program of Electron’s', () => {
  expect(readdirSync(app.folder).filter((file) => /^chrome|crashpad/.test(file) && (statSync(join(app.folder, file)).mode & 0o111) !== 0)).toEqual(['chrome-sandbox']);
  const resources = join(app.folder, 'resources');
  expect(readdirSync(resources).toSorted()).toEqual(['app.asar', 'app.asar.unpacked', 'apparmor-profile']);
  const files = listPackage(join(resources, 'app.asar'), { isPack: false }).map((file) => file.slice(1));
  const packages = new Set(files.filter((file) => file.startsWith('node_modules/')).map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
  packages.delete('@signalapp');
  expect([...packages].toSorted()).toEqual([
    '@signalapp/sqlcipher', 'bare-addon-resolve', 'bare-module-resolve', 'bare-semver', 'dictionary-de', 'dictionary-en', 'hunspell-wasm',
    'node-gyp-build', 'require-addon', 'sodium-native', 'which-runtime',
  ]);
  expect(files.filter((file) => /\.(?:map|ts|tsx|md|bare|cc)$|\btests?(?:\/|\.js$)/i.test(file))).toEqual([]);
  expect(files.filter((file) => file.endsWith('.node')).toSorted()).toEqual([
    `node_modules/@signalapp/sqlcipher/prebuilds/linux-${process.arch}/@signalapp+sqlcipher.node`,
    `node_modules/sodium-native/prebuilds/linux-${process.arch}/sodium-native.node`,
  ]);
  const built = files.filter((file) => file.startsWith('out/') && !file.startsWith('out/renderer') && file !== 'out/code' && !file.startsWith('out/code/'));
  // Compiled ahead, by this runtime.
  expect(files.filter((file) => /^out\/code\/[0-9a-f]{32}-[\w.-]+$/.test(file) && file.endsWith(`-${process.arch}`)).length).toBeGreaterThan(10);
  // The main process is several files.
  const ofMain = built.filter((file) => /^out\/main(?:-[\w-]+)?\.cjs$/.test(file));
  expect(built.filter((file) => file === 'out/main.cjs' || !ofMain.includes(file))).toEqual(['out/licences.json', 'out/main.cjs', 'out/preload.cjs', 'out/spelling.worker.cjs']);
  for (const file of ofMain) expect(extractFile(join(resources, 'app.asar'), file).toString('latin1')).not.toMatch(/KEYSHIFT_[A-Z]+|__test|quick-secrets/);
  expect(extractFile(join(resources, 'app.asar'), 'out/licences.json').toString()).toContain('libsodium');
  // For the window and beside the clock.
  expect(files.filter((file) => file.startsWith('assets'))).toEqual(['assets', 'assets/icon.png']);
  expect(JSON.parse(extractFile(join(resources, 'app.asar'), 'package.json').toString())).not.toHaveProperty('devDependencies');
  for (const file of ['LICENSE.electron.txt', 'LICENSES.chromium.html']) expect(statSync(join(app.folder, file)).size).toBeGreaterThan(1000);
});

test('the desktop learns of it: entry, links, icons, AppStream, licences, and a sandbox without a setuid helper where it needs none', () => {
  test.skip(!app.byDpkg, 'it was only unpacked: installing takes root');
  const installed = execFileSync('dpkg', ['--listfiles', app.name], { encoding: 'utf8' }).split('\n');
  const entry = readFileSync(`/usr/share/applications/${app.name}.desktop`, 'utf8');
  expect(entry).toContain(`Exec=${app.folder}/${app.name} -- %u\n`);
  expect(entry).toMatch(/^MimeType=x-scheme-handler\/keyshift;$/m);
  expect(entry).toContain(`Icon=${app.name}\n`);
  // What stands in the entry of the repository stands here as well.
  const words = readFileSync('assets/keyshift.desktop', 'utf8').split('\n').filter((line) => !/^(?:Name|Exec|Icon|StartupWMClass)=/.test(line));
  expect(entry.split('\n')).toEqual(expect.arrayContaining(words));
  expect(installed).toContain(`/usr/share/icons/hicolor/512x512/apps/${app.name}.png`);
  expect(installed).toContain(`/usr/share/icons/hicolor/scalable/apps/${app.name}.svg`);
  const [metainfo = ''] = installed.filter((file) => file.endsWith('.metainfo.xml'));
  expect(readFileSync(metainfo, 'utf8')).toContain(`<launchable type="desktop-id">${app.name}.desktop</launchable>`);
  const { page, changes } = papersOf(deb, app.name);
  if (page) expect(page).toEqual({ text: expect.stringMatching(/--user-data-dir=DIR\n.*the profile in DIR/) as unknown, complaints: '' });
  if (changes) expect(changes).toEqual({ lines: [`Source: ${app.name}`, `Version: ${execFileSync('dpkg-query', ['--show', '--showformat=${Version}', app.name], { encoding: 'utf8' })}`], complaints: '' });
  const validated = spawnSync('appstreamcli', ['validate', '--no-net', '--no-color', metainfo], { encoding: 'utf8' });
  if (validated.error === undefined) expect(validated.stdout).toMatch(/Validation was successful/);
  expect(readFileSync(`/usr/share/doc/${app.name}/copyright`, 'utf8')).toContain('GNU AFFERO GENERAL PUBLIC LICENSE');
  const helper = statSync(join(app.folder, 'chrome-sandbox'));
  const namespaces = Number(readFileSync('/proc/sys/user/max_user_namespaces', 'utf8')) > 0 && !refused('kernel/unprivileged_userns_clone', '0') && !refused('kernel/apparmor_restrict_unprivileged_userns', '1');
  expect([helper.uid, helper.mode & 0o7777]).toEqual([0, namespaces ? 0o755 : 0o4755]);
  // Nothing else is setuid, and nothing is to be written by anybody but root.
  expect(execFileSync('find', [app.folder, '-perm', '/6022', '-not', '-name', 'chrome-sandbox', '-not', '-type', 'l'], { encoding: 'utf8' })).toBe('');
});

const refused = (setting: string, value: string): boolean => existsSync(`/proc/sys/${setting}`) && readFileSync(`/proc/sys/${setting}`, 'utf8').trim() === value;

test('row 19, row 2, row 11: a week in short, from the first start to the second, sandboxed, with doors that stay shut', async () => {
  // Three ways into a process of Electron's from outside; an app without its fuses would take each of them.
  const mark = join(home, 'was-here');
  const hook = join(home, 'hook.js');
  writeFileSync(hook, `require('node:fs').writeFileSync(${JSON.stringify(mark)}, 'x');`, { mode: 0o644 });
  // What the desktop opens links with, and what it is given.
  const [programs, opened] = [join(home, 'bin'), join(home, 'opened')];
  mkdirSync(programs, { mode: 0o755 });
  writeFileSync(join(programs, 'xdg-open'), `#!/bin/sh\nprintf '<%s>' "$@" >> ${JSON.stringify(opened)}\n`, { mode: 0o755 });
  const ann = await begin('ann', { args: ['--inspect=127.0.0.1:0', '--inspect-brk=127.0.0.1:0', `--require=${hook}`], env: { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require=${hook}`, PATH: `${programs}:${process.env['PATH'] ?? ''}` } });
  const bo = await begin('bo', { screen: 1 });
  const violations = watch(ann.page, bo.page);
  await Promise.all([onboard(ann.page, 'Ann'), onboard(bo.page, 'Bo')]);
  expect(existsSync(mark)).toBe(false);
  expect(ann.output()).not.toMatch(/Debugger listening|ws:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}\s/);

  expect(await ann.page.evaluate(() => globalThis.window.keyshift.diagnostics.about())).toMatchObject({ ok: true, value: { trial, runtime: expect.stringMatching(/^Electron \d/) as unknown } });

  await introduceByLink(ann.page, bo.page);
  await write(bo.page, 'installed, and here');
  await openChat(ann.page, 'Bo');
  await see(ann.page, 'installed, and here');
  await write(ann.page, 'so am I');
  await see(bo.page, 'so am I');
  // Its icon beside the clock is made of what came along, here and at the next start.
  expect(await ann.page.evaluate(() => globalThis.window.keyshift.settings.set({ tray: true }))).toMatchObject({ ok: true, value: { tray: true } });

  const link = (url: string): Promise<{ readonly ok: boolean }> => ann.page.evaluate((wanted) => globalThis.window.keyshift.desktop.openLink({ url: wanted }), url);
  for (const url of ['file:///etc/passwd', 'smb://host/share', 'keyshift:invite/AAAA', 'https://user@example.org/', '--help']) expect(await link(url), url).toMatchObject({ ok: false });
  expect(await link('https://\u0430pple.com/;id?a=$(id)&b=`id`|id#"x"')).toMatchObject({ ok: true });
  // One word, whatever stands in it.
  await expect.poll(() => existsSync(opened) && readFileSync(opened, 'utf8')).toBe('<https://xn--pple-43d.com/;id?a=$(id)&b=`id`|id#%22x%22>');

  for (const one of [ann, bo]) {
    const processes = family(one.child.pid ?? 0);
    expect(processes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['browser', 'zygote', 'renderer', 'utility']));
    expect(processes.flatMap(({ words }) => words).filter((word) => /^--(no-sandbox|disable-setuid-sandbox|disable-seccomp|disable-gpu-sandbox)/.test(word))).toEqual([]);
    const [browser] = processes;
    if (process.getuid?.() === 0) expect(browser?.status.get('Uid')).toBe('65534\t65534\t65534\t65534');
    for (const renderer of processes.filter(({ kind }) => kind === 'renderer')) {
      expect(renderer.status.get('Seccomp')).toBe('2');
      expect(renderer.status.get('NoNewPrivs')).toBe('1');
      expect(Number.parseInt(renderer.status.get('CapEff') ?? 'f', 16)).toBe(0);
    }
  }

  expect(await end(ann)).toBe(0);
  const again = await begin('ann');
  await unlock(again.page);
  await openChat(again.page, 'Bo');
  await see(again.page, 'installed, and here');
  await see(again.page, 'so am I');
  await write(again.page, 'still here');
  await see(bo.page, 'still here');
  expect(violations).toEqual([]);
  for (const one of [ann, again, bo]) expect(one.output()).not.toMatch(/spelling|Error/);
  expect([await end(again), await end(bo)]).toEqual([0, 0]);
});

/** One makes a link, the desktop opens it at the other's, as its entry says; nothing happens until they accept. */
async function introduceByLink(inviter: Page, invitee: Page): Promise<void> {
  await inviter.getByRole('button', { name: 'Invite someone' }).first().click();
  const create = inviter.getByRole('button', { name: 'Create link' });
  const field = inviter.getByRole('textbox', { name: 'Invitation link' });
  await expect(create.or(field).first()).toBeVisible();
  if (await create.isVisible()) await create.click();
  await expect(field).toHaveValue(/^keyshift:/);
  const link = await field.inputValue();
  await inviter.keyboard.press('Escape');
  const words = app.byDpkg ? (/^Exec=(.*)$/m.exec(readFileSync(`/usr/share/applications/${app.name}.desktop`, 'utf8'))?.[1] ?? '').split(' ') : [app.command, '--', '%u'];
  const [program = '', ...rest] = words.map((word) => (word === '%u' ? link : word));
  // The entry starts the usual profile; this one has its own.
  const opened = asOrdinaryUser(home, [program, `--user-data-dir=${join(home, 'bo')}`, ...rest], { DISPLAY: displays[1] ?? '' });
  expect(await new Promise((done) => opened.once('close', done))).toBe(0);
  await expect(invitee.getByLabel('Invitation link')).toHaveValue(link);
  await invitee.getByRole('button', { name: 'Accept invitation' }).click();
  await invitee.getByRole('heading', { name: /Ann/ }).first().waitFor({ timeout: 30_000 });
}

function watch(...pages: readonly Page[]): string[] {
  const seen: string[] = [];
  for (const page of pages) {
    page.on('console', (message) => {
      if (message.type() === 'error') seen.push(message.text());
    });
    page.on('pageerror', (error) => seen.push(error.message));
  }
  return seen;
}

test('row 2: it runs neither without its sandbox, nor driven from outside in the folder that is always used', async () => {
  const usual = join(home, '.config', trial ? 'keyshift-trial' : 'Keyshift');
  const starts = [
    [['--no-sandbox'], 'it does not run without its sandbox'],
    // With these it ran, and its process for drawing was in no sandbox.
    [['--no-zygote-sandbox', '--disable-gpu-sandbox'], 'it does not run without its sandbox'],
    [['--remote-debugging-port=0'], 'it can be driven from outside only with a folder of its own'],
    [['--remote-debugging-port=0', `--user-data-dir=${home}/.config/../${usual.slice(home.length + 1)}/`], 'it can be driven from outside only with a folder of its own'],
  ] as const;
  for (const [words, sentence] of starts) {
    const child = asOrdinaryUser(home, [app.command, ...words], { DISPLAY: displays[0] ?? '' });
    let said = '';
    child.stderr?.on('data', (piece: Buffer) => (said += piece.toString()));
    expect(await new Promise((done) => child.once('close', done))).toBe(1);
    expect(said).toContain(sentence);
  }
});

test('the thread that checks spelling finds its dictionaries where they are installed', async () => {
  // Chromium shows nobody what it underlines: the installed file is asked as the app asks it.
  const worker = new Worker(join(app.folder, 'resources/app.asar.unpacked/out/spelling.worker.cjs'), { workerData: 'de' });
  worker.postMessage({ id: 1, kind: 'check', words: ['richtig', 'falhsc'] });
  expect((await once(worker, 'message'))[0]).toEqual({ id: 1, words: ['falhsc'] });
  await worker.terminate();
});

test('removing it leaves nothing in the system', () => {
  test.skip(!app.byDpkg, 'it was only unpacked: installing takes root');
  const installed = execFileSync('dpkg', ['--listfiles', app.name], { encoding: 'utf8' }).split('\n').filter((file) => file.includes(app.name) || file.startsWith(app.folder));
  expect(installed.length).toBeGreaterThan(30);
  app.remove();
  expect(installed.filter((file) => existsSync(file))).toEqual([]);
  expect(existsSync(`/etc/apparmor.d/${app.name}`)).toBe(false);
  // What people wrote is theirs.
  expect(existsSync(join(home, 'ann'))).toBe(true);
});
