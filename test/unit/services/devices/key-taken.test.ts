import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import { encodeRecoveryCode } from '../../../../electron/engine/identity/recovery-code';
import { withoutKeys } from '../../../../electron/engine/key-files/certifier-move';
import { household, type Household, idOf, keyOf } from '../../../support/own-devices';
import type { Resident } from '../../../support/services-kit';

describe('the identity key was taken by another device, out of a file', () => {
  let home: Household;
  const load = ({ profile }: Resident) => profile.stores.local.load() ?? expect.unreachable('a record');
  const holds = (each: Resident): boolean => load(each).identityKeys.some(({ privateKey }) => privateKey !== undefined);
  const codeAt = (each: Resident): string => encodeRecoveryCode(each.crypto, load(each).recovery?.seed ?? expect.unreachable('a recovery key')).join(' ');

  beforeEach(async () => {
    home = await household();
    const { world, desk, laptop, together } = home;
    await together();
    // As the key file of the desk would, renewed at once.
    laptop.become(await rotateLocalRecord(laptop.crypto, { ...load(laptop), identityKeys: load(desk).identityKeys }, world.clock.now()));
    await together();
  });
  afterEach(() => home.world.close());

  it('S4-30 A73: the one that held it gives up the key and keeps the recovery key, which takes the identity back', async () => {
    const { desk, laptop, own, together } = home;
    expect(own.map((each) => [each.profile.local.isCertifier, holds(each)])).toEqual([[false, false], [true, true], [false, false]]);
    expect(await desk.identity.get(undefined)).toMatchObject({ keyElsewhere: true, keyTaken: { instanceId: idOf(laptop) }, recovery: 'kept' });
    expect(await laptop.identity.get(undefined)).toMatchObject({ recovery: 'elsewhere' });
    await desk.identityKeys.recover({ code: codeAt(desk), keep: [idOf(laptop), idOf(home.shelf)] });
    await together();
    expect(own.map((each) => [each.profile.local.isCertifier, holds(each)])).toEqual([[true, true], [false, false], [false, false]]);
    // The desk took it back by what any other of them may have learnt: nobody is told that it was taken.
    for (const each of own) expect(await each.identity.get(undefined)).not.toHaveProperty('keyTaken');
    expect(new Set(own.map(keyOf)).size).toBe(1);
  });

  it('S4-30: whoever took it there themselves says so, and is not told any more, nor after handing it over later', async () => {
    const { world, desk, laptop, shelf, together } = home;
    const told = async () => 'keyTaken' in (await desk.identity.get(undefined));
    expect(await told()).toBe(true);
    desk.reopen();
    expect(await told()).toBe(true);
    await together();
    await laptop.devices.moveCertifier({ instanceId: idOf(desk) });
    await world.until('the desk has it', () => holds(desk));
    await together();
    expect(await told()).toBe(false);
    await desk.devices.moveCertifier({ instanceId: idOf(shelf) });
    await world.until('the shelf has it', () => holds(shelf));
    expect([await told(), await desk.identity.get(undefined)]).toEqual([false, expect.objectContaining({ keyElsewhere: true })]);
    shelf.become(await rotateLocalRecord(shelf.crypto, load(shelf), world.clock.now()));
    await together();
    expect(await told()).toBe(false);
    await shelf.devices.moveCertifier({ instanceId: idOf(desk) });
    await world.until('the desk has it again', () => holds(desk));
    await together();
    laptop.become(await rotateLocalRecord(laptop.crypto, { ...load(laptop), identityKeys: load(desk).identityKeys }, world.clock.now()));
    await together();
    expect(await told()).toBe(true);
    expect(await desk.identityKeys.confirmTaken(undefined)).toBeNull();
    expect(await told()).toBe(false);
  });

  it('S4-30 A73: nor does a thief take it by removing that device', async () => {
    const { world, desk, laptop, bo, shelf } = home;
    await laptop.devices.remove({ instanceId: idOf(desk) });
    await world.until('the desk is told', () => desk.profile.devices.standing.state === 'retired');
    expect(load(desk).recovery?.seed).toBeDefined();
    await desk.identityKeys.recover({ code: codeAt(desk), keep: [idOf(shelf)] });
    expect([desk.profile.devices.standing.state, holds(desk)]).toEqual(['active', true]);
    await world.until('the contact under the new key', () => Buffer.from(bo.profile.book.find(desk.profile.local.peerId)?.identity.spkiHash ?? []).toString('hex') === keyOf(desk));
    // It may have heard which key is in use by now, and does not have it.
    expect([keyOf(laptop) === keyOf(desk), holds(laptop)]).not.toEqual([true, true]);
    expect(await bo.say(desk, 'it is you')).toBe(true);
  });

  it('S4-32 S5-19: a removed device that took the identity back is heard by the others again, and hears them, in what all of them have in common', async () => {
    const { world, desk, laptop, shelf, bo, together } = home;
    const contactAt = (each: Resident) => each.profile.stores.contacts.byPeer(bo.profile.local.peerId) ?? expect.unreachable('the contact');
    await laptop.devices.remove({ instanceId: idOf(desk) });
    await world.until('the desk is told', () => desk.profile.devices.standing.state === 'retired');
    await world.until('the shelf is told', () => shelf.profile.local.list.instances.some(({ instanceId, state }) => instanceId === idOf(desk) && state === 'retired'));
    // Said while nobody listened.
    desk.contacts.block({ contactId: contactAt(desk).contactId });
    await world.pass(5_000);
    expect(contactAt(shelf).blocked).toBe(false);
    await desk.identityKeys.recover({ code: codeAt(desk), keep: [idOf(shelf)] });
    await together([desk, shelf]);
    await world.until('the block at the shelf', () => contactAt(shelf).blocked);
    shelf.contacts.block({ contactId: contactAt(shelf).contactId, blocked: false });
    await world.until('the block is lifted at the desk', () => !contactAt(desk).blocked);
    expect(await bo.say(desk, 'heard again')).toBe(true);
  });

  it('S4-30 A73: nor by making further keys, of which that device hears nothing', async () => {
    const { world, desk, laptop, bo } = home;
    const knownToBo = () => Buffer.from(bo.profile.book.find(desk.profile.local.peerId)?.identity.spkiHash ?? []).toString('hex');
    await laptop.devices.remove({ instanceId: idOf(desk) });
    await world.until('the desk is told', () => desk.profile.devices.standing.state === 'retired');
    for (let more = 0; more < 3; more += 1) laptop.become(await rotateLocalRecord(laptop.crypto, load(laptop), world.clock.now()));
    await world.until('the contact knows the last one', () => knownToBo() === keyOf(laptop));
    await desk.identityKeys.recover({ code: codeAt(desk) });
    await world.until('the contact under the key of the recovery', () => knownToBo() === keyOf(desk));
  });

  it('S4-30 A73: a key that came into use by a recovery is taken like any other, also without a new one', async () => {
    const { world, desk, laptop, own, together } = home;
    await desk.identityKeys.confirmTaken(undefined);
    await desk.identityKeys.recover({ code: codeAt(desk), keep: own.map(idOf) });
    await together();
    expect(await desk.identity.get(undefined)).not.toHaveProperty('keyTaken');
    const { identityKeys } = load(desk);
    // As a thief does with a copy of it, who signs a list and nothing else.
    laptop.become({ ...(await withoutKeys(laptop.crypto, { ...load(laptop), identityKeys }, laptop.profile.local.instanceId, world.clock.now())), identityKeys });
    await together();
    expect(await desk.identity.get(undefined)).toMatchObject({ keyElsewhere: true, keyTaken: { instanceId: idOf(laptop) } });
  });

  it('S4-30: a recovery on another device ends what was told', async () => {
    const { desk, shelf, own, together } = home;
    const told = async () => 'keyTaken' in (await desk.identity.get(undefined));
    expect(await told()).toBe(true);
    await shelf.identityKeys.recover({ code: codeAt(desk), keep: own.map(idOf) });
    await together();
    expect([await told(), load(desk).recovery?.seed]).toEqual([false, undefined]);
  });

  it('S4-30: nothing is told after a recovery, also where the key was renewed since', async () => {
    const { world, desk, laptop, own, together, leave, comeBack } = home;
    leave(laptop);
    await desk.identityKeys.recover({ code: codeAt(desk), keep: own.map(idOf) });
    desk.become(await rotateLocalRecord(desk.crypto, load(desk), world.clock.now()));
    comeBack(laptop);
    await together();
    expect([holds(laptop), 'keyTaken' in (await laptop.identity.get(undefined))]).toEqual([false, false]);
  });
});
