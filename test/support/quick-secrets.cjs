// Loaded into a peer by `node --require`: a passphrase costs a fraction of what it does in the product, and the first new RSA keys are those
// in KEYSHIFT_TEST_KEYS, or in the file that KEYSHIFT_TEST_KEY_FILE names where they are many. Both together are most of what a start costs, and only tests that are about them would prove more without this.
// It stands here because it is no part of the program.
const crypto = require('node:crypto');
const sodium = require('sodium-native');

const { generateKeyPair } = crypto;
const { crypto_pwhash_async } = sodium;
const memoryBytes = 1024 * 1024;

// What is made with it says the product's cost all the same, and opens only where this is loaded, too.
sodium.crypto_pwhash_async = (out, passphrase, salt, _passes, _memoryBytes, algorithm, done) => crypto_pwhash_async(out, passphrase, salt, 1, memoryBytes, algorithm, done);

const file = process.env.KEYSHIFT_TEST_KEY_FILE;
const ready = JSON.parse(file ? require('node:fs').readFileSync(file, 'utf8') : (process.env.KEYSHIFT_TEST_KEYS ?? '[]'));
delete process.env.KEYSHIFT_TEST_KEY_FILE;
delete process.env.KEYSHIFT_TEST_KEYS;

crypto.generateKeyPair = (type, options, done) => {
  const pem = type === 'rsa' && options.modulusLength === 3072 ? ready.shift() : undefined;
  if (pem === undefined) return generateKeyPair(type, options, done);
  const privateKey = crypto.createPrivateKey(pem);
  setImmediate(done, null, crypto.createPublicKey(privateKey), privateKey);
};
