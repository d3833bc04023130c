// The stage `package` of npm test: packs the app as it ships, only quicker compressed, and lets test/package install and use it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packDesktop } from '../package/desktop.mjs';
import { packHeadless } from '../package/headless.mjs';
import { sourceTime } from '../package/when.mjs';
import { say, seconds } from './say.mjs';

/** Why nothing can be proven about an installed package here, or undefined. */
export function whyNoPackage() {
  if (process.platform !== 'linux') return 'packages are installed and tried on Linux only';
  return undefined;
}

/** Debian packages of what stands in out/: the app and the headless peer; `folder` is the app before it was wrapped. @param {import('../electron-runtime.mjs').Runtime} runtime */
export async function debsForTests(runtime) {
  const started = performance.now();
  const time = await sourceTime();
  const { stage, app: folder } = await packDesktop({ runtime, targets: ['dir', 'deb'], arch: process.arch, time, compression: 'zstd:1' });
  const app = readdirSync(stage).find((each) => each.endsWith('.deb'));
  const [headless] = await packHeadless({ folder: stage, arch: process.arch, time, compression: 'zstd:1' });
  say(`Packed ${app} and ${headless} (${seconds(started)})`);
  return { app: join(stage, app), headless: join(stage, headless), folder };
}
