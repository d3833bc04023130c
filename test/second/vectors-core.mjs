/** What docs/protocol.md §2 to §4 say, held against test/vectors: each named check throws where it is not so. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { base32, cat, fromBase32, hex, pad, padme, unpad, whole } from './bytes.mjs';
import * as crypto from './crypto.mjs';
import { openSigned, sealSigned } from './envelope.mjs';
import { readCertificate } from './certificate.mjs';
import { readChain } from './credentials.mjs';
import { follow, makeHistory, proves, readHistory, readLink, readRecovery } from './keys.mjs';
import { cardText, fromCardText, readCard } from './card.mjs';
import * as message from './message.mjs';
import { readContent, readControl, readStanding, startToken, writeContent, writeControl, writeStanding } from './content.mjs';
import { safetyNumber } from './link.mjs';

export const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
export const equal = (bytes, text) => assert.equal(Buffer.from(bytes).toString('hex'), text);

export const foundation = () => {
  const { inputs, derivations, envelope, chain, peerId, instanceId, now, card } = vectors('foundation');
  equal(crypto.label(inputs.signature.purpose), derivations.label);
  assert.equal(base32(hex(derivations.peerIdBytes)), derivations.peerIdText);
  equal(fromBase32(derivations.peerIdText), derivations.peerIdBytes);
  const seed = hex(inputs.signature.seed);
  equal(crypto.edPublic(seed), derivations.signingPublic);
  equal(crypto.edSign(seed, inputs.signature.purpose, hex(inputs.signature.message)), derivations.signature);
  equal(crypto.H(crypto.kemPublic(hex(inputs.kemPublicHash.secret))), derivations.kemPublicHash);
  equal(crypto.HKDF(hex(inputs.hkdf.secret), inputs.hkdf.purpose, hex(inputs.hkdf.context), inputs.hkdf.length), derivations.hkdf);
  const sealed = inputs.sealed;
  equal(crypto.seal(sealed.purpose, hex(sealed.key), hex(sealed.nonce), hex(sealed.aad), hex(sealed.plaintext)), derivations.sealed);
  equal(pad(hex(inputs.padded)), derivations.padded);
  equal(unpad(hex(derivations.padded)), inputs.padded);
  assert.equal(padme(9), 10);
  assert.equal(safetyNumber(...inputs.safetyNumber.map((one) => ({ peerId: hex(one.peerId), spkiHash: hex(one.spkiHash) }))), derivations.safetyNumber);
  const sealing = inputs.envelope;
  const signingSeed = hex(sealing.signingSeed);
  const made = sealSigned(sealing.purpose, { signingSeed, recipientKey: crypto.kemPublic(hex(sealing.recipientSecret)), context: hex(sealing.recipientContext), statement: hex(sealing.statement), contentKey: hex(sealing.contentKey), coins: hex(sealing.encapsulationCoins) });
  equal(made, envelope.bytes);
  equal(openSigned(sealing.purpose, { secret: hex(envelope.recipientSecret), context: hex(sealing.recipientContext), envelope: made, signerOf: () => crypto.edPublic(signingSeed) }).statement, sealing.statement);
  const known = readChain(hex(chain), now);
  assert.equal(known.peerId, peerId);
  equal(known.instanceId, instanceId);
  const bytes = fromCardText(card);
  assert.equal(cardText(bytes), card);
  assert.equal(readCard(bytes, { now }).chain.peerId, peerId);
};

export const identity = () => {
  const all = vectors('identity');
  const { now, peerId, keys } = all;
  const first = readCertificate(hex(all.firstCertificate));
  assert.equal(first.peerId, peerId);
  equal(first.recoveryHash, all.recovery.hash);
  equal(crypto.H(crypto.edPublic(hex(all.recovery.seed))), all.recovery.hash);
  for (const key of keys) equal(crypto.H(hex(key.spki)), key.spkiHash);
  const from = { peerId, spki: first.spki, epoch: 1, recoveryHash: first.recoveryHash, recoveryEpoch: 0 };
  for (const one of all.links) {
    const link = readLink(hex(one.bytes));
    assert.deepEqual([link.oldEpoch, link.epoch, link.time, link.purpose], [one.oldEpoch, one.epoch, one.time, one.purpose === 'compromise' ? 1 : 0]);
    const old = keys.find((key) => key.spkiHash === one.oldSpkiHash);
    assert.equal(follow({ ...from, spki: hex(old.spki), epoch: one.oldEpoch }, [link]).epoch, one.epoch);
  }
  for (const one of all.recoveries) {
    const statement = readRecovery(hex(one.bytes));
    equal(statement.recoveryKey, one.recoveryKey);
    assert.deepEqual(statement.revoked.map((hash) => hash.toString('hex')), one.revoked);
    assert.equal(follow(from, [statement]).epoch, one.epoch);
  }
  for (const one of all.histories) {
    const history = readHistory(hex(one.bytes));
    assert.equal(history.head.epoch, one.epoch);
    equal(makeHistory(history.first.bytes, history.elements), one.bytes);
  }
  const card = readCard(hex(all.card), { now });
  assert.equal(card.chain.peerId, peerId);
  const forContacts = readCard(hex(all.cardForContacts), { now, pinned: true });
  assert.equal(forContacts.history.length, 0);
  assert.throws(() => readCard(hex(all.cardForContacts), { now }));
  assert.ok(proves(card.history, card.chain.identity));
};


const kekOf = (it) => ({ key: hex(it.kek), kekId: hex(it.kekId), creatingInstance: hex(it.creatingInstance), kekEpoch: it.kekEpoch, notBefore: it.notBefore, notAfter: it.notAfter });

const contentOf = (one) => (one.content === undefined ? cat(hex(one.contentParts.before), Buffer.concat(Array(one.contentParts.times).fill(hex(one.contentParts.repeat))), hex(one.contentParts.after ?? '')) : hex(one.content));

export const dialog = () => {
  const all = vectors('dialog');
  const it = all.inputs;
  const [from, to, seed, secret] = [it.sender, it.recipient, it.signingSeed, it.exchangeSecret].map(hex);
  equal(crypto.edPublic(seed), all.signer);
  const exchangeKey = crypto.kemPublic(secret);
  equal(exchangeKey, all.exchangeKey);
  const names = { initiatorCert: hex(it.initiatorCert), initiatorIssued: it.initiatorIssued, targetCert: hex(it.targetCert), targetIssued: it.targetIssued };
  const kek = kekOf(it);
  const block = message.makeBlock({ names, kek, exchangeKey, signingSeed: seed, coins: hex(it.encapsulationCoins) });
  equal(block, all.block);
  equal(crypto.H(block), all.hdr1);
  equal(message.kekCheck(kek.key), all.kekCheck);
  const read = whole(block, (reader) => message.readBlock(reader));
  equal(read.wrapped, all.wrappedKek);
  assert.ok(message.blockSigned(read, crypto.edPublic(seed)));
  equal(message.unwrapKek(read, secret), it.kek);
  const stream = { dialogId: hex(it.dialogId), senderInstance: hex(it.senderInstance) };
  const dsk = { key: hex(it.dsk), dskId: hex(it.dskId), dskEpoch: it.dskEpoch, firstSequence: it.firstSequence, kind: it.kind };
  const dskHeader = message.makeDskHeader({ from, to, stream, dsk, kek, nonce: hex(it.dskWrapNonce) });
  equal(dskHeader, all.dskHeader);
  equal(crypto.H(dskHeader), all.hdr2);
  equal(message.dskCheck(dsk.key), all.dskCheck);
  equal(message.unwrapDsk({ from, to, stream, dsk: whole(dskHeader, (reader) => message.readDskHeader(reader)), kekId: kek.kekId, kek: kek.key }), it.dsk);
  for (const one of all.messages) oneMessage(one, { block, dskHeader, dsk, stream, c: hex(it.blind) });
  const short = all.shortForm;
  equal(cat(hex(all.hdr1).subarray(0, 16), hex(all.hdr2).subarray(0, 16)), short.headers);
  for (const one of short.messages) {
    const full = all.messages.find(({ name }) => name === one.message);
    equal(message.shorten(hex(full.bytes)), one.bytes);
    equal(message.lengthen(hex(one.bytes), block, dskHeader), full.bytes);
    assert.equal(message.readShort(hex(one.bytes)).sequence, full.sequence);
  }
  transcripts(all, from, to, stream);
  const nextKek = kekOf({ ...it, ...all.nextKek });
  const nextBlock = message.makeBlock({ names, kek: nextKek, exchangeKey, signingSeed: seed, coins: hex(all.nextKek.encapsulationCoins) });
  equal(nextBlock, all.nextKek.block);
  equal(message.makeDskHeader({ from, to, stream, dsk, kek: nextKek, nonce: hex(all.nextKek.dskWrapNonce) }), all.nextKek.dskHeader);
  for (const one of all.takeovers) {
    const taker = { key: hex(one.dsk), dskId: hex(one.dskId), dskEpoch: one.dskEpoch, firstSequence: one.firstSequence, kind: one.kind };
    const header = message.makeDskHeader({ from, to, stream, dsk: taker, kek: nextKek, nonce: hex(one.wrapNonce) });
    equal(header, one.dskHeader);
    const content = contentOf(all.messages.find(({ sequence, control }) => sequence === one.sequence && !control));
    equal(message.makeMessage({ block: nextBlock, dskHeader: header, dsk: taker, stream, sequence: one.sequence, time: one.time, content, salt: hex(one.salt), c: hex(it.blind) }), one.bytes);
  }
  standing(all.standing, seed);
};

const oneMessage = (one, parts) => {
  const content = contentOf(one);
  const made = message.makeMessage({ ...parts, sequence: one.sequence, control: one.control, time: one.time, salt: hex(one.salt), content });
  assert.equal(made.length, one.length, one.name);
  equal(one.bytes ? made : crypto.H(made), one.bytes ?? one.sha256);
  const read = message.readMessage(made);
  equal(message.bodyNonce(read), one.nonce);
  equal(message.bodyAad(read), one.aad);
  const opened = message.openBody(read, parts.dsk.key);
  assert.ok(opened.content.equals(content));
  const said = one.control ? readControl(content) : readContent(content);
  assert.notEqual(said.type, 'unsupported', one.name);
  assert.ok((one.control ? writeControl(said) : writeContent(said)).equals(content), one.name);
};

const transcripts = (all, from, to, stream) => {
  const contents = all.transcriptContents.map(hex);
  let digest = message.digestStart(from, to, stream);
  equal(digest, all.transcript[0]);
  contents.forEach((plain, at) => equal((digest = message.digestNext(digest, at + 1, plain)), all.transcript[at + 1]));
  let gapped = message.digestNext(message.digestStart(from, to, stream), 1, contents[0]);
  equal(gapped, all.transcriptOverGap[1]);
  for (const [at, step] of [[2, 'gap'], [3, 'gap'], [4, contents[2]]]) {
    gapped = step === 'gap' ? message.digestGap(gapped, at) : message.digestNext(gapped, at, step);
    equal(gapped, all.transcriptOverGap[at]);
  }
};

const standing = (one, seed) => {
  equal(startToken(seed, one.time), one.startToken);
  const streams = one.streams.map((it) => ({ ...it, dialogId: hex(it.dialogId), digest: hex(it.digest) }));
  equal(writeStanding({ startToken: hex(one.startToken), heardToken: hex(one.heardToken), streams, last: one.last }), one.bytes);
  assert.equal(readStanding(hex(one.bytes)).streams[0].highest, one.streams[0].highest);
};
