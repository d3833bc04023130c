/** docs/protocol.md §10: a new device of a person that exists: let in, then in step with the device that let it in. */
import { cat, lp, need, same, u32, u8, whole } from './bytes.mjs';
import { readCard } from './card.mjs';
import { readCertificate } from './certificate.mjs';
import { makeChain, readChain } from './credentials.mjs';
import { edPublic, edSign, edVerify, H, HKDF, HMAC, instanceIdOf, kemPublic, label, random } from './crypto.mjs';
import { openSigned } from './envelope.mjs';
import { openChannel } from './live.mjs';
import { namesOf } from './person.mjs';
import * as words from './words.mjs';

const KIND = { hello: 48, answer: 49, reveal: 50, keys: 51, confirm: 52, grant: 53, done: 54 };
const LINK = 5;

const grantAddresses = (reader) => {
  const count = reader.u8();
  need(count <= 8, 'too many addresses');
  return reader.list(count, () => ({ host: reader.text(256), port: reader.u16() }));
};
/** Of kind 0 there is no statement, not even an empty one. */
const keyStatement = (reader) => {
  const kind = reader.u8();
  need(kind <= 2, 'kind of a key');
  return { kind, statement: kind ? reader.lp(16_384, 1) : undefined };
};
export const readGrant = (bytes) =>
  whole(bytes, (reader) => {
    const one = { name: reader.text(256), made: reader.u64() };
    const keys = reader.u16();
    need(keys >= 1 && keys <= 512, 'identity keys');
    one.keys = reader.list(keys, () => ({ epoch: reader.u32(), made: reader.u64(), retired: reader.u64(), certificate: reader.lp(16_384), ...keyStatement(reader) }));
    one.keys.forEach((key, at) => need(at === 0 || one.keys[at - 1].epoch < key.epoch, 'identity keys'));
    one.recovery = reader.lp(32);
    need([0, 32].includes(one.recovery.length), 'recovery key');
    one.endorsements = reader.list(reader.u8(), () => reader.list(reader.u8(), () => reader.lp(16_384)));
    one.exchanges = reader.list(reader.u8(), () => ({ credential: reader.lp(16_384), secret: reader.take(32) }));
    one.list = reader.lp(16_384);
    one.credential = reader.lp(16_384);
    const devices = reader.u8();
    need(devices >= 1 && devices <= 32, 'devices');
    one.devices = reader.list(devices, () => ({ credential: reader.lp(16_384), addresses: grantAddresses(reader) }));
    one.settings = reader.text(4096);
    return one;
  });
export const readReveal = (bytes) => whole(bytes, (reader) => ({ nonce: reader.take(32), signingKey: reader.take(32), kemKey: reader.take(1216), name: reader.text(128) }));
export const sixDigits = (hash) => String(BigInt(`0x${hash.toString('hex')}`) % 1_000_000n).padStart(6, '0');

/**
 * Dials a device link; `compare(digits)` says whether both screens show the same. Gives the new device.
 * @returns {Promise<any>}
 */
export const join = async (link, { name, compare, now = Date.now() }) => {
  const signingSeed = random(32);
  const kemSecret = random(32);
  const [signingKey, kemKey] = [edPublic(signingSeed), kemPublic(kemSecret)];
  const instanceId = instanceIdOf(signingKey);
  const over = await openChannel(link.addresses[0], LINK);
  const { hash } = over;
  over.say(KIND.hello, HMAC(HKDF(link.secret, 'device-link-hello'), hash, link.peerId, link.instanceId));
  const [commitment, tag] = whole((await over.hear(KIND.answer)).body, (reader) => [reader.take(32), reader.take(32)]);
  need(same(tag, HMAC(HKDF(link.secret, 'device-link-answer'), hash, commitment)), 'does not hold the link');
  const reveal = cat(random(32), signingKey, kemKey, lp(name));
  over.say(KIND.reveal, reveal);
  const keys = whole((await over.hear(KIND.keys)).body, (reader) => ({ nonce: reader.take(32), spkiHash: reader.take(32), card: readCard(reader.lp(60 * 1024), { now, pinned: true }), signature: reader.take(64) }));
  const { chain } = keys.card;
  need(same(chain.peerIdBytes, link.peerId) && same(chain.instanceId, link.instanceId) && same(chain.identity.spkiHash, keys.spkiHash), 'another device');
  const hostReveal = cat(keys.nonce, link.peerId, keys.spkiHash, chain.instance.hash);
  need(same(commitment, H(label('device-link-commit'), hostReveal, hash)), 'commitment');
  need(edVerify(chain.instance.signingKey, 'device-link-keys', keys.signature, hash, hostReveal, reveal), 'signature of the keys');
  need(await compare(sixDigits(H(label('device-link-code'), hostReveal, lp(reveal), hash))), 'not the same');
  over.say(KIND.confirm, cat(u8(1), edSign(signingSeed, 'instance-consent', u8(4), link.peerId, signingKey, kemKey)));
  need((await over.hear(KIND.confirm)).body.equals(u8(1)), 'not the same, there');
  let sealed = Buffer.alloc(0);
  for (let isLast = false; !isLast; ) {
    const { body } = await over.hear(KIND.grant);
    isLast = body[0] === 1;
    sealed = cat(sealed, body.subarray(1));
  }
  const context = cat(hash, link.peerId, instanceId);
  const grant = readGrant(openSigned('device-link-grant', { secret: kemSecret, context, envelope: sealed, signerOf: () => chain.instance.signingKey }).statement);
  over.say(KIND.done, Buffer.alloc(0));
  return new Device({ signingSeed, signingKey, kemSecret, instanceId, grant, now });
};

