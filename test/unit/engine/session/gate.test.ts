import { describe, expect, it } from 'vitest';
import { Gate } from '../../../../electron/engine/session/gate';
import { maxSources } from '../../../../electron/engine/session/limits';

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
