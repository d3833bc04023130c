import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recoverLocalRecord } from '../../../../electron/engine/certificates/recovery';
import { issueSuspension } from '../../../../electron/engine/certificates/suspension';
import { encodeRecoveryCode } from '../../../../electron/engine/identity/recovery-code';
import { exchangesOf, heard, household, type Household, idOf, keyOf, theirs } from '../../../support/own-devices';
import type { Resident } from '../../../support/services-kit';

const day = 24 * 3_600_000;

describe('what a device knows that counts no more', () => {
  let home: Household;

  beforeEach(async () => {
    home = await household();
    await home.together();
    const { bo, own, world } = home;
    await world.until('the contact with all', () => own.every((each) => bo.profile.connections.sessions().some(({ peer }) => peer.instance.instanceId === idOf(each))));
  });
  afterEach(() => home.world.close());

  const load = ({ profile }: Resident) => profile.stores.local.load() ?? expect.unreachable('a record');
  const stateAt = (at: Resident, of: Resident) => at.profile.local.list.instances.find(({ instanceId }) => instanceId === idOf(of))?.state;
  const expectUnknown = (to: Resident, ...at: readonly Resident[]) => {
    for (const each of at) expect(exchangesOf(to)).not.toContain(exchangesOf(each)[0]);
  };

  it('S4-26 A65: an exchange key that a device which was away made with the removed one is not used once it hears', async () => {
    const { world, desk, laptop, shelf, bo, together } = home;
    home.leave(desk);
    await desk.devices.remove({ instanceId: idOf(shelf) });
    world.clock.wall += 6.6 * day;
    await laptop.renew();
    await together([laptop, shelf]);
    await world.until('it knows the later key', () => exchangesOf(shelf)[0] === exchangesOf(laptop)[0]);
    home.comeBack(desk);
    await together([desk, laptop]);
    await world.until('one key', () => exchangesOf(laptop)[0] === exchangesOf(desk)[0]);
    await world.until('the contact with it', () => theirs(bo, desk.profile.local.peerId) === exchangesOf(desk)[0]);
    expectUnknown(shelf, desk, laptop);
  });

  it('S4-26 S4-32 A65: who hears of a removal from a contact alone replaces exchange key and keys of the conversation', async () => {
    const { world, desk, laptop, shelf, bo } = home;
    const ada = desk.profile.local.peerId;
    expect(await laptop.say(bo, 'with the shelf')).toBe(true);
    const floor = () => bo.profile.stores.dialogs.kekFloor(ada, laptop.profile.local.instanceId);
    expect(floor()).toBe(0);
    home.leave(laptop);
    home.leave(shelf);
    await desk.devices.remove({ instanceId: idOf(shelf) });
    await world.until('the contact knows', () => bo.profile.book.find(ada)?.record.listVersion === desk.profile.local.list.version);
    home.leave(desk);
    home.comeBack(laptop);
    await world.until('the list', () => stateAt(laptop, shelf) === 'retired');
    await world.until('another exchange key at the contact', () => theirs(bo, ada) === exchangesOf(laptop)[0] && !exchangesOf(shelf).includes(theirs(bo, ada)));
    expect(await laptop.say(bo, 'without the shelf')).toBe(true);
    expect(floor()).toBeGreaterThan(0);
    expectUnknown(shelf, laptop);
  });

  it('S4-32 A65: who hears of a suspension makes another exchange key where the stopped one may know the one in use', async () => {
    const { world, desk, laptop, shelf, together } = home;
    home.leave(laptop);
    await laptop.devices.suspend({ instanceId: idOf(desk) });
    world.clock.wall += 6.6 * day;
    await shelf.renew();
    await world.until('the stopped one knows the later key', () => exchangesOf(desk)[0] === exchangesOf(shelf)[0]);
    home.leave(desk);
    home.comeBack(laptop);
    await together([laptop, shelf]);
    await world.until('one key', () => exchangesOf(laptop)[0] === exchangesOf(shelf)[0]);
    expectUnknown(desk, laptop, shelf);
  });

  it('S4-32 A65: an exchange key that a stopped device made since, and where it says that others are, are taken from it by none of them', async () => {
    const { world, desk, laptop, shelf } = home;
    home.leave(desk);
    home.leave(shelf);
    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    world.clock.wall += 6.6 * day;
    await shelf.renew();
    const [made = ''] = exchangesOf(shelf);
    const rowAt = ({ profile }: Resident) => profile.stores.devices.find(desk.profile.local.instanceId) ?? expect.unreachable('a row of the desk');
    const known = rowAt(laptop);
    shelf.profile.stores.devices.put({ ...rowAt(shelf), cardTime: world.clock.wall + day, addresses: [{ host: '203.0.113.66', port: 4_711 }] });
    const served = () => laptop.logged.filter(([event]) => event === 'upkeep.behind').length;
    const before = served();
    home.comeBack(shelf);
    await world.until('it came to get in step', () => served() > before);
    await world.pass(20_000, 200);
    expect(exchangesOf(laptop)).not.toContain(made);
    expect([rowAt(laptop).addresses, rowAt(laptop).cardTime]).toEqual([known.addresses, known.cardTime]);
  });

  it('S4-32 S5-19 A65: a recovery on the device that stopped another does not let that one back in', async () => {
    const { world, desk, laptop, shelf, together } = home;
    const seed = load(desk).recovery?.seed ?? expect.unreachable('a recovery key');
    await laptop.devices.suspend({ instanceId: idOf(desk) });
    laptop.become(await recoverLocalRecord(laptop.crypto, load(laptop), seed, world.clock.now()));
    await together([laptop, shelf]);
    expect(stateAt(laptop, desk)).toBe('suspended');
    await world.pass(60_000, 500);
    expectUnknown(desk, laptop, shelf);
    expect(desk.profile.devices.siblings.sessions()).toEqual([]);
  });

  it('S4-32 S5-19 A73: a recovery keeps the devices the person names and no other: the stolen certifier is off in the first list the new key signs', async () => {
    const { world, desk, laptop, shelf, bo, together } = home;
    const code = encodeRecoveryCode(desk.crypto, load(desk).recovery?.seed ?? expect.unreachable('a recovery key')).join(' ');
    const before = { key: keyOf(laptop), list: laptop.profile.local.list.version, states: [desk, laptop, shelf].map((each) => stateAt(laptop, each)) };
    expect(before.states).toEqual(['active', 'active', 'active']);
    await expect(laptop.identityKeys.recover({ code, keep: [idOf(shelf), idOf(bo)] })).rejects.toMatchObject({ code: 'device.unknown' });
    expect([keyOf(laptop), laptop.profile.local.list.version]).toEqual([before.key, before.list]);
    await laptop.identityKeys.recover({ code, keep: [idOf(shelf)] });
    expect(laptop.profile.local.list.version).toBe(before.list + 1);
    expect([desk, laptop, shelf].map((each) => stateAt(laptop, each))).toEqual(['suspended', 'active', 'active']);
    await together([laptop, shelf]);
    await world.until('the contact under the new key', () => Buffer.from(bo.profile.book.find(desk.profile.local.peerId)?.identity.spkiHash ?? []).toString('hex') === keyOf(laptop));
    await world.until('the desk to know', () => desk.profile.devices.standing.state === 'suspended');
    await world.until('the contact without the desk', () => !bo.profile.connections.sessions().some(({ peer }) => peer.instance.instanceId === idOf(desk)));
    expectUnknown(desk, laptop, shelf);
    expect(await bo.say(laptop, 'not for the desk')).toBe(true);
    expect(heard(desk)).not.toContain('not for the desk');
    // A tick that was forgotten is no loss.
    await laptop.devices.reinstate({ instanceId: idOf(desk) });
    await together();
    expect(stateAt(desk, desk)).toBe('active');
  });

  it('S4-32 S5-19: a recovery that names nobody keeps nobody', async () => {
    const { desk, laptop, shelf } = home;
    const code = encodeRecoveryCode(desk.crypto, load(desk).recovery?.seed ?? expect.unreachable('a recovery key')).join(' ');
    await laptop.identityKeys.recover({ code });
    expect([desk, laptop, shelf].map((each) => stateAt(laptop, each))).toEqual(['suspended', 'active', 'suspended']);
  });

  it('S4-32 A65: a list that the identity signed without knowing of a suspension does not end it', async () => {
    const { world, desk, laptop, shelf, together } = home;
    home.leave(desk);
    await desk.devices.rename({ instanceId: idOf(laptop), name: 'Another name' });
    await world.pass(1_000);
    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    home.comeBack(desk);
    await together([desk, laptop]);
    await world.until('the identity says so, too', () => stateAt(desk, shelf) === 'suspended' && stateAt(laptop, shelf) === 'suspended');
    // And what it says then holds.
    await desk.devices.reinstate({ instanceId: idOf(shelf) });
    await together();
    expect(stateAt(laptop, shelf)).toBe('active');
  });

  it('S4-26 A65: a removed device that comes again and again takes no place of one that has to get in step', async () => {
    const { world, desk, shelf } = home;
    await desk.devices.remove({ instanceId: idOf(shelf) });
    await world.until('the shelf to know', () => shelf.profile.devices.standing.state === 'retired');
    await world.pass(60_000, 500);
    const served = () => desk.logged.filter(([event]) => event === 'upkeep.behind').length;
    const before = served();
    for (let at = 0; at < 12; at += 1) {
      shelf.profile.devices.siblings.lookAgain();
      await world.pass(500);
    }
    expect(served() - before).toBe(2);
  });

  it('S4-32 A65: a device in other hands cannot use up what contacts listen to', async () => {
    const { world, desk, laptop, shelf, bo } = home;
    const { chain, list, instance } = laptop.profile.local;
    const statement = issueSuspension(laptop.crypto, { suspended: shelf.profile.local.instanceId, list, credential: instance.credential, signing: instance.signing, time: world.clock.now() }).bytes;
    for (let at = 0; at < 100; at += 1) bo.profile.devices.standing.noticed(shelf.profile.local.chain, Uint8Array.of(at));
    // Of that one nothing is looked at any more, not even what is right.
    bo.profile.devices.standing.noticed(shelf.profile.local.chain, statement);
    expect(bo.profile.stores.suspensions.list()).toEqual([]);
    bo.profile.devices.standing.noticed(chain, statement);
    expect(bo.profile.book.isSuspended(desk.profile.local.peerId, shelf.profile.local.instanceId)).toBe(true);
    // Nor does the same word at the beginning of each session.
    for (let at = 0; at < 100; at += 1) bo.profile.devices.standing.noticed(chain, statement);
    expect(bo.profile.stores.suspensions.list()).toHaveLength(1);
  });
});
