import * as z from 'zod';
import { KeyshiftError } from '../../shared/errors';
import { instanceId } from '../../shared/model/ids';
import type { KekRange } from '../engine/dialog/dialog-store';

const count = z.number().int().nonnegative();
const ranges = z.array(z.strictObject({ creator: instanceId, epoch: count, lowest: count, highest: count }));

/** A handful of entries per stream, read with their row and never searched: one JSON column. */
export function encodeKekRanges(list: readonly KekRange[]): string {
  return JSON.stringify(list.map(({ creator, epoch, lowest, highest }) => ({ creator, epoch, lowest, highest })));
}

/** Errors: `vault.damaged`. */
export function parseKekRanges(column: string): readonly KekRange[] {
  try {
    // The brand exists in types only; the pattern was just checked.
    return ranges.parse(JSON.parse(column)) as unknown as readonly KekRange[];
  } catch {
    throw new KeyshiftError('vault.damaged', 'The database holds key ranges that cannot be read.');
  }
}
