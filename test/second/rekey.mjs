/** docs/protocol.md §9, asking for newer keys: both sides of it over a socket. */
import { cat, fromBase32, need, same, whole } from './bytes.mjs';
import * as channel from './channel.mjs';
import { H, random } from './crypto.mjs';
import { readChain } from './credentials.mjs';
import { follow, readElements, readLink, writeElements } from './keys.mjs';
import { channelOver, openChannel } from './live.mjs';

const { KIND, PURPOSE } = channel;
const NONE = Buffer.alloc(0);

/**
 * `pin`: the key that is held. What the answer proves: `head`, where the steps lead, and `chain`, by whom it was given, for contacts.
 * @param {{ host: string, port: number }} address
 * @param {{ pin: any, pairSecret?: any, now?: number }} of
 * @returns {Promise<any>}
 */
export const askForKeys = async (address, { pin, pairSecret, now = Date.now() }) => {
  const over = await openChannel(address, PURPOSE.rekey);
  const request = { spkiHash: H(pin.spki), ...channel.makeRekeyRequest({ peerId: fromBase32(pin.peerId), spkiHash: H(pin.spki), tag: pairSecret ? channel.contactTag(pairSecret, over.hash) : random(32) }) };
  over.say(KIND.rekeyReq, request.body);
  let bytes = NONE;
  for (let isLast = false; !isLast; ) {
    const { kind, body } = await over.hear(KIND.rekeyAns, KIND.refused);
    if (kind === KIND.refused) return { refused: true };
    need(body.length > 1 && body[0] <= 1, 'a piece');
    bytes = cat(bytes, body.subarray(1));
    isLast = body[0] === 1;
  }
  over.close();
  return judge(channel.readRekeyAnswer(bytes), { pin, request, hash: over.hash, now });
};

export const judge = (answer, { pin, request, hash, now }) => {
  const elements = answer.elements.length ? whole(answer.elements, (reader) => readElements(reader)) : [];
  const head = follow(pin, elements);
  if (answer.direct.length) {
    const direct = follow(pin, [readLink(answer.direct)]);
    need(elements.length === 0 || same(direct.spki, head.spki), 'two ways that end in two keys');
    head.spki = direct.spki;
    head.epoch = direct.epoch;
  }
  need(answer.chain.length > 0 || elements.length > 0 || answer.direct.length > 0, 'an answer that says nothing');
  need((answer.chain.length > 0) === (answer.signature.length === 64), 'signature where there is no chain');
  const found = { ...head, spkiHash: H(head.spki), elements };
  if (!answer.chain.length) return { head: found };
  const chain = readChain(answer.chain, now);
  need(same(chain.identity.spki, head.spki) && chain.identity.epoch === head.epoch, 'a chain of another key');
  need(channel.rekeySignedBy(chain.instance.signingKey, request, hash, answer), 'signature of the answer');
  return { head: found, chain };
};

/** Answers one question about one's own keys; whoever is told nothing sees the same REFUSED. */
export const answerForKeys = async (person, wire, openFrame, pairSecret, now = Date.now()) => {
  const over = channelOver(wire, openFrame);
  const request = channel.readRekeyRequest((await over.hear(KIND.rekeyReq)).body);
  const isContact = pairSecret() && same(channel.contactTag(pairSecret(), over.hash), request.tag);
  const at = person.keys.findIndex(({ spki }) => same(H(spki), request.spkiHash));
  const isNewest = at === person.keys.length - 1;
  if (!same(request.peerId, person.peerId) || at < 0 || (isNewest && !isContact)) over.say(KIND.refused, NONE);
  else {
    const elements = isNewest ? NONE : writeElements(person.steps.slice(at));
    const answer = { elements, direct: NONE, chain: isContact ? person.chainBytes : NONE, time: now };
    for (const piece of channel.makeRekeyAnswer(person.signingSeed, request, over.hash, answer)) over.say(KIND.rekeyAns, piece);
  }
  over.close();
};
