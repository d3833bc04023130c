// The stage `package` of npm test: packs the app as it ships, only quicker compressed, and lets test/package install and use it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packDesktop } from '../package/desktop.mjs';
import { sourceTime } from '../package/when.mjs';
import { say, seconds } from './say.mjs';

/** Why nothing can be proven about an installed package here, or undefined. */
export function whyNoPackage() {
  if (process.platform !== 'linux') return 'packages are installed and tried on Linux only';
  return undefined;
}

/** A deb of what stands in out/. @param {import('../electron-runtime.mjs').Runtime} runtime @returns {Promise<string>} its path */
export async function debForTests(runtime) {
  const started = performance.now();
  const { stage } = await packDesktop({ runtime, targets: ['dir', 'deb'], arch: process.arch, time: await sourceTime(), compression: 'zstd:1' });
  const file = readdirSync(stage).find((each) => each.endsWith('.deb'));
  say(`Packed ${file} (${seconds(started)})`);
  return join(stage, file);
}
