import { describe, expect, test } from 'vitest';
import type { PeerId } from '../../../../electron/engine/ids';
import type { Session } from '../../../../electron/engine/session/session';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
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

  test('A54: 4,096 wait at most, however small, and only for this device or whoever of the person opens them', async () => {
    const clock = new ManualClock();
    let lookedAt = 0;
    const envelopes = { waitFor: () => 0, open: (): Opened | undefined => ((lookedAt += 1), undefined) };
    const [own, sibling, other] = [1, 2, 3].map((at) => new Uint8Array(16).fill(at)) as [Uint8Array, Uint8Array, Uint8Array];
    const back: number[] = [];
    const brought = new Brought({
      clock, envelopes, local: { instanceId: instanceIdFromBytes(own) }, siblings: () => [instanceIdFromBytes(sibling)], relay: { takeBack: (_who: PeerId, _of: unknown, deposit: Uint8Array) => back.push(deposit.length) },
    } as unknown as BroughtParts);
    const bring = (target: Uint8Array, length: number) => brought.take('a' as PeerId, {} as Session, Buffer.concat([target, new Uint8Array(length)]));
    for (let count = 0; count < 4_097; count += 1) bring(new Uint8Array(16), 1);
    await clock.advance(10);
    expect(lookedAt).toBe(4_096);

    lookedAt = 0;
    bring(other, 40);
    bring(sibling, 41);
    await clock.advance(10);
    expect([lookedAt, back]).toEqual([0, [41]]);
    bring(own, 42);
    await clock.advance(10);
    expect([lookedAt, back]).toEqual([1, [41]]);
  });
});
