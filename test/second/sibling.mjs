/** docs/protocol.md §10.2 to §10.5: a session with another own device, for as long as it stands: what it says by topic, and what is answered by itself. */
import { cat, lp, need, Refused, same, u16, u32, u64, u8, whole } from './bytes.mjs';
import { makeChain, makeList, readInstanceCredential, readList } from './credentials.mjs';
import { readCertificate } from './certificate.mjs';
import { edSign, H, instanceIdOf, open, ZERO_NONCE } from './crypto.mjs';
import { Log, toSibling } from './device.mjs';
import { openSigned } from './envelope.mjs';
import { privateKeyOf, spkiOf } from './key-files.mjs';
import { dialTo } from './live.mjs';
import { Waiting } from './waiting.mjs';
import { handover, joiner, parts, repository, upkeep } from './words.mjs';

const TOPIC = { replica: 1, handover: 2, upkeep: 3, repository: 6 };
export const KIND = { state: 1, update: 2, suspension: 3, offer: 4, taken: 5, release: 6, released: 7 };

/** All private halves and the recovery key, as they were offered. */
export const openMove = (transferKey, move, closed) =>
  whole(open('certifier-move', transferKey, ZERO_NONCE, move, closed), (reader) => ({ keys: reader.list(reader.u8(), () => ({ epoch: reader.u32(), pkcs8: reader.lp(4096) })), recoverySeed: reader.lp(32) }));

export class Sibling extends Waiting {
  /** @type {any} */
  keys;
  /** @type {any} */
  session;
  /** @type {any} the common log, as this device has heard it or tells it */
  log;

  /** `device`: this one; `host`: the other one, as the grant names it. */
  constructor(device, host, keys) {
    super();
    Object.assign(this, { device, keys, address: host.addresses[0], credential: readInstanceCredential(host.credential) });
    this.log = new Log(device.peerId, device.chain.list.entries.map(({ instanceId }) => instanceId));
    /** @type {any[]} */
    this.handovers = [];
    /** @type {{ kind: number, body: Buffer }[]} */
    this.words = [];
    /** @type {any} what this device keeps for the others, where it is the archive (§10.5) */
    this.records = undefined;
    /** @type {any[]} what the archive answers */
    this.answers = [];
    this.asks = 0;
    this.pongs = 0;
  }

