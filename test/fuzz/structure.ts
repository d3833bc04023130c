import type { Pair } from './counters';
import { type Dice } from './mutate';

/** Words of a format, and values that were compared with something in the input. */
export interface Hints {
  readonly words: readonly (string | number)[];
  readonly pairs: readonly Pair[];
}

type Change = (bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[], hints: Hints) => Uint8Array;

/** Changes that know how things are laid out: lengths before what they count, DER, JSON, and the words of the format. */
export const STRUCTURAL: readonly Change[] = [
  // What was compared put in the place of what it was compared with; one more or less where it was a bound.
  (bytes, dice, _others, { pairs }) => {
    if (pairs.length === 0) return bytes;
    for (let tries = 0; tries < 8; tries += 1) {
      const [have, want] = dice.pick(pairs);
      const width = typeof have === 'number' ? dice.pick([1, 1, 2, 4, 8]) : 1;
      const [from, to] = [encoded(have, width), encoded(typeof want === 'number' ? want + dice.pick([0, 0, 0, 1, -1]) : want, width)];
      const places = from && to ? placesOf(bytes, from) : [];
      if (from && to && places.length > 0) return replaced(bytes, dice.pick(places), from.length, to);
    }
    return bytes;
  },
  // A word of the format written over what is there, or put in between.
  (bytes, dice, _others, { words }) => {
    if (words.length === 0) return bytes;
    const word = dice.pick(words);
    const put = encoded(word, typeof word === 'number' ? dice.pick([1, 2, 4, 8]) : 1);
    const at = dice.roll(bytes.length + 1);
    return put ? replaced(bytes, at, dice.roll(2) * Math.min(put.length, bytes.length - at), put) : bytes;
  },
  // Something counted by a length grows, shrinks, or is there twice, and every length around it says so.
  (bytes, dice, others) => {
    const fields = fieldsOf(bytes);
    if (fields.length === 0) return bytes;
    const field = dice.pick(fields);
    const from = field.at + field.width;
    const body = bytes.subarray(from, from + field.length);
    const other = dice.pick(others);
    const start = dice.roll(other.length + 1);
    const next = [
      () => body.subarray(0, dice.roll(body.length + 1)),
      () => Buffer.concat([body, new Uint8Array(1 + dice.roll(dice.pick([4, 40, 400]))).fill(dice.roll(256))]),
      () => Buffer.concat([body, body]),
      () => other.subarray(start, start + dice.roll(200)),
    ][dice.roll(4)]!();
    return resized(bytes, fields, from, field.length, next);
  },
  // A whole field, its length before it, there twice or taken out.
  (bytes, dice) => {
    const fields = fieldsOf(bytes);
    if (fields.length === 0) return bytes;
    const { at, width, length } = dice.pick(fields);
    const whole = bytes.subarray(at, at + width + length);
    return resized(bytes, fields.filter((each) => each.at !== at), at, whole.length, dice.roll(2) === 0 ? new Uint8Array(0) : Buffer.concat([whole, whole]));
  },
  (bytes, dice, others) => changedDer(bytes, dice, others),
  (bytes, dice, _others, hints) => changedJson(bytes, dice, hints),
];

/** The bytes of a number of so many bytes, big-endian, or of a text; nothing where it has no room. */
function encoded(value: number | string, width: number): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value);
  if (!Number.isSafeInteger(value) || value < 0 || value >= 256 ** width) return undefined;
  const out = new Uint8Array(width);
  for (let index = width - 1, rest = value; index >= 0; index -= 1, rest = Math.floor(rest / 256)) out[index] = rest % 256;
  return out;
}

function placesOf(bytes: Uint8Array, what: Uint8Array): number[] {
  const places: number[] = [];
  if (what.length === 0) return places;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = all.indexOf(what); at !== -1 && places.length < 64; at = all.indexOf(what, at + 1)) places.push(at);
  return places;
}

function replaced(bytes: Uint8Array, at: number, length: number, by: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + length)]);
}

interface Field {
  readonly at: number;
  readonly width: number;
  readonly length: number;
}

/** Places that may be lengths: what they count ends within the input, exactly at its end where there are many such. At most 200. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (const width of [2, 4, 1]) {
    for (let at = 0; at + width <= bytes.length && fields.length < 200; at += 1) {
      let length = 0;
      for (let index = 0; index < width; index += 1) length = length * 256 + bytes[at + index]!;
      const rest = bytes.length - at - width;
      if (length > 0 && (length === rest || (width > 1 && length < rest))) fields.push({ at, width, length });
    }
  }
  return fields;
}

/** Something in the place of `length` bytes at `from`; lengths that count over it count anew where they have room for it. */
function resized(bytes: Uint8Array, fields: readonly Field[], from: number, length: number, by: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const field of fields) {
    const start = field.at + field.width;
    if (start > from || start + field.length < from + length) continue;
    const put = encoded(field.length + by.length - length, field.width);
    if (put) copy.set(put, field.at);
  }
  return replaced(copy, from, length, by);
}

