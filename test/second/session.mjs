/** docs/protocol.md §8: frames, the four messages, the resumption, records. Pure: nothing here reads a socket. */
import { cat, lp, need, Reader, same, u16, u32, u64, u8, whole } from './bytes.mjs';
import { countedNonce, edSign, edVerify, H, HKDF, HMAC, label, open, random, seal, xAgree, xPublic } from './crypto.mjs';
import { openPayload, sealPayload, selectorOf } from './envelope.mjs';

export const TYPES = { m1: 1, m2: 2, record: 3, retry: 4, channelOpen: 16, channelAccept: 17, channelData: 18 };
const CAPS = { 1: 16_384, 2: 16_384, 3: 70_000, 4: 64, 16: 4096, 17: 4096, 18: 65_600 };
export const frame = (type, payload) => cat(u8(type), u16(0x0200), u32(payload.length), payload);
export const frameHeader = (bytes) => bytes.subarray(0, 7);
export const payloadOf = (bytes) => bytes.subarray(7);
/** The first whole frame of what has arrived, or nothing yet. */
export const nextFrame = (bytes) => {
  if (bytes.length > 0) need(CAPS[bytes[0]], 'frame type');
  if (bytes.length < 7) return undefined;
  need(bytes.readUInt16BE(1) === 0x0200 && bytes.readUInt32BE(3) <= CAPS[bytes[0]], 'frame');
  const length = 7 + bytes.readUInt32BE(3);
  return bytes.length < length ? undefined : { type: bytes[0], bytes: bytes.subarray(0, length), rest: bytes.subarray(length) };
};

const body = (chain, share, statement, signature) => cat(lp(chain), share, lp(statement), signature);
const readBody = (bytes) =>
  whole(bytes, (reader) => ({ chain: reader.lp(12 * 1024), share: reader.take(32), statement: reader.lp(256), signature: reader.take(64) }));
const payload = (credentialHash, envelope) => cat(u8(1), selectorOf(credentialHash, envelope), envelope);
const m1Signed = (to, ciphertext, share, chain, statement) => cat(to.peerId, to.exchangeHash, H(ciphertext), share, H(chain), statement);

/**
 * `own`: { chain, listVersion, signingSeed }; `to`: { peerId, exchangeHash, exchangeKey }.
 * @param {any} own
 * @param {any} to
 * @param {{ cn?: Buffer, shareSecret?: Buffer, coins?: Buffer, time: number }} how
 */
export const makeM1 = (own, to, { cn = random(32), shareSecret = random(32), coins, time }) => {
  const share = xPublic(shareSecret);
  const statement = cat(u64(time), u64(own.listVersion));
  const envelope = sealPayload('m1-content', to.exchangeKey, (ciphertext) => body(own.chain, share, statement, edSign(own.signingSeed, 'm1', m1Signed(to, ciphertext, share, own.chain, statement))), { contentKey: cn, coins });
  return { bytes: frame(TYPES.m1, payload(to.exchangeHash, envelope)), cn, shareSecret };
};
const openFull = (bytes, purpose, exchangeHash, exchangeSecret) => {
  const reader = new Reader(payloadOf(bytes));
  need(reader.u8() === 1, 'mode');
  const selector = reader.take(8);
  const envelope = reader.rest();
  need(same(selector, selectorOf(exchangeHash, envelope)), 'unknown selector');
  const opened = openPayload(purpose, exchangeSecret, envelope);
  need(opened.contentKey.some((byte) => byte !== 0), 'a nonce of zeros');
  return { ...readBody(opened.payload), nonce: opened.contentKey, ciphertext: opened.ciphertext };
};
/** Which exchange key a full M1 is sealed to, told by its selector. */
export const isForKey = (bytes, exchangeHash) => same(bytes.subarray(8, 16), selectorOf(exchangeHash, bytes.subarray(16)));
/** The signature is checked by who has read the chain: `signedBy(signingKey)`. */
export const readM1 = (bytes, own) => {
  const m1 = openFull(bytes, 'm1-content', own.exchangeHash, own.exchangeSecret);
  const [time, listVersion] = whole(m1.statement, (reader) => [reader.u64(), reader.u64()]);
  return { ...m1, time, listVersion, signedBy: (key) => edVerify(key, 'm1', m1.signature, m1Signed(own, m1.ciphertext, m1.share, m1.chain, m1.statement)) };
};

const staticSigned = (peerId, instanceHash, part) => cat(peerId, instanceHash, part);
/** The static part of M2 and its signature, made once a day. */
export const makeStatic = ({ peerId, instanceHash, signingSeed, secret = random(32), notBefore, notAfter }) => {
  const part = cat(xPublic(secret), u64(notBefore), u64(notAfter));
  return { secret, part, signature: edSign(signingSeed, 'm2-static', staticSigned(peerId, instanceHash, part)) };
};
const commitment = (cn) => H(label('cn'), cn);
export const makeM2 = (own, to, cn, { sn = random(32), shareSecret = random(32), coins }) => {
  const envelope = sealPayload('m2-content', to.exchangeKey, body(own.chain, xPublic(shareSecret), cat(commitment(cn), own.static.part), own.static.signature), { contentKey: sn, coins });
  return { bytes: frame(TYPES.m2, payload(to.exchangeHash, envelope)), sn, shareSecret };
};
export const readM2 = (bytes, own, cn) => {
  const m2 = openFull(bytes, 'm2-content', own.exchangeHash, own.exchangeSecret);
  need(!same(m2.nonce, cn), 'SN equals CN');
  const part = whole(m2.statement, (reader) => {
    need(same(reader.take(32), commitment(cn)), 'M2 does not know CN');
    return { staticShare: reader.take(32), notBefore: reader.u64(), notAfter: reader.u64() };
  });
  return { ...m2, ...part, signedBy: (key, peerId, instanceHash) => edVerify(key, 'm2-static', m2.signature, staticSigned(peerId, instanceHash, m2.statement.subarray(32))) };
};

