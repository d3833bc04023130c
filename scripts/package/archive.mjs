// A .tar.gz with the system's tar and gzip: sorted, owned by nobody in particular, one time for everything.
import { createWriteStream } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { PlainError } from '../lib/say.mjs';

/** @param {{ parent: string, name: string, file: string, time: number, level?: number }} options  the folder `name` in `parent` becomes the file */
export async function makeArchive({ parent, name, file, time, level = 9 }) {
  const tar = spawn('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rwX,go+rX,go-w', `--mtime=@${time}`, '--format=gnu', '-cf', '-', '-C', parent, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gzip = spawn('gzip', ['-n', `-${level}`], { stdio: [tar.stdout, 'pipe', 'inherit'] });
  tar.stdout.destroy();
  const ends = [tar, gzip].map((child) => once(child, 'exit'));
  const failed = new Promise((_, reject) => { for (const child of [tar, gzip]) child.once('error', reject); });
  failed.catch(() => undefined);
  await Promise.race([pipeline(gzip.stdout, createWriteStream(file)), failed]).catch((error) => {
    throw new PlainError(`tar and gzip are needed to make ${file}: ${error.message}`);
  });
  const codes = (await Promise.all(ends)).map(([code]) => code);
  if (codes.some((code) => code !== 0)) throw new PlainError(`tar or gzip failed on ${name}.`);
}
