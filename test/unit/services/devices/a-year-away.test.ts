import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eraseOldKeys, rotateLocalRecord } from '../../../../electron/engine/certificates/rotation';
import { exchangesOf, household, type Household, keyOf, theirs } from '../../../support/own-devices';
import type { Resident } from '../../../support/services-kit';

const day = 86_400_000;

describe('a device that was off for a year', () => {
  let home: Household;

  beforeEach(async () => {
    home = await household();
    await home.together();
  });
  afterEach(() => home.world.close());

  const load = ({ profile }: Resident) => profile.stores.local.load() ?? expect.unreachable('a record');
  const rotate = async (who: Resident): Promise<void> => who.become(await rotateLocalRecord(who.crypto, load(who), home.world.clock.now()));
  const texts = (of: Resident): readonly string[] => of.profile.stores.conversations.list().flatMap(({ conversationId }) => of.profile.stores.messages.page(conversationId, undefined, 500).map(({ text }) => text));

  it('S4-31 S4-32: is in step again after identity keys, half a hundred exchange keys, lists and credentials it never heard of, knows what was said, and talks to a contact who changed keys, too', { timeout: 120_000 }, async () => {
    const { world, desk, laptop, shelf, bo, own, together } = home;
    await world.until('all of it on all', () => own.every(({ profile }) => profile.devices.replica.hasHeardAll));
    expect(await shelf.say(bo, 'before')).toBe(true);
    const credential = shelf.profile.local.instance.credential.notAfter;
    home.leave(shelf);
    const keys = new Set<string>();
    for (let week = 1; week <= 53; week += 1) {
      world.clock.wall += 7 * day - 3_600_000;
      if (week % 13 === 0) await rotate(desk);
      if (week % 20 === 0) await rotate(bo);
      // What is older than 180 days vouches for nothing any more.
      if (week === 40) desk.become(eraseOldKeys(load(desk), ({ epoch }) => epoch > 2) ?? expect.unreachable('old keys'));
      await desk.renew();
      await bo.renew();
      keys.add(exchangesOf(desk)[0] ?? '');
      await together([desk, laptop]);
      await world.until('the contact to know it', () => theirs(bo, desk.profile.local.peerId) === exchangesOf(desk)[0]);
      if (week % 9 !== 0) continue;
      expect(await bo.say(desk, `to you ${week}`)).toBe(true);
      expect(await laptop.say(bo, `to Bo ${week}`)).toBe(true);
    }
    expect(keys.size).toBeGreaterThan(45);
    expect(desk.profile.local.identity.epoch).toBe(5);
    expect(world.clock.now()).toBeGreaterThan(credential);
    home.comeBack(shelf);
    await together();
    await world.until('all of it on all', () => own.every(({ profile }) => own.every((other) => other.profile === profile || profile.devices.replica.behind(other.profile.local.instanceId) === 0)));
    expect(keyOf(shelf)).toBe(keyOf(desk));
    expect(exchangesOf(shelf)).toEqual(exchangesOf(desk));
    expect(shelf.profile.local.instance.credential.notAfter).toBeGreaterThan(world.clock.now());
    expect(texts(shelf)).toEqual(texts(desk));
    expect(texts(shelf)).toHaveLength(11);
    expect(await shelf.say(bo, 'back')).toBe(true);
    expect(await bo.say(shelf, 'welcome')).toBe(true);
  });
});
