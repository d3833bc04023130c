import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { createServer, Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { Address, Link } from '../../../electron/engine/ports';
import { ChosenTransport } from '../../../electron/network/chosen-transport';
import { DialError, SocksRefusal } from '../../../electron/network/dial-error';
import { socksServer, type SocksServer } from '../../support/socks-server';

const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';
const ends: (() => unknown)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  for (const end of ends.splice(0)) await end();
});

function chosen(): ChosenTransport {
  return new ChosenTransport({ random: kernelRandom, proxyDialMs: 300 });
}

async function proxy(names: Readonly<Record<string, Address>> = {}): Promise<SocksServer> {
  const server = await socksServer({ names });
  ends.push(() => server.close());
  return server;
}

/** Somebody who listens, and whom it has accepted. */
async function somebody(): Promise<{ address: Address; links: Link[] }> {
  const links: Link[] = [];
  const listener = await chosen().listen({ host: '127.0.0.1', port: 0 }, (link) => links.push(link));
  ends.push(() => listener.close(), () => links.forEach((link) => link.destroy()));
  return { address: listener.address, links };
}

/** Every connection begun in this process from now on, and every name asked for. */
function spies(): { connects: string[]; lookups: string[] } {
  const connects: string[] = [];
  const lookups: string[] = [];
  const connect = Socket.prototype.connect;
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
    // What `net.connect` hands on: its options in a list.
    const [first] = args.flat();
    const { host, port } = first as { host?: string; port?: number };
    connects.push(`${host}:${port}`);
    return Reflect.apply(connect, this, args);
  });
  const lookup = dns.lookup;
  vi.spyOn(dns, 'lookup').mockImplementation(async (name: string, ...rest: unknown[]) => {
    lookups.push(name);
    return Reflect.apply(lookup, dns, [name, ...rest]);
  });
  // Whoever imported it by name is heard as well.
  syncBuiltinESMExports();
  return { connects, lookups };
}

