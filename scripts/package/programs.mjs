// Programs of the system that packing uses, and how to get them.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NEEDED = { deb: ['dpkg-deb'], headless: ['dpkg-deb', 'tar', 'gzip'], 'tar.gz': ['tar', 'gzip'], rpm: ['rpmbuild'] };
const PACKAGE = { 'dpkg-deb': 'dpkg', rpmbuild: 'rpm', tar: 'tar', gzip: 'gzip' };

/** What to type when one of them is not here, or undefined. @param {readonly string[]} targets */
export function missingPrograms(targets) {
  const needed = process.platform === 'linux' ? targets.flatMap((target) => NEEDED[target] ?? []) : [];
  const missing = [...new Set(needed.filter((program) => !onPath(program)))];
  if (missing.length === 0) return undefined;
  return `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing here. Please type: sudo apt-get install ${missing.map((each) => PACKAGE[each]).join(' ')}`;
}

const onPath = (program) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
