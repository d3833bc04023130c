/** What docs/protocol.md §12 says of invitations and contact requests over a channel, §8 of the pair secret and §2 of the recovery code, held against test/vectors. */
import assert from 'node:assert/strict';
import { cat, hex, lp, Refused, whole } from './bytes.mjs';
import { readCard } from './card.mjs';
import * as channel from './channel.mjs';
import { edSign, edVerify } from './crypto.mjs';
import { readCode, writeCode } from './recovery-code.mjs';
import { pairSecret } from './session.mjs';
import { equal, vectors } from './vectors-core.mjs';

/** Refused as a layout, or not signed. */
const isGood = (act) => {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
};

export const invitation = () => {
  const all = vectors('invitation');
  const { signingSeed } = vectors('deposit').sender;
  const [seed, hash, card] = [hex(signingSeed), hex(all.channelHash), hex(all.card)];
  const { chain } = readCard(card, { now: all.now });
  const own = { peerId: chain.peerIdBytes, spkiHash: chain.identity.spkiHash };
  const other = { peerId: hex(all.other.peerId), spkiHash: hex(all.other.spkiHash) };
  const { signingKey } = chain.instance;
  const it = all.invitation;
  const secret = hex(it.secret);
  equal(channel.helloKey(secret), it.helloKey);
  equal(channel.makeHello(secret, hash, own.peerId), it.hello);
  equal(channel.readHello(hex(it.hello)).id, it.id);
  equal(channel.makeAnswer(seed, card, hash, own), it.answer);
  const answers = (bytes) => channel.readAnswer(bytes, hash).signedBy(signingKey, own);
  assert.ok(answers(hex(it.answer)));
  for (const one of it.badAnswers) assert.equal(isGood(() => answers(hex(one.bytes))), false, one.name);
  equal(channel.makeProof(secret, seed, card, hash, own, other), it.proof);
  const proves = (bytes) => {
    const read = channel.readProof(bytes, hash);
    return read.tag.equals(channel.proofTag(secret, hash, other.peerId, own.peerId, other.spkiHash, own.spkiHash)) && read.signedBy(signingKey, own, other);
  };
  assert.ok(proves(hex(it.proof)));
  for (const one of it.badProofs) assert.equal(isGood(() => proves(hex(one.bytes))), false, one.name);
  request(all.request, { seed, hash, card, signingKey, own, other });
  equal(pairSecret(hex(all.pairSecret.master)), all.pairSecret.secret);
  const code = all.recoveryCode;
  assert.equal(writeCode(hex(code.seed)), code.code);
  for (const text of [code.code, code.asTyped]) equal(readCode(text), code.seed);
  for (const one of code.bad) assert.throws(() => readCode(one.code), Refused, one.name);
};

const request = (told, { seed, hash, card, signingKey, own, other }) => {
  const name = (of) => cat(of.peerId, of.spkiHash);
  equal(name(own), told.cardReq);
  for (const [good, bad, purpose, context] of [[told.cardAnswer, told.badAnswers, 'request-answer', name(own)], [told.proof, told.badProofs, 'contact-request', cat(name(own), name(other))]]) {
    equal(cat(lp(card), edSign(seed, purpose, hash, context)), good);
    const isSigned = (bytes) => whole(bytes, (reader) => (reader.lp(60 * 1024), edVerify(signingKey, purpose, reader.take(64), hash, context)));
    assert.ok(isSigned(hex(good)));
    for (const one of bad) assert.equal(isGood(() => isSigned(hex(one.bytes))), false, one.name);
  }
};
