/** What contents.json in test/vectors holds: every content and control message (docs/protocol.md §4.5, §4.6), standings (§7) and items of records (§8), and what of each is none. Nothing is random. */
import { cat, hex, lp, u16, u32, u64, u8 } from './bytes.mjs';
import { writeContent, writeControl, writeStanding } from './content.mjs';
import { item } from './session.mjs';

const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
/** `(61*300)` stands for 300 bytes 61. */
const folded = (bytes) => bytes.toString('hex').replace(/^((?:..)*?)((?:..){1,80}?)\2{99,}/, (all, front, unit) => `${front}(${unit}*${(all.length - front.length) / unit.length})`);
export const unfolded = (text) => hex(text.replace(/\(([0-9a-f]+)\*(\d+)\)/g, (_all, unit, times) => unit.repeat(Number(times))));
const inHex = (value) => (Buffer.isBuffer(value) ? folded(value) : Array.isArray(value) ? value.map(inHex) : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inHex(one)])) : value);
/** What is long is told by its bytes alone. */
const good = (all, write) =>
  Object.entries(all).map(([name, said]) => {
    const told = inHex(said);
    return { name, ...(JSON.stringify(told).length < 4_000 ? { said: told } : {}), bytes: folded(write(said)) };
  });
const bad = (all) => Object.entries(all).map(([name, bytes]) => ({ name, bytes: folded(bytes) }));
const again = (count, of) => Array.from({ length: count }, (_, at) => of(at));

const ref = { instance: counting(0x10, 16), sequence: 7 };
const YEAR = 31_536_000;

const contents = () => {
  const file = { type: 'file', transfer: counting(0x20, 16), name: 'Übersicht.pdf', size: 64 * 2 ** 30, hash: counting(0x30, 32), mediaType: 'application/pdf', key: counting(0x40, 32), text: '' };
  const text = { type: 'text', text: 'Grüße 👋' };
  const content = (type, ...fields) => cat(u8(1), u8(type), ...fields);
  const where = cat(ref.instance, u64(ref.sequence));
  const nowhere = cat(ref.instance, u64(0));
  const fileOf = (more) => writeContent({ ...file, ...more });
  return {
    good: good({
      'a text': text, 'an empty text': { type: 'text', text: '' }, 'a text at its longest': { type: 'text', text: 'a'.repeat(40_960) }, 'a reply': { ...text, replyTo: ref }, 'a text for a second': { ...text, seconds: 1 }, 'a reply for a year': { ...text, replyTo: ref, seconds: YEAR },
      'an edit': { type: 'edit', ref, revision: 2, text: 'better' }, 'a delete': { type: 'delete', ref }, 'a reaction': { type: 'reaction', ref, revision: 1, emoji: '👍', remove: false }, 'a reaction taken back': { type: 'reaction', ref, revision: 2, emoji: '👍', remove: true },
      'a file': file, 'a file with words': { ...file, size: 1, name: 'a', mediaType: '', text: 'look', replyTo: ref, seconds: 60 }, 'messages stay': { type: 'timer', revision: 1, seconds: 0 }, 'messages go after a year': { type: 'timer', revision: 0xffffffff, seconds: YEAR },
      'a title': { type: 'title', title: 'Holiday' }, 'another title': { type: 'title', title: '', revision: 1 }, 'it goes on': { type: 'continues', dialogId: counting(0x50, 16) }, 'a text again': { type: 'again', ref, time: 1_768_478_400_000, content: { ...text, replyTo: ref } }, 'a file again': { type: 'again', ref: { ...ref, sequence: 2 ** 53 - 1 }, time: 0, content: file },
      'what a later version says, again': { type: 'again', ref, time: 1, content: { type: 'unsupported', bytes: Buffer.of(1, 99, 7) } },
    }, writeContent),
    /** Of a later version: shown as unsupported. */
    later: bad({ 'schema 2': Buffer.of(2, 1, 0), 'schema 255': Buffer.of(255, 0), 'type 0': Buffer.of(1, 0), 'type 5': Buffer.of(1, 5), 'type 11': content(11, counting(1, 9)) }),
    /** No content, and shown as the same. */
    bad: bad({
      nothing: Buffer.alloc(0), 'a schema alone': Buffer.of(1), 'schema 0': Buffer.of(0, 1), 'a text too long': content(1, lp('a'.repeat(40_961)), u8(0)), 'no UTF-8': content(1, lp(Buffer.of(0xc3, 0x28)), u8(0)), 'half a pair': content(1, lp(Buffer.of(0xed, 0xa0, 0x80)), u8(0)), 'bit 4': content(1, lp('a'), u8(4)), 'a text without its bits': content(1, lp('a')), 'a byte behind a text': content(1, lp('a'), u8(0), u8(0)),
      'a reply to nothing': content(1, lp('a'), u8(1), nowhere), 'for 0 seconds': content(1, lp('a'), u8(2), u32(0)), 'for longer than a year': content(1, lp('a'), u8(2), u32(YEAR + 1)), 'an edit of nothing': content(2, nowhere, u32(1), lp('a')), 'an edit of revision 0': content(2, where, u32(0), lp('a')), 'an edit too long': content(2, where, u32(1), lp('a'.repeat(40_961))), 'a place above 2^53 − 1': content(3, ref.instance, hex('0020000000000000')), 'a byte behind a delete': content(3, where, u8(0)),
      'a reaction of revision 0': content(4, where, u32(0), lp('x'), u8(0)), 'a reaction of 65 bytes': content(4, where, u32(1), lp('a'.repeat(65)), u8(0)), 'taken back 2': content(4, where, u32(1), lp('x'), u8(2)), 'a file name of 1,025 bytes': fileOf({ name: 'a'.repeat(1_025) }), 'a media type of 128 bytes': fileOf({ mediaType: 'a'.repeat(128) }), 'a file of more than 2^53 − 1': Buffer.from(fileOf({ size: 1, name: 'a' }).toString('hex').replace('00000001610000000000000001', '00000001610020000000000000'), 'hex'), 'a file without words': fileOf().subarray(0, -1),
      'a timer of revision 0': content(7, u32(0), u32(0)), 'a timer of more than a year': content(7, u32(1), u32(YEAR + 1)), 'a title of 513 bytes': content(8, lp('a'.repeat(513))), 'a title of revision 0': content(8, lp('a'), u32(0)), 'half a revision': content(8, lp('a'), u16(1)), 'it goes on, a byte less': content(9, counting(1, 15)), 'it goes on, a byte more': content(9, counting(1, 17)),
      'again within again': content(10, where, u64(1), content(10, where, u64(1), writeContent(text))), 'again, and nothing': content(10, where, u64(1)), 'again, and no content': content(10, where, u64(1), content(1, lp('a'))), 'again, of schema 0': content(10, where, u64(1), Buffer.of(0, 1)), 'again, of nothing': content(10, nowhere, u64(1), writeContent(text)),
    }),
  };
};

