/** What certificates.json in test/vectors holds: certificates, chains, keys that follow each other, histories and cards (docs/protocol.md §2), good ones at every bound and bad ones with one thing wrong each. Nothing is random. */
import { certificateVectors } from './certificate-vectors.mjs';
import { credentialVectors } from './credential-vectors.mjs';
import { keyVectors } from './key-vectors.mjs';
import { likeGood, personOf } from './vera.mjs';

const named = (all) => Object.entries(all).map(([name, bytes]) => ({ name, bytes: likeGood(Buffer.alloc(0), bytes).bytes }));

/** `identity`: identity.json; `keys`: Node's private keys of its five epochs, and one of a stranger; `lengths`: keys of 2,048, 3,064, 4,096 and 4,104 bit. */
export const paperVectors = (identity, keys, lengths) => {
  const vera = personOf(identity, keys, lengths);
  const { good, bad } = certificateVectors(vera);
  const { vectors, made } = credentialVectors(vera);
  return { now: identity.now, peerId: identity.peerId, certificates: { good: named(good), bad: named(bad).map((one) => ({ ...one, code: 'key.unacceptable' })) }, chains: vectors, ...keyVectors(vera, made) };
};
