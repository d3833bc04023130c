import { KeyshiftError } from '../../../shared/errors';
import { followKeyLinks, parseKeyElements } from '../../../electron/engine/certificates/key-history';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { ChannelError } from '../../../electron/engine/session/channel-frames';
import { OwnKeys } from '../../../electron/engine/session/own-keys';
import type { HeldKey } from '../../../electron/engine/session/rekey-answer';
import { encodeOffer, encodeRequest, encodeTold, parseAnswer, parseOffer, parsePiece, parseRequest, parseTold } from '../../../electron/engine/session/rekey-frames';
import { takePiece } from '../../../electron/engine/session/rekey-inquiry';
import { fromHex } from '../../../electron/engine/wire/encoding';
import { parsePeerId } from '../../../electron/engine/wire/ids';
import { WireError } from '../../../electron/engine/wire/reader';
import { readChannel } from '../../reference/second-rekey-reader.mjs';
import { ready } from '../../reference/second-reader.mjs';
import { newParty } from '../../support/session-kit';
import vectors from '../../vectors/rekey.json';
import { assertSame, outcomeOf, type Target } from '../target';

/** Questions about keys, and what strangers answer to one: refused, or exactly what those keys and that device signed (A70, A72, A76). */
export async function rekeying(crypto: Crypto): Promise<Target[]> {
  await ready;
  const { local } = await newParty('Anybody');
  const [contact, stranger] = [vectors.contact, vectors.stranger].map(({ client, server, ephemeralSecret }) =>
    readChannel({ client: Buffer.from(client, 'hex'), server: Buffer.from(server, 'hex'), ephemeralSecret: Buffer.from(ephemeralSecret, 'hex') }),
  );
  const [first] = vectors.asked.keys;
  const [asked, offer] = contact?.byClient ?? [];
  const [answer, toStranger] = [contact?.byServer[0], stranger?.byServer[0]];
  if (!contact || !first || !asked || !offer || !answer || !toStranger) throw new Error('the vectors hold two conversations');
  const { nonce } = parseRequest(asked.body);
  const held: HeldKey = { peerId: parsePeerId(vectors.asked.peerId), epoch: first.epoch, spki: fromHex(first.spki), spkiHash: fromHex(first.spkiHash) };
  const steps = parseKeyElements(crypto, parseAnswer(parsePiece(answer.body).piece).elements);
  const keys = new OwnKeys(held.spkiHash, steps);
  const known = new Set(vectors.asked.keys.map(({ spkiHash }) => spkiHash));
  return [
    {
      name: 'rekey-question',
      seeds: [asked.body, offer.body],
      run: (bytes) =>
        outcomeOf([WireError], () => {
          if (bytes.length === offer.body.length) {
            assertSame(encodeOffer(parseOffer(bytes)).payload, bytes, 'an offer');
            return 'an offer';
          }
          const question = parseRequest(bytes);
          assertSame(encodeRequest(question).payload, bytes, 'a question');
          const after = keys.after(question.heldHash, true);
          if ((after !== undefined) !== known.has(Buffer.from(question.heldHash).toString('hex'))) throw new Error('a key that is none was found');
          return after ? 'one of ours' : 'none of ours';
        }),
    },
    {
      name: 'rekey-answer',
      seeds: [answer.body, toStranger.body],
      run: (bytes) =>
        outcomeOf([ChannelError], () => {
          const taken = takePiece({ crypto, local, now: () => vectors.now }, contact.channelHash, { held, nonce, askedAt: vectors.now, pieces: [] }, bytes);
          if ('inquiry' in taken) return 'a piece, not the last';
          const { chain, elements } = taken.answer;
          if (chain && Buffer.compare(bytes, answer.body) !== 0) throw new Error('a device spoke through a changed answer');
          // A shorter way is one, too, and the old key's own word: what counts is that each step was signed.
          if (!elements.every(({ spkiHash }) => known.has(Buffer.from(spkiHash).toString('hex')))) throw new Error('a key nobody vouched for');
          return chain ? 'genuine' : `by nobody, ${elements.length} steps`;
        }),
    },
    {
      name: 'rekey-told',
      seeds: [encodeTold(steps, 1).payload, encodeTold(steps.slice(0, 1), 0).payload],
      run: (bytes) =>
        outcomeOf([WireError, KeyshiftError], () => {
          const told = parseTold(crypto, bytes);
          followKeyLinks(crypto, held.peerId, held, told);
          if (!told.every(({ spkiHash }) => known.has(Buffer.from(spkiHash).toString('hex')))) throw new Error('a key nobody vouched for');
          return `${told.length} steps`;
        }),
    },
  ];
}
