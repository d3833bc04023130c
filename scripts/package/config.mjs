// What electron-builder.yml cannot say: where this machine's Electron lies, which names the package has, what lies outside its folder.
import { join } from 'node:path';
import { inRoot } from '../lib/paths.mjs';
import { putFile } from '../lib/put-file.mjs';
import { homepage, namesFor } from './names.mjs';

/**
 * @param {{ runtime: import('../electron-runtime.mjs').Runtime, arch: string, output: string, system: Record<string, string> }} options
 *   output: electron-builder's own folder; system: files outside the app's folder on Linux, by where they go
 */
export function builderConfig({ runtime, arch, output, system }) {
  const names = namesFor(runtime);
  const trial = runtime.kind === 'trial';
  const outside = Object.entries(system).map(([to, from]) => `${from}=${to}`);
  // The folder of an installed Electron serves for its own processor only; for another one electron-builder fetches the pinned version.
  const dist = arch === process.arch ? { electronDist: join(runtime.executable, process.platform === 'darwin' ? '../../../..' : '..') } : {};
  return {
    extends: inRoot('electron-builder.yml'),
    directories: { output },
    electronVersion: runtime.version,
    ...dist,
    appId: names.appId,
    productName: names.productName,
    extraMetadata: { name: names.name, productName: names.productName, desktopName: `${names.name}.desktop`, homepage: homepage ?? 'https://keyshift.invalid', scripts: null, devDependencies: null },
    linux: { executableName: names.name, ...(trial ? { desktop: { entry: { Name: names.title } } } : {}) },
    deb: { fpm: outside },
    rpm: { fpm: outside },
    // Without a certificate macOS still wants a signature of some kind on arm64.
    mac: process.env.CSC_LINK || process.env.CSC_NAME ? {} : { identity: '-', hardenedRuntime: false },
  };
}

/** Without what is empty of the names of certificates and accounts: a secret that is not there comes as an empty text, and electron-builder takes that for the path of a file. */
export function signingEnvironment(env) {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => value !== '' || !/^(?:WIN_)?CSC_|^APPLE_/.test(name)));
}

export function writeConfig(file, config) {
  putFile(file, `${JSON.stringify(config, undefined, 2)}\n`);
  return file;
}
