/** docs/protocol.md §4.5 and §4.6: what a message says, and control messages; §7 standing. */
import { cat, lp, need, Refused, u8, u16, u32, u64, whole } from './bytes.mjs';
import { edSign, H } from './crypto.mjs';

const ref = (reader) => ({ instance: reader.take(16), sequence: need(reader.u64(), 'sequence 0') });
const writeRef = ({ instance, sequence }) => cat(instance, u64(sequence));
const textPart = (reader) => {
  const text = reader.text(40_960);
  const bits = reader.u8();
  need(bits <= 3, 'bits');
  const part = { text };
  if (bits & 1) part.replyTo = ref(reader);
  if (bits & 2) part.seconds = reader.u32();
  need(!(bits & 2) || (part.seconds >= 1 && part.seconds <= 31_536_000), 'seconds');
  return part;
};
const writeTextPart = ({ text, replyTo, seconds }) => cat(lp(text), u8((replyTo ? 1 : 0) | (seconds ? 2 : 0)), ...(replyTo ? [writeRef(replyTo)] : []), ...(seconds ? [u32(seconds)] : []));
const revision = (reader) => need(reader.u32(), 'revision 0');
const ofTimer = (reader) => {
  const value = reader.u32();
  need(value <= 31_536_000, 'seconds');
  return value;
};

const READ = {
  1: (reader) => ({ type: 'text', ...textPart(reader) }),
  2: (reader) => ({ type: 'edit', ref: ref(reader), revision: revision(reader), text: reader.text(40_960) }),
  3: (reader) => ({ type: 'delete', ref: ref(reader) }),
  4: (reader) => ({ type: 'reaction', ref: ref(reader), revision: revision(reader), emoji: reader.text(64), remove: reader.flag() }),
  6: (reader) => ({ type: 'file', transfer: reader.take(16), name: reader.text(1024), size: reader.u64(), hash: reader.take(32), mediaType: reader.text(127), key: reader.take(32), ...textPart(reader) }),
  7: (reader) => ({ type: 'timer', revision: revision(reader), seconds: ofTimer(reader) }),
  8: (reader) => ({ type: 'title', title: reader.text(512), ...(reader.left ? { revision: revision(reader) } : {}) }),
  9: (reader) => ({ type: 'continues', dialogId: reader.take(16) }),
  10: (reader) => ({ type: 'again', ref: ref(reader), time: reader.u64(), content: inside(strictContent(reader.rest())) }),
};
const inside = (content) => {
  need(content.type !== 'again', 'again within again');
  return content;
};
/** Refused, where it is no content; of a later version it is unsupported as it stands. */
const strictContent = (bytes) => {
  need(bytes.length >= 2 && bytes[0] > 0, 'no content');
  const read = bytes[0] === 1 ? READ[bytes[1]] : undefined;
  return read ? whole(bytes.subarray(2), read) : { type: 'unsupported', bytes };
};
/** Authentic bytes that are no content keep their place and are shown as unsupported. */
export const readContent = (bytes) => {
  try {
    return strictContent(bytes);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { type: 'unsupported', bytes };
  }
};
const WRITE = {
  text: (one) => cat(u8(1), writeTextPart(one)),
  edit: (one) => cat(u8(2), writeRef(one.ref), u32(one.revision), lp(one.text)),
  delete: (one) => cat(u8(3), writeRef(one.ref)),
  reaction: (one) => cat(u8(4), writeRef(one.ref), u32(one.revision), lp(one.emoji), u8(one.remove ? 1 : 0)),
  file: (one) => cat(u8(6), one.transfer, lp(one.name), u64(one.size), one.hash, lp(one.mediaType), one.key, writeTextPart(one)),
  timer: (one) => cat(u8(7), u32(one.revision), u32(one.seconds)),
  title: (one) => cat(u8(8), lp(one.title), ...(one.revision ? [u32(one.revision)] : [])),
  continues: (one) => cat(u8(9), one.dialogId),
  again: (one) => cat(u8(10), writeRef(one.ref), u64(one.time), writeContent(one.content)),
  unsupported: (one) => one.bytes.subarray(1),
};
export const writeContent = (one) => (one.type === 'unsupported' ? one.bytes : cat(u8(1), WRITE[one.type](one)));

