import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeEnvelopeFile } from '../../../electron/engine/dialog/envelope-file';
import { envelopeFiles } from '../../../electron/storage/envelope-files';
import { folder } from './places';
import { codeOf } from './programs/told';
import { crypto } from './vaults';

const file = encodeEnvelopeFile(crypto, [Uint8Array.of(1, 2, 3)]);
const other = encodeEnvelopeFile(crypto, [Uint8Array.of(4, 5)]);

function code(work: () => unknown): string {
  try {
    work();
    return 'fine';
  } catch (error) {
    return codeOf(error);
  }
}

describe('files of envelopes on the disk', () => {
  test('a new one is for the user alone, whole, and leaves nothing beside it', () => {
    const place = folder();
    const path = join(place, 'for-bo.keyshift-envelopes');
    envelopeFiles.check(path);
    expect(envelopeFiles.write(path, file)).toBe(path);
    expect(readdirSync(place)).toEqual(['for-bo.keyshift-envelopes']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(envelopeFiles.read(path, 1_000)).toEqual(file);
    envelopeFiles.write(path, other);
    expect(envelopeFiles.read(path, 1_000)).toEqual(other);
    expect(readdirSync(place)).toEqual(['for-bo.keyshift-envelopes']);
  });

  test('whatever else has the name stays as it is, a link as well, wherever it leads', () => {
    const place = folder();
    const at = (name: string): string => join(place, name);
    writeFileSync(at('letter'), 'Dear Bo');
    writeFileSync(at('empty'), '');
    writeFileSync(at('envelopes'), file);
    mkdirSync(at('folder'));
    symlinkSync(at('letter'), at('link to a letter'));
    symlinkSync(at('envelopes'), at('link to envelopes'));
    symlinkSync(at('nothing'), at('link to nothing'));
    execFileSync('mkfifo', [at('pipe')]);
    const before = readdirSync(place);
    const unusable = ['no/such/folder', '', 'a\0b', 'x'.repeat(300)];
    for (const name of ['letter', 'empty', 'folder', 'link to a letter', 'link to envelopes', 'link to nothing', 'pipe', ...unusable]) {
      const path = name === '' ? '' : at(name);
      const why = unusable.includes(name) ? 'path.unusable' : 'path.taken';
      expect(code(() => envelopeFiles.check(path)), name).toBe(why);
      expect(code(() => envelopeFiles.write(path, other)), name).toBe(why);
    }
    expect(readdirSync(place)).toEqual(before);
    expect(readFileSync(at('letter'), 'utf8')).toBe('Dear Bo');
    expect(new Uint8Array(readFileSync(at('envelopes')))).toEqual(file);
  });

  test('reading: no folder, no pipe, nothing that is not there, nothing longer than asked for', () => {
    const place = folder();
    const at = (name: string): string => join(place, name);
    mkdirSync(at('folder'));
    execFileSync('mkfifo', [at('pipe')]);
    for (const name of ['folder', 'pipe', 'missing', 'folder/missing/deeper']) expect(code(() => envelopeFiles.read(at(name), 1_000)), name).toBe('path.unusable');
    writeFileSync(at('huge'), '');
    truncateSync(at('huge'), 2 ** 40); // sparse: a terabyte that takes no room and no time
    expect(envelopeFiles.read(at('huge'), 1_000)).toBe('too-long');
    writeFileSync(at('empty'), '');
    expect(envelopeFiles.read(at('empty'), 1_000)).toEqual(new Uint8Array(0));
  });
});
