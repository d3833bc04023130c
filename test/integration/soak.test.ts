import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(__dirname, '../..');

it('S1-42 S1-50 S4-31 A16 A22: the short form of npm run soak loses nothing, leaves nothing that should be erased, stays flat, and notices a leak', { timeout: 300_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'scripts/soak.mjs'), '--short', '--seed', '1'], { cwd: root, maxBuffer: 1e7 }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  expect(stdout).toContain('seed 1: lost nothing');
  expect(stdout).toContain('a leak that was switched on: noticed');
  for (const what of ['heap', 'rss', 'descriptors', 'sockets', 'timers']) expect(stdout).toMatch(new RegExp(`^flat  ${what} `, 'm'));
});
