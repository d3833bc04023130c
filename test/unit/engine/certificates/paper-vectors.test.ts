import { beforeEach, describe, expect, it } from 'vitest';
import { parseCard } from '../../../../electron/engine/certificates/card';
import { parseChain, verifyChain } from '../../../../electron/engine/certificates/chain';
import { parseIdentityCertificate } from '../../../../electron/engine/certificates/identity-certificate';
import { followKeyLinks, parseKeyElements, parseKeyHistory, verifyKeyHistory } from '../../../../electron/engine/certificates/key-history';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { spkiHash } from '../../../../electron/engine/identity/peer-id';
import { fromHex } from '../../../../electron/engine/wire/encoding';
import { parsePeerId } from '../../../../electron/engine/wire/ids';
import { Writer } from '../../../../electron/engine/wire/writer';
import { paperVectors } from '../../../second/paper-vectors.mjs';
import { codeOf, realCrypto } from '../../../support/foundation-kit';
import { fixedKey, keyOfBits } from '../../../support/rsa-keys';
import { changed } from '../../../vectors/changed.mjs';
import vectors from '../../../vectors/certificates.json';
import identity from '../../../vectors/identity.json';

interface Part {
  readonly same: number;
  readonly bytes: string;
}
const { now, chains, cards } = vectors;
const peerId = parsePeerId(vectors.peerId);
const written = (text: string): string => text.replace(/\((..)\*(\d+)\)/g, (_all, byte: string, times: string) => byte.repeat(Number(times)));
const inFull = ({ same, bytes }: Part, good: string): Uint8Array => fromHex(good.slice(0, same * 2) + written(bytes));
const key = (epoch: number): Uint8Array => {
  const found = vectors.keys.find((each) => each.epoch === epoch);
  if (!found) throw new Error(`no key ${epoch}`);
  return fromHex(found.spki);
};
const partNames = ['identity', 'list', 'instance', 'exchange', 'issuer'] as const;
const chainOf = (parts: Partial<Record<(typeof partNames)[number], Part>>): Uint8Array =>
  partNames.reduce((writer, name) => writer.lp(inFull(parts[name] ?? { same: 0, bytes: chains.good[name] }, chains.good[name])), new Writer()).finish();

/** Anew for each test: what passed once is not judged again. */
let crypto: Crypto;
beforeEach(async () => {
  crypto = await realCrypto();
});

/** What each case of a list comes to, beside what is written down. */
const verdicts = <T extends { readonly name: string; readonly code?: string }>(all: readonly T[], judge: (one: T) => unknown) => ({
  are: all.map((one) => [one.name, codeOf(() => judge(one)) ?? 'taken']),
  shouldBe: all.map(({ name, code }) => [name, code ?? 'taken']),
});

describe('the vectors of papers', () => {
  it('S5-01: a second hand writes exactly what is written down', { timeout: 120_000 }, () => {
    const lengths = { 2048: keyOfBits('2048'), 3064: keyOfBits('3064'), 4096: keyOfBits('4096'), 4104: keyOfBits('4104') };
    expect(paperVectors(identity, [0, 1, 2, 3, 4, 9].map((index) => fixedKey(index).privateKey.key), lengths)).toEqual(vectors);
  });

  it('S5-01 A14 A46 A85: certificates at every bound, and with one thing wrong', () => {
    const { good, bad } = vectors.certificates;
    const { are, shouldBe } = verdicts<{ name: string; code?: string; bytes: string }>([...good, ...bad], ({ bytes }) => parseIdentityCertificate(crypto, fromHex(written(bytes))));
    expect(are).toEqual(shouldBe);
  });

  it('S3-15 A46 A49: chains of which one part is another', () => {
    const { are, shouldBe } = verdicts(chains.chains, ({ parts, ...more }) => {
      const pinned = 'pinned' in more && more.pinned !== undefined ? { pinnedSpkiHash: fromHex(more.pinned) } : {};
      return verifyChain(crypto, parseChain(crypto, chainOf(parts)), { now, ...pinned, mayLapse: 'lapsed' in more && more.lapsed === true });
    });
    expect(are).toEqual(shouldBe);
    const good = chainOf({});
    for (const { name, ...how } of chains.layouts) expect([name, codeOf(() => parseChain(crypto, new Uint8Array(changed(good, how))))]).toEqual([name, 'key.unacceptable']);
  });

  it('S5-22 S5-32 A72 A73 A74 A75: keys that follow each other, and where they lead', () => {
    const committed = fromHex(identity.recovery.hash);
    const ends: unknown[] = [];
    const { are, shouldBe } = verdicts(vectors.ways, ({ from, elements }) => {
      const writer = new Writer().u16(elements.length);
      for (const { kind, ...part } of elements) writer.u8(kind).lp(inFull(part, kind === 1 ? vectors.elements[1] : vectors.elements[2]));
      const recovered = 'r' in from && from.r !== undefined ? { recovered: from.r } : {};
      const head = followKeyLinks(crypto, peerId, { epoch: from.epoch, spki: key(from.epoch), ...recovered }, parseKeyElements(crypto, writer.finish()), committed);
      ends.push([head.epoch, spkiHash(crypto, head.spki)]);
    });
    expect(are).toEqual(shouldBe);
    expect(ends).toEqual(vectors.ways.flatMap((one) => ('to' in one && one.to !== undefined ? [[one.to, spkiHash(crypto, key(one.to))]] : [])));
  });

  it('S5-18: histories, and what proves nothing', () => {
    const { are, shouldBe } = verdicts(vectors.histories, (one) => verifyKeyHistory(crypto, peerId, parseKeyHistory(crypto, inFull(one, vectors.goodHistory)), { epoch: one.epoch, spki: key(one.epoch) }));
    expect(are).toEqual(shouldBe);
  });

  it('S5-06 A46: cards at every bound, and with one thing wrong', () => {
    const { are, shouldBe } = verdicts(cards.all, (one) => {
      const pinned = 'pinned' in one && one.pinned !== undefined ? { pinnedSpkiHash: spkiHash(crypto, key(one.pinned)) } : {};
      return parseCard(crypto, inFull(one, 'like' in one ? cards.later : cards.good), now, pinned);
    });
    expect(are).toEqual(shouldBe);
  });
});
