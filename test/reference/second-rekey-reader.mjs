/** What docs/protocol.md §9 says of channels and of asking for newer keys, read like messages in second-reader.mjs: from the document alone. */
import { X509Certificate } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { readLink } from './second-identity-reader.mjs';
import { fields, hash, hkdf, hmac, label, mustBeSigned, readChain, uint, unseal } from './second-reader.mjs';

const cat = (...parts) => Buffer.concat(parts);
const lp = (bytes) => cat(uint(4, bytes.length), bytes);

function must(fact, what) {
  if (!fact) throw new Error(`not as written: ${what}`);
}

/** type u8 ‖ version u16 ‖ length u32 ‖ payload, again and again. */
function framesOf(bytes) {
  const from = fields(bytes);
  const frames = [];
  while (from.at < bytes.length) {
    const start = from.at;
    const [type, version] = [from.number(1), from.number(2)];
    const payload = from.lp();
    must(version === 0x0200, 'version 2.0');
    frames.push({ type, payload, bytes: bytes.subarray(start, from.at), header: bytes.subarray(start, start + 7) });
  }
  return frames;
}

/**
 * All that was said on a channel, in the order of each side. `client`, `server`: what each put on the wire.
 * @param {{ client: Buffer, server: Buffer, ephemeralSecret: Buffer }} heard
 * @returns {{ purpose: number, channelHash: Buffer, byClient: { kind: number, body: Buffer }[], byServer: { kind: number, body: Buffer }[] }}
 */
export function readChannel({ client, server, ephemeralSecret }) {
  const [opening, ...byClient] = framesOf(client);
  const [accepting, ...byServer] = framesOf(server);
  must(opening.type === 16 && accepting.type === 17, 'opened and accepted');
  const pair = sodium.crypto_kem_xwing_seed_keypair(ephemeralSecret);
  must(opening.payload.subarray(1).equals(Buffer.from(pair.publicKey)), 'the key of the opening');
  const shared = sodium.crypto_kem_xwing_dec(accepting.payload, pair.privateKey);
  const channelHash = hash(label('channel-hash'), lp(opening.bytes), lp(accepting.bytes));
  const open = (purpose, frames) => {
    const key = hkdf(shared, purpose, channelHash);
    return frames.map(({ type, payload, header }, counter) => {
      must(type === 18, 'data');
      const plain = unseal(purpose, key, cat(Buffer.alloc(16), uint(8, counter)), header, payload);
      return { kind: plain[0], body: plain.subarray(1) };
    });
  };
  return { purpose: opening.payload[0], channelHash, byClient: open('channel-client', byClient), byServer: open('channel-server', byServer) };
}

export const tagOf = (pairSecret, channelHash) => hmac(pairSecret, label('contact-tag'), channelHash);

export function readQuestion(body) {
  const from = fields(body);
  const question = { peerId: from.take(32), heldHash: from.take(32), nonce: from.take(32), tag: from.take(32) };
  from.end();
  return question;
}

/** Kinds 2 in a row, joined: last is 1 on the last of them alone. */
export function joined(frames) {
  must(frames.every(({ kind, body }, at) => kind === 2 && body.length > 1 && body[0] === (at === frames.length - 1 ? 1 : 0)), 'pieces in a row');
  return cat(...frames.map(({ body }) => body.subarray(1)));
}

/** An answer under the key that is held (epoch, spki) of this person; links only. `now`: Unix milliseconds. */
export function readAnswer(bytes, { channelHash, question, held, now }) {
  must(hash(held.spki).equals(question.heldHash), 'about the key held');
  const from = fields(bytes);
  const [elements, direct, chain, time, signature] = [from.lp(), from.lp(), from.lp(0, 12 * 1024), from.number(8), from.lp(0, 64)];
  from.end();
  const follow = (start, link) => {
    must(link.peerId.equals(question.peerId) && link.oldEpoch === start.epoch && link.oldSpkiHash.equals(hash(start.spki)), 'the next key of this person');
    link.by(start.spki);
    return { epoch: link.epoch, spki: link.spki };
  };
  let head = held;
  const purposes = [];
  if (elements.length > 0) {
    const list = fields(elements);
    for (let left = list.number(2); left > 0; left -= 1) {
      must(list.number(1) === 1, 'a link');
      const link = readLink(list.lp());
      purposes.push(link.purpose);
      head = follow(head, link);
    }
    list.end();
  }
  if (direct.length > 0) {
    const link = readLink(direct);
    const atOnce = follow(held, link);
    must(elements.length === 0 || (atOnce.epoch === head.epoch && atOnce.spki.equals(head.spki)), 'both ways end in one key');
    purposes.push(link.purpose);
    head = atOnce;
  }
  const spkiHash = hash(head.spki);
  const found = { epoch: head.epoch, spkiHash, time, isDirect: direct.length > 0, purpose: purposes.includes('compromise') ? 'compromise' : 'routine' };
  must((chain.length === 0) === (signature.length === 0), 'a chain and its signature');
  if (chain.length === 0) return { ...found, shown: undefined };
  const { signingKey } = readChain(chain, now, { peerId: question.peerId, spkiHash, epoch: head.epoch });
  mustBeSigned('rekey-answer', signingKey, cat(question.nonce, channelHash, question.heldHash, hash(elements), hash(direct), hash(chain), uint(8, time)), signature);
  return { ...found, shown: new X509Certificate(fields(chain).lp()).subject };
}
