import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { createLanDiscovery } from '../../electron/network/mdns/create-lan-discovery';
import { systemClock } from '../../electron/platform/clock';
import type { LanAnnouncement, LanDiscovery, LanSighting } from '../../electron/services/ports';
import { requireLoopbackMulticast } from '../support/loopback-mdns';
import { createMemoryLan } from '../support/memory-lan';

/** One suite for every `LanDiscovery`: what the services rely on holds for mDNS and for the fake alike. */
interface Kind {
  readonly name: string;
  readonly ready: () => Promise<void>;
  /** Devices on one network. */
  readonly network: () => () => LanDiscovery;
  /** A device that has no network at all until `heal` is called. */
  readonly lonely: () => { readonly device: LanDiscovery; readonly heal: () => LanDiscovery };
}

const loopback = { address: '127.0.0.1', netmask: '255.0.0.0' };
const real = (options: Partial<Parameters<typeof createLanDiscovery>[0]> = {}): LanDiscovery =>
  createLanDiscovery({ clock: systemClock, random: kernelRandom, listening: () => ({ host: '127.0.0.1', port: 1 }), ...options });

const kinds: readonly Kind[] = [
  {
    name: 'mDNS on loopback',
    ready: requireLoopbackMulticast,
    network: () => () => real(),
    lonely: () => {
      let cards: (typeof loopback)[] = [];
      // Looks for cards often, so that nobody has to wait.
      const clock = { ...systemClock, setTimer: (milliseconds: number, run: () => void) => systemClock.setTimer(Math.min(milliseconds, 100), run) };
      return {
        device: real({ clock, interfaces: () => cards }),
        heal: () => {
          cards = [loopback];
          return real();
        },
      };
    },
  },
  {
    name: 'memory',
    ready: async () => undefined,
    network: () => {
      const lan = createMemoryLan();
      return () => lan.join('127.0.0.1');
    },
    lonely: () => {
      const lan = createMemoryLan();
      lan.break(true);
      return {
        device: lan.join('127.0.0.1'),
        heal: () => {
          lan.break(false);
          return lan.join('127.0.0.1');
        },
      };
    },
  },
];

let names = 0;
const announcement = (change: Partial<LanAnnouncement> = {}): LanAnnouncement => ({
  kind: 'contacts',
  name: `contract-${process.pid}-${(names += 1)}-${Date.now()}`,
  port: 4_711,
  facts: { v: '2', t: 'abc_-123' },
  ...change,
});

describe.each(kinds)('LanDiscovery: $name', ({ ready, network, lonely }) => {
  beforeAll(ready);
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  const unexpected = (): never => {
    throw new Error('must not fail');
  };
  const announce = (device: LanDiscovery, what: LanAnnouncement): (() => void) => {
    const stop = device.announce(what, unexpected);
    ends.push(stop);
    return stop;
  };
  /** What a device hears of the announcements of this test; others may be at work on loopback. */
  const browse = (device: LanDiscovery, kind: LanAnnouncement['kind'], ...wanted: readonly LanAnnouncement[]) => {
    const heard: LanSighting[] = [];
    const mine = new Set(wanted.map(({ name }) => name));
    const stop = device.browse(kind, (sighting) => (mine.has(sighting.name) ? void heard.push(sighting) : undefined), unexpected);
    ends.push(stop);
    return { heard, stop };
  };

  test('LAN: who announces is heard by who looked before and by who looks afterwards', async () => {
    const device = network();
    const what = announcement();
    const early = browse(device(), 'contacts', what);
    announce(device(), what);
    await until(() => early.heard.length > 0);
    const late = browse(device(), 'contacts', what);
    await until(() => late.heard.length > 0);
    const sighting = { kind: 'contacts', name: what.name, gone: false, addresses: [{ host: '127.0.0.1', port: 4_711 }], facts: what.facts };
    expect(early.heard).toEqual([sighting]);
    expect(late.heard).toEqual([sighting]);
  });

  test('LAN: who stops says goodbye at once', async () => {
    const device = network();
    const what = announcement();
    const { heard } = browse(device(), 'contacts', what);
    const stop = announce(device(), what);
    await until(() => heard.length > 0);
    stop();
    stop();
    await until(() => heard.length > 1);
    expect(heard[1]).toMatchObject({ name: what.name, gone: true });
  });

  test('LAN: one kind is not heard by who looks for the other', async () => {
    const device = network();
    const [contacts, near] = [announcement(), announcement({ kind: 'near' })];
    const forContacts = browse(device(), 'contacts', contacts, near);
    const forNear = browse(device(), 'near', contacts, near);
    const other = device();
    announce(other, contacts);
    announce(other, near);
    await until(() => forContacts.heard.length > 0 && forNear.heard.length > 0);
    expect(forContacts.heard.map(({ name }) => name)).toEqual([contacts.name]);
    expect(forNear.heard.map(({ name }) => name)).toEqual([near.name]);
  });

  test('LAN: a device does not hear itself, and hears others at once', async () => {
    const device = network();
    const self = device();
    const [own, foreign] = [announcement(), announcement()];
    const { heard } = browse(self, 'contacts', own, foreign);
    const witness = browse(device(), 'contacts', own);
    announce(self, own);
    await until(() => witness.heard.length > 0);
    announce(device(), foreign);
    await until(() => heard.length > 0);
    expect(heard.map(({ name }) => name)).toEqual([foreign.name]);
  });

  test('LAN: nothing is told after looking was stopped', async () => {
    const device = network();
    const what = announcement();
    const { heard, stop } = browse(device(), 'contacts', what);
    const witness = browse(device(), 'contacts', what);
    stop();
    announce(device(), what);
    await until(() => witness.heard.length > 0);
    expect(heard).toEqual([]);
  });

  test('LAN: another name, port or text takes the place of the old one', async () => {
    const device = network();
    const [first, second] = [announcement(), announcement({ port: 4_712, facts: { v: '2', t: 'other' } })];
    const { heard } = browse(device(), 'contacts', first, second);
    const self = device();
    const stop = announce(self, first);
    await until(() => heard.length > 0);
    stop();
    announce(self, second);
    await until(() => heard.length > 2);
    expect(heard.map(({ name, gone }) => [name, gone])).toEqual([
      [first.name, false],
      [first.name, true],
      [second.name, false],
    ]);
    expect(heard[2]).toMatchObject({ addresses: [{ port: 4_712 }], facts: { t: 'other' } });
  });

  test('LAN: without a network it fails by word, not by exception, and goes on by itself when there is one', async () => {
    const { device, heal } = lonely();
    const [said, wanted] = [announcement(), announcement()];
    let failures = 0;
    const heard: string[] = [];
    ends.push(
      device.announce(said, () => (failures += 1)),
      device.browse('contacts', ({ name }) => heard.push(name), () => (failures += 1)),
    );
    await until(() => failures === 2);
    const other = heal();
    const witness = browse(other, 'contacts', said);
    announce(other, wanted);
    await until(() => witness.heard.length > 0 && heard.includes(wanted.name));
    expect(failures).toBe(2);
  });

  test('LAN: ended in the turn it was begun, nothing happens', async () => {
    const device = network();
    const [never, after] = [announcement(), announcement()];
    const { heard } = browse(device(), 'contacts', never, after);
    const self = device();
    self.announce(never, unexpected)();
    announce(self, after);
    await until(() => heard.length > 0);
    expect(heard.map(({ name }) => name)).toEqual([after.name]);
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2_000 && !holds(); tries += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  expect(holds()).toBe(true);
}
