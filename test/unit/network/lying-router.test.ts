import { createSocket } from 'node:dgram';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { description, found, goodNatPmp, here } from '../../support/fake-router';
import { mapAt, outcome, router, upnp } from '../../support/mapped-port';

const outside = [45, 0, 0, 1];

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
    onTestFinished(() => void stranger.close());
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
    onTestFinished(() => void server.close());
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
