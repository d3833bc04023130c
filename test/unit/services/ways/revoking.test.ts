import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeMailboxKey, encodeMailboxWord, encodeRevoked } from '../../../../electron/services/ways/mailbox-keys';
import { createMailWorld, type MailWorld } from '../../../support/mail-world';
import { type Device, heard, household, type Household, idOf } from '../../../support/own-devices';

const address = 'ab'.repeat(16);
const day = 86_400_000;

let world: MailWorld;
let home: Household;

beforeEach(async () => {
  world = createMailWorld();
  home = await household('Ada', world);
  await home.together();
});
afterEach(() => world.close());

const keyOf = async (device: Device): Promise<string> => (await device.mailbox.status(undefined)).deviceKey;
const tasksAt = ({ profile }: Device) => profile.ways.revoking.list();
const rowsAt = ({ profile }: Device) => profile.stores.deviceMailboxes.list();
const isKnown = (to: Device, whose: string) => (): boolean => rowsAt(to).some(({ deviceKey, hasLeft }) => deviceKey === whose && !hasLeft);

/** These take mail in one mailbox, and the others know under which key. */
async function register(...devices: Device[]): Promise<string[]> {
  for (const each of devices) await world.register(each, { address });
  const keys = await Promise.all(devices.map(keyOf));
  for (const key of keys) for (const each of home.own) await world.until('all know its key', isKnown(each, key));
  return keys;
}

async function remove(device: Device): Promise<void> {
  await home.desk.devices.remove({ instanceId: idOf(device) });
  await world.until('it is one of nobody', () => device.profile.local.standing === 'retired');
  await home.together([home.desk, home.laptop]);
}

