// Loaded into a peer by `node --require`: of everything it seals, a line in the file that KEYSHIFT_TEST_SEALED names: the purpose, a digest of key and nonce, one of what was
// sealed under them, and the first 16 bytes of the nonce, which in a message are its salt. Peers that are started one after the other, or are copies of each other, write into the same file. It stands here because it is no part of the program.
const { createHash } = require('node:crypto');
const { openSync, writeSync } = require('node:fs');
const sodium = require('sodium-native');

const file = openSync(process.env.KEYSHIFT_TEST_SEALED, 'a');
const digestOf = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length} `).update(part);
  return hash.digest('base64');
};
/** Associated data begins with the label of its purpose: its length in four bytes, then "keyshift/2 <purpose>". */
const purposeOf = (aad) => {
  const bytes = Buffer.from(aad);
  return bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('latin1').split(' ')[1];
};
// Written before it is sealed: what is killed in between has told nobody anything.
const tell = (message, aad, nonce, key) => writeSync(file, `${purposeOf(aad)} ${digestOf(key, nonce)} ${digestOf(message, aad)} ${nonce ? Buffer.from(nonce.subarray(0, 16)).toString('hex') : ''}\n`);

const { crypto_aead_xchacha20poly1305_ietf_encrypt: whole, crypto_aead_xchacha20poly1305_ietf_encrypt_detached: detached } = sodium;
sodium.crypto_aead_xchacha20poly1305_ietf_encrypt = (out, message, aad, secretNonce, nonce, key) => {
  tell(message, aad, nonce, key);
  return whole(out, message, aad, secretNonce, nonce, key);
};
sodium.crypto_aead_xchacha20poly1305_ietf_encrypt_detached = (out, tag, message, aad, secretNonce, nonce, key) => {
  tell(message, aad, nonce, key);
  return detached(out, tag, message, aad, secretNonce, nonce, key);
};
