// For the test of newer versions: the packed app once more, with keys of the test's own pinned in its sources, as a version of the test's choosing.
//   node scripts/lib/pinned-package.mjs APP FOLDER NAME VERSION PINNED    NAME-VERSION-… and the same as tar.gz in FOLDER, of the folder APP that electron-builder left
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asar from '@electron/asar';
import { nodeBundle } from '../build.mjs';
import { makeArchive } from '../package/archive.mjs';
import { sourceTime } from '../package/when.mjs';
import { bundleMain } from './program-bundle.mjs';
import { inRoot } from './paths.mjs';
import { asCommand } from './say.mjs';

const [app, folder, name, version, pinned] = process.argv.slice(2);

await asCommand(async () => {
  const called = `${name}-${version}-${process.platform}-${process.arch}`;
  const [copy, archive] = [join(folder, called), join(folder, called, 'resources', 'app.asar')];
  mkdirSync(folder, { recursive: true });
  cpSync(app, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  await packAnew(archive, join(folder, `${called}.files`));
  await makeArchive({ parent: folder, name: called, file: join(folder, `${called}.tar.gz`), time: await sourceTime(), level: 1 });
});

/** What lies beside the archive stays as it was packed: nothing there knows a version or a key. */
async function packAnew(archive, files) {
  const beside = asar.listPackage(archive, { isPack: true }).flatMap((line) => (line.startsWith('unpack : ') ? [line.slice('unpack : /'.length)] : []));
  asar.extractAll(archive, files);
  const described = JSON.parse(readFileSync(join(files, 'package.json'), 'utf8'));
  writeFileSync(join(files, 'package.json'), JSON.stringify({ ...described, version }));
  const own = { name: 'sources-of-this-package', setup: (build) => build.onLoad({ filter: /[\\/](?:pinned|package)\.json$/ }, ({ path }) => contents(path)) };
  await bundleMain({ ...nodeBundle, plugins: [...nodeBundle.plugins, own] }, join(files, 'out'));
  for (const one of readdirSync(join(files, 'out'))) if (one.endsWith('.map')) rmSync(join(files, 'out', one));
  renameSync(`${archive}.unpacked`, `${files}.beside`);
  await asar.createPackageWithOptions(files, archive, { unpack: `{${beside.map((one) => join(files, one)).join(',')}}` });
  rmSync(`${archive}.unpacked`, { recursive: true });
  renameSync(`${files}.beside`, `${archive}.unpacked`);
  rmSync(files, { recursive: true });
}

function contents(path) {
  if (path === inRoot('electron/services/updates/pinned.json')) return { contents: readFileSync(pinned, 'utf8'), loader: 'json' };
  if (path === inRoot('package.json')) return { contents: JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version }), loader: 'json' };
  return undefined;
}
