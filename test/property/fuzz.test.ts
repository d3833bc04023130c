import { describe, expect, it } from 'vitest';
import { fuzz } from '../fuzz/fuzzer';
import type { Target } from '../fuzz/target';
import { allTargets } from '../fuzz/targets';

describe('the short form of npm run fuzz', () => {
  it('S1-34 A01 A02 A05 A09 A85: no parser that meets foreign bytes throws what it did not promise, or takes what was changed', { timeout: 120_000 }, async () => {
    for (const target of await allTargets()) {
      const wanted = target.costly ? 300 : 1_500;
      const { inputs, outcomes } = fuzz(target, 20_260, (count) => count >= wanted);
      expect(inputs).toBe(wanted);
      // All inputs ending alike would mean that nothing was reached.
      expect(outcomes.size, target.name).toBeGreaterThan(1);
    }
  });

  it('says which input broke which promise', () => {
    const fragile: Target = {
      name: 'fragile',
      seeds: [new Uint8Array([1, 2, 3])],
      run(bytes) {
        if (bytes.length > 3) throw new TypeError('longer than it can bear');
        return `${bytes.length}`;
      },
    };
    expect(() => fuzz(fragile, 1, (count) => count > 1_000)).toThrow(/fragile \(seed 1\): longer than it can bear\ninput [0-9a-f]{8}/);
  });

  it('is the same for the same seed', () => {
    const seen = (): string[] => {
      const inputs: string[] = [];
      const target: Target = { name: 'note', seeds: [Buffer.from('note')], run: (bytes) => (inputs.push(Buffer.from(bytes).toString('hex')), 'seen') };
      fuzz(target, 7, (count) => count > 200);
      return inputs;
    };
    expect(seen()).toEqual(seen());
  });
});
