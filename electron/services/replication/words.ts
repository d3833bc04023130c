import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import { instanceIdOf } from '../../engine/identity/peer-id';
import { id16ToBytes, instanceIdFromBytes } from '../../engine/wire/ids';
import { Reader } from '../../engine/wire/reader';
import { WireError } from '../../engine/wire/wire-error';
import { Writer } from '../../engine/wire/writer';
import type { Vector } from '../ports/replica';
import { type Fact, maxValueBytes } from './replica';
import { signatureBytes, type SignedFact, signingKeyBytes } from './signed-facts';

/** Facts of one batch at the most. */
const maxBatchFacts = 128;
/** Facts of a batch made here: their signatures and one transaction take the receiver's event loop a few milliseconds. */
export const sentBatchFacts = 64;
/** Where a batch is full, in bytes; one fact alone may be longer. */
export const batchBytes = 60 * 1024;
/** Devices of one person that are, or were. */
const maxAuthors = 256;
const maxKindBytes = 24;
const maxKeyBytes = 240;
/** Higher ones are refused; whoever heard the highest says it, too. */
export const maxStamp = 2 ** 53 - 2 ** 32;
const maxNumber = 2 ** 52;
/** Kinds are words of the program, of this version or a later one. */
const ascii = /^[\x21-\x7e]+$/;

const types = { have: 1, facts: 2, heard: 3 } as const;
/** What a device says of itself in `have`. */
const bits = { whole: 1, waits: 2, lacks: 4 } as const;

/** Facts of one author by number, none left out between `after` and `upTo` but those that are no more. */
export interface Batch {
  readonly author: InstanceId;
  /** The author's, which its id follows from: 32 bytes. */
  readonly signingKey: Uint8Array;
  readonly after: number;
  readonly upTo: number;
  readonly facts: readonly SignedFact[];
}

/**
 * What is said on the topic `replica` (protocol.md §10). `have` opens, and asks for what is later; `whole`: nothing is left to be written into the log from before it; `waits`: this device
 * was let in and has not heard all; `lacks`: some of what there was went with devices that are gone.
 */
export type Words =
  | { readonly type: 'have'; readonly whole: boolean; readonly waits: boolean; readonly lacks: boolean; readonly vector: Vector }
  | ({ readonly type: 'facts' } & Batch)
  | { readonly type: 'heard'; readonly vector: Vector };

export function encodeWords(words: Words): Uint8Array {
  const writer = new Writer(words.type === 'facts' ? 16 * 1024 : 512).u8(types[words.type]);
  if (words.type === 'have') writer.u8((words.whole ? bits.whole : 0) | (words.waits ? bits.waits : 0) | (words.lacks ? bits.lacks : 0));
  if (words.type !== 'facts') return writeVector(writer, words.vector).finish();
  writer.fixed(words.signingKey).u64(words.after).u64(words.upTo).u16(words.facts.length);
  for (const { number, stamp, kind, key, value, signature } of words.facts) writer.u64(number).u64(stamp).text(kind).text(key).lp(value).fixed(signature);
  return writer.finish();
}

/** Structure only: whose the facts are is not checked here. Values are copies. Undefined for a type of a later version. Throws `WireError`. */
export function parseWords(crypto: Crypto, bytes: Uint8Array): Words | undefined {
  const reader = new Reader(bytes);
  const type = reader.u8();
  if (type === types.have) {
    const flags = reader.u8();
    return { type: 'have', whole: (flags & bits.whole) !== 0, waits: (flags & bits.waits) !== 0, lacks: (flags & bits.lacks) !== 0, vector: readVector(reader) };
  }
  if (type === types.heard) return { type: 'heard', vector: readVector(reader) };
  if (type !== types.facts) return undefined;
  const signingKey = reader.fixed(signingKeyBytes).slice();
  const author = instanceIdOf(crypto, signingKey);
  const [after, upTo, count] = [readNumber(reader), readNumber(reader), reader.u16()];
  if (upTo < after || count > maxBatchFacts) throw new WireError('a batch out of bounds');
  const facts: SignedFact[] = [];
  let last = after;
  for (let at = 0; at < count; at += 1) {
    const fact = { author, number: reader.u64(), stamp: reader.u64(), kind: reader.text(maxKindBytes), key: reader.text(maxKeyBytes), value: reader.lp(maxValueBytes).slice(), signature: reader.fixed(signatureBytes).slice() };
    if (fact.number <= last || fact.number > upTo || fact.stamp > maxStamp || !ascii.test(fact.kind)) throw new WireError('a fact out of order, or of no kind');
    last = fact.number;
    facts.push(fact);
  }
  reader.end();
  return { type: 'facts', author, signingKey, after, upTo, facts };
}

/** What a fact takes in a batch, in bytes: with room for the length of each field. */
export function factBytes({ kind, key, value }: Pick<Fact, 'kind' | 'key' | 'value'>): number {
  return 28 + signatureBytes + kind.length + Buffer.byteLength(key) + value.length;
}

function writeVector(writer: Writer, vector: Vector): Writer {
  const authors = [...vector].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, maxAuthors);
  writer.u16(authors.length);
  for (const [author, number] of authors) writer.fixed(id16ToBytes(author)).u64(number);
  return writer;
}

/** No author gives out a higher one: whoever is told of it would go on behind it. */
function readNumber(reader: Reader): number {
  const number = reader.u64();
  if (number > maxNumber) throw new WireError('a number that nobody gives out');
  return number;
}

/** Authors in ascending order, each once. */
function readVector(reader: Reader): Vector {
  const count = reader.u16();
  if (count > maxAuthors) throw new WireError('more devices than anybody has');
  const vector = new Map<InstanceId, number>();
  let last = '';
  for (let at = 0; at < count; at += 1) {
    const author = instanceIdFromBytes(reader.fixed(16));
    if (author <= last) throw new WireError('devices out of order');
    last = author;
    vector.set(author, readNumber(reader));
  }
  reader.end();
  return vector;
}
