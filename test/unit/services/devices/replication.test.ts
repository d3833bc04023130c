import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

describe('what devices of one person have in common', () => {
  let world: World;
  let desk: Resident;

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
  });
  afterEach(() => world.close());

  const rows = (of: Resident): number => {
    const [row] = of.db.prepare('SELECT (SELECT count(*) FROM replica_facts) + (SELECT count(*) FROM replica_heard) + (SELECT count(*) FROM replica_state) AS n').all();
    return Number(row?.['n']);
  };
  const inStep = (...devices: Resident[]): boolean =>
    devices.every(({ profile }) => {
      const { replica } = profile.devices;
      return replica.isReady && devices.every((other) => other.profile === profile || replica.behind(other.profile.local.instanceId) === 0);
    });

  it('S4-31: with one device nothing is written down', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    desk.contacts.block({ contactId: ofInviter });
    expect(rows(desk)).toBe(0);
    expect(desk.profile.devices.replica.isOn).toBe(false);
  });

  it('S4-31 S4-32: a new device hears of everybody and of every conversation, and talks to nobody before', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    const laptop = await world.link(desk, 'Ada’s laptop');
    expect(laptop.profile.devices.replica.isReady).toBe(false);
    await world.until('both in step', () => inStep(desk, laptop));
    const [bobThere] = await laptop.contacts.list({});
    expect(bobThere).toMatchObject({ name: 'Bob', pending: false, checked: false });
    expect(await laptop.conversations.list({})).toMatchObject([{ title: 'Tea', state: 'open', contactId: bobThere?.contactId }]);
    expect(toldOf(laptop, 'contact.changed').length).toBeGreaterThan(0);
  });

  it('S4-32: who is blocked on one device is blocked on the other; a block made at the same time outlives a lift', async () => {
    const bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', () => inStep(desk, laptop));
    const there = (await laptop.contacts.list({}))[0]?.contactId ?? '';
    desk.contacts.block({ contactId: ofInviter });
    await world.until('the block', () => laptop.profile.stores.contacts.byId(there)?.blocked === true);
    // Both without a connection: one lifts the block and the other one blocks anew.
    for (const each of [desk, laptop]) each.mute = true;
    for (const each of [desk, laptop]) for (const session of each.profile.devices.siblings.sessions()) session.close();
    await world.pass(100);
    laptop.contacts.block({ contactId: there, blocked: false });
    desk.contacts.block({ contactId: ofInviter, blocked: false });
    desk.contacts.block({ contactId: ofInviter });
    for (const each of [desk, laptop]) each.mute = false;
    await world.until('both in step', () => desk.profile.devices.siblings.sessions().length > 0 && inStep(desk, laptop));
    expect(laptop.profile.stores.contacts.byId(there)?.blocked).toBe(true);
    laptop.contacts.block({ contactId: there, blocked: false });
    await world.until('the lift', () => desk.profile.stores.contacts.byId(ofInviter)?.blocked === false);
  });
});
