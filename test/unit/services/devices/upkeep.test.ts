import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recoverLocalRecord } from '../../../../electron/engine/certificates/recovery';
import { rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import type { Session } from '../../../../electron/engine/session/session';
import { exchangesOf, household, type Household, keyOf } from '../../../support/own-devices';
import type { Resident } from '../../../support/services-kit';

const hour = 3_600_000;
const day = 24 * hour;

describe('what own devices keep in step', () => {
  let home: Household;

  beforeEach(async () => {
    home = await household();
    await home.together();
  });
  afterEach(() => home.world.close());

  const boHolds = (): string => Buffer.from(home.bo.profile.book.find(home.desk.profile.local.peerId)?.exchange.hash ?? []).toString('hex');
  const boPins = (): string => Buffer.from(home.bo.profile.book.find(home.desk.profile.local.peerId)?.record.pinnedSpkiHash ?? []).toString('hex');
  const load = ({ profile }: Resident) => profile.stores.local.load() ?? expect.unreachable('a record');

  it('S4-32: a list, credentials and places that one device has reach the others, whichever way', async () => {
    const { world, own, shelf, laptop } = home;
    // `together` asks for sessions and one list, not for this.
    await world.until('each holds both others', () => own.every(({ profile }) => profile.local.siblings.length === 2));
    // They were never told of each other by anybody but the first.
    expect(laptop.profile.devices.siblings.session(shelf.profile.local.instanceId)).toBeDefined();
    expect(own.map(({ profile }) => profile.local.isCertifier)).toEqual([true, false, false]);
  });

  it('S4-32: so does a credential that a session brought before anybody told of it', async () => {
    const { world, laptop, shelf } = home;
    const { instanceId } = shelf.profile.local;
    const row = laptop.profile.stores.devices.find(instanceId) ?? expect.unreachable('a row');
    home.leave(laptop);
    laptop.profile.stores.devices.remove(instanceId);
    laptop.reopen();
    expect(laptop.profile.local.siblings).toHaveLength(1);
    laptop.profile.stores.devices.put(row);
    laptop.mute = false;
    laptop.onLink = undefined;
    laptop.profile.devices.siblings.lookAgain();
    await world.until('the other device is known', () => laptop.profile.local.siblings.length === 2);
    await home.together();
  });

  it('S4-32: a session that serves nothing but getting in step ends after fifteen seconds, to the millisecond', async () => {
    const { world, desk, shelf } = home;
    let ended: number | undefined;
    const session = { peer: shelf.profile.local.chain, onItems: () => undefined, send: () => true, onClose: () => undefined, close: () => (ended ??= world.clock.monotonic()) };
    const begun = world.clock.monotonic();
    desk.profile.devices.upkeep.serve(session as unknown as Session); // only what getting in step uses of it
    await world.pass(14_999, 1_000);
    expect(ended).toBeUndefined();
    await world.pass(1);
    expect(ended).toBe(begun + 15_000);
  });

  it('S4-32: the weekly exchange key of the certifier reaches every device, and is what the contact seals to', async () => {
    const { world, desk, own } = home;
    world.clock.wall += 6.2 * day;
    for (const each of own.slice(1)) await each.renew();
    expect(new Set(own.map((each) => exchangesOf(each).length))).toEqual(new Set([1]));
    await desk.renew();
    const [fresh] = exchangesOf(desk);
    await world.until('the key on all devices', () => own.every((each) => exchangesOf(each)[0] === fresh));
    await world.until('the contact with it', () => boHolds() === fresh);
    for (const each of own) expect(exchangesOf(each)).toHaveLength(2);
    expect(await home.bo.say(home.laptop, 'sealed to the new one')).toBe(true);
  });

  it('S4-32: with the certifier off for a month exchange keys go on, two made at once are agreed on, and it hears of all', async () => {
    const { world, desk, laptop, shelf, bo, together } = home;
    home.leave(desk);
    const seen = new Set<string>();
    for (let week = 0; week < 5; week += 1) {
      world.clock.wall += 6.6 * day;
      // Neither has heard of the other's when it makes its own.
      await Promise.all([laptop.renew(), shelf.renew()]);
      await together([laptop, shelf]);
      await world.until('one key', () => exchangesOf(laptop).join() === exchangesOf(shelf).join());
      await world.until('the contact with it', () => boHolds() === exchangesOf(laptop)[0]);
      seen.add(boHolds());
    }
    expect(seen.size).toBe(5);
    expect(await laptop.say(bo, 'still here')).toBe(true);
    home.comeBack(desk);
    await together();
    await world.until('the same keys everywhere', () => exchangesOf(desk).join() === exchangesOf(laptop).join());
    expect(new Set(exchangesOf(desk)).size).toBe(exchangesOf(desk).length);
  });

  it('S4-32 S5-13: a new identity key reaches the others, also one that was away for two of them, and the contact hears of it from any', async () => {
    const { world, desk, laptop, shelf, bo, own, together } = home;
    home.leave(shelf);
    for (let turn = 0; turn < 2; turn += 1) {
      desk.become(await rotateLocalRecord(desk.crypto, load(desk), world.clock.now()));
      await together([desk, laptop]);
    }
    expect(keyOf(laptop)).toBe(keyOf(desk));
    expect(laptop.profile.local.identity.epoch).toBe(3);
    expect(keyOf(shelf)).not.toBe(keyOf(desk));
    home.leave(desk);
    await world.until('the contact under the new key, by the laptop', () => boPins() === keyOf(laptop));
    // By a device that holds no identity key: what comes is proven by the keys' history.
    home.comeBack(shelf);
    await together([laptop, shelf]);
    expect(keyOf(shelf)).toBe(keyOf(laptop));
    home.comeBack(desk);
    await together();
    for (const { profile } of own) expect(profile.local.history?.elements).toHaveLength(2);
    expect(own.map(({ profile }) => profile.local.isCertifier)).toEqual([true, false, false]);
    expect(await shelf.say(bo, 'from the shelf')).toBe(true);
  });

  it('S4-32 A73: the recovery key on another device takes the identity over: the one that held it holds nothing any more', async () => {
    const { world, desk, laptop, shelf, own, together } = home;
    const seed = load(desk).recovery?.seed ?? expect.unreachable('a recovery key');
    home.leave(desk);
    laptop.become(await recoverLocalRecord(laptop.crypto, load(laptop), seed, world.clock.now()));
    await together([laptop, shelf]);
    expect(laptop.profile.local.isCertifier).toBe(true);
    home.comeBack(desk);
    await together();
    expect(own.map(({ profile }) => profile.local.isCertifier)).toEqual([false, true, false]);
    expect(load(desk).identityKeys.some(({ privateKey }) => privateKey !== undefined)).toBe(false);
    expect(new Set(own.map(keyOf)).size).toBe(1);
    // No exchange key from before opens anything.
    for (const each of own) expect(exchangesOf(each)).toHaveLength(1);
    await world.until('the contact under the new key', () => boPins() === keyOf(laptop));
  });

  it('S4-26: what a sibling says is believed only where the identity signed it', async () => {
    const { world, desk, laptop, own, together } = home;
    const before = own.map(({ profile }) => Buffer.from(profile.local.list.bytes).toString('hex'));
    const forged = load(laptop);
    const strange = new Uint8Array(forged.instanceList);
    strange[strange.length - 1] = (strange.at(-1) ?? 0) ^ 1;
    const body = strange.findIndex((_, at) => at > 73 && strange[at] === laptop.profile.local.list.version);
    strange[body] = laptop.profile.local.list.version + 1;
    laptop.become({ ...forged, instanceList: strange });
    await world.until('a refusal', () => desk.logged.some(([event]) => event === 'upkeep.refused'));
    expect(Buffer.from(desk.profile.local.list.bytes).toString('hex')).toBe(before[0]);
    laptop.become(forged);
    await together();
  });
});
