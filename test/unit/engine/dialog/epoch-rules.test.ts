import { describe, expect, it } from 'vitest';
import type { KekRange, ReceivingKeyRow } from '../../../../electron/engine/dialog/dialog-store';
import { type EpochClaim, extendKekRanges, isForgotten, judgeEpoch, takesOver, trimKekRanges } from '../../../../electron/engine/dialog/epoch-rules';
import { keptDeadKeys } from '../../../../electron/engine/dialog/limits';
import { dialogIdFromBytes, dskIdFromBytes, instanceIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';

// docs/protocol.md §6, each rule of epochs at its bound and beside it, for one stream whose keys are written down here.
const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);
const [alice, bob] = [instanceIdFromBytes(bytes(16, 1)), instanceIdFromBytes(bytes(16, 2))];
const dskId = (epoch: number) => dskIdFromBytes(bytes(16, 0x40 + epoch));
const stream = { peerId: peerIdFromBytes(bytes(32, 3)), dialogId: dialogIdFromBytes(bytes(16, 4)), instanceId: alice };

/** A key of the stream, first used at `firstSequence`; `highest`: what came under it. */
function row(epoch: number, firstSequence: number, more: Partial<ReceivingKeyRow> = {}): ReceivingKeyRow {
  return { ...stream, epoch, dskId: dskId(epoch), check: bytes(16, epoch), firstSequence, compromise: false, again: false, highest: 0, messages: 0, bytes: 0, firstTime: 0, lastTime: 0, receivedAt: 0, live: true, ...more };
}
function claim(epoch: number, firstSequence: number, sequence: number | undefined, more: Partial<EpochClaim> = {}): EpochClaim {
  return { epoch, dskId: dskId(epoch), check: bytes(16, epoch), firstSequence, compromise: false, ...(sequence !== undefined && { sequence }), ...more };
}
function verdict(rows: readonly ReceivingKeyRow[], one: EpochClaim): string {
  const judged = judgeEpoch(rows, one);
  if (judged.kind === 'known') expect(rows).toContain(judged.row);
  return judged.kind === 'violated' ? judged.reason : judged.kind;
}

describe('what a message says of its session key', () => {
  it('S2-18: a sequence is at or above the first of its key; a control message has none', () => {
    expect(verdict([], claim(1, 5, 5))).toBe('new');
    expect(verdict([], claim(1, 5, 4))).toBe('key-conflict');
    expect(verdict([], claim(1, 5, undefined))).toBe('new');
  });

  it('A36: one epoch is one key: another id, commitment, first sequence or kind contradicts it, be it the newest or not', () => {
    for (const rows of [[row(2, 5)], [row(2, 5), row(4, 20)]]) {
      expect(verdict(rows, claim(2, 5, 6))).toBe('known');
      for (const other of [
        claim(2, 5, 6, { dskId: dskId(9) }),
        claim(2, 5, 6, { check: bytes(16, 9) }),
        claim(2, 4, 6),
        claim(2, 6, 6),
        claim(2, 5, 6, { compromise: true }),
        claim(2, 5, 6, { again: true }),
      ]) expect(verdict(rows, other)).toBe('key-conflict');
    }
    expect(verdict([row(2, 5, { again: true })], claim(2, 5, 6, { again: true }))).toBe('known');
    expect(verdict([row(2, 5, { again: true })], claim(2, 5, 6))).toBe('key-conflict');
    expect(verdict([row(2, 5, { compromise: true })], claim(2, 5, 6, { again: true }))).toBe('key-conflict');
  });

  it('A29 A36: one key is one epoch: the id or the commitment of another one contradicts it, in either order', () => {
    for (const epoch of [1, 3]) {
      expect(verdict([row(2, 5)], claim(epoch, epoch === 1 ? 1 : 9, epoch === 1 ? 2 : 9, { dskId: dskId(2) }))).toBe('key-conflict');
      expect(verdict([row(2, 5)], claim(epoch, epoch === 1 ? 1 : 9, epoch === 1 ? 2 : 9, { check: bytes(16, 2) }))).toBe('key-conflict');
      // Sixteen bytes are compared, and all of them.
      expect(verdict([row(2, 5)], claim(epoch, epoch === 1 ? 1 : 9, epoch === 1 ? 2 : 9, { check: bytes(16, 2).map((byte, at) => (at === 15 ? byte ^ 1 : byte)) }))).toBe('new');
    }
  });

  it('S2-19 A35: a later key begins at or above the first of every earlier one, and above what came under them', () => {
    expect(verdict([row(1, 5, { highest: 8 })], claim(2, 9, 9))).toBe('new');
    expect(verdict([row(1, 5, { highest: 8 })], claim(2, 8, 9))).toBe('key-rollback');
    // Heard of by a control message, and used for nothing yet.
    expect(verdict([row(1, 5)], claim(2, 5, 5))).toBe('new');
    expect(verdict([row(1, 5)], claim(2, 4, 5))).toBe('key-rollback');
    expect(verdict([row(1, 1, { highest: 9 }), row(2, 20)], claim(3, 9, 30))).toBe('key-rollback');
  });

  it('S2-18 A35: an earlier key begins at or below the first of every later one, and is for what is below it', () => {
    const rows = [row(3, 10)];
    expect(verdict(rows, claim(2, 9, 9))).toBe('new');
    expect(verdict(rows, claim(2, 10, undefined))).toBe('new');
    expect(verdict(rows, claim(2, 11, undefined))).toBe('key-rollback');
    expect(verdict(rows, claim(2, 5, 9))).toBe('new');
    expect(verdict(rows, claim(2, 5, 10))).toBe('key-rollback');
    expect(verdict([row(1, 1), row(3, 10)], claim(1, 1, 10))).toBe('key-rollback');
    expect(verdict([row(1, 1), row(3, 10)], claim(1, 1, 9))).toBe('known');
  });

  it('S2-18: a key that takes over covers what earlier ones were used for, and so does every later one with those before it', () => {
    for (const kind of [{ compromise: true }, { again: true }]) {
      const used = row(1, 1, { highest: 9 });
      expect(verdict([used], claim(2, 3, 3, kind))).toBe('new');
      // Of what stands before the one that took over nothing counts but the ids.
      const taken = row(2, 3, { ...kind, highest: 4 });
      expect(verdict([used, taken], claim(3, 5, 5))).toBe('new');
      expect(verdict([used, taken], claim(3, 4, 5))).toBe('key-rollback');
      expect(verdict([used, taken], claim(3, 5, 5, { dskId: dskId(1) }))).toBe('key-conflict');
      expect(verdict([used, row(2, 12)], claim(3, 12, 12))).toBe('new');
    }
  });

  it('S2-18: from the first of a key that took over on, earlier ones are superseded, which breaks no rule', () => {
    for (const kind of [{ compromise: true }, { again: true }]) {
      const rows = [row(5, 10, kind)];
      expect(verdict(rows, claim(3, 5, 9))).toBe('new');
      expect(verdict(rows, claim(3, 5, 10))).toBe('superseded');
      expect(verdict(rows, claim(3, 10, undefined))).toBe('new');
      expect(verdict(rows, claim(3, 11, undefined))).toBe('superseded');
      expect(verdict(rows, claim(3, 5, undefined))).toBe('new');
      // A later one of the usual kind would forbid it; the one that took over both says that it was before.
      expect(verdict([row(4, 6), row(5, 4, kind)], claim(3, 5, 7))).toBe('superseded');
      expect(verdict([row(4, 6), row(5, 8, kind)], claim(3, 5, 7))).toBe('key-rollback');
      // Known or not.
      expect(verdict([row(3, 5), row(5, 10, kind)], claim(3, 5, 12))).toBe('superseded');
    }
    expect([takesOver({ compromise: true }), takesOver({ compromise: false, again: true }), takesOver({ compromise: false, again: false }), takesOver({ compromise: false })]).toEqual([true, true, false, false]);
  });

  it('A30: a key is forgotten below the oldest of those that are kept, once as many are kept as may be', () => {
    const dead = (count: number) => Array.from({ length: count }, (_, at) => row(10 + at, 10 + at, { live: false }));
    expect(isForgotten([], 1)).toBe(false);
    expect(isForgotten(dead(keptDeadKeys - 1), 9)).toBe(false);
    expect(isForgotten(dead(keptDeadKeys), 9)).toBe(true);
    expect(isForgotten(dead(keptDeadKeys), 10)).toBe(false);
    expect(isForgotten([row(3, 3), ...dead(keptDeadKeys)], 5)).toBe(true);
    expect(isForgotten([...dead(keptDeadKeys - 1), row(200, 200)], 9)).toBe(false);
  });
});

