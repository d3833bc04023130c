import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { createLanDiscovery } from '../../../electron/network/mdns/create-lan-discovery';
import { systemClock } from '../../../electron/platform/clock';
import type { LanSighting } from '../../../electron/services/ports';
import { listenOnLoopback, requireLoopbackMulticast, strangerOnLoopback } from '../../support/loopback-mdns';
import { announcement, header, texts } from '../../support/mdns-packets';

const unexpected = (): never => {
  throw new Error('must not fail');
};
const stranger = '127.66.0.1';

describe('strangers on the local network, over real sockets', () => {
  beforeAll(requireLoopbackMulticast);
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  const discovery = (onFault: (error: unknown) => void = unexpected, interfaces?: () => { address: string; netmask: string }[]) =>
    createLanDiscovery({ clock: systemClock, random: kernelRandom, listening: () => ({ host: '127.0.0.1', port: 1 }), onFault, interfaces });

  it('LAN: thousands of devices that are none, huge texts and garbage keep nobody from being found', async () => {
    const heard: LanSighting[] = [];
    ends.push(discovery().browse('contacts', (sighting) => void heard.push(sighting), unexpected));
    const attacker = await strangerOnLoopback(stranger);
    ends.push(() => attacker.close());
    const trial = Buffer.from(`begin-${process.pid}`).toString('hex');
    await untilHeard(heard, trial, () => attacker.send(announcement({ name: trial })));
    for (let at = 0; at < 3_000; at += 1) {
      const packet = [
        announcement({ name: `flood-${process.pid}-${at}`, port: 1 + at }),
        announcement({ name: `flood-${process.pid}-${at}`, text: texts('a='.padEnd(250, 'x'), 'b='.padEnd(250, 'x')) }),
        Buffer.concat([header({ answers: 32 }), kernelRandom.bytes(200), Buffer.from('_keyshift')]),
        announcement({ name: Buffer.from([0xff, 0xc0, 0x80]) }),
      ][at % 4];
      await attacker.send(packet ?? Buffer.alloc(0));
    }
    const name = `real-${process.pid}-${Date.now()}`;
    ends.push(discovery().announce({ kind: 'contacts', name, port: 4_711, facts: { v: '2' } }, unexpected));
    await untilHeard(heard, name, async () => undefined);
    const ofAttacker = heard.filter(({ addresses }) => addresses.some(({ host }) => host === stranger));
    expect(ofAttacker.length).toBeGreaterThan(0);
    expect(ofAttacker.length).toBeLessThanOrEqual(64);
    expect(ofAttacker.every(({ facts }) => facts['a'] === undefined)).toBe(true);
  });

  it('LAN: a card that is not there, or lost, is a failure by word', async () => {
    let failures = 0;
    const stop = discovery(unexpected, () => [{ address: '192.0.2.1', netmask: '255.255.255.0' }]).browse('near', unexpected, () => (failures += 1));
    await waitFor(() => failures === 1);
    stop();
    let faults = 0;
    const broken = discovery(() => (faults += 1), () => {
      throw new Error('no cards');
    });
    ends.push(broken.announce({ kind: 'near', name: 'x', port: 1, facts: {} }, () => (failures += 1)));
    await waitFor(() => failures === 2 && faults === 1);
  });

  it('LAN: a system that does not tell its cards now has taken none away, and what could not be read is read at the next time', async () => {
    const clock = { ...systemClock, setTimer: (milliseconds: number, run: () => void) => systemClock.setTimer(Math.min(milliseconds, 20), run) };
    let [looks, faults, failures] = [0, 0, 0];
    const interfaces = () => {
      looks += 1;
      if (looks > 1) throw new Error('too many open files');
      return [{ address: '127.0.0.1', netmask: '255.0.0.0' }];
    };
    const busy = createLanDiscovery({ clock, random: kernelRandom, listening: () => ({ host: '127.0.0.1', port: 1 }), interfaces, onFault: () => (faults += 1) });
    ends.push(busy.browse('near', () => undefined, () => (failures += 1)));
    await waitFor(() => faults > 3);
    expect(failures).toBe(0);

    const path = '../../../electron/network/mdns/lan-network';
    vi.doMock(path, () => {
      throw new Error('too many open files');
    });
    const heard: LanSighting[] = [];
    const device = discovery(() => (faults += 1));
    faults = 0;
    device.browse('contacts', unexpected, () => (failures += 1))();
    device.browse('contacts', unexpected, () => (failures += 1));
    await waitFor(() => failures === 1);
    vi.doUnmock(path);
    ends.push(device.browse('contacts', (sighting) => void heard.push(sighting), unexpected));
    const name = `late-${process.pid}-${Date.now()}`;
    ends.push(discovery().announce({ kind: 'contacts', name, port: 4_711, facts: { v: '2' } }, unexpected));
    await untilHeard(heard, name, async () => undefined);
  });

  it('LAN: what does not fit an announcement is refused by word', async () => {
    let failures = 0;
    let faults = 0;
    discovery(() => (faults += 1)).announce({ kind: 'near', name: 'Ann’s laptop', port: 1, facts: {} }, () => (failures += 1));
    await waitFor(() => failures === 1 && faults === 1);
  });

  it('LAN: a handler that throws costs one report', async () => {
    const listener = await listenOnLoopback();
    ends.push(() => listener.close());
    let faults = 0;
    ends.push(discovery(() => (faults += 1)).browse('near', unexpected, unexpected));
    await waitFor(async () => {
      await listener.send(announcement({ name: `thrower-${process.pid}-${faults}-${Date.now()}`, type: ['_keyshift-near', '_tcp', 'local'] }));
      return faults > 0;
    });
  });
});

async function untilHeard(heard: readonly LanSighting[], name: string, ask: () => Promise<void>): Promise<void> {
  await waitFor(async () => {
    await ask();
    return heard.some((one) => one.name === name);
  });
}

async function waitFor(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  throw new Error('it did not happen within ten seconds');
}
