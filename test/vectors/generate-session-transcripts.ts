/**
 * Makes test/vectors/session-transcripts.json: two people made for it (their RSA keys are thrown away) and the handshakes
 * the twin computes for them. Run only when a layout changes on purpose:
 * `npx esbuild test/vectors/generate-session-transcripts.ts --bundle --platform=node --format=cjs --external:sodium-native --external:libsodium-wrappers --outfile=out/session-transcripts.cjs && NODE_PATH=node_modules node out/session-transcripts.cjs`
 */
import { writeFileSync } from 'node:fs';
import { encodeChain } from '../../electron/engine/certificates/chain';
import { createLocalRecord, openLocalParty } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { toHex } from '../../electron/engine/wire/encoding';
import { peerIdToBytes } from '../../electron/engine/wire/ids';
import { ready } from '../reference/session-twin';
import { transcriptVectors, type VectorPerson } from '../reference/transcript-vectors';

/** When the tests of sessions happen. */
const now = Date.UTC(2026, 5, 1, 12);

async function person(name: string): Promise<VectorPerson> {
  const crypto = await createCrypto({ random: kernelRandom });
  const record = await createLocalRecord(crypto, { name, deviceName: 'desk', now });
  const { chain, peerId } = openLocalParty(crypto, record);
  return {
    peerId,
    peerIdBytes: toHex(peerIdToBytes(peerId)),
    chain: toHex(encodeChain(chain)),
    subject: toHex(chain.identity.subject),
    listVersion: chain.list.version,
    instanceSeed: toHex(record.instance.signingSeed),
    instanceKemSecret: toHex(record.instance.kemSecret),
    exchangeKemSecret: toHex(record.exchanges[0]?.kemSecret ?? new Uint8Array(0)),
  };
}

async function main(): Promise<void> {
  await ready;
  const [client, server] = [await person('Vera'), await person('Willem')];
  writeFileSync('test/vectors/session-transcripts.json', `${JSON.stringify(transcriptVectors({ now, client, server }), undefined, 2)}\n`);
}

void main();