describe('a device that is removed while it takes mail', () => {
  it('S4-32 S4-35 A65: stands as a task on every other one with what to type, and goes when the mailbox is seen to refuse it', async () => {
    const { desk, laptop, shelf } = home;
    const [, , key = ''] = await register(desk, laptop, shelf);
    expect([desk, laptop, shelf].map((each) => tasksAt(each))).toEqual([[], [], []]);
    await remove(shelf);
    const [task] = tasksAt(desk);
    expect(task).toMatchObject({ instanceId: idOf(shelf), reason: 'removed', deviceKey: key, command: `npm run mailbox -- revoke ${key}`, server: 'nats://memory.test:4222', watched: true });
    expect((await desk.devices.list(undefined)).map(({ instanceId, toRevoke }) => [instanceId, toRevoke?.map(({ deviceKey }) => deviceKey)]).filter(([, open]) => open !== undefined)).toEqual([[idOf(shelf), [key]]]);
    expect((await laptop.mailbox.status(undefined)).toRevoke).toMatchObject([{ deviceKey: key, watched: true }]);
    expect(tasksAt(shelf)).toEqual([]);
    // The honest program of a removed device fetches nothing more; one in other hands still could.
    expect(shelf.profile.ways.own.state).toBe('off');
    await world.until('it was seen to stand', () => [desk, laptop].every((each) => tasksAt(each)[0]?.stoodAt !== undefined));
    await world.pass(60_000, 5_000);
    expect(tasksAt(desk)).toHaveLength(1);
    await expect(desk.mailbox.confirmRevoked({ taskId: task?.taskId ?? '' })).rejects.toMatchObject({ code: 'mailbox.still-registered' });
    expect(tasksAt(desk)[0]).not.toHaveProperty('saidAt');

    world.server.revoke(key);
    await world.until('both see it', () => [desk, laptop].every((each) => tasksAt(each).length === 0));
    expect(desk.profile.stores.deviceMailboxes.ends().concat(laptop.profile.stores.deviceMailboxes.ends()).every(({ seen }) => seen)).toBe(true);
    expect(await Promise.all([desk, laptop].map(async (each) => (await each.mailbox.status(undefined)).state))).toEqual(['connected', 'connected']);
    await expect(desk.mailbox.confirmRevoked({ taskId: task?.taskId ?? '' })).rejects.toMatchObject({ code: 'mailbox.task-unknown' });
  });

  it('S4-35: is noticed just as soon by a device that is asked again and again whether it was done', async () => {
    const { desk, laptop, shelf } = home;
    const [, , key = ''] = await register(desk, laptop, shelf);
    await remove(shelf);
    const watch = async (): Promise<void> => {
      for (let asked = 0; asked < 60; asked += 1) {
        await desk.mailbox.status(undefined);
        await desk.devices.list(undefined);
        await world.pass(500, 500);
      }
    };
    await watch();
    expect(tasksAt(desk)).toMatchObject([{ stoodAt: expect.any(Number) }]);
    world.server.revoke(key);
    await watch();
    expect(tasksAt(desk)).toEqual([]);
  });

  it('S4-35: where nobody else takes mail there, its person says so; that shows on all as said and not seen, and ends when a device that said it is gone', async () => {
    const { desk, laptop, shelf } = home;
    await register(shelf);
    await remove(shelf);
    expect(tasksAt(desk)).toMatchObject([{ watched: false, deviceName: expect.any(String) }]);
    await world.pass(60_000, 5_000);
    expect(tasksAt(desk)).toHaveLength(1);
    await laptop.mailbox.confirmRevoked({ taskId: tasksAt(laptop)[0]?.taskId ?? '' });
    await world.until('the desk hears', () => tasksAt(desk)[0]?.saidAt !== undefined);
    expect([tasksAt(desk).length, tasksAt(laptop).length]).toEqual([1, 1]);
    await home.desk.devices.remove({ instanceId: idOf(laptop) });
    await world.until('one device is left', () => laptop.profile.local.standing === 'retired');
    expect(tasksAt(desk)).toMatchObject([{ instanceId: idOf(shelf), reason: 'removed' }]);
    expect(tasksAt(desk)[0]).not.toHaveProperty('saidAt');
  });

  it('S4-35 A65: what it says in its own favour, or of others, before it is removed counts for nothing', async () => {
    const { desk, laptop, shelf } = home;
    const [deskKey = '', , key = ''] = await register(desk, laptop, shelf);
    const own = rowsAt(shelf).find(({ instanceId }) => instanceId === idOf(shelf)) ?? expect.unreachable('its own row');
    const ofDesk = rowsAt(shelf).find(({ instanceId }) => instanceId === idOf(desk)) ?? expect.unreachable('the row of the desk');
    const { replica } = shelf.profile.devices;
    const lie = (kind: string, at: string, value: Uint8Array): void => shelf.profile.commit(() => replica.say(kind, at, value));
    // The key of the desk as one of its own, with its own proof and with the desk's; that the desk left; that all was done; that it all ended by itself.
    lie('mailbox', encodeMailboxKey({ ...own, deviceKey: deskKey }), encodeMailboxWord(own));
    lie('mailbox', encodeMailboxKey({ ...own, deviceKey: deskKey }), encodeMailboxWord({ ...own, proof: ofDesk.proof }));
    lie('mailbox', encodeMailboxKey(ofDesk), encodeMailboxWord({ ...ofDesk, hasLeft: true }));
    lie('revoked', encodeMailboxKey(own), encodeRevoked({ seen: true, at: world.clock.now() + day }));
    lie('mailbox', encodeMailboxKey(own), encodeMailboxWord({ ...own, until: 1, witness: { servers: ['nats://memory.test:4222'], address, slot: '0'.repeat(16), token: 'ff', expiresAt: 0 } }));
    for (const each of [desk, laptop]) await world.until('heard', () => rowsAt(each).some(({ instanceId, until }) => instanceId === idOf(shelf) && until === 1));
    expect([tasksAt(desk), tasksAt(laptop)]).toEqual([[], []]);
    await remove(shelf);
    await world.pass(60_000, 1_000);
    for (const each of [desk, laptop]) expect(tasksAt(each).map(({ deviceKey, instanceId, saidAt }) => [deviceKey, instanceId, saidAt])).toEqual([[key, idOf(shelf), undefined]]);
    // Never seen to stand, the slot it offered is no evidence: what remains is its person's word.
    await desk.mailbox.confirmRevoked({ taskId: tasksAt(desk)[0]?.taskId ?? '' });
    expect(tasksAt(desk)).toMatchObject([{ saidAt: expect.any(Number) }]);
  });

  it('S4-35: a mailbox that refuses everybody, or does not answer, is no evidence', async () => {
    const { desk, laptop, shelf } = home;
    const [deskKey = '', , key = ''] = await register(desk, laptop, shelf);
    await remove(shelf);
    await world.until('it was seen to stand', () => [desk, laptop].every((each) => tasksAt(each)[0]?.stoodAt !== undefined));
    home.leave(laptop);
    world.server.lock(deskKey); // refused itself
    const { taskId = '' } = tasksAt(desk)[0] ?? {};
    world.server.revoke(key);
    await world.pass(60_000, 5_000);
    expect(tasksAt(desk)).toHaveLength(1);
    world.server.setReachable(false);
    await desk.mailbox.confirmRevoked({ taskId });
    expect(tasksAt(desk)).toMatchObject([{ saidAt: expect.any(Number) }]);
    await world.pass(60_000, 5_000);
    expect(tasksAt(desk)).toHaveLength(1);
  });
});

