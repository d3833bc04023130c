/**
 * Makes test/vectors/deposit.json: a chain made for it (its RSA key is thrown away) and what the twin computes from it.
 * Run only when a layout changes on purpose:
 * `npx esbuild test/vectors/generate-deposit.ts --bundle --platform=node --format=cjs --external:sodium-native --external:libsodium-wrappers --outfile=out/deposit-vectors.cjs && NODE_PATH=node_modules node out/deposit-vectors.cjs`
 */
import { writeFileSync } from 'node:fs';
import { encodeChain } from '../../electron/engine/certificates/chain';
import { createLocalRecord, openLocalParty } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { toHex } from '../../electron/engine/wire/encoding';
import { ready } from '../reference/dialog-twin';
import { depositVectors } from '../reference/deposit-vectors';

async function main(): Promise<void> {
  await ready;
  const crypto = await createCrypto({ random: kernelRandom });
  const now = Date.UTC(2026, 0, 15, 12);
  const record = await createLocalRecord(crypto, { name: 'Vera', deviceName: 'desk', now });
  const { chain, peerId } = openLocalParty(crypto, record);
  const sender = { chain: toHex(encodeChain(chain)), peerId, signingSeed: toHex(record.instance.signingSeed), now };
  writeFileSync('test/vectors/deposit.json', `${JSON.stringify(depositVectors(sender), undefined, 2)}\n`);
}

void main();
