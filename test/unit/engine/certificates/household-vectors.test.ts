import { beforeAll, describe, expect, it } from 'vitest';
import { parseCard } from '../../../../electron/engine/certificates/card';
import { parseSuspension } from '../../../../electron/engine/certificates/suspension';
import { isIssuedBy, parseAuthorityCertificate, signatureMemory } from '../../../../electron/engine/certificates/x509/authority-certificate';
import { isFor, parseEndorsement } from '../../../../electron/engine/certificates/x509/endorsement';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { openSigned } from '../../../../electron/engine/crypto/sealed-envelope';
import { KeyshiftError } from '../../../../shared/errors';
import { ready } from '../../../reference/dialog-twin';
import { householdVectors } from '../../../reference/household-vectors';
import { realCrypto } from '../../../support/foundation-kit';
import deposit from '../../../vectors/deposit.json';
import vectors from '../../../vectors/household.json';

let crypto: Crypto;
beforeAll(async () => {
  await ready;
  crypto = await realCrypto();
});

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const hexOf = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('hex');

describe('the vectors of what a person’s devices and organisations sign', () => {
  it('S4-26: a second hand lays out exactly what is written down', () => {
    expect(householdVectors(deposit.sender)).toEqual(vectors);
  });

  it('S4-27: one device stops another', () => {
    const { bytes, stopped, listVersion, time, bad, unsigned } = vectors.suspension;
    const isSigned = (text: string): boolean => {
      const { issuer, body, signature } = parseSuspension(crypto, bytesOf(text));
      return crypto.verify('suspension', issuer.signingKey, body, signature);
    };
    expect(parseSuspension(crypto, bytesOf(bytes))).toMatchObject({ suspended: stopped, by: vectors.by, listVersion, time });
    expect(isSigned(bytes)).toBe(true);
    for (const one of bad) expect(() => parseSuspension(crypto, bytesOf(one.bytes)), one.name).toThrow(KeyshiftError);
    for (const one of unsigned) expect([one.name, isSigned(one.bytes)]).toEqual([one.name, false]);
  });

  it('S4-26: the identity key moves', () => {
    const { move, closed, packed, transferKey, receiver, release, kemSecret, statement, bad } = vectors.move;
    const kem = crypto.kemFromSecret('instance-kem', bytesOf(kemSecret));
    const context = bytesOf(`06${vectors.peerId}${vectors.by}${receiver}`);
    const { issuer } = parseSuspension(crypto, bytesOf(vectors.suspension.bytes));
    const open = (text: string) => hexOf(openSigned(crypto, 'upkeep', kem.secret, context, bytesOf(text), () => issuer.signingKey)?.statement);
    expect(open(release)).toBe(statement);
    for (const one of bad) expect([one.name, open(one.bytes)]).toEqual([one.name, undefined]);
    const key = crypto.secret('content', bytesOf(transferKey));
    expect(hexOf(crypto.open('certifier-move', key, undefined, bytesOf(move), bytesOf(closed)))).toBe(packed);
    expect(crypto.open('certifier-move', key, undefined, bytesOf(receiver), bytesOf(closed))).toBeUndefined();
  });

  it('A14 A75: an organisation vouches for a key, in a card', () => {
    const { root, card, bad } = vectors.endorsement;
    const authority = parseAuthorityCertificate(crypto, bytesOf(root));
    const vouched = (text: string): boolean => {
      const { chain, endorsements } = parseCard(crypto, bytesOf(text), deposit.sender.now);
      const [first = []] = endorsements ?? [];
      const endorsement = parseEndorsement(crypto, first);
      return isFor(endorsement, { peerId: chain.identity.peerId, spki: chain.identity.spki }) && isIssuedBy(crypto, endorsement.leaf, authority, signatureMemory());
    };
    expect(vouched(card)).toBe(true);
    for (const one of bad) expect(() => parseCard(crypto, bytesOf(one.bytes), deposit.sender.now), one.name).toThrow();
    for (const one of vectors.endorsement.void) expect([one.name, vouched(one.bytes)]).toEqual([one.name, false]);
  });
});
