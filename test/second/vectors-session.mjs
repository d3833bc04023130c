/** What docs/protocol.md §8, §9 and §12 say, held against test/vectors. */
import assert from 'node:assert/strict';
import { cat, hex, lp, u8, whole } from './bytes.mjs';
import { edPublic, edVerify, H, label, xAgree, xPublic } from './crypto.mjs';
import { selectorOf } from './envelope.mjs';
import { readChain } from './credentials.mjs';
import { follow, readElements } from './keys.mjs';
import * as session from './session.mjs';
import * as channel from './channel.mjs';
import { sixDigits } from './device.mjs';
import { makeLink, readLink } from './link.mjs';
import { equal, vectors } from './vectors-core.mjs';

const checkDirection = (direction, told) => {
  equal(direction.key, told.recordKey);
  equal(direction.salt, told.salt);
  equal(direction.confirmKey, told.confirmKey);
  equal(direction.digest, told.startDigest);
};

export const schedule = () => {
  const { inputs, master, keyId, sides, selector, nonceCopy, signatures } = vectors('session');
  const [sn, cn, m1, m2] = [inputs.sn, inputs.cn, inputs.m1, inputs.m2].map(hex);
  const mk = session.masterKey(sn, cn, hex(inputs.dhEphemeral), hex(inputs.dhSemiStatic), m1, m2);
  equal(mk, master);
  equal(session.keyIdOf(mk), keyId);
  for (const side of sides) {
    const direction = session.makeDirection(mk, side.role, { subject: hex(side.subject), fingerprint: hex(side.fingerprint), instanceHash: hex(side.instanceHash) }, m1, m2);
    checkDirection(direction, side);
    const nonces = side.role === 'client' ? [cn, sn] : [sn, cn];
    const confirm = session.confirmation(direction, side.role, ...nonces, m1, m2);
    equal(confirm, side.confirm);
    [session.item(1, confirm), ...inputs.applicationRecords.map(hex)].forEach((plain, at) => {
      equal(session.sealRecord(direction, plain), side.records[at]);
      equal(direction.digest, side.digests[at]);
    });
  }
  equal(selectorOf(hex(selector.credentialHash), hex(selector.envelope)), selector.selector);
  equal(H(label('cn'), cn), nonceCopy);
  const [peerId, share] = [signatures.peerId, signatures.share].map(hex);
  const key = hex(signatures.signingKey);
  equal(edPublic(hex(signatures.seed)), signatures.signingKey);
  const one = signatures.m1;
  assert.ok(edVerify(key, 'm1', hex(one.signature), peerId, hex(one.recipientCredentialHash), hex(one.kemCiphertextHash), share, hex(one.chainHash), hex(one.statement)));
  assert.ok(edVerify(key, 'm2-static', hex(signatures.m2Static.signature), peerId, hex(signatures.m2Static.instanceHash), hex(signatures.m2Static.part)));
};

const person = (told, now) => {
  const chain = readChain(hex(told.chain), now);
  return {
    ...told, chain: hex(told.chain), peerId: hex(told.peerIdBytes), signingSeed: hex(told.instanceSeed),
    exchangeSecret: hex(told.exchangeKemSecret), exchangeHash: chain.exchange.hash, exchangeKey: chain.exchange.kemKey,
    instanceHash: chain.instance.hash, signingKey: chain.instance.signingKey,
    names: { subject: chain.identity.subject, fingerprint: chain.identity.fingerprint, instanceHash: chain.instance.hash },
  };
};

/** M3, M4 and a record each way, as both sides make them. */
const finish = (mk, sides, cn, sn, m1, m2, told) => {
  equal(mk, told.master);
  equal(session.keyIdOf(mk), told.keyId);
  equal(session.resumptionSecret(mk), told.resumptionSecret);
  for (const role of ['client', 'server']) {
    const direction = session.makeDirection(mk, role, sides[role].names, m1, m2);
    checkDirection(direction, told[role]);
    const nonces = role === 'client' ? [cn, sn] : [sn, cn];
    equal(session.sealRecord(direction, session.item(1, session.confirmation(direction, role, ...nonces, m1, m2))), told[role === 'client' ? 'm3' : 'm4']);
    const reading = { ...direction };
    const plain = session.openRecord(reading, hex(told[`${role}Record`]));
    assert.ok(session.readItems(plain).length > 0);
    equal(session.sealRecord(direction, plain), told[`${role}Record`]);
    assert.equal(direction.counter, told[role].end.counter);
    equal(direction.digest, told[role].end.digest);
  }
};

