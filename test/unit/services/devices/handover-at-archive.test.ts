import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrio, knows, type Trio } from '../../../support/handover-kit';
import { createMailWorld, type MailWorld } from '../../../support/mail-world';
import type { Resident } from '../../../support/services-kit';

let world: MailWorld;
let trio: Trio;
/** Always on, and an archive. */
let shelf: Resident;

const idOf = ({ profile }: Resident) => profile.local.instanceId;
const lookedBy = ({ logged }: Resident) => logged.filter(([event]) => event === 'handover.looked').map(([, facts]) => [facts?.['where'], facts?.['found']]);
const sessionsOf = async (resident: Resident) => (await resident.networkCalls.status(undefined)).sessions;
const records = (): number => [...shelf.profile.stores.hostedRecords.usage().values()].reduce((sum, { count }) => sum + count, 0);

beforeEach(async () => {
  world = createMailWorld();
  trio = await createTrio(world);
  const { desk, laptop, carol } = trio;
  // Until the desk is lost Carol is with it alone.
  laptop.refuses = (host) => host === carol.address.host;
  carol.refuses = (host) => host !== desk.address.host;
  shelf = await world.link(desk, 'Ada’s shelf');
  shelf.refuses = (host) => host === carol.address.host;
  const contactId = desk.profile.stores.contacts.list()[0]?.contactId ?? '';
  knows(shelf, desk, carol, contactId);
  const own = [desk, laptop, shelf];
  const areTogether = (): boolean => own.every(({ profile }) => profile.devices.siblings.sessions().length === 2 && Buffer.compare(profile.local.list.hash, desk.profile.local.list.hash) === 0);
  laptop.mute = false;
  await world.until('all three together', areTogether);
  await desk.devices.setArchive({ instanceId: idOf(shelf), archive: true });
  for (const each of [desk, laptop]) each.settings = { ...each.settings, shareSessions: 'repository' };
  const version = desk.profile.local.list.version;
  await world.until('all three together again', () => areTogether() && desk.profile.local.list.version >= version);
});
afterEach(() => world.close());

/** Carol is with the desk alone, and what it takes to go on elsewhere is kept at the shelf. */
async function published(): Promise<void> {
  const { desk, carol, laptop } = trio;
  await world.until('Carol at the desk', () => trio.with(desk)?.peer.list.version === desk.profile.local.list.version && carol.profile.connections.sessions().length === 1);
  for (const each of [desk, laptop]) each.profile.devices.handover.chosen();
  await world.until('it is kept', () => records() > 0);
  await world.pass(1_000);
  carol.refuses = (host) => host === shelf.address.host;
}

describe('an always-on own device that keeps sessions for the others', () => {
  it('S4-08 S4-16 S4-17 S4-29: with the owner off the session goes on at another, without a handshake, and what the owner still had of it goes', async () => {
    const { desk, laptop, carol } = trio;
    await published();
    expect(records()).toBeGreaterThan(0);
    trio.loseDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(lookedBy(laptop).at(-1)).toEqual(['from-repository', true]);
    expect(await sessionsOf(carol)).toMatchObject([{ resumed: true, handedOver: true }]);
    // The desk comes back and finds that it is another's: nothing of it stays there (A61).
    const keyIds = desk.profile.stores.resumptions.ofPeer(carol.profile.local.peerId).length;
    desk.onLink = undefined;
    desk.mute = false;
    desk.refuses = (host) => host === carol.address.host;
    desk.reopen();
    await world.until('the desk with the shelf', () => desk.profile.devices.siblings.session(idOf(shelf)) !== undefined);
    await world.until('what was taken is gone there', () => desk.profile.stores.resumptions.ofPeer(carol.profile.local.peerId).length < keyIds);
  });

  it('S4-08 S4-14: with the one that keeps them off as well a full handshake is made, and nobody waits', async () => {
    const { laptop } = trio;
    await published();
    const record = shelf.profile.stores.hostedRecords.usage().size;
    for (const session of shelf.profile.devices.siblings.sessions()) session.close();
    shelf.mute = true;
    shelf.refuses = () => true;
    shelf.onLink = (link) => link.destroy();
    trio.loseDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(trio.with(laptop)?.resumed).toBe(false);
    expect(lookedBy(laptop).some(([, found]) => found === true)).toBe(false);
    expect(shelf.profile.stores.hostedRecords.usage().size).toBe(record);
  });

  it('S4-08: the mailbox keeps them instead as soon as all that take sessions are registered in one, and no sooner', async () => {
    const { desk, laptop } = trio;
    await published();
    const before = records();
    expect(before).toBeGreaterThan(0);
    await world.register(desk, { address: 'ab'.repeat(16) });
    await world.until('the laptop hears', () => laptop.profile.stores.deviceMailboxes.list().length === 1);
    const used = ({ profile }: Resident) => profile.devices.repositories.where;
    expect([used(desk), used(laptop)]).toEqual(['device', 'device']);
    await world.register(laptop, { address: 'ab'.repeat(16) });
    await world.until('both use it', () => [desk, laptop].every((each) => used(each) === 'mailbox'));
    await laptop.mailbox.leave(undefined);
    await world.until('both use the shelf again', () => [desk, laptop].every((each) => used(each) === 'device'));
    await desk.devices.setArchive({ instanceId: idOf(shelf), archive: false });
    await world.until('nobody keeps them', () => used(laptop) === undefined && laptop.profile.local.list.version === desk.profile.local.list.version);
    expect(used(desk)).toBe('mailbox');
  });
});
