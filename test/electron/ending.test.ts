import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';

// This file is also the program it starts: told so, it forgets secrets it holds, and the last thing done before its end is to collect them.
const ROLE = 'KEYSHIFT_TEST_FORGETS_SECRETS';

async function forgetSecrets(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const crypto = await createCrypto({ random: kernelRandom });
  for (let count = 0; count < 2000; count += 1) crypto.randomSecret('dsk-send', 32);
  process.prependListener('exit', collect);
}

if (process.env[ROLE] !== undefined) void forgetSecrets();
else {
  test('a process ends though secrets nobody wiped were collected in its last moment', async () => {
    const child = spawn(process.execPath, [__filename], { env: { ...process.env, [ROLE]: '1' }, stdio: 'inherit' });
    // It takes a second; what hangs here hangs for ever.
    const patience = setTimeout(() => child.kill('SIGKILL'), 60_000);
    const ended = await new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    clearTimeout(patience);
    assert.deepEqual(ended, { code: 0, signal: null });
  });
}
