import fc from 'fast-check';
import { expect } from 'vitest';
import { openLocalParty } from '../../electron/engine/certificates/local-party';
import { renewLocalRecord } from '../../electron/engine/certificates/renewal';
import { verifyChain } from '../../electron/engine/certificates/chain';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { DialogId } from '../../electron/engine/ids';
import type { LocalRecord } from '../../electron/engine/ports';
import { TestClock, testCrypto } from './dialog-kit';
import type { Person } from './dialog-person';
import { hear } from './dialog-recovery';
import { SharedDevice } from './shared-device';
import { newDevices } from './two-devices';

const day = 24 * 3600 * 1000;
const start = Date.UTC(2026, 0, 1);

/** Devices 0 and 1 are Alice's, 2 and 3 Bob's. `to` picks one of the other person's. */
export type Step =
  | { readonly kind: 'say' | 'open' | 'shift' | 'routine' | 'compromise' | 'restart' | 'renew' | 'away'; readonly who: number; readonly at: number }
  | { readonly kind: 'post' | 'acknowledge' | 'meet'; readonly who: number; readonly to: number }
  | { readonly kind: 'deliver'; readonly who: number; readonly to: number; readonly at: number; readonly count: number; readonly again: boolean }
  | { readonly kind: 'drop'; readonly who: number; readonly to: number; readonly at: number }
  | { readonly kind: 'sync'; readonly person: 0 | 1 }
  | { readonly kind: 'pass'; readonly hours: number };

const who = fc.nat({ max: 3 });
const to = fc.nat({ max: 1 });
const at = fc.nat({ max: 999 });
const simple = (kind: 'say' | 'open' | 'shift' | 'routine' | 'compromise' | 'restart' | 'renew' | 'away', weight: number) => ({ weight, arbitrary: fc.record({ kind: fc.constant(kind), who, at }) });
const towards = (kind: 'post' | 'acknowledge' | 'meet', weight: number) => ({ weight, arbitrary: fc.record({ kind: fc.constant(kind), who, to }) });
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  simple('say', 7),
  simple('open', 1),
  simple('shift', 2),
  simple('routine', 1),
  simple('compromise', 1),
  simple('restart', 1),
  simple('renew', 1),
  simple('away', 1),
  towards('post', 6),
  towards('acknowledge', 3),
  towards('meet', 1),
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('deliver' as const), who, to, at, count: fc.integer({ min: 1, max: 4 }), again: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), who, to, at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sync' as const), person: fc.constantFrom<0 | 1>(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 60 }) }) },
);

/** Refusals an honest network can cause: a key went, is not here yet, or a later one took over; what was refused comes again or by another own device. */
const honest = new Set(['kek-floor', 'superseded', 'dialog-unknown', 'throttled', 'key-destroyed', 'target', 'kek-header', 'ahead']);

export class TwoByTwo {
  readonly clock = new TestClock();
  readonly devices: readonly SharedDevice[];
  readonly wires = new Map<string, Uint8Array[]>();
  readonly dialogs: DialogId[] = [];
  readonly said = new Map<string, string>();
  readonly #lives: readonly (readonly Person[])[];
  readonly #ages = [0, 0, 0, 0];
  readonly #away = new Set<number>();
  readonly #nonces = new Set<string>();
  readonly #floors = new Map<string, number>();
  #count = 0;

