import { beforeAll, describe, expect, it } from 'vitest';
import { BackupChunks, backupHeadBytes, backupKey, parseBackupHead, sealedChunkBytes } from '../../../../electron/engine/backup/container';
import { type ColumnValue, encodeEnd, encodeManifest, encodePage, ItemReader } from '../../../../electron/engine/backup/items';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Secret } from '../../../../electron/engine/crypto/secret';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { concat } from '../../../../electron/engine/wire/writer';
import { ready } from '../../../reference/dialog-twin';
import { readBackup } from '../../../reference/backup-twin';
import { realCrypto } from '../../../support/foundation-kit';
import vectors from '../../../vectors/backup.json';
import { changed } from '../../../vectors/changed.mjs';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const about = { ...vectors.about, peerId: peerIdFromBytes(bytesOf(vectors.about.peerId)) };
const valueOf = (value: string | number | null | { readonly hex: string }): ColumnValue => (value !== null && typeof value === 'object' ? bytesOf(value.hex) : value);

let crypto: Crypto;
const keys = new Map<string, Secret<'passphrase-derived'>>();
beforeAll(async () => {
  await ready;
  crypto = await realCrypto();
});

/** What the file holds, as whoever restores finds it out; each key is derived once. */
async function open(file: Uint8Array, passphrase = vectors.passphrase): Promise<Uint8Array> {
  const first = file.slice(0, backupHeadBytes);
  const head = parseBackupHead(first, file.length);
  const name = `${passphrase} ${Buffer.from(first).toString('hex')}`;
  const key = keys.get(name) ?? (await backupKey(crypto, passphrase, head));
  keys.set(name, key);
  const chunks = new BackupChunks(crypto, key, first);
  const parts: Uint8Array[] = [];
  for (let at = backupHeadBytes; at < file.length; at += sealedChunkBytes) parts.push(chunks.open(file.slice(at, at + sealedChunkBytes), at + sealedChunkBytes >= file.length));
  return concat(...parts);
}

async function seal(content: Uint8Array): Promise<Uint8Array> {
  const head = bytesOf(vectors.file).slice(0, backupHeadBytes);
  const chunks = new BackupChunks(crypto, await backupKey(crypto, vectors.passphrase, parseBackupHead(head, vectors.file.length / 2)), head);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += 65_536) parts.push(chunks.seal(content.subarray(at, at + 65_536), at + 65_536 >= content.length));
  return concat(head, ...parts);
}

const codeOf = (opened: Promise<unknown>): Promise<string> =>
  opened.then(
    () => 'opened',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );

const longContent = (): Uint8Array => concat(encodeManifest(about), encodePage({ table: 'blobs', columns: ['bytes'], rows: [[Uint8Array.from({ length: 131_072 }, (_, at) => at & 255)]] }, true), encodeEnd(1));

describe('the vectors of backups', () => {
  it('S5-25: what is written here is the same to the byte, and the twin reads it', async () => {
    const tables = vectors.tables.map(({ name, columns, rows }) => encodePage({ table: name, columns, rows: rows.map((row) => row.map(valueOf)) }, true));
    const content = concat(encodeManifest(about), ...tables, encodeEnd(3));
    expect(Buffer.from(content).toString('hex')).toBe(vectors.content);
    expect(Buffer.from(await seal(content)).toString('hex')).toBe(vectors.file);
    expect(Buffer.from(await open(bytesOf(vectors.file))).toString('hex')).toBe(vectors.content);
    expect(readBackup(Buffer.from(vectors.file, 'hex'), vectors.passphrase).tables.get('people')).toHaveLength(3);
    const long = await seal(longContent());
    expect([long.length, Buffer.from(crypto.sha256(long)).toString('hex')]).toEqual([vectors.long.length, vectors.long.sha256]);
  });

  it('A81 A89: what is wrong is told by the code that is written down', async () => {
    const long = await seal(longContent());
    for (const change of vectors.changes) {
      const good = change.of === 'long' ? long : bytesOf(vectors.file);
      expect([change.name, await codeOf(open(Uint8Array.from(changed(Buffer.from(good), change))))]).toEqual([change.name, change.code]);
    }
    expect(await codeOf(open(bytesOf(vectors.file), vectors.wrongPassphrase))).toBe('backup.wrong-passphrase');
    const read = (content: Uint8Array): void => {
      const reader = new ItemReader();
      reader.take(content);
      reader.end();
    };
    read(bytesOf(vectors.content));
    for (const { name, bytes } of vectors.contents) expect(() => read(bytesOf(bytes)), name).toThrow(WireError);
  });
});
