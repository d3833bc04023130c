import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { DialogStore } from '../../../../electron/engine/dialog/dialog-store';
import { Device, settle, TestClock, testCrypto } from '../../../support/dialog-kit';
import { becomeNew, copyDevice, meet, recordedPerson, type RecordedPerson, session } from '../../../support/dialog-recovery';
import { someOf, strides } from '../../../support/exhaustive';

let crypto: Crypto;
let ann: RecordedPerson;
let bo: RecordedPerson;

beforeAll(async () => {
  crypto = await testCrypto();
  [ann, bo] = await Promise.all([recordedPerson(crypto, 'Ann'), recordedPerson(crypto, 'Bo')]);
}, 60_000);

class Crash extends Error {}

const writes = /^(put|add|bury|seal|acknowledge$|hold|stop|remove|set|erase|release|tell|retire|advance)/;

/** Counts what is written, and breaks at the one that is asked for: before it is done, as a full disk or a lost power would. */
class Breaking {
  at = Number.POSITIVE_INFINITY;
  count = 0;

  readonly wrap = (store: DialogStore): DialogStore =>
    new Proxy(store, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function' || typeof name !== 'string' || !writes.test(name)) return value;
        return (...args: unknown[]): unknown => {
          this.count += 1;
          if (this.count === this.at) throw new Crash(`write ${this.count}: ${name}`);
          return value.apply(target, args);
        };
      },
    });
}

interface Scene {
  readonly alice: Device;
  readonly bob: Device;
  readonly dialogId: ReturnType<Device['engine']['open']>;
  readonly breaking: Breaking;
  /** Sealed bytes by stream and sequence, as they were first seen. */
  readonly seen: Map<string, string>;
}

function scene(): Scene {
  const clock = new TestClock();
  const breaking = new Breaking();
  const alice = new Device(crypto, ann, { clock });
  const bob = new Device(crypto, bo, { clock });
  for (const device of [alice, bob]) {
    device.wrapStore = breaking.wrap;
    device.restart();
  }
  alice.knows(bob);
  bob.knows(alice);
  const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
  session(alice, bob);
  alice.say(bob, dialogId, 'a says 0');
  bob.say(alice, dialogId, 'b says 0');
  settle(alice, bob);
  breaking.count = 0;
  return { alice, bob, dialogId, breaking, seen: new Map() };
}

/** No sequence has two bodies: what is sealed for a place stays, byte for byte, while it is the same key. */
function watch(device: Device, seen: Map<string, string>): void {
  for (const row of device.db.prepare('SELECT * FROM outbox').all()) {
    const place = `${String(row['instance_id'])} ${String(row['dialog_id'])} ${String(row['sequence'])}`;
    const text = Buffer.from(row['content'] as Uint8Array).toString('hex');
    expect(seen.get(place) ?? text, place).toBe(text);
    seen.set(place, text);
    if (!(row['bytes'] instanceof Uint8Array)) continue;
    const sealed = `${place} ${String(row['key_epoch'])}`;
    const bytes = Buffer.from(row['bytes']).toString('hex');
    expect(seen.get(sealed) ?? bytes, sealed).toBe(bytes);
    seen.set(sealed, bytes);
  }
}

/** Runs the steps; at a crash everything is opened anew and the step is taken again. Gives whether it crashed. */
function run({ alice, bob, seen, breaking }: Scene, steps: readonly (() => void)[]): boolean {
  let crashed = false;
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      crashed = true;
      breaking.at = Number.POSITIVE_INFINITY;
      alice.restart();
      bob.restart();
      session(alice, bob);
      step();
    }
    watch(alice, seen);
    watch(bob, seen);
  }
  return crashed;
}

/** A sender whose call failed looks at its history and writes again what is not there. */
function sayOnce(from: Device, to: Device, scene: Scene, text: string): void {
  const stored = from.db.prepare('SELECT content FROM outbox').all().some((row) => Buffer.from(row['content'] as Uint8Array).includes(text));
  if (!stored) from.say(to, scene.dialogId, text);
}

const exchange = (made: Scene): (() => void)[] => {
  const { alice, bob } = made;
  return [
    () => sayOnce(alice, bob, made, 'a says 1'),
    () => sayOnce(alice, bob, made, 'a says 2'),
    () => void bob.receive(alice, ...alice.pending(bob).toReversed()),
    () => sayOnce(bob, alice, made, 'b says 1'),
    () => void alice.receive(bob, ...bob.acknowledgements(alice), ...bob.pending(alice)),
    () => void alice.engine.shift(alice.dialog(bob, made.dialogId), 'hand'),
    () => sayOnce(alice, bob, made, 'a says 3'),
    () => void meet(alice, bob),
    () => settle(alice, bob),
  ];
};

/** How many writes the undisturbed scenario makes. */
function writesOf(scenario: (made: Scene) => (() => void)[]): number {
  const made = scene();
  run(made, scenario(made));
  return made.breaking.count;
}

