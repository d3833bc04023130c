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
 * `pin`: the key that is held; `offers`: who has a newer key to tell. What the answer proves: `head`, where the steps lead, and `chain`, by whom it was given, for contacts.
 * @param {{ host: string, port: number }} address
 * @param {{ pin: any, pairSecret?: any, offers?: any, now?: number }} of
 * @returns {Promise<any>}
 */
export const askForKeys = async (address, { pin, pairSecret, offers, now = Date.now() }) => {
  const over = await openChannel(address, PURPOSE.rekey);
  const request = { spkiHash: H(pin.spki), ...channel.makeRekeyRequest({ peerId: fromBase32(pin.peerId), spkiHash: H(pin.spki), tag: pairSecret ? channel.contactTag(pairSecret, over.hash) : random(32) }) };
  over.say(KIND.rekeyReq, request.body);
  const answer = await hearAnswer(over);
  if (!answer) return { refused: true };
  const found = judge(answer, { pin, request, hash: over.hash, now });
  if (offers) await offerKeys(over, offers, now);
  over.close();
  return found;
};
/** The pieces of an answer, joined; nothing for REFUSED. */
const hearAnswer = async (over) => {
  let bytes = NONE;
  for (let isLast = false; !isLast; ) {
    const { kind, body } = await over.hear(KIND.rekeyAns, KIND.refused);
    if (kind === KIND.refused) return undefined;
    need(body.length > 1 && body[0] <= 1, 'a piece');
    bytes = cat(bytes, body.subarray(1));
    isLast = body[0] === 1;
  }
  return channel.readRekeyAnswer(bytes);
};
/** What may follow an answer with a chain: one's own newest key is offered, and told under the first of the keys asked about that was one's own. */
const offerKeys = async (over, person, now) => {
  over.say(KIND.rekeyOffer, cat(person.peerId, person.spkiHash));
  for (let asked = await over.hear(KIND.rekeyReq, KIND.refused); asked.kind === KIND.rekeyReq; asked = await over.hear(KIND.rekeyReq, KIND.refused)) {
    const request = channel.readRekeyRequest(asked.body);
    if (tell(person, over, request, { isContact: true, now })) return;
    over.say(KIND.refused, NONE);
  }
};
/** The steps from the key asked about to the newest; nothing where it is none of one's own, or the newest in a stranger's hand. */
const tell = (person, over, request, { isContact, now }) => {
  const at = person.keys.findIndex(({ spki }) => same(H(spki), request.spkiHash));
  const isNewest = at === person.keys.length - 1;
  if (!same(request.peerId, person.peerId) || at < 0 || (isNewest && !isContact)) return false;
  const steps = person.steps.slice(at);
  // From the newest recovery on: it follows on every key.
  const elements = isNewest ? NONE : writeElements(steps.slice(Math.max(0, steps.findLastIndex(({ kind }) => kind === 2))));
  const answer = { elements, direct: NONE, chain: isContact ? person.chainBytes : NONE, time: now };
  for (const piece of channel.makeRekeyAnswer(person.signingSeed, request, over.hash, answer)) over.say(KIND.rekeyAns, piece);
  return true;
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
  if (!tell(person, over, request, { isContact, now })) over.say(KIND.refused, NONE);
  over.close();
};
