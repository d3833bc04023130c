import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { createLanDiscovery } from '../../../electron/network/mdns/create-lan-discovery';
import { readPacket } from '../../../electron/network/mdns/packets';
import { systemClock } from '../../../electron/platform/clock';
import { listenOnLoopback, requireLoopbackMulticast, type LoopbackListener } from '../../support/loopback-mdns';

const home = { address: '127.77.0.1', netmask: '255.255.0.0' };
const café = { address: '127.78.0.1', netmask: '255.255.0.0' };
// Looks for cards often, so that nobody has to wait.
const clock = { ...systemClock, setTimer: (milliseconds: number, run: () => void) => systemClock.setTimer(Math.min(milliseconds, 50), run) };
const unexpected = (): never => {
  throw new Error('must not fail');
};

describe('a machine that comes to another network', () => {
  beforeAll(requireLoopbackMulticast);
  let listener: LoopbackListener | undefined;
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
    listener?.close();
  });

  it('LAN: nothing that was said in one network is said in the other; who does not mind says the same', async () => {
    let cards = [home];
    /** From which cards a name was announced. */
    const from = (name: string) =>
      new Set(listener?.packets.filter(({ bytes }) => readPacket(bytes)?.services.some((one) => one.name === name && one.offer !== undefined)).map(({ from: { address } }) => address));
    listener = await listenOnLoopback();
    const device = createLanDiscovery({ clock, random: kernelRandom, listening: () => ({ host: '127.0.0.1', port: 1 }), interfaces: () => cards, onFault: unexpected });
    const [shy, shyAnew, plain] = ['shy', 'anew', 'plain'].map((word) => `${word}-${process.pid}-${Date.now()}`) as [string, string, string];
    const what = (name: string) => ({ kind: 'contacts', name, port: 4_711, facts: { v: '2' } }) as const;
    ends.push(device.announce(what(plain), unexpected));
    const stop = device.announce(what(shy), unexpected, () => {
      stop();
      ends.push(device.announce(what(shyAnew), unexpected, unexpected));
    });
    await until(() => from(shy).size > 0 && from(plain).size > 0);
    cards = [café];
    await until(() => from(shyAnew).size > 0 && from(plain).size > 1);
    expect([...from(shy)]).toEqual([home.address]);
    expect([...from(shyAnew)]).toEqual([café.address]);
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000 && !holds(); tries += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  expect(holds()).toBe(true);
}
