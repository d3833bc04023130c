import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { FrameReader } from '../../electron/engine/wire/frame';
import { dialler, listener, newParty, type Party, Side, targetOf } from '../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

/** Delivers bytes that may be anything; what is no frame is what the connection would close on. */
function deliver(side: Side, bytes: Uint8Array): void {
  const reader = new FrameReader();
  reader.push(Uint8Array.from(bytes));
  try {
    const frame = reader.next();
    if (frame) side.receive(frame.frame);
    else side.end('timeout');
  } catch {
    side.end('closed');
  }
}

const changed = (bytes: Uint8Array, bit: number): Uint8Array => {
  const at = bit % (bytes.length * 8);
  return bytes.map((byte, index) => (index === at >> 3 ? byte ^ (1 << (at & 7)) : byte));
};

describe('handshake', () => {
  it('S3-23 A47: one changed bit in any of the four messages, and neither that side opens nor, from M1 and M2, the other', () => {
    fc.assert(
      fc.property(fc.constantFrom('m1', 'm2', 'm3', 'm4'), fc.nat(16_384 * 8), (which, bit) => {
        const a = dialler(alice, targetOf(bob), [bob]);
        const b = listener(bob, [alice]);
        const pass = (name: string, bytes: Uint8Array): Uint8Array => (name === which ? changed(bytes, bit) : bytes);
        deliver(b, pass('m1', a.next()));
        if (b.out.length === 2) {
          deliver(a, pass('m2', b.next()));
          const m4 = pass('m4', b.next());
          if (a.out.length === 1) deliver(b, pass('m3', a.next()));
          deliver(a, m4);
        }
        const open = [a.result === 'open', b.result === 'open'];
        if (which === 'm1' || which === 'm2') expect(open).toEqual([false, false]);
        if (which === 'm3') expect(open[1]).toBe(false);
        if (which === 'm4') expect(open[0]).toBe(false);
        if (which === 'm1') expect(b.out).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('S3-07: whatever frames of several handshakes are mixed, two sides are open only for one and the same session', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(5)), { maxLength: 24 }), (deliveries) => {
        const sides = [dialler(alice, targetOf(bob), [bob]), dialler(alice, targetOf(bob), [bob]), listener(bob, [alice]), listener(bob, [alice])];
        const pool: Uint8Array[] = [];
        const collect = (): void => {
          for (const side of sides) pool.push(...side.out.splice(0));
        };
        collect();
        for (const [to, frame] of deliveries) {
          const bytes = pool[frame % pool.length];
          const side = sides[to];
          if (bytes && side) deliver(side, bytes);
          collect();
        }
        const opened = sides.flatMap((side) => (side.state.phase === 'open' ? [side.state.opened] : []));
        for (const one of opened) {
          const twins = opened.filter((other) => Buffer.compare(other.keys.keyId, one.keys.keyId) === 0);
          expect(twins.length).toBeLessThanOrEqual(2);
          expect(new Set(twins.map(({ role }) => role)).size).toBe(twins.length);
          // The other side may still wait for the last confirmation, but then it stands in that very session.
          const partner = sides.some(
            ({ state }) => (state.phase === 'open' && state.opened.role !== one.role && sameKey(state.opened.keys.keyId, one.keys.keyId)) || (state.phase === 'awaiting-confirm' && state.role !== one.role && sameKey(state.keys.keyId, one.keys.keyId)),
          );
          const failed = sides.some(({ state }) => state.phase === 'failed');
          expect(partner || failed).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('S3-11: random bytes in the place of any message never open, never throw, never hang', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.boolean(), (bytes, toListener) => {
        const side = toListener ? listener(bob, [alice]) : dialler(alice, targetOf(bob), [bob]);
        side.out.splice(0);
        deliver(side, Uint8Array.of(toListener ? 1 : 2, 2, 0, 0, 0, bytes.length >> 8, bytes.length & 255, ...bytes));
        expect(side.state.phase).toBe('failed');
        expect(side.out).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
