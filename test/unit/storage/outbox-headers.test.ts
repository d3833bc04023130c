import { describe, expect, it } from 'vitest';
import { OutboxHeaders } from '../../../electron/storage/outbox-headers';
import { type Device, newPair } from '../../support/dialog-kit';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function count(device: Device, what: string): unknown {
  return device.db.prepare(`SELECT ${what} AS n FROM outbox`).get()?.['n'];
}

function headers(device: Device): unknown {
  return device.db.prepare('SELECT count(*) AS n FROM outbox_headers').get()?.['n'];
}

describe('headers of the outbox', () => {
  it('S1-33: are stored once for all messages under them, and given back byte for byte, also after a restart', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let at = 0; at < 20; at += 1) alice.say(bob, dialogId, `${at}`);
    const sealed = alice.pending(bob);
    expect(headers(alice)).toBe(1);
    expect(Number(count(alice, 'max(length(bytes))'))).toBeLessThan(300);
    alice.restart();
    expect(alice.pending(bob).map(hex)).toEqual(sealed.map(hex));
    expect(Math.min(...sealed.map((bytes) => bytes.length))).toBeGreaterThan(1_700);
    expect(bob.receive(alice, ...alice.pending(bob)).map((each) => each.kind)).toEqual(sealed.map(() => 'delivered'));
  });

  it('S1-33: a transaction that was undone leaves no row without its headers', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const fail = (work: () => void): void =>
      expect(() =>
        alice.db.transaction(() => {
          work();
          throw new Error('disk');
        }),
      ).toThrow('disk');
    alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    fail(() => alice.say(bob, dialogId, 'lost'));
    alice.say(bob, dialogId, 'kept');
    alice.restart();
    expect(bob.receive(alice, ...alice.pending(bob)).map((each) => each.kind)).toEqual(['delivered', 'delivered']);
    expect(bob.sink.texts()).toEqual(['kept']);
  });

  it('S1-33: go when nothing needs them any more: what is in use stays until the next start', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let key = 0; key < 3; key += 1) {
      alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
      alice.say(bob, dialogId, `${key}`);
    }
    expect(headers(alice)).toBe(4);
    alice.restart();
    // Read by nobody since the start: not in use.
    const acknowledge = (): void => {
      bob.receive(alice, ...alice.pending(bob));
      alice.receive(bob, ...bob.acknowledgements(alice));
    };
    acknowledge();
    expect(count(alice, 'count(bytes)')).toBe(0);
    alice.restart();
    expect(headers(alice)).toBe(0);
    alice.say(bob, dialogId, 'again');
    acknowledge();
    alice.say(bob, dialogId, 'and again');
    expect(headers(alice)).toBe(1);
  });

  it('S1-33: bytes under a name that stands for others are stored whole', async () => {
    const { alice, bob } = await newPair();
    alice.engine.open(bob.peerId, { title: 'x' });
    const [first] = alice.pending(bob);
    const [name] = alice.db.prepare('SELECT name FROM outbox_headers').all();
    if (!first || !name) throw new Error('nothing to send');
    alice.db.exec('DELETE FROM outbox');
    const packing = new OutboxHeaders(alice.db);
    // It cannot be, a name being part of a random nonce, and is survived.
    alice.db.prepare('INSERT INTO outbox_headers (name, bytes) VALUES (?, zeroblob(1700))').run([name['name'] ?? null]);
    const packed = packing.pack(first);
    expect(packed.headers).toBeNull();
    expect(hex(packing.unpack(packed))).toBe(hex(first));
    const other = new Uint8Array(10);
    expect(packing.pack(other)).toEqual({ bytes: other, headers: null });
  });

  it('S1-33: of many keys one after the other the headers go, too, while the program runs', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let key = 0; key < 200; key += 1) {
      for (const each of [alice, bob]) each.clock.pass(3_600_000);
      alice.say(bob, dialogId, `${key}`);
      bob.receive(alice, ...alice.pending(bob));
      alice.receive(bob, ...bob.acknowledgements(alice));
    }
    expect(Number(headers(alice))).toBeLessThan(70);
  });

  it('A79: go at once with what a dialog held, also those in use: the names of both people stand in them; those of other dialogs stay', async () => {
    const { alice, bob } = await newPair();
    const [gone, stays] = ['gone', 'stays'].map((title) => alice.engine.open(bob.peerId, { title }));
    if (!gone || !stays) return expect.unreachable();
    bob.receive(alice, ...alice.pending(bob));
    alice.receive(bob, ...bob.acknowledgements(alice));
    // One waits in each; of the one before nothing does.
    alice.say(bob, gone, 'x');
    alice.engine.shift(alice.dialog(bob, gone), 'hand');
    alice.say(bob, gone, 'y');
    alice.say(bob, stays, 'z');
    expect(headers(alice)).toBe(3);
    alice.engine.close(alice.dialog(bob, gone));
    expect(headers(alice)).toBe(1);
    expect(bob.receive(alice, ...alice.pending(bob)).map((each) => each.kind)).toEqual(['delivered']);
    alice.say(bob, stays, 'and again');
    expect([headers(alice), bob.receive(alice, ...alice.pending(bob)).map((each) => each.kind)]).toEqual([1, ['duplicate', 'delivered']]);
    expect(bob.sink.texts()).toEqual(['z', 'and again']);
  });
});