  /** In step everything flows; else words of upkeep only. */
  async meet(how = {}) {
    return this.use(await dialTo(this.device, this.address, toSibling(this.credential, this.device.peerId)), how);
  }
  /** A session that stands, whoever dialled it. */
  use(session, { inStep = true } = {}) {
    this.session = session;
    session.isOver = false;
    this.upkeep(KIND.state, this.device.state);
    if (inStep) {
      this.#say(TOPIC.replica, this.log.have());
      this.#say(TOPIC.handover, this.keys.hello());
    }
    void this.#run(session).catch((error) => {
      if (!(error instanceof Refused)) this.broken = error;
      session.close();
      session.isOver = true;
      this.wake();
    });
    return session;
  }
  async #run(session) {
    const join = joiner();
    for (let items = await session.next(); items; items = await session.next()) {
      for (const { type, body } of items) {
        if (type === 4) session.send({ type: 5, body });
        if (type === 5) this.pongs += 1;
        if (type === 9) this.#hear(body[0], body.subarray(1), join);
      }
      this.wake();
    }
    session.isOver = true;
    this.wake();
  }
  #hear(topic, bytes, join) {
    if (topic === TOPIC.replica) {
      const back = this.log.take(bytes);
      if (back) this.#say(TOPIC.replica, back);
    } else if (topic === TOPIC.handover) {
      const word = handover(bytes);
      if (word.kind === 'keys') this.keys.take(word.word, this.credential.signingKey);
      const given = word.kind === 'hello' ? this.keys.give(word.ids, this.credential) : undefined;
      if (given) this.#say(TOPIC.handover, given);
      this.handovers.push(word);
    } else if (topic === TOPIC.repository) {
      const answer = this.records?.answer(bytes);
      if (answer) this.#say(TOPIC.repository, answer);
      if (!this.records) this.answers.push(repository(bytes));
    } else if (topic === TOPIC.upkeep) {
      const word = join(bytes);
      if (word) this.words.push({ kind: word[0], body: word.subarray(1) });
    }
  }
  #say(topic, word) {
    this.session.send({ type: 9, body: cat(u8(topic), word) });
  }
  /** A word of the common log. */
  tell(word) {
    this.#say(TOPIC.replica, word);
  }
  upkeep(kind, body) {
    for (const part of parts(cat(u8(kind), body))) this.#say(TOPIC.upkeep, part);
  }
  /** The topic `handover`, as who takes a session needs it. */
  get handover() {
    return {
      say: (word) => this.#say(TOPIC.handover, word),
      hear: (isIt) => {
        const from = this.handovers.length;
        return this.until(() => this.handovers.slice(from).find(isIt));
      },
    };
  }
  /** Asks the archive: for the record of this name, or to write one on top of a revision. */
  readRecord(name) {
    return this.#askArchive(1, name);
  }
  writeRecord(name, expected, record) {
    return this.#askArchive(2, cat(name, u64(expected), lp(record)));
  }
  #askArchive(kind, body) {
    const ask = (this.asks += 1);
    this.#say(TOPIC.repository, cat(u8(kind), u32(ask), body));
    return this.until(() => this.answers.find((one) => one.ask === ask));
  }
  word(kind, from = 0) {
    return this.until(() => this.words.slice(from).find((one) => one.kind === kind));
  }
  /** Everything that was said before has been looked at there. */
  async heardOut() {
    const before = this.pongs;
    this.session.send({ type: 4, body: Buffer.alloc(8) });
    await this.until(() => this.pongs > before);
  }
  ended() {
    return this.until(() => this.session.isOver);
  }

  // What a word of upkeep holds

  #unseal(kind, envelope) {
    const context = cat(u8(kind), this.device.peerId, this.otherId, this.device.instanceId);
    return openSigned('upkeep', { secret: this.device.kemSecret, context, envelope, signerOf: () => this.credential.signingKey }).statement;
  }
  get otherId() {
    return instanceIdOf(this.credential.signingKey);
  }
  /** Takes what proves itself: a higher list, signed by the identity, with this device on it under a credential it consented to. */
  takeUpdate(body) {
    const { device } = this;
    const [told, sealed] = whole(body, (reader) => [upkeep.public(reader.lp()), reader.lp()]);
    const list = readList(told.list);
    need(list.version > device.chain.list.version, 'no higher list');
    const of = (signingKey) => told.credentials.find((bytes) => same(readInstanceCredential(bytes).signingKey, signingKey));
    const own = of(device.signingKey);
    const other = of(this.credential.signingKey);
    if (other) this.credential = readInstanceCredential(other);
    const inUse = told.keys.find(({ retired }) => retired === 0);
    const exchanges = sealed.length ? upkeep.exchanges(this.#unseal(KIND.update, sealed)) : [];
    const parts = { identity: inUse.certificate, list: told.list, instance: need(own, 'no credential of this device') };
    // The newest that fits; the one in use before, where the list changed and nothing else.
    const exchange = exchanges[0]?.credential ?? device.chain.exchange.bytes;
    device.use(makeChain({ ...parts, exchange }), exchanges[0]?.secret, readCertificate(inUse.certificate).fingerprint, inUse.epoch, exchanges);
    this.told = told;
    return list;
  }

  // The identity key moves here

  readOffer(body) {
    return whole(body, (reader) => ({ move: reader.take(16), closed: reader.rest() }));
  }
  /** The private halves of the identity keys, and the seed of the recovery key where there is one. */
  readRelease(body, { move, closed }) {
    const transferKey = whole(this.#unseal(KIND.release, body), (reader) => {
      need(same(reader.take(16), move), 'another move');
      return reader.take(32);
    });
    const packed = openMove(transferKey, move, closed);
    return { ...packed, keys: packed.keys.map(({ epoch, pkcs8 }) => ({ epoch, privateKey: privateKeyOf(pkcs8, 'key.unacceptable') })) };
  }
  /** The next list, the same devices on it. */
  nextListUpdate({ privateKey }, { version = this.device.chain.list.version + 1 } = {}) {
    const { identity, list } = this.device.chain;
    const who = { peerId: this.device.peerId, spkiHash: H(identity.spki), epoch: identity.epoch, privateKey };
    const bytes = makeList(who, { version, issuedAt: Date.now(), entries: list.entries });
    const [key] = this.told.keys.filter(({ retired }) => retired === 0);
    const told = cat(u16(1), u32(key.epoch), lp(key.certificate), u64(key.made), u64(0), lp(key.link), lp(key.recovery), lp(bytes), u8(this.told.credentials.length), ...this.told.credentials.map((one) => lp(one)), lp(this.told.recoveryKey));
    return { list: bytes, body: cat(lp(told), lp(Buffer.alloc(0))) };
  }
  /** That the other device is stopped. */
  suspensionOf(stopped, { time = Date.now(), signingSeed = this.device.signingSeed } = {}) {
    const { chain, instanceId, peerId } = this.device;
    const body = cat(u8(5), peerId, stopped, instanceId, u32(chain.list.version), u64(time));
    return cat(lp(body), edSign(signingSeed, 'suspension', body), lp(chain.instance.bytes));
  }
}
export const isKeyOf = (privateKey, chain) => same(spkiOf(privateKey), chain.identity.spki);
