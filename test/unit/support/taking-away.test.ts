import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { afterwards, endTest } from '../../support/afterwards';
import { folder, linesOf } from '../storage/places';

const isMounted = (directory: string): boolean => readFileSync('/proc/self/mounts', 'utf8').split('\n').some((line) => line.split(' ')[1] === directory);

describe('what tests leave', () => {
  it('is taken away after each test, the latest first, and all of it where one part fails', () => {
    const seen: number[] = [];
    for (const n of [1, 2, 3]) afterwards(() => void seen.push(n));
    afterwards(() => {
      throw new Error('this one cannot go');
    });
    expect(endTest).toThrow('this one cannot go');
    expect(seen).toEqual([3, 2, 1]);
    expect(endTest).not.toThrow();
  });

  it('a disk of its own is gone with its process, also after kill -9', async (context) => {
    const directory = mkdtempSync(join(tmpdir(), 'keyshift-disk-'));
    if (process.platform !== 'linux' || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]).status !== 0) return context.skip('mounting a tmpfs needs root on Linux');
    afterwards(() => void spawnSync('umount', ['-l', directory], { stdio: 'ignore' }));
    const outfile = join(folder(), 'holder.cjs');
    buildSync({
      stdin: { contents: `import { unmountAtTheEnd } from './test/support/mounted'; unmountAtTheEnd(${JSON.stringify(directory)}); console.log('kept'); setInterval(() => undefined, 60_000);`, resolveDir: resolve('.'), loader: 'ts' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    const holder = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
    afterwards(() => holder.kill('SIGKILL'));
    expect(await linesOf(holder)()).toBe('kept');
    expect(isMounted(directory)).toBe(true);
    holder.kill('SIGKILL');
    await expect.poll(() => isMounted(directory) || existsSync(directory), { timeout: 15_000 }).toBe(false);
  });
});
