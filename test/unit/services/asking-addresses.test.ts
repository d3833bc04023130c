import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Address, Link } from '../../../electron/engine/ports';
import { createWorld, type Resident, type World } from '../../support/services-kit';

const at = (host: string, port = 4_000): Address => ({ host, port });
const minute = 60_000;

describe('asking somebody with several addresses', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;

  beforeEach(async () => {
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  }, 30_000);
  afterEach(() => world.close());

  const redeemed = () => bo.profile.stores.invitations.list().filter(({ redeemedBy }) => redeemedBy !== undefined);
  const mutual = () => ann.profile.stores.contacts.byPeer(bo.profile.local.peerId)?.relation === 'mutual';

  test('a link is redeemed once, however many of its addresses lead to its maker, and a silent one keeps nobody waiting', async () => {
    world.network.setSilent(at('203.0.113.1'));
    await bo.listenAt(at('203.0.113.2'));
    await bo.listenAt(at('203.0.113.3'));
    bo.addresses = [at('203.0.113.1'), at('203.0.113.2'), at('203.0.113.3')];
    const { link } = await bo.contacts.createInvitation({});
    // Every hello and every proof looks the link up.
    let lookups = 0;
    const { find } = bo.profile.stores.invitations;
    bo.replace((stores) => ({
      invitations: {
        ...stores.invitations,
        find: (invitationId) => {
          lookups += 1;
          return find(invitationId);
        },
      },
    }));
    bo.reopen();
    // Both connections come before either is answered, so that both get as far as they may.
    const held: Link[] = [];
    bo.onLink = (arrived) => {
      held.push(arrived);
      if (held.length === 2) for (const one of held) bo.profile.accept(one);
      else if (held.length > 2) bo.profile.accept(arrived);
    };
    const begun = world.clock.monotonic();
    const { contactId } = await ann.contacts.acceptInvitation({ link });
    const { tries, trying } = await ann.networkCalls.reach({ contactId });
    expect([tries.map(({ address }) => address), trying]).toEqual([['203.0.113.1:4000', '203.0.113.2:4000', '203.0.113.3:4000'], true]);
    await world.until('they are contacts', mutual);
    expect(world.clock.monotonic() - begun).toBeLessThan(1_000);
    await world.pass(2_000);
    // Of each connection at its hello and at its proof, in between which the secret is kept nowhere; and once to redeem it.
    expect([lookups, redeemed().length]).toEqual([5, 1]);
    expect(ann.profile.connections.sessions()).toHaveLength(1);
  }, 30_000);

  test('one at an address who only claims to be the person ends nothing: the others are tried on', async () => {
    const eve = await world.move('Eve');
    await eve.listenAt(at('203.0.113.9'));
    bo.addresses = [at('203.0.113.9'), at('203.0.113.8'), bo.address];
    const taken: Link[] = [];
    await world.network.transport.listen(at('203.0.113.8'), (link) => taken.push(link));
    const { link } = await bo.contacts.createInvitation({});
    const { contactId } = await ann.contacts.acceptInvitation({ link });
    await world.until('they are contacts', mutual);
    expect(redeemed()).toHaveLength(1);
    expect(eve.profile.stores.contacts.list()).toEqual([]);
    expect(ann.profile.tries.of(bo.profile.local.peerId, '203.0.113.9:4000')?.outcome).toBe('not-accepted');
    expect(ann.profile.stores.contacts.byId(contactId)).not.toHaveProperty('ended');
  }, 30_000);

  test('a change of network asks anew at once', async () => {
    bo.onLink = (link) => link.destroy();
    const { link } = await bo.contacts.createInvitation({});
    const { contactId } = await ann.contacts.acceptInvitation({ link });
    await world.pass(5 * minute, 100);
    await world.until('a round is over', () => !ann.profile.introductions.pending.search(contactId).trying);
    const { failures, advice, reach } = await ann.networkCalls.reach({ contactId });
    expect([failures > 5, advice[0], reach]).toEqual([true, 'moved', 'waiting']);
    bo.onLink = undefined;
    ann.profile.networkChanged();
    await world.pass(600);
    expect(mutual()).toBe(true);
  }, 60_000);

  test('after an unlock everybody who has not answered is asked within a quarter of a second, and not in one moment', async () => {
    for (const inviter of [bo, await world.move('Cy'), await world.move('Di')]) {
      inviter.onLink = (link) => link.destroy();
      const { link } = await inviter.contacts.createInvitation({});
      await ann.contacts.acceptInvitation({ link });
    }
    await world.pass(200);
    ann.dials.length = 0;
    const opened = world.clock.monotonic();
    ann.reopen();
    expect(ann.dials).toEqual([]);
    await world.pass(260, 1);
    // Whoever was asked at once, in vain, may be asked once more from here on.
    const asked = ann.dials.filter((at) => at - opened < 250);
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBeGreaterThan(1);
  }, 30_000);

  test('asked for by hand a thousand times, nobody is asked more often than once a second', async () => {
    bo.onLink = (link) => link.destroy();
    const { link } = await bo.contacts.createInvitation({});
    const { contactId } = await ann.contacts.acceptInvitation({ link });
    await world.pass(2_000);
    ann.dials.length = 0;
    for (let n = 0; n < 500; n += 1) {
      await ann.networkCalls.tryNow({ contactId });
      await world.pass(20);
    }
    expect(ann.dials.length).toBeGreaterThan(4);
    expect(ann.dials.length).toBeLessThanOrEqual(11);
  }, 30_000);
});
