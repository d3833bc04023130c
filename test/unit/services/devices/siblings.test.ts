import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

describe('devices of one person', () => {
  let world: World;
  let desk: Resident;
  let laptop: Resident;

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    laptop = await world.link(desk, 'Ada’s laptop');
  });
  afterEach(() => world.close());

  const isTogether = (): boolean => [desk, laptop].every(({ profile }) => profile.devices.siblings.sessions().length === 1);

  it('S4-12 S4-26: find each other by themselves and keep one session, told as a change of devices', async () => {
    await world.until('a session between both', isTogether);
    expect(desk.profile.devices.siblings.sessions()[0]?.peer.instance.instanceId).toBe(laptop.profile.local.instanceId);
    expect(toldOf(laptop, 'devices.changed').length).toBeGreaterThan(0);
    expect(desk.profile.connections.sessions()).toEqual([]);
  });

  it('S4-09: words go to the part that owns their topic on the other device, and to no other', async () => {
    const heard: string[] = [];
    laptop.profile.devices.siblings.line('handover', { heard: (_, words) => void heard.push(Buffer.from(words).toString()) });
    laptop.profile.devices.siblings.line('relay', { heard: (_, words) => void heard.push(`relay ${Buffer.from(words).toString()}`) });
    const line = desk.profile.devices.siblings.line('handover', { heard: () => undefined });
    await world.until('a session between both', isTogether);
    expect(line.connected()).toEqual([laptop.profile.local.instanceId]);
    line.send(laptop.profile.local.instanceId, Buffer.from('who has this session?'));
    await world.until('the word', () => heard.length > 0);
    await world.pass(1_000);
    expect(heard.filter((words) => words.includes('who has'))).toEqual(['who has this session?']);
  });

  it('S4-12 S4-21: who moved is found by what is heard on the local network; another person there is passed by', async () => {
    await world.until('a session between both', isTogether);
    const stranger = await world.move('Bo');
    for (const [here, there] of [[desk, laptop], [laptop, desk]] as const) {
      const row = here.profile.stores.devices.find(there.profile.local.instanceId);
      if (row) here.profile.stores.devices.put({ ...row, addresses: [] });
    }
    desk.profile.devices.siblings.sessions()[0]?.close();
    await world.pass(300_000);
    expect(isTogether()).toBe(false);
    desk.hears(desk.profile.local.peerId, [stranger.address, laptop.address]);
    await world.until('a session where it was heard', isTogether);
    expect(stranger.profile.devices.siblings.sessions()).toEqual([]);
    expect(desk.profile.devices.siblings.sessions()[0]?.remote.host).toBe(laptop.address.host);
  });

  it('S4-26 A65: a device that is on no list is no device of ours', async () => {
    await world.until('a session between both', isTogether);
    const { list } = desk.profile.local;
    // What the list in force says counts from now on, whatever stood before.
    Object.assign(list, { instances: list.instances.filter(({ instanceId }) => instanceId === desk.profile.local.instanceId) });
    desk.profile.devices.siblings.sessions()[0]?.close();
    await world.pass(120_000);
    expect(desk.profile.devices.siblings.sessions()).toEqual([]);
  });
});
