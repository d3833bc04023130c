import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeterCounts } from '../../../shared/model/diagnostics';
import { quantile } from '../../../scripts/bench/quantile.mjs';
import { natsServer } from '../../../scripts/lib/nats-server.mjs';
import { catchUp } from '../../bench/catch-up';
import { handoverCase } from '../../bench/handover-case';
import { mailboxCase } from '../../bench/mailbox-case';
import type { Row } from '../../bench/report';
import { onServer } from '../../support/nats-server';
import { newParty, type Party } from '../../bench/keyshift-party';
import { interleaved, median, ratio } from '../../bench/measure';
import { items as bulk, sendItems, write } from '../../bench/record-case';
import { newRecord, part, type Peer, shakeHands, startPeer } from '../../bench/session-keyshift';
import { TlsAnchor } from '../../bench/session-tls';
import { inMemory, loopback } from '../../bench/session-wires';
import { createBeginnings } from '../../bench/set-up';
import { createWarmPair, type KeyshiftPair } from '../../bench/warm-message';
import { createEnginePair } from '../../bench/whole-engine';

const nothing = {
  rsaKeygen: 0, rsaSign: 0, rsaVerify: 0, sign: 0, verify: 0, dh: 0, kemKeygen: 0, kemEncaps: 0, kemDecaps: 0, kekWrap: 0, kekUnwrap: 0, dskWrap: 0, dskUnwrap: 0, seal: 0, open: 0,
};

let alice: Party;
let bob: Party;
const folder = mkdtempSync(join(tmpdir(), 'keyshift-bench-test-'));
beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function reset(): void {
  alice.crypto.meter.reset();
  bob.crypto.meter.reset();
}

function text(size: number, turn: number): Uint8Array {
  return Buffer.from(`${turn} `.padEnd(size, 'abcdefghij'), 'latin1');
}

describe.each([
  ['seal + open', () => createWarmPair(alice, bob)],
  ['whole engine, database in memory', () => createEnginePair(alice, bob, { acknowledgeEvery: Infinity })],
  ['whole engine, durable database', () => createEnginePair(alice, bob, { file: (name) => join(folder, `${name}.db`), acknowledgeEvery: Infinity })],
])('what npm run bench measures: %s', (_, create) => {
  let pair: KeyshiftPair;
  beforeAll(() => {
    pair = create();
  });
  afterAll(() => pair.close());

  it.each([64, 1024])('what comes out is what went in, both ways (%i B)', (size) => {
    for (let turn = 0; turn < 6; turn += 1) {
      const plaintext = text(size, turn);
      expect(Buffer.from(pair.cross(turn % 2 === 0, plaintext)).equals(plaintext)).toBe(true);
    }
  });

  it('S1-43: a message is one seal here, one open there, and no other operation', () => {
    for (const forward of [true, false]) {
      const [from, to] = forward ? [alice, bob] : [bob, alice];
      reset();
      pair.cross(forward, text(1024, 1));
      expect(from.crypto.meter.read()).toEqual({ ...nothing, seal: 1 });
      expect(to.crypto.meter.read()).toEqual({ ...nothing, open: 1 });
    }
  });
});

it('S1-43: sixteen messages one way cost the whole engine one acknowledgement more, and no public-key operation', () => {
  const pair = createEnginePair(alice, bob);
  // The two messages of the start-up count too.
  for (let turn = 2; turn < 16; turn += 1) pair.cross(true, text(64, turn));
  reset();
  for (let turn = 0; turn < 32; turn += 1) pair.cross(true, text(64, turn));
  expect(alice.crypto.meter.read()).toEqual({ ...nothing, seal: 32, open: 2 });
  expect(bob.crypto.meter.read()).toEqual({ ...nothing, seal: 2, open: 32 });
  pair.close();
});

describe('what npm run bench measures: beginnings', () => {
  it('S1-06 S1-40: a new conversation with somebody known is no public-key operation', () => {
    const beginnings = createBeginnings(alice, alice, bob);
    reset();
    expect(Buffer.from(beginnings.newConversation(text(64, 1))).equals(text(64, 1))).toBe(true);
    expect(alice.crypto.meter.read()).toEqual({ ...nothing, dskWrap: 1, seal: 2 });
    expect(bob.crypto.meter.read()).toEqual({ ...nothing, dskUnwrap: 1, open: 2 });
    beginnings.close();
  });

  it('S1-39: the first contact is one signature and one encapsulation here; chain, signature and one decapsulation there', () => {
    const beginnings = createBeginnings(alice, alice, bob);
    reset();
    expect(Buffer.from(beginnings.firstContact(text(64, 2), bob.crypto)).equals(text(64, 2))).toBe(true);
    expect(alice.crypto.meter.read()).toMatchObject({ rsaSign: 0, sign: 1, kemEncaps: 1, kekWrap: 1, dskWrap: 1 });
    const there = bob.crypto.meter.read();
    expect(there).toMatchObject({ rsaSign: 0, kemDecaps: 1, kekUnwrap: 1, dskUnwrap: 1 });
    expect(there.rsaVerify).toBeGreaterThanOrEqual(3);
    beginnings.close();
  });
});

