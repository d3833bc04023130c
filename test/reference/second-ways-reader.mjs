/** What docs/protocol.md says of invitations without a connection, of what is carried, and of files, read like messages in second-reader.mjs: from the document alone. */
import { fields, hash, hkdf, hmac, label, mustBeSigned, readChain, uint, unseal } from './second-reader.mjs';

const cat = (...parts) => Buffer.concat(parts);

function must(fact, what) {
  if (!fact) throw new Error(`not as written: ${what}`);
}

/** Text of a link: its body, when the checksum is right. */
function linkBody(text, prefix, purpose) {
  must(text.startsWith(prefix), 'the beginning of a link');
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  must(prefix + bytes.toString('base64url') === text, 'the one text of these bytes');
  const body = bytes.subarray(0, -8);
  must(bytes.subarray(-8).equals(hash(label(purpose), body).subarray(0, 8)), 'a checksum');
  return fields(body);
}

/** §12, invitation link without addresses. */
function readShortLink(text) {
  const from = linkBody(text, 'keyshift:invite/', 'link-checksum');
  must(from.number(1) === 1, 'version 1');
  const read = { peerId: from.take(32), instanceId: from.take(16), secret: from.take(16), expiry: from.number(4) };
  must(from.number(1) === 0, 'no address');
  from.end();
  return read;
}

/** §2 and §11: who signed a card of a first key without endorsements; sections are passed over. */
function cardDevice(bytes, now) {
  const from = fields(bytes);
  const chain = readChain(from.lp(), now);
  from.take(8);
  for (let left = from.number(1); left > 0; left -= 1) {
    from.lp(1, 253);
    from.take(2);
  }
  for (let before = 15; from.at < bytes.length - 64; ) {
    const type = from.number(1);
    must(type > before, 'sections in order');
    before = type;
    from.lp(0, 16_384);
  }
  mustBeSigned('card', chain.signingKey, from.until(0), from.take(64));
  from.end();
  return chain;
}

/** §12, the long link. */
export function readLongLink(text, now) {
  const from = linkBody(text, 'keyshift:invite-long/', 'long-link-checksum');
  must(from.number(1) === 1, 'version 1');
  const [link, card] = [from.lp(0, 250).toString('latin1'), from.lp()];
  from.end();
  const [short, device] = [readShortLink(link), cardDevice(card, now)];
  must(device.peerId.equals(short.peerId) && device.instanceId.equals(short.instanceId), 'a link and a card of one device');
  return { link, card, ...short };
}

/** §12: whether this proof came with this card from a holder of the secret. `inviter`: peerId, credentialHash; `invitee`: peerId, spkiHash. */
export function isProof(bytes, secret, inviter, invitee, card) {
  const from = fields(bytes);
  const [id, hello, tag] = [from.take(16), from.take(32), from.take(32)];
  from.end();
  const helloKey = hkdf(secret, 'invite-hello');
  const mail = hash(label('invite-mail'), inviter.peerId, inviter.credentialHash, hash(card));
  const isMine = id.equals(hash(label('invitation-id'), helloKey).subarray(0, 16));
  const isHello = hello.equals(hmac(helloKey, mail, inviter.peerId));
  return isMine && isHello && tag.equals(hmac(hkdf(secret, 'invite'), mail, inviter.peerId, invitee.peerId, inviter.credentialHash, invitee.spkiHash));
}

/** §12. */
export function readVerdict(bytes) {
  const from = fields(bytes);
  const [id, result] = [from.take(16), from.number(1)];
  from.end();
  must(result === 1 || result === 2, 'used or expired');
  return { id, result: result === 1 ? 'used' : 'expired' };
}

/** §11, card deposit: flags, card and what stands behind, of a statement that was opened. */
export function readCardStatement(padded) {
  const end = padded.lastIndexOf(0x80);
  must(end >= 0 && padded.subarray(end + 1).every((byte) => byte === 0), 'padding');
  const from = fields(padded.subarray(0, end));
  const [flags, card] = [from.number(1), from.lp()];
  const more = from.take({ 0: 0, 1: 0, 2: 80, 3: 80, 4: 17, 5: 17 }[flags] ?? must(false, 'flags'));
  from.end();
  return { flags, card, more };
}

/** §11, told deposit. */
export function readToldStatement(padded) {
  const end = padded.lastIndexOf(0x80);
  must(end >= 0 && padded.subarray(end + 1).every((byte) => byte === 0), 'padding');
  const from = fields(padded.subarray(0, end));
  const read = { chain: from.lp(0, 12 * 1024), steps: from.lp(0, 48 * 1024) };
  from.end();
  return read;
}

/** §11: the id under which a control message is carried. */
export function controlId(dialogId, index, credentialHash) {
  return cat(Buffer.of(0x80), hash(dialogId, Buffer.of(index)).subarray(0, 7), credentialHash.subarray(0, 8));
}

/** §15: a word about a file; undefined for a later type. */
export function readFileWord(bytes) {
  const from = fields(bytes);
  const [type, transfer] = [from.number(1), from.take(16)];
  const rest = () => from.take(bytes.length - from.at);
  const reason = (most) => {
    const given = from.number(1);
    must(given >= 1 && given <= most, 'a reason');
    return { reason: given };
  };
  const range = () => {
    const read = { from: from.number(4), upTo: from.number(4) };
    must(read.from <= read.upTo && read.upTo <= 2 ** 20, 'a range of pieces');
    return read;
  };
  const piece = () => {
    const read = { index: from.number(4), sealed: rest() };
    must(read.index < 2 ** 20 && read.sealed.length >= 17 && read.sealed.length <= 65_536 + 16, 'a piece');
    return read;
  };
  const kinds = [['want', range], ['chunk', piece], ['no', () => reason(3)], ['ready', () => ({})], ['over', () => reason(5)], ['noted', () => ({})]];
  if (type < 1 || type > kinds.length) return undefined;
  const [kind, more] = kinds[type - 1];
  const word = { kind, transfer, ...more() };
  from.end();
  return word;
}

/** §15. */
export function openPiece(key, transfer, index, isLast, sealed) {
  return unseal('file-chunk', key, cat(Buffer.alloc(15), Buffer.of(isLast ? 1 : 0), uint(8, index)), transfer, sealed);
}

/** §4.5, type 8: the first title has no number. */
export function readTitle(content) {
  const from = fields(content);
  must(from.number(1) === 1 && from.number(1) === 8, 'a title');
  const title = from.lp(0, 512).toString('utf8');
  const revision = from.at < content.length ? from.number(4) : undefined;
  must(revision !== 0, 'a number from 1');
  from.end();
  return { title, revision };
}

/** §4.6, type 5. */
export function isClosed(content) {
  return content.equals(Buffer.of(5));
}
