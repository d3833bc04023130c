import { beforeAll, describe, expect, it } from 'vitest';
import vectors from '../../../vectors/session.json';
import { sessionVectors } from '../../../reference/session-vectors';
import { ready } from '../../../reference/session-twin';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import type { InstanceCredential } from '../../../../electron/engine/certificates/credential';
import { selectorOf } from '../../../../electron/engine/session/handshake-message';
import { confirmation, deriveMaster, deriveRxKeys, deriveTxKeys, keyIdOf, type Role } from '../../../../electron/engine/session/key-schedule';
import { isM1Signed, signM1 } from '../../../../electron/engine/session/m1';
import { nonceCopyOf } from '../../../../electron/engine/session/m2';
import { openRecord, sealRecord, startOf } from '../../../../electron/engine/session/records';
import { isInForce, staticPartBytes } from '../../../../electron/engine/session/semi-static';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { FrameReader } from '../../../../electron/engine/wire/frame';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';

const { inputs } = vectors;
let crypto: Crypto;

beforeAll(async () => {
  await ready;
  crypto = await createCrypto({ random: kernelRandom });
});

const transcript = () => ({ m1: crypto.sha256(fromHex(inputs.m1)), m2: crypto.sha256(fromHex(inputs.m2)) });
const nonces = () => ({ sn: crypto.secret('content', fromHex(inputs.sn)), cn: crypto.secret('content', fromHex(inputs.cn)) });
const master = () =>
  deriveMaster(
    crypto,
    { ...nonces(), ephemeral: crypto.secret('shared', fromHex(inputs.dhEphemeral)), semiStatic: crypto.secret('shared', fromHex(inputs.dhSemiStatic)) },
    transcript(),
  );

describe('session vectors', () => {
  it('S3-20 S3-24: the twin computes the stored values', () => {
    expect(sessionVectors()).toEqual(vectors);
  });

  it('S3-12 S3-24: MK and key id', () => {
    const held = master();
    expect(toHex(held.bytes)).toBe(vectors.master);
    expect(toHex(keyIdOf(crypto, held))).toBe(vectors.keyId);
  });

  it('S3-22 S3-25: the keys of both directions, different in every part', () => {
    const [client, server] = vectors.sides;
    for (const part of ['recordKey', 'salt', 'confirmKey', 'startDigest', 'confirm'] as const) expect(client?.[part]).not.toBe(server?.[part]);
  });

  it.each(vectors.sides.map((side) => [side.role, side] as const))('S3-05 S3-20 A52: confirmation and records of the %s', (name, side) => {
    const role: Role = name === 'client' ? 'client' : 'server';
    const owner = { identity: { subject: fromHex(side.subject), fingerprint: fromHex(side.fingerprint) }, instanceHash: fromHex(side.instanceHash) };
    const tx = deriveTxKeys(crypto, master(), role, owner, transcript());
    const rx = deriveRxKeys(crypto, master(), role, owner, transcript());
    expect(toHex(tx.record.bytes)).toBe(side.recordKey);
    expect(toHex(tx.salt)).toBe(side.salt);
    expect(toHex(tx.confirm.bytes)).toBe(side.confirmKey);
    expect(toHex(tx.startDigest)).toBe(side.startDigest);
    const confirm = confirmation(crypto, tx, role, nonces(), transcript());
    expect(toHex(confirm)).toBe(side.confirm);

    let [sent, received] = [startOf(tx), startOf(rx)];
    const plaintexts = [fromHex(`0100000020${side.confirm}`), ...inputs.applicationRecords.map((record) => fromHex(record))];
    for (const [at, plaintext] of plaintexts.entries()) {
      const sealed = sealRecord(crypto, tx, sent, plaintext);
      expect(toHex(sealed.frame)).toBe(side.records[at]);
      expect(toHex(sealed.next.digest)).toBe(side.digests[at]);
      const reader = new FrameReader();
      reader.push(sealed.frame);
      const frame = reader.next();
      const opened = frame && openRecord(crypto, rx, received, frame);
      expect(opened?.plaintext).toEqual(plaintext);
      expect(opened?.next).toEqual(sealed.next);
      sent = sealed.next;
      received = opened?.next ?? received;
    }
  });

  it('S3-02: selector and copy of CN', () => {
    const { credentialHash, envelope, selector } = vectors.selector;
    expect(toHex(selectorOf(crypto, fromHex(credentialHash), fromHex(envelope)))).toBe(selector);
    expect(toHex(nonceCopyOf(crypto, nonces().cn))).toBe(vectors.nonceCopy);
  });

  it('S3-29: the fresh signature of M1', () => {
    const { seed, signingKey, peerId, share, m1 } = vectors.signatures;
    const binding = {
      recipient: peerIdFromBytes(fromHex(peerId)),
      recipientCredentialHash: fromHex(m1.recipientCredentialHash),
      kemCiphertextHash: fromHex(m1.kemCiphertextHash),
      share: fromHex(share),
      chainHash: fromHex(m1.chainHash),
    };
    const pair = crypto.signingFromSeed(fromHex(seed));
    expect(toHex(signM1(crypto, pair.secret, binding, fromHex(m1.statement)))).toBe(m1.signature);
    expect(isM1Signed(crypto, fromHex(signingKey), binding, fromHex(m1.statement), fromHex(m1.signature))).toBe(true);
    for (const field of ['recipientCredentialHash', 'kemCiphertextHash', 'share', 'chainHash'] as const) {
      const other = { ...binding, [field]: new Uint8Array(32) };
      expect(isM1Signed(crypto, fromHex(signingKey), other, fromHex(m1.statement), fromHex(m1.signature))).toBe(false);
    }
  });

  it('S3-19 A50: the reusable signature of M2 and the time it is in force', () => {
    const { signingKey, peerId, share, m2Static } = vectors.signatures;
    // Only what the check reads.
    const signer = { peerId: peerIdFromBytes(fromHex(peerId)), hash: fromHex(m2Static.instanceHash), signingKey: fromHex(signingKey) } as InstanceCredential;
    const part = { share: fromHex(share), notBefore: m2Static.notBefore, notAfter: m2Static.notAfter };
    const signature = fromHex(m2Static.signature);
    const hour = 3_600_000;
    expect(toHex(staticPartBytes(part))).toBe(m2Static.part);
    const at = (now: number): boolean => isInForce(crypto, part, signature, signer, now);
    expect(at(part.notBefore)).toBe(true);
    expect(at(part.notAfter + 12 * hour)).toBe(true);
    expect(at(part.notAfter + 12 * hour + 1)).toBe(false);
    expect(at(part.notBefore - 12 * hour - 1)).toBe(false);
    expect(at(part.notAfter + 365 * 24 * hour)).toBe(false);
    expect(isInForce(crypto, { ...part, notAfter: part.notAfter + 1 }, signature, signer, part.notBefore)).toBe(false);
    expect(isInForce(crypto, { ...part, share: new Uint8Array(32) }, signature, signer, part.notBefore)).toBe(false);
    expect(isInForce(crypto, part, signature, { ...signer, hash: new Uint8Array(32) }, part.notBefore)).toBe(false);
  });
});
