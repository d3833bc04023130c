/** docs/protocol.md §10.3 and §10.4: what the facts of the common log hold, kind by kind. A value that is laid out otherwise is refused. */
import { need, whole } from './bytes.mjs';
import { readMailboxes } from './card.mjs';
import { canonicalHost } from './host.mjs';
import { readElements } from './keys.mjs';
import { mailboxFact, revokedFact } from './words.mjs';

const optional = (reader, read) => (reader.flag() ? read() : undefined);
const count = (reader, size, most) => {
  const value = reader.number(size);
  need(value <= most, 'a count out of bounds');
  return value;
};
const many = (reader, size, most, read) => reader.list(count(reader, size, most), read);
const oneOf = (reader, most) => count(reader, 1, most);
const place = (reader) => ({ device: reader.take(16), sequence: reader.u64() });
const address = (reader) => ({ host: canonicalHost(reader.text(253)), port: need(reader.u16(), 'port 0') });
const version = (reader) => need(reader.u8() === 1, 'version of a value');
const one = (reader) => need(reader.u8() === 1, 'a 1');
const json = (reader) => JSON.parse(reader.rest().toString('utf8'));

const pin = (reader) => ({
  certificate: reader.lp(),
  list: reader.lp(),
  instances: many(reader, 1, 16, () => reader.lp()),
  exchanges: many(reader, 1, 16, () => reader.lp()),
  places: many(reader, 1, 16, () => ({ device: reader.take(16), time: reader.u64(), addresses: many(reader, 1, 8, address) })),
  keys: many(reader, 2, 256, () => ({ spkiHash: reader.take(32), epoch: reader.u32(), since: reader.u64(), origin: oneOf(reader, 3), checked: reader.flag(), acceptedUntil: optional(reader, () => reader.u64()) })),
  steps: steps(reader),
  recoveryHash: optional(reader, () => reader.take(32)),
  recoveryEpoch: optional(reader, () => reader.u32()),
  pairSecrets: many(reader, 1, 3, () => reader.take(32)),
  inDoubt: reader.flag(),
  others: many(reader, 1, 3, () => ({ vouched: reader.flag(), spki: reader.lp(1024), epoch: reader.u32(), steps: steps(reader) })),
});
const steps = (reader) => {
  const bytes = reader.lp();
  return bytes.length ? whole(bytes, readElements) : [];
};

const key = (reader) => ({
  epoch: reader.u32(), dskId: reader.take(16), check: reader.take(16), firstSequence: reader.u64(), bits: reader.u8(), highest: reader.u64(),
  messages: reader.u64(), bytes: reader.u64(), firstTime: reader.u64(), lastTime: reader.u64(), receivedAt: reader.u64(),
});

