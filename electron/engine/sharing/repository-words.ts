import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';

/** What devices say on the topic `repository` (protocol.md §10.5): to the one that keeps records of sessions for all, and back. `ask` numbers are the asker's. */
export type RepositoryWord =
  | { readonly kind: 'read'; readonly ask: number; readonly name: Uint8Array }
  /** On top of revision `expected`; 0: where there is none. */
  | { readonly kind: 'write'; readonly ask: number; readonly name: Uint8Array; readonly expected: number; readonly record: Uint8Array }
  /** Revision 0: there is none. */
  | { readonly kind: 'found'; readonly ask: number; readonly revision: number; readonly record: Uint8Array }
  /** The new revision; 0: it was another than expected, and nothing is changed. */
  | { readonly kind: 'written'; readonly ask: number; readonly revision: number }
  /** Whatever the reason: it keeps none, has no room, or could not store it. */
  | { readonly kind: 'refused'; readonly ask: number };

const kinds = ['read', 'write', 'found', 'written', 'refused'] as const;
const nameBytes = 16;
const maxRecord = 32 * 1024;

/** kind u8 (1 …) ‖ ask u32 ‖ fields. */
export function encodeRepositoryWord(word: RepositoryWord): Uint8Array {
  const writer = new Writer(256).u8(kinds.indexOf(word.kind) + 1).u32(word.ask);
  switch (word.kind) {
    case 'read':
      return writer.fixed(word.name).finish();
    case 'write':
      return writer.fixed(word.name).u64(word.expected).lp(word.record).finish();
    case 'found':
      return writer.u64(word.revision).lp(word.record).finish();
    case 'written':
      return writer.u64(word.revision).finish();
    case 'refused':
      return writer.finish();
  }
}

/** Copies: words outlive the record they came in. Undefined for a word of a later version. Throws `WireError`. */
export function parseRepositoryWord(bytes: Uint8Array): RepositoryWord | undefined {
  const reader = new Reader(bytes);
  const kind = kinds[reader.u8() - 1];
  if (kind === undefined) return undefined;
  const ask = reader.u32();
  const word = read(kind, ask, reader);
  reader.end();
  return word;
}

function read(kind: (typeof kinds)[number], ask: number, reader: Reader): RepositoryWord {
  switch (kind) {
    case 'read':
      return { kind, ask, name: reader.fixed(nameBytes).slice() };
    case 'write':
      return { kind, ask, name: reader.fixed(nameBytes).slice(), expected: reader.u64(), record: reader.lp(maxRecord).slice() };
    case 'found': {
      const word = { kind, ask, revision: reader.u64(), record: reader.lp(maxRecord).slice() };
      if (word.revision === 0 && word.record.length > 0) throw new WireError('a record that is none');
      return word;
    }
    case 'written':
      return { kind, ask, revision: reader.u64() };
    case 'refused':
      return { kind, ask };
  }
}
