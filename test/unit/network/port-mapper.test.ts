import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createPortMapper } from '../../../electron/network/port-mapper';
import type { Mapping } from '../../../electron/services/ports';
import { found, goodNatPmp } from '../../support/fake-router';
import { mapAt, outcome, patiently, router, upnp } from '../../support/mapped-port';

const outside = [45, 0, 0, 1];

describe('a router that does as it is asked', () => {
  test('NAT-PMP: mapped, renewed under the same port, taken back; nobody else is asked', async () => {
    const box = await router({ natPmp: goodNatPmp(outside), location: (port) => found(port) });
    const { told, stop } = mapAt(box, { renewMs: 20, shortestRenewMs: 1 });
    expect(await outcome(told)).toEqual({ state: 'mapped', method: 'nat-pmp', address: { host: '45.0.0.1', port: 4800 } });
    const maps = () => box.datagrams.filter(([, operation]) => operation === 2);
    await vi.waitFor(() => expect(maps().length).toBeGreaterThan(2));
    expect(maps()[0]).toEqual([0, 2, 0, 0, 0x12, 0xc0, 0x12, 0xc0, 0, 0, 0x0e, 0x10]);
    await stop();
    // Port 4800 here, no port outside, no time: the end of it.
    expect(box.datagrams.at(-1)).toEqual([0, 2, 0, 0, 0x12, 0xc0, 0, 0, 0, 0, 0, 0]);
    expect(box.asked).toEqual([]);
    expect(told.slice(2).every((one) => JSON.stringify(one) === JSON.stringify(told[1]))).toBe(true);
  });

  test('UPnP: mapped for an hour to this machine, and taken back only because it leads here', async () => {
    const box = await router(
      upnp({
        order: (action) =>
          action === 'GetExternalIPAddress' ? { NewExternalIPAddress: '45.0.0.1' } : action === 'GetSpecificPortMappingEntry' ? { NewInternalClient: '127.0.0.1', NewInternalPort: '4800' } : {},
      }),
    );
    const { told, stop } = mapAt(box, patiently);
    expect(await outcome(told)).toEqual({ state: 'mapped', method: 'upnp', address: { host: '45.0.0.1', port: 4800 } });
    expect(box.orders.find(({ action }) => action === 'AddPortMapping')?.fields).toEqual({
      NewRemoteHost: '',
      NewExternalPort: '4800',
      NewProtocol: 'TCP',
      NewInternalPort: '4800',
      NewInternalClient: '127.0.0.1',
      NewEnabled: '1',
      NewPortMappingDescription: 'Keyshift',
      NewLeaseDuration: '3600',
    });
    await stop();
    expect(box.orders.at(-1)).toEqual({ action: 'DeletePortMapping', fields: { NewRemoteHost: '', NewExternalPort: '4800', NewProtocol: 'TCP' } });
  });

  test('UPnP: a router that takes five seconds to say whose a port is, is waited for', async () => {
    const box = await router(
      upnp({
        order: (action) =>
          action === 'GetExternalIPAddress' ? { NewExternalIPAddress: '45.0.0.1' } : action === 'GetSpecificPortMappingEntry' ? { NewInternalClient: '127.0.0.1', NewInternalPort: '4800' } : {},
        pauseMs: (action) => (action === 'GetSpecificPortMappingEntry' ? 5_000 : 0),
      }),
    );
    const { told, stop } = mapAt(box, patiently);
    expect(await outcome(told)).toMatchObject({ state: 'mapped' });
    await stop(20_000);
    expect(box.orders.at(-1)?.action).toBe('DeletePortMapping');
  }, 30_000);

  test('UPnP: what leads to somebody else is not taken away', async () => {
    const box = await router(
      upnp({
        order: (action) =>
          action === 'GetExternalIPAddress' ? { NewExternalIPAddress: '45.0.0.1' } : action === 'GetSpecificPortMappingEntry' ? { NewInternalClient: '127.0.0.9', NewInternalPort: '4800' } : {},
      }),
    );
    const { told, stop } = mapAt(box, patiently);
    expect(await outcome(told)).toMatchObject({ state: 'mapped' });
    await stop();
    expect(box.orders.map(({ action }) => action)).not.toContain('DeletePortMapping');
  });

  test('UPnP: a port that another device holds is left to it; a router that knows no time gets none', async () => {
    let holder = 4800;
    const box = await router(
      upnp({
        order: (action, fields) => {
          if (action === 'GetExternalIPAddress') return { NewExternalIPAddress: '45.0.0.1' };
          if (action !== 'AddPortMapping') return {};
          if (fields['NewLeaseDuration'] !== '0') return 725;
          if (Number(fields['NewExternalPort']) === holder) return 718;
          holder = Number(fields['NewExternalPort']);
          return {};
        },
      }),
    );
    const { told } = mapAt(box, patiently);
    expect(await outcome(told)).toMatchObject({ state: 'mapped', address: { host: '45.0.0.1', port: holder } });
    expect(holder).toBeGreaterThanOrEqual(20_000);
  });

  test('UPnP: the answer for another port was lost: what was asked for last is taken back, not what another device holds', async () => {
    const held = new Map([[4800, 'another']]);
    let arrived: () => void = () => {};
    const asking = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const box = await router(
      upnp({
        order: (action, fields) => {
          const port = Number(fields['NewExternalPort']);
          if (action === 'GetExternalIPAddress') return { NewExternalIPAddress: '45.0.0.1' };
          if (action === 'DeletePortMapping') held.delete(port);
          if (action === 'GetSpecificPortMappingEntry') {
            if (!held.has(port)) return 714;
            return { NewInternalClient: held.get(port) === 'us' ? '127.0.0.1' : '192.0.2.1', NewInternalPort: '4800' };
          }
          if (action !== 'AddPortMapping') return {};
          if (held.has(port)) return 718;
          held.set(port, 'us');
          arrived();
          return 501; // in the place of an answer that never comes
        },
      }),
    );
    const { stop } = mapAt(box, patiently);
    await asking;
    await stop();
    expect([...held]).toEqual([[4800, 'another']]);
  });

  test('UPnP: where one renewal was lost, the port that contacts were told is asked for again, and none is left open beside it', async () => {
    const held = new Map([['4800', 'another']]);
    let [losing, lost] = [false, 0];
    const box = await router(
      upnp({
        order: (action, fields) => {
          const port = fields['NewExternalPort'] ?? '';
          if (action === 'GetExternalIPAddress') return { NewExternalIPAddress: '45.0.0.1' };
          if (action === 'DeletePortMapping') held.delete(port);
          if (action === 'GetSpecificPortMappingEntry') return held.get(port) === 'us' ? { NewInternalClient: '127.0.0.1', NewInternalPort: '4800' } : 714;
          if (action !== 'AddPortMapping') return {};
          if (held.get(port) === 'another') return 718;
          held.set(port, 'us');
          if (!losing) return {};
          losing = false;
          lost += 1;
          return 501; // in the place of an answer that never comes
        },
      }),
    );
    const { told, stop } = mapAt(box, { ...patiently, renewMs: 20, shortestRenewMs: 1 });
    await outcome(told);
    losing = true;
    const before = told.length;
    await vi.waitFor(() => expect([lost, told.length > before + 2]).toEqual([1, true]), { timeout: 15_000, interval: 10 });
    expect(new Set(told.slice(1).map((one) => JSON.stringify(one))).size).toBe(1);
    await stop();
    expect([...held]).toEqual([['4800', 'another']]);
  });

  test('a new address outside is told when the mapping is renewed; a router that is gone, too', async () => {
    let address = outside;
    let silent = false;
    const box = await router({ natPmp: (...request) => void (silent || goodNatPmp(address)(...request)) });
    const { told } = mapAt(box, { renewMs: 20, shortestRenewMs: 1, retryMs: 60_000 });
    await outcome(told);
    address = [45, 0, 0, 2];
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ state: 'mapped', address: { host: '45.0.0.2' } }));
    silent = true;
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ state: 'none' }), { timeout: 15_000 });
  });

  test('nothing is told after the end, whenever that comes, and what was asked for meanwhile is taken back', async () => {
    let arrived: () => void = () => {};
    const asking = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const box = await router({
      // The answer to the mapping itself is lost.
      natPmp: (request, ...rest) => (request[1] === 2 ? arrived() : goodNatPmp(outside)(request, ...rest)),
    });
    const { told, stop } = mapAt(box);
    await asking;
    await stop(50);
    expect(told).toEqual([{ state: 'searching' }]);
    expect(box.datagrams.at(-1)).toEqual([0, 2, 0, 0, 0x12, 0xc0, 0, 0, 0, 0, 0, 0]);
  });

  test('a system that would not say, for want of descriptors say, is asked again like a router that would not', async () => {
    const box = await router({ natPmp: goodNatPmp(outside) });
    const told: Mapping[] = [];
    const faults: unknown[] = [];
    let looks = 0;
    const near = () => {
      looks += 1;
      if (looks === 1) throw new Error('too many open files');
      return box.search.near?.() ?? [];
    };
    const end = createPortMapper((error) => faults.push(error), { ...box.search, near, retryMs: 20 }).map(4800, (mapping) => told.push(mapping));
    onTestFinished(() => end(2_000));
    await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ state: 'mapped' }));
    expect([told.map(({ state }) => state), faults.length]).toEqual([['searching', 'failed', 'searching', 'mapped'], 1]);
  });

  test('what speaks to routers could not be read: that is told, it is read again later, and the end comes all the same', async () => {
    const box = await router({ natPmp: goodNatPmp(outside) });
    const path = '../../../electron/network/router/keep-mapped';
    const [told, faults]: [Mapping[], unknown[]] = [[], []];
    vi.doMock(path, () => {
      throw new Error('too many open files');
    });
    try {
      const end = createPortMapper((error) => faults.push(error), { ...box.search, retryMs: 20 }).map(4800, (mapping) => told.push(mapping));
      onTestFinished(() => end(2_000));
      await vi.waitFor(() => expect(faults.length).toBeGreaterThan(0));
      await createPortMapper(() => undefined, box.search).map(4800, () => undefined)(2_000);
      vi.doUnmock(path);
      await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ state: 'mapped' }));
      expect(told[0]).toEqual({ state: 'failed' });
    } finally {
      vi.doUnmock(path);
    }
  });

  test('no router is none; nobody is asked where this machine is in no network', async () => {
    const box = await router({});
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'none' });
    const before = box.datagrams.length;
    expect(await outcome(mapAt(box, { near: () => [] }).told)).toEqual({ state: 'none' });
    expect(box.datagrams).toHaveLength(before);
  });
});
