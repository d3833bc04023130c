import { describe, expect, it, test } from 'vitest';
import { encodeRepositoryWord, parseRepositoryWord, type RepositoryWord } from '../../electron/engine/sharing/repository-words';
import type { InstanceId } from '../../electron/engine/ids';
import { instanceIdFromBytes } from '../../electron/engine/wire/ids';
import { WireError } from '../../electron/engine/wire/wire-error';
import { systemClock } from '../../electron/platform/clock';
import { DeviceRepository } from '../../electron/services/devices/device-repository';
import { RepositoryHost } from '../../electron/services/devices/repository-host';
import { keptMs, RepositoryUnreachable } from '../../electron/services/ports/session-repository';
import type { Db } from '../../electron/storage/database';
import { openStores } from '../../electron/storage/open-stores';
import { createMemoryRepository } from '../support/memory-repository';
import { ManualClock } from '../support/manual-clock';
import { describeSessionRepository } from './session-repository';
import { freshDatabase } from '../support/fresh-database';

const memory = createMemoryRepository();
describeSessionRepository({ name: 'in memory', connect: () => memory.connect() });

const idOf = (at: number): InstanceId => instanceIdFromBytes(new Uint8Array(16).fill(at));
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** An own device that keeps records, and others with a session to it: words as bytes, each a turn later. */
function household({ clock = new ManualClock(1_700_000_000_000), isHost = true } = {}) {
  const db: Db = freshDatabase();
  const { hostedRecords: store, transaction } = openStores(db);
  const state = { isHost, connected: true, writers: [idOf(1), idOf(2)] };
  const made = { clock, logger, store, commit: <T>(work: () => T): T => transaction(work), isHost: () => state.isHost, writers: () => state.writers };
  const host = new RepositoryHost(made);
  const connect = (at: number): DeviceRepository => {
    const line = {
      send: (_to: InstanceId, words: Uint8Array) => {
        if (!state.connected) return undefined;
        queueMicrotask(() => {
          const word = parseRepositoryWord(words);
          if (word?.kind !== 'read' && word?.kind !== 'write') throw new Error('no question');
          const answer = parseRepositoryWord(host.answer(idOf(at), word));
          if (answer?.kind === 'found' || answer?.kind === 'written' || answer?.kind === 'refused') device.heard(idOf(9), answer);
        });
        return true;
      },
    };
    const device = new DeviceRepository({ clock: systemClock, host: idOf(9), line: () => line });
    return device;
  };
  return { db, store, state, host, connect, clock, made };
}

let shelf: ReturnType<typeof household>;
let devices = 0;
describeSessionRepository({
  name: 'an own device that is always on',
  start: async () => {
    shelf = household();
  },
  connect: () => shelf.connect((devices += 1)),
  stop: async () => shelf.db.close(),
});

const name = 'ab'.repeat(16);
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

