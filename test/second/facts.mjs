/** docs/protocol.md §10.3 and §10.4: what the facts of the common log hold, kind by kind. A value that is laid out otherwise is refused. */
import { X509Certificate } from 'node:crypto';
import { fromBase32, need, refuse, strictText, whole } from './bytes.mjs';
import { readMailboxes } from './card.mjs';
import { readCertificate } from './certificate.mjs';
import { readChain, readExchangeCredential, readInstanceCredential, readList } from './credentials.mjs';
import { rsaVerify } from './crypto.mjs';
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
const LAST_DATE = 8.64e15;
const date = (reader) => {
  const value = reader.u64();
  need(value <= LAST_DATE, 'after the last date');
  return value;
};
const fromOne = (value) => need(value >= 1, 'a 0') && value;

/** All signatures under the told certificate. */
const pinned = (reader) => {
  const told = pin(reader);
  const identity = readCertificate(told.certificate);
  const list = readList(told.list);
  need(rsaVerify(identity.spki, 'instance-list', list.signature, list.body), 'signature of the list');
  need(told.instances.length && told.exchanges.length, 'a person without keys');
  for (const each of told.instances.map(readInstanceCredential)) need(rsaVerify(identity.spki, 'instance-credential', each.signature, each.body), 'signature of a device credential');
  for (const each of told.exchanges.map(readExchangeCredential)) need(each.issuedByInstance || rsaVerify(identity.spki, 'exchange-credential', each.signature, each.body), 'signature of an exchange key');
  return { ...told, identity };
};
const pin = (reader) => ({
  certificate: reader.lp(),
  list: reader.lp(),
  instances: many(reader, 1, 16, () => reader.lp()),
  exchanges: many(reader, 1, 16, () => reader.lp()),
  places: many(reader, 1, 16, () => ({ device: reader.take(16), time: reader.u64(), addresses: many(reader, 1, 8, address) })),
  keys: many(reader, 2, 256, () => ({ spkiHash: reader.take(32), epoch: reader.u32(), since: date(reader), origin: oneOf(reader, 3), checked: reader.flag(), acceptedUntil: optional(reader, () => reader.u64()) })),
  steps: steps(reader),
  recoveryHash: optional(reader, () => reader.take(32)),
  recoveryEpoch: optional(reader, () => reader.u32()),
  pairSecrets: many(reader, 1, 3, () => reader.take(32)),
  inDoubt: reader.flag(),
  others: many(reader, 1, 3, () => ({ vouched: reader.flag(), spki: reader.lp(1024), epoch: reader.u32(), steps: steps(reader) })),
});
const steps = (reader) => whole(reader.lp(), readElements);

const key = (reader) => ({
  epoch: reader.u32(), dskId: reader.take(16), check: reader.take(16), firstSequence: reader.u64(), bits: reader.u8(), highest: reader.u64(),
  messages: reader.u64(), bytes: reader.u64(), firstTime: reader.u64(), lastTime: reader.u64(), receivedAt: reader.u64(),
});

const keys = (reader) => {
  const list = many(reader, 2, 256, () => key(reader));
  list.forEach(({ epoch, bits }, at) => need(epoch > (list[at - 1]?.epoch ?? 0) && bits <= 7, 'session keys'));
  return list;
};

/** §6, policy: the least and the most of each number. */
const YEAR = 366 * 86_400_000;
const LIMITS = { afterMilliseconds: [0, YEAR], afterMessages: [0, 1e6], afterBytes: [0, 2 ** 40], peerShifts: [1, 1000], failAfterShifts: [0, 10_000], failWithinMilliseconds: [60_000, YEAR], staleAfterMilliseconds: [0, 2 ** 53 - 1], staleAfterMessages: [0, 2 ** 53 - 1] };
const parsed = (reader) => {
  try {
    return JSON.parse(strictText(reader.rest()));
  } catch {
    return undefined;
  }
};
const policy = (reader) => {
  const told = parsed(reader) ?? refuse('no JSON');
  for (const [name, [least, most]] of Object.entries(LIMITS)) need(Number.isInteger(told[name]) && told[name] >= least && told[name] <= most, name);
  need(typeof told.onPeerShift === 'boolean' && typeof told.onDeviceChange === 'boolean' && ['ignore', 'warn', 'fail'].includes(told.whenStale), 'a policy');
  need(Object.keys(told).length === 11, 'members of a policy');
  return told;
};
/** What cannot be read says nothing. */
const setting = (reader) => parsed(reader) ?? {};
/** An Ed25519 or other certificate is judged elsewhere; here it has to be one, signed by itself. */
const authority = (reader) => {
  const told = { certificate: reader.lp(16_384), addedAt: date(reader), revocations: optional(reader, () => reader.lp()) };
  try {
    const root = new X509Certificate(told.certificate);
    need(root.ca && root.verify(root.publicKey), 'an authority');
  } catch {
    refuse('an authority');
  }
  need(!told.revocations || told.revocations.length > 2, 'a list');
  return told;
};
const MOST_TEXT = 40_960;
const shown = (reader) => {
  const value = reader.u64();
  need(value <= 2 ** 53 - 2 ** 32, 'shown');
  return value;
};

