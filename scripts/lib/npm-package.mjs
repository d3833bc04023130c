// Fetches one published package as a file and checks it against a hash that is written here in the repository. No script of it runs.
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { npmCommand } from './npm-command.mjs';
import { run } from './process.mjs';
import { PlainError } from './say.mjs';

/**
 * @param {{ spec: string, sha512: string }} pin  name@version and the base64 SHA-512 of its tarball
 * @param {(tarball: string, folder: string) => Promise<T>} work  gets the checked tarball and a temporary folder that is removed afterwards
 * @returns {Promise<T>}
 * @template T
 */
export async function withPackage({ spec, sha512 }, work) {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-package-'));
  try {
    const npm = npmCommand(['pack', '--silent', '--ignore-scripts', spec]);
    const { code, stderr } = await run(npm.file, npm.args, { cwd: folder, timeout: 15 * 60_000, env: npm.env });
    const name = readdirSync(folder).find((file) => file.endsWith('.tgz'));
    if (code !== 0 || !name) throw new PlainError(`${spec} could not be fetched from the npm registry.\n${stderr.trim()}`.trim());
    const tarball = join(folder, name);
    if ((await sha512Of(tarball)) !== sha512) throw new PlainError(`${spec} is not the file we know: its SHA-512 differs. Nothing of it was used.`);
    return await work(tarball, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Unpacks with the system's tar (Windows 10 and later have one too). */
export async function untar(tarball, folder, ...more) {
  const quiet = process.platform === 'linux' ? ['--warning=no-unknown-keyword'] : [];
  const { code, stderr, error } = await run('tar', [...quiet, '--no-same-owner', '-xzf', tarball, '-C', folder, ...more]);
  if (code !== 0) throw new PlainError(`tar failed on ${tarball}: ${error?.message ?? stderr.trim()}`);
}

async function sha512Of(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return hash.digest('base64');
}