const controls = () => {
  const acknowledgement = { type: 'acknowledgement', stream: counting(0x10, 16), receiver: counting(0x20, 16), cumulative: 9, bitmap: Buffer.alloc(0), digest: counting(0x30, 32), kekFloor: 0, listVersion: 1, startToken: counting(0x40, 16), heardToken: Buffer.alloc(16) };
  const gap = { type: 'gap', stream: counting(0x10, 16), from: 12, to: 12 };
  const floors = (list) => ({ type: 'floors', floors: list });
  const of = (more) => writeControl({ ...acknowledgement, ...more });
  const gapOf = (from, to, ...more) => cat(u8(3), gap.stream, u64(from), u64(to), ...more);
  const one = { instance: counting(0x10, 16), floor: 3 };
  return {
    good: good({
      'an acknowledgement': acknowledgement, 'with what waits, and read': { ...acknowledgement, bitmap: Buffer.of(0, 0x81), kekFloor: 7, read: 9, heardToken: counting(0x50, 16) }, 'read up to the first': { ...acknowledgement, read: 1 }, 'everything waits': { ...acknowledgement, cumulative: 0, bitmap: Buffer.alloc(128, 255) },
      failed: { type: 'failed', reason: 'key-conflict' }, 'failed, and why is not told': { type: 'failed', reason: '' }, closed: { type: 'closed' }, 'a gap': gap, 'a gap at its longest, with digests': { ...gap, from: 1, to: 1_024, before: counting(0x60, 32), after: counting(0x80, 32) }, 'a floor': floors([one]), '32 floors': floors(again(32, (at) => ({ instance: Buffer.alloc(16, at), floor: at + 1 }))),
    }, writeControl),
    /** Ignored, and the counter is used up. */
    bad: bad({
      nothing: Buffer.alloc(0), 'type 0': Buffer.of(0), 'type 6': Buffer.of(6), 'a zero at the end of what waits': of({ bitmap: Buffer.of(1, 0) }), 'more waits than there may': of({ bitmap: Buffer.alloc(129, 1) }), 'read up to nothing': cat(of({}), u64(0)), 'read, and not here': of({ read: 10 }), 'half of what was read': cat(of({}), u32(1)), 'an acknowledgement, a byte less': of({}).subarray(0, -1), 'a byte behind what was read': cat(of({ read: 9 }), u8(0)), 'cumulative above 2^53 − 1': cat(of({}).subarray(0, 33), hex('0020000000000000'), of({}).subarray(41)),
      'a reason of 65 bytes': writeControl({ type: 'failed', reason: 'a'.repeat(65) }), 'a byte behind a reason': cat(writeControl({ type: 'failed', reason: 'a' }), u8(0)), 'a byte behind closed': Buffer.of(5, 0), 'a gap from 0': gapOf(0, 1), 'a gap that goes back': gapOf(5, 4), 'a gap of 1,025': gapOf(1, 1_025), 'one digest': gapOf(1, 1, counting(1, 32)), 'a byte behind digests': gapOf(1, 1, counting(1, 64), u8(0)),
      'no floors': Buffer.of(4, 0), '33 floors': cat(Buffer.of(4, 33), ...again(33, (at) => cat(Buffer.alloc(16, at), u32(1)))), 'floors out of order': cat(Buffer.of(4, 2), ...[2, 1].map((at) => cat(Buffer.alloc(16, at), u32(1)))), 'a floor twice': cat(Buffer.of(4, 2), ...[1, 1].map((at) => cat(Buffer.alloc(16, at), u32(1)))), 'floor 0': cat(Buffer.of(4, 1), one.instance, u32(0)), 'a byte behind floors': cat(writeControl(floors([one])), u8(0)),
    }),
  };
};

