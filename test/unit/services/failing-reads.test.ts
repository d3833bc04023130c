import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceId } from '../../../electron/engine/ids';
import { Deadlines } from '../../../electron/services/deadlines';
import { LastingClock } from '../../../electron/services/lasting-clock';
import type { Stores } from '../../../electron/services/ports';
import { Joining, type JoiningParts } from '../../../electron/services/replication/joining';
import { Syncing, type SyncingParts } from '../../../electron/services/replication/syncing';
import { encodeWords } from '../../../electron/services/replication/words';
import { setDisappearing } from '../../../electron/services/talk/of-profile';
import { KeyshiftError } from '../../../shared/errors';
import { ManualClock } from '../../support/manual-clock';
import { cardText } from '../../support/card-text';
import { household, type Household } from '../../support/own-devices';
import type { Resident } from '../../support/services-kit';

const failed = (): KeyshiftError => new KeyshiftError('disk.failed', 'The disk failed.');
const ends = ['uncaughtException', 'unhandledRejection'] as const;

/** While it is on, this device can neither read nor write. */
function failingDisk(resident: Resident): { on: boolean } {
  const disk = { on: false };
  const failing = <F extends object>(member: F, on: object): F =>
    new Proxy(member, {
      apply: (target, _, given: unknown[]) => {
        if (disk.on) throw failed();
        return Reflect.apply(target as (...all: unknown[]) => unknown, on, given);
      },
      get: (target, name) => {
        const inside: unknown = Reflect.get(target, name);
        return typeof inside === 'function' ? failing(inside, target) : inside;
      },
    });
  resident.replace((stores) => {
    const all = Object.entries(stores).map(([name, member]: [string, unknown]) => [name, (typeof member === 'object' && member !== null) || typeof member === 'function' ? failing(member, stores) : member]);
    return { ...(Object.fromEntries(all) as Stores), onDisk: stores.onDisk, purge: () => !disk.on && stores.purge() };
  });
  resident.reopen();
  return disk;
}

describe('a disk that cannot be read for a while ends nothing', () => {
  let home: Household;
  let uncaught: unknown[];
  const listeners = new Map<(typeof ends)[number], NodeJS.UncaughtExceptionListener[]>();

  beforeEach(async () => {
    home = await household();
    uncaught = [];
    for (const event of ends) {
      listeners.set(event, process.listeners(event as 'uncaughtException'));
      process.removeAllListeners(event);
      process.on(event, (error: unknown) => void uncaught.push(error));
    }
  }, 60_000);

  afterEach(() => {
    for (const event of ends) {
      process.removeAllListeners(event);
      for (const each of listeners.get(event) ?? []) process.on(event as 'uncaughtException', each);
    }
    home.world.close();
  });

  it('neither timers, nor what other devices bring, nor another network; and all of it is made up for once the disk can be read', async () => {
    const { world, desk, laptop, bo } = home;
    await home.together();
    const disk = failingDisk(desk);
    await home.together();
    expect(await desk.say(bo, 'hello')).toBe(true);
    const [row] = desk.profile.stores.conversations.list();
    if (row === undefined) throw new Error('no conversation');
    desk.profile.commit(() => setDisappearing(desk.profile, row, 30));
    desk.profile.delivery.flush(row.peerId);
    expect(await desk.say(bo, 'soon gone')).toBe(true);
    const texts = () => desk.profile.stores.messages.page(row.conversationId, undefined, 50).map(({ text }) => text);
    expect(texts()).toContain('soon gone');
    disk.on = true;
    await world.pass(2_000);
    expect(await laptop.say(bo, 'from the laptop')).toBe(true);
    await world.pass(60_000, 250);
    world.network.cut();
    desk.profile.networkChanged();
    desk.profile.addressesChanged();
    await world.pass(60_000, 250);
    disk.on = false;
    expect(uncaught).toEqual([]);
    await world.pass(10_000, 250);
    expect(texts()).not.toContain('soon gone');
    await home.together();
    expect(await desk.say(bo, 'again')).toBe(true);
  }, 60_000);

  it('nor is anything kept by it that a lock ends: no session, no key', async () => {
    const { world, desk, laptop, bo } = home;
    await home.together();
    const disk = failingDisk(desk);
    await home.together();
    expect(await desk.say(bo, 'hello')).toBe(true);
    expect(await bo.say(desk, 'hello yourself')).toBe(true);
    const message = desk.profile.stores.messages.page(desk.profile.stores.conversations.list()[0]?.conversationId ?? '', undefined, 9).find(({ direction }) => direction === 'out');
    await desk.messages.edit({ messageId: message?.messageId ?? '', text: 'hello there' });
    const { profile } = desk;
    const sending = Promise.resolve(desk.messages.send({ conversationId: message?.conversationId ?? '', text: 'never' })).catch((error: unknown) => error);
    disk.on = true;
    expect(() => profile.close()).not.toThrow();
    expect(await sending).toMatchObject({ code: 'disk.failed' });
    expect(() => profile.local.instance.signing.secret.bytes).toThrow('wiped');
    await world.until('nobody has a session with it', () => [laptop, bo].every((each) => [...each.profile.connections.sessions(), ...each.profile.devices.siblings.sessions()].every(({ peer }) => peer.instance.instanceId !== profile.local.instanceId)));
    await world.pass(30_000, 250);
    expect(uncaught).toEqual([]);
    disk.on = false;
    desk.reopen();
    await home.together();
    expect(await desk.say(bo, 'again')).toBe(true);
  }, 60_000);

  it('nor a question to somebody who has not answered yet: they are asked once they can be read', async () => {
    const { world, desk } = home;
    const cy = await world.move('Cy');
    const { contactId } = await desk.contacts.importKey(cardText(cy, world.clock.now()));
    cy.mute = true;
    cy.onLink = (link) => link.destroy();
    const fault = { on: false };
    desk.replace((stores) => ({ peers: { ...stores.peers, find: (peerId) => {
      if (fault.on) throw failed();
      return stores.peers.find(peerId);
    } } }));
    desk.reopen();
    await world.pass(2_000);
    fault.on = true;
    desk.profile.book.dropCache();
    desk.profile.introductions.pursue(contactId);
    await world.pass(3_000);
    expect(uncaught).toEqual([]);
    fault.on = false;
    cy.onLink = undefined;
    await world.until('Cy is asked', () => cy.profile.stores.requests.list().length === 1);
  });
});

