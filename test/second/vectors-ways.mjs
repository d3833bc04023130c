/** What docs/protocol.md §10, §11 and §15 say, held against test/vectors. */
import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';
import { sign, createPrivateKey } from 'node:crypto';
import { base32, cat, hex, lp, need, Refused, strictText, u16, u32, u64, u8, whole } from './bytes.mjs';
import { edPublic, edSign, H, HKDF, HMAC, instanceIdOf, kemPublic, label, open, seal, ZERO_NONCE } from './crypto.mjs';
import { openSigned, sealSigned } from './envelope.mjs';
import { readCard, readMailboxes, readStopped, writeMailboxes } from './card.mjs';
import * as channel from './channel.mjs';
import * as deposit from './deposit.mjs';
import { readGrant, readReveal, sixDigits } from './device.mjs';
import { makeLink, readLink } from './link.mjs';
import * as words from './words.mjs';
import * as session from './session.mjs';
import { equal, vectors } from './vectors-core.mjs';

/** What a vector calls refused must be refused here, as what this reader throws and never as a fault of its own. */
const refused = (name, act) => {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof Refused, `${name}: ${error.stack}`);
    return;
  }
  assert.fail(`${name} was taken`);
};

const recipientOf = ({ recipient }) => ({ peerId: hex(recipient.peerId), exchangeHash: hex(recipient.credentialHash), exchangeSecret: hex(recipient.exchangeSecret), exchangeKey: kemPublic(hex(recipient.exchangeSecret)) });

export const deposits = () => {
  const all = vectors('deposit');
  const to = recipientOf(all);
  const { now, chain, signingSeed } = all.sender;
  for (const one of all.deposits) {
    const made = deposit.makeDeposit({ chain: hex(chain), message: hex(one.message), signingSeed: hex(signingSeed), to, contentKey: hex(one.contentKey), coins: hex(one.encapsulationCoins) });
    equal(made, one.deposit);
    const opened = deposit.openDeposit(made, to, now);
    equal(opened.message, one.message);
    equal(opened.signature, one.signature);
    assert.equal(opened.statement.length, one.statementLength);
    assert.equal(opened.chain.peerId, all.sender.peerId);
  }
  const file = deposit.makeFile(all.deposits.map((one) => hex(one.deposit)));
  equal(file.subarray(-32), all.fileHash);
  assert.equal(deposit.readFile(file).length, all.deposits.length);
};

export const ways = () => {
  const all = vectors('ways');
  const to = recipientOf(all);
  const { now, signingSeed } = all.sender;
  const mailboxes = all.mailboxes.map((one) => ({ ...one, authority: hex(one.authority ?? ''), address: hex(one.address), slot: hex(one.slot) }));
  equal(writeMailboxes(mailboxes), all.section);
  equal(writeMailboxes([]), all.none);
  equal(cat(u8(2), ...all.stopped.statements.map((one) => lp(hex(one)))), all.stopped.section);
  assert.equal(readStopped(hex(all.stopped.section)).length, 2);
  const card = readCard(hex(all.card.bytes), { now });
  assert.deepEqual(card.sections.map(({ type, body }) => ({ type, body: body.toString('hex') })), all.card.sections);
  const cardDeposit = (told, extra) => deposit.makeCardDeposit({ card: hex(all.card.bytes), signingSeed: hex(signingSeed), to, contentKey: hex(told.contentKey ?? all.deposit.contentKey), coins: hex(told.encapsulationCoins ?? all.deposit.encapsulationCoins), ...extra });
  equal(cardDeposit(all.deposit, { wantsAnswer: all.deposit.wantsAnswer }), all.deposit.bytes);
  assert.equal(deposit.openCardDeposit(hex(all.deposit.bytes), to, now).wantsAnswer, all.deposit.wantsAnswer);
  equal(deposit.makeToldDeposit({ chain: hex(all.sender.chain), steps: hex(all.told.steps), signingSeed: hex(signingSeed), to, contentKey: hex(all.told.contentKey), coins: hex(all.told.encapsulationCoins) }), all.told.bytes);
  equal(deposit.openToldDeposit(hex(all.told.bytes), to, now).steps, all.told.steps);
  carried(all);
  invitationMail(all, to, card, cardDeposit, now);
  mailboxNames(all);
  bad(all.bad, to, now);
};

