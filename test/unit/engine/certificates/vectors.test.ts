import { beforeAll, describe, expect, it } from 'vitest';
import { parseArmouredCard } from '../../../../electron/engine/certificates/card';
import { encodeChain, parseChain, verifyChain } from '../../../../electron/engine/certificates/chain';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { openSigned } from '../../../../electron/engine/crypto/sealed-envelope';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { realCrypto } from '../../../support/foundation-kit';
import vectors from '../../../vectors/foundation.json';
import { derivations, envelope, inputs, scripted } from '../../../vectors/generate-foundation';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

describe('vectors', () => {
  it('S1-08: labels, ids, derivations, padding and safety number stay what they were', async () => {
    expect(derivations(await scripted())).toEqual(vectors.derivations);
    expect(inputs).toEqual(vectors.inputs);
  });

  it('S3-18: an envelope follows byte for byte from its random numbers, and opens', async () => {
    const again = envelope(await scripted());
    expect(again).toEqual(vectors.envelope);
    const recipient = crypto.kemFromSecret('exchange-kem', fromHex(vectors.envelope.recipientSecret));
    const opened = openSigned(crypto, 'deposit', recipient.secret, Uint8Array.of(0, 1, 2, 3, 4), fromHex(vectors.envelope.bytes), () => crypto.signingFromSeed(Uint8Array.from({ length: 32 }, (_, index) => index + 2)).publicKey);
    expect(opened?.statement).toEqual(Uint8Array.from({ length: 40 }, (_, index) => index));
  });

  it('S1-08: a chain and a card of this layout are read for ever', () => {
    const chain = verifyChain(crypto, parseChain(crypto, fromHex(vectors.chain)), { now: vectors.now });
    expect(chain.identity).toMatchObject({ name: 'Vera', peerId: vectors.peerId, epoch: 1 });
    expect(chain.instance.instanceId).toBe(vectors.instanceId);
    expect(toHex(encodeChain(chain))).toBe(vectors.chain);
    const card = parseArmouredCard(crypto, vectors.card, vectors.now);
    expect(card).toMatchObject({ time: vectors.now, addresses: [{ host: '192.0.2.7', port: 4711 }] });
    expect(toHex(encodeChain(card.chain))).toBe(vectors.chain);
  });
});
