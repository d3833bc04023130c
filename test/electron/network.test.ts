import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { ChosenTransport } from '../../electron/network/chosen-transport';
import { createPortMapper } from '../../electron/network/port-mapper';
import { createTcpTransport } from '../../electron/network/tcp-transport';
import type { Mapping } from '../../electron/services/ports';
import { fakeRouter, found, goodNatPmp, type FakeRouterOptions } from '../support/fake-router';
import { socksServer } from '../support/socks-server';

// What speaks to proxies and routers, in the runtime of the window: its Node is older, and its sockets have been patched.

test('S3-26: a proxy is spoken to, and a dial nobody waits for ends', async () => {
  const proxy = await socksServer();
  const silent = await socksServer({ instead: (socket) => void socket.resume() });
  const transport = new ChosenTransport({ random: kernelRandom });
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (link) => link.onData((bytes) => link.send(bytes)));
  try {
    transport.use(proxy.address);
    const link = await transport.dial(listener.address, 5_000, undefined, 'somebody');
    const echo = new Promise<Uint8Array>((resolve) => link.onData(resolve));
    link.send(Uint8Array.of(1, 2, 3));
    assert.deepEqual([...(await echo)], [1, 2, 3]);
    assert.equal(transport.state, 'working');
    link.destroy();

    transport.use(silent.address);
    const abort = new AbortController();
    const dialled = transport.dial(listener.address, 5_000, abort.signal);
    setImmediate(() => abort.abort());
    await assert.rejects(dialled, { reason: 'not-needed' });
  } finally {
    await listener.close();
    await proxy.close();
    await silent.close();
  }
});

test('S3-26: the memory of a large read goes as soon as whoever reads gives it back', async () => {
  const transport = createTcpTransport();
  const sent = Uint8Array.from({ length: 1_048_576 }, (_, at) => at % 251);
  const copies: Uint8Array[] = [];
  let given = 0;
  let tellAll: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (tellAll = resolve));
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (link) =>
    link.onData((bytes, giveBack) => {
      copies.push(bytes.slice());
      giveBack?.();
      if (giveBack && bytes.length === 0) given += 1;
      if (copies.reduce((sum, { length }) => sum + length, 0) === sent.length) tellAll();
    }),
  );
  try {
    const link = await transport.dial(listener.address, 5_000);
    link.send(sent);
    await all;
    link.destroy();
    assert.ok(given > 0);
    assert.equal(Buffer.compare(Buffer.concat(copies), sent), 0);
  } finally {
    await listener.close();
  }
});

const routers: Record<'nat-pmp' | 'upnp', FakeRouterOptions> = {
  'nat-pmp': { natPmp: goodNatPmp([45, 0, 0, 1]) },
  upnp: {
    location: (port) => found(port),
    order: (action) =>
      action === 'GetExternalIPAddress' ? { NewExternalIPAddress: '45.0.0.1' } : action === 'GetSpecificPortMappingEntry' ? { NewInternalClient: '127.0.0.1', NewInternalPort: '4800' } : {},
  },
};

for (const [method, options] of Object.entries(routers)) {
  test(`S3-26: a router is asked by ${method}, and what it gave is taken back`, async () => {
    const router = await fakeRouter(options);
    let stop: (within: number) => Promise<void> = async () => undefined;
    try {
      const mapped = await new Promise<Mapping>((resolve, reject) => {
        stop = createPortMapper(reject, { ...router.search, patience: 1 }).map(4800, (mapping) => {
          if (mapping.state !== 'searching') resolve(mapping);
        });
      });
      assert.deepEqual(mapped, { state: 'mapped', method, address: { host: '45.0.0.1', port: 4800 } });
      await stop(2_000);
      if (method === 'upnp') assert.equal(router.orders.at(-1)?.action, 'DeletePortMapping');
      else assert.deepEqual(router.datagrams.at(-1)?.slice(6), [0, 0, 0, 0, 0, 0]);
    } finally {
      await router.close();
    }
  });
}
