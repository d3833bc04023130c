import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrio, type Trio } from '../../../support/handover-kit';
import { createMemoryRepository } from '../../../support/memory-repository';
import type { Resident } from '../../../support/services-kit';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio();
});
afterEach(() => trio.world.close());

const idOf = ({ profile }: Resident) => profile.local.instanceId;
const keyIdAt = ({ profile }: Resident, { profile: other }: Resident) => profile.stores.resumptions.ofPeer(other.local.peerId)[0]?.keyId;
const lookedBy = ({ logged }: Resident) => logged.filter(([event]) => event === 'handover.looked').map(([, facts]) => facts);
const rolesAt = async (at: Resident, of: Resident) => (await at.devices.list(undefined)).find(({ instanceId }) => instanceId === idOf(of))?.roles;
const sessionsOf = async (resident: Resident) => (await resident.networkCalls.status(undefined)).sessions;
/** One device alone has heard that the laptop is an archive. */
const tellOnly = ({ profile: { local } }: Resident): void => {
  const { list } = local;
  const instances = list.instances.map((each) => (each.instanceId === idOf(trio.laptop) ? { ...each, roles: [...each.roles, 'archive' as const] } : each));
  Object.assign(local, { list: { ...list, instances } });
};
const withLaptop = () => trio.world.until('a session with the laptop', () => trio.with(trio.laptop) !== undefined);

describe('a device that is an archive', () => {
  it('S4-30: takes no session, on its own word and without asking anybody; what it has itself the others take; and it is none again when told so', async () => {
    const { world, desk, laptop, carol } = trio;
    const code = async (work: () => unknown): Promise<unknown> => Promise.resolve().then(work).then(() => 'done', (error: unknown) => error);
    expect(await code(() => laptop.devices.setArchive({ instanceId: idOf(laptop), archive: true }))).toMatchObject({ code: 'device.not-certifier' });
    expect(await code(() => desk.devices.setArchive({ instanceId: 'f'.repeat(32), archive: true }))).toMatchObject({ code: 'device.unknown' });
    const version = desk.profile.local.list.version;
    await desk.devices.setArchive({ instanceId: idOf(laptop), archive: false });
    expect(desk.profile.local.list.version).toBe(version); // it says so already
    await desk.devices.setArchive({ instanceId: idOf(laptop), archive: true });
    await world.until('the laptop to know', () => laptop.profile.local.list.version > version && laptop.profile.devices.siblings.sessions().length === 1);
    for (const at of [desk, laptop]) expect(await rolesAt(at, laptop)).toEqual(['exchange', 'archive']);
    await world.until('Carol at the desk, under the new list', () => (trio.with(desk)?.peer.list.version ?? 0) > version && keyIdAt(carol, desk) !== undefined);
    trio.leaveDesk();
    await withLaptop();
    expect(lookedBy(laptop)).toEqual([]);
    expect(await sessionsOf(laptop)).toMatchObject([{ resumed: false, handedOver: false }]);

    // The desk is back, and the laptop out of sight: its session goes on at the desk.
    desk.onLink = undefined;
    await world.until('what it can show elsewhere', () => carol.profile.stores.resumptions.ofPeer(desk.profile.local.peerId).some(({ peerInstance, hint }) => peerInstance === idOf(laptop) && hint));
    for (const entry of carol.profile.stores.resumptions.ofPeer(desk.profile.local.peerId)) if (entry.peerInstance === idOf(desk)) carol.profile.stores.resumptions.remove(entry.keyId);
    laptop.onLink = (link) => link.destroy();
    for (const session of laptop.profile.connections.sessions()) session.close();
    await world.until('a session with the desk', () => trio.with(desk) !== undefined);
    expect(await sessionsOf(desk)).toMatchObject([{ resumed: true, handedOver: true }]);
    expect(lookedBy(desk).at(-1)).toEqual({ where: 'from-owner', found: true });

    laptop.onLink = undefined;
    desk.mute = false;
    await desk.devices.setArchive({ instanceId: idOf(laptop), archive: false });
    await world.until('the laptop to know that, too', () => laptop.profile.local.list.version === desk.profile.local.list.version);
    expect(await rolesAt(laptop, laptop)).toEqual(['exchange']);
  });

  it.each(['the device that has the session', 'a repository'])('S4-30: gets none of %s, though it asks for it like any other', async (what) => {
    const { world, desk, laptop, carol } = trio;
    tellOnly(desk);
    const memory = createMemoryRepository();
    if (what === 'a repository') {
      desk.settings = { ...desk.settings, shareSessions: 'repository' };
      for (const device of [desk, laptop]) device.profile.devices.handover.useRepository(memory.connect());
      await world.pass(500);
    }
    const before = keyIdAt(desk, carol);
    if (what === 'a repository') trio.loseDesk();
    else trio.leaveDesk();
    await withLaptop();
    expect(lookedBy(laptop).map((facts) => facts?.['found'])).not.toContain(true);
    expect(lookedBy(laptop).length).toBeGreaterThan(1);
    expect(trio.with(laptop)?.resumed).toBe(false);
    expect([keyIdAt(desk, carol), desk.profile.stores.sharing.ledger(before ?? new Uint8Array(32))]).toEqual([before, undefined]);
    expect(memory.seen).toEqual([]); // the only other device may take nothing: nothing is published
  });

  it('S4-30: shown a session by a contact who has not heard of it, it asks nobody', async () => {
    const { desk, laptop, carol } = trio;
    tellOnly(laptop);
    const before = keyIdAt(desk, carol);
    trio.leaveDesk();
    await withLaptop();
    expect([lookedBy(laptop), trio.with(laptop)?.resumed, keyIdAt(desk, carol)]).toEqual([[], false, before]);
  });

  it('S4-30: what it was about to take when it became one, it gives back', async () => {
    const { world, desk, laptop, carol } = trio;
    let dropped = 0;
    // The desk lends, and is gone before the laptop can say that it has it.
    const keyId = keyIdAt(desk, carol) ?? new Uint8Array(32);
    const lent = () => laptop.profile.stores.sharing.pending().length;
    const { sharing } = laptop.profile.stores;
    const putLedger = sharing.putLedger.bind(sharing);
    Object.assign(sharing, { putLedger: (row: Parameters<typeof putLedger>[0]) => {
      putLedger(row);
      dropped += 1;
      for (const session of laptop.profile.devices.siblings.sessions()) session.close();
    } });
    trio.leaveDesk();
    await world.until('a loan', () => dropped === 1);
    carol.mute = true;
    world.network.setSilent(carol.address); // so that the desk uses its session for nothing else
    expect([lent(), desk.profile.stores.sharing.ledger(keyId)?.line.phase]).toEqual([1, 'lent']);
    tellOnly(laptop);
    desk.mute = false;
    await world.until('it is given back', () => desk.profile.stores.sharing.ledger(keyId)?.line.phase === 'held');
    expect([lent(), keyIdAt(desk, carol)]).toEqual([0, keyId]);
  });
});
