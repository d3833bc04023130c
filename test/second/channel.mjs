/** docs/protocol.md §9: an ephemeral KEM and nothing else, and what is said over it. */
import { cat, lp, need, Reader, u8, u64, whole } from './bytes.mjs';
import { countedNonce, decapsulate, edSign, edVerify, encapsulate, H, HKDF, HMAC, kemPublic, label, open, random, seal } from './crypto.mjs';
import { frame, frameHeader, payloadOf, TYPES } from './session.mjs';

export const PURPOSE = { rekey: 1, request: 2, invite: 3, meet: 4, link: 5 };
export const KIND = { rekeyReq: 1, rekeyAns: 2, cardReq: 3, cardAns: 4, requestProof: 5, requestStatus: 6, rekeyOffer: 7, inviteHello: 16, inviteAnswer: 17, inviteProof: 18, inviteResult: 19, refused: 63 };

export const makeOpen = (purpose, secret = random(32)) => ({ secret, bytes: frame(TYPES.channelOpen, cat(u8(purpose), kemPublic(secret))) });
export const makeAccept = (openFrame, coins) => {
  const reader = new Reader(payloadOf(openFrame));
  const purpose = reader.u8();
  const { ciphertext, shared } = encapsulate(reader.take(1216), coins);
  reader.end();
  return { purpose, bytes: frame(TYPES.channelAccept, ciphertext), shared };
};
export const acceptShared = (secret, acceptFrame) => decapsulate(secret, payloadOf(acceptFrame));

/** Both directions of a channel. `side` is who speaks here: 'client' or 'server'. */
export const makeChannel = (side, shared, openFrame, acceptFrame) => {
  const hash = H(label('channel-hash'), lp(openFrame), lp(acceptFrame));
  const direction = (name) => ({ purpose: `channel-${name}`, key: HKDF(shared, `channel-${name}`, hash), counter: 0 });
  const other = side === 'client' ? 'server' : 'client';
  const [out, into] = [direction(side), direction(other)];
  return {
    hash,
    say: (kind, body) => {
      const header = frameHeader(frame(TYPES.channelData, Buffer.alloc(1 + body.length + 16)));
      return cat(header, seal(out.purpose, out.key, countedNonce(Buffer.alloc(16), out.counter++), header, cat(u8(kind), body)));
    },
    hear: (bytes) => {
      need(bytes[0] === TYPES.channelData, 'another frame than data');
      const plain = open(into.purpose, into.key, countedNonce(Buffer.alloc(16), into.counter++), frameHeader(bytes), payloadOf(bytes));
      return { kind: plain[0], body: plain.subarray(1) };
    },
  };
};

const signedCard = (purpose, signingSeed, card, message) => cat(lp(card), edSign(signingSeed, purpose, message));
const readSignedCard = (reader) => ({ card: reader.lp(60 * 1024), signature: reader.take(64) });

// §12, invitation: the tags are bound to the channel, the signatures too.
export const helloKey = (secret) => HKDF(secret, 'invite-hello');
export const invitationId = (secret) => H(label('invitation-id'), helloKey(secret)).subarray(0, 16);
export const helloTag = (secret, hash, inviter) => HMAC(helloKey(secret), hash, inviter);
export const proofTag = (secret, hash, inviter, invitee, inviterSpki, inviteeSpki) => HMAC(HKDF(secret, 'invite'), hash, inviter, invitee, inviterSpki, inviteeSpki);

export const makeHello = (secret, hash, inviter) => cat(invitationId(secret), helloTag(secret, hash, inviter));
export const readHello = (body) => whole(body, (reader) => ({ id: reader.take(16), tag: reader.take(32) }));
export const makeAnswer = (signingSeed, card, hash, own) => signedCard('invite-answer', signingSeed, card, cat(hash, own.peerId, own.spkiHash));
export const readAnswer = (body, hash) =>
  whole(body, (reader) => {
    const one = readSignedCard(reader);
    return { ...one, signedBy: (key, own) => edVerify(key, 'invite-answer', one.signature, cat(hash, own.peerId, own.spkiHash)) };
  });
export const makeProof = (secret, signingSeed, card, hash, invitee, inviter) =>
  cat(
    proofTag(secret, hash, inviter.peerId, invitee.peerId, inviter.spkiHash, invitee.spkiHash),
    signedCard('invite-proof', signingSeed, card, cat(hash, invitee.peerId, invitee.spkiHash, inviter.peerId, inviter.spkiHash)),
  );
export const readProof = (body, hash) =>
  whole(body, (reader) => {
    const tag = reader.take(32);
    const one = readSignedCard(reader);
    return { tag, ...one, signedBy: (key, invitee, inviter) => edVerify(key, 'invite-proof', one.signature, cat(hash, invitee.peerId, invitee.spkiHash, inviter.peerId, inviter.spkiHash)) };
  });
export const readResult = (body) => ['accepted', 'used', 'expired', 'refused'][whole(body, (reader) => reader.u8())];

// §9, asking for newer keys
export const contactTag = (secret, hash) => HMAC(secret, label('contact-tag'), hash);
/** §9, who was refused: the same tag under HKDF(CN, "pair-secret") of the refused M1 (`pairSecret` of CN), and what the answer to it shows. */
export const askedBackTag = (secret, hash, nonce) => HMAC(secret, label('contact-tag'), hash, nonce);
export const makeRekeyRequest = ({ peerId, spkiHash, nonce = random(32), tag = random(32) }) => ({ nonce, body: cat(peerId, spkiHash, nonce, tag) });
export const readRekeyRequest = (body) => whole(body, (reader) => ({ peerId: reader.take(32), spkiHash: reader.take(32), nonce: reader.take(32), tag: reader.take(32) }));
export const readRekeyAnswer = (bytes) => whole(bytes, (reader) => ({ elements: reader.lp(), direct: reader.lp(), chain: reader.lp(), time: reader.u64(), signature: reader.lp(64) }));
const answerSigned = (request, hash, one) => cat(request.nonce, hash, request.spkiHash, H(one.elements), H(one.direct), H(one.chain), u64(one.time));
export const rekeySignedBy = (key, request, hash, one) => edVerify(key, 'rekey-answer', one.signature, answerSigned(request, hash, one));
/** Pieces, each behind a byte that says whether it is the last. */
export const makeRekeyAnswer = (signingSeed, request, hash, one) => {
  const signature = one.chain.length ? edSign(signingSeed, 'rekey-answer', answerSigned(request, hash, one)) : Buffer.alloc(0);
  const all = cat(lp(one.elements), lp(one.direct), lp(one.chain), u64(one.time), lp(signature));
  const size = 65_535;
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => cat(u8((at + 1) * size >= all.length ? 1 : 0), all.subarray(at * size, (at + 1) * size)));
};
