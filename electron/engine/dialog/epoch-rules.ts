import type { DskId, InstanceId } from '../ids';
import type { KekRange, ReceivingKeyRow } from './dialog-store';
import type { FailureReason } from './dialog-types';
import { keptDeadKeys } from './limits';

/** What an authenticated message says about its session key. */
export interface EpochClaim {
  readonly epoch: number;
  readonly dskId: DskId;
  readonly check: Uint8Array;
  readonly firstSequence: number;
  readonly compromise: boolean;
  readonly again?: boolean;
  /** Absent for a control message: it takes no sequence. */
  readonly sequence?: number;
}

export type EpochVerdict =
  | { readonly kind: 'known'; readonly row: ReceivingKeyRow }
  | { readonly kind: 'new' }
  /** A later key took over its sequence: what it says comes again, or came already. Nobody broke a rule. */
  | { readonly kind: 'superseded' }
  | { readonly kind: 'violated'; readonly reason: FailureReason };

const conflict: EpochVerdict = { kind: 'violated', reason: 'key-conflict' };
const rollback: EpochVerdict = { kind: 'violated', reason: 'key-rollback' };

/**
 * Session key epochs are non-decreasing in sequence: an older one is accepted only below the next one's first sequence
 * (protocol.md §6; S2-18, S2-19, A35). One epoch is one key (A36). `rows`: the epochs of the stream that are in
 * memory, lowest first; below those left out every sequence was delivered.
 */
export function judgeEpoch(rows: readonly ReceivingKeyRow[], claim: EpochClaim): EpochVerdict {
  const { epoch, firstSequence, sequence } = claim;
  if (sequence !== undefined && sequence < firstSequence) return conflict;
  // A control message takes no place: it is below every key's first.
  const place = sequence ?? 0;
  const newest = rows.at(-1);
  // The usual case; how it stands to the older ones was judged when it first came.
  if (newest?.epoch === epoch && isClaimed(newest, claim)) return { kind: 'known', row: newest };
  let known: ReceivingKeyRow | undefined;
  let superseded = false;
  // Of keys before one that took over, only their ids still count.
  let covered = takesOver(claim);
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (!row) continue;
    if (row.epoch === epoch) {
      known = row;
      if (!isClaimed(row, claim)) return conflict;
    } else if (row.dskId === claim.dskId || sameBytes(row.check, claim.check)) {
      return conflict;
    } else if (row.epoch < epoch) {
      if (!covered && (row.firstSequence > firstSequence || row.highest >= firstSequence)) return rollback;
      covered ||= takesOver(row);
    } else if (takesOver(row)) {
      superseded ||= firstSequence > row.firstSequence || place >= row.firstSequence;
    } else if (row.firstSequence < firstSequence || place >= row.firstSequence) {
      if (!superseded) return rollback;
    }
  }
  if (superseded) return { kind: 'superseded' };
  return known ? { kind: 'known', row: known } : { kind: 'new' };
}

/** A key so old that its row is no longer in memory: nothing new can come under it. `rows`: as in memory. */
export function isForgotten(rows: readonly ReceivingKeyRow[], epoch: number): boolean {
  const oldest = rows.find((row) => !row.live);
  if (!oldest || epoch >= oldest.epoch) return false;
  return rows.filter((row) => !row.live).length >= keptDeadKeys;
}

/** Compromise and `again`: the key covers sequences that earlier ones were used for (protocol.md §6). */
export function takesOver({ compromise, again }: Pick<EpochClaim, 'compromise' | 'again'>): boolean {
  return compromise || again === true;
}

/** What earlier key exchange keys covered from `first` on is taken over with the session keys. */
export function trimKekRanges(ranges: readonly KekRange[], first: number): readonly KekRange[] {
  return ranges.flatMap((range) => {
    if (range.highest < first) return [range];
    return range.lowest < first ? [{ ...range, highest: first - 1 }] : [];
  });
}

/**
 * Key exchange key epochs of one creator are non-decreasing in sequence too (A16). Gives the ranges with this message
 * in them, or undefined when it contradicts them; the same array when nothing changed.
 */
export function extendKekRanges(
  ranges: readonly KekRange[],
  creator: InstanceId,
  epoch: number,
  sequence: number,
): readonly KekRange[] | undefined {
  let own: KekRange | undefined;
  for (const range of ranges) {
    if (range.creator !== creator) continue;
    if (range.epoch === epoch) own = range;
    else if (range.epoch > epoch ? sequence >= range.lowest : sequence <= range.highest) return undefined;
  }
  if (!own) return [...ranges, { creator, epoch, lowest: sequence, highest: sequence }].slice(-maxRanges);
  if (sequence >= own.lowest && sequence <= own.highest) return ranges;
  const wider = { ...own, lowest: Math.min(own.lowest, sequence), highest: Math.max(own.highest, sequence) };
  return ranges.map((range) => (range === own ? wider : range));
}

/** Older ones lie below what was delivered long ago: the sequence itself keeps them out. */
const maxRanges = 16;

function isClaimed(row: ReceivingKeyRow, claim: EpochClaim): boolean {
  return (
    row.dskId === claim.dskId &&
    row.firstSequence === claim.firstSequence &&
    row.compromise === claim.compromise &&
    (row.again === true) === (claim.again === true) &&
    sameBytes(row.check, claim.check)
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
