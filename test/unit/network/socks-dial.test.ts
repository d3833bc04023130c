import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { Address, Link } from '../../../electron/engine/ports';
import { DialError, SocksRefusal } from '../../../electron/network/dial-error';
import { createSocksDial } from '../../../electron/network/socks-dial';
import { socksTalk } from '../../../electron/network/socks-handshake';
import { createTcpTransport } from '../../../electron/network/tcp-transport';
import { socksServer, type SocksServer, type SocksServerOptions } from '../../support/socks-server';

const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function proxy(options: SocksServerOptions = {}): Promise<SocksServer> {
  const server = await socksServer(options);
  ends.push(() => server.close());
  return server;
}

/** Somebody who answers behind the proxy: sends `greeting` at once. */
async function target(greeting = Uint8Array.of(7)): Promise<Address> {
  const listener = await createTcpTransport().listen({ host: '127.0.0.1', port: 0 }, (link) => {
    link.send(greeting);
    ends.push(() => link.destroy());
  });
  ends.push(() => listener.close());
  return listener.address;
}

function dialThrough(server: Pick<SocksServer, 'address'>, to: Address, timeoutMs = 2_000, signal?: AbortSignal, isolation?: string): Promise<Link> {
  return createSocksDial({ proxy: server.address, random: kernelRandom })(to, timeoutMs, signal, isolation);
}

async function received(link: Link, count: number): Promise<number[]> {
  const all: number[] = [];
  await new Promise<void>((resolve) => {
    link.onData((bytes) => {
      all.push(...bytes);
      if (all.length >= count) resolve();
    });
  });
  link.destroy();
  return all;
}

describe('SOCKS: what the proxy is asked', () => {
  test.each([
    ['127.0.0.1', 1],
    ['::1', 4],
    ['somebody.example', 3],
    [onion, 3],
  ] as const)('%s goes to the proxy as it is, and is resolved by nobody here', async (host, kind) => {
    const server = await proxy({ code: 4 });
    await expect(dialThrough(server, { host, port: 4800 })).rejects.toMatchObject({ reason: 'unreachable', proxyWorks: true });
    expect(server.requests).toMatchObject([{ kind, host, port: 4800 }]);
  });

  test('ports from 1 to 65535 and whole ones are asked for, no others', async () => {
    const server = await proxy({ code: 4 });
    for (const port of [0, 65_536, 1.5, -1]) await expect(dialThrough(server, { host: 'somebody.example', port })).rejects.toMatchObject({ reason: 'address-invalid' });
    for (const port of [1, 65_535]) await expect(dialThrough(server, { host: 'somebody.example', port })).rejects.toMatchObject({ reason: 'unreachable' });
    expect(server.requests).toMatchObject([{ port: 1 }, { port: 65_535 }]);
  });

  test.each([
    ['another version at first', [[4, 0]]],
    ['a way to log in that was not offered', [[5, 1]]],
    ['no way at all', [[5, 0xff]]],
    ['another version of the login', [[5, 2], [5, 0]]],
    ['a login refused', [[5, 2], [1, 1]]],
    ['another version of the reply', [[5, 0], [4, 0, 0, 1]]],
    ['an address of a kind there is not', [[5, 0], [5, 0, 0, 2]]],
  ])('a proxy that says %s is not used, and the target is not blamed', (_, answers) => {
    const talk = socksTalk({ host: { kind: 'ipv4', text: '192.0.2.1', bytes: Uint8Array.of(192, 0, 2, 1) }, port: 80 }, { user: 'a', password: 'b' });
    const left = answers.map((answer) => Uint8Array.from(answer));
    const speak = (): void => {
      let heard = new Uint8Array(0);
      for (let step = talk.next(heard); step.done !== true; step = talk.next(heard)) if (typeof step.value === 'object' && 'hear' in step.value) heard = left.shift() ?? new Uint8Array(step.value.hear);
    };
    expect(speak).toThrow(SocksRefusal);
    expect(left).toEqual([]);
  });

  test('a name that leads somewhere is a connection, and knows the name it was dialled by', async () => {
    const server = await proxy({ names: { [onion]: await target() } });
    const link = await dialThrough(server, { host: onion, port: 80 });
    expect(link.remote).toEqual({ host: onion, port: 80 });
    expect(await received(link, 1)).toEqual([7]);
  });

  test('a proxy whose name has an address where nobody is, is reached by the other', async () => {
    const server = await proxy({ names: { [onion]: await target() } });
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation((async () => [{ address: '127.0.0.9', family: 4 }, { address: '127.0.0.1', family: 4 }]) as never);
    // Whoever imported it by name gets this one.
    syncBuiltinESMExports();
    try {
      const link = await dialThrough({ address: { host: 'proxy.example', port: server.address.port } }, { host: onion, port: 4800 });
      expect(await received(link, 1)).toEqual([7]);
      expect(lookup).toHaveBeenCalledTimes(1);
    } finally {
      lookup.mockRestore();
      syncBuiltinESMExports();
    }
  });

  test('a proxy that wants no login is used without one', async () => {
    const server = await proxy({ withoutLogin: true });
    const link = await dialThrough(server, await target());
    expect(await received(link, 1)).toEqual([7]);
    expect(server.requests).toMatchObject([{ user: '', password: '' }]);
  });

  test('every person has a login of pure chance; a dial for nobody has one of its own', async () => {
    const server = await proxy({ code: 5 });
    const dial = createSocksDial({ proxy: server.address, random: kernelRandom });
    for (const isolation of ['anna', 'ben', 'anna', undefined, undefined]) {
      await expect(dial({ host: onion, port: 1 }, 2_000, undefined, isolation)).rejects.toMatchObject({ reason: 'refused' });
    }
    const logins = server.requests.map(({ user, password }) => `${user}:${password}`);
    expect(logins[0]).toBe(logins[2]);
    expect(new Set(logins).size).toBe(4);
    for (const login of logins) expect(login).toMatch(/^[0-9a-f]{32}:[0-9a-f]{32}$/);
    // Nor do two starts of the program share one.
    const again = createSocksDial({ proxy: server.address, random: kernelRandom });
    await expect(again({ host: onion, port: 1 }, 2_000, undefined, 'anna')).rejects.toMatchObject({ reason: 'refused' });
    expect(`${server.requests[5]?.user}:${server.requests[5]?.password}`).not.toBe(logins[0]);
  });

  test.each([
    [{ host: 'a b', port: 80 }],
    [{ host: `${'a'.repeat(60)}.`.repeat(5), port: 80 }],
    [{ host: '127.0.0.1', port: 0 }],
    [{ host: '127.0.0.1', port: 65_536 }],
  ])('%j reaches no proxy', async (to) => {
    const server = await proxy();
    await expect(dialThrough(server, to)).rejects.toEqual(new DialError('address-invalid'));
    expect(server.accepted()).toBe(0);
  });

  test.each([
    [1, 'unreachable'],
    [2, 'unreachable'],
    [3, 'unreachable'],
    [4, 'unreachable'],
    [5, 'refused'],
    [6, 'timeout'],
    [7, 'proxy-failed'],
    [8, 'unreachable'],
    [9, 'proxy-failed'],
    [0xf0, 'unreachable'],
    [0xff, 'proxy-failed'],
  ])('reply %i says %s', async (code, reason) => {
    await expect(dialThrough(await proxy({ code }), { host: onion, port: 1 })).rejects.toMatchObject({ reason });
  });
});

