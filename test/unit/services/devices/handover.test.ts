import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrio, type Trio } from '../../../support/handover-kit';

describe('a session that goes on at another device', () => {
  let trio: Trio;
  beforeEach(async () => {
    trio = await createTrio();
  });
  afterEach(() => trio.world.close());

  it('S4-01 S4-03 S4-06 S4-20 S4-24: with the desk gone from Carol’s sight, the laptop goes on with its session; both sides say so', async () => {
    const { world, desk, laptop, carol } = trio;
    trio.leaveDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(laptop.logged.filter(([event]) => event.startsWith('handover'))).toEqual([
      ['handover.looked', { where: 'here', found: false }],
      ['handover.looked', { where: 'from-owner', found: true }],
    ]);
    for (const resident of [carol, laptop]) expect((await resident.networkCalls.status(undefined)).sessions).toMatchObject([{ resumed: true, handedOver: true }]);
    expect(desk.profile.stores.resumptions.ofPeer(carol.profile.local.peerId)).toEqual([]);
  });
});
