import { beforeAll, describe, expect, it } from 'vitest';
import { openFrom } from '../../../../electron/engine/crypto/sealed-envelope';
import { packItems } from '../../../../electron/engine/session/items';
import { createSemiStatic } from '../../../../electron/engine/session/semi-static';
import { sealRecord, startOf } from '../../../../electron/engine/session/records';
import { dialler, envelopeOf, listener, newParty, openBoth, openM1, type Party, Side, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;

/** A million with `KEYSHIFT_NONCES=1000000 npx vitest run test/unit/engine/session/handshake.test.ts`, which takes seconds; a tenth otherwise. */
const nonceCount = Number(process.env['KEYSHIFT_NONCES'] ?? 100_000);

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

describe('four messages', () => {
  it('S3-01 S3-02 S3-07 S3-15: both sides end with the same session and each other’s verified chain', () => {
    const { dialler: a, listener: b } = openBoth(alice, bob);
    expect(a.opened.keys.keyId).toEqual(b.opened.keys.keyId);
    expect([a.opened.role, b.opened.role]).toEqual(['client', 'server']);
    expect(a.opened.peer.identity.peerId).toBe(bob.local.peerId);
    expect(b.opened.peer.instance.instanceId).toBe(alice.local.instanceId);
    for (const side of [a, b]) expect([side.opened.sent.counter, side.opened.received.counter]).toEqual([1, 1]);
    expect(a.opened.sent.digest).toEqual(b.opened.received.digest);
    expect(a.opened.keys.tx.record.bytes).not.toEqual(a.opened.keys.rx.record.bytes);
  });

  // Each side sends its confirmation when the schedule says so and hears the other's likewise: all orders in which
  // nothing is heard before it is sent.
  const orders = [
    ['send 3', 'send 4', 'hear 3', 'hear 4'],
    ['send 3', 'send 4', 'hear 4', 'hear 3'],
    ['send 4', 'send 3', 'hear 3', 'hear 4'],
    ['send 4', 'send 3', 'hear 4', 'hear 3'],
    ['send 3', 'hear 3', 'send 4', 'hear 4'],
    ['send 4', 'hear 4', 'send 3', 'hear 3'],
  ];
  it.each(orders.map((order) => [order.join(', '), order] as const))('S3-04: any order of M3 and M4 succeeds: %s', (_, order) => {
    const a = dialler(alice, targetOf(bob), [bob]);
    const b = listener(bob, [alice]).receive(a.next());
    a.receive(b.next());
    const wire: Record<string, Uint8Array> = {};
    for (const event of order) {
      if (event === 'send 3') wire['3'] = a.next();
      else if (event === 'send 4') wire['4'] = b.next();
      else if (event === 'hear 3') b.receive(wire['3']);
      else a.receive(wire['4']);
    }
    expect([a.result, b.result]).toEqual(['open', 'open']);
  });

  it('S3-04: M3 and M4 are out before anything of the other’s is heard: neither waits', () => {
    const a = dialler(alice, targetOf(bob), [bob]);
    const b = listener(bob, [alice]).receive(a.next());
    expect(b.out).toHaveLength(2);
    expect(a.receive(b.next()).out).toHaveLength(1);
    expect([a.result, b.result]).toEqual(['awaiting-confirm', 'awaiting-confirm']);
  });

  it('S3-02: SN is fresh even for one and the same M1, and never repeats', () => {
    const m1 = dialler(alice, targetOf(bob), [bob]).next();
    const [first, second] = [listener(bob, [alice]).receive(m1), listener(bob, [alice]).receive(m1)];
    expect(first.next()).not.toEqual(second.next());
    if (first.state.phase !== 'awaiting-confirm' || second.state.phase !== 'awaiting-confirm') return expect.unreachable();
    expect(first.state.keys.keyId).not.toEqual(second.state.keys.keyId);
    // Keys differ by the one-time shares alone: SN itself is read, as only the dialler can.
    const cn = Buffer.from(openM1(bob, m1).cn.bytes).toString('hex');
    const answers = Array.from({ length: 50 }, () => openFrom(alice.crypto, 'm2-content', alice.local.exchange.current.kem, envelopeOf(listener(bob, [alice]).receive(m1).next())));
    const nonces = answers.map((opened) => Buffer.from(opened?.contentKey.bytes ?? []).toString('hex'));
    expect(nonces.filter((sn) => sn.length !== 64 || sn === cn)).toEqual([]);
    expect(new Set(nonces).size).toBe(50);
  });

  it(`S3-02: of ${nonceCount} nonces drawn the way SN is, none is another one`, { timeout: 120_000 }, () => {
    const drawn = new Set<string>();
    for (let at = 0; at < nonceCount; at += 1) {
      const sn = bob.crypto.randomSecret('content', 32);
      drawn.add(Buffer.from(sn.bytes).toString('latin1'));
      sn.wipe();
    }
    expect(drawn.size).toBe(nonceCount);
  });

  it('S3-19: no signature per session on the listener once its reusable part is made', () => {
    openBoth(alice, bob);
    const before = bob.crypto.meter.read();
    for (let at = 0; at < 5; at += 1) openBoth(alice, bob);
    const after = bob.crypto.meter.read();
    expect(after.sign - before.sign).toBe(0);
    expect(after.rsaSign - before.rsaSign).toBe(0);
    expect(after.kemDecaps - before.kemDecaps).toBe(5);
    expect(after.kemEncaps - before.kemEncaps).toBe(5);
    expect(after.dh - before.dh).toBe(10);
  });

  it('S3-30: nonces and one-time shares are wiped when the session stands, and everything when it fails', () => {
    const a = dialler(alice, targetOf(bob), [bob]);
    const { state } = a;
    if (state.phase !== 'awaiting-m2') return expect.unreachable();
    const b = listener(bob, [alice]).receive(a.next());
    a.receive(b.next());
    expect([state.cn.wiped, state.ephemeral.secret.wiped]).toEqual([true, true]);
    const waiting = b.state;
    if (waiting.phase !== 'awaiting-confirm') return expect.unreachable();
    expect([waiting.keys.tx.confirm.wiped, waiting.keys.rx.confirm.wiped]).toEqual([true, true]);
    b.end('timeout');
    expect(b.result).toBe('timeout');
    expect([waiting.keys.master.wiped, waiting.keys.tx.record.wiped, waiting.keys.rx.record.wiped]).toEqual([true, true, true]);

    const waits = dialler(alice, targetOf(bob), [bob]);
    const sent = waits.state;
    if (sent.phase !== 'awaiting-m2') return expect.unreachable();
    waits.end('closed');
    expect([sent.cn.wiped, sent.ephemeral.secret.wiped]).toEqual([true, true]);
    // The long-term keys are nobody's to wipe.
    expect(alice.local.exchange.current.kem.wiped).toBe(false);
  });
});

describe('nonces as tokens', () => {
  const tokens: readonly (readonly [string, Uint8Array])[] = [
    ['a counter', Uint8Array.from({ length: 32 }, (_, at) => (at === 31 ? 1 : 0))],
    ['words', Uint8Array.from(Buffer.from('a ticket that means something...'))],
    ['all ones', new Uint8Array(32).fill(255)],
  ];
  /** Primitives whose nonces are this token, as those of somebody without a generator would be. */
  const withToken = (party: Party, token: Uint8Array): Party['crypto'] => ({
    ...party.crypto,
    randomSecret: (kind, length) => (kind === 'content' ? party.crypto.secret(kind, token.slice()) : party.crypto.randomSecret(kind, length)),
  });

  it.each(tokens)('S3-28 A49: %s in the place of CN or SN, again and again: sessions stand, with keys that never repeat', (_, token) => {
    const seen = new Set<string>();
    for (const [mine, theirs] of [[token, undefined], [undefined, token], [token, undefined], [undefined, token]]) {
      const a = dialler(alice, targetOf(bob), [bob], mine && { crypto: withToken(alice, mine) });
      const b = listener(bob, [alice], theirs && { crypto: withToken(bob, theirs) }).receive(a.next());
      a.receive(b.next());
      b.receive(a.next());
      a.receive(b.next());
      expect([a.result, b.result]).toEqual(['open', 'open']);
      seen.add(Buffer.from(a.opened.keys.keyId).toString('hex'));
    }
    expect(seen.size).toBe(4);
  });

  it('S3-28 A49: the same token on both sides is no session', () => {
    const token = new Uint8Array(32).fill(7);
    const a = dialler(alice, targetOf(bob), [bob], { crypto: withToken(alice, token) });
    const b = listener(bob, [alice], { crypto: withToken(bob, token) }).receive(a.next());
    expect([b.result, b.out]).toEqual(['nonce', []]);
  });
});

describe('confirmation', () => {
  /** Both sides with M1 and M2 exchanged; M3 and M4 in hand. */
  const toConfirm = () => {
    const a = dialler(alice, targetOf(bob), [bob]);
    const b = listener(bob, [alice]).receive(a.next());
    a.receive(b.next());
    return { a, b, m3: a.next(), m4: b.next() };
  };

  it('A43 S3-06: M3 reflected as M4 and M4 as M3', () => {
    const { a, b, m3, m4 } = toConfirm();
    expect(a.receive(m3).result).toBe('confirmation');
    expect(b.receive(m4).result).toBe('confirmation');
  });

  it('S3-07: the confirmation of another session', () => {
    const [first, second] = [toConfirm(), toConfirm()];
    expect(first.a.receive(second.m4).result).toBe('confirmation');
    expect(first.b.receive(second.m3).result).toBe('confirmation');
  });

  const zero = { kind: 'confirm' as const, bytes: new Uint8Array(32) };
  const message = { kind: 'message' as const, bytes: new Uint8Array(10) };
  const cases = (['dialler', 'listener'] as const).flatMap((where) => [
    { where, what: 'application data instead of the confirmation', items: [message], reason: 'early-data' },
    { where, what: 'application data beside it', items: [zero, message], reason: 'early-data' },
    { where, what: 'a kind of item nobody knows', items: [{ kind: 'unknown' as const, type: 77 }], reason: 'early-data' },
    { where, what: 'a confirmation that is none', items: [zero], reason: 'confirmation' },
  ]);
  it.each(cases)('A53 S3-07: $what ends it at the $where, and nothing is delivered', ({ where, items, reason }) => {
    const { a, b } = toConfirm();
    const [receiver, sender] = where === 'dialler' ? [a, b] : [b, a];
    if (sender.state.phase !== 'awaiting-confirm') return expect.unreachable();
    const { tx } = sender.state.keys;
    const [plaintext = new Uint8Array(0)] = packItems(items);
    expect(receiver.receive(sealRecord(alice.crypto, tx, startOf(tx), plaintext).frame).result).toBe(reason);
    expect(receiver.out).toEqual([]);
  });

  it('A52: record 1 in the place of record 0', () => {
    const { a, b, m3 } = toConfirm();
    if (a.state.phase !== 'awaiting-confirm') return expect.unreachable();
    const { frame } = sealRecord(alice.crypto, a.state.keys.tx, a.state.sent, packItems([{ kind: 'message', bytes: new Uint8Array(3) }])[0] ?? new Uint8Array());
    expect(m3.length).toBeGreaterThan(0);
    expect(b.receive(frame).result).toBe('confirmation');
  });

  it('S3-23 A47: a changed M1 that could still be opened would end both sides: MK covers the whole frames', () => {
    // The listener computes over what it received; here the dialler's own view of M1 is changed after the fact.
    const a = dialler(alice, targetOf(bob), [bob]);
    const m1 = a.next();
    const b = listener(bob, [alice]).receive(m1);
    if (a.state.phase !== 'awaiting-m2') return expect.unreachable();
    const other = new Side(a.environment, { ...a.state, m1Hash: alice.crypto.sha256(m1, Uint8Array.of(0)) });
    other.receive(b.next());
    expect(other.result).toBe('awaiting-confirm');
    expect(b.receive(other.next()).result).toBe('confirmation');
    expect(other.receive(b.next()).result).toBe('confirmation');
  });

  it('S3-19: a thief of the reusable part, without the exchange key, cannot answer; with another semi-static key, nobody confirms', () => {
    const a = dialler(alice, targetOf(bob), [bob]);
    const m1 = a.next();
    // Everything right but sS: the listener holds another secret than the one it shows.
    const other = createSemiStatic(bob.crypto, bob.local, testNow);
    const mixed = { ...other, part: bob.semiStatic.part, signature: bob.semiStatic.signature };
    const b = listener(bob, [alice], { semiStatic: () => mixed }).receive(m1);
    a.receive(b.next());
    expect(a.receive(b.next()).result).toBe('confirmation');
    expect(b.receive(a.next()).result).toBe('confirmation');
  });
});
