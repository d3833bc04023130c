// What Keyshift is measured against, pinned in test/bench/package-lock.json and installed without running any of its code.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { npmCommand } from '../lib/npm-command.mjs';
import { withLock } from '../lib/lock.mjs';
import { inRoot } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { PlainError, say, seconds } from '../lib/say.mjs';

export const anchors = inRoot('test/bench');
const note = inRoot('test/bench/node_modules/.installed');

export async function installAnchors() {
  const wanted = readFileSync(inRoot('test/bench/package-lock.json'), 'utf8');
  const stands = () => existsSync(note) && readFileSync(note, 'utf8') === wanted;
  if (stands()) return;
  await withLock('bench-anchors', async () => {
    if (stands()) return;
    say('Installing what Keyshift is measured against (about 150 MB) …');
    const started = performance.now();
    const { file, args, env } = npmCommand(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    const { code, stderr } = await run(file, args, { cwd: anchors, env, timeout: 10 * 60_000 });
    if (code !== 0) throw new PlainError(`Installing in test/bench failed.\n${stderr.trim()}`);
    writeFileSync(note, wanted);
    say(`Installed (${seconds(started)}).`);
  });
}
