import { expect, it } from 'vitest';
import { parseIdentityCertificate } from '../../../electron/engine/certificates/identity-certificate';
import { followKeyLinks, type KnownKey } from '../../../electron/engine/certificates/key-history';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import { parseRecovery } from '../../../electron/engine/certificates/recovery-statement';
import type { LocalRecord } from '../../../electron/engine/ports';
import { lifetimes } from '../../../electron/engine/certificates/validity';
import { currentKey, isSpent, rotatesAt, withNewKey } from '../../../electron/services/own-keys';
import { recovered } from '../../../electron/services/recovering';
import { defaultSettings, settings } from '../../../shared/model/settings';
import { day, realCrypto } from '../../support/foundation-kit';

it('S5-22 A72 A89: who takes the identity back from an old backup, and again from the same one, is followed by contacts who know later keys', async () => {
  const crypto = await realCrypto();
  const now = 1_800_000_000_000;
  const first = await createLocalRecord(crypto, { name: 'Ann', deviceName: 'desk', now });
  const seed = first.recovery?.seed ?? new Uint8Array();
  const { spki, recoveryKeyHash } = parseIdentityCertificate(crypto, currentKey(first).certificate);
  const follow = (known: KnownKey, { identityKeys }: LocalRecord): KnownKey =>
    followKeyLinks(crypto, first.peerId, known, [parseRecovery(crypto, identityKeys.at(-1)?.recovery ?? new Uint8Array())], recoveryKeyHash);
  const backup = { ...first, unconfirmed: true };

  const onDevice = await recovered(crypto, first, seed, now + day);
  let known = follow({ epoch: 1, spki, recovered: 0 }, onDevice);
  // A device that always was in use counts on.
  expect(known.epoch).toBe(2);
  const restored = await recovered(crypto, backup, seed, now + 2 * day);
  known = follow(known, restored);
  const renewed = await withNewKey(crypto, restored, now + 2 * day + 1);
  expect(currentKey(renewed).epoch).toBe(known.epoch + 1);
  const again = await recovered(crypto, backup, seed, now + 2 * day + 2 * 60 * 60 * 1000);
  expect(currentKey(again).epoch).toBeGreaterThan(currentKey(renewed).epoch);
  known = follow(known, again);
  // Also a device that was in use all the time, where it was told of later keys.
  const behind = await recovered(crypto, first, seed, now + 2 * day, { isBehind: true });
  expect(currentKey(behind).epoch).toBe(currentKey(restored).epoch);
  // What was left behind leads nobody back.
  expect(() => follow(known, restored)).toThrow(expect.objectContaining({ code: 'key.unacceptable' }));
}, 60_000);

it('S5-24 A38: of two that hold one key the one makes the next that the list says, the other weeks later, and none that is not sure of its key', () => {
  // Only whether it is here matters.
  const held = { keyCreatedAt: 1_800_000_000_000, unconfirmed: false, isCertifier: true, certifierKey: () => ({ key: {} as never }) };
  const at = (local: Parameters<typeof rotatesAt>[0], rotateIdentityDays: 0 | 90 = 90) => rotatesAt(local, { rotateIdentityDays });
  expect(at(held)).toBe(held.keyCreatedAt + 90 * day);
  expect(at({ ...held, isCertifier: false })).toBe(held.keyCreatedAt + 110 * day);
  expect([at({ ...held, unconfirmed: true }), at(held, 0), at({ ...held, certifierKey: () => { throw new Error('elsewhere'); } })]).toEqual([undefined, undefined, undefined]);
});

it('S5-22: whatever is chosen, a key makes room for the next one within half of the time for which it is good for anything, and so does an exchange key', () => {
  const createdAt = 1_800_000_000_000;
  const held = { keyCreatedAt: createdAt, unconfirmed: false, certifierKey: () => ({ key: {} as never }) };
  const chosen = settings.shape.rotateIdentityDays.options.map(({ value }) => value).filter((value) => value !== 0);
  expect(chosen).toContain(defaultSettings.rotateIdentityDays);
  for (const rotateIdentityDays of chosen) {
    for (const isCertifier of [true, false]) {
      const retiredAt = rotatesAt({ ...held, isCertifier }, { rotateIdentityDays }) ?? expect.unreachable('it is renewed');
      // Where nobody proved to know a later one: then it goes sooner, and serves nobody.
      const key = { epoch: 1, createdAt, retiredAt, privateKey: new Uint8Array(1), certificate: new Uint8Array(1) };
      expect([rotateIdentityDays, isCertifier, isSpent(key, 1, createdAt + 2 * (retiredAt - createdAt))]).toEqual([rotateIdentityDays, isCertifier, false]);
    }
  }
  expect([defaultSettings.rotateIdentityDays * day, lifetimes.exchange]).toEqual([90 * day, 7 * day]);
  expect(2 * lifetimes.exchange).toBeLessThanOrEqual(lifetimes.exchangeGrace);
});
