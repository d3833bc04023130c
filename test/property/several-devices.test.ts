import fc from 'fast-check';
import { describe, it } from 'vitest';
import { testCrypto } from '../support/dialog-kit';
import { times } from '../support/exhaustive';
import { anyStep, TwoByTwo, twoByTwoLives } from '../support/two-by-two';

describe('two people with two devices each', () => {
  for (const [cacheEntries, numRuns] of [[64, times(24, 8)], [0, times(6, 3)]] as const) {
    it(`S1-47 S1-50 S1-51 S4-31 A16 A22: all devices of both end with the same conversation, each message once (caches of ${cacheEntries})`, { timeout: 120_000 }, async () => {
      const [crypto, lives] = [await testCrypto(), await twoByTwoLives()];
      fc.assert(
        fc.property(fc.array(anyStep, { minLength: 20, maxLength: 90 }), (steps) => {
          const world = new TwoByTwo(crypto, lives, cacheEntries);
          for (const each of steps) {
            world.run(each);
            world.watch();
          }
          world.end();
          world.judge();
          world.close();
        }),
        { numRuns, endOnFailure: true },
      );
    });
  }
});