describe('an own device that keeps records of sessions', () => {
  it('S4-27 A65: answers the same to whoever is no device that counts, where it keeps none, and where it has no room', async () => {
    const { host, state, connect, store, db } = household();
    expect(await connect(1).write(name, bytes('first'), 0)).toBeGreaterThanOrEqual(1);
    await expect(connect(3).read(name)).rejects.toThrow(RepositoryUnreachable);
    await expect(connect(3).write(name, bytes('theirs'), 1)).rejects.toThrow(RepositoryUnreachable);
    state.isHost = false;
    await expect(connect(1).read(name)).rejects.toThrow(RepositoryUnreachable);
    const refused = (from: number, word: Extract<RepositoryWord, { kind: 'read' | 'write' }>): string => Buffer.from(host.answer(idOf(from), word)).toString('hex');
    const [asked, wrote] = [{ kind: 'read', ask: 7, name: new Uint8Array(16) }, { kind: 'write', ask: 7, name: new Uint8Array(16), expected: 0, record: bytes('x') }] as const;
    expect(new Set([refused(1, asked), refused(3, wrote), refused(1, wrote)])).toEqual(new Set([Buffer.from(encodeRepositoryWord({ kind: 'refused', ask: 7 })).toString('hex')]));
    expect(Buffer.from(store.find(name)?.record ?? []).toString()).toBe('first');
    db.close();
  });

  it('S4-19 A62: a revision is never given out twice, also when what had it was forgotten; what is past its time, or of a device that is gone, goes', async () => {
    const { host, state, connect, store, db, clock } = household();
    const first = await connect(1).write(name, bytes('first'), 0);
    const other = await connect(2).write('cd'.repeat(16), bytes('other'), 0);
    state.writers = [idOf(1)];
    host.start();
    expect([store.find(name)?.revision, store.find('cd'.repeat(16))]).toEqual([first, undefined]);
    await clock.advance(keptMs + 1);
    host.start();
    expect(store.find(name)).toBeUndefined();
    expect(await connect(1).write(name, bytes('late'), first ?? 0)).toBeUndefined();
    expect(await connect(1).write(name, bytes('anew'), 0)).toBeGreaterThan(Math.max(first ?? 0, other ?? 0));
    host.close();
    db.close();
  });

  it('S4-35: one device’s records take their room and no other’s; what is there can still be ended', async () => {
    const { connect, store, db, made } = household();
    const usage = () => new Map([[idOf(1), { count: 16_384, bytes: 0 }]]);
    const host = new RepositoryHost({ ...made, store: { ...store, usage } });
    const put = (from: number, at: number, expected: number, record: string) => parseRepositoryWord(host.answer(idOf(from), { kind: 'write', ask: 1, name: new Uint8Array(16).fill(at), expected, record: bytes(record) }));
    const there = await connect(1).write('05'.repeat(16), bytes('a long record'), 0);
    expect(put(1, 6, 0, 'x')).toEqual({ kind: 'refused', ask: 1 });
    expect(put(1, 5, there ?? 0, 'gone')).toMatchObject({ kind: 'written' });
    expect(put(2, 6, 0, 'x')).toMatchObject({ kind: 'written' });
    db.close();
  });

  it('S4-35: a device has 32 MiB there, and not a byte more', () => {
    const { made, store, db } = household();
    const put = (used: number, record: number) => {
      const host = new RepositoryHost({ ...made, store: { ...store, usage: () => new Map([[idOf(1), { count: 1, bytes: used }]]) } });
      return parseRepositoryWord(host.answer(idOf(1), { kind: 'write', ask: 1, name: new Uint8Array(16).fill(7), expected: 0, record: new Uint8Array(record) }));
    };
    expect(put(32 * 1024 * 1024 - 10, 11)).toEqual({ kind: 'refused', ask: 1 });
    expect(store.usage().size).toBe(0);
    expect(put(32 * 1024 * 1024 - 10, 10)).toMatchObject({ kind: 'written' });
    db.close();
  });

  it('S4-06: without a session with it, or when that ends, nobody waits; only it answers', async () => {
    const { state, connect, db } = household();
    const device = connect(1);
    state.connected = false;
    await expect(device.read(name)).rejects.toThrow(RepositoryUnreachable);
    const silent = new DeviceRepository({ clock: systemClock, host: idOf(9), line: () => ({ send: () => true }) });
    const [asked, wrote] = [silent.read(name), silent.write(name, bytes('x'), 0)];
    silent.heard(idOf(8), { kind: 'found', ask: 1, revision: 1, record: bytes('forged') });
    silent.left(idOf(8));
    silent.heard(idOf(9), { kind: 'found', ask: 1, revision: 3, record: bytes('its own') });
    silent.left(idOf(9));
    await expect(asked).resolves.toEqual({ revision: 3, record: bytes('its own') });
    await expect(wrote).rejects.toThrow(RepositoryUnreachable);
    const many = Array.from({ length: 257 }, () => silent.read(name));
    await expect(many[256]).rejects.toThrow(RepositoryUnreachable);
    silent.close();
    expect((await Promise.allSettled(many)).every(({ status }) => status === 'rejected')).toBe(true);
    await expect(silent.read('nothing')).rejects.toThrow(RangeError);
    db.close();
  });

  test('its words read back what they say, and nothing else', () => {
    const key = new Uint8Array(16).fill(1);
    const words: readonly RepositoryWord[] = [{ kind: 'read', ask: 1, name: key }, { kind: 'write', ask: 2, name: key, expected: 3, record: bytes('r') }, { kind: 'found', ask: 1, revision: 4, record: bytes('r') }, { kind: 'found', ask: 1, revision: 0, record: new Uint8Array(0) }, { kind: 'written', ask: 2, revision: 0 }, { kind: 'refused', ask: 0xffff_ffff }];
    for (const word of words) {
      const said = encodeRepositoryWord(word);
      expect(parseRepositoryWord(said)).toEqual(word);
      for (const bad of [said.subarray(0, -1), Uint8Array.of(...said, 0)]) expect(() => parseRepositoryWord(bad)).toThrow(WireError);
    }
    expect(parseRepositoryWord(Uint8Array.of(9, 1, 2))).toBeUndefined();
    expect(() => parseRepositoryWord(encodeRepositoryWord({ kind: 'found', ask: 1, revision: 0, record: bytes('r') }))).toThrow(WireError);
    expect(() => parseRepositoryWord(encodeRepositoryWord({ kind: 'write', ask: 1, name: key, expected: 0, record: new Uint8Array(32 * 1024 + 1) }))).toThrow(WireError);
  });
});
