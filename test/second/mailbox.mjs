/** docs/protocol.md §11.1 over a real socket: the little of NATS that a depositor and a device need. */
import { connect as connectPlain } from 'node:net';
import { once } from 'node:events';
import { createPrivateKey, sign } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import { inflateRawSync, deflateRawSync } from 'node:zlib';
import { base32, cat, hex, need, refuse, same, strictText } from './bytes.mjs';
import { edPublic, H, random } from './crypto.mjs';

/** CRC-16/XMODEM. */
const crc16 = (bytes) =>
  bytes.reduce((crc, byte) => {
    let value = crc ^ (byte << 8);
    for (let bit = 0; bit < 8; bit += 1) value = value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1;
    return value & 0xffff;
  }, 0);
/** As NATS writes the public key of a user. */
export const deviceKey = (seed) => {
  const body = cat(Buffer.from([0xa0]), edPublic(seed));
  const crc = crc16(body);
  return base32(cat(body, Buffer.from([crc & 255, crc >> 8]))).toUpperCase();
};
/** Ed25519 without a label: what a server's challenge is answered with. */
const plainSign = (seed, message) => sign(null, message, createPrivateKey({ key: cat(hex('302e020100300506032b657004220420'), seed), format: 'der', type: 'pkcs8' }));

// Registration

