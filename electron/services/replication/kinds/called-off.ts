import { Writer } from '../../../engine/wire/writer';
import type { TransferRow } from '../../ports/transfers';
import type { FactKind } from '../replica';
import { fileOfKey, keyOfFile, pagesOfFiles } from './file';
import { ofErased } from './gone-places';
import type { KindParts } from './kind-parts';
import { readWhole, readWord } from './values';

export const calledOff = 'called-off';

/** By place on the wire: this person on one of their devices, the other person. */
const sides = ['me', 'them'] as const satisfies readonly NonNullable<TransferRow['cancelledBy']>[];
const nothing = new Uint8Array(0);

/**
 * Whose doing it was that a file was called off, beside the fact `file`, which says only that it is over: its readers refuse an end they do not know, and
 * pass over a kind they do not know.
 */
export function calledOffKind(parts: KindParts): FactKind {
  const { stores, profile } = parts;
  return {
    kind: calledOff,
    // Behind the file itself.
    rank: 56,
    apply({ key, value }) {
      const by = readWhole(value, (reader) => readWord(reader, sides));
      const { message, row } = fileOfKey(stores, key);
      if (message === undefined) return ofErased(parts, { key }, () => false);
      if (message.kind !== 'file') return true; // taken back meanwhile
      // Until it is told that it is over, nobody can have called it off here.
      if (row === undefined || row.ended === undefined) return false;
      if (row.ended === 'cancelled') profile.files.toldBy(row, by);
      return true;
    },
    forgets: (fact) => ofErased(parts, fact, ({ kind }) => kind === 'deleted'),
    read(key) {
      const by = fileOfKey(stores, key).row?.cancelledBy;
      return by && new Writer(1).u8(sides.indexOf(by)).finish();
    },
    *all() {
      for (const row of pagesOfFiles(stores)) {
        const key = row.cancelledBy === undefined ? undefined : keyOfFile(stores, row);
        if (key !== undefined) yield { key, value: nothing };
      }
    },
  };
}
