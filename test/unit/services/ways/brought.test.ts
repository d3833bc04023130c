import { describe, expect, test } from 'vitest';
import type { PeerId } from '../../../../electron/engine/ids';
import type { Session } from '../../../../electron/engine/session/session';
import type { Opened } from '../../../../electron/services/envelopes';
import { Brought, type BroughtParts, mostOfAll, mostOfOne } from '../../../../electron/services/ways/brought';
import { ManualClock } from '../../../support/manual-clock';

const deposit = 64 * 1024;
const item = new Uint8Array(16 + deposit);

describe('deposits that a contact’s device brings for another', () => {
  test('A54: of one session and of all so many bytes wait, whatever is brought; what was looked at makes room', async () => {
    const clock = new ManualClock();
    let lookedAt = 0;
    const envelopes = { waitFor: () => 0, open: (): Opened | undefined => ((lookedAt += 1), undefined) };
    // Only these are asked: everything that is brought here is nobody's.
    const brought = new Brought({ clock, envelopes, siblings: () => [] } as unknown as BroughtParts);
    const bring = (session: Session, times: number): void => {
      for (let count = 0; count < times; count += 1) brought.take('a' as PeerId, session, item);
    };
    const sessions = Array.from({ length: 6 }, () => ({}) as Session);
    const [first, ...others] = sessions as [Session, ...Session[]];
    bring(first, 4_096);
    await clock.advance(10);
    expect(lookedAt).toBe(mostOfOne / deposit);

    lookedAt = 0;
    for (const session of [first, ...others]) bring(session, 1_000);
    await clock.advance(10);
    expect(lookedAt).toBe(mostOfAll / deposit);

    lookedAt = 0;
    bring(first, 3);
    await clock.advance(10);
    expect(lookedAt).toBe(3);
  });
});