export const transcripts = () => {
  const { people, draws, full, resume, channel: over } = vectors('session-transcripts');
  const [client, server] = [person(people.client, people.now), person(people.server, people.now)];
  const sides = { client, server };
  const [c, s] = [draws.full.client, draws.full.server];
  const m1 = session.makeM1(client, server, { cn: hex(c.cn), shareSecret: hex(c.share), coins: hex(c.coins), time: people.now });
  equal(m1.bytes, full.m1);
  const heard = session.readM1(m1.bytes, server);
  assert.ok(heard.signedBy(client.signingKey));
  const m2Bytes = hex(full.m2);
  const m2 = session.readM2(m2Bytes, client, m1.cn);
  assert.ok(m2.signedBy(server.signingKey, server.peerId, server.instanceHash));
  equal(m2.staticShare, xPublic(hex(s.semiStatic)).toString('hex'));
  const made = session.makeStatic({ ...server, secret: hex(s.semiStatic), notBefore: m2.notBefore, notAfter: m2.notAfter });
  equal(session.makeM2({ ...server, static: made }, client, heard.nonce, { sn: hex(s.sn), shareSecret: hex(s.share), coins: hex(s.coins) }).bytes, full.m2);
  const mk = session.masterKey(m2.nonce, m1.cn, xAgree(m1.shareSecret, m2.share), xAgree(m1.shareSecret, m2.staticShare), m1.bytes, m2Bytes);
  finish(mk, sides, m1.cn, m2.nonce, m1.bytes, m2Bytes, full);

  const entry = { keyId: session.keyIdOf(mk), rs: session.resumptionSecret(mk), peerInstanceHash: server.instanceHash, received: { counter: full.server.end.counter, digest: hex(full.server.end.digest) } };
  const again = session.makeResumeM1(entry, { cn: hex(draws.resume.client.cn), shareSecret: hex(draws.resume.client.share) });
  equal(again.bytes, resume.m1);
  const read = session.readResumeM1(again.bytes);
  equal(read.target, resume.target);
  equal(read.state, resume.state);
  equal(read.proof, resume.proof);
  assert.equal(session.checkResumeM1(again.bytes, read, entry).counter, entry.received.counter);
  const answer = session.makeResumeM2(read, { sn: hex(draws.resume.server.sn), shareSecret: hex(draws.resume.server.share) });
  equal(answer.bytes, resume.m2);
  const resumed = session.resumedKey(entry.rs, xAgree(again.shareSecret, session.readResumeM2(answer.bytes).share), answer.sn, again.cn, again.bytes, answer.bytes);
  finish(resumed, sides, again.cn, answer.sn, again.bytes, answer.bytes, resume);
  channelTranscript(over, draws.channel);
};

const channelTranscript = (told, draws) => {
  const opened = channel.makeOpen(hex(told.open)[7], hex(draws.client.kemSecret));
  equal(opened.bytes, told.open);
  const accepted = channel.makeAccept(opened.bytes, hex(draws.server.coins));
  equal(accepted.bytes, told.accept);
  const client = channel.makeChannel('client', channel.acceptShared(opened.secret, accepted.bytes), opened.bytes, accepted.bytes);
  const server = channel.makeChannel('server', accepted.shared, opened.bytes, accepted.bytes);
  equal(client.hash, told.hash);
  const hello = server.hear(hex(told.clientFrame));
  equal(hello.body, told.helloPayload);
  equal(client.say(hello.kind, hello.body), told.clientFrame);
  const reply = client.hear(hex(told.serverFrame));
  equal(server.say(reply.kind, reply.body), told.serverFrame);
};

const framesOf = (text) => {
  const out = [];
  for (let rest = hex(text); rest.length; ) {
    const next = session.nextFrame(rest);
    out.push(next.bytes);
    rest = next.rest;
  }
  return out;
};

