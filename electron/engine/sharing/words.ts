import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';
import { sharingIdBytes } from './sharing-keys';

/** What devices say to each other on the topic `handover` (protocol.md §10.5; S4-09: own frames inside a session between own devices). `ask` numbers are the asker's. */
export type HandoverWord =
  /** Ids of the shared keys it holds: person keys, and the pair keys the receiver gave it. */
  | { readonly kind: 'hello'; readonly keys: readonly Uint8Array[] }
  /** `giveKeys`. */
  | { readonly kind: 'keys'; readonly sealed: Uint8Array }
  /** The whole M1 that a contact sent, as it came (602). */
  | { readonly kind: 'ask'; readonly ask: number; readonly m1: Uint8Array }
  /** Reserved for the asker under this generation (610). */
  | { readonly kind: 'lent'; readonly ask: number; readonly generation: number; readonly body: Uint8Array }
  /** It was stored durably, and is not used before `taken`. */
  | { readonly kind: 'take'; readonly ask: number; readonly keyId: Uint8Array; readonly generation: number }
  /** Purged (612), and its session here ended: it is the asker's. */
  | { readonly kind: 'taken'; readonly ask: number }
  /** Not wanted after all. */
  | { readonly kind: 'spare'; readonly ask: number; readonly keyId: Uint8Array; readonly generation: number }
  /** Whatever the reason: never heard of it, proof not good, not yours (S4-27). */
  | { readonly kind: 'refused'; readonly ask: number };

const kinds = ['hello', 'keys', 'ask', 'lent', 'take', 'taken', 'spare', 'refused'] as const;
const maxKeys = 64;
const maxSealed = 8 * 1024;
const maxM1 = 512;
const maxBody = 24 * 1024;
const keyIdBytes = 32;

/** kind u8 (1 …) ‖ fields. */
export function encodeWord(word: HandoverWord): Uint8Array {
  const writer = new Writer(256).u8(kinds.indexOf(word.kind) + 1);
  switch (word.kind) {
    case 'hello':
      writer.u8(Math.min(word.keys.length, maxKeys));
      for (const id of word.keys.slice(0, maxKeys)) writer.fixed(id);
      return writer.finish();
    case 'keys':
      return writer.lp(word.sealed).finish();
    case 'ask':
      return writer.u32(word.ask).lp(word.m1).finish();
    case 'lent':
      return writer.u32(word.ask).u32(word.generation).lp(word.body).finish();
    case 'take':
    case 'spare':
      return writer.u32(word.ask).fixed(word.keyId).u32(word.generation).finish();
    case 'taken':
    case 'refused':
      return writer.u32(word.ask).finish();
  }
}

/** Copies: words outlive the record they came in. Undefined for a word of a later version. Throws `WireError`. */
export function parseWord(bytes: Uint8Array): HandoverWord | undefined {
  const reader = new Reader(bytes);
  const kind = kinds[reader.u8() - 1];
  if (kind === undefined) return undefined;
  const word = read(kind, reader);
  reader.end();
  return word;
}

function read(kind: (typeof kinds)[number], reader: Reader): HandoverWord {
  switch (kind) {
    case 'hello': {
      const count = reader.u8();
      if (count > maxKeys) throw new WireError('too many keys');
      return { kind, keys: Array.from({ length: count }, () => reader.fixed(sharingIdBytes).slice()) };
    }
    case 'keys':
      return { kind, sealed: reader.lp(maxSealed).slice() };
    case 'ask':
      return { kind, ask: reader.u32(), m1: reader.lp(maxM1).slice() };
    case 'lent':
      return { kind, ask: reader.u32(), generation: reader.u32(), body: reader.lp(maxBody).slice() };
    case 'take':
    case 'spare':
      return { kind, ask: reader.u32(), keyId: reader.fixed(keyIdBytes).slice(), generation: reader.u32() };
    case 'taken':
    case 'refused':
      return { kind, ask: reader.u32() };
  }
}
