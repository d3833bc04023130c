import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DialogId } from '../../electron/engine/ids';
import { Device, person, settle, testCrypto } from '../support/dialog-kit';
import { times } from '../support/exhaustive';

/** What the network and the people may do, one step at a time. `at` picks among what there is. */
type Step =
  | { readonly kind: 'say'; readonly who: 0 | 1; readonly at: number }
  | { readonly kind: 'open'; readonly who: 0 | 1 }
  | { readonly kind: 'shift'; readonly who: 0 | 1; readonly at: number }
  | { readonly kind: 'post'; readonly who: 0 | 1 }
  | { readonly kind: 'acknowledge'; readonly who: 0 | 1; readonly lose: boolean }
  | { readonly kind: 'deliver'; readonly who: 0 | 1; readonly at: number; readonly count: number; readonly again: boolean }
  | { readonly kind: 'drop'; readonly who: 0 | 1; readonly at: number }
  | { readonly kind: 'rewrite'; readonly who: 0 | 1; readonly at: number; readonly bit: number }
  | { readonly kind: 'splice'; readonly who: 0 | 1; readonly at: number; readonly cut: number }
  | { readonly kind: 'reflect'; readonly who: 0 | 1; readonly at: number }
  | { readonly kind: 'restart'; readonly who: 0 | 1 }
  | { readonly kind: 'disk'; readonly who: 0 | 1 };

const who = fc.constantFrom<0 | 1>(0, 1);
const at = fc.nat({ max: 999 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('say' as const), who, at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('open' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('shift' as const), who, at }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('post' as const), who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), who, lose: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliver' as const), who, at, count: fc.integer({ min: 1, max: 4 }), again: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), who, at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewrite' as const), who, at, bit: fc.nat({ max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('splice' as const), who, at, cut: fc.nat({ max: 2_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reflect' as const), who, at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk' as const), who }) },
);

interface World {
  readonly devices: readonly [Device, Device];
  /** What lies on the network, by who sent it. */
  readonly wires: readonly [Uint8Array[], Uint8Array[]];
  readonly dialogs: DialogId[];
  /** What each said, by dialog, in order. */
  readonly said: readonly [Map<DialogId, string[]>, Map<DialogId, string[]>];
  count: number;
}

function run(world: World, each: Step): void {
  const me = world.devices[each.who];
  const other = world.devices[each.who === 0 ? 1 : 0];
  const wire = world.wires[each.who];
  const place = 'at' in each && wire.length > 0 ? each.at % wire.length : 0;
  // Dialogs that this device has heard of.
  const mine = world.dialogs.filter((dialogId) => me.db.prepare('SELECT 1 AS n FROM dialogs WHERE dialog_id = ?').get([dialogId]));
  const dialogId = 'at' in each && mine.length > 0 ? mine[each.at % mine.length] : undefined;
  switch (each.kind) {
    case 'open':
      if (world.dialogs.length < 3) world.dialogs.push(me.engine.open(other.peerId, { title: 'x' }));
      return;
    case 'say': {
      if (!dialogId) return;
      const text = `${(world.count += 1)}`;
      me.say(other, dialogId, text);
      const said = world.said[each.who];
      said.set(dialogId, [...(said.get(dialogId) ?? []), text]);
      return;
    }
    case 'shift':
      if (dialogId) me.engine.shift(me.dialog(other, dialogId), 'hand');
      return;
    case 'post':
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
      for (const outcome of other.receive(me, ...messages)) expect(outcome).not.toHaveProperty('reason');
      return;
    }
    case 'drop':
      wire.splice(place, 1);
      return;
    case 'rewrite': {
      const message = wire[place]?.slice();
      if (!message) return;
      const bit = each.bit % (message.length * 8);
      message[bit >> 3] = (message[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(other.receive(me, message)[0]?.kind).toMatch(/rejected|duplicate/);
      return;
    }
    case 'splice': {
      const [a, b] = [wire[place], wire[(place + 1) % Math.max(1, wire.length)]];
      if (!a || !b || a.length !== b.length || a === b) return;
      const cut = each.cut % a.length;
      const spliced = Buffer.concat([a.subarray(0, cut), b.subarray(cut)]);
      if (wire.some((message) => Buffer.compare(message, spliced) === 0)) return;
      expect(other.receive(me, spliced)[0]?.kind).toMatch(/rejected|duplicate/);
      return;
    }
    case 'reflect': {
      const message = wire[place];
      if (message) expect(me.receive(other, message)[0]?.kind).toBe('rejected');
      return;
    }
    case 'restart':
      me.restart();
      return;
    case 'disk': {
      // Everything works, and then the commit does not.
      const events = me.sink.events.length;
      const lost = world.wires[each.who === 0 ? 1 : 0].slice(0, 5);
      expect(() =>
        me.db.transaction(() => {
          me.receive(other, ...lost);
          if (mine[0]) me.say(other, mine[0], 'never committed');
          throw new Error('disk');
        }),
      ).toThrow('disk');
      me.sink.events.length = events;
    }
  }
}

async function newWorld(cacheEntries: number): Promise<() => World> {
  const crypto = await testCrypto();
  const [a, b] = await Promise.all([person('Alice'), person('Bob')]);
  return () => {
    const limits = { cacheEntries, decapsulations: 1_000_000 };
    const devices = [new Device(crypto, a, { limits }), new Device(crypto, b, { limits })] as const;
    devices[0].knows(devices[1]);
    devices[1].knows(devices[0]);
    return { devices, wires: [[], []], dialogs: [], said: [new Map(), new Map()], count: 0 };
  };
}

describe('an adversarial network', () => {
  for (const [cacheEntries, numRuns] of [[64, times(120, 30)], [1, times(40, 10)], [0, times(40, 10)]] as const) {
    it(`S1-04 S1-23 S1-47 S2-17 A22 A23: exactly once, in order, whatever happens on the way (caches of ${cacheEntries})`, { timeout: 120_000 }, async () => {
      const world = await newWorld(cacheEntries);
      fc.assert(
        fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
          const state = world();
          const [alice, bob] = state.devices;
          state.dialogs.push(alice.engine.open(bob.peerId, { title: 'first' }));
          for (const each of steps) run(state, each);
          settle(alice, bob);
          for (const [index, receiver] of [bob, alice].entries()) {
            const said = state.said[index === 0 ? 0 : 1];
            for (const dialogId of state.dialogs) expect(receiver.sink.texts(dialogId)).toEqual(said.get(dialogId) ?? []);
            expect(receiver.sink.of('failed')).toEqual([]);
            const opened = receiver.sink.of('opened').map((each) => each.dialogId);
            expect(new Set(opened).size).toBe(opened.length);
          }
          expect(alice.pending(bob)).toEqual([]);
          expect(bob.pending(alice)).toEqual([]);
          for (const dialogId of state.dialogs) {
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
});
