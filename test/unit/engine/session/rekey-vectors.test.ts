import { beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { channelKinds } from '../../../../electron/engine/session/channel-frames';
import { channelHash } from '../../../../electron/engine/session/channel-keys';
import { askedBackTag, contactTag, refusedSecretOf } from '../../../../electron/engine/session/contact-tag';
import type { HeldKey, RekeyAnswer } from '../../../../electron/engine/session/rekey-answer';
import { takePiece } from '../../../../electron/engine/session/rekey-inquiry';
import { encodeOffer, encodeRequest } from '../../../../electron/engine/session/rekey-frames';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { FrameReader } from '../../../../electron/engine/wire/frame';
import { parsePeerId } from '../../../../electron/engine/wire/ids';
import { joined, readAnswer, readChannel, readQuestion, tagOf } from '../../../reference/second-rekey-reader.mjs';
import { ready } from '../../../reference/second-reader.mjs';
import { newParty, type Party } from '../../../support/session-kit';
import vectors from '../../../vectors/rekey.json';

let crypto: Crypto;
let anybody: Party;

beforeAll(async () => {
  await ready;
  crypto = await createCrypto({ random: kernelRandom });
  anybody = await newParty('Anybody');
}, 60_000);

type Conversation = typeof vectors.contact;
type Written = typeof vectors.asked;

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const read = ({ client, server, ephemeralSecret }: Conversation) => readChannel({ client: bytes(client), server: bytes(server), ephemeralSecret: bytes(ephemeralSecret) });

function heldFrom({ peerId, recoveryKeyHash, keys }: Written): HeldKey {
  const [first] = keys;
  if (!first) throw new Error('a first key');
  return { peerId: parsePeerId(peerId), epoch: first.epoch, spki: fromHex(first.spki), spkiHash: fromHex(first.spkiHash), recoveryKeyHash: fromHex(recoveryKeyHash) };
}

/** What the engine makes of the pieces of one answer. */
function judged(written: Written, hash: Uint8Array, nonce: Uint8Array, pieces: readonly { readonly body: Uint8Array }[]): RekeyAnswer {
  const parts = { crypto, local: anybody.local, now: () => vectors.now };
  let inquiry = { held: heldFrom(written), nonce, askedAt: vectors.now, pieces: [] as readonly Uint8Array[] };
  for (const { body } of pieces) {
    const taken = takePiece(parts, hash, inquiry, body);
    if ('answer' in taken) return taken.answer;
    inquiry = taken.inquiry;
  }
  throw new Error('no end');
}

const lastOf = ({ keys }: Written) => {
  const last = keys.at(-1);
  if (!last) throw new Error('a key');
  return last;
};

describe('vectors of asking for keys', () => {
  it('S5-14 S5-29: a reader of the document alone reads a whole conversation: question, answer, offer, question back, answer', () => {
    const { purpose, channelHash: hash, byClient, byServer } = read(vectors.contact);
    const kinds = channelKinds;
    expect([purpose, byClient.map(({ kind }) => kind), byServer.map(({ kind }) => kind)]).toEqual([1, [kinds.rekeyRequest, kinds.rekeyOffer, kinds.rekeyAnswer], [kinds.rekeyAnswer, kinds.rekeyRequest]]);
    const [asked, offer, told] = byClient;
    const [answer, back] = byServer;
    if (!asked || !offer || !told || !answer || !back) throw new Error('five frames');
    const question = readQuestion(asked.body);
    expect(question.tag).toEqual(tagOf(bytes(vectors.pairSecret), hash));
    expect(question.peerId).toEqual(bytes(vectors.asked.peerIdBytes));
    const held = (written: Written) => ({ epoch: 1, spki: bytes(written.keys[0]?.spki ?? '') });
    expect(readAnswer(joined([answer]), { channelHash: hash, question, held: held(vectors.asked), now: vectors.now })).toMatchObject({
      epoch: 3,
      spkiHash: bytes(lastOf(vectors.asked).spkiHash),
      isDirect: true,
      purpose: 'compromise',
      shown: expect.stringContaining('CN=Vera'),
    });
    expect(offer.body).toEqual(Buffer.concat([bytes(vectors.asker.peerIdBytes), bytes(lastOf(vectors.asker).spkiHash)]));
    expect(readAnswer(joined([told]), { channelHash: hash, question: readQuestion(back.body), held: held(vectors.asker), now: vectors.now })).toMatchObject({
      epoch: 2,
      spkiHash: bytes(lastOf(vectors.asker).spkiHash),
      isDirect: false,
      purpose: 'routine',
      shown: expect.stringContaining('CN=Willem'),
    });
  });

  it('S5-10: and what a stranger is told', () => {
    const { channelHash: hash, byClient, byServer } = read(vectors.stranger);
    const question = readQuestion(byClient[0]?.body ?? Buffer.alloc(0));
    expect(question.tag).not.toEqual(tagOf(bytes(vectors.pairSecret), hash));
    expect(readAnswer(joined(byServer), { channelHash: hash, question, held: { epoch: 1, spki: bytes(vectors.asked.keys[0]?.spki ?? '') }, now: vectors.now })).toMatchObject({ epoch: 3, shown: undefined });
  });

  it('S5-14: the engine reads the same in them, and writes the same', () => {
    for (const [conversation, isContact] of [[vectors.contact, true], [vectors.stranger, false]] as const) {
      const { channelHash: hash, byClient, byServer } = read(conversation);
      const [opening, accepting] = [conversation.client, conversation.server].map((all) => {
        const reader = new FrameReader();
        reader.push(fromHex(all));
        return reader.next()?.frame ?? new Uint8Array(0);
      });
      expect(toHex(channelHash(crypto, opening ?? hash, accepting ?? hash))).toBe(hash.toString('hex'));
      const question = readQuestion(byClient[0]?.body ?? Buffer.alloc(0));
      const held = heldFrom(vectors.asked);
      const tag = isContact ? contactTag(crypto, fromHex(vectors.pairSecret), hash) : question.tag;
      expect(toHex(encodeRequest({ peerId: held.peerId, heldHash: held.spkiHash, nonce: question.nonce, tag }).payload)).toBe(byClient[0]?.body.toString('hex'));
      const answer = judged(vectors.asked, hash, question.nonce, byServer.filter(({ kind }) => kind === channelKinds.rekeyAnswer));
      expect([answer.head.epoch, toHex(crypto.sha256(answer.head.spki)), answer.chain?.instance.instanceId, answer.purpose]).toEqual([3, lastOf(vectors.asked).spkiHash, isContact ? vectors.asked.instanceId : undefined, 'compromise']);
    }
    const { channelHash: hash, byClient, byServer } = read(vectors.contact);
    const back = readQuestion(byServer.at(-1)?.body ?? Buffer.alloc(0));
    expect(judged(vectors.asker, hash, back.nonce, byClient.slice(2))).toMatchObject({ head: { epoch: 2 }, chain: { instance: { instanceId: vectors.asker.instanceId } } });
    expect(toHex(encodeOffer({ peerId: parsePeerId(vectors.asker.peerId), headHash: fromHex(lastOf(vectors.asker).spkiHash) }).payload)).toBe(byClient[1]?.body.toString('hex'));
  });

  it('A71 A73: what the two sides of a refused M1 show each other is this, and no other CN, channel or question gives it', () => {
    const { refused } = vectors;
    const [cn, hash, nonce] = [refused.cn, refused.channelHash, refused.nonce].map(fromHex);
    if (!cn || !hash || !nonce) throw new Error('three values');
    const shown = (of: Uint8Array, on: Uint8Array, to: Uint8Array): readonly string[] => {
      const secret = refusedSecretOf(crypto, crypto.secret('content', of.slice()));
      return [toHex(secret.bytes), toHex(contactTag(crypto, secret.bytes, on)), toHex(askedBackTag(crypto, secret.bytes, on, to))];
    };
    const right = [refused.secret, refused.tag, refused.askedBackTag];
    expect(shown(cn, hash, nonce)).toEqual(right);
    expect(toHex(tagOf(bytes(refused.secret), bytes(refused.channelHash)))).toBe(refused.tag);
    const other = (from: Uint8Array): Uint8Array => from.map((byte, at) => (at === 31 ? byte ^ 1 : byte));
    for (const [at, [of, on, to]] of ([[other(cn), hash, nonce], [cn, other(hash), nonce], [cn, hash, other(nonce)]] as const).entries()) {
      expect(shown(of, on, to).map((each, place) => each === right[place])).toEqual([at !== 0, at === 2, false]);
    }
  });

  it('A72: not one byte of an answer with a chain can be another, for either reader', () => {
    const { channelHash: hash, byClient, byServer } = read(vectors.contact);
    const question = readQuestion(byClient[0]?.body ?? Buffer.alloc(0));
    const genuine = joined(byServer.slice(0, 1));
    const asked = { channelHash: hash, question, held: { epoch: 1, spki: bytes(vectors.asked.keys[0]?.spki ?? '') }, now: vectors.now };
    expect(readAnswer(genuine, asked).epoch).toBe(3);
    for (let at = 0; at < genuine.length; at += 97) {
      const changed = Buffer.from(genuine);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(() => readAnswer(changed, asked), `second reader, byte ${at}`).toThrow();
      expect(() => judged(vectors.asked, hash, question.nonce, [{ body: Buffer.concat([Buffer.of(1), changed]) }]), `engine, byte ${at}`).toThrow();
    }
  });
});
