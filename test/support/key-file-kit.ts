import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { KeyFile, KeyFileParts } from '../../electron/engine/key-files/key-file';
import { keyFileOfRecord } from '../../electron/engine/key-files/key-file-of-record';
import type { LocalRecord } from '../../electron/engine/ports';

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function keyFileParts(crypto: Crypto): KeyFileParts {
  return { crypto, turn };
}

/** What an export of this record holds. */
export function keyFileOf(crypto: Crypto, record: LocalRecord): KeyFile {
  const file = keyFileOfRecord(crypto, record);
  if (!file) throw new Error('no private half');
  return file;
}

/** Files in a folder of their own, for the real openssl. */
export class OpensslFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'keyshift-openssl-'));

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: Uint8Array | string): string {
    writeFileSync(this.file(name), content, { mode: 0o600 });
    return this.file(name);
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.file(name)));
  }

  /** What it printed; its words on standard error are in the error it throws. */
  run(...args: readonly string[]): string {
    return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
