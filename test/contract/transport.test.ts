import { afterEach, describe, expect, test } from 'vitest';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { ChosenTransport } from '../../electron/network/chosen-transport';
import { createTcpTransport } from '../../electron/network/tcp-transport';
import type { Address, Link, Listener, Transport } from '../../electron/engine/ports';
import { createMemoryNetwork } from '../support/memory-transport';
import { socksServer } from '../support/socks-server';

/** One suite for every `Transport`: what the engine relies on holds for sockets and for the fake alike. */
const transports: readonly { readonly name: string; readonly create: (atEnd: (end: () => void) => void) => Promise<Transport> }[] = [
  { name: 'TCP', create: async () => createTcpTransport() },
  { name: 'memory', create: async () => createMemoryNetwork().transport },
  { name: 'TCP, chosen', create: async () => new ChosenTransport({ random: kernelRandom }) },
  { name: 'a SOCKS proxy', create: throughProxy },
];

async function throughProxy(atEnd: (end: () => void) => void): Promise<Transport> {
  const proxy = await socksServer();
  const transport = new ChosenTransport({ random: kernelRandom });
  transport.use(proxy.address);
  atEnd(() => void proxy.close());
  return transport;
}

const here: Address = { host: '127.0.0.1', port: 0 };

describe.each(transports)('Transport over $name', ({ create }) => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function pair(): Promise<{ transport: Transport; listener: Listener; dialler: Link; accepted: Link }> {
    const transport = await create((end) => ends.push(end));
    let arrived: (link: Link) => void = () => {};
    const incoming = new Promise<Link>((resolve) => {
      arrived = resolve;
    });
    const listener = await transport.listen(here, arrived);
    const dialler = await transport.dial(listener.address, 2_000);
    const accepted = await incoming;
    ends.push(() => void listener.close(), () => dialler.destroy(), () => accepted.destroy());
    return { transport, listener, dialler, accepted };
  }

  test('port 0 takes a free port and says which', async () => {
    const { listener, dialler, accepted } = await pair();
    expect(listener.address.port).toBeGreaterThan(0);
    expect(dialler.role).toBe('dialler');
    expect(accepted.role).toBe('listener');
    expect(dialler.remote).toEqual(listener.address);
    expect(accepted.remote.host).toBe('127.0.0.1');
  });

  test('bytes arrive whole and in order, both ways', async () => {
    const { dialler, accepted } = await pair();
    const toListener = collect(accepted);
    const toDialler = collect(dialler);
    for (let index = 0; index < 200; index += 1) {
      dialler.send(Uint8Array.of(index, index ^ 0xff));
      accepted.send(Uint8Array.of(index));
    }
    await until(() => toListener.length === 400 && toDialler.length === 200);
    expect(toListener.filter((_, at) => at % 2 === 0)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    expect(toDialler).toEqual(Array.from({ length: 200 }, (_, index) => index));
  });

  test('bytes sent before the other side listens are not lost', async () => {
    const { dialler, accepted } = await pair();
    dialler.send(Uint8Array.of(1, 2, 3));
    await sleep(30);
    const got = collect(accepted);
    await until(() => got.length === 3);
    expect(got).toEqual([1, 2, 3]);
  });

  test('a later data handler takes the place of the earlier one', async () => {
    const { dialler, accepted } = await pair();
    const first = collect(accepted);
    dialler.send(Uint8Array.of(1));
    await until(() => first.length === 1);
    const second = collect(accepted);
    dialler.send(Uint8Array.of(2));
    await until(() => second.length === 1);
    expect([first, second]).toEqual([[1], [2]]);
  });

  test('send asks to wait while nobody reads, and says when it goes on', async () => {
    const { dialler, accepted } = await pair();
    accepted.pause();
    let received = 0;
    accepted.onData((bytes) => {
      received += bytes.length;
    });
    let drains = 0;
    dialler.onDrain(() => {
      drains += 1;
    });
    const chunk = new Uint8Array(64 * 1024);
    let sent = 0;
    // Enough for the socket buffers of both sides, far below what would be given up.
    for (let more = true; more || sent < 4 * 1024 * 1024; sent += chunk.length) {
      more = dialler.send(chunk);
      if (sent > 24 * 1024 * 1024) throw new Error('send never asked to wait');
      await sleep(0);
    }
    await sleep(50);
    expect(received).toBe(0);
    expect(drains).toBe(0);
    accepted.resume();
    await until(() => received === sent && drains > 0);
    expect(drains).toBe(1);
  });

  test('pause keeps bytes back, resume brings them', async () => {
    const { dialler, accepted } = await pair();
    const got = collect(accepted);
    dialler.send(Uint8Array.of(1));
    await until(() => got.length === 1);
    accepted.pause();
    dialler.send(Uint8Array.of(2));
    await sleep(40);
    expect(got).toEqual([1]);
    accepted.resume();
    await until(() => got.length === 2);
  });

  test('close sends what is queued, then both sides hear it once', async () => {
    const { dialler, accepted } = await pair();
    const closes = [0, 0];
    dialler.onClose(() => {
      closes[0] = (closes[0] ?? 0) + 1;
    });
    accepted.onClose(() => {
      closes[1] = (closes[1] ?? 0) + 1;
    });
    let received = 0;
    accepted.onData((bytes) => {
      received += bytes.length;
    });
    dialler.send(new Uint8Array(3_000_000));
    dialler.close();
    dialler.close();
    expect(dialler.send(Uint8Array.of(9))).toBe(false);
    await until(() => closes[0] === 1 && closes[1] === 1);
    expect(received).toBe(3_000_000);
    dialler.destroy();
    accepted.destroy();
    await sleep(30);
    expect(closes).toEqual([1, 1]);
  });

  test('nothing is called after the close handler', async () => {
    const { dialler, accepted } = await pair();
    const events: string[] = [];
    accepted.onData(() => events.push('data'));
    accepted.onDrain(() => events.push('drain'));
    accepted.onClose(() => events.push('close'));
    dialler.send(Uint8Array.of(1));
    await until(() => events.includes('data'));
    accepted.destroy();
    dialler.send(Uint8Array.of(2));
    await until(() => events.includes('close'));
    await sleep(40);
    expect(events).toEqual(['data', 'close']);
    expect(accepted.send(Uint8Array.of(1))).toBe(false);
  });

  test('destroy on one side closes the other', async () => {
    const { dialler, accepted } = await pair();
    let closed = false;
    accepted.onData(() => {});
    accepted.onClose(() => {
      closed = true;
    });
    dialler.destroy();
    await until(() => closed);
  });

  test('a close handler set too late still hears of it', async () => {
    const { dialler } = await pair();
    dialler.destroy();
    await sleep(40);
    let closed = 0;
    dialler.onClose(() => {
      closed += 1;
    });
    expect(closed).toBe(0);
    await until(() => closed === 1);
  });

  test('a taken port is port.in-use; a closed listener frees it and its links live on', async () => {
    const { transport, listener, dialler, accepted } = await pair();
    await expect(transport.listen(listener.address, () => {})).rejects.toMatchObject({ code: 'port.in-use' });
    await listener.close();
    await listener.close();
    await expect(transport.dial(listener.address, 1_000)).rejects.toThrow(Error);
    const got = collect(accepted);
    dialler.send(Uint8Array.of(7));
    await until(() => got.length === 1);
    const again = await transport.listen(listener.address, () => {});
    await again.close();
  });

  test('dialling where nobody listens rejects in time', async () => {
    const { transport, listener } = await pair();
    await listener.close();
    const begun = performance.now();
    await expect(transport.dial(listener.address, 1_000)).rejects.toThrow(Error);
    expect(performance.now() - begun).toBeLessThan(1_500);
  });

  test('dialling that nobody waits for any more rejects at once, before and while it runs, and no link is left', async () => {
    const { transport, listener } = await pair();
    const arrived: Link[] = [];
    const second = await transport.listen({ ...listener.address, port: 0 }, (link) => arrived.push(link));
    ends.push(() => void second.close());
    await expect(transport.dial(second.address, 2_000, AbortSignal.abort())).rejects.toMatchObject({ reason: 'not-needed' });
    const quit = new AbortController();
    const dialled = transport.dial(second.address, 2_000, quit.signal);
    quit.abort();
    await expect(dialled).rejects.toMatchObject({ reason: 'not-needed' });
    await sleep(30);
    // One that had come through before the word is closed.
    for (const link of arrived) await new Promise<void>((resolve) => link.onClose(resolve));
  });

  test('a signal that comes after the link is there does it no harm', async () => {
    const { transport, listener } = await pair();
    const quit = new AbortController();
    const link = await transport.dial(listener.address, 2_000, quit.signal);
    ends.push(() => link.destroy());
    let closed = false;
    link.onClose(() => {
      closed = true;
    });
    quit.abort();
    await sleep(20);
    expect(closed).toBe(false);
    expect(link.send(Uint8Array.of(1))).toBe(true);
  });
});

function collect(link: Link): number[] {
  const all: number[] = [];
  link.onData((bytes) => all.push(...bytes));
  return all;
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
