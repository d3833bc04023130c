import { spawn } from 'node:child_process';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { DialError } from '../../../electron/network/dial-error';
import { createTcpTransport, type TcpTransportOptions } from '../../../electron/network/tcp-transport';
import type { Link, Listener } from '../../../electron/engine/ports';

const here = { host: '127.0.0.1', port: 0 };
const hasIpv6 = Object.values(networkInterfaces()).some((entries) => entries?.some(({ address }) => address === '::1'));
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A listening transport and everything it accepted. */
async function listening(options: TcpTransportOptions = {}, onLink: (link: Link) => void = () => {}): Promise<{ listener: Listener; links: Link[] }> {
  const links: Link[] = [];
  const listener = await createTcpTransport(options).listen(here, (link) => {
    links.push(link);
    onLink(link);
  });
  ends.push(() => {
    for (const link of links) link.destroy();
    return listener.close();
  });
  return { listener, links };
}

/** A socket that knows nothing of the transport's manners. */
function raw(port: number, allowHalfOpen = false): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen }, () => resolve(socket));
    socket.on('error', reject);
    ends.push(() => socket.destroy());
  });
}

/** A server that knows nothing of them either. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    ends.push(() => socket.destroy());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ends.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function closed(link: Link): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve) => {
    link.onClose(() => resolve(performance.now() - begun));
  });
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000 && !holds(); tries += 1) await sleep(5);
  expect(holds()).toBe(true);
}

describe('TCP: listening', () => {
  test.each([
    { host: 'no host', port: 0 },
    { host: '127.0.0.1', port: 65_536 },
    { host: '127.0.0.1', port: -1 },
    { host: '127.0.0.1', port: 1.5 },
    { host: '192.0.2.1', port: 0 },
    { host: 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion', port: 0 },
  ])('$host:$port is input.invalid', async (at) => {
    await expect(createTcpTransport().listen(at, () => {})).rejects.toMatchObject({ code: 'input.invalid' });
  });

  test('accepts no more connections at once than its limit, and again when one is gone', async () => {
    const { listener, links } = await listening({ maxAccepted: 5 }, (link) => link.onData(() => {}));
    const sockets = await Promise.all(Array.from({ length: 5 }, () => raw(listener.address.port)));
    await until(() => links.length === 5);
    let dropped = false;
    const sixth = await raw(listener.address.port);
    sixth.removeAllListeners('error');
    sixth.on('error', () => {}).on('close', () => {
      dropped = true;
    });
    sixth.resume();
    await until(() => dropped);
    expect(links).toHaveLength(5);
    const gone = Promise.race(links.map(closed));
    sockets[0]?.destroy();
    await gone;
    await raw(listener.address.port);
    await until(() => links.length === 6);
  });

  test('A54: five hundred silent connections are held and given up without harm', async () => {
    const { listener, links } = await listening();
    const sockets = await Promise.all(Array.from({ length: 500 }, () => raw(listener.address.port)));
    await until(() => links.length === 500);
    let gone = 0;
    for (const socket of sockets) {
      socket.removeAllListeners('error');
      socket.on('error', () => {}).on('close', () => {
        gone += 1;
      });
      socket.resume();
    }
    for (const link of links) link.destroy();
    await until(() => gone === 500);
    const after = await createTcpTransport().dial(listener.address, 1_000);
    after.destroy();
  });

  test('a handler that throws costs its own connection only', async () => {
    const faults: unknown[] = [];
    const { listener, links } = await listening({ onFault: (error) => faults.push(error) }, (link) => {
      link.onData((bytes) => {
        if (bytes[0] === 1) throw new Error('a defect');
        link.send(bytes);
      });
    });
    const bad = await raw(listener.address.port);
    const good = await raw(listener.address.port);
    const answer = new Promise<number>((resolve) => {
      good.on('data', (bytes) => resolve(bytes[0] ?? -1));
    });
    let badGone = false;
    bad.resume().on('close', () => {
      badGone = true;
    });
    bad.write(Uint8Array.of(1));
    await until(() => badGone);
    good.write(Uint8Array.of(7));
    expect(await answer).toBe(7);
    expect(faults).toEqual([new Error('a defect')]);
    expect(links).toHaveLength(2);
  });

  test('a callback that throws for a new link costs that link only', async () => {
    const faults: unknown[] = [];
    const { listener } = await listening({ onFault: (error) => faults.push(error) }, () => {
      throw new Error('a defect');
    });
    const socket = await raw(listener.address.port);
    let gone = false;
    socket.resume().on('close', () => {
      gone = true;
    });
    await until(() => gone);
    expect(faults).toHaveLength(1);
  });
});

describe('TCP: dialling', () => {
  test('a name with an address of each family reaches the one that answers', async () => {
    const { listener, links } = await listening();
    const link = await createTcpTransport().dial({ host: 'localhost', port: listener.address.port }, 2_000);
    await until(() => links.length === 1);
    expect(link.remote.port).toBe(listener.address.port);
    link.destroy();
  });

  test.each(hasIpv6 ? ['::1', '127.0.0.1'] : ['127.0.0.1'])('works over %s', async (host) => {
    const transport = createTcpTransport();
    const listener = await transport.listen({ host, port: 0 }, (link) => {
      expect(link.remote.host).toBe(host);
      link.onData((bytes) => link.send(bytes));
    });
    ends.push(() => listener.close());
    const link = await transport.dial(listener.address, 2_000);
    const echo = new Promise<Uint8Array>((resolve) => {
      link.onData(resolve);
    });
    link.send(Uint8Array.of(1, 2, 3));
    expect([...(await echo)]).toEqual([1, 2, 3]);
    link.destroy();
  });

  test.skipIf(!hasIpv6)('an IPv4 peer of a listener for both families is known by its IPv4 address', async () => {
    const remotes: string[] = [];
    const listener = await createTcpTransport().listen({ host: '::ffff:127.0.0.1', port: 0 }, (link) => remotes.push(link.remote.host));
    ends.push(() => listener.close());
    await raw(listener.address.port);
    await until(() => remotes.length === 1);
    expect(remotes).toEqual(['127.0.0.1']);
  });

  test.each([
    [{ host: 'a b', port: 80 }, 'address-invalid'],
    [{ host: '127.0.0.1', port: 0 }, 'address-invalid'],
    [{ host: '127.0.0.1', port: 65_536 }, 'address-invalid'],
    [{ host: 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion', port: 80 }, 'needs-proxy'],
  ] as const)('%j is %s', async (to, reason) => {
    await expect(createTcpTransport().dial(to, 1_000)).rejects.toEqual(new DialError(reason));
  });

  test('a refused connection says so at once', async () => {
    const { listener } = await listening();
    await listener.close();
    await expect(createTcpTransport().dial(listener.address, 5_000)).rejects.toMatchObject({ reason: 'refused' });
  });

  test('an address that never answers is given up in time', async () => {
    // A stopped process with a full queue of connections: the kernel drops what comes next.
    const program = "const s=require('net').createServer();s.listen({port:0,host:'127.0.0.1',backlog:1},()=>console.log(s.address().port))";
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    ends.push(() => child.kill('SIGKILL'));
    const port = await new Promise<number>((resolve) => {
      child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())));
    });
    child.kill('SIGSTOP');
    for (let index = 0; index < 6; index += 1) {
      const filler = connect({ host: '127.0.0.1', port });
      filler.on('error', () => {});
      ends.push(() => filler.destroy());
    }
    await sleep(100);
    const begun = performance.now();
    await expect(createTcpTransport().dial({ host: '127.0.0.1', port }, 400)).rejects.toEqual(new DialError('timeout'));
    expect(performance.now() - begun).toBeGreaterThan(350);
    expect(performance.now() - begun).toBeLessThan(1_500);
  });
});

describe('TCP: ends', () => {
  test('a reset by the other side is a close, not an error', async () => {
    const { listener, links } = await listening({}, (link) => link.onData(() => {}));
    const socket = await raw(listener.address.port);
    await until(() => links.length === 1);
    const link = links[0];
    if (!link) throw new Error('no link');
    const end = closed(link);
    socket.resetAndDestroy();
    await end;
    expect(link.send(Uint8Array.of(1))).toBe(false);
  });

  test('a reset in the middle of writing is a close, too', async () => {
    const port = await rawServer((socket) => setTimeout(() => socket.resetAndDestroy(), 20));
    const link = await createTcpTransport().dial({ host: '127.0.0.1', port }, 1_000);
    link.onData(() => {});
    const end = closed(link);
    for (let index = 0; index < 40; index += 1) {
      link.send(new Uint8Array(64 * 1024));
      await sleep(1);
    }
    await end;
  });

  test('the other side ending while keeping its half open is an end', async () => {
    const { listener, links } = await listening({}, (link) => link.onData(() => {}));
    const socket = await raw(listener.address.port, true);
    await until(() => links.length === 1);
    const end = closed(links[0] as Link);
    socket.end();
    expect(await end).toBeLessThan(1_000);
  });

  test('close does not wait longer than two seconds for somebody who does not end', async () => {
    const port = await rawServer((socket) => socket.resume());
    const link = await createTcpTransport().dial({ host: '127.0.0.1', port }, 1_000);
    link.onData(() => {});
    const end = closed(link);
    link.close();
    const took = await end;
    expect(took).toBeGreaterThan(1_500);
    expect(took).toBeLessThan(3_000);
  });

  test('close does not wait longer for somebody who does not read', async () => {
    const port = await rawServer((socket) => socket.pause());
    const link = await createTcpTransport().dial({ host: '127.0.0.1', port }, 1_000);
    const end = closed(link);
    link.send(new Uint8Array(16 * 1024 * 1024));
    link.close();
    expect(await end).toBeLessThan(3_000);
  });

  test('who ignores that send asks to wait loses the connection, not the memory', async () => {
    const port = await rawServer((socket) => socket.pause());
    const link = await createTcpTransport().dial({ host: '127.0.0.1', port }, 1_000);
    const end = closed(link);
    const chunk = new Uint8Array(1024 * 1024);
    let sent = 0;
    for (; sent < 200; sent += 1) {
      link.send(chunk);
      await sleep(0);
    }
    await end;
    expect(sent).toBe(200);
    expect(link.send(chunk)).toBe(false);
  });
});
