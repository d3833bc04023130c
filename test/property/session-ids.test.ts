import { beforeAll, expect, it } from 'vitest';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { deriveMaster, keyIdOf } from '../../electron/engine/session/key-schedule';

/** A million with `KEYSHIFT_SESSIONS=1000000 npx vitest run test/property/session-ids.test.ts`; a number that takes no time otherwise. */
const sessions = Number(process.env['KEYSHIFT_SESSIONS'] ?? 20_000);

let crypto: Crypto;
beforeAll(async () => {
  crypto = await createCrypto({ random: kernelRandom });
});

it(`S4-11: ${sessions} sessions of the same two devices have as many ids, though they differ in nothing but one side's nonce`, { timeout: 120_000 }, () => {
  const same = () => new Uint8Array(32).fill(7);
  const transcript = { m1: same(), m2: same() };
  const inputs = { sn: crypto.secret('content', same()), ephemeral: crypto.secret('shared', same()), semiStatic: crypto.secret('shared', same()) };
  // The first eight bytes of each: 8 MB for a million, and of random ones two in a million are alike once in forty million runs.
  const starts = new BigUint64Array(sessions);
  for (let at = 0; at < sessions; at += 1) {
    const cn = crypto.secret('content', crypto.random(32));
    const master = deriveMaster(crypto, { ...inputs, cn }, transcript);
    const id = keyIdOf(crypto, master);
    if (id.length !== 32) throw new Error('not 32 bytes');
    starts[at] = new DataView(id.buffer, id.byteOffset).getBigUint64(0);
    master.wipe();
    cn.wipe();
  }
  starts.sort();
  let alike = 0;
  for (let at = 1; at < sessions; at += 1) if (starts[at] === starts[at - 1]) alike += 1;
  expect([starts.length, alike]).toEqual([sessions, 0]);
});
