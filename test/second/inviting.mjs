/** docs/protocol.md §12, meeting by invitation, on the side that invites: the link, and the channel of whoever comes with it. */
import { need, same, u8 } from './bytes.mjs';
import { readCard } from './card.mjs';
import * as channel from './channel.mjs';
import { random } from './crypto.mjs';
import { makeLink } from './link.mjs';
import { channelOver } from './live.mjs';

const { KIND } = channel;
export const RESULT = { accepted: 0, used: 1, expired: 2, refused: 3 };

export const invite = (person, addresses, { secret = random(16), now = Date.now(), seconds = 600 } = {}) => ({
  secret,
  text: makeLink({ peerId: person.peerId, instanceId: person.instanceId, secret, expiry: Math.floor(now / 1000) + seconds, addresses }),
});

/**
 * One channel of purpose invite. The card of who proved to hold the link, or nothing where they did not. `inviter`: whose link it is, where somebody else answers.
 * @param {any} person
 * @param {any} wire
 * @param {Buffer} openFrame
 * @param {{ secret: Buffer, addresses: any[], result?: number, inviter?: any, now?: number }} how
 */
export const answerInvitation = async (person, wire, openFrame, { secret, addresses, result = RESULT.accepted, inviter = person, now = Date.now() }) => {
  const over = channelOver(wire, openFrame);
  const { id, tag } = channel.readHello((await over.hear(KIND.inviteHello)).body);
  if (!same(id, channel.invitationId(secret)) || !same(tag, channel.helloTag(secret, over.hash, inviter.peerId))) {
    over.say(KIND.refused, Buffer.alloc(0));
    over.close();
    return undefined;
  }
  const own = { peerId: person.peerId, spkiHash: person.spkiHash };
  over.say(KIND.inviteAnswer, channel.makeAnswer(person.signingSeed, person.card({ addresses, now }), over.hash, own));
  const proof = channel.readProof((await over.hear(KIND.inviteProof)).body, over.hash);
  const card = readCard(proof.card, { now });
  const invitee = { peerId: card.chain.peerIdBytes, spkiHash: card.chain.identity.spkiHash };
  need(same(proof.tag, channel.proofTag(secret, over.hash, own.peerId, invitee.peerId, own.spkiHash, invitee.spkiHash)), 'tag of the proof');
  need(proof.signedBy(card.chain.instance.signingKey, invitee, own), 'signature of the proof');
  over.say(KIND.inviteResult, u8(result));
  over.close();
  return card;
};
