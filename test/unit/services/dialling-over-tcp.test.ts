import { createServer, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Address, PeerRecord } from '../../../electron/engine/ports';
import { createSessionHost } from '../../../electron/engine/session/session-host';
import type { Session } from '../../../electron/engine/session/session';
import { createTcpTransport } from '../../../electron/network/tcp-transport';
import { systemClock } from '../../../electron/platform/clock';
import { Dialling } from '../../../electron/services/dialling';
import { NetworkFacts } from '../../../electron/services/network-facts';
import type { KnownPeer } from '../../../electron/services/peer-book';
import { noSightings } from '../../../electron/services/ports';
import { Places } from '../../../electron/services/racing';
import { Tries } from '../../../electron/services/tries';
import { newParty, type Party, peersOf, recordingLogger } from '../../support/session-kit';
import { peerRecord } from '../../contract/storage/rows';

/** Real sockets, real handshakes: what a race leaves behind, and what it costs the other side. */

let alice: Party;
let bob: Party;
let carol: Party;
const ends: (() => unknown)[] = [];
const transport = createTcpTransport();

beforeAll(async () => {
  [alice, bob, carol] = await Promise.all([newParty('Alice'), newParty('Bob'), newParty('Carol')]);
}, 60_000);

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !holds(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
}

// The certificates of the kit are made for a day of their own.
const clock = { ...systemClock, now: () => Date.UTC(2026, 5, 1, 12) + Math.floor(performance.now()) };

/** Somebody's device on a port of its own. */
async function living(party: Party, other: Party) {
  const sessions: Session[] = [];
  const host = createSessionHost({
    crypto: party.crypto,
    clock,
    logger: recordingLogger(),
    local: () => party.local,
    peers: peersOf([other]),
    onSession: (session) => {
      sessions.push(session);
      session.onItems(() => undefined);
    },
  });
  let accepted = 0;
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (link) => {
    accepted += 1;
    host.accept(link);
  });
  ends.push(() => host.close(), () => listener.close());
  return { host, sessions, address: listener.address, accepted: () => accepted };
}

/** A program that takes connections and says nothing. */
async function mute(): Promise<{ readonly address: Address; readonly open: Set<Socket>; readonly taken: () => number }> {
  const open = new Set<Socket>();
  let taken = 0;
  const server = createServer((socket) => {
    taken += 1;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket)).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { address: { host: '127.0.0.1', port: address.port }, open, taken: () => taken };
}

async function refusing(): Promise<Address> {
  const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, () => undefined);
  await listener.close();
  return listener.address;
}

function dialling(addresses: readonly Address[], host: ReturnType<typeof createSessionHost>) {
  const record: PeerRecord = { ...peerRecord(1), pinnedSpkiHash: bob.local.identity.spkiHash, places: [{ time: 1, addresses }] };
  const known: KnownPeer = { record, identity: bob.local.identity, exchange: bob.local.exchange.current.credential };
  const tries = new Tries(clock, () => undefined);
  const book = { find: () => known, successorOf: () => undefined };
  const found = new Dialling({ crypto: alice.crypto, clock, transport, host, book, tries, places: new Places(16), sightings: noSightings, network: new NetworkFacts(), ownAddresses: () => [] });
  return { found, outcome: ({ host: name, port }: Address) => tries.of(bob.local.peerId, `${name}:${port}`)?.outcome };
}

test('S3-09 A45: behind a program that says nothing, a closed port and another person, the right one is found, and no socket stays', async () => {
  const [here, there, stranger] = [await living(alice, bob), await living(bob, alice), await living(carol, bob)];
  const [silent, closed] = [await mute(), await refusing()];
  const { found, outcome } = dialling([silent.address, closed, stranger.address, there.address], here.host);
  const begun = performance.now();
  expect(await found.round(bob.local.peerId, new AbortController().signal, () => undefined)).toBe(true);
  // Far from the ten seconds that the silent one alone would have cost.
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(here.sessions.map(({ peer }) => peer.identity.name)).toEqual(['Bob']);
  expect([silent.address, closed, stranger.address, there.address].map(outcome)).toEqual(['not-needed', 'refused', 'not-accepted', 'connected']);
  await until(() => silent.open.size === 0 && there.sessions.length === 1);
  expect([silent.taken(), stranger.sessions.length, there.accepted()]).toEqual([1, 0, 1]);
  await until(() => stranger.host.counts.halfOpen === 0 && there.host.counts.halfOpen === 0);
});

test('S3-32: eight ways to one device trip none of its limits, and leave one session', async () => {
  const [here, there] = [await living(alice, bob), await living(bob, alice)];
  // Seven ports that lead to the same listener, as a name, a mapped port and two families do.
  const ways = await Promise.all(
    Array.from({ length: 7 }, async () => {
      const listener = await transport.listen({ host: '127.0.0.1', port: 0 }, (link) => {
        const timer = setTimeout(() => there.host.accept(link), 600); // slow enough that all run at once
        ends.push(() => clearTimeout(timer));
      });
      ends.push(() => listener.close());
      return listener.address;
    }),
  );
  const { found, outcome } = dialling([...ways, there.address], here.host);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, there.host.counts.halfOpen);
  }, 1);
  ends.push(() => clearInterval(watch));
  expect(await found.round(bob.local.peerId, new AbortController().signal, () => undefined)).toBe(true);
  expect(most).toBeLessThanOrEqual(4);
  const known = [...ways, there.address].map(outcome);
  expect(known.filter((one) => one === 'connected')).toHaveLength(1);
  expect(new Set(known)).not.toContain('no-answer');
  await until(() => here.host.counts.sessions === 1 && there.host.counts.halfOpen === 0);
});

test('a round that is called off closes what was being connected, and reports nothing of it as a failure', async () => {
  const here = await living(alice, bob);
  const silent = await mute();
  const { found, outcome } = dialling([{ host: '127.0.0.1', port: silent.address.port }], here.host);
  const quit = new AbortController();
  const failed: unknown[] = [];
  const round = found.round(bob.local.peerId, quit.signal, (_, error) => failed.push(error));
  // It began, and the connection is not there yet.
  for (let turn = 0; turn < 50 && outcome(silent.address) === undefined; turn += 1) await Promise.resolve();
  expect(outcome(silent.address)).toBe('trying');
  quit.abort();
  expect(await round).toBe(false);
  expect([outcome(silent.address), failed]).toEqual(['not-needed', []]);
  await until(() => silent.open.size === 0);
});

test('where both dial at once and the other side ends this connection for its own, the address is not taken for a stranger’s', async () => {
  const [here, silent] = [await living(alice, bob), await mute()];
  const { found, outcome } = dialling([silent.address], here.host);
  const quit = new AbortController();
  const round = found.round(bob.local.peerId, quit.signal, () => undefined);
  await until(() => [...silent.open].some(({ bytesRead }) => bytesRead > 0));
  quit.abort();
  for (const socket of silent.open) socket.destroy();
  expect(await round).toBe(false);
  expect(outcome(silent.address)).toBe('not-needed');
});
