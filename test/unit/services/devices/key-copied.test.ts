import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueInstanceList, type ListedInstance } from '../../../../electron/engine/certificates/instance-list';
import { currentIdentity } from '../../../../electron/engine/certificates/local-party';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { adoptList } from '../../../../electron/services/retiring';
import { household, type Household, idOf } from '../../../support/own-devices';
import type { Resident } from '../../../support/services-kit';

describe('the identity key is used elsewhere as well, out of an older backup', () => {
  let home: Household;
  beforeEach(async () => {
    home = await household();
    await home.together();
  });
  afterEach(() => home.world.close());

  /** What a copy of the desk's key signs: the list in force, one version on, with these devices. */
  async function hears(each: Resident, instances: readonly ListedInstance[]): Promise<void> {
    const { desk, world } = home;
    const { identity, identityKey } = currentIdentity(desk.crypto, desk.profile.stores.local.load() ?? expect.unreachable('a record'));
    const list = await issueInstanceList(desk.crypto, { identity, identityKey, version: each.profile.local.list.version + 1, issuedAt: world.clock.now(), instances });
    adoptList({ crypto: each.crypto, clock: world.clock }, each.profile.stores, list);
    each.reopen();
  }
  const taken = async (each: Resident): Promise<string | undefined> => (await each.identity.get(undefined)).keyTaken?.instanceId;
  const another: ListedInstance = { instanceId: instanceIdFromBytes(new Uint8Array(16).fill(7)), credentialHash: new Uint8Array(32).fill(7), roles: ['exchange'], state: 'active' };

  it('S4-30 A73: the device that holds it says which device came onto the list without it, until its person answers', async () => {
    const { desk } = home;
    await hears(desk, [...desk.profile.local.list.instances, another]);
    expect(await taken(desk)).toBe(another.instanceId);
    desk.reopen();
    expect(await taken(desk)).toBe(another.instanceId);
    expect(await desk.identityKeys.confirmTaken(undefined)).toBeNull();
    expect(await taken(desk)).toBeUndefined();
    // One that was answered for is none that came.
    await hears(desk, desk.profile.local.list.instances);
    expect(await taken(desk)).toBeUndefined();
  });

  it('S4-30 A73: nothing is said once that device counts no more, of a list that only takes devices away, or where the key is not', async () => {
    const { desk, laptop } = home;
    await hears(laptop, [...laptop.profile.local.list.instances, another]);
    expect(await taken(laptop)).toBeUndefined();
    await hears(desk, desk.profile.local.list.instances.map((one) => (one.instanceId === idOf(laptop) ? { ...one, state: 'suspended' as const } : one)));
    expect(await taken(desk)).toBeUndefined();
    await hears(desk, [...desk.profile.local.list.instances, another]);
    await hears(desk, desk.profile.local.list.instances.map((one) => (one.instanceId === another.instanceId ? { ...one, state: 'suspended' as const } : one)));
    expect(await taken(desk)).toBeUndefined();
  });
});
