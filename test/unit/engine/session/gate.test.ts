import { describe, expect, it } from 'vitest';
import { DecapsulationBudget } from '../../../../electron/engine/session/decapsulation-budget';
import { Gate } from '../../../../electron/engine/session/gate';
import { maxSources } from '../../../../electron/engine/session/limits';
import { sourceOf } from '../../../../electron/engine/session/source';
import { SourceBuckets } from '../../../../electron/engine/session/source-buckets';
import { TokenBucket } from '../../../../electron/engine/session/token-bucket';

/** Four places, two of them for strangers; whoever is silent for a second makes room. */
const limits = { halfOpen: 4, halfOpenKept: 2, halfOpenPerSource: 4, silenceMs: 1_000 };

/** A gate that knows whoever is called a friend, and who had to go. */
function gate(more: Partial<typeof limits> = {}) {
  const gone: string[] = [];
  const made = new Gate({ ...limits, ...more }, (source) => source.startsWith('friend'));
  return { gate: made, gone, come: (source: string, now = 0) => made.admit(source, now, () => gone.push(source)) };
}

describe('places of connections that have proven nothing', () => {
  it('A54: strangers get what is not kept, known ones all of it, and where they took all no stranger does', () => {
    const mixed = gate();
    expect(['stranger', 'another', 'third', 'friend', 'friend 2', 'friend 3'].map((source) => mixed.come(source) !== undefined)).toEqual([true, true, false, true, true, false]);
    const known = gate();
    for (const source of ['friend', 'friend 2', 'friend 3', 'friend 4']) known.come(source);
    expect([known.come('stranger'), known.gate.halfOpen]).toEqual([undefined, 4]);
  });

  it('A54: a stranger takes the place of no silent friend; a friend does, of the oldest', () => {
    const { come, gone } = gate();
    for (const source of ['friend', 'friend 2', 'friend 3', 'friend 4']) come(source);
    expect([come('stranger', 5_000), gone]).toEqual([undefined, []]);
    expect([come('friend 5', 999), gone]).toEqual([undefined, []]);
    expect([come('friend 5', 1_000) !== undefined, gone]).toEqual([true, ['friend']]);
  });

  it('S3-32: who has all places of one source makes room for himself, and not the others', () => {
    const { come, gone } = gate({ halfOpenPerSource: 1 });
    come('stranger');
    come('another');
    expect([come('another', 999), gone]).toEqual([undefined, []]);
    expect([come('another', 1_000) !== undefined, gone]).toEqual([true, ['another']]);
  });

  it('S3-32: who spoke stays; whose word led nowhere is silent again from then on; a place given back is gone', () => {
    const { gate: places, come, gone } = gate();
    const [first, second] = [come('stranger'), come('another')];
    first?.spoke();
    second?.spoke();
    expect(come('third', 5_000)).toBeUndefined();
    second?.again(5_000, () => gone.push('again'));
    expect(come('third', 5_999)).toBeUndefined();
    expect([come('third', 6_000) !== undefined, gone]).toEqual([true, ['again']]);
    first?.release();
    first?.again(6_000, () => gone.push('never'));
    expect(places.halfOpen).toBe(1);
    first?.release();
    expect(places.halfOpen).toBe(1);
  });

  it('A54: a stranger who proves to be known frees a place of strangers, once', () => {
    const { come } = gate();
    const first = come('stranger');
    come('another');
    expect(come('third')).toBeUndefined();
    first?.proven();
    first?.proven();
    expect([come('third') !== undefined, come('fourth')]).toEqual([true, undefined]);
  });

  it('A54: remembers 4,096 sources, the one heard of longest ago goes first', () => {
    const { gate: places } = gate();
    for (let index = 0; index < maxSources; index += 1) places.remember(`source ${index}`);
    expect(places.knows('source 0')).toBe(true);
    places.remember('source 0');
    places.remember('one more');
    expect([places.knows('source 0'), places.knows('source 1'), places.knows('source 2')]).toEqual([true, false, true]);
  });
});

describe('work for connections that have proven nothing', () => {
  it('S3-32: one token is enough, and none comes before its time', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 1 }, 0);
    expect([bucket.has(0), bucket.take(0), bucket.has(499), bucket.take(499), bucket.has(500), bucket.take(500)]).toEqual([true, true, false, false, true, true]);
    // A clock that goes back gives nothing.
    expect(bucket.take(0)).toBe(false);
  });

  it('S3-32: of so many sources the one heard of longest ago is forgotten, and no other', () => {
    const buckets = new SourceBuckets({ perSecond: 0, burst: 1 }, 2);
    const take = (source: string): boolean => buckets.of(source, 0).take(0);
    expect(['first', 'second', 'first', 'second', 'third', 'second', 'third', 'first'].map(take)).toEqual([true, true, false, false, true, false, false, true]);
  });

  it('S3-32: known sources have a share of their own and then that of strangers; a source stays within its own', () => {
    const budget = new DecapsulationBudget({ decapsulations: { perSecond: 0, burst: 2 }, decapsulationsPerSource: { perSecond: 0, burst: 3 }, decapsulationsKept: { perSecond: 0, burst: 1 } }, 0);
    expect(['friend', 'friend', 'friend 2'].map((source) => budget.take(source, true, 0))).toEqual([true, true, true]);
    expect([budget.take('friend 3', true, 0), budget.take('stranger', false, 0)]).toEqual([false, false]);
    const wide = new DecapsulationBudget({ decapsulations: { perSecond: 0, burst: 9 }, decapsulationsPerSource: { perSecond: 0, burst: 2 }, decapsulationsKept: { perSecond: 0, burst: 1 } }, 0);
    expect([1, 2, 3].map(() => wide.take('stranger', false, 0))).toEqual([true, true, false]);
  });

  it('A54: whoever has one address of a /64 has all, however it is written', () => {
    const of = (host: string): string => sourceOf({ host, port: 1 });
    expect(['1::2:3:4:5:6:7', '1:0:2:3:9:9:9:9', '0001:0:02:3::'].map(of)).toEqual(['1:0:2:3::/64', '1:0:2:3::/64', '1:0:2:3::/64']);
    expect(['::1', '2001:DB8::', '2001:db8::7%eth0', '::ffff:192.0.2.1', '192.0.2.1', 'Home.Example'].map(of)).toEqual(['0:0:0:0::/64', '2001:db8:0:0::/64', '2001:db8:0:0::/64', '192.0.2.1', '192.0.2.1', 'home.example']);
  });
});
