import { beforeEach, describe, expect, it } from 'vitest';
import type { ShiftPolicy } from '../../../../shared/model/keys';
import type { DialogStore, ReceivingKeyRow } from '../../../../electron/engine/dialog/dialog-store';
import { hourMs, maxEpoch, shiftsTakenPerHour } from '../../../../electron/engine/dialog/limits';
import { isStale, PeerKeyRules } from '../../../../electron/engine/dialog/peer-key-rules';
import { defaultPolicy } from '../../../../electron/engine/dialog/shift-policy';
import type { ReceivingStream } from '../../../../electron/engine/dialog/streams';
import { dialogIdFromBytes, dskIdFromBytes, instanceIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { freshDatabase } from '../../../support/fresh-database';
import { ManualClock } from '../../../support/manual-clock';
import { whenTestEnds } from '../../../support/per-file';

// What of the other side's keys ends a dialog or is put off, with the real store: each number by itself, at its value and beside it.
const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);
const key = { peerId: peerIdFromBytes(bytes(32)), dialogId: dialogIdFromBytes(bytes(16)), instanceId: instanceIdFromBytes(bytes(16)) };
const noon = Date.UTC(2026, 5, 1, 12);

let clock: ManualClock;
let rules: PeerKeyRules;
let store: DialogStore;
let stream: ReceivingStream;
const policy = (changed: Partial<ShiftPolicy>): ShiftPolicy => ({ ...defaultPolicy, ...changed });
const use = (epoch: number, sentAt = clock.now()) => ({ epoch, row: undefined, sentAt });

beforeEach(() => {
  const db = freshDatabase();
  whenTestEnds(() => db.close());
  clock = new ManualClock(noon);
  store = createDialogStore(db);
  rules = new PeerKeyRules({ store, clock });
  const row = { ...key, cumulative: 0, digest: bytes(32), controlFloor: 0, controlEpoch: 0, latestTime: 0, acknowledgementDue: false, kekRanges: [] };
  stream = { row, keys: [], held: new Map(), heldBytes: 0, dirty: false, dirtyKeys: new Set(), untrimmed: 0, shiftsSeen: undefined };
});

describe('keys of the other side', () => {
  it('A26: the last epoch there is counts, and one above it ends the dialog, also one that nothing is known of', () => {
    for (const where of [stream, undefined]) {
      expect(rules.judge(policy({}), where, use(maxEpoch))).toBeUndefined();
      expect(rules.judge(policy({}), where, use(maxEpoch + 1))).toBe('worn-out');
    }
  });

  it('S2-11: shifts are within the period when the later is less than it behind by the sender’s time and by receipt', async () => {
    const within = 3_600_000;
    const strict = policy({ failAfterShifts: 2, failWithinMilliseconds: within });
    rules.record(stream, use(1, noon));
    rules.record(stream, use(2, noon + 10));
    rules.record(stream, use(3, noon + 20));
    const at = (sentAt: number) => rules.judge(strict, stream, use(4, sentAt));
    // The first of two before it: epoch 2. Received at once, so the sender's time decides.
    expect(at(noon + 10 + within)).toBeUndefined();
    expect(at(noon + 10 + within - 1)).toBe('too-many-shifts');
    // Now the time of receipt does.
    await clock.advance(within - 1);
    expect(at(noon + 30)).toBe('too-many-shifts');
    await clock.advance(1);
    expect(at(noon + 30)).toBeUndefined();
    // What comes under a key that came before is no shift.
    expect(rules.judge(strict, stream, use(3, noon + 30))).toBeUndefined();
    expect(rules.judge(policy({ failAfterShifts: 0 }), stream, use(4, noon + 30))).toBeUndefined();
  });

  it('A30: of one stream as many shifts are taken in an hour as are named; the next waits out the hour, and what is no shift never waits', async () => {
    for (let epoch = 1; epoch <= shiftsTakenPerHour + 1; epoch += 1) rules.record(stream, use(epoch, noon));
    const usual = policy({ failAfterShifts: 0 });
    const next = shiftsTakenPerHour + 2;
    expect(rules.mustWait(usual, stream, use(next))).toBe(true);
    for (const known of [1, shiftsTakenPerHour, shiftsTakenPerHour + 1]) expect(rules.mustWait(usual, stream, use(known))).toBe(false);
    expect(rules.mustWait(usual, undefined, use(next))).toBe(false);
    // Where more are allowed before the dialog ends, that many.
    expect(rules.mustWait(policy({ failAfterShifts: shiftsTakenPerHour }), stream, use(next))).toBe(false);
    expect(rules.mustWait(policy({ failAfterShifts: shiftsTakenPerHour - 1 }), stream, use(next))).toBe(true);
    await clock.advance(hourMs - 1);
    expect(rules.mustWait(usual, stream, use(next))).toBe(true);
    await clock.advance(1);
    expect(rules.mustWait(usual, stream, use(next))).toBe(false);
  });

  it('S2-12: either bound is off at 0, and holds by itself', () => {
    const row: ReceivingKeyRow = { ...key, epoch: 1, dskId: dskIdFromBytes(bytes(16)), check: bytes(16), firstSequence: 1, compromise: false, highest: 9, messages: 9, bytes: 9, firstTime: 1_000, lastTime: 5_000, receivedAt: 0, live: true };
    const stale = (staleAfterMessages: number, staleAfterMilliseconds: number) => isStale(policy({ whenStale: 'warn', staleAfterMessages, staleAfterMilliseconds }), row);
    expect([stale(0, 0), stale(9, 0), stale(8, 0), stale(0, 4_000), stale(0, 3_999), stale(8, 4_000), stale(9, 3_999)]).toEqual([false, false, true, false, true, true, true]);
    expect(isStale(policy({ whenStale: 'ignore', staleAfterMessages: 1, staleAfterMilliseconds: 1 }), row)).toBe(false);
  });
});
