import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { ChannelError } from '../../../electron/engine/session/channel-frames';
import { encodeAnswer, encodeOffer, encodeRequest, parseOffer, parsePiece, parseRequest, piecesOf, type RekeyRequest } from '../../../electron/engine/session/rekey-frames';
import { takePiece } from '../../../electron/engine/session/rekey-inquiry';
import { lookUp, writeReply } from '../../../electron/engine/session/rekey-reply';
import { WireError } from '../../../electron/engine/wire/reader';
import { heldOf, livesOf } from '../../support/rekey-kit';
import { testNow } from '../../support/session-kit';
import { assertSame, outcomeOf, type Target } from '../target';

/** Questions about keys, and what strangers answer to one: refused, or exactly what those keys and that device signed (A70, A72, A76). */
export async function rekeying(crypto: Crypto): Promise<Target[]> {
  const [ada, ben] = await Promise.all([livesOf('Ada', 0, ['routine', 'compromise']), livesOf('Ben', 10, [])]);
  const [first] = ada.lives;
  if (!first) throw new Error('a first key');
  const held = heldOf(first);
  const hash = new Uint8Array(32).fill(7);
  const request: RekeyRequest = { peerId: held.peerId, heldHash: held.spkiHash, nonce: new Uint8Array(32).fill(1), tag: new Uint8Array(32).fill(2) };
  const question = encodeRequest(request).payload;
  const offer = encodeOffer({ peerId: held.peerId, headHash: held.spkiHash }).payload;
  const { local } = ada.newest;
  const answers = await Promise.all(
    [true, false].map(async (isContact) => {
      const reply = lookUp({ local }, request, isContact);
      const bytes = typeof reply === 'string' ? undefined : await writeReply({ crypto: ada.newest.crypto, local, now: () => testNow }, hash, reply);
      return piecesOf(bytes ?? encodeAnswer(never()))[0]?.payload ?? new Uint8Array(0);
    }),
  );
  const steps = local.history?.elements ?? [];
  return [
    {
      name: 'rekey-question',
      seeds: [question, offer],
      run: (bytes) =>
        outcomeOf([WireError], () => {
          if (bytes.length === offer.length) {
            assertSame(encodeOffer(parseOffer(bytes)).payload, bytes, 'an offer');
            return 'an offer';
          }
          const parsed = parseRequest(bytes);
          assertSame(encodeRequest(parsed).payload, bytes, 'a question');
          const reply = lookUp({ local }, parsed, false);
          const isOurs = parsed.peerId === held.peerId && Buffer.compare(parsed.heldHash, held.spkiHash) === 0;
          if (typeof reply !== 'string' && !isOurs) throw new Error('an answer to a changed question');
          return typeof reply === 'string' ? reply : 'answered';
        }),
    },
    {
      name: 'rekey-answer',
      seeds: answers,
      run: (bytes) =>
        outcomeOf([ChannelError], () => {
          const taken = takePiece({ crypto, local: ben.newest.local, now: () => testNow }, hash, { held, nonce: request.nonce, pieces: [] }, bytes);
          if ('inquiry' in taken) return `a piece, ${parsePiece(bytes).isLast ? 'the last' : 'not the last'}`;
          const { chain, elements } = taken.answer;
          if (chain && Buffer.compare(bytes, answers[0] ?? bytes) !== 0) throw new Error('a device spoke through a changed answer');
          // A shorter way is one, too, and the old key's own word: what counts is that each step was signed.
          if (!elements.every(({ spkiHash }) => steps.some((step) => Buffer.compare(step.spkiHash, spkiHash) === 0))) throw new Error('a key nobody vouched for');
          return chain ? 'genuine' : `by nobody, ${elements.length} steps`;
        }),
    },
  ];
}

function never(): never {
  throw new Error('there is an answer');
}
