import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unzip } from '../../../scripts/lib/unzip.mjs';

interface Entry {
  readonly name: string;
  readonly text?: string;
  readonly mode?: number;
}

test('files with their rights, of those that are wanted; folders need no entry of their own', async () => {
  const { zip, folder } = files([{ name: 'app/run', text: '#!'.repeat(50_000), mode: 0o100755 }, { name: 'app/', mode: 0o040755 }, { name: 'app/deep/er/plain', text: 'x', mode: 0o100644 }, { name: 'app/empty' }, { name: 'other', text: 'no' }]);
  await unzip(zip, folder, { wanted: (name) => name.startsWith('app/') });
  expect(readdirSync(folder, { recursive: true }).map(String).toSorted()).toEqual(['app', 'app/deep', 'app/deep/er', 'app/deep/er/plain', 'app/empty', 'app/run']);
  expect(readFileSync(join(folder, 'app/run'), 'utf8')).toBe('#!'.repeat(50_000));
  expect(statSync(join(folder, 'app/run')).mode & 0o777).toBe(0o755);
  expect(statSync(join(folder, 'app/empty')).size).toBe(0);
});

test.each<[string, Entry]>([
  ['a name that leads out', { name: '../out', text: 'x' }],
  ['a name from the root', { name: '/tmp/out', text: 'x' }],
  ['a link', { name: 'link', text: '/etc', mode: 0o120777 }],
])('%s is refused, and nothing of it is there', async (_what, entry) => {
  const { zip, folder, home } = files([entry]);
  await expect(unzip(zip, folder)).rejects.toThrow('could not be unpacked');
  expect(readdirSync(home)).toEqual(['it.zip']);
});

test('a zip that was cut or changed is refused', async () => {
  const { zip, folder } = files([{ name: 'one', text: 'some text' }]);
  const whole = readFileSync(zip);
  writeFileSync(zip, whole.subarray(0, whole.length - 30));
  await expect(unzip(zip, folder)).rejects.toThrow('could not be unpacked');
  writeFileSync(zip, Buffer.from(whole).fill(0xff, 33, 40));
  await expect(unzip(zip, folder)).rejects.toThrow('could not be unpacked');
});

/** A zip as the format describes it (APPNOTE 4.3): each file with its header, then the list of all, then where the list is. */
function files(entries: readonly Entry[]): { readonly zip: string; readonly folder: string; readonly home: string } {
  const home = mkdtempSync(join(tmpdir(), 'keyshift-zip-'));
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const { name, text = '', mode = 0o100644 } of entries) {
    const bytes = deflateRawSync(Buffer.from(text));
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(text), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(Buffer.byteLength(text), 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), bytes]);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE((mode << 16) >>> 0, 6);
    attributes.writeUInt32LE(at, 10);
    list.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, attributes, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  const zip = join(home, 'it.zip');
  writeFileSync(zip, Buffer.concat([...parts, directory, Buffer.from('PK\x05\x06'), end]));
  return { zip, folder: join(home, 'out'), home };
}
