import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';

/** Gives the wanted bytes where the engine asks for random ones, in this order; anything else asked for is a fault. */
export function scriptedCrypto(...wanted: readonly Uint8Array[]): Promise<Crypto> {
  const queue = [...wanted];
  return createCrypto({
    random: {
      bytes(length) {
        const next = queue.shift();
        if (next?.length !== length) throw new Error('not the random bytes that were expected');
        return next.slice();
      },
    },
  });
}