const PREFIX = 'keyshift-mailbox:';
const isObject = (value, required, optional = []) => value !== null && typeof value === 'object' && required.every((name) => name in value) && Object.keys(value).every((name) => required.includes(name) || optional.includes(name));
const isText = (value, pattern) => typeof value === 'string' && pattern.test(value);
const objectIn = (text, most) => {
  need(typeof text === 'string' && text.length <= most, 'a part of a token');
  try {
    return need(/^\s*\{/.test(text) && JSON.parse(text), 'a part of a token');
  } catch {
    return refuse('a part of a token');
  }
};
/** A token as it stands in a registration: header and claims as the texts they are, the signature in base64url. As it is sent: a JWT. */
const tokenOf = (parts) => {
  need(Array.isArray(parts) && parts.length === 3, 'a token');
  const [header, claims, signature] = parts;
  objectIn(header, 200);
  objectIn(claims, 4000);
  need(isText(signature, /^[A-Za-z0-9_-]{86}$/), 'a signature');
  return [header, claims].map((text) => Buffer.from(text).toString('base64url')).concat(signature).join('.');
};
const slotOf = (one) => {
  need(Array.isArray(one) && one.length === 4 && isText(one[0], /^[0-9a-f]{16}$/), 'a slot');
  return { slot: one[0], token: tokenOf(one.slice(1)) };
};
const SERVER = /^(tls|nats):\/\/(\[[0-9a-fA-F:.]{2,45}\]|[0-9A-Za-z.-]{1,253}):[1-9]\d{0,4}$/;
export const readRegistration = (text) => {
  const clean = text.replace(/\s/g, '');
  need(clean.startsWith(PREFIX) && clean.length <= 512 * 1024, 'no registration');
  const bytes = Buffer.from(clean.slice(PREFIX.length), 'base64url');
  need(bytes.toString('base64url') === clean.slice(PREFIX.length), 'base64url');
  need(bytes.length > 8 && same(H(bytes.subarray(8)).subarray(0, 8), bytes.subarray(0, 8)), 'hash of a registration');
  let told;
  try {
    told = JSON.parse(strictText(inflateRawSync(bytes.subarray(8), { maxOutputLength: 2 ** 20 })));
  } catch {
    refuse('a registration');
  }
  need(isObject(told, ['v', 's', 'k', 'a', 'e', 'r', 'd'], ['ca', 'p']) && told.v === 1, 'members of a registration');
  need(Array.isArray(told.s) && told.s.length >= 1 && told.s.length <= 3 && told.s.every((one) => isText(one, SERVER) && Number(one.slice(one.lastIndexOf(':') + 1)) <= 65_535) && new Set(told.s.map((one) => one.split(':')[0])).size === 1, 'servers');
  need(isText(told.a, /^[0-9a-f]{32}$/) && isText(told.k, /^U[A-Z2-7]{55}$/) && Number.isSafeInteger(told.e) && told.e >= 0 && Array.isArray(told.d) && told.d.length <= 256, 'a registration');
  need(told.ca === undefined || (isText(told.ca, /^[A-Za-z0-9_-]{0,8000}$/) && Buffer.from(told.ca, 'base64url').toString('base64url') === told.ca), 'an authority');
  const slots = told.d.map(slotOf);
  const open = told.p && slotOf(told.p);
  return { servers: told.s, ca: told.ca && Buffer.from(told.ca, 'base64url'), key: told.k, address: told.a, end: told.e, token: tokenOf(told.r), slots, public: open };
};
/** As somebody changes one on the way. */
export const changedRegistration = (text, change) => {
  const bytes = Buffer.from(text.replace(/\s/g, '').slice(PREFIX.length), 'base64url');
  const body = deflateRawSync(Buffer.from(JSON.stringify(change(JSON.parse(inflateRawSync(bytes.subarray(8)).toString())))));
  return PREFIX + cat(H(body).subarray(0, 8), body).toString('base64url');
};

// The line

const pem = (der) => `-----BEGIN CERTIFICATE-----\n${der.toString('base64').match(/.{1,64}/g).join('\n')}\n-----END CERTIFICATE-----\n`;
const headersOf = (pairs) => (pairs.length ? `NATS/1.0\r\n${pairs.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n` : '');

export class Line {
  constructor(socket, inbox) {
    Object.assign(this, { socket, inbox, held: Buffer.alloc(0), asked: new Map(), errors: [], next: 0, closed: false });
    socket.on('close', () => {
      this.closed = true;
      for (const give of this.asked.values()) give({ closed: true });
    });
    socket.on('error', () => socket.destroy());
  }
  /** Everything as soon as it is whole: INFO, PING, errors, messages. */
  #read(bytes) {
    this.held = cat(this.held, bytes);
    for (let end = this.held.indexOf('\r\n'); end >= 0; end = this.held.indexOf('\r\n')) {
      const [word, ...rest] = this.held.subarray(0, end).toString().split(' ');
      let used = end + 2;
      if (word === 'MSG' || word === 'HMSG') {
        const sizes = rest.filter((one) => /^\d+$/.test(one)).map(Number);
        const total = sizes.at(-1);
        if (this.held.length < used + total + 2) return;
        const headers = word === 'HMSG' ? sizes.at(-2) : 0;
        const payload = this.held.subarray(used, used + total);
        // MSG subject sid [reply] size
        const reply = rest.length === (word === 'HMSG' ? 5 : 4) ? rest[2] : undefined;
        this.#message({ subject: rest[0], reply, headers: payload.subarray(0, headers).toString(), body: payload.subarray(headers) });
        used += total + 2;
      } else if (word === 'PING') this.socket.write('PONG\r\n');
      else if (word === '-ERR') {
        this.errors.push(rest.join(' '));
        for (const give of this.asked.values()) give({ error: rest.join(' ') });
      } else if (word === 'PONG') this.onPong?.();
      this.held = this.held.subarray(used);
    }
  }
  #message(message) {
    const give = this.asked.get(message.subject);
    if (give) give(message);
    else this.onOther?.(message);
  }
  static async open(url, { token, seed, ca, inbox }) {
    const [, scheme, host, port] = need(/^(tls|nats):\/\/(.+):(\d+)$/.exec(url), 'a server');
    const plain = connectPlain(Number(port), host);
    await once(plain, 'connect');
    const info = await firstLine(plain);
    const told = JSON.parse(info.slice(5));
    let socket = plain;
    if (scheme === 'tls') {
      socket = connectTls({ socket: plain, host, ...(ca?.length ? { ca: pem(ca) } : {}) });
      await once(socket, 'secureConnect');
    }
    const line = new Line(socket, inbox);
    socket.on('data', (bytes) => line.#read(bytes));
    const proof = seed ? { nkey: deviceKey(seed), sig: plainSign(seed, Buffer.from(told.nonce)).toString('base64url') } : {};
    socket.write(`CONNECT ${JSON.stringify({ verbose: false, pedantic: false, headers: true, no_responders: true, lang: 'second', version: '1', protocol: 1, jwt: token, ...proof })}\r\nPING\r\n`);
    await new Promise((resolve, reject) => {
      line.onPong = resolve;
      socket.once('close', () => reject(new Error(line.errors[0] ?? 'closed')));
    });
    socket.write(`SUB ${inbox}.> 1\r\n`);
    return line;
  }
  /** Publishes and waits for the answers to it, `count` of them, or until one says that it is the last. */
  ask(subject, body, headers = []) {
    this.next += 1;
    const reply = `${this.inbox}.${this.next}`;
    const head = headersOf(headers);
    return new Promise((resolve) => {
      this.asked.set(reply, (answer) => {
        this.asked.delete(reply);
        resolve(answer);
      });
      this.socket.write(cat(head ? `HPUB ${subject} ${reply} ${head.length} ${head.length + body.length}\r\n${head}` : `PUB ${subject} ${reply} ${body.length}\r\n`, body, '\r\n'));
    });
  }
  publish(subject, body) {
    this.socket.write(cat(`PUB ${subject} ${body.length}\r\n`, body, '\r\n'));
  }
  close() {
    this.socket.destroy();
  }
}
const firstLine = (socket) =>
  new Promise((resolve, reject) => {
    let held = '';
    const look = (bytes) => {
      held += bytes.toString();
      const end = held.indexOf('\r\n');
      if (end < 0) return;
      socket.off('data', look);
      resolve(held.slice(0, end));
    };
    socket.on('data', look);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });

