import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCrypto } from '../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { lanTag } from '../../../electron/engine/exchange/lan-tag';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { toBase64url } from '../../../electron/engine/wire/encoding';
import { LanContacts, type LanStatus } from '../../../electron/services/lan-contacts';
import type { Recognisable } from '../../../electron/services/lan-recognition';
import type { LanSighting } from '../../../electron/services/ports';
import { ManualClock } from '../../support/manual-clock';
import { createMemoryLan } from '../../support/memory-lan';

const real = await createCrypto({ random: kernelRandom });
let hmacs = 0;
const crypto: Crypto = {
  ...real,
  hmac: (...parts) => {
    hmacs += 1;
    return real.hmac(...parts);
  },
};
const person = (seed: number): Recognisable => ({
  peerId: peerIdFromBytes(new Uint8Array(32).fill(seed)),
  exchangeHashes: [new Uint8Array(32).fill(seed + 100)],
});
const [ann, ben, stranger] = [person(1), person(2), person(3)];
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function device(lan: ReturnType<typeof createMemoryLan>, who: Recognisable, people: Recognisable[], clock: ManualClock, host = '192.0.2.9') {
  const state = { enabled: true, port: 4_000, people, statuses: new Array<LanStatus>() };
  const found = new LanContacts({
    crypto,
    clock,
    random: kernelRandom,
    logger,
    lan: lan.join(host),
    own: who.peerId,
    ownExchanges: who.exchangeHashes,
    people: () => state.people,
    port: () => state.port,
    enabled: () => state.enabled,
    onStatus: (status) => void state.statuses.push(status),
    onClose: () => undefined,
  });
  const told: string[] = [];
  found.onSeen((peerId) => void told.push(peerId));
  return { found, state, told };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const forged = (who: Recognisable, host: string, change: Partial<LanSighting> = {}): LanSighting => ({
  kind: 'contacts',
  name: `n${host}`,
  gone: false,
  addresses: [{ host, port: 4_000 }],
  facts: { v: '2', t: toBase64url(lanTag(crypto, who.exchangeHashes)) },
  ...change,
});

describe('finding contacts on the local network', () => {
  let clock: ManualClock;
  let lan: ReturnType<typeof createMemoryLan>;
  const ends: { close(): void }[] = [];
  beforeEach(() => {
    clock = new ManualClock();
    lan = createMemoryLan();
  });
  afterEach(() => {
    for (const one of ends.splice(0)) one.close();
  });
  const open = (...args: Parameters<typeof device> extends [unknown, infer W, infer P, ...unknown[]] ? [W, P, string?] : never) => {
    const made = device(lan, args[0], args[1], clock, args[2]);
    ends.push(made.found);
    made.found.refresh();
    return made;
  };

  it('LAN: two contacts recognise each other, a third learns nothing', async () => {
    const [a, b, c] = [open(ann, [ben], '192.0.2.1'), open(ben, [ann], '192.0.2.2'), open(stranger, [person(9)], '192.0.2.3')];
    await turn();
    expect(a.told).toEqual([ben.peerId]);
    expect(b.told).toEqual([ann.peerId]);
    expect(c.told).toEqual([]);
    expect(a.found.of(ben.peerId)).toEqual([{ host: '192.0.2.2', port: 4_000 }]);
    expect(c.found.status()).toEqual({ state: 'on', seen: 0 });
    expect(a.found.status()).toEqual({ state: 'on', seen: 1 });
    b.found.close();
    expect(a.found.of(ben.peerId)).toEqual([]);
    expect(a.state.statuses.at(-1)).toEqual({ state: 'on', seen: 0 });
  });

  it('LAN: nothing is said without a contact, when it is not wanted, and after the end; a change counts at once', async () => {
    const { found, state } = open(ann, []);
    await turn();
    expect([lan.history, found.status().state]).toEqual([[], 'off']);
    expect(state.statuses).toEqual([]);
    state.people = [ben];
    state.enabled = false;
    found.refresh();
    await turn();
    expect([lan.history, found.status().state]).toEqual([[], 'off']);
    state.enabled = true;
    found.refresh();
    await turn();
    expect([lan.announced.length, found.status().state]).toEqual([1, 'on']);
    state.enabled = false;
    found.refresh();
    expect([lan.announced.length, found.status().state]).toEqual([0, 'off']);
    state.enabled = true;
    found.refresh();
    found.close();
    found.refresh();
    await turn();
    expect(lan.announced).toEqual([]);
    await clock.advance(24 * 3_600_000);
    expect([lan.history.length, clock.waiting]).toEqual([1, 0]);
  });

  it('LAN: every announcement has another name, nonce and tag; a new one comes within four hours and when the port changes', async () => {
    const { found, state } = open(ann, [ben]);
    await turn();
    await clock.advance(4 * 3_600_000);
    await turn();
    state.port = 5_000;
    found.refresh();
    await turn();
    expect(lan.history.length).toBeGreaterThanOrEqual(3);
    expect(lan.announced).toHaveLength(1);
    expect(lan.announced[0]?.port).toBe(5_000);
    for (const part of [(one: (typeof lan.history)[number]) => one.name, (one: (typeof lan.history)[number]) => one.facts['t']?.slice(0, 10), (one: (typeof lan.history)[number]) => one.facts['t']?.slice(-10)]) {
      expect(new Set(lan.history.map(part)).size).toBe(lan.history.length);
    }
  });

  it('LAN: a contact who is blocked or new counts from the next look on', async () => {
    const [a, b] = [open(ann, [ben], '192.0.2.1'), open(ben, [stranger], '192.0.2.2')];
    await turn();
    expect([a.told, b.told]).toEqual([[ben.peerId], []]);
    b.state.people = [stranger, ann];
    b.found.refreshSoon();
    await clock.advance(200);
    expect(b.told).toEqual([ann.peerId]);
    b.state.people = [stranger];
    b.found.refreshSoon();
    await clock.advance(200);
    expect(b.found.of(ann.peerId)).toEqual([]);
    expect(b.found.status().seen).toBe(0);
  });

  it('LAN: an announcement repeated from many places gives at most four addresses, and pushes out nobody', async () => {
    const { found, told } = open(ben, [ann]);
    await turn();
    const genuine = forged(ann, '192.0.2.1');
    lan.forge(genuine);
    for (let at = 0; at < 500; at += 1) lan.forge({ ...genuine, name: `x${at}`, addresses: [{ host: `198.51.100.${at % 250}`, port: at + 1 }] });
    expect(found.of(ann.peerId)).toHaveLength(4);
    expect(found.of(ann.peerId)).toContainEqual({ host: '192.0.2.1', port: 4_000 });
    expect(told).toEqual([ann.peerId]);
  });

  it('LAN: however often a contact is heard anew, it is told no more than once in ten seconds', async () => {
    const { told } = open(ben, [ann]);
    await turn();
    for (let second = 0; second < 30; second += 1) {
      for (let many = 0; many < 50; many += 1) {
        const one = forged(ann, '192.0.2.1', { name: `n${second}-${many}` });
        lan.forge(one);
        lan.forge({ ...one, gone: true });
      }
      await clock.advance(1_000);
    }
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThanOrEqual(4);
  });

  it('LAN: a flood of tags costs a bounded number of computations, and the contact among them is found a little later', async () => {
    const many = Array.from({ length: 100 }, (_, at) => person(at + 10));
    const { found, told } = open(ben, [ann, ...many]);
    await turn();
    const before = hmacs;
    for (let at = 0; at < 10_000; at += 1) {
      lan.forge({ kind: 'contacts', name: `x${at}`, gone: false, addresses: [{ host: '192.0.2.66', port: 1 }], facts: { v: '2', t: toBase64url(kernelRandom.bytes(24)) } });
    }
    expect(hmacs - before).toBeLessThanOrEqual(64 * 101);
    const genuine = forged(ann, '192.0.2.1');
    await clock.advance(20_000);
    lan.forge(genuine);
    await clock.advance(1_000);
    expect(hmacs - before).toBeLessThanOrEqual((64 + 21 * 16) * 101 + 2);
    expect(told).toEqual([ann.peerId]);
    expect(found.of(ann.peerId)).toEqual(genuine.addresses);
  });

  it('LAN: what is no tag of this version is passed over', async () => {
    const { found, told } = open(ben, [ann]);
    await turn();
    const right = forged(ann, '192.0.2.1');
    const wrong: readonly Readonly<Record<string, string>>[] = [{}, { v: '2' }, { v: '3', t: right.facts['t'] ?? '' }, { v: '2', t: '' }, { v: '2', t: '!'.repeat(32) }, { v: '2', t: (right.facts['t'] ?? '').slice(1) }];
    for (const facts of wrong) lan.forge({ ...right, facts });
    lan.forge({ ...right, addresses: [] });
    expect([told, found.status().seen]).toEqual([[], 0]);
  });

  it('LAN: a network that fails is said; it works again as soon as somebody is heard, or nothing fails any more', async () => {
    lan.break(true);
    const { found, state, told } = open(ben, [ann]);
    await turn();
    expect(found.status().state).toBe('failed');
    for (const _ of [1, 2]) {
      await clock.advance(30_000);
      await turn();
    }
    expect(found.status().state).toBe('failed');
    lan.break(false);
    lan.forge(forged(ann, '192.0.2.1'));
    expect(told).toEqual([ann.peerId]);
    expect(found.status()).toEqual({ state: 'on', seen: 1 });
    lan.break(true);
    expect(found.status()).toEqual({ state: 'failed', seen: 1 });
    lan.break(false);
    await clock.advance(33_000);
    expect(found.status()).toEqual({ state: 'on', seen: 0 });
    expect(state.statuses.map((one) => one.state)).toEqual(['on', 'failed', 'on', 'failed', 'on']);
  });
});
