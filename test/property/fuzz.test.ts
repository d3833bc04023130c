import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { instrument } from '../../scripts/lib/instrument.mjs';
import { fileOf, minimised, readInputs, type Shelf } from '../fuzz/corpus';
import { Counters, hooksOf } from '../fuzz/counters';
import { Finding, fuzz } from '../fuzz/fuzzer';
import type { Target } from '../fuzz/target';
import { allTargets } from '../fuzz/targets';
import { times } from '../support/exhaustive';

const root = process.cwd();

describe('the short form of npm run fuzz', () => {
  it('S1-34 A01 A02 A05 A09 A85: no parser that meets foreign bytes throws what it did not promise, or takes what was changed', { timeout: 120_000 }, async () => {
    const files = new Set((['corpus', 'found'] satisfies Shelf[]).flatMap((shelf) => readdirSync(`${root}/test/fuzz/${shelf}`).map((name) => `${root}/test/fuzz/${shelf}/${name}`)));
    for (const target of await allTargets()) {
      const ended = new Set<string>();
      for (const seed of target.seeds) ended.add(await target.run(seed));
      // What led on in long runs, and what once was a fault.
      for (const shelf of ['corpus', 'found'] as const) {
        const path = fileOf(root, shelf, target.name);
        files.delete(path);
        for (const input of readInputs(path)) {
          try {
            ended.add(await target.run(input));
          } catch (error) {
            throw new Finding(target.name, 0, input, error);
          }
        }
      }
      target.check?.();
      const wanted = target.costly ? times(60, 20) : times(300, 100);
      const { inputs, outcomes } = await fuzz(target, 20_260, (count) => count >= wanted);
      expect(inputs).toBe(wanted);
      // All inputs ending alike would mean that nothing was reached.
      expect(new Set([...ended, ...outcomes.keys()]).size, target.name).toBeGreaterThan(1);
    }
    expect([...files].filter((path) => path.endsWith('.txt')), 'kept for no target').toEqual([]);
  });

  it('says which input broke which promise', async () => {
    const fragile: Target = {
      name: 'fragile',
      seeds: [new Uint8Array([1, 2, 3])],
      run(bytes) {
        if (bytes.length > 3) throw new TypeError('longer than it can bear');
        return `${bytes.length}`;
      },
    };
    await expect(fuzz(fragile, 1, (count) => count > 1_000)).rejects.toThrow(/fragile \(seed 1\): longer than it can bear\ninput [0-9a-f]{8}/);
  });

  it('is the same for the same seed', async () => {
    const seen = async (): Promise<string[]> => {
      const inputs: string[] = [];
      const target: Target = { name: 'note', seeds: [Buffer.from('note')], run: (bytes) => (inputs.push(Buffer.from(bytes).toString('hex')), 'seen') };
      await fuzz(target, 7, (count) => count > 200);
      return inputs;
    };
    expect(await seen()).toEqual(await seen());
  });
});

/** A reader whose fault is behind three bytes, a length and two marks that all have to be right; everything else ends alike. */
const planted = `
  function read(bytes) {
    if (bytes.length < 12) return 'refused';
    if (bytes[0] !== 0x4b) return 'refused';
    if (bytes[1] !== 0x53) return 'refused';
    if (bytes[2] !== 0x46) return 'refused';
    const length = (bytes[3] << 8) | bytes[4];
    if (length !== bytes.length - 5) return 'refused';
    let sum = 0;
    for (const byte of bytes.subarray(5)) sum += byte === 0xa5 ? 1 : 0;
    if (sum > 1) throw new TypeError('planted');
    return 'refused';
  }
  function steps(bytes) { let sum = 0; for (let a = 0; a < bytes.length ** 3 && a < 200_000; a += 1) sum += a % 2 ? 1 : 2; return String(sum > 0); }
  function memory(bytes) { return String(new Uint8Array(bytes[0] === 9 ? 80_000_000 : 2).length > 0); }
  return { read, steps, memory };
`;

