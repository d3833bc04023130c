/**
 * Makes test/vectors/handshakes.json with the people, the draws and the times of session-transcripts.json: each message of a handshake as it should be, at each bound, and with
 * one thing wrong, and what whoever gets it does. `node test/second/handshake-vectors.mjs` writes the file.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { cat, hex, lp, u64, u8 } from './bytes.mjs';
import { edSign, H, HKDF, HMAC, label, seal, xPublic } from './crypto.mjs';
import { readChain } from './credentials.mjs';
import { sealPayload, selectorOf } from './envelope.mjs';
import * as session from './session.mjs';
import { vectors } from './vectors-core.mjs';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const zeros = Buffer.alloc(32);
/** A point of small order. */
const LOW = hex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800');
const filled = (from, length) => Buffer.from(Array.from({ length }, (_, at) => (from + at) & 255));
const flip = (bytes, at) => cat(bytes.subarray(0, at), u8(bytes.at(at) ^ 1), at === -1 ? Buffer.alloc(0) : bytes.subarray(at + 1));

/** The people of the transcripts, as either side of a handshake. */
export const sides = () => {
  const { people, draws, full, resume } = vectors('session-transcripts');
  const person = (told) => {
    const chain = readChain(hex(told.chain), people.now);
    return {
      chain: hex(told.chain), listVersion: told.listVersion, peerId: hex(told.peerIdBytes), signingSeed: hex(told.instanceSeed), exchangeSecret: hex(told.exchangeKemSecret),
      exchangeHash: chain.exchange.hash, exchangeKey: chain.exchange.kemKey, instanceHash: chain.instance.hash, known: { peerId: chain.peerId, spkiHash: chain.identity.spkiHash },
    };
  };
  const [client, server] = [person(people.client), person(people.server)];
  const drawn = (told) => Object.fromEntries(Object.entries(told).map(([name, text]) => [name, hex(text)]));
  const position = ({ counter, digest }) => ({ counter, digest: hex(digest) });
  const [keyId, rs] = [hex(full.keyId), hex(full.resumptionSecret)];
  return {
    now: people.now, client, server, draws: { client: drawn(draws.full.client), server: drawn(draws.full.server), resumeClient: drawn(draws.resume.client), resumeServer: drawn(draws.resume.server) },
    atClient: { keyId, rs, peerInstanceHash: server.instanceHash, sent: position(full.client.end), received: position(full.server.end) },
    atServer: { keyId, rs, peerInstanceHash: client.instanceHash, sent: position(full.server.end), received: position(full.client.end) },
    good: { m1: hex(full.m1), m2: hex(full.m2), resumeM1: hex(resume.m1), resumeM2: hex(resume.m2) },
  };
};

const bodyOf = ({ chain, share, statement, signature }) => cat(lp(chain), share, lp(statement), signature);
const framed = (type, mode, selector, envelope) => session.frame(type, cat(u8(mode), selector, envelope));

