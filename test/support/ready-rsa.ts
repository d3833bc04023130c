import { createPrivateKey, createPublicKey } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterTheFile } from './afterwards';
import { perFile } from './per-file';
import { readyKeys } from './rsa-keys';

/**
 * For applications in this process, as quick-secrets.cjs for those in others: until the end of the test file new RSA-3072 keys are ready ones, each given out once, and behind those made as ever. Each
 * takes 0.2 to 2 s of a processor, which is most of what it costs to begin a profile.
 */
export const withReadyRsa = perFile(() => {
  const crypto = process.getBuiltinModule('node:crypto');
  const { generateKeyPair } = crypto;
  const ready = (type: string, options: { readonly modulusLength?: number }, done: (...answer: unknown[]) => void): void => {
    const [pem] = type === 'rsa' && options.modulusLength === 3072 ? readyKeys(1) : [];
    if (pem === undefined) return void Reflect.apply(generateKeyPair, crypto, [type, options, done]);
    const privateKey = createPrivateKey(pem);
    setImmediate(done, null, createPublicKey(privateKey), privateKey);
  };
  put(ready);
  afterTheFile(() => put(generateKeyPair));
});

/** Where modules import it by name, too. */
function put(generateKeyPair: unknown): void {
  Object.assign(process.getBuiltinModule('node:crypto'), { generateKeyPair });
  syncBuiltinESMExports();
}
