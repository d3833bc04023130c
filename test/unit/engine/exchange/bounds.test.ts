import { describe, expect, it } from 'vitest';
import { DecapsulationBudget } from '../../../../electron/engine/exchange/decapsulation-budget';
import { type CachedHeader, HeaderCache } from '../../../../electron/engine/exchange/header-cache';

describe('how many private-key operations a peer may cause', () => {
  it('A17: never more at once than the burst, however long nothing came', () => {
    const budget = new DecapsulationBudget(3, 1, 0);
    const taken = (now: number): number => {
      let count = 0;
      while (count < 100 && budget.take(now)) count += 1;
      return count;
    };
    expect([taken(0), taken(2_000), taken(3_600_000)]).toEqual([3, 2, 3]);
  });
});

describe('a cache of headers', () => {
  const entry = (key: number, hash: number, last = 0): CachedHeader & { wiped: boolean } => ({
    bytes: Buffer.from([...Array.from({ length: 16 }, () => key), last]),
    hash: new Uint8Array(32).fill(hash),
    wiped: false,
    wipe() {
      this.wiped = true;
    },
  });

  it('A17 A88: holds as many as it may, oldest out first: what goes is wiped, and found by nothing any more', () => {
    const cache = new HeaderCache<ReturnType<typeof entry>>(2);
    const all = [1, 2, 3].map((each) => entry(each, each));
    for (const each of all) expect(cache.add(each, 0)).toBe(true);
    const found = (): readonly boolean[][] => all.map((each) => [each.wiped, cache.find(each.bytes, 0, 17, 0) === each, cache.byHash(Buffer.from(each.hash), 0) === each]);
    expect([cache.size, found()]).toEqual([2, [[true, false, false], [false, true, true], [false, true, true]]]);
    // Another one under the key of the second takes its place.
    const other = entry(2, 9, 1);
    cache.add(other, 0);
    expect([cache.size, found()]).toEqual([2, [[true, false, false], [true, false, false], [false, true, true]]]);
    const [first, again, wide] = [entry(4, 4), entry(4, 5, 1), new HeaderCache<ReturnType<typeof entry>>(4)];
    for (const each of [first, again]) wide.add(each, 0);
    expect([wide.size, first.wiped, wide.byHash(Buffer.from(first.hash), 0)]).toEqual([1, true, undefined]);
    // The one that was found last is not found by that when it has gone.
    expect(cache.find(other.bytes, 0, 17, 0)).toBe(other);
    cache.dropIf((each) => each === other);
    expect([cache.find(other.bytes, 0, 17, 0), other.wiped, cache.size]).toEqual([undefined, true, 1]);
    cache.clear();
    expect([cache.size, all.every(({ wiped }) => wiped), new HeaderCache(0).add(entry(1, 1), 0)]).toEqual([0, true, false]);
  });

  it('S3-08: two whose hashes begin alike are not told apart by them, until one has gone', () => {
    const cache = new HeaderCache<ReturnType<typeof entry>>(4);
    const [one, two] = [entry(1, 7), entry(2, 7)];
    for (const each of [one, two]) cache.add(each, 0);
    const reference = Buffer.from(one.hash);
    expect(cache.byHash(reference, 0)).toBeUndefined();
    cache.dropIf((each) => each === one);
    expect(cache.byHash(reference, 0)).toBe(two);
  });
});
