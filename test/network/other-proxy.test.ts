import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { Address } from '../../electron/engine/ports';
import { ChosenTransport } from '../../electron/network/chosen-transport';

const missing = spawnSync('microsocks', ['-h'], { timeout: 10_000 }).error !== undefined;
const title = 'a proxy of another make (microsocks)';
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** On a free port of loopback; takes the next when another program was faster. */
async function microsocks(...options: string[]): Promise<Address> {
  for (let tries = 0; tries < 10; tries += 1) {
    const port = 20_000 + Math.floor(Math.random() * 40_000);
    const child = spawn('microsocks', ['-i', '127.0.0.1', '-p', String(port), ...options], { stdio: 'ignore' });
    const ended = new Promise<false>((resolve) => child.once('exit', () => resolve(false)));
    if (await Promise.race([ended, answers(port)])) {
      ends.push(() => {
        child.kill('SIGKILL');
        return ended;
      });
      return { host: '127.0.0.1', port };
    }
    child.kill('SIGKILL');
  }
  throw new Error('microsocks did not start');
}

async function answers(port: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (there) return true;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  return false;
}

async function echo(transport: ChosenTransport): Promise<Address> {
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (link) => link.onData((bytes) => link.send(bytes)));
  ends.push(() => listener.close());
  return listener.address;
}

describe.skipIf(missing)(missing ? `${title} [NOT PROVEN: sudo apt-get install -y --no-install-recommends microsocks]` : title, () => {
  test('S3-26: carries bytes both ways, resolves names, and says what is not there', async () => {
    const transport = new ChosenTransport({ random: kernelRandom });
    const { port } = await echo(transport);
    transport.use(await microsocks());
    for (const host of ['127.0.0.1', 'localhost']) {
      const link = await transport.dial({ host, port }, 5_000, undefined, 'somebody');
      const size = 2_000_000;
      let back = 0;
      const all = new Promise<void>((resolve) => {
        link.onData((bytes) => {
          back += bytes.length;
          if (back === size) resolve();
        });
      });
      link.send(new Uint8Array(size));
      await all;
      link.destroy();
    }
    await expect(transport.dial({ host: '127.0.0.1', port: 9 }, 5_000)).rejects.toMatchObject({ reason: 'refused' });
    expect(transport.state).toBe('working');
  });

  test('that wants a login of its own would not', async () => {
    const transport = new ChosenTransport({ random: kernelRandom });
    const to = await echo(transport);
    transport.use(await microsocks('-u', 'somebody', '-P', 'else'));
    await expect(transport.dial(to, 5_000)).rejects.toMatchObject({ reason: 'proxy-failed' });
    expect(transport.state).toBe('failed');
  });
});