/** A full M1 put together of any parts. */
const m1Of = ({ client, server, draws, now }, changed = {}) => {
  const one = { purpose: 'm1-content', cn: draws.client.cn, share: xPublic(draws.client.share), chain: client.chain, seed: client.signingSeed, signedFor: server, mode: 1, behind: Buffer.alloc(0), ...changed };
  const statement = one.statement ?? cat(u64(one.time ?? now), u64(one.listVersion ?? client.listVersion));
  const envelope = sealPayload(one.purpose, server.exchangeKey, (ciphertext) => {
    const signature = edSign(one.seed, 'm1', cat(one.signedFor.peerId, one.signedFor.exchangeHash, H(ciphertext), one.signedShare ?? one.share, H(one.chain), statement));
    return cat(bodyOf({ chain: one.chain, share: one.share, statement, signature }), one.behind);
  }, { contentKey: one.cn, coins: draws.client.coins });
  return framed(session.TYPES.m1, one.mode, selectorOf(server.exchangeHash, envelope), envelope);
};
/** The same with bytes of its envelope changed and the selector that fits. */
const reselected = (bytes, server, change) => {
  const envelope = change(bytes.subarray(16));
  return framed(session.TYPES.m1, 1, selectorOf(server.exchangeHash, envelope), envelope);
};
const m1s = (all) => {
  const { client, server, draws, good, now } = all;
  const of = (changed) => m1Of(all, changed);
  const at = (time) => of({ time });
  const long = cat(client.chain, Buffer.alloc(12 * 1024 + 1 - client.chain.length));
  return [
    ['as it should be', good.m1, 'm2'],
    ['a day old', at(now - DAY), 'm2'], ['a day ahead', at(now + DAY), 'm2'], ['a millisecond older than a day', at(now - DAY - 1), 'retry'], ['a millisecond further ahead than a day', at(now + DAY + 1), 'retry'],
    ['another list version than its chain', of({ listVersion: 2 }), 'retry'], ['another selector', flip(good.m1, 8), 'retry'], ['another KEM ciphertext, and so another selector', flip(good.m1, 20), 'retry'],
    ['a chain with another signature', of({ chain: flip(client.chain, 1000) }), 'retry'], ['a chain that is none', of({ chain: filled(1, 50) }), 'retry'], ['no chain', of({ chain: Buffer.alloc(0) }), 'retry'],
    ['an envelope that does not open, its KEM ciphertext', reselected(good.m1, server, (envelope) => flip(envelope, 20)), 'close'], ['its sealed nonce', flip(good.m1, 16 + 1130), 'close'], ['its sealed body', flip(good.m1, 3000), 'close'], ['its last byte', flip(good.m1, -1), 'close'],
    ['sealed as an M2', of({ purpose: 'm2-content' }), 'close'], ['a nonce of zeros', of({ cn: zeros }), 'close'],
    ['signed by another device', of({ seed: filled(9, 32) }), 'close'], ['made for another person', of({ signedFor: { ...server, peerId: client.peerId } }), 'close'], ['made for another key of that person', of({ signedFor: { ...server, exchangeHash: client.exchangeHash } }), 'close'], ['signed over another share', of({ signedShare: filled(1, 32) }), 'close'],
    ['of the very device that gets it', of({ chain: server.chain, seed: server.signingSeed }), 'close'],
    ['a share of zeros', of({ share: zeros }), 'close'], ['a share of low order', of({ share: LOW }), 'close'], ['the share of the one that gets it', of({ share: xPublic(draws.server.semiStatic) }), 'close'],
    ['a byte behind the signature', of({ behind: u8(0) }), 'close'], ['a statement of 15 bytes', of({ statement: cat(u64(now), u64(1)).subarray(1) }), 'close'], ['a statement of 17 bytes', of({ statement: cat(u64(now), u64(1), u8(0)) }), 'close'], ['a statement of 257 bytes', of({ statement: Buffer.alloc(257) }), 'close'], ['a chain of 12 KiB and a byte', of({ chain: long }), 'close'],
    ['mode 0', of({ mode: 0 }), 'close'], ['mode 3', of({ mode: 3 }), 'close'], ['too short for a body', session.frame(session.TYPES.m1, good.m1.subarray(7, 7 + 9 + 1120 + 48 + 15)), 'close'], ['nothing', session.frame(session.TYPES.m1, Buffer.alloc(0)), 'close'],
  ];
};

