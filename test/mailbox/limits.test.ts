import { type Server, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { ChosenTransport } from '../../electron/network/chosen-transport';
import { createMailbox } from '../../electron/network/mailbox/create-mailbox';
import type { MailboxCapability } from '../../electron/services/ports/mailbox';
import { refill, status } from '../../scripts/mailbox/commands.mjs';
import { makeCertificates } from '../../scripts/mailbox/certificates.mjs';
import { onMailbox } from '../../scripts/mailbox/errand.mjs';
import { readState } from '../../scripts/mailbox/state.mjs';
import { lies, newId, newMailbox, Subscriber } from '../support/mailbox-people';
import { HostedMailbox, onServer } from '../support/nats-server';
import { socksServer } from '../support/socks-server';

onServer('limits of a mailbox and ways to it', () => {
  let host: HostedMailbox;
  let ann: Subscriber;
  const sender = newMailbox();
  beforeAll(async () => {
    host = await HostedMailbox.start({ tls: true });
    ann = await Subscriber.at(host);
  });
  afterAll(async () => {
    await Promise.all([sender.close(), ann.close()]);
    await host.close();
  });

  /** As the operator may do it on a server of theirs: here, so that no test waits for a month or fills a disk. */
  const limit = (change: { max_age?: number; max_bytes?: number; duplicate_window?: number }): Promise<unknown> =>
    onMailbox(readState(host.folder), async (manager) => manager.streams.update('MBX', { ...(await manager.streams.info('MBX')).config, ...change }));

  test('the mailbox as a whole is full before the disk is; nothing that lies there goes for it, and taking makes room', async () => {
    await limit({ max_bytes: 300_000 });
    const outcomes = [];
    for (let at = 0; at < 6; at += 1) outcomes.push(await sender.deposit(ann.slot, new Uint8Array(60_000).fill(at), newId()));
    expect(outcomes.toSorted()).toEqual(['full', 'full', 'stored', 'stored', 'stored', 'stored']);
    expect((await lies(host)).messages).toBe(4);
    ann.open();
    await ann.when(() => ann.mail.length === 4);
    expect(new Set(ann.mail.map(({ bytes }) => bytes[0])).size).toBe(4);
    for (let open = 1; open > 0; ) open = (await lies(host)).messages;
    expect(await sender.deposit(ann.slot, new Uint8Array(60_000), newId())).toBe('stored');
    await ann.link.close();
    await limit({ max_bytes: 300_000_000 });
  });

  test('what nobody fetched in time is gone, and the slot has room again', async () => {
    const other = await Subscriber.at(host);
    const outcomes = await Promise.all(Array.from({ length: 501 }, () => sender.deposit(other.slot, Buffer.from('old'), newId())));
    expect(outcomes.filter((one) => one === 'full')).toHaveLength(1);
    await limit({ max_age: 150e6, duplicate_window: 100e6 });
    for (let open = 1; open > 0; ) open = (await lies(host)).messages;
    await limit({ max_age: 0 });
    expect(await sender.deposit(other.slot, Buffer.from('new'), newId())).toBe('stored');
    await other.open().when(() => other.mail.length > 0);
    expect(other.texts).toEqual(['new']);
    await other.close();
  });

  test('a refill brings slots that were never given before, for the same device and address', async () => {
    const before = [ann.registration.publicSlot, ...ann.registration.slots].map((one) => one?.slot);
    const plain = await sender.read(await refill({ folder: host.folder, key: ann.key, slots: 3, days: 1 }));
    const withPublic = await sender.read(await refill({ folder: host.folder, key: ann.key, slots: 1, days: 1, anotherPublic: true }));
    expect([plain.slots.length, plain.publicSlot, withPublic.slots.length]).toEqual([3, undefined, 1]);
    const all = [...before, ...plain.slots, withPublic.publicSlot, ...withPublic.slots].map((one) => (typeof one === 'object' ? one.slot : one));
    expect(new Set(all).size).toBe(all.length);
    expect([plain.address, plain.deviceKey, withPublic.address]).toEqual([ann.registration.address, ann.key, ann.registration.address]);
    for (const slot of [...plain.slots, withPublic.publicSlot]) expect(slot && (await sender.deposit(slot, Buffer.from('refilled'), newId()))).toBe('stored');
    expect((await status({ folder: host.folder })).devices.find(({ key }) => key === ann.key)?.waiting).toBeGreaterThanOrEqual(4);
  });

  test('with a proxy chosen a mailbox is reached through it or not at all', async () => {
    const proxy = await socksServer();
    const transport = new ChosenTransport({ random: kernelRandom });
    transport.use(proxy.address);
    const through = createMailbox({ transport, random: kernelRandom });
    expect(await through.deposit(ann.slot, Buffer.from('through a proxy'), newId())).toBe('stored');
    expect(proxy.requests.length).toBeGreaterThan(0);
    await through.close();
    await proxy.close();
    expect(await through.deposit(ann.slot, Buffer.from('past it'), newId())).toBe('unreachable');
  });

  test('a server that another authority vouches for hears no token; nor does one that offers no TLS', async () => {
    const other = new Uint8Array(Buffer.from(makeCertificates(['127.0.0.1']).authorityDer, 'base64url'));
    expect(await sender.deposit({ ...ann.slot, authority: other, token: ann.registration.slots[1]?.token ?? '' }, Buffer.from('x'), newId())).toBe('unreachable');
    const { capability, heard, end } = await impostor('INFO {"server_id":"X","version":"2.15.1","max_payload":1000000,"headers":true,"nonce":"abc"}\r\n');
    expect(await sender.deposit(capability, Buffer.from('x'), newId())).toBe('unreachable');
    // A hello of TLS, and nothing of what it was to protect.
    expect(heard()[0]).toBe(0x16);
    expect(heard().includes('eyJ')).toBe(false);
    await end();
  });

  test('whatever a server says first, a deposit ends with a word and nothing is printed', async () => {
    const printed = ['log', 'info', 'warn', 'error'].map((name) => vi.spyOn(console, name === 'log' || name === 'info' || name === 'warn' ? name : 'error').mockImplementation(() => {}));
    for (const greeting of ['HTTP/1.1 400 Bad Request\r\n\r\n', 'x'.repeat(70_000), '', 'INFO {not json\r\n', 'INFO {}\r\n', 'INFO {"version":"2.15.1"}\r\n+OK\r\n-ERR \'x\'\r\n']) {
      const { capability, end } = await impostor(greeting, 'nats');
      expect(await sender.deposit(capability, Buffer.from('x'), newId()), greeting.slice(0, 20)).toBe('unreachable');
      await end();
    }
    for (const spy of printed) {
      expect(spy.mock.calls).toEqual([]);
      spy.mockRestore();
    }
  }, 30_000);

  /** Somebody else at the address where a mailbox is said to be: says something and hangs up after a while. */
  async function impostor(greeting: string, scheme = 'tls'): Promise<{ capability: MailboxCapability; heard: () => Buffer; end: () => Promise<void> }> {
    const parts: Buffer[] = [];
    const server: Server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (part) => {
        parts.push(part);
        socket.end();
      });
      if (greeting === '') socket.end();
      else socket.write(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const { token } = ann.registration.slots[1] ?? ann.slot;
    return {
      capability: { ...ann.slot, token, servers: [`${scheme}://127.0.0.1:${port}`] },
      heard: () => Buffer.concat(parts),
      end: () => new Promise((resolve) => server.close(() => resolve())),
    };
  }
});