describe('SOCKS: bytes after the talk with the proxy', () => {
  /** A proxy that is the target itself, and writes what it likes. */
  const playing = (write: (socket: Socket) => void) =>
    proxy({
      instead: (socket) => {
        socket.once('data', () => {
          socket.write(Uint8Array.of(5, 0));
          socket.once('data', () => write(socket));
        });
      },
    });

  test('those that come in the same packet as the last answer are the target’s first', async () => {
    const server = await playing((socket) => socket.write(Uint8Array.of(5, 0, 0, 1, 1, 2, 3, 4, 5, 6, 41, 42, 43)));
    expect(await received(await dialThrough(server, { host: onion, port: 1 }), 3)).toEqual([41, 42, 43]);
  });

  test('answers that come byte by byte, with a name of 255 characters, are read to their end', async () => {
    const answer = [5, 0, 0, 3, 255, ...Array.from({ length: 257 }, () => 120), 44];
    const server = await playing((socket) => {
      socket.setNoDelay(true);
      void (async () => {
        for (const byte of answer) {
          socket.write(Uint8Array.of(byte));
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
        }
      })();
    });
    expect(await received(await dialThrough(server, { host: onion, port: 1 }, 10_000), 1)).toEqual([44]);
  });

  test('a flood before anybody reads is held back, and all of it arrives', async () => {
    const flood = new Uint8Array(24_000_000);
    let sender: Socket | undefined;
    const server = await playing((socket) => {
      socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
      socket.write(flood);
      sender = socket;
    });
    const link = await dialThrough(server, { host: onion, port: 1 });
    expect(sender?.writableLength).toBeGreaterThan(0);
    let count = 0;
    await new Promise<void>((resolve) => {
      link.onData((bytes) => {
        count += bytes.length;
        if (count === flood.length) resolve();
      });
    });
    link.destroy();
  });
});

