import { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { Link, Transport } from '../../../electron/engine/ports';
import { createMailbox } from '../../../electron/network/mailbox/create-mailbox';
import { LinkStream } from '../../../electron/network/mailbox/link-stream';
import { readGreeting } from '../../../electron/network/mailbox/server-stream';
import type { Mail, Mailbox, MailboxLink, MailboxRegistration } from '../../../electron/services/ports/mailbox';
import { fakeMailboxServer, type FakeMailboxOptions, type FakeMailboxServer } from '../../support/fake-mailbox-server';
import { createMemoryNetwork } from '../../support/memory-transport';

const jwt = ['{"typ":"JWT","alg":"ed25519-nkey"}', JSON.stringify({ sub: `U${'A'.repeat(55)}`, nats: {} }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
const network = createMemoryNetwork();
let mailbox: Mailbox;
let registration: MailboxRegistration;
let options: FakeMailboxOptions;
let seed: Uint8Array;
/** Each connection, oldest first. */
let servers: FakeMailboxServer[];
/** Whether what is connected from now on greets, and says nothing any more. */
let onlyGreets: boolean;
let end: () => Promise<void>;

beforeEach(async () => {
  mailbox = createMailbox({ transport: network.transport, random: kernelRandom });
  seed = mailbox.createSeed();
  const key = await mailbox.deviceKey(seed);
  servers = [];
  options = { key };
  onlyGreets = false;
  const listener = await network.transport.listen({ host: '127.0.0.1', port: 0 }, (link) => {
    const server = fakeMailboxServer(link, options);
    if (onlyGreets) server.fallSilent();
    servers.push(server);
  });
  end = () => listener.close();
  registration = { servers: [`nats://127.0.0.1:${listener.address.port}`], deviceKey: key, token: jwt, address: 'a'.repeat(32), expiresAt: 0, slots: [] };
});
afterEach(async () => {
  network.cut();
  await mailbox.close();
  await end();
});

function open(taken: Mail[] = [], acknowledge = false): { link: MailboxLink; states: string[] } {
  const states: string[] = [];
  const link = mailbox.open(registration, seed, {
    onMail: (mail) => {
      taken.push(mail);
      if (acknowledge) mail.ack();
    },
    onState: ({ state }) => states.push(state),
  });
  return { link, states };
}

const until = (holds: () => boolean): Promise<unknown> => vi.waitUntil(holds, { timeout: 15_000, interval: 5 });
const deposit = (id: string): ReturnType<Mailbox['deposit']> => mailbox.deposit({ servers: registration.servers, address: registration.address, slot: 'b'.repeat(16), token: jwt, expiresAt: 0 }, Buffer.from('x'), id);

test('a connection that is lost while a hundred wait to be stored, on a full disk say, is noticed, and made anew', async () => {
  const taken: Mail[] = [];
  const { link, states } = open(taken);
  await until(() => link.current.state === 'connected');
  servers[0]?.deliver(110);
  await until(() => taken.length === 100);
  servers[0]?.link.destroy();
  await until(() => states.includes('connecting') && servers.length === 2);
  await until(() => link.current.state === 'connected');
  // What lay there comes again, and the acknowledgement of what came before means nothing any more.
  for (const mail of taken.splice(0)) mail.ack();
  servers[1]?.deliver(3);
  await until(() => taken.length === 3);
  taken[0]?.ack();
  await until(() => servers[1]?.published.some(({ subject }) => subject.startsWith('$JS.ACK.')) === true);
  await link.close();
});

test('a server that hands over more than was asked for, while nothing can be stored, fills no memory: the connection ends; one that is heard may go on for ever', async () => {
  const taken: Mail[] = [];
  const { link } = open(taken);
  await until(() => link.current.state === 'connected');
  servers[0]?.deliver(300, 128 * 1024);
  servers[0]?.idle(10);
  servers[0]?.deliver(100, 128 * 1024);
  await until(() => servers.length === 2 && link.current.state === 'connected');
  expect(taken).toHaveLength(100);
  await link.close();
  const heard: Mail[] = [];
  const { states } = open(heard, true);
  await until(() => states.length === 1);
  for (let times = 1; times <= 4; times += 1) {
    servers[2]?.deliver(100, 128 * 1024);
    await until(() => heard.length === times * 100);
  }
  // Nor is it held against a server that it says for months that it is there.
  for (let times = 1; times <= 4; times += 1) {
    servers[2]?.idle(100, 128 * 1024);
    servers[2]?.deliver(1);
    await until(() => heard.length === 400 + times);
  }
  expect([states, servers.length]).toEqual([['connected'], 3]);
});

test('S4-35: a mailbox that lets the key in and has no place for it says so, as its key is good there still', async () => {
  options = { ...options, lost: true };
  const { link } = open();
  await until(() => link.current.state === 'refused');
  expect(link.current).toEqual({ state: 'refused', failure: 'mailbox.refused', letIn: true });
});

test('another network: a mailbox that answers no more is connected anew at once, and not when pings were missed; one that does stays', async () => {
  const { link } = open();
  await until(() => link.current.state === 'connected');
  link.retry();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([link.current.state, servers.length]).toEqual(['connected', 1]);
  servers[0]?.fallSilent();
  link.retry();
  await until(() => servers.length === 2);
  await until(() => link.current.state === 'connected');
}, 20_000);

test('a wish to try at once that comes while a try is under way is not forgotten', async () => {
  options = { ...options, mute: true };
  const { link } = open();
  await until(() => servers.length === 1);
  const timers = vi.spyOn(globalThis, 'setTimeout');
  options = { ...options, mute: false };
  link.retry();
  servers[0]?.link.destroy();
  await until(() => link.current.state === 'connected');
  expect(servers).toHaveLength(2);
  // No pause of the back-off was begun.
  expect(timers.mock.calls.filter(([, wait]) => typeof wait === 'number' && wait > 0 && wait <= 1_000)).toEqual([]);
  timers.mockRestore();
});

test('a wish that a mailbox answered is fulfilled: the loss of a connection that comes later is followed by a pause, as everybody’s', async () => {
  const { link } = open();
  await until(() => link.current.state === 'connected');
  link.retry();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const timers = vi.spyOn(globalThis, 'setTimeout');
  servers[0]?.link.destroy();
  await until(() => servers.length === 2);
  expect(timers.mock.calls.filter(([, wait]) => typeof wait === 'number' && wait > 0 && wait <= 1_000)).toHaveLength(1);
  timers.mockRestore();
});

test('closing waits neither for a server that says nothing nor for one that was never reached', async () => {
  const { link } = open();
  await until(() => link.current.state === 'connected');
  servers[0]?.fallSilent();
  const begun = performance.now();
  await link.close();
  expect(performance.now() - begun).toBeLessThan(4_000);

  options = { ...options, mute: true };
  const other = open();
  await until(() => servers.length === 2);
  const again = performance.now();
  await other.link.close();
  expect(performance.now() - again).toBeLessThan(2_000);

  // One that greeted, and one that somebody was to be left something at.
  options = { ...options, mute: false };
  onlyGreets = true;
  const third = open();
  const left = deposit('1');
  await until(() => servers.length === 4);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const last = performance.now();
  await Promise.all([third.link.close(), mailbox.close()]);
  expect(await left).toBe('unreachable');
  expect(performance.now() - last).toBeLessThan(2_000);
}, 20_000);

test('a deposit after one that was not answered takes a connection of its own, and not the dead one', async () => {
  expect(await deposit('1')).toBe('stored');
  expect(servers).toHaveLength(1);
  servers[0]?.fallSilent();
  expect(await deposit('2')).toBe('unreachable');
  expect(await deposit('2')).toBe('stored');
  expect(servers).toHaveLength(2);
}, 20_000);

test('a server that is long in being reached, as through Tor, is connected to all the same; one that says nothing once it is reached is given up after ten seconds', async () => {
  let reach = 30_000;
  const dialled: number[] = [];
  const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
  const transport: Transport = {
    listen: (...to) => network.transport.listen(...to),
    dial: async (...to) => {
      dialled.push(reach);
      await new Promise((resolve) => setTimeout(resolve, reach));
      return network.transport.dial(...to);
    },
  };
  const [far, silent] = [1, 2].map(() => createMailbox({ transport, random: kernelRandom }));
  if (far === undefined || silent === undefined) throw new Error('two mailboxes');
  const leave = (by: Mailbox): ReturnType<Mailbox['deposit']> => by.deposit({ servers: registration.servers, address: registration.address, slot: 'b'.repeat(16), token: jwt, expiresAt: 0 }, Buffer.from('x'), '1');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const left = leave(far);
    while (dialled.length < 1) await turn();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(servers).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await left).toBe('stored');
    reach = 0;
    onlyGreets = true;
    let outcome: string | undefined;
    const never = leave(silent).then((told) => (outcome = told));
    while (servers.length < 2) {
      await vi.advanceTimersByTimeAsync(1);
      await turn();
    }
    await vi.advanceTimersByTimeAsync(9_000);
    expect(outcome).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(await never).toBe('unreachable');
  } finally {
    vi.useRealTimers();
    await Promise.all([far, silent].map((one) => one.close()));
  }
}, 20_000);

test('what is written to a connection that is gone fails, and ends the stream that TLS may run over', async () => {
  let close: () => void = () => undefined;
  const link: Link = { role: 'dialler', remote: { host: '127.0.0.1', port: 1 }, queued: 0, send: () => false, onData: () => undefined, onDrain: () => undefined, onClose: (told) => (close = told), pause: () => undefined, resume: () => undefined, close: () => undefined, destroy: () => undefined };
  const stream = new LinkStream(link);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  close();
  const failed = new Promise((resolve) => stream.write('x', resolve));
  expect(await failed).toBeInstanceOf(Error);
  await closed;
});

test('a greeting that comes byte by byte is neither copied nor looked through again with each of them, and what follows stays in the stream', async () => {
  const stream = new Duplex({ read: () => undefined, write: (_part, _encoding, done) => done() });
  const greeting = `INFO {"version":"2","name":"${'n'.repeat(4_000)}"}\r\n`;
  const copied = vi.spyOn(Buffer, 'concat');
  const looked = vi.spyOn(Buffer.prototype, 'indexOf');
  const reading = readGreeting(stream);
  for (const byte of Buffer.from(greeting.slice(0, -1))) {
    stream.push(Buffer.from([byte]));
    if (stream.readableLength > 8) await new Promise((resolve) => setImmediate(resolve));
  }
  stream.push(Buffer.from('\nPING\r\n'));
  const line = await reading;
  const sizes = [
    copied.mock.results.reduce((sum, { value }) => sum + (value instanceof Uint8Array ? value.length : 0), 0),
    looked.mock.contexts.reduce((sum: number, bytes, at) => sum + (bytes as Buffer).length - Number(looked.mock.calls[at]?.[1] ?? 0), 0),
  ];
  copied.mockRestore();
  looked.mockRestore();
  expect(Buffer.from(line).toString()).toBe(greeting);
  expect(String(stream.read())).toBe('PING\r\n');
  for (const size of sizes) expect(size).toBeLessThan(4 * greeting.length);
});
