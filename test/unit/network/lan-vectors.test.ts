import { describe, expect, it } from 'vitest';
import { createCrypto } from '../../../electron/engine/crypto/create-crypto';
import { lanTag, lanTagKey, matchesLanTag } from '../../../electron/engine/exchange/lan-tag';
import { fromHex, toBase64url, toHex } from '../../../electron/engine/wire/encoding';
import { announcementPacket, goodbyePacket, questionPacket, readPacket } from '../../../electron/network/mdns/packets';
import * as reader from '../../reference/second-reader.mjs';
import vectors from '../../vectors/lan.json';

const { inputs, tag, packets } = vectors;
const hashes = inputs.exchangeHashes.map(fromHex);
/** Gives the vector's nonce first, then what fills the place of a credential that is not there. */
const scripted = () => {
  let asked = 0;
  return createCrypto({ random: { bytes: (length) => ((asked += 1) === 1 ? fromHex(inputs.nonce) : new Uint8Array(length).fill(asked)) } });
};

describe('what contacts recognise each other by', () => {
  it('the tag is what it was, and what the document says', async () => {
    expect(toHex(lanTag(await scripted(), hashes))).toBe(tag.bytes);
    expect(toBase64url(fromHex(tag.bytes))).toBe(tag.text);
    const nonce = Buffer.from(inputs.nonce, 'hex');
    const parts = inputs.exchangeHashes.map((hash) => reader.hmac(reader.hash(reader.label('lan-tag'), Buffer.from(hash, 'hex')), nonce).subarray(0, 8));
    expect(Buffer.concat([nonce, ...parts]).toString('hex')).toBe(tag.bytes);
  });

  it('LAN: recognised by this week’s credential and last week’s, by no other, and never the same twice', async () => {
    const crypto = await createCrypto({ random: { bytes: (length) => new Uint8Array(Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(length)))) } });
    const [newest, before] = hashes;
    if (newest === undefined || before === undefined) throw new Error('the vector has two');
    const older = new Uint8Array(32).fill(9);
    const both = lanTag(crypto, [newest, before, older]);
    const matches = (bytes: Uint8Array) => [newest, before, older].map((hash) => matchesLanTag(crypto, bytes, lanTagKey(crypto, hash)));
    expect(matches(both)).toEqual([true, true, false]);
    const alone = lanTag(crypto, [newest]);
    expect(alone).toHaveLength(both.length);
    expect(matches(alone)).toEqual([true, false, false]);
    // Nobody sees that there is one only.
    expect(matchesLanTag(crypto, alone, new Uint8Array(32))).toBe(false);
    expect(toHex(lanTag(crypto, [newest])).slice(0, 16)).not.toBe(toHex(alone).slice(0, 16));
    const changed = both.slice();
    for (const at of [0, 8, 16]) changed[at] = (changed[at] ?? 0) ^ 1;
    expect(matches(changed)).toEqual([false, false, false]);
    expect([new Uint8Array(0), both.subarray(1), new Uint8Array(25)].map(matches)).toEqual([1, 2, 3].map(() => [false, false, false]));
  });

  it('the packets are what they were, and are read', () => {
    const announced = { ...inputs.announced, kind: 'contacts', facts: { v: '2', t: tag.text } } as const;
    expect(announcementPacket(announced, inputs.address).toString('hex')).toBe(packets.announcement);
    expect(goodbyePacket(announced).toString('hex')).toBe(packets.goodbye);
    expect(questionPacket('contacts').toString('hex')).toBe(packets.question);
    const { name, port } = inputs.announced;
    expect(readPacket(Buffer.from(packets.announcement, 'hex'))?.services).toEqual([{ kind: 'contacts', name, offer: { seconds: 120, port, facts: announced.facts } }]);
  });
});