describe('the guided fuzzer itself', () => {
  const counters = new Counters();
  const { code, places, words } = instrument(planted.replace(/^\s*return \{.*$/m, ''), 0);
  const parts = new Function('__fuzz', `${code}; return { read, steps, memory };`)(hooksOf(counters)) as Record<'read' | 'steps' | 'memory', (bytes: Uint8Array) => string>;
  const target = (name: keyof typeof parts, length = 40): Target => ({ name, seeds: [new Uint8Array(length)], run: (bytes) => parts[name](bytes) });
  const guide = { counters, words: () => words };
  const most = 40_000;

  it.each([1, 2, 3])('finds what is behind a magic sequence, where as many unguided inputs find nothing (seed %i)', async (seed) => {
    await expect(fuzz(target('read'), seed, (count) => count >= most, guide)).rejects.toThrow('planted');
    const { places: met } = await fuzz(target('read'), seed, (count) => count >= most, { ...guide, isLed: false });
    expect(met).toBeLessThan(places);
  });

  it('leads by what it came by alone as well, without the words of the code and what is compared', async () => {
    const nested = instrument('function read(bytes) { if (bytes[0] === 7) if (bytes[1] === 8) if (bytes[2] === 9) return 1; return 0; }').code;
    const read = new Function('__fuzz', `${nested}; return read;`)({ ...hooksOf(counters), '===': (a: unknown, b: unknown) => a === b }) as (bytes: Uint8Array) => number;
    const places = async (isLed: boolean): Promise<number> =>
      (await fuzz({ name: 'read', seeds: [new Uint8Array(3)], run: (bytes) => (read(bytes), 'read') }, 5, (count) => count >= most, { counters, words: () => [], isLed })).places;
    expect(await places(true)).toBe(7);
    expect(await places(false)).toBeLessThan(6);
  });

  it('counts work and memory, and minds inputs that ask for too much of either', async () => {
    await expect(fuzz(target('steps'), 1, (count) => count >= 500, guide)).rejects.toThrow(/\d+ steps for \d+ bytes/);
    await expect(fuzz(target('memory'), 1, (count) => count >= 3_000, guide)).rejects.toThrow(/8000\d{4} bytes asked for by \d+/);
  });

  it('keeps few and short inputs that come by the same places', async () => {
    const run = (bytes: Uint8Array): string => parts.read(bytes);
    const long = Uint8Array.of(0x4b, 0x53, ...new Uint8Array(90));
    const kept = await minimised({ name: 'read', seeds: [new Uint8Array(12)], run }, [Uint8Array.of(1), long, Uint8Array.of(0x4b, ...new Uint8Array(20)), new Uint8Array(30)], counters);
    expect(kept.map((bytes) => Buffer.from(bytes).toString('hex')).toSorted()).toEqual(['', `4b${'00'.repeat(11)}`, `4b53${'00'.repeat(10)}`]);
  });

  it('changes nothing of what the code does', () => {
    const sample = `
      const out = []; const f = (a, b = a ?? 3) => ({ sum: a + b });
      for (const x of [1, 2, 3, null]) { if (x === null) out.push('none'); else if (x > 1 && x !== 3) out.push(f(x).sum); else out.push(x ? f(x, 9).sum : 0); }
      for (let i = 0; i < 3; i++) if (i) if (i === 2) out.push('two'); else out.push('one');
      switch (out.length) { case 1: case 2: out.push('few'); break; case 6: out.push('six'); default: out.push('more'); }
      try { (() => { 'use strict'; throw new Error('x'); })(); } catch (error) { out.push(error.message); }
      let n = 2; do n--; while (n > 0); while (n < 2) n++;
      out.push(n, new Uint8Array(n).length, Buffer.alloc(3).length, (1 < 2) === true, 'é' >= 'e');
      return out;`;
    const plain = new Function(sample)() as unknown;
    const counted = new Function('__fuzz', instrument(`function all() {${sample}}`).code.concat('return all();'))(hooksOf(new Counters())) as unknown;
    expect(counted).toEqual(plain);
  });
});