const m2s = (all) => {
  const { client, server, draws, good, now } = all;
  const { notBefore, notAfter } = session.readM2(good.m2, client, draws.client.cn);
  const ownShare = xPublic(draws.client.share);
  const of = (changed = {}) => {
    const one = { purpose: 'm2-content', sn: draws.server.sn, copy: H(label('cn'), draws.client.cn), share: xPublic(draws.server.share), staticShare: xPublic(draws.server.semiStatic), notBefore, notAfter, chain: server.chain, seed: server.signingSeed, by: server, mode: 1, behind: Buffer.alloc(0), ...changed };
    const part = cat(one.staticShare, u64(one.notBefore), u64(one.notAfter));
    const signature = edSign(one.seed, 'm2-static', cat(one.by.peerId, one.by.instanceHash, one.signedPart ?? part));
    const body = cat(bodyOf({ chain: one.chain, share: one.share, statement: one.statement ?? cat(one.copy, part), signature }), one.behind);
    const envelope = sealPayload(one.purpose, client.exchangeKey, body, { contentKey: one.sn, coins: draws.server.coins });
    return framed(session.TYPES.m2, one.mode, selectorOf(client.exchangeHash, envelope), envelope);
  };
  const dated = (from, to) => of({ notBefore: now + from, notAfter: now + to });
  const part = cat(xPublic(draws.server.semiStatic), u64(notBefore), u64(notAfter));
  return [
    ['as it should be', good.m2, 'm3'],
    ['in force for a day', dated(0, DAY), 'm3'], ['for a day and a millisecond', dated(0, DAY + 1), 'close'], ['begins in twelve hours', dated(12 * HOUR, 13 * HOUR), 'm3'], ['begins a millisecond later', dated(12 * HOUR + 1, 13 * HOUR), 'close'], ['ended twelve hours ago', dated(-13 * HOUR, -12 * HOUR), 'm3'], ['ended a millisecond earlier', dated(-13 * HOUR, -12 * HOUR - 1), 'close'], ['ends before it begins', dated(HOUR, 0), 'close'],
    ['another selector', flip(good.m2, 8), 'close'], ['another KEM ciphertext', flip(good.m2, 20), 'close'], ['another sealed nonce', flip(good.m2, 16 + 1130), 'close'], ['another sealed body', flip(good.m2, 3000), 'close'], ['another last byte', flip(good.m2, -1), 'close'],
    ['sealed as an M1', of({ purpose: 'm1-content' }), 'close'], ['SN of zeros', of({ sn: zeros }), 'close'], ['SN that is CN', of({ sn: draws.client.cn }), 'close'], ['another copy of CN', of({ copy: flip(H(label('cn'), draws.client.cn), 0) }), 'close'], ['CN itself for its copy', of({ copy: draws.client.cn }), 'close'],
    ['of the very device that dialled', of({ chain: client.chain, seed: client.signingSeed, by: client }), 'close'], ['a chain with another signature', of({ chain: flip(server.chain, 1000) }), 'close'], ['a chain that is none', of({ chain: filled(1, 50) }), 'close'],
    ['a static part signed by another device', of({ seed: filled(9, 32) }), 'close'], ['signed for another credential', of({ by: { ...server, instanceHash: client.instanceHash } }), 'close'], ['signed for another person', of({ by: { ...server, peerId: client.peerId } }), 'close'], ['signed with another share', of({ signedPart: flip(part, 0) }), 'close'], ['signed with another end', of({ signedPart: flip(part, -1) }), 'close'],
    ['a share of zeros', of({ share: zeros }), 'close'], ['a share of low order', of({ share: LOW }), 'close'], ['the share of the dialler', of({ share: ownShare }), 'close'], ['a static share of zeros', of({ staticShare: zeros }), 'close'], ['a static share of low order', of({ staticShare: LOW }), 'close'], ['the share of the dialler for the static one', of({ staticShare: ownShare }), 'close'],
    ['a byte behind the signature', of({ behind: u8(0) }), 'close'], ['a statement of 79 bytes', of({ statement: cat(H(label('cn'), draws.client.cn), part).subarray(1) }), 'close'], ['a statement of 81 bytes', of({ statement: cat(H(label('cn'), draws.client.cn), part, u8(0)) }), 'close'],
    ['mode 2', of({ mode: 2 }), 'close'], ['mode 3', of({ mode: 3 }), 'close'], ['an M1', good.m1, 'close'],
  ];
};

