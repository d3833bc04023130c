/** docs/protocol.md §11, on the same network: multicast DNS as far as devices of contacts need it, read and written. */
import { createSocket } from 'node:dgram';
import { cat, need, Reader, Refused, same, u16, u32, u8 } from './bytes.mjs';
import { H, HMAC, label, random } from './crypto.mjs';

const GROUP = '224.0.0.251';
const PORT = 5353;
const TYPES = { a: 1, ptr: 12, txt: 16, srv: 33 };
const SERVICE = ['_keyshift', '_tcp', 'local'];
const NEAR = ['_keyshift-near', '_tcp', 'local'];

const tagOf = (hash, nonce) => HMAC(H(label('lan-tag'), hash), nonce).subarray(0, 8);
/**
 * Whoever holds one of the two credentials recognises it. With one, the second place is filled with chance.
 * @param {Buffer[]} hashes
 * @param {Buffer} [nonce]
 */
export const lanTag = ([newest, before], nonce = random(8)) => cat(nonce, tagOf(newest, nonce), before ? tagOf(before, nonce) : random(8));
export const isTagOf = (tag, hash) => {
  const nonce = tag.subarray(0, 8);
  return [8, 16].some((at) => same(tag.subarray(at, at + 8), tagOf(hash, nonce)));
};

const name = (...parts) => cat(...parts.map((part) => cat(u8(part.length), part)), u8(0));
const record = (owner, type, cls, ttl, data) => cat(owner, u16(type), u16(cls), u32(ttl), u16(data.length), data);
const head = (flags, questions, answers) => cat(u16(0), u16(flags), u16(questions), u16(answers), u16(0), u16(0));

export const question = () => cat(head(0, 1, 0), name(...SERVICE), u16(TYPES.ptr), u16(1));
const announced = (service, { instance, host, port, address, ttl = 120, texts }) => {
  const [own, at] = [name(instance, ...service), name(host, 'local')];
  return cat(
    head(0x8400, 0, 4), record(name(...service), TYPES.ptr, 1, ttl, own), record(own, TYPES.srv, 0x8001, ttl, cat(u16(0), u16(0), u16(port), at)),
    record(own, TYPES.txt, 0x8001, ttl, cat(...texts.map((text) => cat(u8(text.length), text)))), record(at, TYPES.a, 0x8001, ttl, Buffer.from(address.split('.').map(Number))),
  );
};
export const announcement = ({ tag, ...one }) => announced(SERVICE, { ...one, texts: ['v=2', `t=${tag.toString('base64url')}`] });
/** §12, meeting nearby: `instance` is the public words. */
export const announcementNear = (one) => announced(NEAR, { texts: ['v=2'], ...one });
export const goodbye = (instance) => cat(head(0x8400, 0, 1), record(name(...SERVICE), TYPES.ptr, 1, 0, name(instance, ...SERVICE)));

/** A name, with what RFC 1035 lets point backwards. */
const readName = (reader, whole) => {
  const labels = [];
  for (let left = 128; left > 0; left -= 1) {
    const length = reader.u8();
    if (length === 0) return labels.join('.').toLowerCase();
    if (length >= 0xc0) {
      const at = ((length & 0x3f) << 8) | reader.u8();
      need(at < reader.at - 2, 'a pointer forwards');
      const behind = new Reader(whole);
      behind.at = at;
      return [...labels, readName(behind, whole)].join('.').toLowerCase();
    }
    labels.push(reader.take(length).toString('latin1'));
  }
  throw new Refused('a name without end');
};
/** Who announces what in a packet: instance, port, tag. */
export const readPacket = (bytes) => {
  need(bytes.length <= 1472, 'size of a packet');
  const reader = new Reader(bytes);
  reader.u16();
  const flags = reader.u16();
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
  need(counts[0] <= 16 && counts[1] + counts[2] + counts[3] <= 32, 'too many');
  const questions = reader.list(counts[0], () => ({ name: readName(reader, bytes), type: reader.u16(), class: reader.u16() }));
  const found = new Map();
  const of = (owner) => found.get(owner) ?? found.set(owner, { instance: owner.split('.')[0] }).get(owner);
  for (let left = counts[1] + counts[2] + counts[3]; left > 0; left -= 1) {
    const owner = readName(reader, bytes);
    const [type, , ttl, length] = [reader.u16(), reader.u16(), reader.u32(), reader.u16()];
    const data = reader.take(length);
    if (!owner.endsWith(SERVICE.join('.'))) continue;
    if (type === TYPES.ptr && ttl === 0) {
      const pointed = new Reader(bytes);
      pointed.at = reader.at - length;
      of(readName(pointed, bytes)).isGone = true;
    }
    if (type === TYPES.srv) Object.assign(of(owner), { port: data.readUInt16BE(4), ttl });
    if (type === TYPES.txt) {
      const texts = [];
      for (const inner = new Reader(data); inner.left; ) texts.push(inner.take(inner.u8()).toString('latin1'));
      const tag = texts.find((text) => text.startsWith('t='))?.slice(2);
      Object.assign(of(owner), { texts, ...(tag?.length === 32 ? { tag: Buffer.from(tag, 'base64url') } : {}) });
    }
  }
  return { isAnswer: (flags & 0x8000) !== 0, questions, found: [...found.values()] };
};

/** On loopback alone. What cannot be read is passed over. */
export const listenOnLan = async (onPacket, address = '127.0.0.1') => {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(PORT, '0.0.0.0', resolve);
  });
  socket.addMembership(GROUP, address);
  socket.setMulticastInterface(address);
  socket.setMulticastTTL(255);
  socket.on('message', (bytes, from) => {
    try {
      onPacket(readPacket(bytes), from);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  });
  return { say: (bytes) => new Promise((resolve, reject) => socket.send(bytes, PORT, GROUP, (error) => (error ? reject(error) : resolve()))), close: () => socket.close() };
};
