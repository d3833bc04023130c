// Unpacks the files of a zip by its central directory, with the rights they had. Names that lead out of the folder are refused (yauzl looks),
// and so is whatever is no file: a link could lead out of it, too.
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { PlainError } from './say.mjs';

// What a Unix system puts there: kind and rights of a file.
const KINDS = 0o170000;
const ORDINARY = 0o100000;

/**
 * @param {string} file
 * @param {string} folder which need not be there
 * @param {{ wanted?: (name: string) => boolean }} options `wanted`: what is to be unpacked, by its name within the zip; everything, unless told
 */
export async function unzip(file, folder, { wanted = () => true } = {}) {
  try {
    const zip = await yauzl.openPromise(file);
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/') || !wanted(entry.fileName)) continue;
      const mode = entry.externalFileAttributes >>> 16;
      if (mode !== 0 && (mode & KINDS) !== ORDINARY) throw new Error(`${entry.fileName} is no file`);
      const target = join(folder, entry.fileName);
      mkdirSync(dirname(target), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { mode: mode & 0o777 || 0o644 }));
    }
  } catch (error) {
    throw new PlainError(`${file} could not be unpacked: ${error.message}`);
  }
}
