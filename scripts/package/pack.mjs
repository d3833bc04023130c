// Everything `npm run package` makes, in its order.
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../lib/paths.mjs';
import { say, seconds } from '../lib/say.mjs';
import { makeArchive } from './archive.mjs';
import { writeChecksums } from './checksums.mjs';
import { packDesktop } from './desktop.mjs';
import { packHeadless } from './headless.mjs';
import { debianArchitecture, namesFor, version } from './names.mjs';
import { writeSbom } from './sbom.mjs';
import { sourceTime } from './when.mjs';

export const dist = inRoot('dist');

/** What can be asked for; electron-builder's own words for what needs tools that it downloads. */
export const TARGETS = ['dir', 'tar.gz', 'deb', 'headless', 'sbom', 'AppImage', 'rpm', 'nsis', 'dmg'];
/** What every Linux with dpkg and rpm can make. */
export const LOCAL_TARGETS = ['dir', 'tar.gz', 'deb', 'rpm', 'headless', 'sbom'];

/**
 * @param {{ runtime: import('../electron-runtime.mjs').Runtime, targets: readonly string[], arch: string, fast?: boolean }} options
 *   fast: packed at once and larger, for tests
 * @returns {Promise<string[]>} names below dist/
 */
export async function pack({ runtime, targets, arch, fast = false }) {
  const time = await sourceTime();
  const { name } = namesFor(runtime);
  const files = [];
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const wraps = targets.filter((target) => ['deb', 'AppImage', 'rpm', 'nsis', 'dmg'].includes(target));
  if (wraps.length > 0 || targets.some((target) => ['dir', 'tar.gz'].includes(target))) {
    await step(`the app${wraps.length > 0 ? ` as ${wraps.join(', ')}` : ''}`, async () => {
      const { stage, app } = await packDesktop({ runtime, targets: ['dir', ...wraps], arch, time, compression: fast ? 'zstd:1' : 'xz:6' });
      for (const each of readdirSync(stage).filter((file) => /\.(deb|rpm|AppImage|exe|dmg)$/.test(file))) {
        // Debian's own way to write it.
        const called = each.endsWith('.deb') ? `${name}_${version}_${debianArchitecture(arch)}.deb` : each;
        renameSync(join(stage, each), join(dist, called));
        files.push(called);
      }
      const folder = `${name}-${version}-${process.platform}-${arch}`;
      cpSync(app, join(dist, folder), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    });
    const folder = `${name}-${version}-${process.platform}-${arch}`;
    if (targets.includes('tar.gz')) {
      await step('the same as tar.gz', async () => {
        await makeArchive({ parent: dist, name: folder, file: join(dist, `${folder}.tar.gz`), time, level: fast ? 1 : 9 });
        files.push(`${folder}.tar.gz`);
      });
    }
    if (!targets.includes('dir')) rmSync(join(dist, folder), { recursive: true });
  }
  if (targets.includes('headless')) {
    await step('the headless peer', async () => {
      files.push(...(await packHeadless({ folder: dist, arch, time, compression: fast ? 'zstd:1' : 'xz:6' })));
    });
  }
  if (targets.includes('sbom')) await step('the list of contents', async () => void files.push(await writeSbom({ folder: dist, runtime, time })));
  writeChecksums(dist, files);
  for (const file of [...files, 'SHA256SUMS']) say(`  dist/${file}  ${size(join(dist, file))}`);
  return files;
}

async function step(what, work) {
  say(`Packing ${what} …`);
  const started = performance.now();
  await work();
  say(`  done (${seconds(started)})`);
}

function size(file) {
  const bytes = statSync(file).size;
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
