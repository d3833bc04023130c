/** What docs/protocol.md says of sessions, their first word, safety numbers and links, read like messages in second-reader.mjs: from the document alone. */
import { createHash } from 'node:crypto';
import { fields, hash, hkdf, hmac, label, uint, unseal } from './second-reader.mjs';

const cat = (...parts) => Buffer.concat(parts);
const lp = (bytes) => cat(uint(4, bytes.length), bytes);

/** §8, key schedule. All Buffers; `m1`, `m2`: whole frames. */
export function masterOf({ sn, cn, dhEphemeral, dhSemiStatic, m1, m2 }) {
  const master = hmac(cat(sn, cn, dhEphemeral, dhSemiStatic), hash(m1), hash(m2));
  return { master, keyId: hash(label('key-id'), master) };
}

/** One direction: its keys, the digest before record 0, and the confirmation it begins with. `side`: role, subject, fingerprint, instanceHash. */
export function directionOf(master, side, { sn, cn, m1, m2 }) {
  const role = Buffer.of(side.role === 'client' ? 1 : 2);
  const secret = hmac(master, label(`${side.role}-record`), lp(side.subject), side.fingerprint, side.instanceHash);
  const split = hkdf(secret, 'direction', Buffer.alloc(0), 80);
  const [recordKey, salt, confirmKey] = [split.subarray(0, 32), split.subarray(32, 48), split.subarray(48)];
  const nonces = side.role === 'client' ? [cn, sn] : [sn, cn];
  const startDigest = hash(label('record'), role, hash(m1), hash(m2));
  return { recordKey, salt, confirmKey, startDigest, confirm: hmac(confirmKey, label('confirm'), role, ...nonces, hash(m1), hash(m2)) };
}

/**
 * §8, records: plaintext and digest of each, in order. Throws at the first that is not the next one.
 * @param {{ recordKey: Buffer, salt: Buffer, startDigest: Buffer }} direction
 * @param {readonly Buffer[]} frames
 */
export function openRecords({ recordKey, salt, startDigest }, frames) {
  let digest = startDigest;
  return frames.map((frame, counter) => {
    const plaintext = unseal('record', recordKey, cat(salt, uint(8, counter)), cat(frame.subarray(0, 7), digest), frame.subarray(7));
    digest = hash(digest, frame.subarray(-16));
    return { plaintext, digest };
  });
}

/** §7, what the item `standing` says. */
export function readStanding(bytes) {
  const from = fields(bytes);
  const told = { startToken: from.take(16), heardToken: from.take(16), list: from.lp(0, 4096) };
  const streams = Array.from({ length: from.number(2) }, () => {
    return { dialogId: from.take(16), cumulative: from.number(8), highest: from.number(8), control: from.number(8), digest: from.take(32), failed: from.number(1) === 1 };
  });
  const last = from.number(1) === 1;
  from.end();
  return { ...told, streams, last };
}

/** §12, safety number of two people: `{ peerId, spkiHash }`. */
export function safetyNumber(...people) {
  const ordered = people.sort((a, b) => Buffer.compare(a.peerId, b.peerId));
  return ordered.map(({ peerId, spkiHash }) => digits(cat(label('safety'), peerId, spkiHash))).join('');
}

function digits(seed) {
  const sha512 = (...parts) => createHash('sha512').update(cat(...parts)).digest();
  let state = sha512(seed);
  for (let round = 1; round < 5200; round += 1) state = sha512(state, seed);
  return [0, 5, 10, 15, 20, 25].map((at) => String(state.readUIntBE(at, 5) % 100_000).padStart(5, '0')).join('');
}

/** §12, invitation link with IPv4 addresses. */
export function readLink(text) {
  const bytes = Buffer.from(text.slice('keyshift:invite/'.length), 'base64url');
  const from = fields(bytes);
  if (from.number(1) !== 1) throw new Error('another version');
  const link = { peerId: from.take(32), instanceId: from.take(16), secret: from.take(16), expiry: from.number(4) };
  const addresses = Array.from({ length: from.number(1) }, () => {
    if (from.number(1) !== 1) throw new Error('not IPv4');
    const port = from.number(2);
    return `${[...from.take(4)].join('.')}:${port}`;
  });
  if (!hash(label('link-checksum'), from.until(0)).subarray(0, 8).equals(from.take(8))) throw new Error('altered');
  from.end();
  return { ...link, addresses, invitationId: hash(label('invitation-id'), hkdf(link.secret, 'invite-hello')).subarray(0, 16) };
}

/** §12, meeting nearby: `{ nonce, peerId, spkiHash }`, all Buffers. `role`: 1 who asked, 2 who was asked. */
export function commitOf(role, reveal, channelHash) {
  return hash(label('meet'), Buffer.of(role), revealOf(reveal), channelHash);
}

export function meetingDigits(one, other, channelHash) {
  const ordered = [one, other].sort((a, b) => Buffer.compare(a.peerId, b.peerId));
  const code = hash(label('meet-code'), ...ordered.map(revealOf), channelHash);
  return `${BigInt(`0x${code.toString('hex')}`) % 1_000_000n}`.padStart(6, '0');
}

function revealOf({ nonce, peerId, spkiHash }) {
  return cat(nonce, peerId, spkiHash);
}
