import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '../../../../electron/engine/ids';
import { issueSuspension } from '../../../../electron/engine/certificates/suspension';
import { exchangesOf, household, type Household, idOf, theirs } from '../../../support/own-devices';
import type { Resident } from '../../../support/services-kit';

/** body LP (77 bytes) ‖ signature[64]: one of the latter’s. */
const inSignature = 4 + 77 + 5;

describe('devices that are stopped', () => {
  let home: Household;
  let ada: PeerId;

  beforeEach(async () => {
    home = await household();
    await home.together();
    ada = home.desk.profile.local.peerId;
    await home.world.until('the contact with all', () => home.own.every((each) => hasSession(each)));
  });
  afterEach(() => home.world.close());

  const hasSession = (of: Resident): boolean => boSession(of) !== undefined;
  const boSession = (of: Resident) => home.bo.profile.connections.sessions().find(({ peer }) => peer.instance.instanceId === idOf(of));
  const stateOf = async (at: Resident, of: Resident) => (await at.devices.list(undefined)).find(({ instanceId }) => instanceId === idOf(of))?.state;
  const codeOf = async (work: () => unknown): Promise<string> => {
    try {
      await work();
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
    return 'done';
  };
  const sendFrom = (from: Resident) =>
    codeOf(async () => {
      const contact = from.profile.stores.contacts.byPeer(home.bo.profile.local.peerId) ?? expect.unreachable('a contact');
      await from.conversations.open({ contactId: contact.contactId });
    });

  it('S4-30 S4-32: what is asked of a device that was removed before its turn came is refused: it does not count again, and the identity key does not go with it', { timeout: 60_000 }, async () => {
    const { world, desk, laptop, shelf, together } = home;
    await desk.devices.suspend({ instanceId: idOf(shelf) });
    await together([desk, laptop]);
    let free = (): void => undefined;
    desk.hold(new Promise<void>((resolve) => (free = resolve)));
    const removing = [laptop, shelf].map((each) => codeOf(() => desk.devices.remove({ instanceId: idOf(each) })));
    const late = [codeOf(() => desk.devices.reinstate({ instanceId: idOf(shelf) })), codeOf(() => desk.devices.moveCertifier({ instanceId: idOf(laptop) }))];
    await world.until('the laptop has the closed keys', () => laptop.profile.stores.upkeep.get('incoming') !== undefined);
    await world.pass(1_000, 100);
    free();
    expect(await Promise.all([...removing, ...late])).toEqual(['done', 'done', 'device.not-suspended', 'device.not-active']);
    expect([await stateOf(desk, laptop), await stateOf(desk, shelf)]).toEqual(['retired', 'retired']);
    expect(desk.profile.local.isCertifier).toBe(true);
  });

  it('S4-32 A65: one device stops another while the certifier is off: siblings and contact refuse it at once, until the identity lifts it', async () => {
    const { world, desk, laptop, shelf, bo, together } = home;
    home.leave(desk);
    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    await world.until('the contact without it', () => !hasSession(shelf) && hasSession(laptop));
    await world.until('the shelf to know', () => shelf.profile.devices.standing.state === 'suspended');
    expect(await stateOf(shelf, shelf)).toBe('suspended');
    expect(await sendFrom(shelf)).toBe('device.suspended');
    // What it says to itself changes nothing: the others do not listen.
    shelf.profile.stores.suspensions.removeBelow(shelf.profile.local.peerId, Number.MAX_SAFE_INTEGER);
    shelf.reopen();
    await world.pass(120_000, 500);
    expect(hasSession(shelf)).toBe(false);
    expect(laptop.profile.devices.siblings.sessions()).toEqual([]);
    // The exchange key in use is one that it never held.
    await world.until('a new exchange key at the contact', () => theirs(bo, ada) === exchangesOf(laptop)[0]);
    expect(exchangesOf(shelf)).not.toContain(theirs(bo, ada));
    expect(await bo.say(laptop, 'not for the shelf')).toBe(true);

    home.comeBack(desk);
    await together([desk, laptop]);
    await world.until('the identity says so, too', () => desk.profile.local.list.instances.some(({ state }) => state === 'suspended'));
    expect(await codeOf(() => laptop.devices.reinstate({ instanceId: idOf(shelf) }))).toBe('device.not-certifier');
    await desk.devices.reinstate({ instanceId: idOf(shelf) });
    await together();
    expect(await stateOf(shelf, shelf)).toBe('active');
    await world.until('the contact with it', () => hasSession(shelf));
    expect(await shelf.say(bo, 'here again')).toBe(true);
  });

  it('S1-53 S4-26 S4-32 A65: a removed device is nobody’s: contact and siblings refuse it, and nothing it holds opens what comes after', async () => {
    const { world, desk, laptop, shelf, bo, together } = home;
    expect(await bo.say(shelf, 'before')).toBe(true);
    const floors = () => [bo, desk, laptop].map(({ profile }) => bo.profile.stores.dialogs.kekFloor(ada, profile.local.instanceId));
    expect(floors()).toEqual([0, 0, 0]);
    const held = new Set(exchangesOf(shelf));
    home.leave(shelf);
    expect(await codeOf(() => laptop.devices.remove({ instanceId: idOf(shelf) }))).toBe('device.not-certifier');
    expect(await codeOf(() => desk.devices.remove({ instanceId: idOf(desk) }))).toBe('device.itself');
    await desk.devices.remove({ instanceId: idOf(shelf) });
    await together([desk, laptop]);
    await world.until('the contact under the new key', () => !held.has(theirs(bo, ada)) && hasSession(desk));
    // Below what is accepted now lies every key that the removed device may know.
    await world.until('a compromise shift', () => (floors()[0] ?? 0) > 0);
    const chain = desk.profile.connections.session(bo.profile.local.peerId)?.peer ?? expect.unreachable('a session with the contact');
    desk.profile.connections.drop(bo.profile.local.peerId);
    for (const each of [desk, laptop]) home.leave(each);
    const contact = bo.profile.stores.contacts.byPeer(desk.profile.local.peerId) ?? expect.unreachable('a contact');
    const [conversation] = await bo.conversations.list(undefined);
    await bo.messages.send({ conversationId: conversation?.conversationId ?? '', text: `after ${contact.name}` });
    const bytes = bo.profile.engine.pending(desk.profile.local.peerId, { after: undefined, limit: 10 }).map((each) => each.bytes);
    expect(bytes.length).toBeGreaterThan(0);
    const outcomes = shelf.profile.commit(() => shelf.profile.engine.receive(chain, bytes));
    // Sealed to a key that it never held.
    expect(outcomes.map((outcome) => outcome.kind === 'rejected' && outcome.reason)).toEqual(bytes.map(() => 'key-destroyed'));

    for (const each of [desk, laptop]) home.comeBack(each);
    home.comeBack(shelf);
    await world.until('the shelf to know', () => shelf.profile.devices.standing.state === 'retired');
    expect(await stateOf(shelf, shelf)).toBe('retired');
    expect(await sendFrom(shelf)).toBe('device.removed');
    await world.pass(120_000, 500);
    expect(hasSession(shelf)).toBe(false);
    for (const each of [desk, laptop]) expect(each.profile.devices.siblings.sessions().map(({ peer }) => peer.instance.instanceId)).not.toContain(idOf(shelf));
    // What it heard until then is still there to be read.
    expect((await shelf.conversations.list(undefined)).length).toBeGreaterThan(0);
  });

  const stops = (by: Resident, suspended: Resident): Uint8Array => {
    const { list, instance } = by.profile.local;
    return issueSuspension(by.crypto, { suspended: suspended.profile.local.instanceId, list, credential: instance.credential, signing: instance.signing, time: home.world.clock.now() }).bytes;
  };

  it('S4-32 A65: a contact that hears it ends the connection with that device at once, resumes nothing and believes no key it may know, though that device itself heeds nothing', async () => {
    const { world, laptop, shelf, bo } = home;
    expect(await shelf.say(bo, 'before')).toBe(true);
    const ended: string[] = [];
    for (const session of bo.profile.connections.sessions()) session.onClose(() => ended.push(session.peer.instance.instanceId));
    const kept = () => bo.profile.stores.resumptions.ofPeer(ada).length;
    const floors = () => [shelf, bo].map(({ profile }) => bo.profile.stores.dialogs.kekFloor(ada, profile.local.instanceId) > 0);
    expect([kept(), floors()]).toEqual([3, [false, false]]);
    bo.profile.devices.standing.noticed(laptop.profile.local.chain, stops(laptop, shelf));
    expect([ended, kept(), floors()]).toEqual([[idOf(shelf)], 0, [true, true]]);
    await world.pass(120_000, 500);
    expect([shelf.profile.devices.standing.state, hasSession(shelf), hasSession(laptop)]).toEqual(['active', false, true]);
  });

  it('S4-32 A65: from that moment on nothing is sealed to an exchange key which that device made, though it is the newest', async () => {
    const { world, desk, laptop, shelf, bo } = home;
    const before = theirs(bo, ada);
    for (const each of [desk, laptop]) home.leave(each);
    world.clock.wall += 6.6 * 24 * 3_600_000;
    await shelf.renew();
    await world.until('the contact under its key', () => theirs(bo, ada) === exchangesOf(shelf)[0]);
    expect(theirs(bo, ada)).not.toBe(before);
    bo.profile.devices.standing.noticed(laptop.profile.local.chain, stops(laptop, shelf));
    expect(theirs(bo, ada)).toBe(before);
  });

  it('S4-32 A65: the device with the identity key, stopped by another one, signs no list by itself: not of what it is told then, nor after a start', async () => {
    const { world, desk, laptop, shelf } = home;
    const { version } = desk.profile.local.list;
    await laptop.devices.suspend({ instanceId: idOf(desk) });
    await world.until('it knows', () => desk.profile.devices.standing.state === 'suspended');
    desk.profile.devices.upkeep.suspended(stops(laptop, shelf));
    desk.reopen();
    await world.pass(10_000, 100);
    expect(await stateOf(desk, shelf)).toBe('suspended');
    expect([desk, laptop].map(({ profile }) => profile.local.list.version)).toEqual([version, version]);
  });

  it('S4-26 A65: who was stopped stops nobody, strangers neither, and a word of before the last list is void', async () => {
    const { world, desk, laptop, shelf, bo, together } = home;
    const { list, instance } = shelf.profile.local;
    const about = (suspended: Resident, by: Resident, under = list) =>
      issueSuspension(by.crypto, { suspended: suspended.profile.local.instanceId, list: under, credential: by.profile.local.instance.credential, signing: by.profile.local.instance.signing, time: world.clock.now() }).bytes;
    const [early, strange] = [about(laptop, shelf), about(laptop, bo)];
    const forged = early.slice();
    forged[inSignature] = (forged[inSignature] ?? 0) ^ 1;
    expect(instance.credential.roles).toEqual(['exchange']);
    const isUnmoved = () => {
      for (const each of [desk, laptop]) expect(each.profile.devices.standing.state).toBe('active');
      expect(bo.profile.stores.suspensions.list()).toEqual([]);
    };
    for (const bytes of [strange, forged]) {
      bo.profile.devices.standing.noticed(desk.profile.local.chain, bytes);
      for (const each of [desk, laptop]) each.profile.devices.upkeep.suspended(bytes);
    }
    await world.pass(1_000);
    isUnmoved();

    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    await world.until('the certifier says so', () => desk.profile.local.list.instances.some(({ state }) => state === 'suspended'));
    await together([desk, laptop]);
    await world.until('the contact with the new list', () => bo.profile.book.find(desk.profile.local.peerId)?.record.listVersion === desk.profile.local.list.version);
    // By a suspended device, under the old list and under the new one.
    for (const bytes of [early, about(laptop, shelf, desk.profile.local.list)]) {
      bo.profile.devices.standing.noticed(desk.profile.local.chain, bytes);
      for (const each of [desk, laptop]) each.profile.devices.upkeep.suspended(bytes);
    }
    await world.pass(1_000);
    isUnmoved();
  });
});