describe('a crash at a write', () => {
  it('S1-04 S1-33: send, receive, acknowledge, shift: exactly once, in order, no place with two bodies; a few of the writes, all by npm run exhaustive', () => {
    const total = writesOf(exchange);
    expect(total).toBeGreaterThan(40);
    const ats = Array.from({ length: total + 1 }, (_, at) => at + 1);
    const crashed: number[] = [];
    const tried = someOf(ats, 10, [1, total, total + 1]);
    for (const at of tried) {
      const made = scene();
      made.breaking.at = at;
      if (run(made, exchange(made))) crashed.push(at);
      made.breaking.at = Number.POSITIVE_INFINITY;
      session(made.alice, made.bob);
      session(made.alice, made.bob);
      expect(made.bob.sink.texts().filter(unique), `write ${at}`).toEqual(['a says 0', 'a says 1', 'a says 2', 'a says 3']);
      // The title is one, too.
      expect(committed(made.bob), `write ${at}`).toEqual([5]);
      expect(committed(made.alice), `write ${at}`).toEqual([2]);
      expect(made.alice.pending(made.bob), `write ${at}`).toEqual([]);
      expect(made.bob.pending(made.alice), `write ${at}`).toEqual([]);
      for (const [device, other] of [[made.alice, made.bob], [made.bob, made.alice]] as const) {
        expect(device.engine.status(device.dialog(other, made.dialogId)).transcript.equal, `write ${at}`).toBe(true);
        expect(device.sink.of('failed'), `write ${at}`).toEqual([]);
        expect(device.sink.of('rolledBack'), `write ${at}`).toEqual([]);
      }
    }
    // Random ids decide about a write or two.
    expect(crashed).toEqual(expect.arrayContaining(tried.filter((at) => at <= total - 4)));
  }, 120_000);

  it('S1-41: of a first message that fails at any write there is no dialog, and of the next try one', () => {
    /** What the receiver has of a dialog that it hears of for the first time, with a failure at so many writes. */
    const heard = (at: number): { readonly dialogs: number; readonly told: number; readonly writes: number } => {
      const { alice, bob, breaking } = scene();
      const dialogId = alice.engine.open(bob.peerId, { title: 'y' });
      const count = (): number => Number(bob.db.prepare('SELECT count(*) AS n FROM dialogs WHERE dialog_id = ?').get([dialogId])?.['n']);
      const told = (): number => bob.sink.of('opened').filter((event) => event.dialogId === dialogId).length;
      const [first] = alice.pending(bob);
      if (!first) throw new Error('nothing was said');
      breaking.count = 0;
      breaking.at = at;
      const receive = () => bob.receive(alice, first)[0]?.kind;
      if (Number.isFinite(at)) {
        expect(receive).toThrow(Crash);
        bob.restart();
        expect([at, count()]).toEqual([at, 0]);
        bob.sink.events = [];
        breaking.at = Number.POSITIVE_INFINITY;
      }
      expect([receive(), receive()]).toEqual(['delivered', 'duplicate']);
      bob.restart();
      return { dialogs: count(), told: told(), writes: breaking.count };
    };
    const { writes, ...undisturbed } = heard(Number.POSITIVE_INFINITY);
    expect([undisturbed, writes]).toEqual([{ dialogs: 1, told: 1 }, expect.toSatisfy((each: number) => each > 4)]);
    for (let at = 1; at <= 4; at += 1) expect(heard(at)).toMatchObject(undisturbed);
  });

  it('A38: becoming a new device: all of it or nothing of it; some of the writes, all by npm run exhaustive', async () => {
    const prepared = () => {
      const made = scene();
      const older = copyDevice(crypto, made.alice, made.alice.clock);
      made.alice.clock.pass(1000);
      made.alice.restart();
      session(made.alice, made.bob);
      older.say(made.bob, made.dialogId, 'old 1');
      older.say(made.bob, made.dialogId, 'old 2');
      meet(older, made.bob);
      expect(older.sink.of('rolledBack')).toHaveLength(1);
      return { made, older };
    };
    let total = Number.POSITIVE_INFINITY;
    const next = strides(5);
    const tried: number[] = [];
    let crashes = 0;
    for (let at = 1; at <= total + 1; at += next()) {
      tried.push(at);
      const { made, older } = prepared();
      const breaking = new Breaking();
      breaking.at = at;
      older.wrapStore = breaking.wrap;
      const before = older.snapshot();
      let fresh: Device;
      try {
        ({ device: fresh } = await becomeNew(crypto, older, ann.record, [made.bob]));
        total = breaking.count;
        breaking.at = Number.POSITIVE_INFINITY;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        crashes += 1;
        expect(older.snapshot(), `write ${at}`).toBe(before);
        breaking.at = Number.POSITIVE_INFINITY;
        ({ device: fresh } = await becomeNew(crypto, older, ann.record, [made.bob]));
      }
      session(fresh, made.bob);
      expect(made.bob.sink.texts(), `write ${at}`).toEqual(['a says 0', 'old 1', 'old 2']);
      expect(made.bob.sink.of('failed'), `write ${at}`).toEqual([]);
      expect(fresh.pending(made.bob), `write ${at}`).toEqual([]);
    }
    expect(crashes).toBe(tried.filter((at) => at <= total).length);
    expect(total).toBeGreaterThan(10);
  }, 120_000);
});

const unique = (text: string, at: number, all: readonly string[]): boolean => all.indexOf(text) === at;

/** Where the streams of others stand durably; what a sink heard in a transaction that was taken back does not count. */
function committed(device: Device): number[] {
  return device.db.prepare('SELECT cumulative FROM receiving_streams').all().map((row) => Number(row['cumulative']));
}
