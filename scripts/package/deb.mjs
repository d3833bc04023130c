// A Debian package from a tree, with the system's dpkg-deb: owned by root, the same bytes for the same sources.
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesBelow } from '../lib/fingerprint.mjs';
import { run } from '../lib/process.mjs';
import { PlainError } from '../lib/say.mjs';

const TEN_MINUTES = 600_000;

/**
 * @param {{ tree: string, file: string, fields: Record<string, string | undefined>, scripts?: Record<string, string>, compression: string, time: number }} options
 *   tree: what is installed, from / on; gets a folder DEBIAN. fields: of the control file, in their order. scripts: postinst and the like, by name.
 *   compression: what dpkg-deb's -Z and -z say, as xz:6. time: seconds since 1970, the latest a file may carry
 */
export async function makeDeb({ tree, file, fields, scripts = {}, compression, time }) {
  const files = filesBelow(tree);
  const control = join(tree, 'DEBIAN');
  rmSync(control, { recursive: true, force: true });
  mkdirSync(control);
  const size = Math.ceil(files.reduce((sum, each) => sum + lstatSync(each).size, 0) / 1024);
  const lines = Object.entries({ ...fields, 'Installed-Size': String(size) }).filter(([, value]) => value);
  // Description comes last, as dpkg itself writes it.
  lines.sort(([a], [b]) => Number(a === 'Description') - Number(b === 'Description'));
  writeFileSync(join(control, 'control'), lines.map(([name, value]) => `${name}: ${value}\n`).join(''));
  writeFileSync(join(control, 'md5sums'), files.map((each) => `${md5(each)}  ${relative(tree, each)}\n`).join(''));
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(control, name), text, { mode: 0o755 });
  chmodSync(control, 0o755);
  for (const each of ['control', 'md5sums']) chmodSync(join(control, each), 0o644);
  rmSync(file, { force: true });
  const [way, level] = compression.split(':');
  // One thread: the pieces of several would not be the same on every machine.
  const args = ['--build', '--root-owner-group', `-Z${way}`, ...(level ? [`-z${level}`] : []), ...(way === 'xz' ? ['--threads-max=1'] : []), tree, file];
  const { code, stderr, error } = await run('dpkg-deb', args, { env: { ...process.env, SOURCE_DATE_EPOCH: String(time) }, timeout: TEN_MINUTES });
  if (error) throw new PlainError('dpkg-deb is missing here. Please type: sudo apt-get install dpkg');
  if (code !== 0) throw new PlainError(`dpkg-deb: ${stderr.trim()}`);
  return size;
}

/** A description as the control file wants it: a line, then paragraphs behind a space. */
export function description(synopsis, text) {
  const rows = text.match(/.{1,78}(?:\s|$)/g) ?? [text];
  return [synopsis, ...rows.map((row) => ` ${row.trim()}`)].join('\n');
}

const md5 = (file) => createHash('md5').update(readFileSync(file)).digest('hex');
