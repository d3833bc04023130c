import { beforeAll, describe, expect, it } from 'vitest';
import { BackupChunks, backupHeadBytes, backupKey, chunkBytes, encodeBackupHead, parseBackupHead, sealedChunkBytes } from '../../../../electron/engine/backup/container';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Secret } from '../../../../electron/engine/crypto/secret';
import { concat } from '../../../../electron/engine/wire/writer';
import { realCrypto } from '../../../support/foundation-kit';

const cost = { memoryBytes: 64 * 1024 * 1024, passes: 2 };
const code = (value: string) => expect.objectContaining({ code: value });

describe('the file of a backup', () => {
  let crypto: Crypto;
  let key: Secret<'passphrase-derived'>;
  let head: Uint8Array;
  let content: Uint8Array;
  let file: Uint8Array;

  beforeAll(async () => {
    crypto = await realCrypto();
    const salt = crypto.random(16);
    key = await backupKey(crypto, 'right', { cost, salt });
    head = encodeBackupHead({ cost, salt });
    content = crypto.random(2 * chunkBytes + 100);
    const chunks = new BackupChunks(crypto, key, head);
    file = concat(
      head,
      chunks.seal(content.subarray(0, chunkBytes), false),
      chunks.seal(content.subarray(chunkBytes, 2 * chunkBytes), false),
      chunks.seal(content.subarray(2 * chunkBytes), true),
    );
  });

  /** As whoever restores does; `by`: under another key than the right one. */
  function read(bytes: Uint8Array, by = key): Uint8Array {
    const first = bytes.slice(0, backupHeadBytes);
    parseBackupHead(first, bytes.length);
    const chunks = new BackupChunks(crypto, by, first);
    const parts: Uint8Array[] = [];
    for (let at = backupHeadBytes; at < bytes.length; at += sealedChunkBytes) {
      parts.push(chunks.open(bytes.slice(at, at + sealedChunkBytes), at + sealedChunkBytes >= bytes.length));
    }
    return concat(...parts);
  }

  const chunk = (n: number): Uint8Array => file.slice(backupHeadBytes + n * sealedChunkBytes, Math.min(file.length, backupHeadBytes + (n + 1) * sealedChunkBytes));

  it('S5-25: gives back what was put in, in chunks of 64 KiB', () => {
    expect(read(file)).toEqual(content);
    expect(file.length).toBe(37 + content.length + 3 * 16);
    const exact = new BackupChunks(crypto, key, head);
    const whole = concat(head, exact.seal(content.subarray(0, chunkBytes), true));
    expect(read(whole)).toEqual(content.subarray(0, chunkBytes));
    // A chunk is full unless it is the last, never empty, and nothing comes behind the last.
    expect(() => exact.seal(content.subarray(0, 1), true)).toThrow('the last chunk was already there');
    const other = new BackupChunks(crypto, key, head);
    for (const [length, last] of [[0, true], [10, false], [chunkBytes + 1, true]] as const) expect(() => other.seal(new Uint8Array(length), last)).toThrow('not a chunk');
  });

  it('S5-25 A81: a wrong passphrase and a changed, cut, reordered, repeated or longer file end alike', async () => {
    const wrong = await backupKey(crypto, 'wrong', { cost, salt: head.slice(21) });
    const flipped = (at: number): Uint8Array => Uint8Array.from(file, (byte, index) => (index === at ? byte ^ 1 : byte));
    const spoiled: Record<string, Uint8Array> = {
      salt: flipped(30),
      'memory within bounds': Uint8Array.from(file, (byte, at) => (at === 19 ? 4 : byte)),
      'passes within bounds': Uint8Array.from(file, (byte, at) => (at === 20 ? 3 : byte)),
      'first byte of a chunk': flipped(backupHeadBytes),
      'tag of the second chunk': flipped(backupHeadBytes + 2 * sealedChunkBytes - 1),
      'last byte': flipped(file.length - 1),
      'without the last chunk': file.slice(0, backupHeadBytes + 2 * sealedChunkBytes),
      'without the first chunk': concat(head, chunk(1), chunk(2)),
      'without the second chunk': concat(head, chunk(0), chunk(2)),
      'two chunks changed about': concat(head, chunk(1), chunk(0), chunk(2)),
      'a chunk twice': concat(head, chunk(0), chunk(0), chunk(1), chunk(2)),
      'the last one first': concat(head, chunk(2)),
      'something behind the last': concat(file, chunk(1)),
      'bytes behind the last': concat(file, new Uint8Array(20)),
      'cut inside a chunk': file.slice(0, file.length - 3),
    };
    expect(() => read(file, wrong)).toThrow(code('backup.wrong-passphrase'));
    const messages = new Set<string>();
    for (const [what, bytes] of Object.entries(spoiled)) {
      try {
        read(bytes);
        messages.add(`opened: ${what}`);
      } catch (error) {
        messages.add(error instanceof Error ? error.message : 'nothing');
      }
    }
    expect([...messages]).toEqual(['This passphrase does not open the backup, or the file was changed. Nothing was changed.']);
    wrong.wipe();
  });

  it('A81: parameters outside their bounds, other files and newer ones are refused by the head alone', () => {
    const withBytes = (at: number, ...bytes: number[]): Uint8Array => Uint8Array.from(head, (byte, index) => bytes[index - at] ?? byte);
    const refused: Record<string, readonly [Uint8Array, number, string]> = {
      'no memory': [withBytes(16, 0, 0, 0, 0), file.length, 'backup.garbled'],
      'too little memory': [withBytes(16, 0, 0, 0xff, 0xff), file.length, 'backup.garbled'],
      'too much memory': [withBytes(16, 0, 0x10, 0, 1), file.length, 'backup.garbled'],
      'all the memory': [withBytes(16, 0xff, 0xff, 0xff, 0xff), file.length, 'backup.garbled'],
      'no pass': [withBytes(20, 0), file.length, 'backup.garbled'],
      'one pass': [withBytes(20, 1), file.length, 'backup.garbled'],
      'eleven passes': [withBytes(20, 11), file.length, 'backup.garbled'],
      'version 0': [withBytes(15, 0), file.length, 'backup.garbled'],
      'version 2': [withBytes(15, 2), file.length, 'backup.newer'],
      'another file': [new Uint8Array(37).fill(65), file.length, 'backup.garbled'],
      'nothing behind the head': [head, 37, 'backup.garbled'],
      'less than a tag behind it': [head, 37 + 16, 'backup.garbled'],
      'less than a tag behind a chunk': [head, 37 + sealedChunkBytes + 16, 'backup.garbled'],
      'half a head': [head.slice(0, 20), 20, 'backup.garbled'],
      'no byte': [new Uint8Array(), 0, 'backup.garbled'],
    };
    for (const [what, [bytes, length, expected]] of Object.entries(refused)) expect(() => parseBackupHead(bytes, length), what).toThrow(code(expected));
    for (const outside of [{ memoryBytes: 63 * 1024 * 1024, passes: 2 }, { memoryBytes: 2 ** 31, passes: 2 }, { memoryBytes: 2 ** 26, passes: 1 }]) {
      expect(() => encodeBackupHead({ cost: outside, salt: new Uint8Array(16) })).toThrow('not a head of a backup');
    }
  });
});
