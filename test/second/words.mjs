/** docs/protocol.md §10, §11, §15: words between own devices and about files. A reader for each topic; what it gives can be written again. */
import { cat, lp, need, u16, u64, u8, whole } from './bytes.mjs';
import { edSign, edVerify, H, instanceIdOf } from './crypto.mjs';
import { isServer, readMailboxes } from './card.mjs';
import { canonicalHost } from './host.mjs';

export const TOPICS = ['replica', 'handover', 'upkeep', 'relay', 'files', 'repository'];
export const PASSED_OVER = { kind: 'passed over' };

const words = (table) => (bytes) =>
  whole(bytes, (reader) => {
    const read = table[reader.u8()];
    return read ? read(reader) : (reader.rest(), PASSED_OVER);
  });

// Topic 1: the common log
const ascending = (list, of) => list.forEach((one, at) => need(at === 0 || Buffer.compare(of(list[at - 1]), of(one)) < 0, 'out of order'));
const NUMBER = 2 ** 52;
const STAMP = 2 ** 53 - 2 ** 32;
const counted = (value) => {
  need(value <= NUMBER, 'a number above 2^52');
  return value;
};
const vector = (reader) => {
  const count = reader.u16();
  need(count <= 256, 'too many authors');
  const list = reader.list(count, () => ({ author: reader.take(16), number: counted(reader.u64()) }));
  ascending(list, ({ author }) => author);
  return list;
};
const fact = (reader) => {
  const one = { number: counted(reader.u64()), stamp: reader.u64(), kind: reader.text(24), key: reader.text(240), value: reader.lp(64_000), signature: reader.take(64) };
  need(one.stamp <= STAMP, 'stamp');
  need(/^[\x21-\x7e]+$/.test(one.kind), 'a kind that is not ASCII');
  return one;
};
export const replica = words({
  1: (reader) => ({ kind: 'have', bits: reader.u8(), vector: vector(reader) }),
  2: (reader) => {
    const one = { kind: 'facts', signingKey: reader.take(32), after: counted(reader.u64()), upTo: counted(reader.u64()) };
    const count = reader.u16();
    need(count <= 128, 'too many facts');
    one.facts = reader.list(count, fact);
    one.facts.forEach(({ number }, at) => need(number > (at ? one.facts[at - 1].number : one.after), 'numbers that do not ascend'));
    need(one.upTo >= (one.facts.at(-1)?.number ?? one.after), 'upTo');
    return one;
  },
  3: (reader) => ({ kind: 'heard', vector: vector(reader) }),
});
const factSigned = (peerId, signingKey, one) => cat(peerId, instanceIdOf(signingKey), u64(one.number), u64(one.stamp), lp(one.kind), lp(one.key), H(one.value));
export const factIsSigned = (peerId, signingKey, one) => edVerify(signingKey, 'own-fact', one.signature, factSigned(peerId, signingKey, one));
export const signFact = (seed, peerId, signingKey, one) => edSign(seed, 'own-fact', factSigned(peerId, signingKey, one));
const writeVector = (list) => cat(u16(list.length), ...list.map(({ author, number }) => cat(author, u64(number))));
export const writeReplica = (one) => {
  if (one.kind === 'have') return cat(u8(1), u8(one.bits), writeVector(one.vector));
  if (one.kind === 'heard') return cat(u8(3), writeVector(one.vector));
  return cat(u8(2), one.signingKey, u64(one.after), u64(one.upTo), u16(one.facts.length), ...one.facts.map((it) => cat(u64(it.number), u64(it.stamp), lp(it.kind), lp(it.key), lp(it.value), it.signature)));
};

// Topic 2: a session that goes on at another device
export const handover = words({
  1: (reader) => {
    const count = reader.u8();
    need(count <= 64, 'too many keys');
    return { kind: 'hello', ids: reader.list(count, () => reader.take(8)) };
  },
  2: (reader) => ({ kind: 'keys', word: reader.lp(8192) }),
  3: (reader) => ({ kind: 'ask', ask: reader.u32(), m1: reader.lp(512) }),
  4: (reader) => ({ kind: 'lent', ask: reader.u32(), generation: reader.u32(), body: reader.lp(24 * 1024) }),
  5: (reader) => ({ kind: 'take', ask: reader.u32(), keyId: reader.take(32), generation: reader.u32() }),
  6: (reader) => ({ kind: 'taken', ask: reader.u32() }),
  7: (reader) => ({ kind: 'spare', ask: reader.u32(), keyId: reader.take(32), generation: reader.u32() }),
  8: (reader) => ({ kind: 'refused', ask: reader.u32() }),
});

