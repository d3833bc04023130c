import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UpkeepNote, UpkeepStore } from '../../../../electron/services/ports/upkeep';
import { household, type Household, idOf, keyOf } from '../../../support/own-devices';
import type { Resident } from '../../../support/services-kit';

describe('the identity key moves to another device', () => {
  let home: Household;

  beforeEach(async () => {
    home = await household();
    await home.together();
  });
  afterEach(() => home.world.close());

  const record = ({ profile }: Resident) => profile.stores.local.load() ?? expect.unreachable('a record');
  /** Devices that could sign as the identity. */
  const holders = (): Resident[] => home.own.filter((each) => record(each).identityKeys.some(({ privateKey }) => privateKey !== undefined));
  const named = (of: Resident) => of.profile.local.list.instances.find(({ roles }) => roles.includes('certifier'))?.instanceId;

  it('S4-30: with everything only the certifier may do; the one before keeps nothing of it, and nobody is asked anything by contacts', { timeout: 60_000 }, async () => {
    const { world, desk, laptop, bo, own, together } = home;
    const seed = record(desk).recovery?.seed;
    await desk.devices.moveCertifier({ instanceId: idOf(laptop) });
    await together();
    await world.until('the laptop has it', () => laptop.profile.local.isCertifier);
    expect(holders()).toEqual([laptop]);
    expect(record(laptop).recovery?.seed).toEqual(seed);
    expect(record(desk).recovery?.seed).toBeUndefined();
    // The recovery key went along unprinted: of it the desk can only say where it went.
    expect(await desk.identity.get(undefined)).toMatchObject({ keyElsewhere: true, recovery: 'elsewhere' });
    expect(await laptop.identity.get(undefined)).not.toHaveProperty('keyElsewhere');
    expect(await laptop.identity.get(undefined)).toMatchObject({ recovery: 'kept' });
    await world.until('nothing is on its way', () => [desk, laptop].every(({ profile }) => profile.stores.upkeep.get('outgoing') === undefined && profile.stores.upkeep.get('incoming') === undefined));
    await laptop.devices.suspend({ instanceId: idOf(desk) });
    await world.until('a list by the laptop', () => desk.profile.devices.standing.state === 'suspended');
    await laptop.devices.reinstate({ instanceId: idOf(desk) });
    await together();
    // And back again.
    await laptop.devices.moveCertifier({ instanceId: idOf(desk) });
    await world.until('the desk has it', () => desk.profile.local.isCertifier);
    await together();
    expect(holders()).toEqual([desk]);
    expect(new Set(own.map(keyOf)).size).toBe(1);
    expect(await desk.say(bo, 'nothing changed')).toBe(true);
  });

  it.each(['the other device is not heard', 'everything is locked', 'the line takes nothing'] as const)('A88: what opens the closed keys is overwritten where %s', { timeout: 60_000 }, async (how) => {
    const { world, desk, laptop } = home;
    const made: { readonly wiped: boolean }[] = [];
    const { crypto } = desk;
    const random = crypto.randomSecret.bind(crypto);
    vi.spyOn(crypto, 'randomSecret').mockImplementation((kind, length) => {
      const secret = random(kind, length);
      if (kind === 'content') made.push(secret);
      return secret;
    });
    if (how === 'the line takes nothing') vi.spyOn(crypto, 'seal').mockImplementation(() => expect.unreachable('nothing is sealed'));
    // Nothing of the answer is heard.
    laptop.mute = true;
    laptop.onLink = (link) => link.destroy();
    const offer = desk.profile.devices.upkeep.offerKeys(laptop.profile.local.instanceId).then(
      () => 'taken',
      () => 'not taken',
    );
    const [key] = made;
    if (how === 'the other device is not heard') laptop.reopen();
    if (how === 'everything is locked') desk.profile.leave();
    else await world.pass(how === 'the line takes nothing' ? 0 : 21_000, 1_000);
    vi.restoreAllMocks();
    expect(await offer).toBe('not taken');
    expect(key?.wiped).toBe(true);
  });

  type Step = readonly [who: 'desk' | 'laptop', act: 'put' | 'remove', note: UpkeepNote, how: 'fails' | 'then the line is cut'];
  const steps: readonly (readonly [string, Step])[] = [
    ['storing what is closed fails', ['laptop', 'put', 'incoming', 'fails']],
    ['it is stored, and the answer is lost', ['laptop', 'put', 'incoming', 'then the line is cut']],
    ['erasing at the giver fails', ['desk', 'put', 'outgoing', 'fails']],
    ['it is erased, and what opens it is lost on the way', ['desk', 'put', 'outgoing', 'then the line is cut']],
    ['storing the keys fails', ['laptop', 'remove', 'incoming', 'fails']],
    ['they are stored, and that is not heard', ['laptop', 'remove', 'incoming', 'then the line is cut']],
    ['forgetting what opens them fails', ['desk', 'remove', 'outgoing', 'fails']],
  ];

  it.each(steps)('S4-30: never two hold it, and one does in the end: %s', { timeout: 60_000 }, async (_, [who, act, note, how]) => {
    const { world, desk, laptop, together } = home;
    let struck = false;
    const cut = (): void => {
      for (const each of [desk, laptop]) {
        each.mute = true;
        each.onLink = (link) => link.destroy();
      }
      world.network.cut();
    };
    const strike = (store: UpkeepStore, named_: UpkeepNote, run: () => void): void => {
      const isIt = named_ === note && !struck;
      struck ||= isIt;
      if (isIt && how === 'fails') throw new Error('the disk is full');
      run();
      void store;
      if (isIt) cut();
    };
    home[who].replace((stores) => ({
      upkeep: {
        ...stores.upkeep,
        ...(act === 'put' ? { put: (name: UpkeepNote, value: Uint8Array) => strike(stores.upkeep, name, () => stores.upkeep.put(name, value)) } : { remove: (name: UpkeepNote) => strike(stores.upkeep, name, () => stores.upkeep.remove(name)) }),
      },
    }));
    home[who].reopen();
    await together();
    const outcome = Promise.resolve(desk.devices.moveCertifier({ instanceId: idOf(laptop) })).then(
      () => 'moved',
      () => 'not moved',
    );
    await world.until('the blow', () => struck);
    await world.pass(30_000, 100);
    expect(holders().length).toBeLessThanOrEqual(1);
    const moved = await outcome;
    expect(holders().some((each) => each === desk)).toBe(moved === 'not moved');

    // The power comes back.
    for (const each of [desk, laptop]) {
      each.mute = false;
      each.onLink = undefined;
      each.reopen();
    }
    await together();
    await world.until('one holds it', () => holders().length === 1 && home.own.every((each) => named(each) === holders().map(idOf)[0]));
    expect(holders()).toEqual([moved === 'moved' ? laptop : desk]);
    if (moved === 'not moved') await desk.devices.moveCertifier({ instanceId: idOf(laptop) });
    await world.until('the laptop has it', () => laptop.profile.local.isCertifier);
    await together();
    expect(holders()).toEqual([laptop]);
  });
});