const carried = ({ carried: one, carriedControls, deposit: sent }) => {
  equal(cat(u64(one.place), hex(one.credentialHash).subarray(0, 8)), one.id);
  equal(H(hex(sent.bytes)).subarray(0, 16), one.back);
  for (const it of carriedControls) equal(cat(u8(0x80), H(hex(it.dialogId), u8(it.index)).subarray(0, 7), hex(one.credentialHash).subarray(0, 8)), it.id);
};

const longLink = (text) => {
  const prefix = 'keyshift:invite-long/';
  need(text.startsWith(prefix), 'no long link');
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  need(bytes.toString('base64url') === text.slice(prefix.length) && bytes.length > 8, 'base64url that is not canonical');
  const body = bytes.subarray(0, -8);
  need(H(label('long-link-checksum'), body).subarray(0, 8).equals(bytes.subarray(-8)), 'altered');
  return whole(body, (reader) => {
    need(reader.u8() === 1, 'version');
    return { link: readLink(strictText(reader.lp(250))), card: reader.lp(60 * 1024) };
  });
};
const checkLong = ({ link, card }, now) => {
  const { chain } = readCard(card, { now });
  need(chain.peerIdBytes.equals(link.peerId) && chain.instanceId.equals(link.instanceId), 'a card of somebody else');
};

const invitationMail = (all, to, card, cardDeposit, now) => {
  const long = longLink(all.longInvitation.text);
  equal(long.card, all.card.bytes);
  equal(long.link.secret, all.longInvitation.secret);
  assert.equal(makeLink(long.link), all.longInvitation.link);
  const it = all.invitationMail;
  const secret = hex(it.secret);
  equal(channel.helloKey(secret), it.helloKey);
  equal(channel.invitationId(secret), it.id);
  const hash = deposit.mailHash(to.peerId, to.exchangeHash, hex(all.card.bytes));
  equal(hash, it.mailHash);
  const proof = cat(channel.invitationId(secret), channel.helloTag(secret, hash, to.peerId), channel.proofTag(secret, hash, to.peerId, card.chain.peerIdBytes, to.exchangeHash, card.chain.identity.spkiHash));
  equal(proof, it.proof);
  equal(cardDeposit(it, { wantsAnswer: true, proof }), it.deposit);
  equal(deposit.openCardDeposit(hex(it.deposit), to, now).proof.id, it.id);
  for (const one of it.verdicts) {
    equal(cat(channel.invitationId(secret), u8({ used: 1, expired: 2 }[one.result])), one.bytes);
    equal(cardDeposit(one, { verdict: hex(one.bytes) }), one.deposit);
  }
};

/** Ed25519 without a label, as NATS has it. */
const plainSign = (seed, message) => sign(null, message, createPrivateKey({ key: cat(hex('302e020100300506032b657004220420'), seed), format: 'der', type: 'pkcs8' }));
const crc16 = (bytes) => bytes.reduce((crc, byte) => {
  let value = crc ^ (byte << 8);
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1;
  return value & 0xffff;
}, 0);
const deviceKey = (key) => {
  const body = cat(u8(0xa0), key);
  const crc = crc16(body);
  return base32(cat(body, Buffer.from([crc & 255, crc >> 8]))).toUpperCase();
};
const registration = (text) => {
  const bytes = Buffer.from(text.replace(/\s/g, '').replace(/^keyshift-mailbox:/, ''), 'base64url');
  const body = bytes.subarray(8);
  need(text.startsWith('keyshift-mailbox:') && H(body).subarray(0, 8).equals(bytes.subarray(0, 8)), 'checksum');
  return inflateRawSync(body).toString();
};
const mailboxNames = (all) => {
  const { device, subjects, published } = all;
  const seed = hex(device.seed);
  assert.equal(deviceKey(edPublic(seed)), device.key);
  assert.equal(plainSign(seed, Buffer.from(device.nonce)).toString('base64url'), device.answer);
  const [, , address, slot] = subjects.deposit.split('.').map((part, at) => (at ? part : `${part}`));
  assert.match(address + slot, /^[0-9a-f]{48}$/);
  assert.equal(subjects.inbox, `_IN.${device.key}`);
  assert.equal(subjects.recordRead, `MBXAPI.DIRECT.GET.KV_sess.$KV.sess.${address}.${subjects.name}`);
  assert.equal(subjects.recordWrite, `MBXAPI.$KV.sess.${address}.${subjects.name}`);
  assert.equal(registration(all.registration.text), all.registration.json);
  const headers = `NATS/1.0\r\nNats-Msg-Id: ${published.id}\r\n\r\n`;
  const body = hex(published.deposit);
  equal(cat(`HPUB ${subjects.deposit} ${published.inbox} ${headers.length} ${headers.length + body.length}\r\n${headers}`, body, '\r\n'), published.bytes);
};