describe('what was read in vain is read again', () => {
  it('by a timer whose work a disk that fails kept from it: until it is done, called off, or the profile ends; any other error passes', async () => {
    const manual = new ManualClock();
    const clock = new LastingClock(manual, { warn: () => undefined });
    let [tries, fails] = [0, 2];
    const work = (): void => {
      tries += 1;
      if ((fails -= 1) >= 0) throw failed();
    };
    clock.setTimer(10, work);
    await manual.advance(60_000);
    expect([tries, manual.waiting]).toEqual([3, 0]);
    [tries, fails] = [0, Infinity];
    const cancel = clock.setTimer(10, work);
    await manual.advance(30_000);
    expect(tries).toBeGreaterThan(3);
    cancel();
    expect(manual.waiting).toBe(0);
    clock.setTimer(10, work);
    clock.lasting(work);
    await manual.advance(6_000);
    clock.close();
    expect(manual.waiting).toBe(0);
    expect(() => clock.lasting(() => expect.fail('a defect'))).toThrow('a defect');
  });

  it('by a date that passes, as that of an organisation’s paper: whom it concerns is told of later, once, and of another date as ever', async () => {
    const manual = new ManualClock();
    const clock = new LastingClock(manual, { warn: () => undefined });
    const told: (readonly string[])[] = [];
    let isFailing = true;
    const deadlines = new Deadlines<string>(clock, (keys) => {
      if (isFailing) throw failed();
      told.push(keys);
      // What is asked for again by whoever hears of it has a date of its own by then.
      if (told.length === 1) deadlines.set('ann', clock.now() + 60_000);
    });
    deadlines.set('ann', clock.now() + 1_000);
    deadlines.set('bo', clock.now() + 90_000);
    await manual.advance(3_000);
    isFailing = false;
    await manual.advance(10_000);
    expect(told).toEqual([['ann']]);
    await manual.advance(120_000);
    expect(told).toEqual([['ann'], ['ann'], ['bo']]);
    deadlines.close();
    expect(manual.waiting).toBe(0);
  });

  it('by own devices in step: a batch for one of them that cannot be read once keeps nothing from the others, and goes a little later', async () => {
    const clock = new ManualClock();
    const [own, one, two] = ['o', 'a', 'b'].map((name) => name.repeat(26) as InstanceId) as [InstanceId, InstanceId, InstanceId];
    const sent: InstanceId[] = [];
    let reads = 0;
    const batch = () => {
      if ((reads += 1) === 1) throw failed();
      return { author: own, signingKey: new Uint8Array(32), after: 0, upTo: 1, facts: [] };
    };
    const parts = { crypto: {}, log: { batch }, store: { heard: () => new Map(), setHeardBy: () => undefined }, clock, logger: { error: () => undefined }, own, commit: (work: () => unknown) => work(), isWhole: () => true, waits: () => false, lacks: () => false, onWhole: () => undefined, onHeard: () => undefined, onAhead: () => undefined } as unknown as SyncingParts;
    const syncing = new Syncing(parts);
    syncing.use({ connected: () => [one, two], send: (to) => sent.push(to) < 0 });
    for (const each of [one, two]) {
      syncing.met(each);
      syncing.heard(each, encodeWords({ type: 'have', whole: true, waits: false, lacks: false, vector: new Map() }));
    }
    sent.length = 0;
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([two]);
    await clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([two, one]);
    syncing.close();
  });

  it('by a device that was let in: a clock that was set back is noted with the next look where the disk does not take it at once', async () => {
    const clock = new ManualClock();
    let [state, isFull] = [{ stamp: 0, begun: true, joinedAt: clock.now() + 3_600_000 }, true];
    const unsure: number[] = [];
    const parts = { clock, logger: { warn: () => undefined }, own: 'o', store: { state: () => state, heard: () => new Map() }, change: (change: (before: typeof state) => typeof state) => {
      if (isFull) throw failed();
      state = change(state);
    }, active: () => [], peers: () => new Map(), onUnsure: () => unsure.push(clock.now()) } as unknown as JoiningParts;
    const joining = new Joining(parts);
    const began = clock.now();
    joining.watch();
    isFull = false;
    await clock.advance(25 * 3_600_000);
    expect(state.joinedAt).toBe(began + 600_000);
    expect(unsure).toEqual([began + 600_000 + 24 * 3_600_000]);
    joining.close();
  });
});
