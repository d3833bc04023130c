import { beforeAll, describe, expect, it } from 'vitest';
import { type AuthorityCertificate, parseAuthorityCertificate, signatureMemory } from '../../../../electron/engine/certificates/x509/authority-certificate';
import { AuthorityPool } from '../../../../electron/engine/certificates/x509/authority-pool';
import { isFor, parseEndorsement } from '../../../../electron/engine/certificates/x509/endorsement';
import { isLater, isListOf, parseRevocationList } from '../../../../electron/engine/certificates/x509/revocation-list';
import { isSignedBy } from '../../../../electron/engine/certificates/x509/signature';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { parsePeerId } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { organisationVectors } from '../../../second/organisation-vectors.mjs';
import { realCrypto } from '../../../support/foundation-kit';
import { fixedKey, keyOfBits } from '../../../support/rsa-keys';
import identity from '../../../vectors/identity.json';
import vectors from '../../../vectors/organisations.json';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const named = (all: Readonly<Record<string, string>>, name: string): Uint8Array => {
  const found = all[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return bytesOf(found);
};
const authorityOf = (name: string): AuthorityCertificate => parseAuthorityCertificate(crypto, named(vectors.authorities, name));
const listOf = (name: string) => parseRevocationList(named(vectors.lists, name));
const who = () => ({ peerId: parsePeerId(vectors.peerId), spki: bytesOf(vectors.spki) });
/** As an import does: whose list it is follows from name and signature. */
const withIssuer = (name: string) => {
  const list = listOf(name);
  const of = Object.keys(vectors.authorities).map(authorityOf).find((each) => isListOf(crypto, list, each));
  if (of === undefined) throw new Error(`nobody’s list: ${name}`);
  return { of, list };
};

describe('the vectors of organisations', () => {
  it('A46: a second hand writes exactly what is written down', () => {
    expect(organisationVectors(identity, [...[0, 1].map((index) => fixedKey(index).privateKey.key), keyOfBits('2048')])).toEqual(vectors);
  });

  it('A46 A75: a key is vouched for over these ways and no others, as long as is written down', () => {
    for (const { name, leaf, imported, carried, lists, at, until } of vectors.paths) {
      const endorsement = parseEndorsement(crypto, [named(vectors.leaves, leaf), ...carried.map((each) => named(vectors.authorities, each))]);
      expect([name, isFor(endorsement, who())]).toEqual([name, true]);
      const judged = new AuthorityPool(crypto, signatureMemory(), imported.map(authorityOf), lists.map(withIssuer)).judge(endorsement, at);
      expect([name, judged.vouched ? judged.until : null]).toEqual([name, until]);
    }
  });

  it('A46: a list is of the authority that made it and may, and takes the place of an earlier one only', () => {
    for (const { list, authority, counts } of vectors.listsOf) expect([list, authority, isListOf(crypto, listOf(list), authorityOf(authority))]).toEqual([list, authority, counts]);
    for (const { next, known, replaces } of vectors.replacing) expect([next, known, isLater(listOf(next), listOf(known))]).toEqual([next, known, replaces]);
  });

  it('A46 A75 A85: what is wrong with a certificate or a list is refused', () => {
    for (const name of Object.keys(vectors.authorities)) {
      const authority = authorityOf(name);
      expect([name, !authority.isRoot || isSignedBy(crypto, authority, authority.key)]).toEqual([name, true]);
    }
    for (const { name, bytes } of vectors.bad.authorities) {
      const read = () => {
        const authority = parseAuthorityCertificate(crypto, bytesOf(bytes));
        if (authority.isRoot && !isSignedBy(crypto, authority, authority.key)) throw new WireError('a root that did not sign itself');
      };
      expect(read, name).toThrow(WireError);
    }
    for (const [name, bytes] of Object.entries(vectors.leaves)) expect([name, isFor(parseEndorsement(crypto, [bytesOf(bytes)]), who())]).toEqual([name, true]);
    for (const { name, bytes } of vectors.bad.leaves) {
      const read = () => {
        if (!isFor(parseEndorsement(crypto, [bytesOf(bytes)]), who())) throw new WireError('of another key or person');
      };
      expect(read, name).toThrow(WireError);
    }
    for (const { name, bytes } of vectors.bad.lists) expect(() => parseRevocationList(bytesOf(bytes)), name).toThrow(WireError);
  });
});
