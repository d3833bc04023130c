/** What certificates.json in test/vectors holds: certificates, chains, keys that follow each other, histories and cards (docs/protocol.md §2), good ones at every bound and bad ones with one thing wrong each. Nothing is random. */
import { certificateVectors } from './certificate-vectors.mjs';
import { credentialVectors } from './credential-vectors.mjs';
import { keyVectors } from './key-vectors.mjs';
import { personOf } from './vera.mjs';

const named = (all) => Object.entries(all).map(([name, bytes]) => ({ name, bytes: bytes.toString('hex') }));

/** `identity`: identity.json; `keys`: Node's private keys of its five epochs, and one of a stranger. */
export const paperVectors = (identity, keys) => {
  const vera = personOf(identity, keys);
  const { good, bad } = certificateVectors(vera);
  const { vectors, made } = credentialVectors(vera);
  return { now: identity.now, peerId: identity.peerId, certificates: { good: named(good), bad: named(bad).map((one) => ({ ...one, code: 'key.unacceptable' })) }, chains: vectors, ...keyVectors(vera, made) };
};