/** What the new device is: the same person, with an exchange key all devices hold, and keys of its own. */
class Device {
  constructor({ signingSeed, signingKey, kemSecret, instanceId, grant, now }) {
    Object.assign(this, { signingSeed, signingKey, kemSecret, instanceId, grant });
    const inUse = need(grant.keys.find(({ retired }) => retired === 0), 'no key in use');
    const [newest] = grant.exchanges;
    this.chainBytes = makeChain({ identity: inUse.certificate, list: grant.list, instance: grant.credential, exchange: newest.credential });
    this.chain = readChain(this.chainBytes, now);
    need(same(this.chain.instance.signingKey, signingKey) && same(kemPublic(newest.secret), this.chain.exchange.kemKey), 'a grant of another device');
    this.exchanges = [{ secret: newest.secret, hash: this.chain.exchange.hash }];
    this.peerId = this.chain.peerIdBytes;
    this.hashes = grant.exchanges.map(({ credential }) => H(credential));
    this.#stateAs(inUse.epoch, readCertificate(inUse.certificate).fingerprint);
  }
  #stateAs(epoch, fingerprint) {
    const { identity, list } = this.chain;
    this.state = cat(u32(epoch), identity.spkiHash, fingerprint, u32(list.version), list.hash, u8(1), u8(this.hashes.length), ...this.hashes);
  }
  /** What an update brought (§10.2): another chain, and the exchange keys with it, where they are others. */
  use(chainBytes, secret, fingerprint, epoch, exchanges) {
    this.chainBytes = chainBytes;
    this.chain = readChain(chainBytes, Date.now());
    if (secret) this.exchanges.unshift({ secret, hash: this.chain.exchange.hash });
    for (const { credential } of exchanges.toReversed()) if (!this.hashes.some((hash) => same(hash, H(credential)))) this.hashes.unshift(H(credential));
    this.#stateAs(epoch, fingerprint);
  }
  /** A list of one's own making: everything else stays. */
  useList({ bytes }) {
    const { identity, instance, exchange } = this.chain;
    this.use(makeChain({ identity: identity.bytes, list: bytes, instance: instance.bytes, exchange: exchange.bytes }), undefined, identity.fingerprint, identity.epoch, []);
  }
  get own() {
    const [{ hash, secret }] = this.exchanges;
    return { peerId: this.peerId, chain: this.chainBytes, listVersion: this.chain.list.version, signingSeed: this.signingSeed, exchangeHash: hash, exchangeSecret: secret, instanceHash: this.chain.instance.hash, names: namesOf(this.chain) };
  }
}

/** §10.2: M1 to an own device goes to that device's own KEM key, and its hash stands where the exchange credential's would. */
export const toSibling = ({ kemKey }, peerId) => ({ peerId, exchangeHash: H(kemKey), exchangeKey: kemKey });

/** The common log, as this device has heard it: `take` gives what is to be said back. */
export class Log {
  constructor(peerId, authors) {
    Object.assign(this, { peerId, authors, heard: new Map(), facts: [], isWhole: false });
  }
  vector() {
    const list = [...this.heard].map(([author, number]) => ({ author: Buffer.from(author, 'hex'), number }));
    return list.toSorted((a, b) => Buffer.compare(a.author, b.author));
  }
  /** Let in, and has not heard everything yet. */
  have() {
    return words.writeReplica({ kind: 'have', bits: 2, vector: this.vector() });
  }
  take(bytes) {
    const word = words.replica(bytes);
    if (word.kind === 'have') {
      this.told = word;
      return undefined;
    }
    if (word.kind !== 'facts') return undefined;
    const author = instanceIdOf(word.signingKey);
    need(this.authors.some((one) => same(one, author)), 'an author on no list');
    need(word.facts.every((one) => words.factIsSigned(this.peerId, word.signingKey, one)), 'a fact its author did not sign');
    need(word.after <= (this.heard.get(author.toString('hex')) ?? 0), 'a batch too far ahead');
    this.facts.push(...word.facts);
    this.heard.set(author.toString('hex'), word.upTo);
    return words.writeReplica({ kind: 'heard', vector: this.vector() });
  }
  /** Whether everything that the other device said to have is here. */
  get isComplete() {
    return this.told !== undefined && this.told.vector.every(({ author, number }) => (this.heard.get(author.toString('hex')) ?? 0) >= number);
  }
}
/**
 * A session with another own device, in step: says `state` and `have`, hears the log, answers pings. Ends when `isDone(log)` says so.
 * @param {any} device
 * @param {any} session
 * @param {(log: any) => boolean | Promise<boolean>} isDone
 * @returns {Promise<any>}
 */
export const hearLog = async (device, session, isDone, log = new Log(device.peerId, device.chain.list.entries.map(({ instanceId }) => instanceId))) => {
  const say = (topic, word) => session.send({ type: 9, body: cat(u8(topic), word) });
  say(3, cat(u8(0), u8(1), device.state));
  say(1, log.have());
  for (let items = await session.next(); items; items = await session.next()) {
    for (const { type, body } of items) {
      if (type === 4) session.send({ type: 5, body });
      const back = type === 9 && body[0] === 1 ? log.take(body.subarray(1)) : undefined;
      if (back) say(1, back);
    }
    if (await isDone(log)) break;
  }
  return log;
};