/** A value by the kind of its fact. */
const KINDS = {
  stopped: (reader) => ({ number: reader.u64(), listVersion: reader.u32() }),
  person: (reader) => ({ name: reader.text(1000), createdAt: date(reader), relation: oneOf(reader, 2), rights: reader.u8(), ended: optional(reader, () => reader.text(64)) }),
  gone: (reader) => ({ at: date(reader) }),
  alias: (reader) => ({ name: reader.text(256) }),
  block: (reader) => ({ blocks: many(reader, 2, 1000, () => reader.take(16)), lifts: many(reader, 2, 1000, () => reader.take(16)) }),
  pin: pinned,
  place: (reader) => ({ time: date(reader), mailboxes: readMailboxes(reader.lp(24 * 1024)) }),
  check: (reader) => ({ checked: reader.flag(), at: optional(reader, () => date(reader)), spkiHash: optional(reader, () => reader.take(32)) }),
  lapse: (reader) => ({ spkiHash: reader.take(32), until: date(reader) }),
  choice: (reader) => ({ name: reader.take(16), time: date(reader), epoch: reader.u32(), spki: reader.lp(1024), chain: reader.lp(), against: many(reader, 1, 16, () => reader.take(32)), settled: many(reader, 1, 64, () => reader.take(16)) }),
  removed: (reader) => ({ at: date(reader) }),
  conversation: (reader) => ({ title: reader.text(512), createdAt: date(reader), continues: optional(reader, () => reader.take(16)) }),
  ended: (reader) => ({ state: oneOf(reader, 2), rule: optional(reader, () => reader.text(64)) }),
  message: (reader) => ({
    direction: oneOf(reader, 1), form: oneOf(reader, 3), text: reader.text(MOST_TEXT), sentAt: date(reader), shown: shown(reader), state: oneOf(reader, 3), epoch: reader.u32(),
    receivedAt: optional(reader, () => date(reader)), replyTo: optional(reader, () => place(reader)), origin: optional(reader, () => place(reader)),
    movedTo: optional(reader, () => ({ dialogId: reader.take(16), ...place(reader) })), disappearAfter: optional(reader, () => reader.u32()), disappearsAt: optional(reader, () => date(reader)),
  }),
  timer: (reader) => ({ revision: reader.u32(), seconds: reader.u32(), ...(reader.left ? { by: oneOf(reader, 1), at: date(reader) } : {}) }),
  change: (reader) => ({
    version: version(reader), deleted: reader.flag(), revision: reader.u32(), text: reader.text(MOST_TEXT), editedAt: optional(reader, () => date(reader)),
    reactions: many(reader, 1, 64, () => ({ by: oneOf(reader, 1), emoji: reader.text(64), revision: reader.u32(), removed: reader.flag(), at: date(reader) })),
  }),
  erased: one,
  expired: one,
  file: (reader) => ({ transfer: reader.take(16), key: reader.take(32), size: fromOne(reader.u64()), hash: reader.take(32), name: reader.text(1024), mediaType: reader.text(127), addedAt: date(reader), ended: oneOf(reader, 2) }),
  'called-off': (reader) => ({ by: oneOf(reader, 1) }),
  title: (reader) => ({ revision: fromOne(reader.u32()), device: reader.take(16), title: reader.text(512) }),
  unread: (reader) => ({ marked: reader.flag() }),
  mark: (reader) => ({ sent: reader.u64(), delivered: reader.u64(), read: reader.u64() }),
  policy,
  setting,
  mailbox: (reader) => mailboxFact(reader.rest()),
  revoked: (reader) => revokedFact(reader.rest()),
  authority: (reader) => (reader.flag() ? authority(reader) : { isOver: true }),
  request: (reader) => (reader.flag() ? { name: reader.text(1000), via: oneOf(reader, 2), card: reader.lp(60 * 1024), receivedAt: date(reader), declined: reader.flag() } : { isOver: true }),
  dialog: (reader) => ({ version: version(reader), bits: oneOf(reader, 3), createdAt: reader.u64() }),
  failed: (reader) => ({ version: version(reader), by: reader.take(16), at: reader.u64(), reason: reader.text(64) }),
  floor: (reader) => ({ version: version(reader), floor: fromOne(reader.u32()) }),
  stream: (reader) => ({
    version: version(reader), cumulative: reader.u64(), digest: reader.take(32), controlFloor: reader.u64(), controlEpoch: reader.u32(), latestTime: reader.u64(),
    keys: keys(reader), ranges: many(reader, 1, 16, () => ({ creator: reader.take(16), epoch: reader.u32(), lowest: reader.u64(), highest: reader.u64() })),
  }),
  chain: (reader) => readChain(reader.rest()),
  envelope: (reader) => ({ version: version(reader), receivedAt: reader.u64(), message: reader.lp() }),
  sent: (reader) => {
    const told = { version: version(reader), nextSequence: fromOne(reader.u64()), digest: reader.take(32), acknowledged: reader.u64(), epoch: reader.u32() };
    need(told.acknowledged < told.nextSequence, 'acknowledged before it was given out');
    return told;
  },
  start: (reader) => ({ version: version(reader), token: reader.take(16) }),
};

