import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';

/**
 * What may follow endorsements in a card: `type u8 (16–255) ‖ LP`, ascending by type, each type once. No type below 16, so that a reader
 * tells them from endorsements, which begin with 1–3. Types that are not known are passed over.
 */
export const cardSections = { mailboxes: 16, suspensions: 17 } as const;
export type CardSections = ReadonlyMap<number, Uint8Array>;

const firstType = 16;
/** Of all sections as they stand in a card. */
const maxSectionsBytes = 16 * 1024;

export function encodeSections(sections: CardSections): Uint8Array {
  const writer = new Writer(1024);
  for (const [type, bytes] of [...sections].sort(([a], [b]) => a - b)) {
    if (type < firstType || type > 255) throw new WireError('not a section');
    writer.u8(type).lp(bytes);
  }
  return writer.finish();
}

/** Reads until `end` bytes are left. Throws `WireError`. */
export function readSections(reader: Reader, end: number): CardSections {
  if (reader.remaining - end > maxSectionsBytes) throw new WireError('the sections are too long');
  const sections = new Map<number, Uint8Array>();
  let last = firstType - 1;
  while (reader.remaining > end) {
    const type = reader.u8();
    if (type <= last) throw new WireError('the sections are not in order');
    last = type;
    sections.set(type, reader.lp(maxSectionsBytes).slice());
  }
  return sections;
}