describe('with a proxy', () => {
  test('nothing is dialled but the proxy, and no name is looked up, whatever is wanted', async () => {
    const { address } = await somebody();
    const server = await proxy({ [onion]: address });
    const transport = chosen();
    transport.use(server.address);
    const { connects, lookups } = spies();
    const link = await transport.dial({ host: onion, port: 4800 }, 1_000);
    link.destroy();
    for (const host of ['somebody.example', 'localhost', '::1', '192.0.2.1']) {
      await expect(transport.dial({ host, port: 9 }, 1_000)).rejects.toThrow(DialError);
    }
    // The proxy of this test shares the process: what it dialled is known.
    expect(connects.filter((to) => to === `127.0.0.1:${server.address.port}`)).toHaveLength(5);
    const byProxy = [`127.0.0.1:${address.port}`, '::1:9', '192.0.2.1:9'];
    expect(connects.filter((to) => to !== `127.0.0.1:${server.address.port}` && !byProxy.includes(to))).toEqual([]);
    expect(lookups).toEqual([]);
    expect(server.requests.map(({ host }) => host)).toEqual([onion, 'somebody.example', 'localhost', '::1', '192.0.2.1']);
  });

  test('S3-26: a proxy has forty-five seconds, however little is given to a dial', async () => {
    const asked: Buffer[] = [];
    const server = await socksServer({
      // Lets in whoever comes, and then says nothing.
      instead: (socket) => socket.on('data', (bytes) => {
        asked.push(bytes);
        if (asked.length === 1) socket.write(Uint8Array.of(5, 2));
        if (asked.length === 2) socket.write(Uint8Array.of(1, 0));
      }),
    });
    ends.push(() => server.close());
    const transport = new ChosenTransport({ random: kernelRandom });
    transport.use(server.address);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let ended: unknown;
    transport.dial({ host: onion, port: 4800 }, 5_000).catch((error: unknown) => (ended = error));
    const until = async (holds: () => boolean): Promise<void> => {
      for (let turn = 0; turn < 100_000 && !holds(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(holds()).toBe(true);
    };
    await until(() => asked.length === 3);
    // Some of it is over by the time that the proxy is connected to.
    vi.advanceTimersByTime(44_000);
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBeUndefined();
    vi.advanceTimersByTime(1_000);
    await until(() => ended !== undefined);
    expect(ended).toEqual(new SocksRefusal('timeout', true));
  });

  test('a proxy that is gone means no connection, never a direct one', async () => {
    const { address, links } = await somebody();
    const server = await proxy();
    const transport = chosen();
    transport.use(server.address);
    await server.close();
    const { connects, lookups } = spies();
    for (const host of ['127.0.0.1', 'localhost', onion]) {
      await expect(transport.dial({ host, port: address.port }, 1_000)).rejects.toEqual(new DialError('proxy-failed'));
    }
    expect(connects).toEqual(Array.from({ length: 3 }, () => `127.0.0.1:${server.address.port}`));
    expect(lookups).toEqual([]);
    expect(links).toEqual([]);
    expect(transport.state).toBe('failed');
  });

  test('a setting that is no address means no connection at all', async () => {
    const { address, links } = await somebody();
    const transport = chosen();
    transport.use('unusable');
    const { connects, lookups } = spies();
    await expect(transport.dial({ host: 'localhost', port: address.port }, 1_000)).rejects.toEqual(new DialError('proxy-failed'));
    expect([connects, lookups, links]).toEqual([[], [], []]);
    expect(transport.state).toBe('failed');
  });

  test('its state is told: untried, working, failed, off', async () => {
    const { address } = await somebody();
    const server = await proxy();
    const transport = chosen();
    const told: string[] = [];
    transport.onState(() => told.push(transport.state));
    transport.use(server.address);
    (await transport.dial(address, 1_000)).destroy();
    // The proxy works; it is the target that is not there.
    await expect(transport.dial({ host: 'nobody.example', port: 1 }, 1_000)).rejects.toMatchObject({ reason: 'unreachable' });
    await server.close();
    await expect(transport.dial(address, 1_000)).rejects.toMatchObject({ reason: 'proxy-failed' });
    await server.open();
    (await transport.dial(address, 1_000)).destroy();
    transport.use('none');
    expect(told).toEqual(['untried', 'working', 'failed', 'working', 'off']);
  });

  test('a proxy that came back and passes a question on works, also where the target says nothing', async () => {
    const gone = await proxy();
    await gone.close();
    const transport = chosen();
    transport.use(gone.address);
    await expect(transport.dial({ host: onion, port: 1 }, 10)).rejects.toMatchObject({ reason: 'proxy-failed' });
    expect(transport.state).toBe('failed');
    // It is there again, takes the login and the question, and then looks for somebody who is not at home.
    const silent = createServer((one) => {
      ends.push(() => one.destroy());
      one.once('data', () => {
        one.write(Uint8Array.of(5, 0));
        one.resume();
      });
    });
    await new Promise<void>((resolve) => silent.listen(gone.address.port, '127.0.0.1', resolve));
    ends.push(() => silent.close());
    await expect(transport.dial({ host: onion, port: 1 }, 10)).rejects.toMatchObject({ reason: 'timeout' });
    expect(transport.state).toBe('working');
  });

  test('whatever becomes of telling that a proxy came into use, nothing goes on past it', async () => {
    const other = await somebody();
    const transport = chosen();
    const dialled = await transport.dial(other.address, 1_000);
    const closed = new Promise<void>((resolve) => dialled.onClose(resolve));
    transport.onState(() => {
      throw new Error('a defect');
    });
    expect(() => transport.use({ host: '127.0.0.1', port: 1 })).toThrow('a defect');
    await closed;
  });

  test('it has its own, longer time', async () => {
    const server = await socksServer({ instead: (socket) => void socket.resume() });
    ends.push(() => server.close());
    const transport = chosen();
    transport.use(server.address);
    const begun = performance.now();
    await expect(transport.dial({ host: onion, port: 1 }, 10)).rejects.toEqual(new DialError('proxy-failed'));
    expect(performance.now() - begun).toBeGreaterThan(250);
  });
});

describe('the choice', () => {
  test('without a proxy an onion address needs one', async () => {
    await expect(chosen().dial({ host: onion, port: 1 }, 1_000)).rejects.toEqual(new DialError('needs-proxy'));
  });

  test('switching a proxy on ends what is connected directly, both ways, and nothing that comes in later', async () => {
    const other = await somebody();
    const transport = chosen();
    const accepted: Link[] = [];
    const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (link) => accepted.push(link));
    ends.push(() => listener.close());
    const dialled = await transport.dial(other.address, 1_000);
    await chosen().dial(listener.address, 1_000);
    await vi.waitFor(() => expect(accepted).toHaveLength(1));
    const closes = Promise.all([dialled, ...accepted].map((link) => new Promise<void>((resolve) => link.onClose(resolve))));
    transport.use((await proxy()).address);
    await closes;

    const later = await chosen().dial(listener.address, 1_000);
    await vi.waitFor(() => expect(accepted).toHaveLength(2));
    const arrived = new Promise<number>((resolve) => accepted[1]?.onData((bytes) => resolve(bytes[0] ?? 0)));
    later.send(Uint8Array.of(5));
    expect(await arrived).toBe(5);
    // The same choice again, and another proxy, change nothing for whom is there.
    transport.use((await proxy()).address);
    later.send(Uint8Array.of(6));
    accepted[1]?.destroy();
    later.destroy();
  });

  test('a direct dial under way when a proxy is switched on comes to nothing', async () => {
    const { address } = await somebody();
    const transport = chosen();
    const dialled = transport.dial({ host: 'localhost', port: address.port }, 5_000);
    const outcome = expect(dialled).rejects.toEqual(new DialError('not-needed'));
    transport.use((await proxy()).address);
    await outcome;
  });

  test('switching it off again dials directly', async () => {
    const { address } = await somebody();
    const server = await proxy();
    const transport = chosen();
    transport.use(server.address);
    transport.use('none');
    (await transport.dial(address, 1_000)).destroy();
    expect(server.accepted()).toBe(0);
  });
});

test('as many direct dials as there may be at once are no leak to the runtime, which would say so on standard error', async () => {
  const { address } = await somebody();
  const warnings: string[] = [];
  const hear = (warning: Error): void => void warnings.push(warning.name);
  process.on('warning', hear);
  ends.push(() => process.off('warning', hear));
  const transport = chosen();
  const links = await Promise.all(Array.from({ length: 20 }, () => transport.dial(address, 5_000)));
  for (const link of links) link.destroy();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(warnings).toEqual([]);
});
