import { describe, expect, it } from 'vitest';
import { RowCache } from '../../../electron/storage/row-cache';

describe('rows kept in memory', () => {
  it('a held row changes as its write changed it; an unknown one is read when it is asked for', () => {
    const cache = new RowCache<number>({ undone: 0 }, 4);
    expect(cache.get('a', () => 1)).toBe(1);
    cache.change('a', (row) => row + 1);
    expect(cache.get('a', () => 99)).toBe(2);
    cache.change('b', (row) => row + 1);
    expect(cache.get('b', () => 7)).toBe(7);
    expect(cache.get('c', () => undefined)).toBeUndefined();
    cache.change('c', (row) => row + 1);
    expect(cache.get('c', () => 3)).toBe(3);
  });

  it('what a transaction that was undone wrote is forgotten', () => {
    const db = { undone: 0 };
    const cache = new RowCache<number>(db, 4);
    cache.get('a', () => 1);
    cache.change('a', (row) => row + 1);
    db.undone = 1;
    cache.change('a', (row) => row + 1);
    expect(cache.get('a', () => 1)).toBe(1);
  });
});