const SHELF = {
  pinned: (reader) => ({ pinned: reader.flag() }),
  archived: (reader) => ({ since: date(reader) }),
  muted: (reader) => ({ until: date(reader) }),
  draft: (reader) => ({ text: reader.text(), answers: optional(reader, () => place(reader)) }),
};

// Keys, from §10.4: ids as text, joined by `/`.
const peer = (text) => need(text.length === 52 && fromBase32(text).length === 32, 'a peer id');
const id = (text) => need(/^[0-9a-f]{32}$/.test(text), 'an id');
const sequence = (text) => need(/^[1-9][0-9]{0,15}$/.test(text) && Number(text) < 2 ** 53, 'a sequence');
const KEYS = {
  ...Object.fromEntries(['person', 'gone', 'alias', 'block', 'pin', 'check', 'lapse', 'choice', 'request'].map((kind) => [kind, [peer]])),
  ...Object.fromEntries(['removed', 'conversation', 'ended', 'timer', 'title', 'unread', 'policy', 'dialog', 'failed', 'place', 'floor', 'chain'].map((kind) => [kind, [peer, id]])),
  ...Object.fromEntries(['mark', 'stream', 'sent'].map((kind) => [kind, [peer, id, id]])),
  ...Object.fromEntries(['message', 'change', 'erased', 'expired', 'file', 'called-off'].map((kind) => [kind, [peer, id, id, sequence]])),
  stopped: [id],
  start: [id],
  shelf: [peer, id, (text) => need(SHELF[text], 'what one does with a conversation')],
  envelope: [peer, id, id, (text) => text === 'gap' || /^[0-9a-f]{32}$/.test(text) || sequence(text)],
  authority: [(text) => need(/^[0-9a-f]{64}$/.test(text), 'a hash')],
  setting: [(text) => need(text === 'person', 'person')],
};
const checkKey = (kind, key) => {
  const form = KEYS[kind];
  const given = key.split('/');
  if (!form) return;
  need(given.length === form.length, 'a key of another form');
  form.forEach((check, at) => check(given[at]));
};

/** What a fact says; undefined for a kind of a later version, which is kept and passed on. */
export const readFact = ({ kind, key: name, value }) => {
  checkKey(kind, name);
  const read = kind === 'shelf' ? SHELF[name.split('/')[2]] : KINDS[kind];
  const told = read && whole(value, read);
  if (kind === 'pin') need(told.identity.peerId === name, 'somebody else’s certificate');
  if (kind === 'chain') need(`${told.peerId}/${told.instanceId.toString('hex')}` === name, 'somebody else’s chain');
  return told;
};
export const kinds = [...Object.keys(KINDS), 'shelf'];