// Topic 3: bodies of the words that keep devices in step
const places = (reader) => {
  const count = reader.u8();
  need(count <= 8, 'too many addresses');
  return reader.list(count, () => ({ host: canonicalHost(reader.text(253)), port: need(reader.u16(), 'port 0') }));
};
export const upkeep = {
  state: (bytes) =>
    whole(bytes, (reader) => {
      const one = { epoch: reader.u32(), spkiHash: reader.take(32), certificateHash: reader.take(32), listVersion: reader.u32(), listHash: reader.take(32), complete: reader.flag() };
      const count = reader.u8();
      need(count <= 40, 'too many exchange keys');
      return { ...one, exchanges: reader.list(count, () => reader.take(32)) };
    }),
  public: (bytes) =>
    whole(bytes, (reader) => {
      const keys = reader.u16();
      need(keys <= 256, 'too many keys');
      const one = { keys: reader.list(keys, () => ({ epoch: reader.u32(), certificate: reader.lp(8192), made: reader.u64(), retired: reader.u64(), link: reader.lp(4096), recovery: reader.lp(4096) })) };
      one.list = reader.lp(4096);
      const credentials = reader.u8();
      need(credentials <= 32, 'too many credentials');
      one.credentials = reader.list(credentials, () => reader.lp(3072));
      one.recoveryKey = reader.lp(32);
      need([0, 32].includes(one.recoveryKey.length), 'recovery key');
      return one;
    }),
  exchanges: (bytes) =>
    whole(bytes, (reader) => {
      const count = reader.u8();
      need(count <= 40, 'too many exchange keys');
      return reader.list(count, () => ({ credential: reader.lp(3072), secret: reader.lp(32, 32) }));
    }),
  issue: (bytes) =>
    whole(bytes, (reader) => {
      const one = { request: reader.take(16), signingKey: reader.take(32), kemKey: reader.take(1216), consent: reader.take(64), name: reader.text(128) };
      if (reader.left) need(reader.u8() === 1, 'in place of');
      return one;
    }),
  issued: (bytes) =>
    whole(bytes, (reader) => {
      const one = { request: reader.take(16), outcome: reader.u8() };
      need(one.outcome <= 4, 'outcome');
      return one.outcome ? one : { ...one, credential: reader.lp(3072), list: reader.lp(4096) };
    }),
  places: (bytes) =>
    whole(bytes, (reader) => {
      const count = reader.u8();
      need(count <= 32, 'too many devices');
      return reader.list(count, () => ({ instance: reader.take(16), time: reader.u64(), places: places(reader) }));
    }),
};
const KINDS = { 1: 'state', 2: 'update', 3: 'suspension', 4: 'offer', 5: 'taken', 6: 'release', 7: 'released', 8: 'issue', 9: 'issued', 10: 'places', 11: 'withdrawn' };
export const upkeepKind = (kind) => KINDS[kind];
/** A long word in parts, and the parts joined. */
export const parts = (word, size = 61_440) => Array.from({ length: Math.ceil(word.length / size) }, (_, at) => cat(u8((at + 1) * size >= word.length ? 0 : 1), word.subarray(at * size, (at + 1) * size)));
export const joiner = () => {
  let held = Buffer.alloc(0);
  return (part) => {
    need(part.length > 1 && part.length <= 61_441 && part[0] <= 1, 'a part');
    held = cat(held, part.subarray(1));
    need(held.length <= 1024 * 1024, 'a word too long');
    if (part[0]) return undefined;
    const word = held;
    held = Buffer.alloc(0);
    return word;
  };
};

// Topic 4: carried by another own device
const ids = (kind) => (reader) => {
  const count = reader.u16();
  need(count >= 1 && count <= 1024, 'ids');
  return { kind, ids: reader.list(count, () => reader.take(16)) };
};
const carried = (kind) => (reader) => ({ kind, id: reader.take(16), peerId: reader.take(32), deposit: reader.lp(70_000) });
export const relay = words({ 1: carried('carry'), 2: carried('back'), 3: ids('took'), 4: ids('carrying'), 5: ids('done'), 6: () => ({ kind: 'which' }) });

// Topic 5 and item 12: files
const fileWord = (read) => (reader) => ({ transfer: reader.take(16), ...read(reader) });
const reason = (kind, most) => (reader) => {
  const value = reader.u8();
  need(value >= 1 && value <= most, 'reason');
  return { kind, reason: value };
};
/** Of the largest file, 64 GiB. */
const PIECES = 2 ** 20;
export const files = words({
  1: fileWord((reader) => {
    const one = { kind: 'want', from: reader.u32(), upTo: reader.u32() };
    need(one.from <= one.upTo && one.upTo <= PIECES, 'want');
    return one;
  }),
  2: fileWord((reader) => {
    const one = { kind: 'chunk', index: reader.u32(), sealed: reader.rest() };
    need(one.index < PIECES && one.sealed.length >= 17 && one.sealed.length <= 65_552, 'chunk');
    return one;
  }),
  3: fileWord(reason('no', 3)),
  4: fileWord(() => ({ kind: 'ready' })),
  5: fileWord(reason('over', 5)),
  6: fileWord(() => ({ kind: 'noted' })),
});

// Topic 6: records an archive keeps
const record = (reader) => reader.lp(32 * 1024);
export const repository = words({
  1: (reader) => ({ kind: 'read', ask: reader.u32(), name: reader.take(16) }),
  2: (reader) => ({ kind: 'write', ask: reader.u32(), name: reader.take(16), expected: reader.u64(), record: record(reader) }),
  3: (reader) => {
    const one = { kind: 'found', ask: reader.u32(), revision: reader.u64(), record: record(reader) };
    need(one.revision > 0 || one.record.length === 0, 'a record that is none');
    return one;
  },
  4: (reader) => ({ kind: 'written', ask: reader.u32(), revision: reader.u64() }),
  5: (reader) => ({ kind: 'refused', ask: reader.u32() }),
});

// §10.3: where a device takes mail, and that it is no more
const LAST_DATE = 8.64e15;
const date = (value) => {
  need(value <= LAST_DATE, 'after the last date');
  return value;
};
export const mailboxFact = (bytes) =>
  whole(bytes, (reader) => {
    const one = { hasLeft: reader.flag(), until: date(reader.u64()), server: reader.text(300), proof: reader.take(64), places: readMailboxes(reader.lp(8192)) };
    need(isServer(one.server) && one.places.length <= 1, 'a mailbox');
    return one;
  });
export const revokedFact = (bytes) => whole(bytes, (reader) => ({ seen: reader.flag(), at: date(reader.u64()) }));
/** What the key of the device signs: no challenge of a server begins with ff. */
export const mailboxStatement = (peerId, device, address, server) => cat(u8(0xff), 'mailbox-key', peerId, device, address, lp(server));

/** The reader of each topic, by its name. */
export const BY_TOPIC = { replica, handover, relay, files, repository };
