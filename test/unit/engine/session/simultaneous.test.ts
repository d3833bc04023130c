import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLower, judge, type Standing } from '../../../../electron/engine/session/simultaneous';
import type { InstanceRef } from '../../../../electron/engine/ports';
import { instanceIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';

const refs = fc
  .record({ peer: fc.uint8Array({ minLength: 32, maxLength: 32 }), instance: fc.uint8Array({ minLength: 16, maxLength: 16 }) })
  .map(({ peer, instance }): InstanceRef => ({ peerId: peerIdFromBytes(peer), instanceId: instanceIdFromBytes(instance) }));
const other = (dialledBy: Standing['dialledBy']): Standing['dialledBy'] => (dialledBy === 'us' ? 'them' : 'us');

describe('simultaneous open', () => {
  it('S3-31 A55: both sides keep the session dialled by the lower instance, in whatever order each saw them confirmed', () => {
    fc.assert(
      fc.property(refs, refs, fc.boolean(), fc.boolean(), (a, b, aSawOwnFirst, bSawOwnFirst) => {
        fc.pre(a.peerId !== b.peerId || a.instanceId !== b.instanceId);
        // Which dialler's session each side keeps.
        const keeps = (ours: InstanceRef, theirs: InstanceRef, ownFirst: boolean): InstanceRef => {
          const first: Standing = { dialledBy: ownFirst ? 'us' : 'them', confirmedAt: 0 };
          const second: Standing = { dialledBy: other(first.dialledBy), confirmedAt: 100 };
          const kept = judge(ours, theirs, first, second, 20_000) === 'existing' ? first : second;
          return kept.dialledBy === 'us' ? ours : theirs;
        };
        const lower = isLower(a, b) ? a : b;
        expect(keeps(a, b, aSawOwnFirst)).toBe(lower);
        expect(keeps(b, a, bSawOwnFirst)).toBe(lower);
      }),
    );
  });

  it('S3-31: two devices of one person are told apart by their instance id', () => {
    const peerId = peerIdFromBytes(new Uint8Array(32).fill(9));
    const low = { peerId, instanceId: instanceIdFromBytes(new Uint8Array(16).fill(1)) };
    const high = { peerId, instanceId: instanceIdFromBytes(new Uint8Array(16).fill(2)) };
    expect(isLower(low, high)).toBe(true);
    expect(isLower(high, low)).toBe(false);
  });

  it('S3-31: compares bytes: the text form sorts digits before letters though they stand for higher values', () => {
    const instanceId = instanceIdFromBytes(new Uint8Array(16));
    const letter = { peerId: peerIdFromBytes(new Uint8Array(32)), instanceId };
    const digit = { peerId: peerIdFromBytes(new Uint8Array(32).fill(0xff)), instanceId };
    expect(digit.peerId < letter.peerId).toBe(true);
    expect(isLower(letter, digit)).toBe(true);
  });

  it('S3-31: a session dialled long after the older one replaces it: the other side has lost the older', () => {
    const a = { peerId: peerIdFromBytes(new Uint8Array(32).fill(1)), instanceId: instanceIdFromBytes(new Uint8Array(16)) };
    const b = { peerId: peerIdFromBytes(new Uint8Array(32).fill(2)), instanceId: instanceIdFromBytes(new Uint8Array(16)) };
    const ours: Standing = { dialledBy: 'us', confirmedAt: 0 };
    expect(judge(a, b, ours, { dialledBy: 'them', confirmedAt: 20_000 }, 20_000)).toBe('existing');
    expect(judge(a, b, ours, { dialledBy: 'them', confirmedAt: 20_001 }, 20_000)).toBe('newcomer');
  });

  it('S3-31: of two sessions from one dialler, the dialler takes the newer and the listener leaves it the choice', () => {
    const a = { peerId: peerIdFromBytes(new Uint8Array(32).fill(1)), instanceId: instanceIdFromBytes(new Uint8Array(16)) };
    const b = { peerId: peerIdFromBytes(new Uint8Array(32).fill(2)), instanceId: instanceIdFromBytes(new Uint8Array(16)) };
    expect(judge(a, b, { dialledBy: 'us', confirmedAt: 0 }, { dialledBy: 'us', confirmedAt: 5 }, 20_000)).toBe('newcomer');
    expect(judge(b, a, { dialledBy: 'them', confirmedAt: 0 }, { dialledBy: 'them', confirmedAt: 5 }, 20_000)).toBe('both');
  });

  it('S3-31: after the time for it, only two that came from the other side leave it a choice; nobody is below itself', () => {
    const a = { peerId: peerIdFromBytes(new Uint8Array(32).fill(1)), instanceId: instanceIdFromBytes(new Uint8Array(16)) };
    const b = { peerId: peerIdFromBytes(new Uint8Array(32).fill(2)), instanceId: instanceIdFromBytes(new Uint8Array(16)) };
    const verdict = (first: Standing['dialledBy'], second: Standing['dialledBy']) => judge(a, b, { dialledBy: first, confirmedAt: 0 }, { dialledBy: second, confirmedAt: 20_001 }, 20_000);
    expect([verdict('us', 'us'), verdict('us', 'them'), verdict('them', 'us'), verdict('them', 'them')]).toEqual(['newcomer', 'newcomer', 'newcomer', 'both']);
    expect([isLower(a, a), isLower(a, { ...a })]).toEqual([false, false]);
  });
});
