/** What channels.json in test/vectors holds: what is said to a device on a channel of purpose rekey, invite or request, and what it answers (docs/protocol.md §9, §12, §17). */
import { cat, fromBase32, hex, lp, u8 } from './bytes.mjs';
import * as channel from './channel.mjs';
import { edSign } from './crypto.mjs';

const { KIND } = channel;
const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const text = (bytes) => bytes.toString('hex');
const flipped = (bytes, at) => cat(bytes.subarray(0, at), u8(bytes[at] ^ 1), bytes.subarray(at + 1));

/** Vera of identity.json under her third key is dialled, by whoever has the card of invitation.json. */
export const channelVectors = (identity, invitations, sender) => {
  const keys = identity.keys.slice(0, 3).map(({ spkiHash }) => hex(spkiHash));
  const own = { peerId: fromBase32(identity.peerId), spkiHash: keys[2] };
  const asker = { peerId: hex(invitations.peerId), spkiHash: hex(invitations.spkiHash) };
  const [hash, card, seed] = [hex(invitations.channelHash), hex(invitations.card), hex(sender.signingSeed)];
  const [secret, pairSecret, heldHash] = [counting(0x70, 16), counting(0x30, 32), counting(0x90, 32)];
  const former = { peerId: own.peerId, spkiHash: keys[0] };
  const proof = channel.makeProof(secret, seed, card, hash, asker, own);
  const signed = (purpose, context, of = card, on = hash) => cat(lp(of), edSign(seed, purpose, on, context));
  const names = cat(asker.peerId, asker.spkiHash, own.peerId, own.spkiHash);
  const requested = signed('contact-request', names);
  const question = (changes = {}) => channel.makeRekeyRequest({ peerId: own.peerId, spkiHash: keys[0], nonce: counting(1, 32), tag: counting(2, 32), ...changes }).body;
  const tag = channel.contactTag(pairSecret, hash);
  const hello = channel.makeHello(secret, hash, own.peerId);
  const offer = (spkiHash, peerId = asker.peerId) => cat(peerId, spkiHash);
  /** Each by its name: kind and body. */
  const frames = {
    hello: [KIND.inviteHello, hello], 'a hello of another link': [KIND.inviteHello, channel.makeHello(counting(0x60, 16), hash, own.peerId)], 'a hello with one bit of its tag': [KIND.inviteHello, flipped(hello, 47)],
    'a hello for another inviter': [KIND.inviteHello, channel.makeHello(secret, hash, asker.peerId)], 'a hello of another channel': [KIND.inviteHello, channel.makeHello(secret, counting(3, 32), own.peerId)],
    'a hello of 47 bytes': [KIND.inviteHello, hello.subarray(0, 47)], 'a hello of 49 bytes': [KIND.inviteHello, cat(hello, u8(0))],
    proof: [KIND.inviteProof, proof], 'a proof with one bit of its tag': [KIND.inviteProof, flipped(proof, 0)], 'a proof with one bit of its signature': [KIND.inviteProof, flipped(proof, proof.length - 1)], 'a proof and a byte': [KIND.inviteProof, cat(proof, u8(0))],
    'a proof cut short': [KIND.inviteProof, proof.subarray(0, -1)], 'a proof with one bit of its card': [KIND.inviteProof, flipped(proof, 2_000)], 'a proof of another link': [KIND.inviteProof, channel.makeProof(counting(0x60, 16), seed, card, hash, asker, own)],
    'a proof for another inviter': [KIND.inviteProof, channel.makeProof(secret, seed, card, hash, asker, asker)], 'a proof for a former key': [KIND.inviteProof, channel.makeProof(secret, seed, card, hash, asker, former)],
    'a proof of another channel': [KIND.inviteProof, channel.makeProof(secret, seed, card, counting(3, 32), asker, own)],
    'a request': [KIND.cardReq, cat(own.peerId, own.spkiHash)], 'a request under a former key': [KIND.cardReq, cat(own.peerId, keys[0])], 'a request for somebody else': [KIND.cardReq, cat(asker.peerId, own.spkiHash)],
    'a request of 63 bytes': [KIND.cardReq, cat(own.peerId, own.spkiHash).subarray(0, 63)], 'a request of 65 bytes': [KIND.cardReq, cat(own.peerId, own.spkiHash, u8(0))],
    'who asks': [KIND.requestProof, requested], 'who asks, with one bit of the signature': [KIND.requestProof, flipped(requested, requested.length - 1)], 'who asks, and a byte': [KIND.requestProof, cat(requested, u8(0))],
    'who asks somebody else': [KIND.requestProof, signed('contact-request', cat(asker.peerId, asker.spkiHash, asker.peerId, own.spkiHash))], 'who asks on another channel': [KIND.requestProof, signed('contact-request', names, card, counting(3, 32))],
    'signed for an invitation': [KIND.requestProof, signed('invite-proof', names)],
    'a stranger’s question about the first key': [KIND.rekeyReq, question()], 'a stranger’s about the second key': [KIND.rekeyReq, question({ spkiHash: keys[1] })], 'a stranger’s about the newest key': [KIND.rekeyReq, question({ spkiHash: keys[2] })],
    'a stranger’s about a key that is none': [KIND.rekeyReq, question({ spkiHash: counting(4, 32) })], 'a stranger’s about somebody else': [KIND.rekeyReq, question({ peerId: asker.peerId })],
    'a question of 127 bytes': [KIND.rekeyReq, question().subarray(0, 127)], 'a question of 129 bytes': [KIND.rekeyReq, cat(question(), u8(0))],
    'a contact’s question about the first key': [KIND.rekeyReq, question({ tag })], 'a contact’s about the newest key': [KIND.rekeyReq, question({ tag, spkiHash: keys[2] })], 'a contact’s about a key that is none': [KIND.rekeyReq, question({ tag, spkiHash: counting(4, 32) })],
    'a contact’s about somebody else': [KIND.rekeyReq, question({ tag, peerId: asker.peerId })], 'a tag of another channel': [KIND.rekeyReq, question({ tag: channel.contactTag(pairSecret, counting(3, 32)), spkiHash: keys[2] })],
    'an offer': [KIND.rekeyOffer, offer(asker.spkiHash)], 'an offer of the key that is held': [KIND.rekeyOffer, offer(heldHash)], 'an offer in another name': [KIND.rekeyOffer, offer(asker.spkiHash, own.peerId)],
    'an offer of 63 bytes': [KIND.rekeyOffer, offer(asker.spkiHash).subarray(0, 63)], 'an offer of 65 bytes': [KIND.rekeyOffer, cat(offer(asker.spkiHash), u8(0))],
    'an answer': [KIND.rekeyAns, cat(u8(1), u8(1))], 'a refusal': [KIND.refused, Buffer.alloc(0)],
  };
  const no = [KIND.refused, 'closed'];
  const yes = [KIND.inviteAnswer];
  const talks = [
    ...Object.keys(frames).filter((name) => name.startsWith('a hello')).map((name) => ['invite', 'with a link', [name], no]),
    ['invite', 'with a link', ['hello'], yes], ['invite', 'whose link was used up', ['hello'], yes], ['invite', 'whose link is over', ['hello'], yes], ['invite', 'with a link', ['proof'], no], ['invite', 'with a link', ['hello', 'hello'], [...yes, ...no]],
    ...Object.keys(frames).filter((name) => name.startsWith('a proof')).map((name) => ['invite', 'with a link', ['hello', name], [...yes, ...no]]),
    ['invite', 'with a link', ['hello', 'proof'], [...yes, KIND.inviteResult, 0, 'closed']], ['invite', 'whose link they used', ['hello', 'proof'], [...yes, KIND.inviteResult, 0, 'closed']], ['invite', 'whose link another used', ['hello', 'proof'], [...yes, KIND.inviteResult, 1, 'closed']],
    ['invite', 'whose link is over', ['hello', 'proof'], [...yes, KIND.inviteResult, 2, 'closed']], ['invite', 'whose link was used up', ['hello', 'proof'], [...yes, KIND.inviteResult, 1, 'closed']], ['invite', 'whose link was used up', ['hello', 'a proof of another link'], [...yes, KIND.inviteResult, 1, 'closed']],
    ['invite', 'whose link was used up', ['hello', 'a proof with one bit of its signature'], [...yes, ...no]],
    ['request', 'with a link', ['a request'], [KIND.cardAns]], ...['a request under a former key', 'a request for somebody else', 'a request of 63 bytes', 'a request of 65 bytes', 'who asks'].map((name) => ['request', 'with a link', [name], no]),
    ['request', 'with a link', ['a request', 'a request'], [KIND.cardAns, ...no]], ...['who asks, with one bit of the signature', 'who asks, and a byte', 'who asks somebody else', 'who asks on another channel', 'signed for an invitation'].map((name) => ['request', 'with a link', ['a request', name], [KIND.cardAns, ...no]]),
    ['request', 'with a link', ['a request', 'who asks'], [KIND.cardAns, KIND.requestStatus, 0, 'closed']], ['request', 'who knows them', ['a request', 'who asks'], [KIND.cardAns, KIND.requestStatus, 1, 'closed']], ['request', 'who declined', ['a request', 'who asks'], [KIND.cardAns, KIND.requestStatus, 2, 'closed']],
    ...['a stranger’s question about the first key', 'a stranger’s about the second key'].map((name) => ['rekey', 'who knows them', [name], [KIND.rekeyAns, 'closed']]),
    ...['a stranger’s about the newest key', 'a stranger’s about a key that is none', 'a stranger’s about somebody else', 'a question of 127 bytes', 'a question of 129 bytes', 'a contact’s about a key that is none', 'a contact’s about somebody else', 'a tag of another channel'].map((name) => ['rekey', 'who knows them', [name], no]),
    ...['a contact’s question about the first key', 'a contact’s about the newest key'].map((name) => ['rekey', 'who knows them', [name], [KIND.rekeyAns]]),
    ...['an offer', 'an answer', 'a refusal'].map((name) => ['rekey', 'who knows them', [name], ['closed']]),
    ...['a contact’s question about the first key', 'an answer', 'a refusal'].map((name) => ['rekey', 'who knows them', ['a contact’s question about the first key', name], [KIND.rekeyAns, 'closed']]),
    ['rekey', 'who knows them', ['a contact’s question about the first key', 'an offer'], [KIND.rekeyAns, KIND.rekeyReq]],
    ...['an offer of the key that is held', 'an offer in another name', 'an offer of 63 bytes', 'an offer of 65 bytes'].map((name) => ['rekey', 'who knows them', ['a contact’s question about the first key', name], [KIND.rekeyAns, ...no]]),
  ];
  return {
    now: invitations.now, channelHash: text(hash), pairSecret: text(pairSecret),
    own: { peerId: text(own.peerId), spkiHash: text(own.spkiHash), former: keys.slice(0, 2).map(text) },
    /** `heldHash`: of the key that is held of them. */
    asker: { peerId: text(asker.peerId), spkiHash: text(asker.spkiHash), heldHash: text(heldHash) },
    invitation: { secret: text(secret), helloKey: text(channel.helloKey(secret)), id: text(channel.invitationId(secret)) },
    devices: {
      'with a link': { invitation: 'open', contact: 'nobody' }, 'whose link they used': { invitation: 'theirs', contact: 'mutual' }, 'whose link another used': { invitation: 'others', contact: 'nobody' }, 'whose link is over': { invitation: 'over', contact: 'nobody' },
      /** Only the hello key is left. */
      'whose link was used up': { invitation: 'spent', contact: 'nobody' }, 'who knows them': { invitation: 'open', contact: 'mutual' }, 'who declined': { invitation: 'open', contact: 'declined' },
    },
    frames: Object.fromEntries(Object.entries(frames).map(([name, [kind, body]]) => [name, { kind, body: text(body) }])),
    /** `heard`: kinds, behind a result or a status its byte, and whether the channel was closed then. */
    talks: talks.map(([purpose, to, said, heard]) => ({ purpose, to, said, heard })),
  };
};
