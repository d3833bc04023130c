/** Something that must not be found, in every shape it could have been written down in. */
export interface Needle {
  readonly what: string;
  readonly shapes: readonly Buffer[];
}

/** A key: its bytes, hex in both cases, and base64 wherever it may begin within a longer text. */
export function keyNeedle(what: string, hex: string): Needle {
  const bytes = Buffer.from(hex, 'hex');
  const inner = [0, 1, 2].flatMap((skip) => {
    const part = bytes.subarray(skip);
    // Whole groups of three only: the characters after them depend on what follows.
    const whole = part.subarray(0, part.length - (part.length % 3));
    return [whole.toString('base64'), whole.toString('base64url')];
  });
  const texts = new Set([hex, hex.toUpperCase(), ...inner]);
  return { what, shapes: [bytes, ...[...texts].map((text) => Buffer.from(text))] };
}

/** A text: as UTF-8 and as the UTF-16 that a page may hold. */
export function textNeedle(what: string, text: string): Needle {
  return { what, shapes: [Buffer.from(text), Buffer.from(text, 'utf16le')] };
}

/** What of all this stands in `hay`, by name. One pass for all needles: by their first two bytes, then by all. */
export function findNeedles(hay: Buffer, needles: readonly Needle[]): string[] {
  const byStart = new Map<number, { readonly what: string; readonly shape: Buffer }[]>();
  const starts = new Uint8Array(65_536);
  for (const { what, shapes } of needles) {
    for (const shape of shapes) {
      const start = shape.readUInt16BE(0);
      starts[start] = 1;
      byStart.set(start, [...(byStart.get(start) ?? []), { what, shape }]);
    }
  }
  const found = new Set<string>();
  for (let at = 0; at + 1 < hay.length; at += 1) {
    const start = ((hay[at] ?? 0) << 8) | (hay[at + 1] ?? 0);
    if (starts[start] === 0) continue;
    for (const { what, shape } of byStart.get(start) ?? []) {
      if (!found.has(what) && hay.subarray(at, at + shape.length).equals(shape)) found.add(what);
    }
  }
  return [...found].toSorted();
}
