/** What docs/protocol.md §2 says of chains whose exchange credential another device issued, held against test/vectors. */
import assert from 'node:assert/strict';
import { hex, Refused } from './bytes.mjs';
import { readChain } from './credentials.mjs';
import { equal, vectors } from './vectors-core.mjs';

export const issued = () => {
  const all = vectors('issued');
  for (const one of all.good) {
    const chain = readChain(hex(one.bytes), all.now);
    assert.equal(chain.peerId, all.peerId, one.name);
    equal(chain.instanceId, all.device);
  }
  for (const one of all.bad) assert.throws(() => readChain(hex(one.bytes), all.now), Refused, one.name);
};