describe('which key exchange key covered what', () => {
  const range = (epoch: number, lowest: number, highest: number, creator = alice): KekRange => ({ creator, epoch, lowest, highest });

  it('A16: epochs of one creator never fall with rising sequence', () => {
    const ranges = [range(2, 5, 8), range(1, 2, 9, bob)];
    expect(extendKekRanges(ranges, alice, 3, 9)).toEqual([...ranges, range(3, 9, 9)]);
    expect(extendKekRanges(ranges, alice, 3, 8)).toBeUndefined();
    expect(extendKekRanges(ranges, alice, 1, 4)).toEqual([...ranges, range(1, 4, 4)]);
    expect(extendKekRanges(ranges, alice, 1, 5)).toBeUndefined();
    expect(extendKekRanges([], alice, 7, 1)).toEqual([range(7, 1, 1)]);
  });

  it('A16: what is covered changes nothing, beside it the range grows by that, and no other one does', () => {
    const ranges = [range(2, 5, 8), range(1, 2, 9, bob)];
    for (const sequence of [5, 6, 8]) expect(extendKekRanges(ranges, alice, 2, sequence)).toBe(ranges);
    expect(extendKekRanges(ranges, alice, 2, 9)).toEqual([range(2, 5, 9), range(1, 2, 9, bob)]);
    expect(extendKekRanges(ranges, alice, 2, 4)).toEqual([range(2, 4, 8), range(1, 2, 9, bob)]);
    expect(extendKekRanges(ranges, bob, 1, 12)).toEqual([range(2, 5, 8), range(1, 2, 12, bob)]);
    const many = Array.from({ length: 16 }, (_, at) => range(at + 1, at + 1, at + 1));
    expect(extendKekRanges(many, alice, 17, 17)).toEqual([...many.slice(1), range(17, 17, 17)]);
  });

  it('S2-18: a key that takes over takes its part of what was covered', () => {
    const ranges = [range(1, 1, 4), range(2, 5, 8), range(3, 9, 12)];
    expect(trimKekRanges(ranges, 13)).toEqual(ranges);
    expect(trimKekRanges(ranges, 12)).toEqual([range(1, 1, 4), range(2, 5, 8), range(3, 9, 11)]);
    expect(trimKekRanges(ranges, 9)).toEqual([range(1, 1, 4), range(2, 5, 8)]);
    expect(trimKekRanges(ranges, 8)).toEqual([range(1, 1, 4), range(2, 5, 7)]);
    expect(trimKekRanges(ranges, 5)).toEqual([range(1, 1, 4)]);
    expect(trimKekRanges(ranges, 1)).toEqual([]);
  });
});
