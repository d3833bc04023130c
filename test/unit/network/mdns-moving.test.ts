import { Socket } from 'node:dgram';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
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
    vi.restoreAllMocks();
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

  it.each(['refuses', 'takes'])('LAN: a card that came back with the address it had is joined anew, once, and what is announced said there again, where the system %s a membership twice', async (twice) => {
    let looks = 0;
    let isBack = false;
    const joined = new Set<Socket>();
    const { addMembership } = Socket.prototype;
    vi.spyOn(Socket.prototype, 'addMembership').mockImplementation(function join(this: Socket, group, address) {
      if (!joined.has(this)) addMembership.call(this, group, address);
      // As Linux does: known by the number of the card, of which the one that came back has another.
      else if (twice === 'refuses' && !(isBack && this === [...joined][0])) throw Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
      joined.add(this);
    });
    const heard: string[] = [];
    listener = await listenOnLoopback((bytes) => void heard.push(...(readPacket(bytes)?.services.map((one) => one.name) ?? [])));
    joined.clear();
    const interfaces = () => {
      looks += 1;
      return [home];
    };
    const device = createLanDiscovery({ clock, random: kernelRandom, listening: () => ({ host: '127.0.0.1', port: 1 }), interfaces, onFault: unexpected });
    const name = `back-${process.pid}-${Date.now()}`;
    ends.push(device.announce({ kind: 'contacts', name, port: 4_711, facts: { v: '2' } }, unexpected));
    await until(() => heard.includes(name));
    const after = async (more: number) => {
      const before = looks;
      await until(() => looks > before + more);
    };
    await after(10);
    expect(joined.size).toBe(1);
    isBack = true;
    heard.length = 0;
    await after(10);
    expect([joined.size, heard.includes(name)]).toEqual(twice === 'refuses' ? [2, true] : [1, false]);
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
