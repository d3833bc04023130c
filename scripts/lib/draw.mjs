// The number by which `npm test` draws its part of what is many (test/support/exhaustive.ts).
import { root } from './paths.mjs';
import { run } from './process.mjs';

/** The first 32 bits of the commit that is checked out, as a decimal number; '0' where nothing says one (sources without git). */
export async function drawOfCommit() {
  const { code, stdout } = await run('git', ['rev-parse', 'HEAD'], { cwd: root });
  return code === 0 && /^[0-9a-f]{40}/.test(stdout) ? String(parseInt(stdout.slice(0, 8), 16)) : '0';
}