describe('a mailbox that is left', () => {
  it('S4-35: the key of before is a task of every device, the next one is another', async () => {
    const { desk, laptop } = home;
    const [key = ''] = await register(laptop);
    await laptop.mailbox.leave(undefined);
    await world.until('the desk hears', () => tasksAt(desk).length === 1);
    for (const each of [desk, laptop]) expect(tasksAt(each)).toMatchObject([{ reason: 'left', deviceKey: key, instanceId: idOf(laptop) }]);
    const next = await keyOf(laptop);
    expect(next).not.toBe(key);
    await register(laptop);
    for (const each of [desk, laptop]) expect(tasksAt(each).map(({ deviceKey }) => deviceKey)).toEqual([key]);
    await expect(laptop.mailbox.confirmRevoked({ taskId: tasksAt(laptop)[0]?.taskId ?? '' })).rejects.toMatchObject({ code: 'mailbox.still-registered' });
    world.server.revoke(key);
    await world.until('it is seen', () => [desk, laptop].every((each) => tasksAt(each).length === 0));
    expect((await laptop.mailbox.status(undefined)).state).toBe('connected');
  });
});

describe('a mailbox that refused this device before it was left', () => {
  it('S4-35: has taken it out already, and nobody is told to say so to its operator; one that refuses what has run out may not have', async () => {
    const { desk, laptop } = home;
    const [key = ''] = await register(laptop);
    world.server.revoke(key);
    await world.until('it is refused', () => laptop.profile.ways.own.state === 'refused');
    await laptop.mailbox.leave(undefined);
    await world.until('the desk hears that it left', () => rowsAt(desk).some(({ deviceKey, hasLeft }) => deviceKey === key && hasLeft));
    // Then it goes to another one, with its next key: only the mailbox that still takes that one is to be told.
    const next = await keyOf(laptop);
    await world.register(laptop, { address: 'cd'.repeat(16) });
    await laptop.mailbox.leave(undefined);
    for (const each of [desk, laptop]) await world.until('one is left to be told', () => tasksAt(each).map(({ deviceKey }) => deviceKey).join(' ') === next);
    const soon = world.clock.now() + 60_000;
    const last = await keyOf(laptop);
    await world.register(laptop, { address, expiresAt: soon });
    await world.pass(61_000, 1_000);
    world.server.lock(last);
    await world.until('it is refused again', () => laptop.profile.ways.own.state === 'refused');
    await laptop.mailbox.leave(undefined);
    expect(tasksAt(laptop).map(({ deviceKey }) => deviceKey).sort()).toEqual([next, last].sort());
  });

  it('S4-35: one that lets the key in and only lost its place, with its disk say, is still to be told', async () => {
    const { laptop } = home;
    const [key = ''] = await register(laptop);
    world.server.lose(key);
    await world.until('it is refused', () => laptop.profile.ways.own.state === 'refused');
    await laptop.mailbox.leave(undefined);
    expect(tasksAt(laptop).map(({ deviceKey }) => deviceKey)).toEqual([key]);
  });
});

