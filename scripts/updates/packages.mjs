// Which packages lie in a folder that `npm run package` made: by SHA256SUMS, compared with what lies there.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PlainError } from '../lib/say.mjs';

const ARCH = { x64: 'x64', x86_64: 'x64', amd64: 'x64', arm64: 'arm64', aarch64: 'arm64' };
const KINDS = [
  { ending: '.deb', format: 'deb', platform: 'linux' },
  { ending: '.rpm', format: 'rpm', platform: 'linux' },
  { ending: '.tar.gz', format: 'tar.gz', platform: 'linux' },
  { ending: '.AppImage', format: 'AppImage', platform: 'linux' },
  { ending: '.exe', format: 'nsis', platform: 'win32' },
  { ending: '.dmg', format: 'dmg', platform: 'darwin' },
];

/** @param {string} folder @param {{ product: string, version: string }} of @returns {Promise<import('./format.mjs').PackageFile[]>} */
export async function packagesIn(folder, { product, version }) {
  const sums = join(folder, 'SHA256SUMS');
  if (!existsSync(sums)) throw new PlainError(`${sums} is not there. Make packages first: npm run package -- --release`);
  const found = [];
  for (const line of readFileSync(sums, 'utf8').split('\n')) {
    const [, sha256, name] = /^([0-9a-f]{64}) [ *](\S+)$/.exec(line) ?? [];
    const kind = name && KINDS.find(({ ending }) => name.endsWith(ending));
    // Of this product and version: the headless peer and the trial packages have names of their own.
    const rest = name && [`${product}-${version}-`, `${product}_${version}_`].flatMap((start) => (name.startsWith(start) ? [name.slice(start.length)] : []))[0];
    if (!kind || rest === undefined) continue;
    const arch = ARCH[/(?:^|[-_])(x64|x86_64|amd64|arm64|aarch64)$/.exec(rest.slice(0, -kind.ending.length))?.[1] ?? ''];
    if (arch === undefined) throw new PlainError(`${name} does not say for which processor it is.`);
    const path = join(folder, name);
    if (!existsSync(path)) throw new PlainError(`${name} stands in SHA256SUMS and is not there.`);
    if ((await hashOf(path)) !== sha256) throw new PlainError(`${name} is not the file that SHA256SUMS says. Nothing was signed.`);
    found.push({ platform: kind.platform, arch, format: kind.format, name, size: statSync(path).size, sha256 });
  }
  if (found.length === 0) throw new PlainError(`There is no package of ${product} ${version} in ${folder}.`);
  return found;
}

async function hashOf(path) {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}