/** A value by the kind of its fact. */
const KINDS = {
  stopped: (reader) => ({ number: reader.u64(), listVersion: reader.u32() }),
  person: (reader) => ({ name: reader.text(), createdAt: reader.u64(), relation: oneOf(reader, 2), rights: oneOf(reader, 7), ended: optional(reader, () => reader.lp()) }),
  gone: (reader) => ({ at: reader.u64() }),
  alias: (reader) => ({ name: reader.text(256) }),
  block: (reader) => ({ blocks: many(reader, 2, 65_535, () => reader.take(16)), lifts: many(reader, 2, 65_535, () => reader.take(16)) }),
  pin,
  place: (reader) => ({ time: reader.u64(), mailboxes: readMailboxes(reader.lp()) }),
  check: (reader) => ({ checked: reader.flag(), at: optional(reader, () => reader.u64()), spkiHash: optional(reader, () => reader.take(32)) }),
  lapse: (reader) => ({ spkiHash: reader.take(32), until: reader.u64() }),
  choice: (reader) => ({ name: reader.take(16), time: reader.u64(), epoch: reader.u32(), spki: reader.lp(1024), chain: reader.lp(), against: many(reader, 1, 16, () => reader.take(32)), settled: many(reader, 1, 64, () => reader.take(16)) }),
  removed: (reader) => ({ at: reader.u64() }),
  conversation: (reader) => ({ title: reader.text(), createdAt: reader.u64(), continues: optional(reader, () => reader.take(16)) }),
  ended: (reader) => ({ state: oneOf(reader, 2), rule: optional(reader, () => reader.text()) }),
  message: (reader) => ({
    direction: oneOf(reader, 1), form: oneOf(reader, 3), text: reader.text(), sentAt: reader.u64(), shown: reader.u64(), state: oneOf(reader, 3), epoch: reader.u32(),
    receivedAt: optional(reader, () => reader.u64()), replyTo: optional(reader, () => place(reader)), origin: optional(reader, () => place(reader)),
    movedTo: optional(reader, () => ({ dialogId: reader.take(16), ...place(reader) })), disappearAfter: optional(reader, () => reader.u32()), disappearsAt: optional(reader, () => reader.u64()),
  }),
  timer: (reader) => ({ revision: reader.u32(), seconds: reader.u32(), ...(reader.left ? { by: oneOf(reader, 1), at: reader.u64() } : {}) }),
  change: (reader) => ({
    version: version(reader), deleted: reader.flag(), revision: reader.u32(), text: reader.text(), editedAt: optional(reader, () => reader.u64()),
    reactions: many(reader, 1, 64, () => ({ by: oneOf(reader, 1), emoji: reader.text(64), revision: reader.u32(), removed: reader.flag(), at: reader.u64() })),
  }),
  erased: one,
  expired: one,
  file: (reader) => ({ transfer: reader.take(16), key: reader.take(32), size: reader.u64(), hash: reader.take(32), name: reader.text(), mediaType: reader.text(), addedAt: reader.u64(), ended: oneOf(reader, 2) }),
  title: (reader) => ({ revision: reader.u32(), device: reader.take(16), title: reader.text(512) }),
  mark: (reader) => ({ sent: reader.u64(), delivered: reader.u64(), read: reader.u64() }),
  policy: json,
  setting: json,
  mailbox: (reader) => mailboxFact(reader.rest()),
  revoked: (reader) => revokedFact(reader.rest()),
  authority: (reader) => (reader.flag() ? { certificate: reader.lp(), addedAt: reader.u64(), revocations: optional(reader, () => reader.lp()) } : undefined),
  request: (reader) => (reader.flag() ? { name: reader.text(), via: oneOf(reader, 2), card: reader.lp(), receivedAt: reader.u64(), declined: reader.flag() } : undefined),
  dialog: (reader) => ({ version: version(reader), bits: oneOf(reader, 3), createdAt: reader.u64() }),
  failed: (reader) => ({ version: version(reader), by: reader.take(16), at: reader.u64(), reason: reader.text(64) }),
  floor: (reader) => ({ version: version(reader), floor: reader.u32() }),
  stream: (reader) => ({
    version: version(reader), cumulative: reader.u64(), digest: reader.take(32), controlFloor: reader.u64(), controlEpoch: reader.u32(), latestTime: reader.u64(),
    keys: many(reader, 2, 256, () => key(reader)), ranges: many(reader, 1, 16, () => ({ creator: reader.take(16), epoch: reader.u32(), lowest: reader.u64(), highest: reader.u64() })),
  }),
  chain: (reader) => ({ chain: reader.rest() }),
  envelope: (reader) => ({ version: version(reader), receivedAt: reader.u64(), message: reader.lp() }),
  sent: (reader) => ({ version: version(reader), nextSequence: reader.u64(), digest: reader.take(32), acknowledged: reader.u64(), epoch: reader.u32() }),
  start: (reader) => ({ version: version(reader), token: reader.take(16) }),
};

const SHELF = {
  pinned: (reader) => ({ pinned: reader.flag() }),
  archived: (reader) => ({ since: reader.u64() }),
  muted: (reader) => ({ until: reader.u64() }),
  draft: (reader) => ({ text: reader.text(), answers: optional(reader, () => place(reader)) }),
};

/** What a fact says; undefined for a kind of a later version, which is kept and passed on. */
export const readFact = ({ kind, key: name, value }) => {
  const read = kind === 'shelf' ? SHELF[name.split('/')[2]] : KINDS[kind];
  return read && whole(value, read);
};
export const kinds = [...Object.keys(KINDS), 'shelf'];
