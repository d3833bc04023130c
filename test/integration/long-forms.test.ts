import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { someOf } from '../support/exhaustive';

const root = join(__dirname, '../..');

async function printed(command: string, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, `scripts/${command}.mjs`), '--short', ...words], { cwd: root, maxBuffer: 1e7 }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  return stdout;
}

it('S1-42 S1-50 S4-31 A16 A22: the short form of npm run soak loses nothing, leaves nothing that should be erased, stays flat, and notices a leak', { timeout: 300_000 }, async () => {
  const stdout = await printed('soak', '--seed', '1');
  expect(stdout).toContain('seed 1: lost nothing');
  expect(stdout).toContain('a leak that was switched on: noticed');
  for (const what of ['heap', 'rss', 'descriptors', 'sockets', 'timers']) expect(stdout).toMatch(new RegExp(`^flat  ${what} `, 'm'));
});

/** Those that take no hour; kills among messages have a test of their own (kill.test.ts). */
const faults = someOf(['power', 'clock', 'damage', 'upgrade', 'frozen', 'full-steps', 'turned'], 3);

it('A22 A23 A89: the short form of npm run chaos loses nothing, three faults of it in a run, others for each commit, and all by npm run exhaustive: power cuts, wrong clocks, damaged files, old profiles, processes that stand still, disks that are full or turn read-only in the middle of a step', { timeout: 300_000 }, async () => {
  const stdout = await printed('chaos', '--seed', '1', '--only', faults.join());
  expect(stdout).toContain(`${faults.length} faults, lost: nothing`);
  // Power cuts and disks of their own need file systems, which are root's to make: not tried, they say why.
  expect(stdout.match(/^(ok {4}|NOT TRIED )/gm)).toHaveLength(faults.length);
  expect(stdout.match(/^NOT TRIED /gm)?.length ?? 0).toBeLessThanOrEqual(3);
});
