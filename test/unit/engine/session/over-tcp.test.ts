import { createConnection, Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import type { Clock, Listener, Transport } from '../../../../electron/engine/ports';
import { Resumptions } from '../../../../electron/engine/session/resumptions';
import { createSessionHost, type SessionHost } from '../../../../electron/engine/session/session-host';
import type { Session, SessionItem } from '../../../../electron/engine/session/session';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import type { ShownM1 } from '../../../../electron/engine/session/handover-taker';
import { readShownM1 } from '../../../../electron/engine/session/shown-m1';
import { sealHint } from '../../../../electron/engine/sharing/owner-hint';
import { openShared, sealShared } from '../../../../electron/engine/sharing/session-state';
import { sharingKey } from '../../../../electron/engine/sharing/sharing-keys';
import { ChosenTransport } from '../../../../electron/network/chosen-transport';
import { createTcpTransport } from '../../../../electron/network/tcp-transport';
import { countTransfers } from '../../../support/count-transfers';
import { createMemoryNetwork } from '../../../support/memory-transport';
import { newResumptionStore } from '../../../support/resume-kit';
import { newDevices, newParty, type Party, peersOf, recordingLogger, targetOf, testNow, verifiedChainOf } from '../../../support/session-kit';
import { socksServer } from '../../../support/socks-server';

let alice: Party;
let bob: Party;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const clock: Clock = {
  now: () => testNow + Math.floor(performance.now()),
  monotonic: () => performance.now(),
  setTimer: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

function hostOf(party: Party, other: Party, sessions: Session[], store = newResumptionStore()): SessionHost {
  const logger = recordingLogger();
  const resumptions = new Resumptions({ crypto: party.crypto, clock, logger, store });
  const host = createSessionHost({ crypto: party.crypto, clock, logger, local: () => party.local, peers: peersOf([other]), resumptions, onSession: (session) => sessions.push(session) });
  ends.push(() => host.close());
  return host;
}

async function listening(store = newResumptionStore(), transport: Transport = createTcpTransport()): Promise<{ readonly sessions: Session[]; readonly host: SessionHost; readonly listener: Listener }> {
  const sessions: Session[] = [];
  const host = hostOf(bob, alice, sessions, store);
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (link) => host.accept(link));
  ends.push(() => listener.close());
  return { sessions, host, listener };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !condition(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

/** What carries a session; each with whether what it reads into is memory of the session's own, which goes when it is given back. */
const transports: readonly { readonly name: string; readonly create: () => Promise<Transport>; readonly handsMemory: boolean }[] = [
  { name: 'TCP', create: async () => createTcpTransport(), handsMemory: true },
  { name: 'a SOCKS proxy', create: throughProxy, handsMemory: true },
  { name: 'a pipe in memory', create: async () => createMemoryNetwork().transport, handsMemory: false },
];

async function throughProxy(): Promise<Transport> {
  const proxy = await socksServer();
  const transport = new ChosenTransport({ random: kernelRandom });
  transport.use(proxy.address);
  ends.push(() => proxy.close());
  return transport;
}

describe.each(transports)('over $name', ({ create, handsMemory }) => {
  it('S3-26: the same session: thousands of items both ways in order, then the end by closing the socket', async () => {
    const transport = await create();
    const { sessions, listener } = await listening(undefined, transport);
    const session = await hostOf(alice, bob, []).dial(await transport.dial(listener.address, 2_000), targetOf(bob));
    await until(() => sessions.length === 1);
    const [heardByA, heardByB]: [SessionItem[], SessionItem[]] = [[], []];
    session.onItems((items) => heardByA.push(...items));
    sessions[0]?.onItems((items) => heardByB.push(...items));
    const items = Array.from({ length: 3_000 }, (_, at): SessionItem => ({ kind: 'message', bytes: Buffer.from(`${at} ${'y'.repeat(at % 700)}`) }));
    for (let at = 0; at < items.length; at += 10) {
      session.send(items.slice(at, at + 10));
      sessions[0]?.send(items.slice(at, at + 10));
    }
    await until(() => heardByA.length === items.length && heardByB.length === items.length);
    const texts = (heard: SessionItem[]): string[] => heard.map((item) => (item.kind === 'message' ? Buffer.from(item.bytes).toString() : ''));
    expect(texts(heardByA)).toEqual(texts(items));
    expect(texts(heardByB)).toEqual(texts(items));
    let closed = 0;
    sessions[0]?.onClose(() => (closed += 1));
    session.close();
    await until(() => closed === 1);
  });

  it('S3-26 S3-10: cut and dialled again, it is resumed, time and again; refused, the full handshake follows on the same connection', async () => {
    const [mine, theirs] = [newResumptionStore(), newResumptionStore()];
    const transport = await create();
    const { sessions, listener } = await listening(theirs, transport);
    const host = hostOf(alice, bob, [], mine);
    for (let at = 0; at < 5; at += 1) {
      if (at === 3) theirs.removeAll();
      const link = await transport.dial(listener.address, 2_000);
      const session = await host.dial(link, targetOf(bob));
      await until(() => sessions.length === at + 1);
      expect([session.resumed, sessions[at]?.resumed]).toEqual(at === 0 || at === 3 ? [false, false] : [true, true]);
      const heard: SessionItem[] = [];
      sessions[at]?.onItems((items) => heard.push(...items));
      session.send([{ kind: 'message', bytes: Buffer.from(`session ${at}`) }]);
      await until(() => heard.length === 1);
      let closed = 0;
      for (const each of [session, sessions[at]]) each?.onClose(() => (closed += 1));
      link.destroy();
      await until(() => closed === 2);
    }
  });

  it('S3-26: large items keep every byte under back-pressure, whether their memory is given back or kept, and that they were read into goes', async () => {
    const transfers = countTransfers();
    ends.push(transfers.undo);
    const transport = await create();
    const { sessions, listener } = await listening(undefined, transport);
    const session = await hostOf(alice, bob, []).dial(await transport.dial(listener.address, 2_000), targetOf(bob));
    await until(() => sessions.length === 1);
    const listened = sessions[0];
    if (!listened) throw new Error('there is a session');
    const count = 300;
    const sizes = [69_000, 3_000, 40_000, 500];
    const itemAt = (at: number): SessionItem => ({ kind: 'message', bytes: new Uint8Array(sizes[at % sizes.length] ?? 1).fill(at % 251) });
    const isRight = (item: SessionItem | undefined, at: number): boolean =>
      item?.kind === 'message' && Buffer.from(item.bytes).equals(Buffer.alloc(sizes[at % sizes.length] ?? 1, at % 251));
    const kept: SessionItem[] = [];
    let wrong = 0;
    let heard = 0;
    let waited = 0;
    session.onItems((items) => kept.push(...items));
    listened.onItems((items, giveBack) => {
      for (const item of items) {
        if (!isRight(item, heard)) wrong += 1;
        heard += 1;
      }
      giveBack();
      giveBack();
    });
    const pump = (from: Session): void => {
      let sent = 0;
      const fill = (): void => {
        while (sent < count) {
          sent += 1;
          if (!from.send([itemAt(sent - 1)])) {
            waited += 1;
            return;
          }
        }
      };
      from.onDrain(fill);
      fill();
    };
    pump(session);
    pump(listened);
    await until(() => heard === count && kept.length === count);
    expect([wrong, kept.findIndex((item, at) => !isRight(item, at))]).toEqual([0, -1]);
    expect(waited).toBeGreaterThan(0);
    if (handsMemory) expect(transfers.count).toBeGreaterThan(100);
  });
});

describe('over real TCP', () => {
  it('S3-11 A54: junk on the port is closed on while a session goes on', async () => {
    const { sessions, host, listener } = await listening();
    const session = await hostOf(alice, bob, []).dial(await createTcpTransport().dial(listener.address, 2_000), targetOf(bob));
    await until(() => sessions.length === 1);
    const junk = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from('01020080000000', 'hex'),
      encodeFrame(frameTypes.record, new Uint8Array(100)),
      encodeFrame(frameTypes.m1, new Uint8Array(16_384)),
      Buffer.alloc(200_000, 7),
    ];
    const heard: Buffer[] = [];
    const sockets = junk.map((bytes): Promise<void> => {
      return new Promise((resolve) => {
        const socket: Socket = createConnection(listener.address, () => socket.write(bytes));
        socket.on('data', (data) => heard.push(data));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
      });
    });
    await Promise.all(sockets);
    expect(heard).toEqual([]);
    const got: SessionItem[] = [];
    sessions[0]?.onItems((items) => got.push(...items));
    session.send([{ kind: 'card', bytes: Uint8Array.of(1) }]);
    await until(() => got.length === 1);
    expect(host.counts).toEqual({ halfOpen: 0, sessions: 1 });
  });
});

/** Every byte this process hands to a socket, write by write, from now until it is stopped. */
function tap(): readonly Buffer[] {
  const written: Buffer[] = [];
  const genuine = Socket.prototype.write;
  const recording = function (this: Socket, ...args: Parameters<Socket['write']>) {
    const [chunk] = args;
    written.push(Buffer.from(typeof chunk === 'string' ? Buffer.from(chunk) : Uint8Array.from(chunk)));
    return Reflect.apply(genuine, this, args);
  };
  // The overloads of `write` cannot be spelled by one function; it is called with what it was given.
  Socket.prototype.write = recording as Socket['write'];
  ends.push(() => void (Socket.prototype.write = genuine));
  return written;
}

describe('whoever sees many resumptions pass by, to one device and to another of the same person', () => {
  it('S4-02 S4-07: cannot tell by anything in them which belong together: no four bytes come twice at one place, no eight anywhere', async () => {
    const [[desk, laptop], carol, dan] = await Promise.all([newDevices('Ada'), newParty('Carol'), newParty('Dan')]);
    const { crypto } = desk;
    const [person, pair] = [sharingKey(crypto, crypto.random(32), 2), sharingKey(crypto, crypto.random(32), 2)];
    const resumptionsOf = (party: Party) => new Resumptions({ crypto: party.crypto, clock, logger: recordingLogger(), store: newResumptionStore() });
    const [atDesk, atLaptop] = [resumptionsOf(desk), resumptionsOf(laptop)];
    const handover = {
      asks: () => true,
      look: async ({ message: { keyId } }: ShownM1) => {
        const entry = atDesk.toLend(keyId);
        const state = entry && openShared(laptop.crypto, keyId, sealShared(crypto, entry, [pair]), [pair]);
        if (state) atLaptop.takeOver(state, laptop.local);
        atDesk.surrendered(keyId);
      },
    };
    const listen = async (party: Party, resumptions: Resumptions, more = {}) => {
      const host = createSessionHost({ crypto: party.crypto, clock, logger: recordingLogger(), local: () => party.local, peers: peersOf([carol, dan]), resumptions, onSession: () => undefined, ...more });
      const listener = await createTcpTransport().listen({ host: '127.0.0.1', port: 0 }, (link) => host.accept(link));
      ends.push(() => host.close(), () => listener.close());
      return listener.address;
    };
    const [deskAt, laptopAt] = [await listen(desk, atDesk), await listen(laptop, atLaptop, { handover })];
    const written = tap();
    let resumed = 0;
    for (const contact of [carol, dan]) {
      const resumptions = resumptionsOf(contact);
      const host = createSessionHost({ crypto: contact.crypto, clock, logger: recordingLogger(), local: () => contact.local, peers: peersOf([desk]), resumptions, onSession: () => undefined });
      ends.push(() => host.close());
      const meet = async (device: Party, address: typeof deskAt): Promise<void> => {
        const link = await createTcpTransport().dial(address, 2_000);
        const session = await host.dial(link, { ...targetOf(device), instanceId: device.local.instanceId, device: verifiedChainOf(device) });
        resumed += session.resumed ? 1 : 0;
        // As the device says once it is in use.
        resumptions.hinted(session.keyId, sealHint(crypto, person, session.keyId, device.local.instanceId));
        const over = new Promise<void>((resolve) => session.onClose(resolve));
        link.destroy();
        await over;
      };
      // To the desk, a few times; then to the laptop, which gets what the desk had.
      for (let round = 0; round < 4; round += 1) await meet(desk, deskAt);
      await meet(laptop, laptopAt);
      await meet(laptop, laptopAt);
    }
    expect(resumed).toBe(10);
    const shown = written.flatMap((bytes) => (bytes[0] === frameTypes.m1 ? (readShownM1(bytes) ?? []) : []));
    expect(shown.map(({ message }) => message.hint.length > 0)).toEqual([false, false, false, true, false, false, false, false, true, false]);
    const header = 8;
    const windows = (bytes: Uint8Array, size: number) => Array.from({ length: bytes.length - size - header + 1 }, (_, at) => Buffer.from(bytes.subarray(header + at, header + at + size)).toString('hex'));
    const [placed, anywhere]: [string[], string[]] = [[], []];
    for (const { frame, message } of shown) {
      // The length of a hint says that there is one, and nothing else.
      const lengthAt = header + 32 + 32 + 32 + 16 - header;
      const isWithin = (at: number, size: number): boolean => at <= lengthAt && lengthAt < at + size;
      placed.push(...windows(frame, 4).flatMap((window, at) => (isWithin(at, 4) ? [] : [`${message.hint.length} ${at} ${window}`])));
      anywhere.push(...windows(frame, 8));
    }
    expect(new Set(placed).size).toBe(placed.length);
    expect(new Set(anywhere).size).toBe(anywhere.length);
    // And what was shown is nowhere before, and nowhere after its own two messages.
    const all = Buffer.concat(written);
    for (const { message } of shown) expect(all.toString('latin1').split(Buffer.from(message.keyId).toString('latin1'))).toHaveLength(3);
  });
});