interface Node {
  readonly tag: number;
  readonly value: Uint8Array;
  readonly children: readonly Node[] | undefined;
}

/** Tag ‖ length ‖ value, again and again, as in certificates and key files; undefined where it is something else. */
function derOf(bytes: Uint8Array, depth = 0): Node[] | undefined {
  const nodes: Node[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag = 0, first = 0] = [bytes[at], bytes[at + 1]];
    const more = first < 0x80 ? 0 : first & 0x7f;
    if (at + 2 + more > bytes.length || more > 3) return undefined;
    let length = more === 0 ? first : 0;
    for (let index = 0; index < more; index += 1) length = length * 256 + bytes[at + 2 + index]!;
    at += 2 + more + length;
    if (at > bytes.length) return undefined;
    const value = bytes.subarray(at - length, at);
    // An octet string, or a bit string behind its first byte, may hold more of it.
    nodes.push({ tag, value, children: depth < 24 && ((tag & 0x20) !== 0 || tag === 4) && length > 1 ? derOf(value, depth + 1) : undefined });
  }
  return nodes;
}

function derBytes(nodes: readonly Node[]): Uint8Array {
  return Buffer.concat(
    nodes.flatMap(({ tag, value, children }) => {
      const body = children ? derBytes(children) : value;
      const size = body.length < 0x80 ? [body.length] : body.length < 0x100 ? [0x81, body.length] : [0x82, (body.length >> 8) & 255, body.length & 255];
      return [Buffer.from([tag, ...size]), body];
    }),
  );
}

function changedDer(bytes: Uint8Array, dice: Dice, others: readonly Uint8Array[]): Uint8Array {
  const tree = bytes.length < 8_192 ? derOf(bytes) : undefined;
  if (!tree || tree.length === 0) return bytes;
  const change = (nodes: readonly Node[]): Node[] => {
    const at = dice.roll(nodes.length);
    const node = nodes[at];
    if (!node) return [...nodes];
    if (node.children && node.children.length > 0 && dice.roll(5) > 0) return nodes.with(at, { ...node, children: change(node.children) });
    const other = dice.pick(others);
    const pick = dice.roll(other.length + 1);
    return [
      () => nodes.toSpliced(at, 1),
      () => nodes.toSpliced(at, 0, node),
      () => nodes.with(at, { ...node, tag: dice.pick([1, 2, 3, 4, 5, 6, 12, 19, 22, 23, 24, 0x30, 0x31, 0x80, 0x82, 0x86, 0xa0, 0xa1, 0xa3]) }),
      () => nodes.with(at, { tag: node.tag, value: other.subarray(pick, pick + dice.roll(40)), children: undefined }),
      () => nodes.with(at, { tag: node.tag, value: Uint8Array.from({ length: dice.pick([0, 1, 2, 9, 21, 200]) }, () => dice.roll(256)), children: undefined }),
      () => nodes.with(at, nodes[dice.roll(nodes.length)]!),
      () => nodes.with(at, { tag: 0x30, value: node.value, children: [node] }),
    ][dice.roll(7)]!();
  };
  return derBytes(change(tree));
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function changedJson(bytes: Uint8Array, dice: Dice, { words }: Hints): Uint8Array {
  if (!/^\s*["[{]/.test(Buffer.from(bytes.subarray(0, 8)).toString('latin1'))) return bytes;
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  } catch {
    return bytes;
  }
  const texts = words.filter((word) => typeof word === 'string');
  const word = (): string => (texts.length > 0 && dice.roll(3) > 0 ? dice.pick(texts) : dice.pick(['__proto__', 'constructor', 'toString', 'length', '', '\u0000', '\ud800', 'a'.repeat(300)]));
  const any = (): Json => dice.pick<() => Json>([() => null, () => dice.roll(2) === 0, () => dice.pick([0, -1, 0.5, 1e308, 2 ** 53, -(2 ** 31)]), word, () => [], () => ({}), () => [[[[[[[[[[0]]]]]]]]]]])();
  const change = (old: Json): Json => {
    if (dice.roll(4) === 0 || old === null || typeof old !== 'object') return any();
    if (Array.isArray(old)) {
      const at = dice.roll(old.length + 1);
      return dice.pick([() => old.toSpliced(at, 1), () => old.toSpliced(at, 0, any()), () => (at < old.length ? old.with(at, change(old[at] ?? null)) : old)])();
    }
    const entries = Object.entries(old);
    const at = dice.roll(entries.length + 1);
    const next = dice.pick([
      () => entries.toSpliced(at, 1),
      (): [string, Json][] => [...entries, [word(), any()]],
      () => entries.map(([key, held], index): [string, Json] => (index === at ? [key, change(held)] : [key, held])),
      () => entries.map(([key, held], index): [string, Json] => (index === at ? [word(), held] : [key, held])),
    ])();
    // fromEntries makes an own `__proto__`, as JSON.parse does.
    return Object.fromEntries(next);
  };
  return Buffer.from(JSON.stringify(change(value)));
}
