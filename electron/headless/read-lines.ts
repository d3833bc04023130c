import type { Readable } from 'node:stream';

/** The longest line of this door, in bytes: the longest text of the contract, escaped, fits several times. */
export const longestLine = 4 * 1024 * 1024;

export type Line = { readonly kind: 'line'; readonly bytes: Uint8Array } | { readonly kind: 'too-long' };

const newline = 0x0a;

/**
 * Cuts a byte stream into lines without ever holding more than `limit` bytes of one: of a longer line only the fact that it
 * was too long is told, once, and reading goes on behind its end. A last line without an end counts.
 */
export async function* readLines(input: Readable, limit = longestLine): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let held = 0;
  let skipping = false;
  for await (const chunk of input) {
    const bytes: Buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let start = 0;
    while (start < bytes.length) {
      const end = bytes.indexOf(newline, start);
      const piece = bytes.subarray(start, end === -1 ? bytes.length : end);
      start = end === -1 ? bytes.length : end + 1;
      if (!skipping && held + piece.length > limit) {
        skipping = true;
        parts = [];
        held = 0;
        yield { kind: 'too-long' };
      }
      if (!skipping) {
        parts.push(piece);
        held += piece.length;
      }
      if (end === -1) continue;
      if (!skipping) yield { kind: 'line', bytes: Buffer.concat(parts, held) };
      skipping = false;
      parts = [];
      held = 0;
    }
  }
  if (held > 0) yield { kind: 'line', bytes: Buffer.concat(parts, held) };
}
