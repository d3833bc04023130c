import { beforeAll, describe, expect, it } from 'vitest';
import { parseCard } from '../../../../electron/engine/certificates/card';
import { encodeKeyHistory, parseKeyHistory, verifyKeyHistory } from '../../../../electron/engine/certificates/key-history';
import { parseKeyLink, verifyKeyLink } from '../../../../electron/engine/certificates/key-link';
import { parseRecovery, verifyRecovery } from '../../../../electron/engine/certificates/recovery-statement';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { parsePeerId } from '../../../../electron/engine/wire/ids';
import * as twin from '../../../reference/identity-twin';
import * as reader from '../../../reference/second-reader.mjs';
import * as second from '../../../reference/second-identity-reader.mjs';
import { realCrypto } from '../../../support/foundation-kit';
import { fixedKey } from '../../../support/rsa-keys';
import vectors from '../../../vectors/identity.json';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const key = (epoch: number) => {
  const found = vectors.keys.find((each) => each.epoch === epoch);
  if (!found) throw new Error('five keys');
  return { ...found, spki: fromHex(found.spki) };
};
const [recovery] = vectors.recoveries;
const long = vectors.histories.at(-1);
if (!recovery || !long) throw new Error('one of each');

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
  await reader.ready;
});

describe('vectors of keys that follow each other', () => {
  it('S5-32: a link is read, made of its fields again, and signed by both keys', () => {
    for (const each of vectors.links) {
      const link = parseKeyLink(crypto, fromHex(each.bytes));
      const { oldEpoch, epoch, time, purpose } = each;
      expect(link).toMatchObject({ peerId: vectors.peerId, oldEpoch, epoch, time, purpose });
      expect(() => verifyKeyLink(crypto, link, key(oldEpoch).spki)).not.toThrow();
      const fields = { peerId: bytes(vectors.peerIdBytes), oldEpoch, oldHash: bytes(each.oldSpkiHash), epoch, spki: bytes(each.spki), time, purpose: purpose === 'routine' ? 0 : 1 };
      expect(toHex(twin.linkBody(fields))).toBe(toHex(link.body));
      const read = second.readLink(bytes(each.bytes));
      read.by(Buffer.from(key(oldEpoch).spki));
      expect([read.epoch, read.purpose, read.spki.toString('hex')]).toEqual([epoch, purpose, each.spki]);
    }
  });

  it('S5-22 A73: a recovery statement likewise', () => {
    const statement = parseRecovery(crypto, fromHex(recovery.bytes));
    const { epoch, time } = recovery;
    expect(statement).toMatchObject({ peerId: vectors.peerId, epoch, time });
    expect(() => verifyRecovery(crypto, statement, fromHex(vectors.recovery.hash))).not.toThrow();
    const fields = { peerId: bytes(vectors.peerIdBytes), recoveryKey: bytes(recovery.recoveryKey), epoch, spki: bytes(recovery.spki), revoked: recovery.revoked.map(bytes), time };
    expect(toHex(twin.recoveryBody(fields))).toBe(toHex(statement.body));
    expect(toHex(crypto.signingFromSeed(fromHex(vectors.recovery.seed)).publicKey)).toBe(recovery.recoveryKey);
    expect(second.readRecovery(bytes(recovery.bytes)).revoked.map((each) => each.toString('hex'))).toEqual(recovery.revoked);
    expect(recovery.revoked.toSorted()).toEqual([1, 2, 3].map((each) => key(each).spkiHash).toSorted());
  });

  it.each(vectors.histories)('S5-18: a history proves the peer id at epoch $epoch, to both readers', ({ epoch, bytes: hex }) => {
    const history = parseKeyHistory(crypto, fromHex(hex));
    expect(verifyKeyHistory(crypto, parsePeerId(vectors.peerId), history, key(epoch)).epoch).toBe(epoch);
    expect(toHex(encodeKeyHistory(history))).toBe(hex);
    const list = history.elements.map(({ kind, bytes: each }) => ({ kind: kind === 'link' ? 1 : 2, bytes: each }));
    expect(toHex(twin.historyOf(bytes(vectors.firstCertificate), twin.elementsOf(list)))).toBe(hex);
    const read = second.readHistory(bytes(hex));
    expect([read.peerId.toString('hex'), read.epoch, read.spkiHash.toString('hex'), read.committed.toString('hex')]).toEqual([vectors.peerIdBytes, epoch, key(epoch).spkiHash, vectors.recovery.hash]);
  });

  it('S5-23: a card with a history is read for ever; without it only under a pin', () => {
    const card = parseCard(crypto, fromHex(vectors.card), vectors.now);
    expect(card).toMatchObject({ chain: { identity: { peerId: vectors.peerId, epoch: 5 } }, addresses: [{ host: '192.0.2.7', port: 4711 }] });
    expect(second.readLaterCard(bytes(vectors.card), vectors.now)).toMatchObject({ proven: { epoch: 5, kinds: [2, 1] }, time: vectors.now, addresses: [{ host: '192.0.2.7', port: 4711 }] });
    const short = fromHex(vectors.cardForContacts);
    expect(() => parseCard(crypto, short, vectors.now)).toThrow('history');
    expect(parseCard(crypto, short, vectors.now, { pinnedSpkiHash: fromHex(key(5).spkiHash) }).chain.identity.epoch).toBe(5);
  });

  it('A74: the fixed keys of the tests are those of the vectors', () => {
    expect(vectors.keys.map(({ spki }) => spki)).toEqual([0, 1, 2, 3, 4].map((index) => toHex(fixedKey(index).spki)));
  });
});
