/** docs/protocol.md §12, contact request: on a channel, and as a card deposit (§11) where nobody is there. */
import { cat, lp, need, same, whole } from './bytes.mjs';
import { readCard } from './card.mjs';
import { KIND, PURPOSE } from './channel.mjs';
import { edSign, edVerify } from './crypto.mjs';
import { makeCardDeposit } from './deposit.mjs';
import { openChannel } from './live.mjs';
import { toOf } from './person.mjs';

/** Asks exactly that person under exactly that key; gives the card that was answered with, and what became of the request. */
export const request = async (person, card, { addresses, now = Date.now() }) => {
  const { chain } = card;
  const over = await openChannel(card.addresses[0], PURPOSE.request);
  const wanted = cat(chain.peerIdBytes, chain.identity.spkiHash);
  over.say(KIND.cardReq, wanted);
  const [answered, signature] = whole((await over.hear(KIND.cardAns)).body, (reader) => [readCard(reader.lp(60 * 1024), { now }), reader.take(64)]);
  need(same(answered.chain.identity.spkiHash, chain.identity.spkiHash) && edVerify(answered.chain.instance.signingKey, 'request-answer', signature, over.hash, wanted), 'answer');
  over.say(KIND.requestProof, cat(lp(person.card({ addresses, now })), edSign(person.signingSeed, 'contact-request', over.hash, person.peerId, person.spkiHash, wanted)));
  const status = ['pending', 'accepted', 'declined'][whole((await over.hear(KIND.requestStatus)).body, (reader) => reader.u8())];
  over.close();
  return { card: answered, status };
};

/** The same without a connection: a card for that person, in a file or a public slot. */
export const cardFor = (person, chain, { addresses, wantsAnswer = true, now = Date.now() }) =>
  makeCardDeposit({ card: person.card({ addresses, now }), wantsAnswer, signingSeed: person.signingSeed, to: toOf(chain) });
