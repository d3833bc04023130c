import { beforeEach, describe, expect, test } from 'vitest';
import { type InterfaceAddress, lastingInterfaces } from '../../../electron/network/addresses';
import { createNetworkWatch, type NetworkChange } from '../../../electron/network/network-watch';
import { ManualClock } from '../../support/manual-clock';

const wlan = (address: string): InterfaceAddress => ({ interfaceName: 'wlan0', address, internal: false });
const loopback: InterfaceAddress = { interfaceName: 'lo', address: '127.0.0.1', internal: true };

describe('watching the network', () => {
  let clock: ManualClock;
  let now: InterfaceAddress[];
  let reads: number;
  let told: NetworkChange[];
  let stop: () => void;
  let failing: boolean;
  let faults: unknown[];

  beforeEach(() => {
    clock = new ManualClock();
    now = [loopback, wlan('192.168.1.5')];
    reads = 0;
    told = [];
    failing = false;
    faults = [];
    const watch = createNetworkWatch({
      clock,
      read: lastingInterfaces(
        () => {
          reads += 1;
          if (failing) throw new Error('EMFILE');
          return now;
        },
        (error) => faults.push(error),
      ),
    });
    stop = watch.onChange((reason) => told.push(reason));
  });

  test('looks every five seconds and tells of another address once', async () => {
    await clock.advance(60_000);
    expect([told, reads]).toEqual([[], 13]);
    now = [loopback, wlan('10.0.0.7')];
    await clock.advance(4_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    await clock.advance(60_000);
    expect(told).toEqual(['addresses']);
    now = [loopback];
    await clock.advance(5_000);
    expect(told).toEqual(['addresses', 'addresses']);
  });

  test('the order in which the system names them, and what leads nowhere, is no change', async () => {
    now = [wlan('192.168.1.5'), loopback, { interfaceName: 'docker0', address: '172.17.0.1', internal: false }, wlan('169.254.3.4'), wlan('fe80::1')];
    await clock.advance(10_000);
    expect(told).toEqual([]);
    now.push(wlan('2001:db8::7'));
    await clock.advance(5_000);
    expect(told).toEqual(['addresses']);
  });

  test('a wall clock that jumped ahead is waking from sleep, also when the addresses are others', async () => {
    clock.wall += 3_600_000;
    await clock.advance(5_000);
    expect(told).toEqual(['wake']);
    clock.wall += 3_600_000;
    now = [wlan('10.0.0.7')];
    await clock.advance(5_000);
    await clock.advance(20_000);
    expect(told).toEqual(['wake', 'wake']);
    clock.wall -= 9_000; // less than a drift that matters
    await clock.advance(5_000);
    expect(told).toEqual(['wake', 'wake']);
    clock.wall -= 7_200_000; // set back by hand: what was made before may be of a time that is still to come
    await clock.advance(5_000);
    await clock.advance(20_000);
    expect(told).toEqual(['wake', 'wake', 'wake']);
  });

  test('looks no more when nobody listens', async () => {
    const before = reads;
    stop();
    now = [];
    await clock.advance(60_000);
    expect([told, reads, clock.waiting]).toEqual([[], before, 0]);
  });

  test('a system that does not tell its interfaces now, for want of descriptors say, ends nothing and is no change', async () => {
    failing = true;
    await clock.advance(20_000);
    expect(told).toEqual([]);
    expect(faults).toHaveLength(4);
    failing = false;
    await clock.advance(10_000);
    expect(told).toEqual([]);
    now = [wlan('10.0.0.7')];
    await clock.advance(5_000);
    expect(told).toEqual(['addresses']);
  });
});
