import { afterEach, describe, expect, it } from 'vitest';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

const day = 24 * 3_600_000;

describe('a clock that is far wrong', () => {
  let world: World;
  afterEach(() => world.close());

  /** Ada knows Bob and Carl. Then her clock is wrong, as after a start with an empty battery. */
  const wrongBy = async (ahead: number): Promise<readonly [Resident, Resident, string]> => {
    world = createWorld();
    const [ada, bob, carl] = [await world.move('Ada'), await world.move('Bob'), await world.move('Carl')];
    const { ofInviter } = await acquaint(world, ada, bob);
    await acquaint(world, ada, carl);
    for (const one of [ada, bob, carl]) one.profile.leave();
    ada.wrong.ahead = ahead;
    for (const one of [ada, bob, carl]) one.reopen();
    await ada.renew();
    return [ada, bob, ofInviter];
  };
  const isAbout = (said: number | undefined, ahead: number): boolean => said !== undefined && Math.abs(said - ahead) < 60_000;

  // By years the other's certificates do not count; two days behind, the other's first message does not, and what was kept to go on with is of the future.
  it.each([3 * 365, -3 * 365, -2])('is told by those who refuse it, and nobody is said to have moved or to be lapsed: %s days ahead', { timeout: 30_000 }, async (days) => {
    const ahead = days * day;
    const [ada, bob, contactId] = await wrongBy(ahead);
    await world.pass(60_000, 200);
    const status = await ada.networkCalls.status(undefined);
    expect([status.sessions, isAbout(status.clockAhead, ahead)]).toEqual([[], true]);
    const reach = await ada.networkCalls.reach({ contactId });
    expect([reach.connected, isAbout(reach.clockAhead, ahead), reach.advice]).toEqual([false, true, ['clock', 'carry-by-file']]);
    // So it stays while they are tried once more.
    for (const { address } of reach.tries) ada.profile.tries.began(bob.profile.local.peerId, address);
    expect((await ada.networkCalls.reach({ contactId })).advice).toEqual(reach.advice);
    // Her contacts see it of her, and say nothing of their own clocks.
    const other = await bob.networkCalls.reach({ contactId: bob.profile.stores.contacts.list()[0]?.contactId ?? '' });
    expect([isAbout(other.clockAhead, -ahead), other.advice[0], (await bob.networkCalls.status(undefined)).clockAhead]).toEqual([true, 'clock', undefined]);
    expect([ada, bob].map(({ profile }) => profile.stores.peerKeys.lapses())).toEqual([[], []]);
    // Set right, it needs nothing else.
    ada.wrong.ahead = 0;
    ada.reopen();
    await ada.renew();
    await world.until('they meet', () => ada.profile.connections.sessions().length === 2);
    expect((await ada.networkCalls.status(undefined)).clockAhead).toBeUndefined();
  });
});
