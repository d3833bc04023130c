import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Invitation } from '../../../../electron/engine/identity/invitation-link';
import { acceptChannel, openChannel } from '../../../../electron/engine/session/channel';
import { inviteOverChannel } from '../../../../electron/engine/session/meeting-invitee';
import { answerInvitations } from '../../../../electron/engine/session/meeting-inviter';
import { answerRequests } from '../../../../electron/engine/session/meeting-requestee';
import { createSessionHost, type SessionHost } from '../../../../electron/engine/session/session-host';
import type { Listener } from '../../../../electron/engine/ports';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { concat } from '../../../../electron/engine/wire/writer';
import { createTcpTransport } from '../../../../electron/network/tcp-transport';
import { systemClock } from '../../../../electron/platform/clock';
import { InvitationBook, invitationOf, partsOf } from '../../../support/meeting-kit';
import { newParty, type Party, recordingLogger } from '../../../support/session-kit';

/** How long a stranger may take here; ten seconds in earnest. */
const handshakeMs = 600;
/** A channel's own deadline. */
const channelMs = 10_000;

let ada: Party;
let ben: Party;
let host: SessionHost;
let listener: Listener;
let book: InvitationBook;
let requests = 0;
let sessions = 0;
const faults: unknown[] = [];
const transport = createTcpTransport({ onFault: (error) => faults.push(error) });
const sockets: Socket[] = [];

beforeAll(async () => {
  [ada, ben] = await Promise.all([newParty('Ada'), newParty('Ben')]);
  host = createSessionHost({
    crypto: ada.crypto,
    clock: systemClock,
    logger: recordingLogger(),
    local: () => ada.local,
    peers: { pinned: () => undefined },
    onSession: () => {
      sessions += 1;
    },
    onChannel: (link, first, leftover) => {
      const channel = acceptChannel(ada.crypto, systemClock, link, first, leftover);
      if (channel?.purpose === 'invite') answerInvitations(channel, book.parts());
      if (channel?.purpose === 'request') {
        answerRequests(channel, {
          ...partsOf(ada),
          onRequest: () => {
            requests += 1;
            return 'pending';
          },
        });
      }
    },
    limits: { handshakeMs, silenceMs: 100 },
  });
  listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (link) => host.accept(link));
  book = new InvitationBook(ada);
}, 60_000);

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

afterAll(async () => {
  host.close();
  await listener.close();
});

function stranger(): Promise<{ readonly socket: Socket; readonly gone: Promise<number>; readonly received: Uint8Array[] }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const received: Uint8Array[] = [];
    const socket = connect({ host: '127.0.0.1', port: listener.address.port });
    sockets.push(socket);
    const gone = new Promise<number>((done) => {
      socket.on('close', () => done(performance.now() - begun));
    });
    socket.on('data', (bytes) => received.push(bytes));
    socket.on('error', reject);
    socket.on('connect', () => resolve({ socket, gone, received }));
  });
}

/** What everything else is measured by: a friend with a good link, through the same door. */
async function friendGetsThrough(): Promise<void> {
  const invitation: Invitation = invitationOf(ada);
  book = new InvitationBook(ada, invitation);
  let failure: unknown;
  for (let tries = 0; tries < 40; tries += 1) {
    try {
      const link = await transport.dial(listener.address, 2_000);
      const channel = await openChannel(ben.crypto, systemClock, link, 'invite');
      const { card } = await inviteOverChannel(channel, { ...partsOf(ben), invitation });
      expect(card.chain.identity.name).toBe('Ada');
      return;
    } catch (error) {
      // The places of this source may all be taken: a friend tries again.
      failure = error;
      await sleep(100);
    }
  }
  throw failure;
}