/** The M1 of a resumption put together of any parts: `state` and `proof` are made over what stands before them. */
const resumeM1Of = ({ atClient, draws }, changed = {}) => {
  const one = { ...atClient, cn: draws.resumeClient.cn, share: xPublic(draws.resumeClient.share), target: session.targetOf(atClient.keyId, atClient.peerInstanceHash), hint: Buffer.alloc(0), stateSecret: atClient.rs, proofSecret: atClient.rs, behind: Buffer.alloc(0), ...changed };
  const length = 186 + one.hint.length + one.behind.length;
  const head = cat(session.frameHeader(session.frame(session.TYPES.m1, Buffer.alloc(length))), u8(2), one.keyId, one.cn, one.share, one.target, u8(one.hint.length), one.hint);
  const state = seal('resume-state', HKDF(one.stateSecret, 'resume-state'), one.cn.subarray(0, 24), head, cat(u64(one.received.counter), one.received.digest.subarray(0, 16)));
  return cat(head, state, HMAC(HKDF(one.proofSecret, 'resume-proof'), head, state), one.behind);
};
const resumeM1s = (all) => {
  const { atClient, good, server, client } = all;
  const of = (changed) => resumeM1Of(all, changed);
  const { received } = atClient;
  const cut = (bytes) => session.frame(session.TYPES.m1, bytes);
  return [
    ['as it should be', good.resumeM1, 'm2'], ['with a hint of 64 bytes', of({ hint: filled(1, 64) }), 'm2'], ['with fewer records received than were sent', of({ received: { counter: received.counter - 1, digest: filled(7, 32) } }), 'm2'],
    ['another key id', of({ keyId: flip(atClient.keyId, 0) }), 'retry'], ['for another device', of({ target: session.targetOf(atClient.keyId, client.instanceHash) }), 'retry'], ['another target', of({ target: flip(session.targetOf(atClient.keyId, server.instanceHash), 0) }), 'retry'],
    ['another proof', flip(good.resumeM1, -1), 'retry'], ['another state', flip(good.resumeM1, 7 + 114 + 3), 'retry'], ['another share than was proven', flip(good.resumeM1, 7 + 65), 'retry'], ['a proof by another secret', of({ proofSecret: filled(5, 32) }), 'retry'], ['a state by another secret, proven', of({ stateSecret: filled(5, 32) }), 'retry'],
    ['with more records received than were sent', of({ received: { ...received, counter: received.counter + 1 } }), 'retry'], ['with other records received', of({ received: { ...received, digest: flip(received.digest, 0) } }), 'retry'], ['with a digest that differs behind its 16 bytes', of({ received: { ...received, digest: flip(received.digest, 16) } }), 'm2'],
    ['a nonce of zeros', of({ cn: zeros }), 'close'], ['a share of zeros', of({ share: zeros }), 'close'], ['a share of low order', of({ share: LOW }), 'close'],
    ['a hint of 65 bytes', of({ hint: filled(1, 65) }), 'close'], ['a byte behind the proof', of({ behind: u8(0) }), 'close'], ['a byte less', cut(good.resumeM1.subarray(7, -1)), 'close'], ['a mode alone', cut(u8(2)), 'close'],
  ];
};
const resumeM2s = (all) => {
  const { atClient, draws, good } = all;
  const of = (changed = {}) => {
    const one = { keyId: atClient.keyId, cn: draws.resumeClient.cn, sn: draws.resumeServer.sn, share: xPublic(draws.resumeServer.share), behind: Buffer.alloc(0), ...changed };
    return session.frame(session.TYPES.m2, cat(u8(2), one.keyId, one.cn, one.sn, one.share, one.behind));
  };
  return [
    ['as it should be', good.resumeM2, 'm3'],
    ['another key id', of({ keyId: flip(atClient.keyId, 31) }), 'close'], ['another CN', of({ cn: flip(draws.resumeClient.cn, 31) }), 'close'], ['SN of zeros', of({ sn: zeros }), 'close'], ['SN that is CN', of({ sn: draws.resumeClient.cn }), 'close'],
    ['the share of the dialler', of({ share: xPublic(draws.resumeClient.share) }), 'close'], ['a share of zeros', of({ share: zeros }), 'close'], ['a share of low order', of({ share: LOW }), 'close'],
    ['a byte behind', of({ behind: u8(0) }), 'close'], ['a byte less', session.frame(session.TYPES.m2, good.resumeM2.subarray(7, -1)), 'close'], ['a full M2', good.m2, 'close'], ['an M1', good.resumeM1, 'close'],
  ];
};

/** `same` bytes in front and `end` bytes behind are those of the message as it should be. */
const packed = (list) => {
  const [[, good]] = list;
  return list.map(([name, bytes, answer]) => {
    const most = Math.min(bytes.length, good.length);
    let same = 0;
    while (same < most && bytes[same] === good[same]) same += 1;
    let end = 0;
    while (end < most - same && bytes.at(-1 - end) === good.at(-1 - end)) end += 1;
    return { name, answer, same, bytes: bytes.subarray(same, bytes.length - end).toString('hex'), end };
  });
};
export const unpacked = (one, good) => cat(good.subarray(0, one.same), hex(one.bytes), good.subarray(good.length - one.end));

export const handshakeVectors = () => {
  const all = sides();
  return { m1: packed(m1s(all)), m2: packed(m2s(all)), resumeM1: packed(resumeM1s(all)), resumeM2: packed(resumeM2s(all)) };
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync('test/vectors/handshakes.json', `${JSON.stringify(handshakeVectors(), undefined, 1)}\n`);