const bad = (told, to, now) => {
  for (const one of told.sections) refused(one.name, () => readMailboxes(hex(one.bytes)));
  for (const one of told.stopped) refused(one.name, () => readStopped(hex(one.bytes)));
  for (const one of told.cards) refused(one.name, () => readCard(hex(one.bytes), { now }));
  for (const one of told.deposits) refused(one.name, () => deposit.openCardDeposit(hex(one.bytes), to, now));
  for (const one of told.told) refused(one.name, () => deposit.openToldDeposit(hex(one.bytes), to, now));
  for (const one of told.longInvitations) refused(one.name, () => checkLong(longLink(one.text), now));
};

export const ownWords = () => {
  const all = vectors('words');
  all.topics.forEach(({ name, bytes }) => assert.equal(words.TOPICS[hex(bytes)[0] - 1], name));
  const { author } = all.replica;
  const [peerId, key] = [hex(author.peerId), edPublic(hex(author.seed))];
  equal(instanceIdOf(key), author.instanceId);
  for (const one of all.replica.good) {
    const read = words.replica(hex(one.bytes));
    equal(words.writeReplica(read), one.bytes);
    for (const it of read.facts ?? []) {
      assert.ok(words.factIsSigned(peerId, key, it), one.name);
      assert.ok(words.signFact(hex(author.seed), peerId, key, it).equals(it.signature));
    }
  }
  for (const one of all.unsigned) assert.ok(!words.replica(hex(one.bytes)).facts.every((it) => words.factIsSigned(peerId, key, it)), one.name);
  for (const [topic, read] of Object.entries(words.BY_TOPIC)) {
    for (const one of all[topic].good) assert.notEqual(read(hex(one.bytes)), words.PASSED_OVER, one.name);
    for (const one of all[topic].bad) wrongWord(read, one);
  }
  for (const [kind, told] of Object.entries(all.upkeep).filter(([, value]) => value.good)) {
    for (const one of told.good) words.upkeep[kind](hex(one.bytes));
    for (const one of told.bad) wrongWord(words.upkeep[kind], one);
  }
  pieces(all.files);
  mailboxFacts(all.mailboxFacts, peerId);
  longWords(all.upkeep);
};
const mailboxFacts = (told, peerId) => {
  for (const [kind, read] of [['mailbox', words.mailboxFact], ['revoked', words.revokedFact]]) {
    for (const one of told[kind].good) read(hex(one.bytes));
    for (const one of told[kind].bad) wrongWord(read, one);
  }
  const [device, key, address] = told.key.split('/');
  const { server, proof } = words.mailboxFact(hex(told.mailbox.good[0].bytes));
  const statement = words.mailboxStatement(peerId, hex(device), hex(address), server);
  equal(statement, told.statement);
  assert.equal(deviceKey(edPublic(hex(told.deviceSeed))), key);
  equal(proof, plainSign(hex(told.deviceSeed), statement).toString('hex'));
};
const wrongWord = (read, { name, outcome, bytes }) =>
  outcome === 'passed over' ? assert.equal(read(hex(bytes)), words.PASSED_OVER, name) : refused(name, () => read(hex(bytes)));

const pieces = ({ key, transfer, pieces: list }) => {
  for (const one of list) {
    const plain = Buffer.from(Array.from({ length: one.length }, (_, at) => (one.index * 65_536 + at) % 256));
    const last = (one.index + 1) * 65_536 >= one.size ? 1 : 0;
    const sealed = seal('file-chunk', hex(key), cat(Buffer.alloc(15), u8(last), u64(one.index)), hex(transfer), plain);
    if (one.sealed) equal(sealed, one.sealed);
    if (one.sha256) equal(H(sealed), one.sha256);
  }
};
const longWords = ({ parts, badParts }) => {
  const word = cat(u8(parts.kind), Buffer.from(Array.from({ length: 61_440 }, (_, at) => at % 256)));
  const cut = words.parts(word);
  assert.deepEqual(cut.map(({ length }) => length), parts.lengths);
  assert.deepEqual(cut.map((part) => part.subarray(0, 4).toString('hex')), parts.heads);
  const join = words.joiner();
  assert.equal(join(cut[0]), undefined);
  assert.ok(join(cut[1]).equals(word));
  for (const one of badParts) {
    if (one.outcome === 'passed over') assert.equal(words.upkeepKind(words.joiner()(hex(one.bytes))[0]), undefined, one.name);
    else refused(one.name, () => words.upkeepKind(words.joiner()(hex(one.bytes))[0]) && need(false, 'a word with another body'));
  }
};

