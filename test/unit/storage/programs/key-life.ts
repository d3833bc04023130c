import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { createVaultFile } from '../../../../electron/storage/vault-file';
import { codeOf } from './told';

// Opens a vault under "p0" and gives it a new key with "p1", then "p2" … for ever, saying each step when it is done.
const directory = process.argv[2] ?? '';

async function live(): Promise<void> {
  const crypto = await createCrypto({ random: kernelRandom });
  const vault = createVaultFile({ directory, crypto, cost: { memoryBytes: 8 * 1024 * 1024, passes: 1 } });
  let open = await vault.unlock('p0');
  console.log('start');
  for (let n = 1; ; n += 1) {
    const renewal = await open.renewKey(`p${n - 1}`, `p${n}`);
    open.close();
    open = await renewal.write(() => Promise.resolve());
    renewal.end();
    console.log(`p${n}`);
  }
}

live().catch((error: unknown) => console.log(codeOf(error)));
