import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DialogId } from '../../electron/engine/ids';
import type { Person } from '../support/dialog-person';
import { Device, settle, TestClock, testCrypto } from '../support/dialog-kit';
import { times } from '../support/exhaustive';
import { RotatingPerson } from '../support/rotating-person';

const day = 24 * 3600 * 1000;
const start = Date.UTC(2026, 0, 1);

/** What people, time and the network do to two devices. */
type Step =
  | { readonly kind: 'say' | 'open' | 'post' | 'routine' | 'compromise' | 'restart' | 'renew'; readonly who: 0 | 1; readonly at: number }
  | { readonly kind: 'acknowledge'; readonly who: 0 | 1; readonly lose: boolean }
  | { readonly kind: 'deliver'; readonly who: 0 | 1; readonly at: number; readonly count: number; readonly again: boolean }
  | { readonly kind: 'drop'; readonly who: 0 | 1; readonly at: number }
  | { readonly kind: 'pass'; readonly days: number };

const who = fc.constantFrom<0 | 1>(0, 1);
const at = fc.nat({ max: 999 });
const simple = (kind: 'say' | 'open' | 'post' | 'routine' | 'compromise' | 'restart' | 'renew', weight: number) => ({
  weight,
  arbitrary: fc.record({ kind: fc.constant(kind), who, at }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  simple('say', 6),
  simple('open', 1),
  simple('post', 4),
  simple('routine', 1),
  simple('compromise', 1),
  simple('restart', 1),
  simple('renew', 2),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), who, lose: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliver' as const), who, at, count: fc.integer({ min: 1, max: 4 }), again: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), who, at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 4 }) }) },
);

/** Refusals an honest network can cause: the key went, or a later one took over; what was refused comes again. */
const honest = new Set(['kek-floor', 'superseded', 'dialog-unknown', 'throttled', 'key-destroyed']);

class World {
  readonly clock = new TestClock();
  readonly devices: readonly [Device, Device];
  readonly wires: readonly [Uint8Array[], Uint8Array[]] = [[], []];
  readonly dialogs: DialogId[] = [];
  readonly said: readonly [Map<DialogId, string[]>, Map<DialogId, string[]>] = [new Map(), new Map()];
  readonly #lives: readonly [readonly Person[], readonly Person[]];
  readonly #ages: [number, number] = [0, 0];
  #count = 0;

  constructor(crypto: Awaited<ReturnType<typeof testCrypto>>, lives: readonly [readonly Person[], readonly Person[]], cacheEntries: number) {
    this.#lives = lives;
    const limits = { cacheEntries, decapsulations: 1_000_000 };
    const device = (person: Person | undefined): Device => {
      if (!person) throw new Error('nobody');
      return new Device(crypto, person, { limits, clock: this.clock });
    };
    this.devices = [device(lives[0][0]), device(lives[1][0])];
    this.meet();
    this.dialogs.push(this.devices[0].engine.open(this.devices[1].peerId, { title: 'first' }));
  }

  /** Both tell each other their newest credentials, as at the start of a session, and seal what waits. */
  meet(): void {
    const [alice, bob] = this.devices;
    alice.knows(bob);
    bob.knows(alice);
    alice.engine.sealWaiting(bob.peerId);
    bob.engine.sealWaiting(alice.peerId);
  }

  run(each: Step): void {
    if (each.kind === 'pass') return this.clock.pass(each.days * day);
    const me = this.devices[each.who];
    const other = this.devices[each.who === 0 ? 1 : 0];
    const wire = this.wires[each.who];
    const place = 'at' in each && wire.length > 0 ? each.at % wire.length : 0;
    const mine = this.dialogs.filter((dialogId) => me.db.prepare('SELECT 1 AS n FROM dialogs WHERE dialog_id = ?').get([dialogId]));
    const dialogId = 'at' in each && mine.length > 0 ? mine[each.at % mine.length] : undefined;
    switch (each.kind) {
      case 'open':
        if (this.dialogs.length < 3) this.dialogs.push(me.engine.open(other.peerId, { title: 'x' }));
        return;
      case 'say': {
        if (!dialogId) return;
        const text = `${(this.#count += 1)}`;
        me.say(other, dialogId, text);
        this.said[each.who].set(dialogId, [...(this.said[each.who].get(dialogId) ?? []), text]);
        return;
      }
      case 'routine':
      case 'compromise':
        if (!dialogId) return;
        this.clock.pass(3600 * 1000);
        me.engine.shiftPair(me.dialog(other, dialogId), { compromised: each.kind === 'compromise' });
        return;
      case 'post':
        me.engine.sealWaiting(other.peerId);
        wire.push(...me.pending(other));
        return;
      case 'acknowledge': {
        const bytes = me.acknowledgements(other);
        if (!each.lose) wire.push(...bytes);
        return;
      }
      case 'deliver': {
        const messages = wire.slice(place, place + each.count);
        if (!each.again) wire.splice(place, each.count);
        for (const outcome of other.receive(me, ...messages)) if (outcome.kind === 'rejected') expect(honest).toContain(outcome.reason);
        return;
      }
      case 'drop':
        wire.splice(place, 1);
        return;
      case 'restart':
        me.restart();
        return;
      case 'renew': {
        const next = this.#lives[each.who][this.#ages[each.who] + 1];
        if (!next || this.clock.time < next.local.exchange.current.credential.notBefore) return;
        this.#ages[each.who] += 1;
        me.become(next);
        if (each.at % 2 === 0) this.meet();
      }
    }
  }

  /** The two find each other and say all they have to say. */
  end(): void {
    const [alice, bob] = this.devices;
    for (let round = 0; round < 4; round += 1) {
      this.clock.pass(3600 * 1000);
      this.meet();
      settle(alice, bob);
    }
  }
}

describe('key exchange keys that change at any time', () => {
  const lives: [Person[], Person[]] = [[], []];

  beforeAll(async () => {
    const crypto = await testCrypto();
    for (const [index, name] of ['Alice', 'Bob'].entries()) {
      const person = await RotatingPerson.create(crypto, name, start);
      const life = lives[index === 0 ? 0 : 1];
      life.push(person.now);
      for (let week = 1; week <= 8; week += 1) life.push(await person.renew(start + week * 6 * day));
    }
  });

  for (const [cacheEntries, numRuns] of [[64, times(200, 50)], [1, times(60, 15)], [0, times(60, 15)]] as const) {
    it(`S1-18 S1-19 S1-23 A16 A18: every message arrives once and in order, and both end with the same keys (caches of ${cacheEntries})`, { timeout: 120_000 }, async () => {
      const crypto = await testCrypto();
      fc.assert(
        fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
          const world = new World(crypto, lives, cacheEntries);
          const [alice, bob] = world.devices;
          for (const each of steps) world.run(each);
          world.end();
          for (const [index, receiver] of [bob, alice].entries()) {
            const said = world.said[index === 0 ? 0 : 1];
            expect(receiver.sink.of('failed')).toEqual([]);
            for (const dialogId of world.dialogs) expect(receiver.sink.texts(dialogId)).toEqual(said.get(dialogId) ?? []);
          }
          expect(alice.pending(bob)).toEqual([]);
          expect(bob.pending(alice)).toEqual([]);
          for (const dialogId of world.dialogs) {
            expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript.equal).toBe(true);
            expect(bob.engine.status(bob.dialog(alice, dialogId)).transcript.equal).toBe(true);
          }
          alice.db.close();
          bob.db.close();
        }),
        { numRuns },
      );
    });
  }

  // Found by the schedules above. Bob hears no newer floor of Alice's than the one he set for her himself, and still has to learn
  // that she refuses what he made before.
  it('A16: one who declares keys compromised right after the other, whose word was lost, still hears what waits', async () => {
    const world = new World(await testCrypto(), lives, 64);
    const [alice] = world.devices;
    const steps: Step[] = [
      { kind: 'post', who: 0, at: 0 },
      { kind: 'deliver', who: 0, at: 0, count: 1, again: false },
      { kind: 'compromise', who: 1, at: 0 },
      { kind: 'say', who: 1, at: 0 },
      { kind: 'say', who: 1, at: 0 },
      { kind: 'post', who: 1, at: 0 },
      { kind: 'deliver', who: 1, at: 0, count: 1, again: false },
      { kind: 'renew', who: 0, at: 0 },
      { kind: 'acknowledge', who: 0, lose: false },
      { kind: 'deliver', who: 0, at: 0, count: 1, again: false },
      { kind: 'restart', who: 0, at: 0 },
      { kind: 'compromise', who: 0, at: 0 },
      { kind: 'pass', days: 1 },
      { kind: 'post', who: 0, at: 0 },
    ];
    for (const each of steps) world.run(each);
    world.end();
    for (const dialogId of world.dialogs) expect(alice.sink.texts(dialogId)).toEqual(world.said[1].get(dialogId) ?? []);
  });
});
