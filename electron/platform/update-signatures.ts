import { createHash, createPublicKey, verify } from 'node:crypto';
import type { UpdateSignatures } from '../services/ports/updates';

/** What stands in front of the 32 bytes in a SubjectPublicKeyInfo of Ed25519 (RFC 8410). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** The runtime's own Ed25519 and SHA-256: needed also while no profile is open, and no key of the protocol is concerned. */
export const updateSignatures: UpdateSignatures = {
  verify(key, message, signature) {
    try {
      const [raw, signed] = [Buffer.from(key, 'base64'), Buffer.from(signature, 'base64')];
      if (raw.length !== 32 || signed.length !== 64) return false;
      return verify(null, message, createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' }), signed);
    } catch {
      return false;
    }
  },
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
};
