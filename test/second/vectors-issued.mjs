/** What docs/protocol.md §2 says of chains whose exchange credential another device issued, and of requests to organisations, held against test/vectors. */
import assert from 'node:assert/strict';
import { fromBase32, hex, Refused } from './bytes.mjs';
import { readCertificate } from './certificate.mjs';
import { checkRequest } from './certificate-request.mjs';
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
  const who = { ...readCertificate(hex(vectors('identity').firstCertificate)), peerId: fromBase32(all.peerId) };
  checkRequest(hex(all.request), who);
  for (let at = 0; at < all.request.length / 2; at += 37) {
    const changed = hex(all.request);
    changed[at] ^= 1;
    assert.throws(() => checkRequest(changed, who), Refused, `byte ${at}`);
  }
};