export const masterKey = (sn, cn, dhEphemeral, dhStatic, m1, m2) => HMAC(cat(sn, cn, dhEphemeral, dhStatic), H(m1), H(m2));
export const resumedKey = (rs, dh, sn, cn, m1, m2) => HMAC(cat(rs, dh), sn, cn, H(m1), H(m2));
export const keyIdOf = (master) => H(label('key-id'), master);
export const resumptionSecret = (master) => HKDF(master, 'resumption');
export const pairSecret = (master) => HKDF(master, 'pair-secret');

/** One direction: `of` is who sends in it, { subject, fingerprint, instanceHash }. */
export const makeDirection = (master, role, of, m1, m2) => {
  const secret = HMAC(master, label(role === 'client' ? 'client-record' : 'server-record'), lp(of.subject), of.fingerprint, of.instanceHash);
  const keys = HKDF(secret, 'direction', Buffer.alloc(0), 80);
  return { key: keys.subarray(0, 32), salt: keys.subarray(32, 48), confirmKey: keys.subarray(48), counter: 0, digest: H(label('record'), u8(role === 'client' ? 1 : 2), H(m1), H(m2)) };
};
export const confirmation = (direction, role, first, second, m1, m2) => HMAC(direction.confirmKey, label('confirm'), u8(role === 'client' ? 1 : 2), first, second, H(m1), H(m2));

const advance = (direction, sealed) => {
  direction.counter += 1;
  direction.digest = H(direction.digest, sealed.subarray(-16));
};
export const item = (type, content) => cat(u8(type), lp(content));
export const sealRecord = (direction, plaintext) => {
  const header = frameHeader(frame(TYPES.record, Buffer.alloc(plaintext.length + 16)));
  const sealed = seal('record', direction.key, countedNonce(direction.salt, direction.counter), cat(header, direction.digest), plaintext);
  advance(direction, sealed);
  return cat(header, sealed);
};
export const openRecord = (direction, bytes) => {
  const sealed = payloadOf(bytes);
  const plaintext = open('record', direction.key, countedNonce(direction.salt, direction.counter), cat(frameHeader(bytes), direction.digest), sealed);
  advance(direction, sealed);
  return plaintext;
};
/** Items of one length: confirm, ping, pong, headers wanted, typing. */
const LENGTHS = { 1: 32, 4: 8, 5: 8, 7: 32, 13: 17 };
export const readItems = (plaintext) =>
  whole(plaintext, (reader) => {
    const items = [];
    while (reader.left) {
      const one = { type: reader.u8(), body: reader.lp() };
      need(LENGTHS[one.type] === undefined || one.body.length === LENGTHS[one.type], 'length of an item');
      items.push(one);
    }
    need(items.length, 'an empty record');
    return items;
  });

// Resumption
export const targetOf = (keyId, instanceHash) => H(label('resume-target'), keyId, instanceHash).subarray(0, 16);
/** `entry`: { keyId, rs, peerInstanceHash, received: { counter, digest } }. */
export const makeResumeM1 = (entry, { cn = random(32), shareSecret = random(32), share = xPublic(shareSecret), hint = Buffer.alloc(0), target = targetOf(entry.keyId, entry.peerInstanceHash) } = {}) => {
  const head = cat(frameHeader(frame(TYPES.m1, Buffer.alloc(186 + hint.length))), u8(2), entry.keyId, cn, share, target, u8(hint.length), hint);
  const state = seal('resume-state', HKDF(entry.rs, 'resume-state'), cn.subarray(0, 24), head, cat(u64(entry.received.counter), entry.received.digest.subarray(0, 16)));
  const proof = HMAC(HKDF(entry.rs, 'resume-proof'), head, state);
  return { bytes: cat(head, state, proof), cn, shareSecret };
};
export const readResumeM1 = (bytes) =>
  whole(payloadOf(bytes), (reader) => {
    need(reader.u8() === 2, 'mode');
    const m1 = { keyId: reader.take(32), cn: reader.take(32), share: reader.take(32), target: reader.take(16) };
    const hintLength = reader.u8();
    need(hintLength <= 64, 'hint');
    return { ...m1, hint: reader.take(hintLength), state: reader.take(40), proof: reader.take(32) };
  });
export const checkResumeM1 = (bytes, m1, entry) => {
  const proofAt = bytes.length - 32;
  need(same(HMAC(HKDF(entry.rs, 'resume-proof'), bytes.subarray(0, proofAt)), m1.proof), 'proof');
  const state = open('resume-state', HKDF(entry.rs, 'resume-state'), m1.cn.subarray(0, 24), bytes.subarray(0, proofAt - 40), m1.state);
  return whole(state, (reader) => ({ counter: reader.u64(), digest: reader.take(16) }));
};
export const makeResumeM2 = ({ keyId, cn }, { sn = random(32), shareSecret = random(32) } = {}) => ({ bytes: frame(TYPES.m2, cat(u8(2), keyId, cn, sn, xPublic(shareSecret))), sn, shareSecret });
export const readResumeM2 = (bytes) =>
  whole(payloadOf(bytes), (reader) => {
    need(reader.u8() === 2, 'mode');
    return { keyId: reader.take(32), cn: reader.take(32), sn: reader.take(32), share: reader.take(32) };
  });
export const agree = xAgree;
