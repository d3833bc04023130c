/** docs/protocol.md §9, §12 and §17: what whoever is dialled answers on a channel of purpose rekey, invite or request, frame by frame. */
import { cat, hex, need, Refused, same, whole } from './bytes.mjs';
import { readCard } from './card.mjs';
import * as channel from './channel.mjs';
import { edVerify, HMAC } from './crypto.mjs';

const { KIND } = channel;
const REFUSED = { heard: [KIND.refused], over: true };
const CLOSED = { heard: [], over: true };
const shown = (kind, more) => ({ heard: [kind], ...more });
const result = (kind, value) => ({ heard: [kind, value], over: true });

/** The card behind a signature: whose it is, and whether its device signed this for this channel. */
const proven = (purpose, { card, signature }, { now, hash }, to) => {
  const { chain } = readCard(card, { now });
  const { peerIdBytes: peerId, identity } = chain;
  const name = { peerId, spkiHash: identity.spkiHash };
  need(edVerify(chain.instance.signingKey, purpose, signature, hash, cat(peerId, identity.spkiHash, to.peerId, to.spkiHash)), 'signature');
  return name;
};

const invite = (device, phase, kind, body) => {
  const { hash, own, invitation } = device;
  if (phase === undefined) {
    need(kind === KIND.inviteHello, 'turn');
    const { id, tag } = channel.readHello(body);
    need(same(id, invitation.id), 'unknown');
    need(same(tag, HMAC(invitation.helloKey, hash, own.peerId)), 'tag');
    return shown(KIND.inviteAnswer, { phase: 'proof' });
  }
  need(kind === KIND.inviteProof, 'turn');
  const { tag, ...signed } = channel.readProof(body, hash);
  const asker = proven('invite-proof', signed, device, own);
  // Without the secret the tag cannot be checked, and nothing is given for it.
  if (invitation.state === 'spent') return result(KIND.inviteResult, 1);
  need(same(tag, channel.proofTag(invitation.secret, hash, own.peerId, asker.peerId, own.spkiHash, asker.spkiHash)), 'tag');
  return result(KIND.inviteResult, { open: 0, theirs: 0, others: 1, over: 2 }[invitation.state]);
};

const request = (device, phase, kind, body) => {
  const { own, contact } = device;
  if (phase === undefined) {
    need(kind === KIND.cardReq, 'turn');
    need(same(whole(body, (reader) => reader.take(64)), cat(own.peerId, own.spkiHash)), 'somebody else');
    return shown(KIND.cardAns, { phase: 'proof' });
  }
  need(kind === KIND.requestProof, 'turn');
  proven('contact-request', whole(body, (reader) => ({ card: reader.lp(60 * 1024), signature: reader.take(64) })), device, own);
  return result(KIND.requestStatus, { nobody: 0, mutual: 1, declined: 2 }[contact]);
};

const rekey = (device, phase, kind, body) => {
  const { hash, own, former, asker, pairSecret } = device;
  // Whoever speaks out of turn ends it without a word.
  if (kind !== (phase === undefined ? KIND.rekeyReq : KIND.rekeyOffer)) return CLOSED;
  if (phase === 'answered') {
    const offer = whole(body, (reader) => ({ peerId: reader.take(32), spkiHash: reader.take(32) }));
    need(same(offer.peerId, asker.peerId), 'another name');
    need(!same(offer.spkiHash, asker.heldHash), 'the key that is held');
    return shown(KIND.rekeyReq, { phase: 'asked back' });
  }
  const asked = channel.readRekeyRequest(body);
  const isContact = same(asked.tag, channel.contactTag(pairSecret, hash));
  need(same(asked.peerId, own.peerId), 'another person');
  const isOld = former.some((one) => same(one, asked.spkiHash));
  need(isOld || (isContact && same(asked.spkiHash, own.spkiHash)), 'a key that is none, or the newest in a stranger’s hand');
  return isContact ? shown(KIND.rekeyAns, { phase: 'answered' }) : { heard: [KIND.rekeyAns], over: true };
};

const PURPOSES = { invite, request, rekey };

/** Which frames come back, by their kind, with the one byte of a result or status behind it, and whether the channel is closed then. */
export const answers = (device, purpose, said) => {
  let phase;
  const heard = [];
  for (const [kind, body] of said) {
    let step;
    try {
      step = PURPOSES[purpose](device, phase, kind, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      step = REFUSED;
    }
    heard.push(...step.heard);
    if (step.over) return [...heard, 'closed'];
    phase = step.phase;
  }
  return heard;
};

/** A device as `channels.json` describes it. */
export const deviceOf = (all, to) => {
  const { invitation, contact } = all.devices[to];
  const { secret, helloKey, id } = all.invitation;
  return {
    now: all.now, hash: hex(all.channelHash), pairSecret: hex(all.pairSecret), contact,
    own: { peerId: hex(all.own.peerId), spkiHash: hex(all.own.spkiHash) }, former: all.own.former.map(hex),
    asker: { peerId: hex(all.asker.peerId), heldHash: hex(all.asker.heldHash) },
    invitation: { state: invitation, id: hex(id), secret: hex(secret), helloKey: hex(helloKey) },
  };
};