export const lan = () => {
  const { inputs, tag, packets } = vectors('lan');
  const tagOf = (hash) => HMAC(H(label('lan-tag'), hash), hex(inputs.nonce)).subarray(0, 8);
  const bytes = cat(hex(inputs.nonce), ...inputs.exchangeHashes.map((hash) => tagOf(hex(hash))));
  equal(bytes, tag.bytes);
  assert.equal(bytes.toString('base64url'), tag.text);
  const name = (...parts) => cat(...parts.map((part) => cat(u8(part.length), part)), u8(0));
  const service = name('_keyshift', '_tcp', 'local');
  const { name: instance, host, port } = inputs.announced;
  const [instanceName, hostName] = [name(instance, '_keyshift', '_tcp', 'local'), name(host, 'local')];
  const record = (owner, type, cls, ttl, data) => cat(owner, u16(type), u16(cls), u32(ttl), u16(data.length), data);
  const head = (flags, questions, answers) => cat(u16(0), u16(flags), u16(questions), u16(answers), u16(0), u16(0));
  const texts = ['v=2', `t=${tag.text}`].map((text) => cat(u8(text.length), text));
  equal(
    cat(
      head(0x8400, 0, 4),
      record(service, 12, 1, 120, instanceName),
      record(instanceName, 33, 0x8001, 120, cat(u16(0), u16(0), u16(port), hostName)),
      record(instanceName, 16, 0x8001, 120, cat(...texts)),
      record(hostName, 1, 0x8001, 120, Buffer.from(inputs.address.split('.').map(Number))),
    ),
    packets.announcement,
  );
  equal(cat(head(0x8400, 0, 1), record(service, 12, 1, 0, instanceName)), packets.goodbye);
  equal(cat(head(0, 1, 0), service, u16(12), u16(1)), packets.question);
};

