import { beforeAll, describe, expect, it } from 'vitest';
import { armourCard, parseArmouredCard } from '../../../../electron/engine/certificates/card';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { formatIpv4, formatIpv6, formatOnion, parseHost } from '../../../../electron/engine/identity/host';
import { encodeInvitation, parseInvitation } from '../../../../electron/engine/identity/invitation-link';
import { encodeSafetyCode, parseSafetyCode } from '../../../../electron/engine/identity/safety-code';
import { instanceIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { SocksRefusal } from '../../../../electron/network/dial-error';
import { socksTalk } from '../../../../electron/network/socks-handshake';
import { textVectors } from '../../../second/text-vectors.mjs';
import { codeOf, realCrypto } from '../../../support/foundation-kit';
import vectors from '../../../vectors/texts.json';
import ways from '../../../vectors/ways.json';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await realCrypto();
});

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const kinds = ['ipv4', 'ipv6', 'name', 'onion'];
const { link } = vectors.links;
const base = () => ({ peerId: peerIdFromBytes(bytesOf(link.peerId)), instanceId: instanceIdFromBytes(bytesOf(link.instanceId)), secret: bytesOf(link.secret), expiresAt: link.expiry * 1000 });
const partyOf = ({ peerId, spkiHash }: { peerId: string; spkiHash: string }) => ({ peerId: peerIdFromBytes(bytesOf(peerId)), spkiHash: bytesOf(spkiHash) });

describe('the vectors of texts', () => {
  it('a second hand writes exactly what is written down', () => {
    expect(textVectors(ways.card.bytes)).toEqual(vectors);
  });

  it('a host has one text and one form in bytes, and what is no host has none', () => {
    for (const { text, kind, bytes } of vectors.hosts.good) {
      const host = parseHost(text);
      if (host === undefined) throw new Error(`no host: ${text}`);
      const format = { ipv4: formatIpv4, ipv6: formatIpv6, onion: formatOnion };
      const written = host.kind === 'name' ? `${Buffer.of(text.length).toString('hex')}${Buffer.from(text).toString('hex')}` : hexOf(host.bytes);
      expect([host.kind, host.text, written]).toEqual([kinds[kind - 1], text, bytes]);
      if (host.kind !== 'name') expect(format[host.kind](host.bytes)).toBe(text);
    }
    // Read from a person such a text may be taken, but it is written otherwise; where the protocol carries it, it is refused.
    for (const { name, text } of vectors.hosts.bad) expect(parseHost(text)?.text, name).not.toBe(text);
  });

  it('S5-23: links are these, whatever a mail program put between, and what is wrong has its code', () => {
    for (const { name, addresses, text } of vectors.links.good) {
      expect([name, encodeInvitation(crypto, { ...base(), addresses })]).toEqual([name, text]);
      expect(parseInvitation(crypto, text), name).toEqual({ ...base(), addresses });
    }
    for (const { text, is } of vectors.links.asTyped) expect(parseInvitation(crypto, text)).toEqual(parseInvitation(crypto, is));
    for (const { name, code, text } of vectors.links.bad) expect([name, codeOf(() => parseInvitation(crypto, text))]).toEqual([name, code]);
  });

  it('S5-23: a safety code is read in capitals and small letters, and nothing else is one', () => {
    const { shower, reader, text, asTyped, bad } = vectors.safety;
    const code = { shower: partyOf(shower), reader: partyOf(reader) };
    expect(encodeSafetyCode(code)).toBe(text);
    for (const each of [text, ...asTyped]) expect(parseSafetyCode(each)).toEqual(code);
    for (const { name, text: wrong } of bad) expect(parseSafetyCode(wrong), name).toBeUndefined();
  });

  it('S5-23: a card as text is found in a mail', () => {
    const { text, asMailed, bad } = vectors.card;
    expect(armourCard(bytesOf(ways.card.bytes))).toBe(text);
    for (const each of [text, asMailed]) expect(hexOf(parseArmouredCard(crypto, each, ways.sender.now).bytes)).toBe(ways.card.bytes);
    for (const { name, text: wrong } of bad) expect([name, codeOf(() => parseArmouredCard(crypto, wrong, ways.sender.now))]).toEqual([name, 'key.garbled']);
  });

  it('S3-26: a proxy hears exactly this, and each of its answers comes to what is written down', () => {
    const talk = ({ host, port }: { host: string; port: number }, answers: Buffer): { readonly said: string[]; readonly outcome: string } => {
      const to = parseHost(host);
      if (to === undefined) throw new Error(`no host: ${host}`);
      const said: string[] = [];
      const steps = socksTalk({ host: to, port }, vectors.proxy.login);
      let at = 0;
      let heard = new Uint8Array(0);
      try {
        for (let step = steps.next(heard); step.done !== true; step = steps.next(heard)) {
          if (step.value === 'asked') continue;
          if ('say' in step.value) said.push(hexOf(step.value.say));
          else {
            heard = Uint8Array.from(answers.subarray(at, at + step.value.hear));
            at += step.value.hear;
          }
        }
      } catch (error) {
        if (!(error instanceof SocksRefusal)) throw error;
        return { said, outcome: error.reason };
      }
      expect(at).toBe(answers.length);
      return { said, outcome: 'reached' };
    };
    const reached = Buffer.from((vectors.proxy.talks[0]?.answers ?? []).join(''), 'hex');
    for (const { host, port, said } of vectors.proxy.asked) expect([host, talk({ host, port }, reached)]).toEqual([host, { said, outcome: 'reached' }]);
    for (const { name, answers, outcome } of vectors.proxy.talks) expect([name, talk({ host: 'a.example', port: 1 }, Buffer.from(answers.join(''), 'hex')).outcome]).toEqual([name, outcome]);
  });
});
