import { describe, expect, it } from 'vitest';
import { type ColumnValue, encodeEnd, encodeManifest, encodePage, ItemReader, type TablePage } from '../../../../electron/engine/backup/items';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { concat, lp, u32, Writer } from '../../../../electron/engine/wire/writer';

const manifest = { peerId: peerIdFromBytes(new Uint8Array(32).fill(7)), madeAt: 1_700_000_000_000, schema: 9, settings: '{"a":"ä"}' };
const values: readonly ColumnValue[] = [null, 0, -1, 2 ** 53 - 1, -(2 ** 53 - 1), '', 'with \0 and 🙂', new Uint8Array(), Uint8Array.of(0, 255)];
const columns = values.map((_, at) => `c${at}`);
const pages: readonly TablePage[] = [
  { table: 'one', columns, rows: [values, values] },
  { table: 'empty', columns: ['x'], rows: [] },
  { table: 'two', columns: ['x'], rows: [['y']] },
];
const whole = concat(encodeManifest(manifest), ...pages.map((page) => encodePage(page, true)), encodePage({ table: 'two', columns: ['x'], rows: [['z']] }, false), encodeEnd(4));

function readAll(pieces: readonly Uint8Array[]): { table: string; row: readonly ColumnValue[] }[] {
  const reader = new ItemReader();
  const rows = pieces.flatMap((piece) => reader.take(piece).flatMap(({ table, rows: all }) => all.map((row) => ({ table, row: row.map((value) => (value instanceof Uint8Array ? value.slice() : value)) }))));
  reader.end();
  expect(reader.manifest).toEqual(manifest);
  return rows;
}

describe('what a backup says', () => {
  it('S5-25: every value comes back, wherever the pieces were cut', () => {
    const expected = [{ table: 'one', row: values }, { table: 'one', row: values }, { table: 'two', row: ['y'] }, { table: 'two', row: ['z'] }];
    expect(readAll([whole])).toEqual(expected);
    for (let at = 1; at < whole.length; at += 1) expect(readAll([whole.slice(0, at), whole.slice(at)])).toEqual(expected);
    expect(readAll(Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it('A81 A89: anything else is refused', () => {
    const head = encodeManifest(manifest);
    const table = encodePage({ table: 't', columns: ['x', 'y'], rows: [] }, true);
    const item = (kind: number, payload: Uint8Array): Uint8Array => concat(Uint8Array.of(kind), lp(payload));
    const wrong: Record<string, Uint8Array> = {
      nothing: new Uint8Array(),
      'no end': head,
      'no manifest': encodeEnd(0),
      'a table before the manifest': concat(table, head, encodeEnd(0)),
      'two manifests': concat(head, head, encodeEnd(0)),
      'two ends': concat(head, encodeEnd(0), encodeEnd(0)),
      'half an item behind the end': concat(head, encodeEnd(0), Uint8Array.of(3)),
      'a row behind the end': concat(head, table, encodeEnd(0), item(3, Uint8Array.of(0, 0))),
      'another count': concat(head, table, item(3, Uint8Array.of(0, 0)), encodeEnd(2)),
      'a row without a table': concat(head, item(3, Uint8Array.of(0)), encodeEnd(1)),
      'a row too short': concat(head, table, item(3, Uint8Array.of(0)), encodeEnd(1)),
      'a row too long': concat(head, table, item(3, Uint8Array.of(0, 0, 0)), encodeEnd(1)),
      'an unknown value': concat(head, table, item(3, Uint8Array.of(0, 5)), encodeEnd(1)),
      'text that is none': concat(head, table, item(3, concat(Uint8Array.of(0, 3), lp(Uint8Array.of(0xc3)))), encodeEnd(1)),
      'a number too large': concat(head, table, item(3, concat(Uint8Array.of(0, 1), new Uint8Array(8).fill(255))), encodeEnd(1)),
      'a table without columns': concat(head, item(2, new Writer().text('t').u16(0).finish()), encodeEnd(0)),
      'an unknown item': concat(head, item(9, new Uint8Array()), encodeEnd(0)),
      'an item longer than any': concat(head, Uint8Array.of(3), u32(4 * 1024 * 1024 + 1)),
    };
    for (const [what, bytes] of Object.entries(wrong)) expect(() => readAll([bytes]), what).toThrow(WireError);
    expect(() => encodePage({ table: 't', columns: ['x'], rows: [[0.5]] }, true)).toThrow(WireError);
  });
});
