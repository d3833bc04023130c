import { beforeAll, describe, expect, it } from 'vitest';
import { VerifiedCache } from '../../../../electron/engine/certificates/chain';
import { createSemiStatic, isInForce, SemiStaticKeeper, type StaticPart, staticPartBytes, staticToleranceMs, staticValidityMs } from '../../../../electron/engine/session/semi-static';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { concat } from '../../../../electron/engine/wire/writer';
import { ManualClock } from '../../../support/manual-clock';
import { newParty, type Party, testNow } from '../../../support/session-kit';

const hour = 3_600_000;
let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

describe('semi-static key', () => {
  it('S3-19: signed once, used again, renewed an hour before its end; the old one is erased', async () => {
    const clock = new ManualClock();
    const keeper = new SemiStaticKeeper(alice.crypto, clock);
    const before = alice.crypto.meter.read().sign;
    const first = keeper.current(alice.local);
    await clock.advance(staticValidityMs - hour - 1);
    expect(keeper.current(alice.local)).toBe(first);
    expect(alice.crypto.meter.read().sign - before).toBe(1);
    await clock.advance(1);
    const second = keeper.current(alice.local);
    expect(second.part.share).not.toEqual(first.part.share);
    expect([first.pair.secret.wiped, second.pair.secret.wiped]).toEqual([true, false]);
    expect(second.part.notAfter - second.part.notBefore).toBe(staticValidityMs);
  });

  it('S3-19: its signature is checked once; its time, its owner and every bit of it each time', () => {
    const verified = new VerifiedCache();
    const { credential } = alice.local.instance;
    const { part, signature } = createSemiStatic(alice.crypto, alice.local, testNow);
    const before = bob.crypto.meter.read().verify;
    const checks = (): number => bob.crypto.meter.read().verify - before;
    const at = (now: number, signer = credential): boolean => isInForce(bob.crypto, part, signature, signer, now, verified);
    expect([at(testNow), at(testNow + 1), checks()]).toEqual([true, true, 1]);
    expect([at(part.notAfter + staticToleranceMs + 1), at(testNow, bob.local.instance.credential), checks()]).toEqual([false, false, 2]);
    const changed = { ...part, share: bob.semiStatic.part.share };
    expect(isInForce(bob.crypto, changed, signature, credential, testNow, verified)).toBe(false);
    const forged = signature.map((byte, index) => (index === 63 ? byte ^ 1 : byte));
    expect([isInForce(bob.crypto, part, forged, credential, testNow, verified), checks()]).toEqual([false, 4]);
  });

  it('A50: erased at its end though nobody asks for it', async () => {
    const clock = new ManualClock();
    const held = new SemiStaticKeeper(alice.crypto, clock).current(alice.local);
    await clock.advance(staticValidityMs - 1);
    expect(held.pair.secret.wiped).toBe(false);
    await clock.advance(1);
    expect(held.pair.secret.wiped).toBe(true);
  });

  it('A50: made anew when the wall clock went back before it, and for another device', () => {
    const clock = new ManualClock();
    const keeper = new SemiStaticKeeper(alice.crypto, clock);
    const first = keeper.current(alice.local);
    clock.wall -= hour;
    const second = keeper.current(alice.local);
    expect(second).not.toBe(first);
    const other = { instance: { ...alice.local.instance, credential: bob.local.instance.credential } };
    expect(keeper.current(other)).not.toBe(second);
    keeper.wipe();
    expect(second.pair.secret.wiped).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  it('A50: a span of one millisecond to a day, and half a day of wrong clocks on either side, to the millisecond', () => {
    const { credential, signing } = alice.local.instance;
    const inForce = (part: StaticPart, now: number): boolean => {
      const signature = alice.crypto.sign('m2-static', signing.secret, concat(peerIdToBytes(credential.peerId), credential.hash, staticPartBytes(part)));
      return isInForce(bob.crypto, part, signature, credential, now);
    };
    const { share } = alice.semiStatic.part;
    const spanning = (milliseconds: number): boolean => inForce({ share, notBefore: testNow, notAfter: testNow + milliseconds }, testNow);
    expect([-1, 0, 1, staticValidityMs, staticValidityMs + 1].map(spanning)).toEqual([false, false, true, true, false]);
    const part = { share, notBefore: testNow, notAfter: testNow + staticValidityMs };
    const [first, last] = [part.notBefore - staticToleranceMs, part.notAfter + staticToleranceMs];
    expect([first - 1, first, last, last + 1].map((now) => inForce(part, now))).toEqual([false, true, true, false]);
  });

  it('A50: a signature that was found bad is as bad when it comes again', () => {
    const verified = new VerifiedCache();
    const { part, signature } = createSemiStatic(alice.crypto, alice.local, testNow);
    const forged = signature.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
    const asked = () => isInForce(bob.crypto, part, forged, alice.local.instance.credential, testNow, verified);
    expect([asked(), asked()]).toEqual([false, false]);
  });

  it('S3-19: used again in the very millisecond it was made', () => {
    const keeper = new SemiStaticKeeper(alice.crypto, new ManualClock());
    expect(keeper.current(alice.local)).toBe(keeper.current(alice.local));
    keeper.wipe();
  });
});
