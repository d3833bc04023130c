import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';

/** For opening, in this process, what a peer has made that was started with `quick-secrets.cjs`: its cost of a passphrase. */
export async function quickCrypto(): Promise<Crypto> {
  const crypto = await createCrypto({ random: kernelRandom });
  return { ...crypto, passwordKey: (passphrase, salt) => crypto.passwordKey(passphrase, salt, { memoryBytes: 1024 * 1024, passes: 1 }) };
}