describe('slots of contacts', () => {
  it('S4-30: who has one that ends soon gets another from a renewed registration, and an ended one is given to nobody', async () => {
    const { desk, bo } = home;
    const soon = world.clock.now() + 10 * day;
    const key = await keyOf(desk);
    await desk.mailbox.register({ registration: world.server.register(key, { address, slots: 3, expiresAt: soon }) });
    const given = (): string | undefined => desk.profile.stores.ways.slotOf(bo.profile.local.peerId)?.place.slot;
    await world.until('Bo has one', () => given() !== undefined);
    const first = given();
    expect((await desk.mailbox.status(undefined)).slotsLeft).toBe(1); // one for Bo, one for nobody
    await desk.mailbox.register({ registration: world.server.register(key, { address, slots: 3, expiresAt: soon + 365 * day }) });
    await world.until('Bo has another', () => given() !== first);
    await world.until('and knows', () => bo.profile.stores.ways.mailboxesOf(desk.profile.local.peerId).some(({ slot }) => slot === given()));
    expect(desk.profile.stores.ways.slotOf(bo.profile.local.peerId)?.place.expiresAt).toBe(soon + 365 * day);
  });

  it('S4-30 A65: a contact that changes devices all the time takes no more than a few; what comes to a slot of which own devices know is nothing', async () => {
    const { desk, bo } = home;
    await world.register(desk, { address, slots: 12 });
    const { peerId } = bo.profile.local;
    const { ways } = desk.profile.stores;
    await world.until('Bo has one', () => ways.slotOf(peerId) !== undefined);
    for (let times = 0; times < 9; times += 1) {
      desk.profile.commit(() => desk.profile.ways.devicesGone(peerId, []));
      await world.pass(1_000, 100);
      desk.profile.commit(() => desk.profile.ways.own.placesFor(peerId));
    }
    expect(ways.slots().filter((slot) => slot.peerId === peerId)).toHaveLength(4);
    expect((await desk.mailbox.status(undefined)).slotsLeft).toBe(7);
    const witness = rowsAt(desk).find(({ instanceId }) => instanceId === idOf(desk))?.witness ?? expect.unreachable('a witness');
    expect(ways.slot(witness.slot)).toMatchObject({ revoked: true });
  });
});

describe('a contact one of whose devices is gone', () => {
  it('S4-32 A65: is given another slot, leaves there what waits, and what lies in the former is not lost', async () => {
    const { desk, laptop, shelf, bo } = home;
    await world.register(bo);
    const ada = desk.profile.local.peerId;
    const slotsAt = (each: Device): string[] => each.profile.stores.ways.mailboxesOf(bo.profile.local.peerId).map(({ slot }) => slot);
    await world.until('all may leave something', () => home.own.every((each) => slotsAt(each).length === 1));
    const [before = ''] = slotsAt(shelf);
    await remove(shelf);
    world.part(bo);
    world.server.lock(await keyOf(bo)); // it lies there
    const { contactId } = laptop.profile.stores.contacts.byPeer(bo.profile.local.peerId) ?? expect.unreachable('a contact');
    const { conversationId } = await laptop.conversations.open({ contactId });
    await laptop.messages.send({ conversationId, text: 'lies in the former one' });
    await world.until('it was left', () => world.left.some(({ by, outcome }) => by === 'Ada’s laptop' && outcome === 'stored'));
    world.meet(bo);
    const [now = ''] = slotsAt(laptop);
    expect(bo.profile.stores.ways.slots().filter(({ peerId }) => peerId === ada).length).toBeGreaterThanOrEqual(1);
    await world.until('it has another slot', () => bo.profile.stores.ways.slotOf(ada)?.place.slot !== before && [desk, laptop].every((each) => !slotsAt(each).includes(before)));
    expect(bo.profile.stores.ways.slots().find(({ place }) => place.slot === before)).toMatchObject({ revoked: false, staleSince: expect.any(Number) });
    await world.until('nothing is lost', () => heard(bo).includes('lies in the former one'));
    expect(heard(bo).filter((text) => text === 'lies in the former one')).toHaveLength(1);
    expect(slotsAt(shelf)).toEqual([before]);
    expect(now).toBeDefined();
  });
});
