/** docs/protocol.md §14: a whole profile in one file, written and read item by item. */
import { cat, lp, need, Reader, same, u16, u32, u64, u8, whole } from './bytes.mjs';
import { open, random, seal } from './crypto.mjs';
import { argon2, bad, isBearable, orBad } from './key-files.mjs';

const MAGIC = cat('KEYSHIFTBACKUP', u8(0));
const HEAD = 37;
const CHUNK = 65_536;
const SEALED = CHUNK + 16;
const nonceOf = (index, isLast) => cat(Buffer.alloc(15), u64(index), u8(isLast ? 1 : 0));

export const writeBackup = (content, passphrase, { memory = 256 * 1024, passes = 3, salt = random(16), version = 1, derive = argon2 } = {}) => {
  const head = cat(MAGIC, u8(version), u32(memory), u8(passes), salt);
  const key = derive(passphrase, { salt, memory, passes });
  const count = Math.max(1, Math.ceil(content.length / CHUNK));
  return cat(head, ...Array.from({ length: count }, (_, at) => seal('backup', key, nonceOf(at, at === count - 1), head, content.subarray(at * CHUNK, (at + 1) * CHUNK))));
};

/** The bytes inside, or the code of what is wrong. */
export const openBackup = (file, passphrase, derive = argon2) => {
  const head = file.subarray(0, HEAD);
  if (file.length < 16 || !same(file.subarray(0, 15), MAGIC)) bad('backup.garbled', 'another file');
  if (file[15] > 1) bad('backup.newer');
  if (file[15] !== 1 || file.length < HEAD + 17) bad('backup.garbled', 'version or length');
  const { memory, passes, salt } = whole(head.subarray(16), (reader) => ({ memory: reader.u32(), passes: reader.u8(), salt: reader.take(16) }));
  const last = (file.length - HEAD) % SEALED;
  if (!isBearable({ memory, passes }) || (last !== 0 && last < 17)) bad('backup.garbled', 'cost or length');
  const key = derive(passphrase, { salt, memory, passes });
  const parts = [];
  for (let at = HEAD; at < file.length; at += SEALED) {
    const isLast = at + SEALED >= file.length;
    parts.push(orBad('backup.wrong-passphrase', () => open('backup', key, nonceOf(parts.length, isLast), head, file.subarray(at, at + SEALED))));
  }
  return cat(...parts);
};

const item = (kind, payload) => cat(u8(kind), lp(payload));
const value = (of) => {
  if (of === null) return u8(0);
  if (typeof of === 'number') return of >= 0 ? cat(u8(1), u64(of)) : cat(u8(2), u64(-1 - of));
  return typeof of === 'string' ? cat(u8(3), lp(of)) : cat(u8(4), lp(of));
};
export const manifest = ({ peerId, madeAt, schema, settings }) => item(1, cat(peerId, u64(madeAt), u32(schema), lp(settings)));
export const table = (name, columns) => item(2, cat(lp(name), u16(columns.length), ...columns.map((column) => lp(column))));
export const row = (values) => item(3, cat(...values.map(value)));
export const end = (rows) => item(4, u64(rows));
/** `tables`: [name, columns, rows]. */
export const writeContent = (about, tables) => cat(manifest(about), ...tables.flatMap(([name, columns, rows]) => [table(name, columns), ...rows.map(row)]), end(tables.reduce((sum, [, , rows]) => sum + rows.length, 0)));

const LONGEST = 4 * 1024 * 1024;
const readValue = (reader) => {
  const kind = reader.u8();
  need(kind <= 4, 'kind of a value');
  if (kind === 0) return null;
  if (kind === 1) return reader.u64();
  if (kind === 2) return -1 - reader.u64();
  return kind === 3 ? reader.text(LONGEST) : reader.lp(LONGEST);
};
/**
 * The manifest and the tables, in their order.
 * @param {Buffer} content
 * @returns {any}
 */
export const readContent = (content) =>
  orBad('backup.garbled', () => {
    const reader = new Reader(content);
    const tables = [];
    let about;
    let rows = 0;
    let isOver = false;
    while (reader.left) {
      need(!isOver, 'an item behind the end');
      const kind = reader.u8();
      const payload = reader.lp(LONGEST);
      need(kind === 1 || about, 'no manifest');
      if (kind === 1) {
        need(!about, 'two manifests');
        about = whole(payload, (one) => ({ peerId: one.take(32), madeAt: one.u64(), schema: one.u32(), settings: JSON.parse(one.text(LONGEST)) }));
      } else if (kind === 2) {
        tables.push(whole(payload, (one) => {
          const name = one.text(LONGEST);
          const count = one.u16();
          need(count >= 1 && count <= 256, 'columns');
          return { name, columns: one.list(count, () => one.text(LONGEST)), rows: [] };
        }));
      } else if (kind === 3) {
        const into = need(tables.at(-1), 'a row of no table');
        into.rows.push(whole(payload, (one) => Object.fromEntries(into.columns.map((column) => [column, readValue(one)]))));
        rows += 1;
      } else {
        need(kind === 4 && whole(payload, (one) => one.u64()) === rows, 'the end');
        isOver = true;
      }
    }
    need(isOver, 'no end');
    return { ...about, tables };
  });
export const readBackup = (file, passphrase, derive = argon2) => readContent(openBackup(file, passphrase, derive));
