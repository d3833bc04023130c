/** docs/protocol.md §8, §9, §12 over a real socket: frames in and out, the handshake as dialler and as listener, channels. */
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { cat, need, same } from './bytes.mjs';
import { xAgree } from './crypto.mjs';
import { readCard } from './card.mjs';
import { readChain } from './credentials.mjs';
import * as channel from './channel.mjs';
import * as session from './session.mjs';
import { namesOf, toOf } from './person.mjs';

/** Whole frames, one after the other; `undefined` at the end of the connection. */
export class Wire {
  constructor(socket) {
    this.socket = socket;
    this.waiting = [];
    this.wanted = [];
    let held = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      held = cat(held, bytes);
      for (let next = session.nextFrame(held); next; next = session.nextFrame(held)) {
        held = next.rest;
        this.#give(next.bytes);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.closed = true;
      for (const give of this.wanted.splice(0)) give(undefined);
    });
  }
  #give(bytes) {
    const give = this.wanted.shift();
    if (give) give(bytes);
    else this.waiting.push(bytes);
  }
  static async dial({ host, port }) {
    const socket = connect(port, host);
    await once(socket, 'connect');
    return new Wire(socket);
  }
  send(...frames) {
    this.socket.write(cat(...frames));
  }
  next() {
    if (this.waiting.length) return Promise.resolve(this.waiting.shift());
    return this.closed ? Promise.resolve(undefined) : new Promise((resolve) => this.wanted.push(resolve));
  }
  close() {
    this.socket.end();
  }
}

const must = async (wire, type) => {
  const bytes = need(await wire.next(), 'closed');
  need(bytes[0] === type, `frame ${bytes[0]} where ${type} was due`);
  return bytes;
};

// Encryption-only channels

export const openChannel = async (address, purpose) => {
  const wire = await Wire.dial(address);
  const opened = channel.makeOpen(purpose);
  wire.send(opened.bytes);
  const accept = await must(wire, session.TYPES.channelAccept);
  const over = channel.makeChannel('client', channel.acceptShared(opened.secret, accept), opened.bytes, accept);
  return { ...sayAndHear(wire, over), hash: over.hash, close: () => wire.close() };
};
/** The answering side of a channel that was opened with this frame. */
export const channelOver = (wire, openFrame) => {
  const accept = channel.makeAccept(openFrame);
  wire.send(accept.bytes);
  const over = channel.makeChannel('server', accept.shared, openFrame, accept.bytes);
  return { ...sayAndHear(wire, over), hash: over.hash, close: () => wire.close() };
};
const sayAndHear = (wire, over) => ({
  say: (kind, body) => wire.send(over.say(kind, body)),
  hear: async (...kinds) => {
    const said = over.hear(await must(wire, session.TYPES.channelData));
    need(kinds.includes(said.kind), `kind ${said.kind} where ${kinds.join(' or ')} was due`);
    return said;
  },
});

/** Accepts an invitation link: the inviter's card, and what became of it. */
export const acceptInvitation = async (person, link, { addresses, now = Date.now() }) => {
  const over = await openChannel(link.addresses[0], channel.PURPOSE.invite);
  const { KIND } = channel;
  over.say(KIND.inviteHello, channel.makeHello(link.secret, over.hash, link.peerId));
  const answer = channel.readAnswer((await over.hear(KIND.inviteAnswer)).body, over.hash);
  const card = readCard(answer.card, { now });
  const inviter = { peerId: card.chain.peerIdBytes, spkiHash: card.chain.identity.spkiHash };
  need(same(inviter.peerId, link.peerId) && same(card.chain.instanceId, link.instanceId), 'somebody else');
  need(answer.signedBy(card.chain.instance.signingKey, inviter), 'signature of the answer');
  over.say(KIND.inviteProof, channel.makeProof(link.secret, person.signingSeed, person.card({ addresses, now }), over.hash, { peerId: person.peerId, spkiHash: person.spkiHash }, inviter));
  const result = channel.readResult((await over.hear(KIND.inviteResult)).body);
  over.close();
  return { card, result };
};

// Sessions

/** Both ends of the key schedule from MK on: `role` is one's own; each side's nonce first in its own confirmation. */
export const directions = (mk, role, own, other, nonces, m1, m2) => {
  const otherRole = role === 'client' ? 'server' : 'client';
  const out = session.makeDirection(mk, role, own, m1, m2);
  const into = session.makeDirection(mk, otherRole, other, m1, m2);
  const order = (which) => (which === 'client' ? [nonces.cn, nonces.sn] : [nonces.sn, nonces.cn]);
  const confirm = session.confirmation(out, role, ...order(role), m1, m2);
  const expected = session.confirmation(into, otherRole, ...order(otherRole), m1, m2);
  return { out, into, confirm, expected, mk };
};

