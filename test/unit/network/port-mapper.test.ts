import { createSocket } from 'node:dgram';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createPortMapper } from '../../../electron/network/port-mapper';
import type { Mapping } from '../../../electron/services/ports';
import { description, fakeRouter, found, goodNatPmp, here, type FakeRouter, type FakeRouterOptions } from '../../support/fake-router';

const outside = [45, 0, 0, 1];
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function router(options: FakeRouterOptions): Promise<FakeRouter> {
  const made = await fakeRouter(options);
  ends.push(() => made.close());
  return made;
}

/** Maps port 4800 there, and everything that was told. */
function mapAt({ search }: Pick<FakeRouter, 'search'>, times: FakeRouter['search'] = {}): { told: Mapping[]; stop: (within?: number) => Promise<void> } {
  const told: Mapping[] = [];
  const faults: unknown[] = [];
  const end = createPortMapper((error) => faults.push(error), { ...search, ...times }).map(4800, (mapping) => told.push(mapping));
  const stop = (within = 2_000): Promise<void> => end(within);
  ends.push(stop, () => expect(faults).toEqual([]));
  return { told, stop };
}

async function outcome(told: readonly Mapping[]): Promise<Mapping> {
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(1), { timeout: 15_000, interval: 10 });
  expect(told[0]).toEqual({ state: 'searching' });
  const [, second] = told;
  if (!second) throw new Error('nothing was told');
  return second;
}

/** As patient as the product: a router that answers is to be heard on a machine that is busy, too. */
const patiently = { patience: 1 };

const upnp = (options: FakeRouterOptions = {}): FakeRouterOptions => ({
  location: (port) => found(port),
  order: (action) => (action === 'GetExternalIPAddress' ? { NewExternalIPAddress: '45.0.0.1' } : {}),
  ...options,
});

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
    ends.push(() => end(2_000));
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
      ends.push(() => end(2_000));
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

describe('a router that lies', () => {
  test.each([
    ['10.1.2.3', [10, 1, 2, 3]],
    ['192.168.1.1', [192, 168, 1, 1]],
    ['100.64.0.1', [100, 64, 0, 1]],
    ['127.0.0.1', [127, 0, 0, 1]],
    ['0.0.0.0', [0, 0, 0, 0]],
    ['224.0.0.1', [224, 0, 0, 1]],
    ['255.255.255.255', [255, 255, 255, 255]],
    ['203.0.113.5', [203, 0, 113, 5]],
  ])('an outside of %s is no outside: failed, and the mapping is taken back', async (_text, address) => {
    const box = await router({ natPmp: goodNatPmp(address) });
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'failed' });
    expect(box.datagrams.at(-1)?.slice(6)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test.each<[string, (answer: Buffer) => Buffer]>([
    ['of one byte', () => Buffer.alloc(1)],
    ['of no byte', () => Buffer.alloc(0)],
    ['of another version', (answer) => (answer.writeUInt8(2, 0), answer)],
    ['of another operation', (answer) => (answer.writeUInt8(129, 1), answer)],
    ['cut short', (answer) => answer.subarray(0, 11)],
  ])('answers %s are no answers', async (_name, change) => {
    const box = await router({ natPmp: goodNatPmp(outside, change) });
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'none' });
  });

  test.each<[string, (answer: Buffer) => Buffer]>([
    ['an error', (answer) => (answer.writeUInt16BE(2, 2), answer)],
    ['another port inside', (answer) => (answer.writeUInt16BE(22, 8), answer)],
    ['port 0 outside', (answer) => (answer.writeUInt16BE(0, 10), answer)],
  ])('%s for a mapping is failed', async (_name, change) => {
    const box = await router({ natPmp: goodNatPmp(outside, (answer) => (answer.length === 16 ? change(answer) : answer)) });
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'failed' });
  });

  test('answers from anybody else are not heard', async () => {
    const stranger = createSocket('udp4');
    ends.push(() => stranger.close());
    const box = await router({ natPmp: (request, _socket, from) => goodNatPmp(outside)(request, stranger, from) });
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'none' });
  });

  test.each([0, 1, 0xffff_ffff])('a time of %i seconds is renewed neither at once nor never', async (seconds) => {
    const box = await router({ natPmp: goodNatPmp(outside, (answer) => (answer.length === 16 && answer.writeUInt32BE(seconds, 12), answer)) });
    const { told } = mapAt(box, { renewMs: 400, shortestRenewMs: 200 });
    await outcome(told);
    const begun = performance.now();
    const first = box.datagrams.length;
    await vi.waitFor(() => expect(box.datagrams.length).toBeGreaterThan(first), { timeout: 5_000, interval: 5 });
    expect(performance.now() - begun).toBeGreaterThan(150);
  });
});

