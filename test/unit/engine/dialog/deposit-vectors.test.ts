import { beforeAll, describe, expect, it } from 'vitest';
import { parseChain } from '../../../../electron/engine/certificates/chain';
import type { LocalParty } from '../../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { encodeDeposit, openDeposit } from '../../../../electron/engine/dialog/deposit';
import { encodeEnvelopeFile, parseEnvelopeFile } from '../../../../electron/engine/dialog/envelope-file';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { peerIdFromBytes, peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { ready } from '../../../reference/dialog-twin';
import * as twin from '../../../reference/deposit-twin';
import { depositVectors } from '../../../reference/deposit-vectors';
import { newPair, testCrypto } from '../../../support/dialog-kit';
import { depositsFor } from '../../../support/deposit-kit';
import { scriptedCrypto } from '../../../support/scripted-crypto';
import vectors from '../../../vectors/deposit.json';

const { sender, recipient, deposits } = vectors;

/** The recipient of the vectors, as far as opening reads it. */
function recipientOf(crypto: Crypto): LocalParty {
  const kem = crypto.kemFromSecret('exchange-kem', fromHex(recipient.exchangeSecret)).secret;
  const held = { credential: { hash: fromHex(recipient.credentialHash) }, kem };
  return {
    peerId: peerIdFromBytes(fromHex(recipient.peerId)),
    instanceId: '0'.repeat(32),
    instance: { credential: { signingKey: new Uint8Array(32) } },
    exchange: { current: held, all: () => [held], find: () => undefined },
  } as unknown as LocalParty; // nothing else is looked at before the sender's chain is known
}

describe('the vectors of a deposit', () => {
  beforeAll(() => ready);

  it('S1-48: the slow twin computes exactly what is written down', () => {
    expect(depositVectors(sender)).toEqual(vectors);
  });

  it.each(deposits.map((each) => [each.selector, each] as const))('S1-08 S3-18: the engine makes %s byte for byte from its random numbers, and opens it', async (_selector, each) => {
    const crypto = await scriptedCrypto(fromHex(each.contentKey), fromHex(each.encapsulationCoins));
    const local = recipientOf(crypto);
    const made = encodeDeposit(crypto, {
      chain: fromHex(sender.chain),
      message: fromHex(each.message),
      signing: crypto.signingFromSeed(fromHex(sender.signingSeed)).secret,
      recipient: { peerId: local.peerId, credentialHash: fromHex(recipient.credentialHash), kemKey: crypto.kemPublicKey(local.exchange.current.kem) },
    });
    expect(toHex(made)).toBe(each.deposit);
    const spkiHash = parseChain(crypto, fromHex(sender.chain)).identity.spkiHash;
    const peers = { pinned: (peerId: string) => (peerId === sender.peerId ? { spkiHash, blocked: false } : undefined) };
    const opened = openDeposit({ crypto, local, peers, mayDecapsulate: () => true, now: sender.now }, fromHex(each.deposit));
    expect(opened).toMatchObject({ kind: 'opened', source: { identity: { name: 'Vera', peerId: sender.peerId } } });
    expect(opened.kind === 'opened' && toHex(opened.message)).toBe(each.message);
  });

  it('S1-48: … and the same file of both', async () => {
    const crypto = await testCrypto();
    const both = deposits.map((each) => fromHex(each.deposit));
    const file = encodeEnvelopeFile(crypto, both);
    expect(toHex(file.subarray(-32))).toBe(vectors.fileHash);
    expect(Buffer.from(file)).toEqual(twin.envelopeFile(both.map((each) => Buffer.from(each))));
    expect(parseEnvelopeFile(crypto, twin.envelopeFile(both.map((each) => Buffer.from(each)))).map(toHex)).toEqual(deposits.map((each) => each.deposit));
  });

  it('S1-48: the twin opens what the engine sends, and finds the canonical bytes', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'Holiday' });
    alice.say(bob, dialogId, 'one');
    const { kem, credential } = bob.person.local.exchange.current;
    const keys = { peerId: Buffer.from(peerIdToBytes(bob.peerId)), credentialHash: Buffer.from(credential.hash), kemPublic: credential.kemKey, kemSecret: kem.bytes };
    const opened = depositsFor(alice, bob).map((each) => twin.openDeposit(Buffer.from(each), keys, twin.signerInChain));
    expect(opened.map(({ message }) => toHex(message))).toEqual(alice.pending(bob).map(toHex));
  });
});
