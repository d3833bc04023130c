/** docs/protocol.md §10.1 from the device that is there: a link, the digits, the grant; and §10.3 from a device that has things to tell. */
import { cat, lp, need, same, u16, u32, u64, u8, whole } from './bytes.mjs';
import { makeChain, readChain } from './credentials.mjs';
import { edPublic, edSign, edVerify, H, HKDF, HMAC, instanceIdOf, label, random } from './crypto.mjs';
import { readReveal, sixDigits } from './device.mjs';
import { sealSigned } from './envelope.mjs';
import { makeLink } from './link.mjs';
import { answer, channelOver } from './live.mjs';
import { namesOf } from './person.mjs';
import * as words from './words.mjs';

export const KIND = { hello: 48, answer: 49, reveal: 50, keys: 51, confirm: 52, grant: 53, done: 54 };
const PIECE = 65_535;
const many = (size, list, write) => cat(size(list.length), ...list.map(write));
const writeAddresses = (addresses) => many(u8, addresses, ({ host, port }) => cat(lp(host), u16(port)));

export const writeGrant = (one) =>
  cat(
    lp(one.name), u64(one.made),
    many(u16, one.keys, (key) => cat(u32(key.epoch), u64(key.made), u64(key.retired), lp(key.certificate), u8(key.kind), ...(key.kind ? [lp(key.statement)] : []))),
    lp(one.recovery),
    many(u8, one.endorsements, (each) => many(u8, each, lp)),
    many(u8, one.exchanges, ({ credential, secret }) => cat(lp(credential), secret)),
    lp(one.list), lp(one.credential),
    many(u8, one.devices, ({ credential, addresses }) => cat(lp(credential), writeAddresses(addresses))),
    lp(one.settings),
  );

/** A device link of this person, ten minutes long valid. */
export const deviceLink = (person, addresses, { secret = random(16), now = Date.now() } = {}) => ({
  secret,
  text: makeLink({ peerId: person.peerId, instanceId: person.instanceId, secret, expiry: Math.floor(now / 1000) + 600, addresses }, 'device'),
});

/**
 * The channel of who dials the link, up to LINK_DONE. `compare(digits)` says whether both screens show the same. Gives what was let in.
 * @param {any} person
 * @param {any} wire
 * @param {Buffer} openFrame
 * @param {{ secret: Buffer, addresses: any[], compare: (digits: string) => any, siblings?: any[], now?: number }} how
 */
export const letIn = async (person, wire, openFrame, { secret, addresses, compare, siblings = [], now = Date.now() }) => {
  const over = channelOver(wire, openFrame);
  const { hash } = over;
  const { chain, signingSeed, peerId, spkiHash } = person;
  need(same((await over.hear(KIND.hello)).body, HMAC(HKDF(secret, 'device-link-hello'), hash, peerId, person.instanceId)), 'does not hold the link');
  const nonce = random(32);
  const hostReveal = cat(nonce, peerId, spkiHash, chain.instance.hash);
  const commitment = H(label('device-link-commit'), hostReveal, hash);
  over.say(KIND.answer, cat(commitment, HMAC(HKDF(secret, 'device-link-answer'), hash, commitment)));
  const { body: reveal } = await over.hear(KIND.reveal);
  const { signingKey, kemKey, name } = readReveal(reveal);
  over.say(KIND.keys, cat(nonce, spkiHash, lp(person.card({ addresses, now, forContact: true })), edSign(signingSeed, 'device-link-keys', hash, hostReveal, reveal)));
  need(await compare(sixDigits(H(label('device-link-code'), hostReveal, lp(reveal), hash))), 'not the same');
  over.say(KIND.confirm, u8(1));
  const consent = whole((await over.hear(KIND.confirm)).body, (reader) => (need(reader.u8() === 1, 'not the same, there'), reader.take(64)));
  need(edVerify(signingKey, 'instance-consent', consent, u8(4), peerId, signingKey, kemKey), 'consent');
  const credential = person.admit({ signingKey, kemKey, counterSignature: consent, deviceName: name }, now);
  const statement = writeGrant({
    name: person.name, made: now, keys: [{ epoch: person.key.epoch, made: now, retired: 0, certificate: person.chainParts.identity, kind: 0, statement: undefined }],
    recovery: edPublic(person.recoverySeed), endorsements: [], exchanges: person.exchanges.map((one) => ({ credential: one.credential.bytes, secret: one.secret })),
    list: person.chainParts.list, credential, devices: [{ credential: person.chainParts.instance, addresses }, ...siblings], settings: '{}',
  });
  const sealed = sealSigned('device-link-grant', { signingSeed, recipientKey: kemKey, context: cat(hash, peerId, instanceIdOf(signingKey)), statement, contentKey: undefined, coins: undefined });
  for (let at = 0; at < sealed.length; at += PIECE) over.say(KIND.grant, cat(u8(at + PIECE >= sealed.length ? 1 : 0), sealed.subarray(at, at + PIECE)));
  need((await over.hear(KIND.done)).body.length === 0, 'done');
  over.close();
  return { instanceId: instanceIdOf(signingKey), signingKey, kemKey, credential };
};

