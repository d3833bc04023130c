import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DialogId } from '../../../../electron/engine/ids';
import { type Device, Device as TestDevice, newPair, person, settle, testCrypto } from '../../../support/dialog-kit';
import { times } from '../../../support/exhaustive';

function kekOf(device: Device, other: Device, dialogId: DialogId): string | undefined {
  return device.engine.status(device.dialog(other, dialogId)).kek?.id;
}

describe('which key exchange key a dialog uses', () => {
  it('S1-17 A18: both create one at the same time; both are readable; new dialogs converge', async () => {
    const { alice, bob } = await newPair();
    const first = alice.engine.open(bob.peerId, { title: 'from alice' });
    const second = bob.engine.open(alice.peerId, { title: 'from bob' });
    settle(alice, bob);
    expect(alice.sink.of('opened').map((each) => each.title)).toEqual(['from alice', 'from bob']);
    expect(kekOf(alice, bob, first)).toBe(kekOf(bob, alice, first));
    expect(kekOf(alice, bob, second)).toBe(kekOf(bob, alice, second));
    expect(kekOf(alice, bob, first)).not.toBe(kekOf(alice, bob, second));
    const third = alice.engine.open(bob.peerId, { title: 'third' });
    const fourth = bob.engine.open(alice.peerId, { title: 'fourth' });
    expect(kekOf(alice, bob, third)).toBe(kekOf(bob, alice, fourth));
    const lower = alice.person.local.instanceId < bob.person.local.instanceId ? first : second;
    expect(kekOf(alice, bob, third)).toBe(kekOf(alice, bob, lower));
  });

  it('S1-17 A18: for a new dialog a key of one’s own counts once it was acknowledged: until then the one that is known to both', async () => {
    const { alice, bob } = await newPair();
    const [lower, higher] = alice.person.local.instanceId < bob.person.local.instanceId ? [alice, bob] : [bob, alice];
    lower.engine.open(higher.peerId, { title: 'does not arrive yet' });
    const theirs = higher.engine.open(lower.peerId, { title: 'arrives' });
    lower.receive(higher, ...higher.pending(lower));
    const next = lower.engine.open(higher.peerId, { title: 'next' });
    expect(kekOf(lower, higher, next)).toBe(kekOf(higher, lower, theirs));
    settle(lower, higher);
    const later = [lower.engine.open(higher.peerId, { title: 'later' }), higher.engine.open(lower.peerId, { title: 'later' })] as const;
    expect(kekOf(lower, higher, later[0])).toBe(kekOf(higher, lower, later[1]));
    expect(kekOf(lower, higher, later[0])).not.toBe(kekOf(lower, higher, next));
  });

  it.each([1, 2, 3, 4, 5])('A18: … over schedules of opening, sending, losing, restarting, renewing and waiting: 20 of 200, all by npm run exhaustive (part %i of 5)', { timeout: 60_000 }, async () => {
    await testCrypto();
    const [a, b] = await Promise.all([person('Alice'), person('Bob')]);
    const crypto = await testCrypto();
    const step = fc.constantFrom('open-a', 'open-b', 'a-to-b', 'b-to-a', 'one-a-to-b', 'one-b-to-a', 'ack-a', 'ack-b', 'restart-a', 'restart-b', 'week', 'shift-a', 'shift-b');
    const alice = new TestDevice(crypto, a);
    const bob = new TestDevice(crypto, b);
    alice.knows(bob);
    bob.knows(alice);
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 18 }), (steps) => {
        alice.clear();
        bob.clear();
        const dialogs: DialogId[] = [];
        const deliver = (from: Device, to: Device, messages: Uint8Array[]): void => {
          for (const outcome of to.receive(from, ...messages)) expect(outcome.kind).not.toBe('rejected');
        };
        let shifts = 0;
        const shift = (from: Device, to: Device): void => {
          const mine = dialogs.find((dialogId) => from.db.prepare('SELECT 1 AS n FROM dialogs WHERE dialog_id = ?').get([dialogId]));
          if (mine && (shifts += 1) < 10) from.engine.shiftPair(from.dialog(to, mine), { compromised: false });
        };
        for (const each of steps) {
          if (each === 'open-a' && dialogs.length < 4) dialogs.push(alice.engine.open(bob.peerId, { title: 'a' }));
          if (each === 'open-b' && dialogs.length < 4) dialogs.push(bob.engine.open(alice.peerId, { title: 'b' }));
          if (each === 'a-to-b') deliver(alice, bob, alice.pending(bob));
          if (each === 'b-to-a') deliver(bob, alice, bob.pending(alice).reverse());
          if (each === 'one-a-to-b') deliver(alice, bob, alice.pending(bob).slice(-1));
          if (each === 'one-b-to-a') deliver(bob, alice, bob.pending(alice).slice(-1));
          if (each === 'ack-a') deliver(alice, bob, alice.acknowledgements(bob));
          if (each === 'ack-b') bob.acknowledgements(alice);
          if (each === 'week') for (const device of [alice, bob]) device.clock.pass(4 * 24 * 3600 * 1000);
          if (each === 'shift-a') shift(alice, bob);
          if (each === 'shift-b') shift(bob, alice);
          if (each === 'restart-a') alice.restart();
          if (each === 'restart-b') bob.restart();
        }
        settle(alice, bob);
        // Something from each side, so that each knows that the other has its key.
        dialogs.push(alice.engine.open(bob.peerId, { title: 'x' }), bob.engine.open(alice.peerId, { title: 'y' }));
        settle(alice, bob);
        // … and has it for the newest of either.
        for (const dialogId of dialogs) {
          alice.say(bob, dialogId, 'z');
          bob.say(alice, dialogId, 'z');
        }
        settle(alice, bob);
        for (const dialogId of dialogs) expect(kekOf(alice, bob, dialogId)).toBe(kekOf(bob, alice, dialogId));
        const next = [alice, bob, alice].map((from, index) => {
          const to = from === alice ? bob : alice;
          return kekOf(from, to, from.engine.open(to.peerId, { title: `${index}` }));
        });
        expect(new Set(next).size).toBe(1);
        // No oscillation: each side made one, one more each time it was asked to, and one more each time the week was over.
        const made = 1 + shifts + steps.filter((each) => each === 'week').length;
        for (const device of [alice, bob]) {
          const own = device.db.prepare('SELECT count(*) AS n FROM keks WHERE creating_instance = ?').get([device.person.local.instanceId]);
          expect(own?.['n']).toBeLessThanOrEqual(made);
        }
        expect(alice.sink.of('failed')).toEqual([]);
        expect(bob.sink.of('failed')).toEqual([]);
      }),
      { numRuns: times(200, 20) },
    );
  });

  it('S2-05: two contacts never share a key', async () => {
    const { alice, bob } = await newPair();
    const carol = new TestDevice(await testCrypto(), await person('Carol'));
    alice.knows(carol);
    const one = alice.engine.open(bob.peerId, { title: 'x' });
    const two = alice.engine.open(carol.peerId, { title: 'x' });
    expect(kekOf(alice, bob, one)).not.toBe(kekOf(alice, carol, two));
  });

  it('A19: blocking deletes the keys of the pair; afterwards a fresh one is made, and nothing is lost', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    bob.say(alice, dialogId, 'before');
    settle(alice, bob);
    const before = kekOf(alice, bob, dialogId);
    alice.engine.block(bob.peerId);
    expect(alice.db.prepare('SELECT count(*) AS n FROM keks WHERE key IS NOT NULL OR deleted = 0').get()).toEqual({ n: 0 });
    expect(alice.db.prepare('SELECT (SELECT count(*) FROM kek_blocks_own) + (SELECT count(*) FROM kek_blocks_received) AS n').get()).toEqual({ n: 0 });
    // Sent before Bob heard of anything: it still opens, by the long way.
    bob.say(alice, dialogId, 'under the old key');
    alice.crypto.meter.reset();
    settle(alice, bob);
    expect(alice.sink.texts()).toEqual(['before', 'under the old key']);
    expect(alice.crypto.meter.read()).toMatchObject({ verify: 1, kemDecaps: 1, sign: 1, kemEncaps: 1 });
    alice.say(bob, dialogId, 'after');
    expect(kekOf(alice, bob, dialogId)).not.toBe(before);
    settle(alice, bob);
    bob.say(alice, dialogId, 'good');
    settle(alice, bob);
    expect(alice.sink.texts().at(-1)).toBe('good');
    expect(bob.sink.texts()).toEqual(['after']);
    expect(kekOf(bob, alice, dialogId)).toBe(kekOf(alice, bob, dialogId));
  });

  it('S1-19: when the exchange key a KEK came under is gone, the dialog goes on with one of this device', async () => {
    const crypto = await testCrypto();
    const [a, b] = await Promise.all([person('Alice'), person('Bob')]);
    const alice = new TestDevice(crypto, a);
    const held = { ...b.local, exchange: { ...b.local.exchange } };
    const bob = new TestDevice(crypto, { ...b, local: held }, { limits: { cacheEntries: 0 } });
    alice.knows(bob);
    bob.knows(alice);
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    held.exchange.find = () => undefined;
    bob.restart();
    bob.say(alice, dialogId, 'still here');
    expect(alice.receive(bob, ...bob.pending(alice))[0]?.kind).toBe('delivered');
    expect(alice.sink.texts()).toEqual(['still here']);
    expect(bob.engine.status(bob.dialog(alice, dialogId)).kek?.epoch).toBe(1);
    expect(bob.db.prepare('SELECT count(*) AS n FROM keks WHERE key IS NOT NULL').get()).toEqual({ n: 1 });
  });

  it('S1-19: received key exchange keys are nowhere in the database', async () => {
    const { alice, bob } = await newPair();
    alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    const key = alice.db.prepare('SELECT key FROM keks').get()?.['key'];
    expect(key).toBeInstanceOf(Uint8Array);
    const hex = Buffer.from(key as Uint8Array).toString('hex');
    expect(alice.snapshot()).toContain(hex);
    expect(bob.snapshot()).not.toContain(hex);
  });
});
