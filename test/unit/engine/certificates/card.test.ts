import { beforeAll, describe, expect, it } from 'vitest';
import { armourCard, createCard, maxCardBytes, parseArmouredCard, parseCard } from '../../../../electron/engine/certificates/card';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Address } from '../../../../electron/engine/ports';
import { encodeEndorsements } from '../../../../electron/engine/certificates/endorsement-list';
import { encodeChain } from '../../../../electron/engine/certificates/chain';
import { concat, Writer } from '../../../../electron/engine/wire/writer';
import { codeOf, day, flipBit, localPerson, type LocalPerson, now, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
let ann: LocalPerson;
let bob: LocalPerson;
let card: Uint8Array;
const addresses: Address[] = [
  { host: '192.0.2.7', port: 4711 },
  { host: '2001:db8::1', port: 65535 },
  { host: 'keyshift.example.org', port: 1 },
];
beforeAll(async () => {
  crypto = await realCrypto();
  [ann, bob] = [await localPerson(crypto, 'Ann'), await localPerson(crypto, 'Bob')];
  card = createCard(crypto, ann.local, addresses, now);
});

const verdict = (bytes: Uint8Array, at = now) => codeOf(() => parseCard(crypto, bytes, at));

/** A card with these fields in place of the good ones, signed by Ann's device. */
function signedCard(fields: (writer: Writer) => Writer): Uint8Array {
  const signed = fields(new Writer()).finish();
  return concat(signed, crypto.sign('card', ann.local.instance.signing.secret, signed));
}

describe('card', () => {
  it('says who, where, when', () => {
    const read = parseCard(crypto, card, now);
    expect(read).toMatchObject({ addresses, time: now });
    expect(read.bytes).toEqual(card);
    expect(read.chain.identity).toMatchObject({ peerId: ann.local.peerId, name: 'Ann' });
    expect(card.length).toBeLessThan(6 * 1024);
  });

  it('may have no address; more than eight are cut', () => {
    expect(parseCard(crypto, createCard(crypto, ann.local, [], now), now).addresses).toEqual([]);
    const many = Array.from({ length: 12 }, (_, index) => ({ host: `192.0.2.${index}`, port: 9 }));
    expect(parseCard(crypto, createCard(crypto, ann.local, many, now), now).addresses).toEqual(many.slice(0, 8));
  });

  it('A46: a flipped bit of each byte is refused, of the signature every single one', () => {
    // The device signs all bytes before its signature, whichever bit of them: every bit of a signed message, and of what a chain is made of, is flipped by their own tests
    // (primitives, identity-certificate, credential, instance-list). Nothing signs the signature.
    const signed = card.length - 64;
    const bits = [...Array.from({ length: signed }, (_, byte) => byte * 8 + (byte % 8)), ...Array.from({ length: 512 }, (_, bit) => signed * 8 + bit)];
    for (const bit of bits) if (verdict(flipBit(card, bit)) !== 'key.unacceptable') throw new Error(`bit ${bit} went unnoticed`);
  }, 120_000);

  it('truncated, longer, huge: refused', () => {
    for (let length = 0; length < card.length; length += 13) expect(verdict(card.subarray(0, length))).toBe('key.unacceptable');
    expect(verdict(concat(card, new Uint8Array(1)))).toBe('key.unacceptable');
    expect(verdict(new Uint8Array(maxCardBytes + 1))).toBe('key.unacceptable');
  });

  it('a chain cannot be put into a card of somebody else\'s device', () => {
    const stolen = createCard(crypto, { chain: ann.local.chain, instance: bob.local.instance, history: undefined }, addresses, now);
    expect(verdict(stolen)).toBe('key.unacceptable');
  });

  it('holds addresses only: no path, no port 0, no number in disguise, none that is not canonical', () => {
    const chain = encodeChain(ann.local.chain);
    const withAddress = (host: string, port: number) => signedCard((writer) => writer.lp(chain).u64(now).u8(1).text(host).u16(port));
    expect(verdict(withAddress('192.0.2.7', 1))).toBeUndefined();
    expect(verdict(withAddress('192.0.2.7', 0))).toBe('key.unacceptable');
    for (const host of ['', 'a b', 'http://x', '127.1', '0x7f000001', 'EXAMPLE.org', '[::1]', '::0001', 'x/../y', 'a\0b', 'ⓔxample.org']) expect(verdict(withAddress(host, 1)), host).toBe('key.unacceptable');
    const nine = signedCard((writer) => {
      writer.lp(chain).u64(now).u8(9);
      for (let turn = 0; turn < 9; turn += 1) writer.text('192.0.2.7').u16(1);
      return writer;
    });
    expect(verdict(nine)).toBe('key.unacceptable');
  });

  it('from the far future it is refused: it would stay the latest for ever', () => {
    const later = createCard(crypto, ann.local, [], now + 30 * day);
    expect(verdict(later)).toBeUndefined();
    expect(verdict(createCard(crypto, ann.local, [], now + 30 * day + 1))).toBe('key.unacceptable');
  });

  it('its own host must be one', () => {
    expect(() => createCard(crypto, ann.local, [{ host: 'not a host', port: 1 }], now)).toThrow('not an address');
  });
});

describe('card with endorsements', () => {
  const of = (ofKey: readonly (readonly Uint8Array[])[]) => ({ ...ann.local, endorsements: { ofKey } });
  const certificate = (length: number) => new Uint8Array(length).fill(length & 255);
  const full = [[certificate(900), certificate(700)], [certificate(5)], [certificate(1), certificate(2), certificate(3)]];

  it('carries them at its end, signed; without any it is what it always was', () => {
    const carrying = createCard(crypto, of(full), addresses, now);
    expect(parseCard(crypto, carrying, now)).toMatchObject({ addresses, endorsements: full });
    expect(carrying.subarray(0, card.length - 64)).toEqual(card.subarray(0, card.length - 64));
    expect(createCard(crypto, of([]), addresses, now)).toEqual(card);
    expect(parseCard(crypto, card, now)).not.toHaveProperty('endorsements');
    const from = (card.length - 64) * 8;
    for (let bit = from; bit < carrying.length * 8; bit += 11) expect(verdict(flipBit(carrying, bit))).toBe('key.unacceptable');
    // Cut off, the signature would have to be another one.
    expect(verdict(concat(carrying.subarray(0, card.length - 64), carrying.subarray(-64)))).toBe('key.unacceptable');
  });

  it('is laid out as docs/protocol.md says', () => {
    const [leaf, above, other] = [Uint8Array.of(1, 2), Uint8Array.of(3), Uint8Array.of(4)];
    expect([...encodeEndorsements([[leaf, above], [other]])]).toEqual([2, 2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 3, 1, 0, 0, 0, 1, 4]);
    expect(encodeEndorsements([])).toHaveLength(0);
  });

  it('A85: no empty list, no more than three of three, no more than 12 KiB', () => {
    const tail = (write: (writer: Writer) => Writer) => verdict(signedCard((writer) => write(writer.lp(encodeChain(ann.local.chain)).u64(now).u8(0))));
    expect(tail((writer) => writer.u8(1).u8(1).lp(certificate(9)))).toBeUndefined();
    expect(tail((writer) => writer.u8(0))).toBe('key.unacceptable');
    expect(tail((writer) => writer.u8(1).u8(0))).toBe('key.unacceptable');
    expect(tail((writer) => writer.u8(4).fixed(certificate(64)))).toBe('key.unacceptable');
    expect(tail((writer) => writer.u8(1).u8(4).lp(certificate(1)).lp(certificate(1)).lp(certificate(1)).lp(certificate(1)))).toBe('key.unacceptable');
    expect(tail((writer) => writer.u8(1).u8(1).lp(certificate(9)).u8(0))).toBe('key.unacceptable');
    expect(tail((writer) => writer.u8(1).u8(2).lp(certificate(6000)).lp(certificate(6274)))).toBeUndefined();
    expect(tail((writer) => writer.u8(1).u8(2).lp(certificate(6000)).lp(certificate(6279)))).toBe('key.unacceptable');
    expect(() => createCard(crypto, of([...full, [certificate(1)]]), [], now)).toThrow('too many endorsements');
  });
});

describe('what a card says of other devices', () => {
  const statement = (length: number) => new Uint8Array(length).fill(7);
  const tail = (write: (writer: Writer) => Writer) => verdict(signedCard((writer) => write(writer.lp(encodeChain(ann.local.chain)).u64(now).u8(0))));
  const inSection = (content: Uint8Array) => (writer: Writer) => writer.u8(17).lp(content);
  const told = (...statements: Uint8Array[]) => statements.reduce((writer, each) => writer.lp(each), new Writer().u8(statements.length)).finish();

  it('S4-32: stands behind the mailboxes, as it came, the first four of it', () => {
    const [a, b] = [statement(2_000), statement(4_096)];
    const carrying = createCard(crypto, ann.local, addresses, now, 'contact', { mailboxes: [], suspensions: [a, b] });
    expect(parseCard(crypto, carrying, now)).toMatchObject({ addresses, mailboxes: [], suspensions: [a, b] });
    const many = createCard(crypto, ann.local, [], now, 'contact', { suspensions: [1, 2, 3, 4, 5, 6].map(statement) });
    expect(parseCard(crypto, many, now).suspensions).toEqual([1, 2, 3, 4].map(statement));
    expect(createCard(crypto, ann.local, addresses, now, 'anybody', { suspensions: [] })).toEqual(card);
    expect(parseCard(crypto, card, now)).not.toHaveProperty('suspensions');
  });

  it('S4-32: a section of a later kind hides nothing, and one that is not known here is passed over', () => {
    const later = signedCard((writer) => inSection(told(statement(9)))(writer.lp(encodeChain(ann.local.chain)).u64(now).u8(0)).u8(200).lp(statement(50)));
    expect(parseCard(crypto, later, now).suspensions).toEqual([statement(9)]);
    expect(tail((writer) => writer.u8(18).lp(told(statement(9))))).toBeUndefined();
  });

  it('S4-32: none, more than four, a longer one than any, and bytes behind them are refused', () => {
    expect(tail(inSection(told(...[1, 2, 3, 4].map(statement))))).toBeUndefined();
    for (const wrong of [told(), told(...[1, 2, 3, 4, 5].map(statement)), told(statement(4_097)), concat(told(statement(3)), statement(1)), told(statement(3)).subarray(0, -1), statement(0)]) {
      expect(tail(inSection(wrong))).toBe('key.unacceptable');
    }
    expect(tail((writer) => inSection(told(statement(3)))(inSection(told(statement(3)))(writer)))).toBe('key.unacceptable');
    expect(tail((writer) => writer.u8(17).lp(told(statement(3))).u8(16).lp(new Uint8Array(1)))).toBe('key.unacceptable');
  });
});

describe('armoured card', () => {
  it('comes back, also quoted in a mail with other words around it', () => {
    const text = armourCard(card);
    expect(text.split('\n')[0]).toBe('-----BEGIN KEYSHIFT CARD-----');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(64);
    expect(parseArmouredCard(crypto, text, now).bytes).toEqual(card);
    const mail = `Hi,\r\n\r\n${text.replaceAll(/^/gm, '> ').replaceAll('\n', '\r\n')}\r\ngreetings`;
    expect(parseArmouredCard(crypto, mail, now).bytes).toEqual(card);
  });

  it.each([
    ['nothing', () => ''],
    ['no end', () => armourCard(card).slice(0, -10)],
    ['no beginning', () => armourCard(card).slice(10)],
    ['end before beginning', () => '-----END KEYSHIFT CARD----- -----BEGIN KEYSHIFT CARD-----'],
    ['a letter missing', () => armourCard(card).replace('A', '')],
    ['rubbish inside', () => armourCard(card).replace('A', '*')],
    ['a megabyte', () => armourCard(card) + 'x'.repeat(1_000_000)],
  ])('text that is no card is garbled: %s', (_, text) => {
    expect(codeOf(() => parseArmouredCard(crypto, text(), now))).toBe('key.garbled');
  });

  it('a well-formed text of a bad card is unacceptable', () => {
    expect(codeOf(() => parseArmouredCard(crypto, armourCard(flipBit(card, 4000)), now))).toBe('key.unacceptable');
  });
});
