import { describe, expect, it } from 'vitest';
import { encodeAddresses, parseAddresses } from '../../../electron/storage/address-column';
import { packList, unpackList } from '../../../electron/storage/packed-list';
import { bytes, flag, integer, optionalBytes, optionalInteger, optionalText, text, word } from '../../../electron/storage/row';

const damaged = expect.objectContaining({ code: 'vault.damaged' });

describe('a packed list', () => {
  it.each([[[]], [[[]]], [[[1, 2, 3], [], [255]]]])('gives back %j', (lists) => {
    const items = lists.map((each) => Uint8Array.from(each));
    expect(unpackList(packList(items))).toStrictEqual(items);
  });

  it('A89: is damaged when cut anywhere but between two items', () => {
    const packed = packList([new Uint8Array(3), new Uint8Array(5)]);
    for (let length = 0; length < packed.length; length += 1) {
      if (length === 0 || length === 7) continue;
      expect(() => unpackList(packed.subarray(0, length)), `${length}`).toThrow(damaged);
    }
    expect(() => unpackList(Uint8Array.of(255, 255, 255, 255, 0))).toThrow(damaged);
  });
});

describe('an address column', () => {
  it('gives back what was encoded, and nothing else it may carry', () => {
    const list = [{ host: '::1', port: 65535 }];
    expect(parseAddresses(encodeAddresses(list))).toEqual(list);
    expect(encodeAddresses([{ host: 'a', port: 1, secret: 'x' } as { host: string; port: number }])).not.toContain('secret');
  });

  it.each(['', '{}', '[1]', '[{"host":"a"}]', '[{"host":"","port":1}]', '[{"host":"a","port":0}]', '[{"host":"a","port":65536}]'])('A89: is damaged as %j', (column) => {
    expect(() => parseAddresses(column)).toThrow(damaged);
  });
});

describe('columns of another type than their table promises', () => {
  const row = { s: 'x', n: 1, f: 0.5, b: Buffer.from([1]), none: null };

  it('are read when they fit, absent ones as undefined', () => {
    expect([text(row, 's'), integer(row, 'n'), flag(row, 'n'), optionalText(row, 'none'), optionalInteger(row, 'none'), optionalBytes(row, 'none')]).toEqual(['x', 1, true, undefined, undefined, undefined]);
    // Plain bytes, not the library's Buffer: `toString` and `slice` mean other things there.
    expect(bytes(row, 'b')).toStrictEqual(Uint8Array.of(1));
    expect(word(row, 's', ['w', 'x'])).toBe('x');
  });

  it.each([
    ['text', () => text(row, 'n')],
    ['text that is null', () => text(row, 'none')],
    ['a number', () => integer(row, 's')],
    ['a fraction', () => integer(row, 'f')],
    ['bytes', () => bytes(row, 's')],
    ['an unknown word', () => word(row, 's', ['y'])],
    ['a missing column', () => optionalText(row, 'missing')],
  ])('A89: are vault.damaged: %s', (_, read) => {
    expect(read).toThrow(damaged);
  });
});
