/** docs/protocol.md §10.5, for the device that takes a session: the shared keys, the state it is lent, and the words in between. */
import { cat, lp, need, same, u32, u64, u8, whole } from './bytes.mjs';
import { readChain } from './credentials.mjs';
import { H, HKDF, label, open, random, ZERO_NONCE } from './crypto.mjs';
import { openSigned, sealSigned } from './envelope.mjs';
import * as session from './session.mjs';

export const sharingId = (key) => H(label('sharing-key'), key).subarray(0, 8);

/** Keys of this device under the list in force, and what others gave it. `peerId`, `kemSecret`, `signingSeed`, `chain` of the device. */
export class SharedKeys {
  constructor(device) {
    this.device = device;
    this.listVersion = device.chain.list.version;
    this.person = random(32);
    this.toSibling = random(32);
    this.persons = [{ listVersion: this.listVersion, key: this.person }];
    this.pairs = [];
  }
  #context(credentialHash) {
    return cat(this.device.peerId, credentialHash);
  }
  hello() {
    const held = [...this.persons.map(({ key }) => key), ...this.pairs];
    return cat(u8(1), u8(held.length), ...held.map(sharingId));
  }
  /** What the other device lacks, if anything. */
  give(known, { kemKey, hash }) {
    const isKnown = (key) => known.some((id) => same(id, sharingId(key)));
    if (isKnown(this.person) && isKnown(this.toSibling)) return undefined;
    const statement = cat(u8(1), u64(this.listVersion), this.person, u64(this.listVersion), this.toSibling);
    return cat(u8(2), lp(sealSigned('sharing-key', { signingSeed: this.device.signingSeed, recipientKey: kemKey, context: this.#context(hash), statement })));
  }
  take(word, giverKey) {
    const { statement } = openSigned('sharing-key', { secret: this.device.kemSecret, context: this.#context(this.device.chain.instance.hash), envelope: word, signerOf: () => giverKey });
    const given = whole(statement, (reader) => {
      const count = reader.u8();
      need(count <= 8, 'person keys');
      return { persons: reader.list(count, () => ({ listVersion: reader.u64(), key: reader.take(32) })), listVersion: reader.u64(), pair: reader.take(32) };
    });
    for (const one of given.persons) if (!this.persons.some(({ key }) => same(key, one.key))) this.persons.push(one);
    this.pairs.push(given.pair);
  }
  /** Whose session an M1 shows, told by its hint. */
  ownerOf({ hint, keyId }) {
    for (const { key } of this.persons) {
      try {
        return open('handover-hint', HKDF(key, 'handover-hint', keyId), ZERO_NONCE, Buffer.alloc(0), hint);
      } catch {
        // Under another person key.
      }
    }
    return undefined;
  }
  /** What `lent` brings, as an entry that a listener can use. */
  openBody(body, keyId) {
    const { nonce, wraps, sealed } = whole(body, (reader) => {
      const one = { nonce: reader.take(24) };
      const count = reader.u8();
      need(count >= 1 && count <= 15, 'wraps');
      one.wraps = reader.list(count, () => ({ id: reader.take(8), wrapped: reader.take(48) }));
      return { ...one, sealed: reader.rest() };
    });
    const found = wraps.flatMap(({ id, wrapped }) => this.pairs.filter((key) => same(sharingId(key), id)).map((key) => ({ key, wrapped })))[0];
    const { key, wrapped } = need(found, 'wrapped for others');
    const contentKey = open('session-wrap', HKDF(key, 'session-wrap'), nonce, keyId, wrapped);
    return readState(open('session-state', contentKey, nonce, keyId, sealed));
  }
}

const position = (reader) => ({ counter: reader.u64(), digest: reader.take(32) });
export const readState = (bytes) =>
  whole(bytes, (reader) => {
    need(reader.u8() === 1, 'version of a state');
    const state = { keyId: reader.take(32), rs: reader.take(32), peerId: reader.take(32), peerInstance: reader.take(16), peerInstanceHash: reader.take(32), pin: reader.take(32), madeAt: reader.u64(), expiresAt: reader.u64(), sent: position(reader), received: position(reader) };
    return { ...state, chainBytes: reader.lp(12 * 1024) };
  });

/**
 * Asks another own device for the session that this M1 shows, and takes it. `over.say(word)` and `over.hear(find)` are the topic `handover` with the owner.
 * Gives the entry, or undefined where it was refused.
 */
export const takeSession = async (device, keys, m1Bytes, over, { ask = 1, generationOf = (generation) => generation } = {}) => {
  const m1 = session.readResumeM1(m1Bytes);
  over.say(cat(u8(3), u32(ask), lp(m1Bytes)));
  const answerTo = (...kinds) => over.hear((word) => (word.kind === 'refused' || kinds.includes(word.kind)) && word.ask === ask);
  const lent = await answerTo('lent');
  if (lent.kind === 'refused') return undefined;
  const state = keys.openBody(lent.body, m1.keyId);
  const chain = readChain(state.chainBytes, Date.now());
  need(same(state.keyId, m1.keyId) && same(chain.instance.hash, state.peerInstanceHash) && same(chain.peerIdBytes, state.peerId) && same(chain.identity.spkiHash, state.pin), 'a state of another');
  const entry = { ...state, chain };
  need(same(m1.target, session.targetOf(m1.keyId, device.chain.instance.hash)), 'shown to another device');
  session.checkResumeM1(m1Bytes, m1, entry);
  over.say(cat(u8(5), u32(ask), m1.keyId, u32(generationOf(lent.generation))));
  return (await answerTo('taken')).kind === 'taken' ? entry : undefined;
};
