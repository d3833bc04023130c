import { X509Certificate } from 'node:crypto';
import { facts, lp, number, type TwinKey, type TwinMessage, type TwinPin, type TwinStream } from './facts-twin';
import { fingerprintOf, rootOf } from './organisation-twin';
import { mailboxSection } from './ways-twin';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const again = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const ABC = 'abcdefghijklmnopqrstuvwxyz234567';
const base32 = (bytes: Uint8Array): string => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ABC[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
};

/**
 * So that the file stays small: `same`, where it is there, is how many bytes in front are those of the first good value of that kind, and `(61*300)` in hex
 * stands for 300 bytes 61.
 */
function short(bytes: Uint8Array, first: Uint8Array): { readonly same?: number; readonly bytes: string } {
  let same = 0;
  while (same < Math.min(bytes.length, first.length) && bytes[same] === first[same]) same += 1;
  const shared = same < 1_000 || bytes === first ? 0 : same;
  return { ...(shared > 0 && { same: shared }), bytes: folded(hex(bytes.subarray(shared))) };
}

/** Repetitions of up to 64 bytes, where they are long. */
function folded(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; ) {
    const found = text.length < 2_000 ? undefined : repetition(text, at);
    out += found ? `(${found.unit}*${found.times})` : text.slice(at, at + 2);
    at += found ? found.unit.length * found.times : 2;
  }
  return out;
}

function repetition(text: string, at: number): { readonly unit: string; readonly times: number } | undefined {
  for (let length = 2; length <= 128; length += 2) {
    const unit = text.slice(at, at + length);
    let times = 1;
    while (text.startsWith(unit, at + times * length)) times += 1;
    if (times * length >= 200 && times > 1) return { unit, times };
  }
  return undefined;
}

/** What `short` made, in full. */
export function inFull({ same = 0, bytes }: { readonly same?: number; readonly bytes: string }, first: string): string {
  return first.slice(0, same * 2) + bytes.replace(/\(([0-9a-f]+)\*(\d+)\)/g, (_all, unit: string, times: string) => unit.repeat(Number(times)));
}

/** Their count, and nothing. */
const NO_STEPS = Buffer.of(0, 0);
const TIME = 1_768_478_400_000;
const AFTER_THE_LAST = 8_640_000_000_000_001;

/** Who the facts are about: somebody with a chain, and a card of theirs. */
export interface Subject {
  readonly chain: string;
  readonly card: string;
}

interface Kind {
  readonly kind: string;
  readonly key: string;
  readonly good: Readonly<Record<string, Uint8Array>>;
  /** Refused: the session ends and nothing of the batch is kept. */
  readonly bad: Readonly<Record<string, Uint8Array>>;
  /** Keys of another form, with the first good value. */
  readonly badKeys?: Readonly<Record<string, string>>;
  /** JSON, and a chain, end where they end: a byte more is told by what stands in them. */
  readonly endsAnywhere?: boolean;
}

/** The values of test/vectors/facts.json, laid out by the twin alone. `await ready` of the dialog's twin first. */
export function factsVectors({ chain, card }: Subject) {
  const parts = splitChain(Buffer.from(chain, 'hex'));
  const { peerId, spkiHash, device } = parts;
  const dialogId = counting(0x30, 16);
  const [dialog, other] = [`${peerId}/${hex(dialogId)}`, counting(0x40, 16)];
  const stream = `${dialog}/${hex(device)}`;
  const message = `${stream}/7`;
  const kinds: readonly Kind[] = [...aboutPeople(parts, card), ...aboutTalk({ peerId, dialog, stream, message, device, other }), ...aboutDialogs({ peerId, dialog, stream, device, chain: Buffer.from(chain, 'hex') })];
  return {
    peerId, spkiHash: hex(spkiHash),
    kinds: kinds.map(({ kind, key, good, bad, badKeys = {}, endsAnywhere = false }) => {
      const [first = Buffer.alloc(0)] = Object.values(good);
      const ends: Readonly<Record<string, Uint8Array>> = endsAnywhere ? {} : { 'a byte more': Buffer.concat([first, Buffer.of(0)]), 'a byte less': first.subarray(0, -1) };
      const named = (all: Readonly<Record<string, Uint8Array>>) => Object.entries(all).map(([name, bytes]) => ({ name, ...short(bytes, first) }));
      return { kind, key, good: named(good), bad: named({ ...bad, ...ends }), badKeys: Object.entries({ 'another form': `${key}/`, ...badKeys }).map(([name, text]) => ({ name, key: text })) };
    }),
  };
}