export class Session {
  constructor(wire, { out, into, mk }, chain) {
    Object.assign(this, { wire, out, into, chain, mk });
    this.first = { sent: { counter: 1, digest: out.digest }, received: { counter: 1, digest: into.digest } };
  }
  static async confirmed(wire, keys, chain) {
    const confirmation = session.readItems(session.openRecord(keys.into, await must(wire, session.TYPES.record)));
    need(confirmation.length === 1 && confirmation[0].type === 1 && same(confirmation[0].body, keys.expected), 'confirmation');
    return new Session(wire, keys, chain);
  }
  send(...items) {
    this.sendPlain(cat(...items.map(({ type, body }) => session.item(type, body))));
  }
  sendPlain(plaintext) {
    this.wire.send(session.sealRecord(this.out, plaintext));
  }
  /** The items of the next record; undefined when the other side has closed. */
  async next() {
    const bytes = await this.wire.next();
    return bytes && session.readItems(session.openRecord(this.into, bytes));
  }
  close() {
    this.wire.close();
  }
  /** What is kept for the next one. */
  entry() {
    const position = ({ counter, digest }) => ({ counter, digest });
    return { keyId: session.keyIdOf(this.mk), rs: session.resumptionSecret(this.mk), peerInstanceHash: this.chain.instance.hash, chain: this.chain, sent: position(this.out), received: position(this.into) };
  }
}

/** The four messages, dialled. `pins` says which SPKI hashes are taken. */
export const dial = async (person, address, chain, { now = Date.now(), pins = [chain.identity.spkiHash], wire } = {}) =>
  dialTo(person, address, toOf(chain), { now, wire, takes: (theirs) => theirs.peerId === chain.peerId && pins.some((pin) => same(pin, theirs.identity.spkiHash)) });

/**
 * The same to any KEM key: another device of one's own is dialled at its own (§10.2).
 * @param {any} person
 * @param {{ host: string, port: number }} address
 * @param {any} to
 * @param {{ now?: number, wire?: any, takes?: (chain: any) => boolean }} [how]
 * @returns {Promise<any>}
 */
export const dialTo = async (person, address, to, how = {}) => (await answeredM1(person, address, to, how)).confirm();

/**
 * As far as M2, which is good; `confirm()` says M3 and hears M4.
 * @param {any} person
 * @param {{ host: string, port: number }} address
 * @param {any} to
 * @param {{ now?: number, wire?: any, takes?: (chain: any) => boolean }} [how]
 * @returns {Promise<any>}
 */
export const answeredM1 = async (person, address, to, { now = Date.now(), wire, takes = (chain) => same(chain.peerIdBytes, to.peerId) } = {}) => {
  wire ??= await Wire.dial(address);
  const { own } = person;
  const m1 = session.makeM1(own, to, { time: now });
  wire.send(m1.bytes);
  const m2Bytes = await must(wire, session.TYPES.m2);
  const m2 = session.readM2(m2Bytes, own, m1.cn);
  const theirs = readChain(m2.chain, now);
  need(takes(theirs), 'another identity');
  need(m2.signedBy(theirs.instance.signingKey, theirs.peerIdBytes, theirs.instance.hash), 'static part');
  need(m2.notBefore - DAY / 2 <= now && now <= m2.notAfter + DAY / 2 && m2.notAfter - m2.notBefore <= DAY, 'dates of the static part');
  const mk = session.masterKey(m2.nonce, m1.cn, xAgree(m1.shareSecret, m2.share), xAgree(m1.shareSecret, m2.staticShare), m1.bytes, m2Bytes);
  const keys = directions(mk, 'client', own.names, namesOf(theirs), { cn: m1.cn, sn: m2.nonce }, m1.bytes, m2Bytes);
  return { wire, keys, m2, confirm: () => confirmed(wire, keys, theirs) };
};
const confirmed = (wire, keys, theirs) => {
  wire.send(session.sealRecord(keys.out, session.item(1, keys.confirm)));
  return Session.confirmed(wire, keys, theirs);
};
const DAY = 86_400_000;

/**
 * The same from an entry of an earlier session. Refused, the connection is given back, for exactly one full M1.
 * @returns {Promise<any>}
 */