describe('what npm run bench measures: sessions', () => {
  let ann: Peer;
  let bo: Peer;
  beforeAll(async () => {
    const [one, other] = await Promise.all([newRecord('Ann'), newRecord('Bo')]);
    [ann, bo] = [await startPeer(one, other), await startPeer(other, one)];
  });
  afterAll(() => {
    ann.close();
    bo.close();
  });

  it('S3-02: a handshake with somebody known is two encapsulations, no chain and one signature checked; the first one checks all', async () => {
    const counts: MeterCounts[] = [];
    for (const wire of [await loopback(), inMemory()]) {
      for (const { crypto } of [ann, bo]) crypto.meter.reset();
      const pair = await shakeHands(ann, bo, await wire.open());
      expect(pair.dialler.keyId).toEqual(pair.listener.keyId);
      counts.push(ann.crypto.meter.read(), bo.crypto.meter.read());
      await part(pair);
      wire.close();
    }
    const same = { kemEncaps: 1, kemDecaps: 1, dh: 2, rsaSign: 0, kemKeygen: 0 };
    // Dialler and listener, unseen: the whole chain of the other, and its signature over M1 or the static part.
    for (const first of counts.slice(0, 2)) expect(first).toMatchObject({ ...same, rsaVerify: 4, verify: 2 });
    expect(counts[2]).toMatchObject({ ...same, rsaVerify: 0, sign: 1, verify: 0 });
    expect(counts[3]).toMatchObject({ ...same, rsaVerify: 0, sign: 0, verify: 1 });
  });

  it('S3-26: every byte of a bulk comes out, over either kind of wire', async () => {
    for (const wire of [await loopback(), inMemory()]) {
      const pair = await shakeHands(ann, bo, await wire.open());
      await sendItems(pair.dialler, pair.listener, bulk(64 * 1024, 1), 3_000_000);
      await sendItems(pair.listener, pair.dialler, bulk(1024, 64), 1_000_000);
      await part(pair);
      wire.close();
    }
  });

  it('the anchor is TLS 1.3 with both sides verified, and a ticket that is really taken', async () => {
    const tls = new TlsAnchor();
    const wire = await loopback();
    const first = await tls.shakeHands(await wire.open());
    await tls.ticket(first);
    await tls.part(first);
    const second = await tls.shakeHands(await wire.open(), true);
    await write(second.client, second.server, 64 * 1024, 1_000_000);
    await tls.part(second);
    wire.close();
  });
});

describe('what npm run bench measures: several devices', () => {
  const isRow = ({ own, anchor, ratio: times }: Row): void => {
    for (const { lowest, median: middle, highest } of [own, anchor]) {
      expect(lowest).toBeGreaterThan(0);
      expect(middle).toBeGreaterThanOrEqual(lowest);
      expect(highest).toBeGreaterThanOrEqual(middle);
    }
    expect(times).toBeGreaterThan(0);
  };

  it('S4-33: a session that goes on elsewhere is no public-key operation but X25519, and the anchor is a full handshake of the same two', async () => {
    const counts: { own: MeterCounts[]; anchor: MeterCounts[] } = { own: [], anchor: [] };
    const report = await handoverCase('here', 2, 2, (what, spent) => counts[what].push(...spent));
    expect(report).toMatchObject({ work: 'a session that goes on at another device', against: 'the full handshake', unit: 'µs', rounds: 2 });
    expect(report.rows).toHaveLength(1);
    report.rows.forEach(isRow);
    expect(counts.own).toHaveLength(3 * 2 * 3); // three sides, two each, once unmeasured
    for (const spent of counts.own) expect(spent).toMatchObject({ rsaSign: 0, rsaVerify: 0, sign: 0, verify: 0, kemEncaps: 0, kemDecaps: 0, kemKeygen: 0 });
    for (const spent of counts.anchor) expect(spent).toMatchObject({ kemEncaps: 1, kemDecaps: 1 });
  });

  it('catching up: a new device has every message in the end, beside writing them down', async () => {
    const report = await catchUp('here', 100);
    expect(report).toMatchObject({ kind: 'catch-up', messages: 100 });
    for (const each of [report.own, report.anchor, report.told, report.bytes]) expect(each).toBeGreaterThan(0);
    expect(report.ratio).toBeCloseTo(report.anchor / report.own);
    expect(report.facts).toBeGreaterThanOrEqual(100);
  });

  onServer('with a real server', () => {
    it('deposit: handed over warm and as the first of a connection, beside the library alone', { timeout: 60_000 }, async () => {
      const report = await mailboxCase('here', 1, 2, natsServer()?.file);
      expect(report).toMatchObject({ work: 'deposit', against: 'the NATS library alone', unit: 'µs' });
      expect(report.rows.map(({ part: which }) => which)).toEqual(['deposit → handed over', 'the same, first of a connection']);
      report.rows.forEach(isRow);
    });
  });
});

describe('how npm run bench measures', () => {
  it('takes only what the subject says where it says so', async () => {
    const [times] = await interleaved([{ name: 'a', count: 4, run: () => 2 }], 3);
    expect(times).toEqual([500, 500, 500]);
  });

  it('p50 and p99 are the nearest ranks', () => {
    const values = Array.from({ length: 200 }, (_, at) => 200 - at);
    expect([quantile(values, 0.5), quantile(values, 0.99), quantile([7], 0.99)]).toEqual([100, 198, 7]);
  });

  it('takes the middle, and the middle of the rounds’ own ratios', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
    // A slow round that met both alike moves nothing.
    expect(ratio([20, 200, 22], [2, 20, 2])).toBe(10);
  });

  it('runs the subjects in turn, once unmeasured', async () => {
    const order: string[] = [];
    const subject = (name: string) => ({ name, count: 1, run: () => void order.push(name) });
    const times = await interleaved([subject('a'), subject('b')], 2);
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(times.map((each) => each.length)).toEqual([2, 2]);
  });
});
