// Loaded into a peer by `node --require`, into a window by Electron's `-r`: a passphrase costs a fraction of what it does in the product, and the first new RSA keys are those
// in KEYSHIFT_TEST_KEYS, or in the file that KEYSHIFT_TEST_KEY_FILE names where they are many. Both together are most of what a start costs, and only tests that are about them would prove more without this.
// It stands here because it is no part of the program.
const crypto = require('node:crypto');
const { join } = require('node:path');
// The library itself: the window's program has what stands before it in its own bundle (scripts/lib/placed-natives.mjs).
const library = require(join(require.resolve('sodium-native'), '..', 'prebuilds', `${process.platform}-${process.arch}`, 'sodium-native.node'));

const { generateKeyPair } = crypto;
const { crypto_pwhash_async } = library;
const memoryBytes = 1024 * 1024;

// What is made with it says the product's cost all the same, and opens only where this is loaded, too. Three arrays come first, each as memory, offset and length.
library.crypto_pwhash_async = (...given) => crypto_pwhash_async(...given.slice(0, 9), 1, memoryBytes, ...given.slice(11));

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