export const linking = () => {
  const all = vectors('linking');
  const { link, host, joiner, frames } = all;
  const [hash, secret, peerId] = [hex(all.channelHash), hex(link.secret), hex(host.peerId)];
  const read = readLink(link.text, 'device');
  assert.deepEqual([read.addresses, read.expiry], [link.addresses, link.expiry]);
  for (const one of all.badLinks.filter(({ code }) => code === 'device.link-garbled')) refused(one.name, () => readLink(one.text, 'device'));
  equal(HMAC(HKDF(secret, 'device-link-hello'), hash, peerId, hex(link.instanceId)), frames.hello);
  const hostReveal = cat(hex(host.nonce), peerId, hex(host.spkiHash), hex(host.credentialHash));
  const commitment = H(label('device-link-commit'), hostReveal, hash);
  equal(cat(commitment, HMAC(HKDF(secret, 'device-link-answer'), hash, commitment)), frames.answer);
  const signingKey = edPublic(hex(joiner.signingSeed));
  const kemKey = kemPublic(hex(joiner.kemSecret));
  equal(instanceIdOf(signingKey), joiner.instanceId);
  const reveal = cat(hex(joiner.nonce), signingKey, kemKey, lp(joiner.deviceName));
  equal(reveal, frames.reveal);
  equal(cat(hostReveal.subarray(0, 32), hex(host.spkiHash), lp(hex(frames.card)), edSign(hex(host.signingSeed), 'device-link-keys', hash, hostReveal, reveal)), frames.keys);
  for (const one of all.digits) assert.equal(sixDigits(H(label('device-link-code'), hostReveal, lp(reveal), hex(one.channelHash))), one.digits);
  const agreed = edSign(hex(joiner.signingSeed), 'instance-consent', u8(4), peerId, signingKey, kemKey);
  equal(cat(u8(1), agreed), frames.confirm);
  const context = cat(hash, peerId, hex(joiner.instanceId));
  const sealed = sealSigned('device-link-grant', { signingSeed: hex(host.signingSeed), recipientKey: kemKey, context, statement: hex(all.grant.statement), contentKey: hex(all.grant.contentKey), coins: hex(all.grant.encapsulationCoins) });
  equal(cat(u8(1), sealed), frames.grant[0]);
  readGrant(hex(all.grant.statement));
  const openGrant = (bytes) => openSigned('device-link-grant', { secret: hex(joiner.kemSecret), context, envelope: bytes, signerOf: () => edPublic(hex(host.signingSeed)) });
  equal(openGrant(sealed).statement, all.grant.statement);
  for (const one of all.badReveals) refused(one.name, () => readReveal(hex(one.bytes)));
  for (const one of all.badGrants) refused(one.name, () => openGrant(hex(one.bytes)));
  for (const one of all.badStatements) refused(one.name, () => readGrant(hex(one.bytes)));
};
export const sharing = () => {
  const all = vectors('sharing');
  const secretOf = (one) => hex(one.secret);
  for (const one of [...all.persons, all.pair, all.otherPair]) equal(H(label('sharing-key'), secretOf(one)).subarray(0, 8), one.id);
  const used = all.persons.toSorted((a, b) => b.listVersion - a.listVersion || (a.id < b.id ? -1 : 1))[0];
  assert.equal(used.id, all.inUse);
  const it = all.state;
  const keyId = hex(it.keyId);
  const position = ({ counter, digest }) => cat(u64(counter), hex(digest));
  const state = cat(u8(1), keyId, hex(it.secret), hex(it.peerId), hex(it.peerInstance), hex(it.peerInstanceHash), hex(it.pin), u64(it.madeAt), u64(it.expiresAt), position(it.sent), position(it.received), lp(hex(it.peerChain)));
  equal(state, it.bytes);
  const nonce = hex(it.nonce);
  // In the order of whoever made it: each finds its own by the id.
  const wraps = [all.otherPair, all.pair].map((one) => cat(hex(one.id), seal('session-wrap', HKDF(secretOf(one), 'session-wrap'), nonce, keyId, hex(it.contentKey))));
  equal(cat(nonce, u8(wraps.length), ...wraps, seal('session-state', hex(it.contentKey), nonce, keyId, state)), it.body);
  equal(seal('handover-hint', HKDF(secretOf(used), 'handover-hint', keyId), ZERO_NONCE, Buffer.alloc(0), hex(all.owner)), all.hint);
  for (const one of all.lines) equal(cat(u8(1), u8(['held', 'lent', 'gone'].indexOf(one.phase)), u32(one.generation), hex(one.owner), lp(hex(one.taker)), u64(one.leaseEnd), u64(one.expiresAt), lp(bodyOf(one))), one.bytes);
  const recordKey = HKDF(secretOf(used), 'repository-record');
  equal(HKDF(secretOf(used), 'repository-name', keyId, 16), all.record.name);
  const record = hex(all.record.bytes);
  const line = open('repository-record', recordKey, record.subarray(0, 24), keyId, record.subarray(24));
  equal(cat(hex(all.record.nonce), seal('repository-record', recordKey, hex(all.record.nonce), keyId, line)), all.record.bytes);
  keysWord(all);
  const entry = { keyId, rs: hex(it.secret), peerInstanceHash: hex(it.peerInstanceHash), received: { counter: all.shown.counter, digest: hex(it.received.digest) } };
  const shown = session.readResumeM1(hex(all.shown.m1));
  equal(shown.hint, all.hint);
  assert.equal(session.checkResumeM1(hex(all.shown.m1), shown, entry).counter, all.shown.counter);
};
const bodyOf = (one) => whole(hex(one.bytes), (reader) => (reader.take(22), reader.lp(), reader.take(16), reader.lp()));
const keysWord = ({ keys: it, persons, pair }) => {
  const context = cat(hex(it.peerId), hex(it.credentialHash));
  const opened = openSigned('sharing-key', { secret: hex(it.kemSecret), context, envelope: hex(it.bytes), signerOf: () => edPublic(hex(it.giverSeed)) });
  const given = whole(opened.statement, (reader) => ({ persons: reader.list(reader.u8(), () => [reader.u64(), reader.take(32)]), version: reader.u64(), pair: reader.take(32) }));
  assert.ok(given.persons.every(([version, secret]) => persons.some((one) => one.listVersion === version && one.secret === secret.toString('hex'))));
  equal(given.pair, pair.secret);
  assert.equal(given.version, pair.listVersion);
  equal(sealSigned('sharing-key', { signingSeed: hex(it.giverSeed), recipientKey: kemPublic(hex(it.kemSecret)), context, statement: opened.statement, contentKey: hex(it.contentKey), coins: hex(it.encapsulationCoins) }), it.bytes);
};