/**
 * Makes test/vectors/foundation.json: bytes of this version for other writers of the protocol, and for later versions of
 * this one to hold on to. Keys are thrown away. Run only when a layout changes on purpose:
 * `npx esbuild test/vectors/generate-foundation.ts --bundle --platform=node --format=cjs --external:sodium-native --external:libsodium-wrappers --outfile=out/vectors.cjs && NODE_PATH=node_modules node out/vectors.cjs`
 */
import { writeFileSync } from 'node:fs';
import { armourCard, createCard } from '../../electron/engine/certificates/card';
import { encodeChain } from '../../electron/engine/certificates/chain';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { label } from '../../electron/engine/crypto/label';
import { pad } from '../../electron/engine/crypto/padding';
import { sealSigned } from '../../electron/engine/crypto/sealed-envelope';
import { safetyNumber } from '../../electron/engine/identity/safety-number';
import { peerIdFromBytes, peerIdToBytes } from '../../electron/engine/wire/ids';
import { toHex } from '../../electron/engine/wire/encoding';
import { localPerson, now, realCrypto } from '../support/foundation-kit';

const countingFrom = (first: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (first + index) & 255);

async function main(): Promise<void> {
  const crypto = await realCrypto();
  const { local } = await localPerson(crypto, 'Vera');
  const card = createCard(crypto, local, [{ host: '192.0.2.7', port: 4711 }], now);
  writeFileSync(
    'test/vectors/foundation.json',
    `${JSON.stringify({ inputs, derivations: derivations(await scripted()), envelope: envelope(await scripted()), chain: toHex(encodeChain(local.chain)), peerId: local.peerId, instanceId: local.instanceId, now, card: armourCard(card) }, undefined, 2)}\n`,
  );
}

/**
 * What `derivations` and `envelope` are made from, for readers who have the file alone. Sealed is an AEAD of purpose `dsk`; the
 * envelope is one of purpose `deposit` with its random numbers in the order they are drawn.
 */
const hexFrom = (first: number, length: number): string => toHex(countingFrom(first, length));
export const inputs = {
  signature: { purpose: 'card', seed: hexFrom(0x20, 32), message: hexFrom(0, 10) },
  kemPublicHash: { secret: hexFrom(0x40, 32) },
  hkdf: { purpose: 'record', secret: hexFrom(0, 32), context: hexFrom(0, 10), length: 56 },
  sealed: { purpose: 'dsk', key: hexFrom(0x10, 32), nonce: hexFrom(0, 24), aad: hexFrom(0, 10), plaintext: hexFrom(0, 10) },
  padded: hexFrom(0, 10),
  safetyNumber: [
    { peerId: hexFrom(0xa0, 32), spkiHash: hexFrom(0xc0, 32) },
    { peerId: hexFrom(0x60, 32), spkiHash: hexFrom(0x80, 32) },
  ],
  envelope: {
    purpose: 'deposit',
    recipientContext: hexFrom(0, 5),
    statement: hexFrom(0, 40),
    recipientSecret: hexFrom(1, 32),
    signingSeed: hexFrom(2, 32),
    contentKey: hexFrom(3, 32),
    encapsulationCoins: hexFrom(4, 64),
  },
};

/** A generator whose n-th answer is n, n + 1, …: the whole envelope follows from it. */
function scripted() {
  let asked = 0;
  return createCrypto({ random: { bytes: (length) => countingFrom((asked += 1), length) } });
}

type Scripted = Awaited<ReturnType<typeof scripted>>;

export function derivations(crypto: Scripted): Record<string, string> {
  const seed = countingFrom(0x20, 32);
  const pair = crypto.signingFromSeed(seed);
  const kem = crypto.kemFromSecret('instance-kem', countingFrom(0x40, 32));
  const [a, b] = [
    { peerId: peerIdFromBytes(countingFrom(0x60, 32)), spkiHash: countingFrom(0x80, 32) },
    { peerId: peerIdFromBytes(countingFrom(0xa0, 32)), spkiHash: countingFrom(0xc0, 32) },
  ];
  const context = countingFrom(0, 10);
  return {
    label: toHex(label('card')),
    peerIdText: a.peerId,
    peerIdBytes: toHex(peerIdToBytes(a.peerId)),
    signingPublic: toHex(pair.publicKey),
    signature: toHex(crypto.sign('card', pair.secret, context)),
    kemPublicHash: toHex(crypto.sha256(kem.publicKey)),
    hkdf: toHex(crypto.hkdf(countingFrom(0, 32), 'record', 56, context)),
    sealed: toHex(crypto.seal('dsk', crypto.secret('kek', countingFrom(0x10, 32)), countingFrom(0, 24), context, context)),
    padded: toHex(pad(context)),
    safetyNumber: safetyNumber(crypto, b, a),
  };
}

export function envelope(crypto: Scripted): { readonly recipientSecret: string; readonly bytes: string } {
  const recipient = crypto.generateKem('exchange-kem');
  const recipientSecret = toHex(recipient.secret.bytes);
  const sender = crypto.generateSigning();
  const bytes = sealSigned(crypto, 'deposit', { signing: sender.secret, recipientKem: recipient.publicKey, recipientContext: countingFrom(0, 5), statement: countingFrom(0, 40) });
  return { recipientSecret, bytes: toHex(bytes) };
}

export { scripted };

// Imported by the test that checks the file; run only as a program.
if (process.argv[1]?.endsWith('vectors.cjs')) void main();
