import type { Readable } from 'node:stream';

/** The longest line of this door, in bytes: the longest text of the contract, escaped, fits several times. */
export const longestLine = 4 * 1024 * 1024;

export type Line = { readonly kind: 'line'; readonly bytes: Uint8Array } | { readonly kind: 'too-long' };

const newline = 0x0a;

/**
 * Cuts a byte stream into lines without ever holding more than `limit` bytes of one: of a longer line only the fact that it
 * was too long is told, once, and reading goes on behind its end. A last line without an end counts. What it read from is overwritten; whoever gets a line
 * overwrites that.
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
        overwrite(parts);
        parts = [];
        held = 0;
        yield { kind: 'too-long' };
      }
      if (!skipping) {
        parts.push(piece);
        held += piece.length;
      }
      if (end === -1) continue;
      if (!skipping) yield { kind: 'line', bytes: joined(parts, held) };
      skipping = false;
      parts = [];
      held = 0;
    }
  }
  if (held > 0) yield { kind: 'line', bytes: joined(parts, held) };
}

/** What was read is not left about: a line may hold a passphrase. */
function joined(parts: readonly Buffer[], length: number): Buffer {
  const line = Buffer.concat(parts, length);
  overwrite(parts);
  return line;
}

function overwrite(parts: readonly Buffer[]): void {
  for (const part of parts) part.fill(0);
}