/** The five parts of a chain, and what its device credential says. */
function splitChain(chain: Buffer) {
  const found: Buffer[] = [];
  for (let at = 0; at < chain.length; ) {
    const length = chain.readUInt32BE(at);
    found.push(chain.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const [certificate = Buffer.alloc(0), list = Buffer.alloc(0), instance = Buffer.alloc(0), exchange = Buffer.alloc(0)] = found;
  const spki = Buffer.from(new X509Certificate(certificate).publicKey.export({ format: 'der', type: 'spki' }));
  // list = LP(binding 69 | version 4 | issuedAt 8 | count 2 | instanceId 16 …)
  const device = list.subarray(4 + 69 + 14, 4 + 69 + 14 + 16);
  return { certificate, list, instance, exchange, device, spki, spkiHash: instance.subarray(4 + 33, 4 + 65), peerId: base32(instance.subarray(5, 37)) };
}

function aboutPeople({ certificate, list, instance, exchange, device, spki, spkiHash, peerId }: ReturnType<typeof splitChain>, card: string): readonly Kind[] {
  const key = { spkiHash, epoch: 1, since: TIME, origin: 0, checked: 1 };
  const pin: TwinPin = {
    certificate, list, instances: [instance], exchanges: [exchange], places: [{ device, time: TIME, addresses: [['192.0.2.9', 4_711], ['a.example', 1]] }],
    keys: [key, { ...key, spkiHash: counting(0x51, 32), origin: 3, checked: 0, until: TIME }], steps: NO_STEPS, recoveryHash: counting(0x52, 32), recoveryEpoch: 2,
    secrets: [counting(0x53, 32)], inDoubt: 0, others: [{ vouched: 1, spki, epoch: 2, steps: NO_STEPS }],
  };
  const bare: TwinPin = { ...pin, places: [], keys: [], secrets: [], others: [], inDoubt: 1 };
  const { recoveryHash: _hash, recoveryEpoch: _epoch, ...withoutRecovery } = bare;
  const places = mailboxSection([{ servers: ['tls://mail.example.org:4222'], authority: Buffer.alloc(0), address: hex(counting(0x54, 16)), slot: hex(counting(0x55, 8)), token: 'e30.e30.AA', until: 0 }]);
  const root = rootOf({ name: 'Example', seed: counting(0x56, 32) });
  const choice = (against: number, settled: number): Buffer => facts.choice(counting(1, 16), TIME, 2, spki, Buffer.alloc(0), again(against, counting(2, 32)), again(settled, counting(3, 16)));
  const request = (via: number, declined: number): Buffer => facts.request('Vera', via, Buffer.from(card, 'hex'), TIME, declined);
  const revision = facts.person('Vera', TIME, 2, 7);
  return [
    { kind: 'stopped', key: hex(device), good: { heard: facts.stopped(7, 1) }, bad: { 'above 2^53 − 1': Buffer.concat([Buffer.from('0020000000000000', 'hex'), number(1, 4)]) } },
    {
      kind: 'person', key: peerId, good: { agreed: revision, 'invited, and it ended': facts.person('Вера', TIME, 0, 0, 'invitation.expired') },
      bad: { 'another relation': facts.person('Vera', TIME, 3, 7), 'after the last date': facts.person('Vera', AFTER_THE_LAST, 2, 7), 'neither ended nor not': Buffer.concat([revision.subarray(0, -1), Buffer.of(2)]), 'a name of 1,001 bytes': facts.person('a'.repeat(1_001), TIME, 2, 7), 'a reason of 65 bytes': facts.person('Vera', TIME, 0, 0, 'a'.repeat(65)), 'a name that is no UTF-8': Buffer.concat([Buffer.from('00000001ff', 'hex'), revision.subarray(8)]) },
      badKeys: { 'capital letters': peerId.toUpperCase(), 'a letter less': peerId.slice(0, -1), 'not canonical': `${peerId.slice(0, -1)}${peerId.endsWith('b') ? 'c' : 'b'}` },
    },
    { kind: 'gone', key: peerId, good: { 'at that time': facts.at(TIME) }, bad: { 'after the last date': facts.at(AFTER_THE_LAST) } },
    { kind: 'alias', key: peerId, good: { 'a name': facts.alias('Tante'), none: facts.alias('') }, bad: { 'a name of 257 bytes': facts.alias('a'.repeat(257)) } },
    { kind: 'block', key: peerId, good: { 'one, lifted': facts.block([counting(1, 16), counting(2, 16)], [counting(1, 16)]), none: facts.block([], []) }, bad: { '1,001 of them': facts.block(again(1_001, counting(1, 16)), []) } },
    {
      kind: 'pin', key: peerId, good: { all: facts.pin(pin), least: facts.pin(withoutRecovery), 'in doubt': facts.pin(bare) },
      bad: {
        'no device': facts.pin({ ...pin, instances: [] }), 'no exchange key': facts.pin({ ...pin, exchanges: [] }), '17 places': facts.pin({ ...pin, places: again(17, { device, time: TIME, addresses: [] }) }),
        'nine addresses': facts.pin({ ...pin, places: [{ device, time: TIME, addresses: again(9, ['192.0.2.9', 1] as const) }] }), 'port 0': facts.pin({ ...pin, places: [{ device, time: TIME, addresses: [['192.0.2.9', 0]] }] }), 'a host not as it is written': facts.pin({ ...pin, places: [{ device, time: TIME, addresses: [['A.example', 1]] }] }),
        '257 keys': facts.pin({ ...pin, keys: again(257, key) }), 'another origin': facts.pin({ ...pin, keys: [{ ...key, origin: 4 }] }), 'checked 2': facts.pin({ ...pin, keys: [{ ...key, checked: 2 }] }), 'four pair secrets': facts.pin({ ...pin, secrets: again(4, counting(1, 32)) }),
        'four more keys': facts.pin({ ...pin, others: again(4, { vouched: 0, spki, epoch: 2, steps: NO_STEPS }) }), 'in doubt 2': facts.pin({ ...pin, inDoubt: 2 }), 'steps without their count': facts.pin({ ...pin, steps: Buffer.alloc(0) }), 'an element of a later kind': facts.pin({ ...pin, steps: Buffer.from('00010300000000', 'hex') }),
        'a list of which one bit is another': facts.pin({ ...pin, list: Buffer.concat([list.subarray(0, -1), Buffer.of((list.at(-1) ?? 0) ^ 1)]) }),
      },
    },
    { kind: 'place', key: `${peerId}/${hex(device)}`, good: { one: facts.place(TIME, places), 'none any more': facts.place(TIME, Buffer.of(0)) }, bad: { 'four mailboxes': facts.place(TIME, Buffer.of(4)), 'after the last date': facts.place(AFTER_THE_LAST, places) }, badKeys: { 'of nobody’s device': peerId } },
    { kind: 'check', key: peerId, good: { checked: facts.check(1, TIME, spkiHash), 'not checked': facts.check(0) }, bad: { 'checked 2': facts.check(2), 'after the last date': facts.check(1, AFTER_THE_LAST, spkiHash) } },
    { kind: 'lapse', key: peerId, good: { 'so long': facts.lapse(spkiHash, TIME) }, bad: { 'after the last date': facts.lapse(spkiHash, AFTER_THE_LAST) } },
    { kind: 'choice', key: peerId, good: { 'against two, one settled': choice(2, 1), 'against none': choice(0, 0) }, bad: { 'against 17': choice(17, 0), '65 settled': choice(0, 65), 'a key of 1,025 bytes': facts.choice(counting(1, 16), TIME, 2, counting(1, 1_025), Buffer.alloc(0), [], []) } },
    {
      kind: 'authority', key: fingerprintOf(root), good: { 'a root': facts.authority(root, TIME), 'not any more': Buffer.of(0) },
      bad: { 'neither': Buffer.of(2), 'its signature is another': facts.authority(Buffer.concat([root.subarray(0, -1), Buffer.of((root.at(-1) ?? 0) ^ 1)]), TIME), 'after the last date': facts.authority(root, AFTER_THE_LAST), 'no certificate': facts.authority(Buffer.alloc(0), TIME), 'a list that is none': facts.authority(root, TIME, Buffer.of(0x30, 0)) },
    },
    { kind: 'request', key: peerId, good: { 'not any more': Buffer.of(0), 'by a card': request(0, 0), 'near, and declined': request(2, 1) }, bad: { 'by another way': request(3, 0), 'declined 2': request(0, 2), 'a card of more than 60 KiB': facts.request('Vera', 0, Buffer.alloc(60 * 1_024 + 1), TIME, 0) } },
    { kind: 'setting', key: 'person', good: { 'two of them': Buffer.from('{"keepCheck":true,"rotateIdentityDays":90}'), 'of a later version': Buffer.from('{"later":{}}'), 'no text of that kind': Buffer.of(0xff) }, bad: {}, badKeys: { 'another': 'device' }, endsAnywhere: true },
  ];
}

interface Talk {
  readonly peerId: string;
  readonly dialog: string;
  readonly stream: string;
  readonly message: string;
  readonly device: Buffer;
  readonly other: Buffer;
}

function aboutTalk({ dialog, stream, message, device, other }: Talk): readonly Kind[] {
  const least: TwinMessage = { direction: 0, form: 0, text: 'Grüße', sentAt: TIME, shown: TIME * 4_096, state: 2, epoch: 1 };
  const all: TwinMessage = { ...least, direction: 1, form: 2, state: 3, receivedAt: TIME, replyTo: { device, sequence: 3 }, origin: { device: other, sequence: 4 }, movedTo: { dialog: other, device, sequence: 5 }, disappearAfter: 3_600, disappearsAt: TIME + 3_600_000 };
  const spoilt = (bytes: Buffer, at: number, value: number): Buffer => Buffer.concat([bytes.subarray(0, at), Buffer.of(value), bytes.subarray(at + 1)]);
  const file = (size: number, ended: number, name = 'a.txt', type = 'text/plain'): Buffer => facts.file(counting(1, 16), counting(2, 32), size, counting(3, 32), name, type, TIME, ended);
  const change = (reactions: Parameters<typeof facts.change>[5], revision = 0, text = '', editedAt?: number): Buffer => facts.change(1, 0, revision, text, editedAt, reactions);
  const places = { 'place 0': `${stream}/0`, 'a place with a zero before it': `${stream}/07`, 'no place': stream };
  const json = (of: unknown): Buffer => Buffer.from(JSON.stringify(of));
  const policy = { afterMilliseconds: 3_600_000, afterMessages: 1_000, afterBytes: 2 ** 28, onPeerShift: true, peerShifts: 1, onDeviceChange: true, failAfterShifts: 100, failWithinMilliseconds: 3_600_000, staleAfterMilliseconds: 604_800_000, staleAfterMessages: 1_000_000, whenStale: 'warn' };
  return [
    { kind: 'conversation', key: dialog, good: { titled: facts.conversation('Holiday', TIME), 'going on from another': facts.conversation('', TIME, other) }, bad: { 'a title of 513 bytes': facts.conversation('a'.repeat(513), TIME), 'after the last date': facts.conversation('', AFTER_THE_LAST) }, badKeys: { 'an id cut short': dialog.slice(0, -2), 'capital letters': dialog.toUpperCase() } },
    { kind: 'removed', key: dialog, good: { 'at that time': facts.at(TIME) }, bad: { 'after the last date': facts.at(AFTER_THE_LAST) } },
    { kind: 'ended', key: dialog, good: { closed: facts.ended(1), failed: facts.ended(2, 'kek-conflict') }, bad: { 'state 3': facts.ended(3), 'a rule of 65 bytes': facts.ended(2, 'a'.repeat(65)) } },
    { kind: 'title', key: dialog, good: { second: facts.title(1, device, 'Another') }, bad: { 'revision 0': facts.title(0, device, 'Another'), 'a title of 513 bytes': facts.title(1, device, 'a'.repeat(513)) } },
    { kind: 'timer', key: dialog, good: { 'an hour': facts.timer(1, 3_600, 1, TIME), 'by nobody knows whom': facts.timer(2, 0) }, bad: { 'by a third': facts.timer(1, 3_600, 2, TIME), 'after the last date': facts.timer(1, 3_600, 0, AFTER_THE_LAST) } },
    {
      kind: 'message', key: message, good: { least: facts.message(least), all: facts.message(all), 'taken back': facts.message({ ...least, form: 3, text: '' }) },
      bad: { 'direction 2': facts.message({ ...least, direction: 2 }), 'form 4': facts.message({ ...least, form: 4 }), 'state 4': facts.message({ ...least, state: 4 }), 'sent after the last date': facts.message({ ...least, sentAt: AFTER_THE_LAST }), 'shown above 2^53 − 2^32': facts.message({ ...least, shown: 2 ** 53 - 2 ** 32 + 1 }), 'received 2': spoilt(facts.message(least), facts.message(least).length - 6, 2) },
      badKeys: places,
    },
    { kind: 'change', key: message, good: { nothing: change([]), 'edited, with two reactions': change([[0, '👍', 1, 0, TIME], [1, '❤️', 2, 1, TIME]], 3, 'Better', TIME), deleted: facts.change(1, 1, 0, '', undefined, []) }, bad: { 'a later version': facts.change(2, 0, 0, '', undefined, []), 'deleted 2': facts.change(1, 2, 0, '', undefined, []), '65 reactions': change(again(65, [0, '👍', 1, 0, TIME] as const)), 'by a third': change([[2, '👍', 1, 0, TIME]]), 'a reaction of 65 bytes': change([[0, 'a'.repeat(65), 1, 0, TIME]]), 'a text of 40,961 bytes': change([], 1, 'a'.repeat(40_961)) }, badKeys: places },
    { kind: 'erased', key: message, good: { erased: Buffer.of(1) }, bad: { 'another byte': Buffer.of(0) }, badKeys: places },
    { kind: 'expired', key: message, good: { 'its time is over': Buffer.of(1) }, bad: { 'another byte': Buffer.of(0) }, badKeys: places },
    { kind: 'file', key: message, good: { 'under way': file(5, 0), arrived: file(64 * 2 ** 30, 1), 'called off': file(5, 2) }, bad: { 'no content': file(0, 0), 'ended 3': file(5, 3), 'a name of 1,025 bytes': file(5, 0, 'a'.repeat(1_025)), 'a type of 128 bytes': file(5, 0, 'a', 'a'.repeat(128)) }, badKeys: places },
    { kind: 'called-off', key: message, good: { 'by this person': Buffer.of(0), 'by the other one': Buffer.of(1) }, bad: { 'by a third': Buffer.of(2) }, badKeys: places },
    {
      kind: 'shelf', key: `${dialog}/draft`, good: { draft: facts.draft('not yet', { device, sequence: 3 }), 'no draft': facts.draft('') }, bad: { 'it answers 2': spoilt(facts.draft(''), 4, 2) }, badKeys: { 'another thing': `${dialog}/colour` },
    },
    { kind: 'shelf', key: `${dialog}/pinned`, good: { pinned: facts.flag(1), not: facts.flag(0) }, bad: { 'pinned 2': facts.flag(2) } },
    { kind: 'shelf', key: `${dialog}/archived`, good: { since: facts.at(TIME), not: facts.at(0) }, bad: { 'after the last date': facts.at(AFTER_THE_LAST) } },
    { kind: 'shelf', key: `${dialog}/muted`, good: { until: facts.at(TIME), not: facts.at(0) }, bad: { 'after the last date': facts.at(AFTER_THE_LAST) } },
    { kind: 'unread', key: dialog, good: { marked: facts.flag(1), not: facts.flag(0) }, bad: { 'marked 2': facts.flag(2) }, badKeys: { 'a stream': stream } },
    { kind: 'mark', key: stream, good: { read: facts.mark(7, 6, 5), none: facts.mark(0, 0, 0) }, bad: { 'above 2^53 − 1': Buffer.from('0020000000000000'.padEnd(48, '0'), 'hex') }, badKeys: { 'a dialog': dialog } },
    { kind: 'policy', key: dialog, good: { standard: json(policy) }, bad: { 'no JSON': Buffer.from('{'), 'nothing': Buffer.alloc(0), 'a limit above its bound': json({ ...policy, afterMessages: 1_000_001 }), 'one is missing': json({ ...policy, whenStale: undefined }) }, endsAnywhere: true },
  ];
}

function aboutDialogs({ peerId, dialog, stream, device, chain }: { readonly peerId: string; readonly dialog: string; readonly stream: string; readonly device: Buffer; readonly chain: Buffer }): readonly Kind[] {
  const key: TwinKey = { epoch: 1, dskId: counting(1, 16), check: counting(2, 16), bits: 4, numbers: [1, 7, 7, 900, TIME, TIME, TIME] };
  const told: TwinStream = { cumulative: 7, digest: counting(3, 32), controlFloor: 2, controlEpoch: 1, latestTime: TIME, keys: [key, { ...key, epoch: 3, bits: 1 }], ranges: [{ creator: device, epoch: 1, lowest: 1, highest: 7 }] };
  const broken = Buffer.concat([chain.subarray(0, -4), lp(Buffer.of(0))]);
  return [
    { kind: 'dialog', key: dialog, good: { 'own side, announced': facts.dialog(1, 3, TIME), 'the other side': facts.dialog(1, 0, TIME) }, bad: { 'a later version': facts.dialog(2, 0, TIME), 'bit 4': facts.dialog(1, 4, TIME) } },
    { kind: 'failed', key: dialog, good: { failed: facts.failed(1, device, TIME, 'key-conflict') }, bad: { 'a later version': facts.failed(2, device, TIME, ''), 'a reason of 65 bytes': facts.failed(1, device, TIME, 'a'.repeat(65)) } },
    { kind: 'floor', key: `${peerId}/${hex(device)}`, good: { one: facts.floor(1, 1) }, bad: { 'a later version': facts.floor(2, 1), 'floor 0': facts.floor(1, 0) } },
    {
      kind: 'stream', key: stream, good: { 'two keys': facts.stream(1, told), new: facts.stream(1, { ...told, cumulative: 0, keys: [], ranges: [] }) },
      bad: { 'a later version': facts.stream(2, told), 'epochs that do not ascend': facts.stream(1, { ...told, keys: [key, key] }), 'epoch 0': facts.stream(1, { ...told, keys: [{ ...key, epoch: 0 }] }), 'bit 8 of a key': facts.stream(1, { ...told, keys: [{ ...key, bits: 8 }] }), '17 ranges': facts.stream(1, { ...told, ranges: again(17, { creator: device, epoch: 1, lowest: 1, highest: 7 }) }) },
    },
    { kind: 'chain', key: `${peerId}/${hex(device)}`, good: { chain }, bad: { 'an issuer that is none': broken, 'a byte less': chain.subarray(0, -1), 'a byte more': Buffer.concat([chain, Buffer.of(0)]) }, badKeys: { 'somebody else’s device': `${peerId}/${hex(counting(9, 16))}` }, endsAnywhere: true },
    { kind: 'envelope', key: `${stream}/7`, good: { message: facts.envelope(1, TIME, counting(1, 300)), 'what is no message': facts.envelope(1, TIME, Buffer.alloc(0)) }, bad: { 'a later version': facts.envelope(2, TIME, counting(1, 300)) }, badKeys: { 'place 0': `${stream}/0`, 'above 2^53 − 1': `${stream}/9007199254740992` } },
    { kind: 'sent', key: stream, good: { first: facts.sent(1, 1, counting(1, 32), 0, 0), eighth: facts.sent(1, 8, counting(1, 32), 7, 2) }, bad: { 'a later version': facts.sent(2, 1, counting(1, 32), 0, 0), 'next is 0': facts.sent(1, 0, counting(1, 32), 0, 0), 'acknowledged before it was given out': facts.sent(1, 7, counting(1, 32), 7, 2) } },
    { kind: 'start', key: hex(device), good: { token: facts.start(1, counting(1, 16)) }, bad: { 'a later version': facts.start(2, counting(1, 16)) } },
  ];
}