// Control messages: type and fields stand behind c, without a schema.
const bitmap = (reader) => {
  const bits = reader.lp(128);
  need(bits.length === 0 || bits.at(-1) !== 0, 'bitmap with a zero at its end');
  return bits;
};
const READ_CONTROL = {
  1: (reader) => {
    const one = { type: 'acknowledgement', stream: reader.take(16), receiver: reader.take(16), cumulative: reader.u64(), bitmap: bitmap(reader), digest: reader.take(32), kekFloor: reader.u32(), listVersion: reader.u64(), startToken: reader.take(16), heardToken: reader.take(16) };
    if (reader.left) one.read = reader.u64();
    need(one.read === undefined || (one.read >= 1 && one.read <= one.cumulative), 'read');
    return one;
  },
  2: (reader) => ({ type: 'failed', reason: reader.text(64) }),
  3: (reader) => {
    const one = { type: 'gap', stream: reader.take(16), from: reader.u64(), to: reader.u64() };
    need(one.from >= 1 && one.from <= one.to && one.to < one.from + 1024, 'gap');
    return reader.left ? { ...one, before: reader.take(32), after: reader.take(32) } : one;
  },
  4: (reader) => {
    const count = reader.u8();
    need(count >= 1 && count <= 32, 'floors');
    const floors = reader.list(count, () => ({ instance: reader.take(16), floor: need(reader.u32(), 'floor 0') }));
    floors.forEach((one, at) => need(at === 0 || Buffer.compare(floors[at - 1].instance, one.instance) < 0, 'floors out of order'));
    return { type: 'floors', floors };
  },
  5: () => ({ type: 'closed' }),
};
export const readControl = (bytes) => {
  try {
    return whole(bytes, (reader) => need(READ_CONTROL[reader.u8()], 'a later type')(reader));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { type: 'unsupported' };
  }
};
export const writeControl = (one) => {
  if (one.type === 'acknowledgement') return cat(u8(1), one.stream, one.receiver, u64(one.cumulative), lp(one.bitmap ?? ''), one.digest, u32(one.kekFloor), u64(one.listVersion), one.startToken, one.heardToken, ...(one.read === undefined ? [] : [u64(one.read)]));
  if (one.type === 'failed') return cat(u8(2), lp(one.reason));
  if (one.type === 'gap') return cat(u8(3), one.stream, u64(one.from), u64(one.to), ...(one.before ? [one.before, one.after] : []));
  if (one.type === 'floors') return cat(u8(4), u8(one.floors.length), ...one.floors.map(({ instance, floor }) => cat(instance, u32(floor))));
  return u8(5);
};

/** time ‖ the first 8 bytes of the hash of its signature: one for each start of a device. */
export const startToken = (signingSeed, time) => cat(u64(time), H(edSign(signingSeed, 'start-token', u64(time))).subarray(0, 8));

export const writeStanding = ({ startToken: own, heardToken, list = '', streams, last = true }) =>
  cat(own, heardToken, lp(list), u16(streams.length), ...streams.map((one) => cat(one.dialogId, u64(one.cumulative), u64(one.highest), u64(one.control), one.digest, u8(one.failed ? 1 : 0))), u8(last ? 1 : 0));
export const readStanding = (bytes) =>
  whole(bytes, (reader) => {
    const head = { startToken: reader.take(16), heardToken: reader.take(16), list: reader.lp(4096) };
    const count = reader.u16();
    need(count <= 800, 'too many streams');
    const streams = reader.list(count, () => ({ dialogId: reader.take(16), cumulative: reader.u64(), highest: reader.u64(), control: reader.u64(), digest: reader.take(32), failed: reader.flag() }));
    streams.forEach((one) => need(one.highest >= one.cumulative, 'highest below cumulative'));
    return { ...head, streams, last: reader.flag() };
  });