// Depositing and taking

const WRONG = { 10077: 'full', 10047: 'full', 10054: 'too large' };
/**
 * §11.1, deposit: what became of it. `place` is a mailbox of a card.
 * @param {any} place
 * @param {Buffer} bytes
 * @param {{ id?: string, address?: string, slot?: string }} [how] another address or slot than the token's is what nobody may
 */
export const deposit = async (place, bytes, { id = random(16).toString('hex'), address = place.address.toString('hex'), slot = place.slot.toString('hex') } = {}) => {
  const claims = JSON.parse(Buffer.from(place.token.split('.')[1], 'base64url').toString());
  let line;
  try {
    line = await Line.open(place.servers[0], { token: place.token, ca: place.authority, inbox: `_IN.${claims.sub}` });
  } catch {
    return 'refused';
  }
  const answer = await line.ask(`mbx.in.${address}.${slot}`, bytes, [['Nats-Msg-Id', id]]);
  line.close();
  if (answer.error !== undefined) return /violation|authorization/i.test(answer.error) ? 'refused' : 'unreachable';
  if (answer.closed) return 'unreachable';
  const told = JSON.parse(answer.body.toString() || '{}');
  if (told.error) return WRONG[told.error.err_code] ?? 'unreachable';
  return told.stream === 'MBX' && told.seq >= 1 ? (told.duplicate ? 'duplicate' : 'stored') : 'unreachable';
};

/** A device of one's own at its mailbox. `registration` as read, `seed` of the device key. */
export class Box {
  constructor(registration, seed) {
    Object.assign(this, { registration, seed });
  }
  async open() {
    const { servers, ca, token, key } = this.registration;
    this.line = await Line.open(servers[0], { token, seed: this.seed, ca, inbox: `_IN.${key}` });
  }
  /** The next thing that lies there; undefined where nothing does. It comes again unless `ack` was called. */
  async pull() {
    const { key } = this.registration;
    // What lies there comes under the subject it was left at, with the place to acknowledge it for an answer; that there is nothing, to the inbox.
    const delivered = new Promise((resolve) => {
      this.line.onOther = resolve;
    });
    const message = await Promise.race([delivered, this.line.ask(`MBXAPI.CONSUMER.MSG.NEXT.MBX.${key}`, Buffer.from(JSON.stringify({ batch: 1, no_wait: true })))]);
    if (!message.reply?.startsWith('$JS.ACK.')) return undefined;
    return { bytes: message.body, subject: message.subject, ack: () => this.line.publish(message.reply, Buffer.from('+ACK')) };
  }
  /** What goes into a card: the slot somebody is given, by its place among them; the public one for everybody. */
  place(which) {
    const { servers, ca, address, slots, public: open } = this.registration;
    const { slot, token } = which === undefined ? open : slots[which];
    const { exp = 0 } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
    return { servers, authority: ca ?? Buffer.alloc(0), address: hex(address), slot: hex(slot), token, until: exp * 1000 };
  }
  close() {
    this.line?.close();
  }
}
