import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { createVaultFile } from '../../../../electron/storage/vault-file';
import { codeOf } from './told';

// Creates a vault with the passphrase "p0" and then changes it to "p1", "p2" … for ever, saying each step when it is done.
const directory = process.argv[2] ?? '';

async function live(): Promise<void> {
  const crypto = await createCrypto({ random: kernelRandom });
  const vault = createVaultFile({ directory, crypto, cost: { memoryBytes: 8 * 1024 * 1024, passes: 1 } });
  console.log('start');
  const open = await vault.create('p0', (stores) => {
    stores.invitations.put({ invitationId: 'made-with-the-vault', secret: new Uint8Array(16), createdAt: 1, expiresAt: 2 });
  });
  console.log('p0');
  for (let n = 1; ; n += 1) {
    await open.changePassphrase(`p${n - 1}`, `p${n}`);
    console.log(`p${n}`);
  }
}

live().catch((error: unknown) => console.log(codeOf(error)));
