// The stage `package` of npm test: packs the app as it ships, only quicker compressed, and lets test/package install and use it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packDesktop } from '../package/desktop.mjs';
import { packHeadless } from '../package/headless.mjs';
import { missingPrograms } from '../package/programs.mjs';
import { sourceTime } from '../package/when.mjs';
import { say, seconds } from './say.mjs';

/** Why nothing can be proven about an installed package here, or undefined. */
export function whyNoPackage() {
  if (process.platform !== 'linux') return 'packages are installed and tried on Linux only';
  return undefined;
}

/** Packages of what stands in out/: the app as deb and, where that can be made, as rpm, and the headless peer; `folder` is the app before it was wrapped. @param {import('../electron-runtime.mjs').Runtime} runtime */
export async function packagesForTests(runtime) {
  const started = performance.now();
  const time = await sourceTime();
  const { stage, app: folder } = await packDesktop({ runtime, targets: ['dir', 'deb', ...(missingPrograms(['rpm']) ? [] : ['rpm'])], arch: process.arch, time, compression: 'zstd:1' });
  const [app, rpm] = ['.deb', '.rpm'].map((ending) => readdirSync(stage).find((each) => each.endsWith(ending)));
  const [headless] = await packHeadless({ folder: stage, arch: process.arch, time, compression: 'zstd:1' });
  say(`Packed ${[app, rpm, headless].filter(Boolean).join(', ')} (${seconds(started)})`);
  return { app: join(stage, app), rpm: rpm ? join(stage, rpm) : '', headless: join(stage, headless), folder };
}