async function unchanged(): Promise<void> {
  expect([book.redeemed.length, requests, sessions, faults]).toEqual([0, 0, 0, []]);
  await friendGetsThrough();
  book = new InvitationBook(ada);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

const clientHello = Buffer.from(`16030100c8010000c40303${'5a'.repeat(32)}20${'a5'.repeat(32)}0004130113020100`, 'hex');
const announced = (type: number, length: number): Buffer => Buffer.from([type, 2, 0, ...Buffer.from(length.toString(16).padStart(8, '0'), 'hex')]);

describe('the listening port against everything that is not the protocol', () => {
  test.each([
    ['a browser', Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')],
    ['a TLS client', clientHello],
    ['zeros', Buffer.alloc(4_096)],
    ['ones', Buffer.alloc(4_096, 255)],
    ['2 GiB announced in M1', announced(1, 0x7fffffff)],
    ['4 GiB announced in an opening', announced(16, 0xffffffff)],
    ['a data frame first', announced(18, 17)],
    ['a record first', announced(3, 64)],
    ['another version', Buffer.from([16, 3, 0, 0, 0, 0, 1, 1])],
    ['an opening of one byte', Buffer.from(encodeFrame(frameTypes.channelOpen, Uint8Array.of(3)))],
    ['an opening for no purpose', Buffer.from(encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(9), new Uint8Array(1216))))],
    ['an opening with bytes behind it', Buffer.concat([encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), new Uint8Array(1216))), Buffer.alloc(9)])],
  ])('A01 A53: %s is closed at once, unanswered, and changes nothing', async (_, bytes) => {
    const { socket, gone, received } = await stranger();
    socket.removeAllListeners('error').on('error', () => {});
    socket.write(bytes);
    expect(await gone).toBeLessThan(handshakeMs - 100);
    expect(received).toEqual([]);
    await unchanged();
  });

  test('random bytes, two hundred times', async () => {
    for (let round = 0; round < 200; round += 1) {
      const { socket, gone } = await stranger();
      socket.removeAllListeners('error').on('error', () => {});
      const bytes = ada.crypto.random(5 + ((round * 37) % 3_000));
      // Every third begins like something wanted.
      if (round % 3 === 0) bytes.set([round % 2 === 0 ? 1 : 16, 2, 0, 0, 0], 0);
      socket.end(bytes);
      await gone;
    }
    await unchanged();
  }, 60_000);

  test('A54: half a frame, and silence, are closed by the deadline', async () => {
    const half = await stranger();
    half.socket.write(encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), new Uint8Array(1216))).subarray(0, 700));
    const silent = await stranger();
    for (const { gone } of [half, silent]) {
      const took = await gone;
      expect(took).toBeGreaterThan(handshakeMs - 100);
      expect(took).toBeLessThan(handshakeMs + 1_000);
    }
    await unchanged();
  });

  test('A54: one byte now and then does not outlive the deadline', async () => {
    const { socket, gone } = await stranger();
    socket.removeAllListeners('error').on('error', () => {});
    const bytes = encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), new Uint8Array(1216)));
    let at = 0;
    const drip = setInterval(() => {
      if (!socket.destroyed) socket.write(bytes.subarray(at, at + 1));
      at += 1;
    }, 20);
    const took = await gone;
    clearInterval(drip);
    expect(at).toBeLessThan(bytes.length);
    expect(took).toBeLessThan(handshakeMs + 1_000);
    await unchanged();
  });

  test('A78: a good opening followed by anything but frames of this channel is closed, and nothing changes', async () => {
    const openings = Array.from({ length: 4 }, () => encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), ada.crypto.generateKem('channel').publicKey)));
    const afterwards = [
      encodeFrame(frameTypes.record, new Uint8Array(200)),
      encodeFrame(frameTypes.channelData, ada.crypto.random(200)),
      encodeFrame(frameTypes.m1, ada.crypto.random(200)),
      ada.crypto.random(200),
    ];
    for (const [index, opening] of openings.entries()) {
      const { socket, gone, received } = await stranger();
      socket.removeAllListeners('error').on('error', () => {});
      socket.write(opening);
      while (Buffer.concat(received).length < 7 + 1120) await sleep(5);
      socket.write(afterwards[index] ?? new Uint8Array());
      expect(await gone).toBeLessThan(channelMs / 2);
      expect(Buffer.concat(received)).toHaveLength(7 + 1120);
    }
    await unchanged();
  });

  test('A54: openings without end from one source cost no more key work than its share', async () => {
    await sleep(1_000);
    const opening = encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(3), ada.crypto.generateKem('channel').publicKey));
    const before = ada.crypto.meter.read().kemEncaps;
    const begun = performance.now();
    for (let round = 0; round < 150; round += 1) {
      const { socket, gone } = await stranger();
      socket.removeAllListeners('error').on('error', () => {});
      socket.write(opening);
      socket.end();
      await gone;
    }
    const seconds = (performance.now() - begun) / 1_000;
    // Twenty at once and five a second.
    expect(ada.crypto.meter.read().kemEncaps - before).toBeLessThanOrEqual(20 + 5 * seconds + 1);
    await unchanged();
  }, 60_000);

  test('A54 A01: five hundred idle connections and a flood of large announcements leave memory flat and a friend gets in', async () => {
    await friendGetsThrough();
    book = new InvitationBook(ada);
    global.gc?.();
    const before = process.memoryUsage().rss;
    const idle = await Promise.allSettled(Array.from({ length: 500 }, () => stranger()));
    for (const result of idle) if (result.status === 'fulfilled') result.value.socket.removeAllListeners('error').on('error', () => {});
    const meanwhile = friendGetsThrough();
    for (let round = 0; round < 300; round += 1) {
      const { socket, gone } = await stranger();
      socket.removeAllListeners('error').on('error', () => {});
      socket.write(announced(round % 2 === 0 ? 1 : 16, 0x7fffffff - round));
      await gone;
    }
    await meanwhile;
    const left = await Promise.all(idle.map((result) => (result.status === 'fulfilled' ? result.value.gone : Promise.resolve(0))));
    expect(left).toHaveLength(500);
    for (let tries = 0; tries < 100 && host.counts.halfOpen > 0; tries += 1) await sleep(20);
    expect(host.counts.halfOpen).toBe(0);
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
    expect([requests, sessions, faults]).toEqual([0, 0, []]);
  }, 60_000);
});
