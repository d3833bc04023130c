import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { afterTheFile, afterwards } from '../../support/afterwards';
import { unmountAtTheEnd } from '../../support/mounted';
import { RefusingDisk } from '../../support/refusing-disk';

export { afterwards };

/** An empty folder for one test. */
export function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'keyshift-storage-'));
  afterwards(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Name → SHA-256 of every file: two equal fingerprints mean that nothing was written. */
export function fingerprint(directory: string, ignoring: readonly string[] = []): Record<string, string> {
  const files = readdirSync(directory).filter((name) => !ignoring.includes(name));
  return Object.fromEntries(files.sort().map((name) => [name, createHash('sha256').update(readFileSync(join(directory, name))).digest('hex')]));
}

const modules = resolve('node_modules');
const compiled = resolve('test/support/compiled-program.cjs');

/** Bundles a program of this folder, as the build does, for a process of its own. */
export function bundleProgram(entry: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'keyshift-program-'));
  afterTheFile(() => rmSync(directory, { recursive: true, force: true }));
  const outfile = join(directory, 'program.cjs');
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.18',
    external: ['@signalapp/sqlcipher', 'sodium-native'],
    logLevel: 'error',
  });
  return outfile;
}

/** Starts a bundled program; `executable` another runtime than this Node. Killed after the test if it still runs. */
export function start(program: string, args: readonly string[], executable = process.execPath): ChildProcess {
  const child = spawn(executable, ['--require', compiled, program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_PATH: modules, ELECTRON_RUN_AS_NODE: '1' },
  });
  afterwards(() => child.kill('SIGKILL'));
  return child;
}

/** The lines a program prints, one by one; undefined at its end. */
export function linesOf(child: ChildProcess): () => Promise<string | undefined> {
  const ready: string[] = [];
  const waiting: ((line: string | undefined) => void)[] = [];
  let rest = '';
  let ended = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      const next = waiting.shift();
      if (next) next(line);
      else ready.push(line);
    }
  });
  child.stdout?.on('close', () => {
    ended = true;
    for (const next of waiting.splice(0)) next(undefined);
  });
  return () => (ready.length > 0 || ended ? Promise.resolve(ready.shift()) : new Promise((settle) => waiting.push(settle)));
}

export function killed(child: ChildProcess): Promise<void> {
  return new Promise((settle) => {
    child.once('exit', () => settle());
    child.kill('SIGKILL');
  });
}

/**
 * A real file system of `kibibytes`, so that a full disk is a full disk; undefined (said loudly) where mounting is not
 * allowed, which is only for root on Linux.
 */
export function smallDisk(kibibytes: number): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'keyshift-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k,mode=700`, 'tmpfs', directory]).status === 0;
  if (mounted) unmountAtTheEnd(directory);
  afterwards(() => {
    if (mounted) spawnSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  if (!mounted) console.warn('NOT TESTED: a really full disk (mounting a tmpfs needs root on Linux)');
  return mounted ? directory : undefined;
}

/** Undefined (said loudly) where there are no loop devices, or mounting is not allowed. */
export function refusingDisk(): RefusingDisk | undefined {
  const disk = RefusingDisk.make();
  if (disk === undefined) console.warn('NOT TESTED: a disk that refuses at the flush (needs root on Linux, loop devices and mkfs.ext4)');
  else afterwards(() => disk.end());
  return disk;
}

/** Electron's executable, when this checkout has one. */
export function electronExecutable(): string | undefined {
  const candidates = existsSync('.cache') ? readdirSync('.cache').filter((name) => name.startsWith('electron-')) : [];
  return candidates.map((name) => resolve('.cache', name, 'electron')).find((path) => existsSync(path));
}
