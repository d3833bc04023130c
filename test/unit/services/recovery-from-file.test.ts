import { expect, it } from 'vitest';
import { parseIdentityCertificate } from '../../../electron/engine/certificates/identity-certificate';
import { followKeyLinks, type KnownKey } from '../../../electron/engine/certificates/key-history';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import { parseRecovery } from '../../../electron/engine/certificates/recovery-statement';
import type { LocalRecord } from '../../../electron/engine/ports';
import { currentKey, recovered, withNewKey } from '../../../electron/services/own-keys';
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
  // What was left behind leads nobody back.
  expect(() => follow(known, restored)).toThrow(expect.objectContaining({ code: 'key.unacceptable' }));
}, 60_000);