/**
 * What a device of a person is to its siblings, as those of `device.mjs`: the first one, or one that was let in and whose keys are given.
 * @param {any} person
 * @param {any} [device]
 */
export const asDevice = (person, device) => {
  const { key } = person;
  const chainBytes = device ? makeChain({ ...person.chainParts, instance: device.credential }) : person.chainBytes;
  const chain = device ? readChain(chainBytes) : person.chain;
  const { signingSeed, signingKey, kemSecret } = device ?? person;
  const hashes = person.exchanges.map(({ hash }) => hash);
  return {
    peerId: person.peerId, instanceId: instanceIdOf(signingKey), signingSeed, signingKey, kemSecret, chain,
    own: { ...person.own, chain: chainBytes, signingSeed, instanceHash: chain.instance.hash, names: namesOf(chain) },
    state: cat(u32(key.epoch), person.spkiHash, chain.identity.fingerprint, u32(chain.list.version), chain.list.hash, u8(1), u8(hashes.length), ...hashes),
  };
};

/** An M1 of another own device: made to this one's own KEM key (§10.2). */
export const answerSibling = (person, wire, m1Bytes, { now = Date.now() } = {}) =>
  answer(person, wire, m1Bytes, { now, own: person.ownWith({ hash: H(person.kemKey), secret: person.kemSecret }), knows: (chain) => same(chain.peerIdBytes, person.peerId) });

/** The common log of a device that has heard everything: its own facts, told to whoever says how far it has heard them. */
export class Teller {
  facts = [];
  /** @type {any} how far the other device has heard each author, as it said last */
  heard;
  /** @type {any[]} facts of others */
  taken = [];
  /** Words that came. */
  words = [];
  stamp = Date.now() * 4096;
  /** Bits of `have`. */
  bits = 1;
  /** @type {Buffer} */
  author;

  constructor({ peerId, signingSeed, signingKey }) {
    Object.assign(this, { peerId, signingSeed, signingKey });
    this.author = instanceIdOf(signingKey);
  }
  say(kind, key, value) {
    this.stamp += 1;
    const one = { number: this.facts.length + 1, stamp: this.stamp, kind, key, value };
    this.facts.push({ ...one, signature: words.signFact(this.signingSeed, this.peerId, this.signingKey, one) });
  }
  have() {
    return words.writeReplica({ kind: 'have', bits: this.bits, vector: [{ author: this.author, number: this.facts.length }] });
  }
  /** Those behind `after`, at most so many as a batch has. */
  batch(after = 0, changed = {}) {
    const facts = this.facts.slice(after, after + 128);
    return words.writeReplica({ kind: 'facts', signingKey: this.signingKey, after, upTo: after + facts.length, facts, ...changed });
  }
  take(bytes) {
    const word = words.replica(bytes);
    this.words.push(word);
    if (word.vector) {
      this.heard = word.vector;
      const after = word.vector.find(({ author }) => same(author, this.author))?.number ?? 0;
      return after < this.facts.length ? this.batch(after) : undefined;
    }
    if (word.kind !== 'facts') return undefined;
    this.taken.push({ author: instanceIdOf(word.signingKey), facts: word.facts });
    return words.writeReplica({ kind: 'heard', vector: [{ author: instanceIdOf(word.signingKey), number: word.upTo }] });
  }
  get isHeard() {
    return this.heard?.some(({ author, number }) => same(author, this.author) && number >= this.facts.length) ?? false;
  }
}

/** Values of facts (§10.3, §10.4), as few as a new device needs to know a person and what was said. */
const optional = (bytes) => (bytes ? cat(u8(1), bytes) : u8(0));
export const value = {
  person: ({ name, createdAt, relation = 2, rights = 7 }) => cat(lp(name), u64(createdAt), u8(relation), u8(rights), u8(0)),
  alias: (name) => lp(name),
  pin: (chain, { addresses, since }) => {
    const { identity, list, instance, exchange, instanceId } = chain;
    return cat(
      lp(identity.bytes), lp(list.bytes), u8(1), lp(instance.bytes), u8(1), lp(exchange.bytes), u8(1), instanceId, u64(since), writeAddresses(addresses),
      u16(1), identity.spkiHash, u32(identity.epoch), u64(since), u8(0), u8(0), u8(0),
      lp(u16(0)), optional(identity.recoveryHash), u8(0), u8(0), u8(0), u8(0),
    );
  },
  conversation: (title, createdAt) => cat(lp(title), u64(createdAt), u8(0)),
  dialog: ({ isOwn, createdAt }) => cat(u8(1), u8(isOwn ? 3 : 2), u64(createdAt)),
  message: ({ isOut, text, sentAt, shown, state = 2 }) => cat(u8(isOut ? 1 : 0), u8(0), lp(text), u64(sentAt), u64(shown), u8(state), u32(1), optional(isOut ? undefined : u64(sentAt)), u8(0), u8(0), u8(0), u8(0), u8(0)),
  pinned: (isPinned) => u8(isPinned ? 1 : 0),
  setting: (settings) => Buffer.from(JSON.stringify(settings)),
};
