import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { createPackage } from '@electron/asar';
import { expect, test } from '@playwright/test';
import { setFuses } from '../../scripts/package/fuses.mjs';
import { appFolder, asRoot, electronExecutable, openWindow } from './support/app';
import { onboard } from './support/people';
import { skipLoudly } from './support/surroundings';

const trial = process.env['ELECTRON_KIND'] === 'trial';

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
}

test('row 26: what the running app has loaded is its own build and packages that ship, each in the version of the lock file', async () => {
  const lock = (JSON.parse(readFileSync(join(appFolder, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }).packages;
  const own = await openWindow('what-runs');
  try {
    // Natives and schemas are read with the first vault.
    await onboard(own, 'Ann', 'a passphrase for what runs');
    const seen = await own.app.evaluate(() => {
      const { _cache: cache = {} } = (process.mainModule?.require('node:module') ?? {}) as { _cache?: Record<string, unknown> };
      const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
      return { modules: Object.keys(cache), sharedObjects };
    });
    const below = (path: string): string => relative(appFolder, path).replaceAll('\\', '/');
    const modules = seen.modules.map(below);
    expect(modules).toContain('out/main.cjs');
    // Modules of the runtime have names and no files; what starts an unpackaged app comes with it, and what drives the window in tests with the tests.
    const beside = [/^electron(?:\/\w+)?$/, /\/resources\/default_app\.asar\//, /^scripts\/lib\/waits-for-driver\.cjs$/];
    const foreign = modules.filter((path) => !/^out\/[\w-]+\.cjs$/.test(path) && !beside.some((one) => one.test(path)));
    const natives = seen.sharedObjects.filter((path) => path.endsWith('.node')).map(below);
    expect(natives.length).toBeGreaterThanOrEqual(2);
    const packages = new Set([...foreign, ...natives].map((path) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? path));
    expect([...packages].toSorted()).toEqual(expect.arrayContaining(['node_modules/@signalapp/sqlcipher', 'node_modules/sodium-native']));
    for (const name of packages) {
      expect(lock[name], `${name} is in the lock file`).toBeDefined();
      expect(lock[name]?.dev, `${name} ships`).not.toBe(true);
      expect((JSON.parse(readFileSync(join(appFolder, name, 'package.json'), 'utf8')) as Locked).version, name).toBe(lock[name]?.version);
    }
    // Flags of V8 are other ones in a main process than in the same runtime as Node, and with others nothing is taken.
    const ahead = await own.app.evaluate(({ app }) => {
      const need = process.mainModule?.require.bind(process.mainModule) as NodeJS.Require;
      const { readdirSync, readFileSync } = need('node:fs') as typeof import('node:fs');
      const { createHash } = need('node:crypto') as typeof import('node:crypto');
      const { Script } = need('node:vm') as typeof import('node:vm');
      const out = `${app.getAppPath()}/out`;
      const code = readdirSync(`${out}/code`);
      const taken = readdirSync(out).flatMap((file) => {
        const text = readFileSync(`${out}/${file.endsWith('.cjs') ? file : 'main.cjs'}`, 'latin1');
        const name = `${createHash('sha256').update(text).digest('hex').slice(0, 32)}-${process.versions.v8}-${process.arch}`;
        return code.includes(name) ? [new Script(text, { filename: file, cachedData: readFileSync(`${out}/code/${name}`) }).cachedDataRejected === false] : [];
      });
      return { made: code.length, taken };
    });
    expect(ahead.made).toBeGreaterThan(10);
    expect(ahead.taken, 'what was compiled ahead').toEqual(Array.from({ length: ahead.made }, () => true));
    // A page's V8 has what was said for it.
    if (process.platform === 'linux') {
      const pages = await own.app.evaluate(({ app }) => app.getAppMetrics().flatMap(({ type, pid }) => (type === 'Tab' ? [pid] : [])));
      expect(pages.length).toBeGreaterThan(0);
      for (const pid of pages) expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).toContain('--js-flags=--heap-growing-percent=40');
    }
    // And the page: its own files, which lie where the build put them.
    const loaded = await own.window.evaluate(() => [...performance.getEntriesByType('resource').map(({ name }) => name), ...Array.from(document.scripts, ({ src }) => src)]);
    expect(loaded.length).toBeGreaterThan(0);
    for (const url of loaded) {
      if (url.startsWith('blob:app-keyshift://ui/')) continue;
      expect(url).toMatch(/^app-keyshift:\/\/ui\/[\w./-]+$/);
      expect(existsSync(join(appFolder, 'out/renderer', url.slice('app-keyshift://ui/'.length))), url).toBe(true);
    }
  } finally {
    await own.close();
  }
});

/** Starts a copy of the runtime; what its program said before it ended, or nothing where none ran within `patience` milliseconds. */
async function saidBy(runtime: string, profile: string, patience: number): Promise<string> {
  const child = spawn(join(runtime, 'electron'), [...(asRoot ? ['--no-sandbox'] : []), `--user-data-dir=${profile}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  // Without a program Electron shows a window, or an error, and stays.
  const tooLate = setTimeout(() => child.kill('SIGKILL'), patience);
  await new Promise((done) => child.once('close', done));
  clearTimeout(tooLate);
  return /^I am (.*)$/m.exec(said)?.[1] ?? 'nobody';
}

test('row 21: with our fuses only the archive is started, never a folder in its place; that its bytes are as they were nobody checks on Linux', async () => {
  test.setTimeout(120_000);
  if (process.platform !== 'linux') return skipLoudly('macOS and Windows keep the archive’s hash in what is signed: that needs a signed package');
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-archive-'));
  try {
    const runtime = join(folder, 'runtime');
    cpSync(dirname(electronExecutable), runtime, { recursive: true });
    const resources = join(runtime, 'resources');
    rmSync(join(resources, 'default_app.asar'), { force: true });
    const program = (who: string): string => {
      const at = join(folder, who);
      mkdirSync(at);
      writeFileSync(join(at, 'package.json'), JSON.stringify({ name: 'who', version: '1.0.0', main: 'main.js' }));
      writeFileSync(join(at, 'main.js'), `process.stdout.write('I am ${who}\\n', () => process.exit(0));`);
      return at;
    };
    await createPackage(program('the archive'), join(resources, 'app.asar'));
    cpSync(program('the folder'), join(resources, 'app'), { recursive: true });
    // A program that runs says so and ends: to wait longer for it costs nothing. That there is none is known only by waiting.
    const said = (patience = 60_000): Promise<string> => saidBy(runtime, join(folder, 'profile'), patience);
    const archive = join(resources, 'app.asar');
    const kept = join(folder, 'kept.asar');
    renameSync(archive, kept);
    // As Electron is shipped, a folder in the archive's place is started: this is what the fuse is for.
    expect(await said()).toBe('the folder');
    setFuses(join(runtime, 'electron'), { trial });
    expect(await said(8_000)).toBe('nobody');
    cpSync(kept, archive);
    expect(await said()).toBe('the archive');
    // docs/security.md says so: on Linux it is the rights of root that keep it whole.
    writeFileSync(archive, Buffer.from(readFileSync(kept).toString('latin1').replace('I am the archive', 'I am the changed'), 'latin1'));
    expect(await said()).toBe('the changed');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
