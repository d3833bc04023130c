import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTrio, type Trio } from '../../../support/handover-kit';
import { createMailWorld, type MailWorld } from '../../../support/mail-world';

let world: MailWorld;
let trio: Trio;

beforeEach(async () => {
  world = createMailWorld();
  trio = await createTrio(world);
});
afterEach(() => world.close());

const lookedByLaptop = () => trio.laptop.logged.filter(([event]) => event === 'handover.looked').map(([, facts]) => facts?.['where']);

/** Both devices take the same mailbox; where `shared`, sessions are put there. */
async function register(shared: boolean): Promise<void> {
  for (const device of [trio.desk, trio.laptop]) {
    device.settings = { ...device.settings, shareSessions: shared ? 'repository' : 'ask' };
    await world.register(device, { address: 'ab'.repeat(16) });
  }
  await world.pass(1_000);
}

test('S4-08 S4-16 S4-29: the own mailbox is the repository: with the desk gone the session goes on at the laptop', async () => {
  await register(true);
  trio.loseDesk();
  await world.until('a session with the laptop', () => trio.with(trio.laptop) !== undefined);
  expect(lookedByLaptop().at(-1)).toBe('from-repository');
  expect((await trio.carol.networkCalls.status(undefined)).sessions).toMatchObject([{ resumed: true, handedOver: true }]);
});

test('S4-05 S4-16: unless that was chosen it is asked in vain, and a full handshake is made', async () => {
  await register(false);
  trio.loseDesk();
  await world.until('a session with the laptop', () => trio.with(trio.laptop) !== undefined);
  expect(trio.with(trio.laptop)?.resumed).toBe(false);
  expect(lookedByLaptop()).toContain('from-repository');
});

test('S4-16: a mailbox that was left is asked no more', async () => {
  await register(true);
  await trio.laptop.mailbox.leave(undefined);
  trio.loseDesk();
  await world.until('a session with the laptop', () => trio.with(trio.laptop) !== undefined);
  expect(lookedByLaptop()).toContain('from-owner');
  expect(lookedByLaptop()).not.toContain('from-repository');
});

test('S4-32: blocked on one device, she loses her slot in the mailbox of the other, too', async () => {
  const { desk, laptop, carol } = trio;
  await world.register(laptop, { address: 'ab'.repeat(16) });
  const { peerId } = carol.profile.local;
  laptop.mute = false;
  await world.until('a slot of her own', () => laptop.profile.stores.ways.slotOf(peerId) !== undefined);
  const slot = laptop.profile.stores.ways.slotOf(peerId)?.place.slot;
  const contactId = desk.profile.stores.contacts.byPeer(peerId)?.contactId ?? '';
  desk.contacts.block({ contactId });
  await world.until('it is revoked at the laptop', () => laptop.profile.stores.ways.slots().some(({ place, revoked }) => place.slot === slot && revoked));
  expect(laptop.profile.stores.contacts.byPeer(peerId)?.blocked).toBe(true);
});