export const rekey = () => {
  const all = vectors('rekey');
  const { asked, asker, now } = all;
  for (const name of ['contact', 'stranger']) {
    const told = all[name];
    const [openFrame, ...clientFrames] = framesOf(told.client);
    const [acceptFrame, ...serverFrames] = framesOf(told.server);
    equal(channel.makeOpen(channel.PURPOSE.rekey, hex(told.ephemeralSecret)).bytes, openFrame.toString('hex'));
    const shared = channel.acceptShared(hex(told.ephemeralSecret), acceptFrame);
    const [server, client] = ['server', 'client'].map((side) => channel.makeChannel(side, shared, openFrame, acceptFrame));
    const fromClient = clientFrames.map((bytes) => server.hear(bytes));
    const fromServer = serverFrames.map((bytes) => client.hear(bytes));
    const request = channel.readRekeyRequest(fromClient[0].body);
    equal(request.peerId, asked.peerIdBytes);
    if (name === 'contact') equal(channel.contactTag(hex(all.pairSecret), client.hash), request.tag.toString('hex'));
    const answer = joined(fromServer);
    const held = asked.keys.find(({ spkiHash }) => spkiHash === request.spkiHash.toString('hex'));
    judge(answer, request, server.hash, { ...asked, held }, now, name === 'contact');
    if (name === 'contact') offer(fromClient, fromServer, server.hash, asker, now);
  }
  const { cn, channelHash, nonce, secret, tag, askedBackTag } = all.refused;
  equal(session.pairSecret(hex(cn)), secret);
  equal(channel.contactTag(hex(secret), hex(channelHash)), tag);
  equal(channel.askedBackTag(hex(secret), hex(channelHash), hex(nonce)), askedBackTag);
};
const joined = (said) => channel.readRekeyAnswer(cat(...said.filter(({ kind }) => kind === channel.KIND.rekeyAns).map(({ body }) => body.subarray(1))));
const judge = (answer, request, hash, { held, peerId, recoveryKeyHash, keys }, now, withChain) => {
  const from = { peerId, spki: hex(held.spki), epoch: held.epoch, recoveryHash: hex(recoveryKeyHash), recoveryEpoch: 0 };
  const elements = answer.elements.length ? whole(answer.elements, (reader) => readElements(reader)) : [];
  const head = follow(from, elements);
  assert.equal(head.epoch, keys.at(-1).epoch);
  assert.equal(answer.chain.length > 0, withChain);
  if (!withChain) return;
  const chain = readChain(answer.chain, now);
  equal(chain.identity.spkiHash, H(head.spki).toString('hex'));
  assert.ok(channel.rekeySignedBy(chain.instance.signingKey, request, hash, answer));
};
const offer = (fromClient, fromServer, hash, asker, now) => {
  const said = fromClient.find(({ kind }) => kind === channel.KIND.rekeyOffer);
  equal(said.body, asker.peerIdBytes + asker.keys.at(-1).spkiHash);
  const back = channel.readRekeyRequest(fromServer.find(({ kind }) => kind === channel.KIND.rekeyReq).body);
  const held = asker.keys.find(({ spkiHash }) => spkiHash === back.spkiHash.toString('hex'));
  judge(joined(fromClient), back, hash, { ...asker, held }, now, true);
};

export const meeting = () => {
  const { ask, meetings } = vectors('meeting');
  equal(cat(lp(ask.by), lp(ask.wanted)), ask.body);
  for (const one of meetings) {
    const hash = hex(one.channelHash);
    const reveal = ({ nonce, peerId, spkiHash }) => cat(hex(nonce), hex(peerId), hex(spkiHash));
    const [client, server] = [reveal(one.asker), reveal(one.answerer)];
    equal(H(label('meet'), u8(1), client, hash), one.askerCommit);
    equal(H(label('meet'), u8(2), server, hash), one.answererCommit);
    const [lower, higher] = one.asker.peerId < one.answerer.peerId ? [client, server] : [server, client];
    assert.equal(sixDigits(H(label('meet-code'), lower, higher, hash)), one.digits);
    equal(cat(label('meet-card'), hash, u8(1), client, server), one.askerCardSigned);
    equal(cat(label('meet-card'), hash, u8(2), server, client), one.answererCardSigned);
  }
  invitationExample();
};

/** The one vector that stands in the document itself. */
const invitationExample = () => {
  const link = { peerId: Buffer.alloc(32, 1), instanceId: Buffer.alloc(16, 2), secret: Buffer.alloc(16, 3), expiry: 1_800_000_000, addresses: [{ host: '127.0.0.1', port: 4711 }] };
  const text = 'keyshift:invite/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAgICAgICAgICAgICAgICAgMDAwMDAwMDAwMDAwMDAwNrSdIAAQESZ38AAAHjFg1SMTRTCg';
  assert.equal(makeLink(link), text);
  assert.deepEqual(readLink(text).addresses, link.addresses);
  equal(channel.invitationId(link.secret), '2453992ebc6937f5e7429a0fd01fd637');
};