const standings = () => {
  const stream = (at) => ({ dialogId: counting(at, 16), cumulative: 9, highest: 13, control: 2, digest: counting(0x60, 32), failed: false });
  const standing = (streams, more = {}) => ({ startToken: counting(0x10, 16), heardToken: Buffer.alloc(16), list: Buffer.alloc(0), streams, last: true, ...more });
  const two = standing([stream(1), { ...stream(2), highest: 9, failed: true }], { heardToken: counting(0x20, 16), list: counting(0x30, 300), last: false });
  const bytes = writeStanding(two);
  const at = (where, byte) => cat(bytes.subarray(0, where), u8(byte), bytes.subarray(where + 1));
  return {
    good: good({ nothing: standing([]), two, '800 streams': standing(again(800, () => stream(1))) }, writeStanding),
    /** Ends the session. */
    bad: bad({ 'no bytes': Buffer.alloc(0), '801 streams': writeStanding(standing(again(801, () => stream(1)))), 'a list of 4,097 bytes': writeStanding(standing([], { list: Buffer.alloc(4_097, 1) })), 'highest below cumulative': writeStanding(standing([{ ...stream(1), highest: 8 }])), 'failed 2': at(bytes.length - 2, 2), 'last 2': at(bytes.length - 1, 2), 'a byte more': cat(bytes, u8(0)), 'a byte less': bytes.subarray(0, -1) }),
  };
};

const items = () => {
  const lengths = { 1: 32, 2: 300, 3: 40, 4: 8, 5: 8, 6: 121, 7: 32, 8: 37, 9: 2, 10: 20, 11: 30, 12: 17, 13: 17, 14: 64 };
  const all = Object.entries(lengths).map(([type, length]) => ({ type: Number(type), body: counting(Number(type), length) }));
  const write = ({ items: list }) => cat(...list.map(({ type, body }) => item(type, body)));
  const one = (type, length) => item(type, counting(1, length));
  return {
    good: good({ 'each of them': { items: all }, 'an empty message': { items: [{ type: 2, body: Buffer.alloc(0) }] }, 'types of a later version': { items: [{ type: 0, body: Buffer.alloc(0) }, { type: 15, body: counting(1, 3) }, { type: 255, body: counting(2, 3) }] } }, write),
    /** Ends the session. */
    bad: bad({ nothing: Buffer.alloc(0), 'a type alone': u8(2), 'half a length': cat(u8(2), u16(0)), 'more told than there is': cat(u8(2), u32(2), u8(1)), 'a byte behind': cat(one(4, 8), u8(2)), 'a ping of seven': one(4, 7), 'a pong of nine': one(5, 9), 'headers wanted of 33': one(7, 33), 'typing of 16': one(13, 16) }),
  };
};

export const contentVectors = () => ({ contents: contents(), controls: controls(), standings: standings(), items: items() });
