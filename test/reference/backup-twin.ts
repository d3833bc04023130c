import sodium from 'libsodium-wrappers';
import sodiumNative from 'sodium-native';
import { label, u64 } from './dialog-twin';

/** Backups (protocol.md §14) read a second time from the paper alone: nothing of the engine is imported. `await ready` of the dialog's twin first. */
export interface TwinBackup {
  readonly memory: number;
  readonly passes: number;
  readonly chunks: number;
  /** What the chunks hold, in clear. */
  readonly content: Buffer;
  readonly peerId: Buffer;
  readonly madeAt: number;
  readonly schema: number;
  readonly settings: string;
  readonly tables: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;
}

/** Throws for anything that is not exactly one backup under this passphrase. */
export function readBackup(file: Buffer, passphrase: string): TwinBackup {
  const head = file.subarray(0, 37);
  if (head.subarray(0, 16).toString('latin1') !== 'KEYSHIFTBACKUP\0\x01') throw new Error('another file');
  const [memory, passes] = [head.readUInt32BE(16) * 1024, head[20] ?? 0];
  const key = Buffer.alloc(32);
  sodiumNative.crypto_pwhash(key, Buffer.from(passphrase.normalize('NFC')), head.subarray(21), passes, memory, sodiumNative.crypto_pwhash_ALG_ARGON2ID13);
  const parts: Buffer[] = [];
  for (let at = 37; at < file.length; at += 65_552) {
    const nonce = Buffer.concat([Buffer.alloc(15), u64(parts.length), Buffer.from([at + 65_552 >= file.length ? 1 : 0])]);
    const aad = Buffer.concat([label('backup'), head]);
    parts.push(Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, file.subarray(at, at + 65_552), aad, nonce, key)));
  }
  const content = Buffer.concat(parts);
  return { memory, passes, chunks: parts.length, content, ...items(content) };
}

function items(bytes: Buffer): Omit<TwinBackup, 'memory' | 'passes' | 'chunks' | 'content'> {
  const tables = new Map<string, Record<string, unknown>[]>();
  let manifest: Pick<TwinBackup, 'peerId' | 'madeAt' | 'schema' | 'settings'> | undefined;
  let columns: string[] = [];
  let rows: Record<string, unknown>[] = [];
  let [at, count, ended] = [0, 0, false];
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  const lp = (): Buffer => take(take(4).readUInt32BE());
  const number = (): number => Number(take(8).readBigUInt64BE());
  const value = (): unknown => {
    const kind = take(1)[0];
    if (kind === 0) return null;
    if (kind === 1) return number();
    if (kind === 2) return -1 - number();
    return kind === 3 ? lp().toString() : lp();
  };
  while (at < bytes.length) {
    const kind = take(1)[0];
    const end = take(4).readUInt32BE() + at;
    if (kind === 1) manifest = { peerId: take(32), madeAt: number(), schema: take(4).readUInt32BE(), settings: lp().toString() };
    else if (kind === 2) {
      const name = lp().toString();
      columns = Array.from({ length: take(2).readUInt16BE() }, () => lp().toString());
      rows = [];
      tables.set(name, rows);
    } else if (kind === 3) {
      rows.push(Object.fromEntries(columns.map((column) => [column, value()])));
      count += 1;
    } else ended = number() === count && end === bytes.length;
    if (at !== end) throw new Error('an item of another length');
  }
  if (!ended || manifest === undefined) throw new Error('not whole');
  return { ...manifest, tables };
}
