import type { PeerId } from '../ids';
import { peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { concat, Writer } from '../wire/writer';

/**
 * What a backup says (protocol.md §14): `kind u8 | payload LP` one behind the other, cut into chunks anywhere.
 *
 *     1 manifest  peer id[32] | made at u64 ms | schema u32 | settings LP (JSON)        first, once
 *     2 table     name LP | count u16 | count × column name LP
 *     3 row       as many values as the table before it has columns
 *     4 end       rows u64                                                              last, once
 *     value       0 nothing; 1 integer v ≥ 0: u64; 2 integer v < 0: u64 −1 − v; 3 text LP; 4 bytes LP
 */
export type ColumnValue = string | number | Uint8Array | null;

export interface BackupManifest {
  readonly peerId: PeerId;
  /** Unix milliseconds. */
  readonly madeAt: number;
  /** Version of the tables that follow. */
  readonly schema: number;
  /** JSON: what is no secret and stands outside of the vault. */
  readonly settings: string;
}

/** Some rows of one table. */
export interface TablePage {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ColumnValue[])[];
}

const kinds = { manifest: 1, table: 2, row: 3, end: 4 } as const;
/** Nothing the database holds comes near. */
const maxItem = 4 * 1024 * 1024;
const maxName = 128;
const maxColumns = 256;

/** What a backup begins with: whose it is, when it was made (Unix milliseconds), and of which schema. */
export function encodeManifest({ peerId, madeAt, schema, settings }: BackupManifest): Uint8Array {
  return item(kinds.manifest, new Writer().fixed(peerIdToBytes(peerId)).u64(madeAt).u32(schema).text(settings));
}

/** `begins`: the page is the first of its table. */
export function encodePage({ table, columns, rows }: TablePage, begins: boolean): Uint8Array {
  const writer = new Writer(32_768);
  if (begins) {
    const names = new Writer().text(table).u16(columns.length);
    for (const column of columns) names.text(column);
    writer.u8(kinds.table).lp(names.finish());
  }
  for (const row of rows) {
    const values = new Writer(1_024);
    for (const value of row) writeValue(values, value);
    const payload = values.finish();
    if (payload.length > maxItem) throw new WireError('a row longer than its cap');
    writer.u8(kinds.row).lp(payload);
  }
  return writer.finish();
}

/** What a backup ends with: how many rows were in it. */
export function encodeEnd(rows: number): Uint8Array {
  return item(kinds.end, new Writer(8).u64(rows));
}

/**
 * Reads what the chunks say, in whatever pieces it comes. Bytes in rows are views of those pieces. Throws `WireError` for anything that is not
 * exactly one manifest, tables with their rows, and an end that counts them.
 */
export class ItemReader {
  #rest: Uint8Array = new Uint8Array();
  #manifest: BackupManifest | undefined;
  #table: { readonly table: string; readonly columns: readonly string[] } | undefined;
  #rows = 0;
  #ended = false;

  /** Undefined until it was read whole. */
  get manifest(): BackupManifest | undefined {
    return this.#manifest;
  }

  /** Takes the next piece; gives the rows that are whole now. */
  take(piece: Uint8Array): TablePage[] {
    const bytes = this.#rest.length === 0 ? piece : concat(this.#rest, piece);
    const pages: { table: string; columns: readonly string[]; rows: ColumnValue[][] }[] = [];
    let at = 0;
    while (bytes.length - at >= 5) {
      const length = new DataView(bytes.buffer, bytes.byteOffset + at + 1).getUint32(0);
      if (length > maxItem) throw new WireError('an item longer than its cap');
      if (bytes.length - at < 5 + length) break;
      const row = this.#item(bytes[at] ?? 0, new Reader(bytes.subarray(at + 5, at + 5 + length)));
      at += 5 + length;
      if (row === undefined || this.#table === undefined) continue;
      const last = pages.at(-1);
      if (last?.columns === this.#table.columns) last.rows.push(row);
      else pages.push({ ...this.#table, rows: [row] });
    }
    this.#rest = bytes.slice(at);
    return pages;
  }

  /** Nothing more comes. */
  end(): void {
    if (!this.#ended || this.#rest.length > 0) throw new WireError('ends too early or too late');
  }

  #item(kind: number, reader: Reader): ColumnValue[] | undefined {
    if (this.#ended || (kind === kinds.manifest) === (this.#manifest !== undefined)) throw new WireError('not in its place');
    let row: ColumnValue[] | undefined;
    if (kind === kinds.manifest) {
      this.#manifest = { peerId: peerIdFromBytes(reader.fixed(32)), madeAt: reader.u64(), schema: reader.u32(), settings: reader.text(maxItem) };
    } else if (kind === kinds.table) {
      const table = reader.text(maxName);
      const count = reader.u16();
      if (count === 0 || count > maxColumns) throw new WireError('not a count of columns');
      this.#table = { table, columns: Array.from({ length: count }, () => reader.text(maxName)) };
    } else if (kind === kinds.row && this.#table !== undefined) {
      row = this.#table.columns.map(() => readValue(reader));
      this.#rows += 1;
    } else if (kind === kinds.end) {
      if (reader.u64() !== this.#rows) throw new WireError('another number of rows');
      this.#ended = true;
    } else throw new WireError('unknown item');
    reader.end();
    return row;
  }
}

function item(kind: number, payload: Writer): Uint8Array {
  return new Writer().u8(kind).lp(payload.finish()).finish();
}

function writeValue(writer: Writer, value: ColumnValue): void {
  if (value === null) writer.u8(0);
  else if (typeof value === 'string') writer.u8(3).text(value);
  else if (typeof value !== 'number') writer.u8(4).lp(value);
  else if (!Number.isSafeInteger(value)) throw new WireError('not a whole number');
  else if (value < 0) writer.u8(2).u64(-1 - value);
  else writer.u8(1).u64(value);
}

function readValue(reader: Reader): ColumnValue {
  switch (reader.u8()) {
    case 0:
      return null;
    case 1:
      return reader.u64();
    case 2:
      return -1 - reader.u64();
    case 3:
      return reader.text(maxItem);
    case 4:
      return reader.lp(maxItem);
    default:
      throw new WireError('unknown value');
  }
}