describe('SOCKS: a proxy that misbehaves', () => {
  const ending = (...bytes: number[]) => (socket: Socket): void => {
    socket.resume();
    socket.end(Uint8Array.from(bytes));
  };
  const says = (...bytes: number[]) => (socket: Socket): void => {
    socket.on('data', () => {});
    socket.write(Uint8Array.from(bytes));
  };
  test.each<[string, (socket: Socket) => void]>([
    ['closes at once', ending()],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['speaks another version', says(4, 0)],
    ['speaks HTTP', ending(...Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    ['takes no login', says(5, 0xff)],
    ['wants a login nobody offered', says(5, 1)],
    ['refuses the login', says(5, 2, 1, 1)],
    ['answers the login with another version', says(5, 2, 9, 0)],
    ['answers the request with another version', says(5, 0, 4, 0, 0, 1, 0, 0, 0, 0, 0, 0)],
    ['gives an address of no kind', says(5, 0, 5, 0, 0, 9, 0, 0, 0, 0, 0, 0)],
    ['ends in the middle of an answer', ending(5, 0, 5, 0, 0, 3, 200, 1, 2)],
    ['sends garbage without end', (socket) => {
      const more = (): void => void (socket.destroyed || (socket.write(new Uint8Array(65_536).fill(0xaa)), setImmediate(more)));
      socket.on('error', () => {});
      more();
    }],
  ])('%s: proxy-failed, and its connection is gone', async (_name, instead) => {
    const gone: Promise<unknown>[] = [];
    const server = await proxy({
      instead: (socket) => {
        gone.push(new Promise((resolve) => {
          socket.once('close', resolve);
        }));
        instead(socket);
      },
    });
    await expect(dialThrough(server, { host: onion, port: 1 }, 5_000)).rejects.toMatchObject({ name: 'DialError', reason: 'proxy-failed' });
    await Promise.all(gone);
    expect(gone).toHaveLength(1);
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ['before it said anything', (socket) => void socket.resume(), 'proxy-failed'],
    ['after half an answer', says(5), 'proxy-failed'],
    ['when asked for the target', says(5, 0), 'timeout'],
    ['after half of the last answer', says(5, 0, 5, 0, 0, 1), 'timeout'],
  ])('silence %s ends in time', async (_name, instead, reason) => {
    const server = await proxy({ instead });
    await expect(dialThrough(server, { host: onion, port: 1 }, 200)).rejects.toMatchObject({ reason });
  });

  test('a proxy that is not there is proxy-failed, whatever was wanted', async () => {
    const server = await proxy();
    await server.close();
    for (const host of [onion, '127.0.0.1', 'somebody.example']) {
      await expect(dialThrough(server, { host, port: 1 })).rejects.toEqual(new DialError('proxy-failed'));
    }
  });

  test.each<[string, SocksServerOptions]>([
    ['before the proxy answered', { instead: (socket) => void socket.resume() }],
    ['while it looks for the target', { instead: says(5, 0) }],
  ])('a dial nobody waits for %s ends at once, and so does its connection', async (_name, options) => {
    let arrived: (socket: Socket) => void = () => {};
    const socket = new Promise<Socket>((resolve) => {
      arrived = resolve;
    });
    const server = await proxy({
      instead: (one) => {
        options.instead?.(one);
        arrived(one);
      },
    });
    const abort = new AbortController();
    const dialled = dialThrough(server, { host: onion, port: 1 }, 60_000, abort.signal);
    const gone = new Promise<void>((resolve) => void socket.then((one) => one.once('close', () => resolve())));
    const outcome = expect(dialled).rejects.toEqual(new DialError('not-needed'));
    await socket;
    abort.abort();
    await outcome;
    await gone;
    await expect(dialThrough(server, { host: onion, port: 1 }, 60_000, abort.signal)).rejects.toEqual(new DialError('not-needed'));
    expect(server.accepted()).toBe(1);
  });
});

test('SOCKS: many dials and aborts leave no listeners behind on the signal', async () => {
  const server = await proxy({ code: 5 });
  const { signal } = new AbortController();
  const add = vi.spyOn(signal, 'addEventListener');
  const remove = vi.spyOn(signal, 'removeEventListener');
  for (let index = 0; index < 5; index += 1) await expect(dialThrough(server, { host: onion, port: 1 }, 2_000, signal)).rejects.toMatchObject({ reason: 'refused' });
  expect(add.mock.calls.length).toBeGreaterThan(0);
  expect(remove.mock.calls.length).toBe(add.mock.calls.length);
});
