import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Papers {
  /** As man prints it, and what it complained of; undefined where there is no man. */
  readonly page: { readonly text: string; readonly complaints: string } | undefined;
  /** The first two lines of what dpkg reads in the changelog; undefined where it cannot. */
  readonly changes: { readonly lines: readonly string[]; readonly complaints: string } | undefined;
}

/** Out of the package itself: small systems tell dpkg to leave such files out. */
export function papersOf(deb: string, name: string): Papers {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-papers-'));
  try {
    execFileSync('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar --extract --directory "$2" ./usr/share/man ./usr/share/doc', 'sh', deb, folder]);
    // Some have a sentence in its place.
    const hasMan = /^man \d/.test(spawnSync('man', ['--version'], { encoding: 'utf8' }).stdout ?? '');
    const printed = spawnSync('man', ['--warnings', '--local-file', join(folder, `usr/share/man/man1/${name}.1.gz`)], { encoding: 'utf8', env: { ...process.env, MANWIDTH: '200' } });
    const read = spawnSync('dpkg-parsechangelog', ['-l', '-'], { encoding: 'utf8', input: gunzipSync(readFileSync(join(folder, `usr/share/doc/${name}/changelog.gz`))) });
    return {
      page: hasMan ? { text: printed.stdout, complaints: printed.stderr } : undefined,
      changes: read.error === undefined ? { lines: read.stdout.split('\n').slice(0, 2), complaints: read.stderr } : undefined,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