  constructor(crypto: Crypto, lives: readonly (readonly Person[])[], cacheEntries: number) {
    this.#lives = lives;
    const seen: Crypto = {
      ...crypto,
      sealDetached: (...args) => {
        const [, key, nonce] = args;
        const used = `${Buffer.from(key.bytes).toString('latin1')}${Buffer.from(nonce).toString('latin1')}`;
        if (this.#nonces.has(used)) throw new Error('a nonce was used twice under one key');
        this.#nonces.add(used);
        return crypto.sealDetached(...args);
      },
    };
    this.devices = lives.map(([first]) => new SharedDevice(seen, present(first), this.clock, { cacheEntries }));
    for (const device of this.devices) for (const other of this.devices) if (other.peerId !== device.peerId) device.knows(other);
    this.dialogs.push(this.device(0).engine.open(this.device(2).peerId, { title: 'first' }));
  }

  device(index: number): SharedDevice {
    return present(this.devices[index]);
  }

  sibling(index: number): SharedDevice {
    return this.device(index ^ 1);
  }

  other(index: number, towards: number): SharedDevice {
    return this.device(index < 2 ? 2 + towards : towards);
  }

  run(each: Step): void {
    if (each.kind === 'pass') return this.clock.pass(each.hours * 3600 * 1000);
    if (each.kind === 'sync') {
      const [first, second] = [each.person * 2, each.person * 2 + 1];
      if (!this.#away.has(first) && !this.#away.has(second)) this.device(first).sync(this.device(second));
      return;
    }
    if (each.kind === 'away') {
      if (!this.#away.delete(each.who) && each.at % 2 === 0) this.#away.add(each.who);
      return;
    }
    if (this.#away.has(each.who)) return;
    const me = this.device(each.who);
    const peer = this.other(each.who, 0);
    const mine = this.dialogs.filter((dialogId) => me.db.prepare('SELECT 1 AS n FROM dialogs WHERE dialog_id = ?').get([dialogId]));
    const dialogId = 'at' in each && mine.length > 0 ? mine[each.at % mine.length] : undefined;
    switch (each.kind) {
      case 'open':
        if (this.dialogs.length < 3) this.dialogs.push(me.engine.open(peer.peerId, { title: 'x' }));
        return;
      case 'say': {
        if (!dialogId) return;
        const text = `${(this.#count += 1)}`;
        const { sequence } = me.say(peer, dialogId, text);
        this.said.set(`${dialogId}/${me.instanceId}/${sequence}`, text);
        return;
      }
      case 'shift':
        if (dialogId) me.engine.shift(me.dialog(peer, dialogId), 'hand');
        return;
      case 'routine':
      case 'compromise':
        if (!dialogId) return;
        this.clock.pass(3600 * 1000);
        me.engine.shiftPair(me.dialog(peer, dialogId), { compromised: each.kind === 'compromise' });
        return;
      case 'restart':
        me.look();
        me.restart();
        return;
      case 'renew':
        this.#renew(each.who);
        return;
      case 'post':
      case 'acknowledge':
      case 'meet':
      case 'deliver':
      case 'drop':
        this.#network(each, me, this.other(each.who, each.to), `${each.who}-${each.to}`);
    }
  }

  #network(each: Extract<Step, { to: number }>, me: SharedDevice, other: SharedDevice, name: string): void {
    const wire = this.wires.get(name) ?? [];
    this.wires.set(name, wire);
    const place = 'at' in each && wire.length > 0 ? each.at % wire.length : 0;
    switch (each.kind) {
      case 'post':
        me.engine.sealWaiting(other.peerId);
        wire.push(...me.pending(other));
        return;
      case 'acknowledge':
        wire.push(...me.engine.acknowledgements(other.peerId, other.person.chain).map(({ bytes }) => bytes));
        return;
      case 'meet':
        this.#meet(me, other);
        return;
      case 'deliver': {
        const messages = wire.slice(place, place + each.count);
        if (!each.again) wire.splice(place, each.count);
        if (this.#away.has(this.devices.indexOf(other))) return;
        this.#receive(me, other, messages);
        return;
      }
      case 'drop':
        wire.splice(place, 1);
    }
  }

  #receive(me: SharedDevice, other: SharedDevice, messages: readonly Uint8Array[]): void {
    for (const outcome of other.receive(me, ...messages)) if (outcome.kind === 'rejected') expect(honest).toContain(outcome.reason);
    other.look();
  }

  #meet(a: SharedDevice, b: SharedDevice): void {
    a.knows(b);
    b.knows(a);
    expect(hear(a, b)).toBe('met');
    expect(hear(b, a)).toBe('met');
  }

  /** The exchange keys of both devices change, one after the other. */
  #renew(index: number): void {
    const next = this.#lives[index]?.[(this.#ages[index] ?? 0) + 1];
    if (!next || this.clock.time < next.local.exchange.current.credential.notBefore) return;
    this.#ages[index] = (this.#ages[index] ?? 0) + 1;
    this.device(index).look();
    this.device(index).become(next);
  }

  /** Floors only rise. */
  watch(): void {
    for (const [index, device] of this.devices.entries()) {
      for (const row of device.db.prepare('SELECT peer_id, creating_instance, floor FROM kek_floors').all()) {
        const name = `${index} ${String(row['creating_instance'])}`;
        const floor = Number(row['floor']);
        expect(floor).toBeGreaterThanOrEqual(this.#floors.get(name) ?? 0);
        this.#floors.set(name, floor);
      }
    }
  }

  /** Everybody is back and says all there is to say. */
  end(): void {
    this.#away.clear();
    for (let index = 0; index < 4; index += 1) {
      const ages = Math.max(this.#ages[index] ?? 0, this.#ages[index ^ 1] ?? 0);
      while ((this.#ages[index] ?? 0) < ages) this.#renew(index);
    }
    for (let round = 0; round < 6; round += 1) {
      this.clock.pass(3600 * 1000);
      this.device(0).sync(this.device(1));
      this.device(2).sync(this.device(3));
      for (const a of [0, 1]) for (const b of [2, 3]) this.#meet(this.device(a), this.device(b));
      this.#settle();
    }
  }

  /** Everybody is connected with everybody: what is handed over goes to both devices of a person. */
  #settle(): void {
    for (let round = 0; round < 6; round += 1) {
      const parcels: (() => void)[] = [];
      for (const [index, from] of this.devices.entries()) {
        from.engine.sealWaiting(this.other(index, 0).peerId);
        for (const towards of [0, 1]) {
          const other = this.other(index, towards);
          const bytes = [...from.pending(other), ...from.engine.acknowledgements(other.peerId, other.person.chain).map((each) => each.bytes)];
          if (bytes.length > 0) parcels.push(() => this.#receive(from, other, bytes));
        }
      }
      if (parcels.length === 0) return;
      for (const parcel of parcels) parcel();
    }
  }

  /** What stands at the end, the same whatever happened. */
  judge(): void {
    const sorted = (screen: ReadonlyMap<string, string>): string[] => [...screen].map(([key, text]) => `${key} ${text}`).sort();
    for (const device of this.devices) {
      expect(device.sink.of('failed')).toEqual([]);
      expect(device.sink.of('rolledBack')).toEqual([]);
      expect(sorted(device.screen)).toEqual(sorted(this.said));
      const opened = device.sink.of('opened').map((each) => each.dialogId);
      expect(new Set(opened).size).toBe(opened.length);
    }
    for (const [index, device] of this.devices.entries()) {
      const peer = this.other(index, 0);
      expect(device.pending(peer)).toEqual([]);
      for (const dialogId of this.dialogs) {
        expect(device.engine.status(device.dialog(peer, dialogId)).transcript.equal).toBe(true);
        const own = device.db.prepare('SELECT next_sequence, digest FROM sending_streams WHERE dialog_id = ? AND instance_id = ?').get([dialogId, device.instanceId]);
        if (!own || Number(own['next_sequence']) === 1) continue;
        for (const towards of [0, 1]) {
          const there = this.other(index, towards).db.prepare('SELECT cumulative, digest FROM receiving_streams WHERE dialog_id = ? AND instance_id = ?').get([dialogId, device.instanceId]);
          expect(Number(there?.['cumulative'])).toBe(Number(own['next_sequence']) - 1);
          expect(there?.['digest']).toEqual(own['digest']);
        }
        const sibling = this.sibling(index).db.prepare('SELECT next_sequence, digest FROM sending_streams WHERE dialog_id = ? AND instance_id = ?').get([dialogId, device.instanceId]);
        expect(sibling).toEqual(own);
      }
    }
  }

  close(): void {
    for (const device of this.devices) device.db.close();
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('nobody');
  return value;
}

let shared: Promise<readonly (readonly Person[])[]> | undefined;

/** Two people with two devices each, over some weeks; the same for a whole test file, two RSA keys. */
export function twoByTwoLives(): Promise<readonly (readonly Person[])[]> {
  shared ??= testCrypto().then(async (crypto) => [...(await livesOf(crypto, 'Alice')), ...(await livesOf(crypto, 'Bob'))]);
  return shared;
}

/** Both devices of a person over some weeks: the same exchange keys, made by the first. */
async function livesOf(crypto: Crypto, name: string): Promise<Person[][]> {
  const open = (record: LocalRecord, now: number): Person => {
    const local = openLocalParty(crypto, record);
    const chain = verifyChain(crypto, local.chain, { now });
    return { local, chain, remote: () => ({ peerId: local.peerId, identity: chain.identity, exchange: chain.exchange }) };
  };
  let [first, second] = await newDevices(crypto, name, start);
  const devices: [Person[], Person[]] = [[open(first, start)], [open(second, start)]];
  for (let week = 1; week <= 4; week += 1) {
    const now = start + week * 6 * day;
    first = (await renewLocalRecord(crypto, first, now)) ?? first;
    second = { ...second, exchanges: first.exchanges };
    devices[0].push(open(first, now));
    devices[1].push(open(second, now));
  }
  return devices;
}