export const resume = async (person, address, entry) => {
  const answered = await answeredResumption(person, address, entry);
  return answered.refused ? answered : answered.confirm();
};
/**
 * As far as M2, or the retry frame.
 * @param {any} person
 * @param {{ host: string, port: number }} address
 * @param {any} entry
 * @param {any} [m1]
 * @returns {Promise<any>}
 */
export const answeredResumption = async (person, address, entry, m1 = session.makeResumeM1(entry, { hint: entry.hint })) => {
  const wire = await Wire.dial(address);
  wire.send(m1.bytes);
  const bytes = need(await wire.next(), 'closed');
  if (bytes[0] === session.TYPES.retry) return { refused: wire };
  const m2 = session.readResumeM2(bytes);
  need(same(m2.keyId, entry.keyId) && same(m2.cn, m1.cn) && !same(m2.sn, m1.cn), 'M2 of a resumption');
  const mk = session.resumedKey(entry.rs, xAgree(m1.shareSecret, m2.share), m2.sn, m1.cn, m1.bytes, bytes);
  const keys = directions(mk, 'client', person.own.names, namesOf(entry.chain), { cn: m1.cn, sn: m2.sn }, m1.bytes, bytes);
  return { wire, keys, confirm: () => confirmed(wire, keys, entry.chain) };
};

/** What a refused M1 gets, whatever was wrong with it. */
export const retry = () => session.frame(session.TYPES.retry, Buffer.alloc(0));

/**
 * The other side of a resumption. `entry` is what `keyId` names, if anything; without one, or where it does not hold, it is refused.
 * @returns {Promise<any>}
 */
export const answerResumption = async (person, wire, m1Bytes, entryOf) => {
  const m1 = session.readResumeM1(m1Bytes);
  const entry = entryOf(m1.keyId);
  const state = entry && same(m1.target, session.targetOf(m1.keyId, person.own.instanceHash)) && session.checkResumeM1(m1Bytes, m1, entry);
  const isStale = state && (state.counter > entry.sent.counter || (state.counter === entry.sent.counter && !same(state.digest, entry.sent.digest.subarray(0, 16))));
  if (!state || isStale) {
    wire.send(retry());
    return undefined;
  }
  const m2 = session.makeResumeM2(m1);
  const mk = session.resumedKey(entry.rs, xAgree(m2.shareSecret, m1.share), m2.sn, m1.cn, m1Bytes, m2.bytes);
  const keys = directions(mk, 'server', person.own.names, namesOf(entry.chain), { cn: m1.cn, sn: m2.sn }, m1Bytes, m2.bytes);
  wire.send(m2.bytes, session.sealRecord(keys.out, session.item(1, keys.confirm)));
  return Session.confirmed(wire, keys, entry.chain);
};

/**
 * The other side of a full handshake, from a first frame that came. `own`: where the M1 is sealed to another key than an exchange key.
 * @param {any} person
 * @param {any} wire
 * @param {Buffer} m1Bytes
 * @param {{ now?: number, knows: (chain: any) => boolean, own?: any }} how
 * @returns {Promise<any>}
 */
export const answer = async (person, wire, m1Bytes, { now = Date.now(), knows, own }) => {
  own ??= person.ownWith(person.exchanges.find(({ hash }) => session.isForKey(m1Bytes, hash)));
  const m1 = session.readM1(m1Bytes, own);
  const theirs = readChain(m1.chain, now);
  need(knows(theirs) && m1.signedBy(theirs.instance.signingKey) && m1.listVersion === theirs.list.version && Math.abs(m1.time - now) <= DAY, 'M1');
  const fixed = session.makeStatic({ ...own, notBefore: now - 1000, notAfter: now + DAY - 1000 });
  const m2 = session.makeM2({ ...own, static: fixed }, toOf(theirs), m1.nonce, {});
  const mk = session.masterKey(m2.sn, m1.nonce, xAgree(m2.shareSecret, m1.share), xAgree(fixed.secret, m1.share), m1Bytes, m2.bytes);
  const keys = directions(mk, 'server', own.names, namesOf(theirs), { cn: m1.nonce, sn: m2.sn }, m1Bytes, m2.bytes);
  wire.send(m2.bytes, session.sealRecord(keys.out, session.item(1, keys.confirm)));
  return Session.confirmed(wire, keys, theirs);
};

/** A listener on loopback; each connection is handed over as a Wire. */
export const listen = async (onWire, host = '127.0.0.1') => {
  const server = createServer((socket) => onWire(new Wire(socket)));
  server.listen(0, host);
  await once(server, 'listening');
  return { address: { host, port: server.address().port }, close: () => server.close() };
};