describe('an answer to a search that leads elsewhere', () => {
  /** Another machine, as it were: whoever asks it anything has been led astray. */
  async function elsewhere(host: string): Promise<{ port: number; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end(description());
    });
    await new Promise<void>((resolve) => {
      server.listen(0, host, resolve);
    });
    ends.push(() => server.close());
    const address = server.address();
    return { port: typeof address === 'object' && address !== null ? address.port : 0, asked };
  }

  test.each<[string, (other: number, own: number) => string | Buffer]>([
    ['another host', (other, own) => found(own, `http://127.0.0.2:${other}/root.xml`)],
    ['a name', (other, own) => found(own, `http://localhost:${other}/root.xml`)],
    ['another protocol', (_other, own) => found(own, `https://127.0.0.1:${own}/root.xml`)],
    ['a file', (_other, own) => found(own, 'file:///etc/passwd')],
    ['a host behind a name and password', (other, own) => found(own, `http://127.0.0.1@127.0.0.2:${other}/`)],
    ['the host with a password', (_other, own) => found(own, `http://a:b@127.0.0.1:${own}/`)],
    ['no port', (_other, own) => found(own, 'http://127.0.0.1:99999/')],
    ['nowhere', (_other, own) => found(own, '')],
    ['a place of a thousand characters and more', (_other, own) => found(own, `http://127.0.0.1:${own}/${'a'.repeat(1_100)}`)],
    ['a datagram of ten thousand bytes', (_other, own) => found(own).padEnd(10_000, 'X: y\r\n')],
    ['bytes of chance', () => Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 131) % 256))],
    ['an announcement nobody asked for', (_other, own) => found(own).replace('HTTP/1.1 200 OK', 'NOTIFY * HTTP/1.1')],
  ])('%s is not followed', async (_name, answer) => {
    const other = await elsewhere('127.0.0.2');
    const box = await router(upnp({ location: (own) => answer(other.port, own) }));
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'none' });
    expect([box.asked, other.asked]).toEqual([[], []]);
  });

  test('from a host that may not be asked is not followed', async () => {
    const box = await router(upnp());
    const { told } = mapAt(box, { near: () => [{ ...here, gateway: '127.0.0.3', mayAsk: (host) => host === '127.0.0.3' }] });
    expect(await outcome(told)).toEqual({ state: 'none' });
    expect(box.asked).toEqual([]);
  });

  test.each<[string, (other: number) => (request: IncomingMessage, response: ServerResponse) => boolean]>([
    ['a redirect', (other) => (_request, response) => {
      response.writeHead(302, { Location: `http://127.0.0.2:${other}/root.xml` }).end();
      return true;
    }],
    ['orders at another host', (other) => (_request, response) => {
      response.end(description(`http://127.0.0.2:${other}/control`));
      return true;
    }],
    ['a base at another host', (other) => (_request, response) => {
      response.end(description(`//127.0.0.2:${other}/control`).replace('<device>', `<URLBase>http://127.0.0.2:${other}/</URLBase><device>`));
      return true;
    }],
    ['an entity that stands for a file', () => (_request, response) => {
      response.end(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${description('http://&x;/')}`);
      return true;
    }],
  ])('%s is not followed', async (_name, http) => {
    const other = await elsewhere('127.0.0.2');
    const box = await router(upnp({ http: http(other.port) }));
    const state = await outcome(mapAt(box).told);
    expect(['none', 'failed']).toContain(state.state);
    expect(other.asked).toEqual([]);
    expect(box.orders).toEqual([]);
  });
});

describe('a description without end', () => {
  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['that never stops', (_request, response) => {
      const more = (): void => void (response.destroyed || (response.write('<service>'.repeat(4_000)), setImmediate(more)));
      response.on('error', () => {});
      more();
    }],
    ['of a length nobody waits for', (_request, response) => void response.writeHead(200, { 'Content-Length': '999999999' }).end(description())],
    ['that breaks off', (_request, response) => void (response.write('<root>'), response.destroy())],
    ['with endless headers', (_request, response) => void response.writeHead(200, { 'X-Long': 'a'.repeat(20_000) }).end(description())],
    ['of services only', (_request, response) => void response.end('<service><service>'.repeat(5_000))],
    ['of doubled entities', (_request, response) => void response.end(`<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${'&b;'.repeat(20_000)}`)],
    ['that is none', (_request, response) => void response.writeHead(404).end(description())],
  ])('%s costs little and maps nothing', async (_name, http) => {
    let sent = (): number => 0;
    const box = await router(
      upnp({
        http: (request, response) => {
          sent = () => request.socket.bytesWritten;
          http(request, response);
          return true;
        },
      }),
    );
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'none' });
    expect(box.asked).toEqual(['GET /root.xml']);
    // What the system holds on the way, and not more: nobody took it.
    expect(sent()).toBeLessThan(16 * 1024 * 1024);
  });

  test.each([
    ['a script', '<script>'],
    ['text', 'www.example.org'],
    ['nothing', ''],
    ['a private address', '192.168.7.1'],
    ['an address with a zone', 'fe80::1%eth0'],
    ['an octal address', '045.0.0.1'],
  ])('%s is no outside', async (_name, text) => {
    const box = await router(upnp({ order: (action) => (action === 'GetExternalIPAddress' ? { NewExternalIPAddress: text } : {}) }));
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'failed' });
  });

  test.each([501, 606, -1])('error %i is failed', async (code) => {
    const box = await router(upnp({ order: (action) => (action === 'GetExternalIPAddress' ? { NewExternalIPAddress: '45.0.0.1' } : code) }));
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'failed' });
  });

  test('a router that calls every port taken is asked for four', async () => {
    const box = await router(upnp({ order: (action) => (action === 'GetExternalIPAddress' ? { NewExternalIPAddress: '45.0.0.1' } : 718) }));
    expect(await outcome(mapAt(box).told)).toEqual({ state: 'failed' });
    expect(box.orders.filter(({ action }) => action === 'AddPortMapping')).toHaveLength(4);
  });
});
