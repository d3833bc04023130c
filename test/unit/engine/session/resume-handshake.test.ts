import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MeterCounts } from '../../../../shared/model/diagnostics';
import { encodeChain } from '../../../../electron/engine/certificates/chain';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import { packItems } from '../../../../electron/engine/session/items';
import { openRecord, sealRecord, startOf } from '../../../../electron/engine/session/records';
import { type ResumptionEntry, resumptionMs, type ResumptionStore } from '../../../../electron/engine/session/resumption-entry';
import { Resumptions } from '../../../../electron/engine/session/resumptions';
import { dialFrom, entryOf, keep, type Keeper, keeperOf, listenAt, meetOnce, restarted, rewrite, runBoth, stillClock } from '../../../support/resume-kit';
import { dialler, frameOf, listener, newDevices, newParty, type Party, recordingLogger, type Side, targetOf } from '../../../support/session-kit';

let alice: Party;
let bob: Party;
let a: Keeper;
let b: Keeper;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

beforeEach(() => {
  a = keeperOf(alice, [bob]);
  b = keeperOf(bob, [alice]);
});

/** What was counted since, without what costs nothing. */
function spent(before: MeterCounts, after: MeterCounts): Partial<MeterCounts> {
  const names = Object.keys(after) as (keyof MeterCounts)[];
  return Object.fromEntries(names.filter((name) => after[name] !== before[name]).map((name) => [name, after[name] - before[name]]));
}

describe('a resumed handshake', () => {
  it('S3-07 S3-11 S3-12: both sides end with one new session, under a new key id, of the same two devices', () => {
    const first = meetOnce(a, b);
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    runBoth(from, to);
    const [atA, atB] = [from.side.opened, to.side.opened];
    expect([atA.resumes !== undefined, atB.resumes !== undefined]).toEqual([true, true]);
    expect(atA.keys.keyId).toEqual(atB.keys.keyId);
    expect(atA.keys.keyId).not.toEqual(first.atA.keys.keyId);
    expect(atA.peer.identity.peerId).toBe(bob.local.peerId);
    expect(atB.peer.instance.instanceId).toBe(alice.local.instanceId);
    expect(atA.peer.exchange.hash).toEqual(bob.local.exchange.current.credential.hash);
    expect([atA.sent.counter, atA.received.counter]).toEqual([1, 1]);
    expect(atA.sent.digest).toEqual(atB.received.digest);
    const { frame } = sealRecord(alice.crypto, atA.keys.tx, atA.sent, packItems([{ kind: 'message', bytes: Buffer.from('hello') }])[0] ?? new Uint8Array());
    expect(openRecord(bob.crypto, atB.keys.rx, atB.received, frameOf(frame))).toBeDefined();
  });

  it('S3-12: a hundred resumptions in a row, whoever dials: a hundred different key ids, secrets and shares', () => {
    meetOnce(a, b);
    const seen = new Set<string>();
    for (let at = 0; at < 100; at += 1) {
      const [x, y] = at % 3 === 0 ? [b, a] : [a, b];
      const [from, to] = [dialFrom(x, y.party), listenAt(y)];
      seen.add(Buffer.from(from.side.out[0]?.subarray(8, 104) ?? []).toString('hex'));
      runBoth(from, to);
      expect(from.side.opened.resumes).toBeDefined();
      keep(x, from.side.opened);
      keep(y, to.side.opened);
      seen.add(Buffer.from(from.side.opened.keys.keyId).toString('hex'));
      seen.add(Buffer.from(entryOf(x, y.party).secret).toString('hex'));
      expect(entryOf(x, y.party).secret).toEqual(entryOf(y, x.party).secret);
    }
    expect(seen.size).toBe(300);
  });

  it('S3-10: no RSA, KEM or signature on either side: two agreements and no more, also after both were started anew', async () => {
    meetOnce(a, b);
    const [later, there] = await Promise.all([restarted(a), restarted(b)]);
    for (const [x, y] of [[a, b], [later, there]] as const) {
      const before = [x.party.crypto.meter.read(), y.party.crypto.meter.read()] as const;
      const [from, to] = [dialFrom(x, y.party), listenAt(y)];
      runBoth(from, to);
      // Sealed: the state and a confirmation by the dialler, a confirmation by the listener; opened likewise.
      expect(spent(before[0], x.party.crypto.meter.read())).toEqual({ dh: 1, seal: 2, open: 1 });
      expect(spent(before[1], y.party.crypto.meter.read())).toEqual({ dh: 1, seal: 1, open: 2 });
      keep(x, from.side.opened);
      keep(y, to.side.opened);
    }
    expect(later.party.crypto.meter.read()).toMatchObject({ rsaSign: 0, rsaVerify: 0, sign: 0, verify: 0, kemKeygen: 0, kemEncaps: 0, kemDecaps: 0 });
  });

  it('S3-27: sizes: M1 is below 200 bytes, the whole resumption 449, where the full handshake is both chains and 2.9 KiB', () => {
    const sizesOf = (from: Side, to: Side) => {
      const m1 = from.next();
      to.receive(m1);
      const m2 = to.next();
      const m4 = to.next();
      from.receive(m2);
      const m3 = from.next();
      return { m1: m1.length, m2: m2.length, m3: m3.length, m4: m4.length };
    };
    const chains = { m1: encodeChain(alice.local.chain).length, m2: encodeChain(bob.local.chain).length };
    // Header, mode and selector; KEM ciphertext, sealed nonce, tag; lengths, share, signature; and the statement, which M2's share is part of.
    const around = 16 + 1_120 + 48 + 16 + 8 + 32 + 64;
    expect(sizesOf(dialler(alice, targetOf(bob), [bob]), listener(bob, [alice]))).toEqual({ m1: around + 16 + chains.m1, m2: around + 80 + chains.m2, m3: 60, m4: 60 });
    expect(2 * around + 96 + 120).toBeLessThan(2.9 * 1_024);
    meetOnce(a, b);
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    const sizes = sizesOf(from.side, to.side);
    expect(sizes).toEqual({ m1: 193, m2: 136, m3: 60, m4: 60 });
    expect(sizes.m1 + sizes.m2 + sizes.m3 + sizes.m4).toBe(449);
  });

  // All orders in which nothing is heard before it is sent.
  const orders = [
    ['send 3', 'send 4', 'hear 3', 'hear 4'],
    ['send 3', 'send 4', 'hear 4', 'hear 3'],
    ['send 4', 'send 3', 'hear 3', 'hear 4'],
    ['send 4', 'send 3', 'hear 4', 'hear 3'],
    ['send 3', 'hear 3', 'send 4', 'hear 4'],
    ['send 4', 'hear 4', 'send 3', 'hear 3'],
  ];
  it.each(orders.map((order) => [order.join(', '), order] as const))('S3-04: any order of M3 and M4 succeeds: %s', (_, order) => {
    meetOnce(a, b);
    const [from, to] = [dialFrom(a, bob).side, listenAt(b).side];
    to.receive(from.next());
    from.receive(to.next());
    const wire: Record<string, Uint8Array> = {};
    for (const event of order) {
      if (event === 'send 3') wire['3'] = from.next();
      else if (event === 'send 4') wire['4'] = to.next();
      else if (event === 'hear 3') to.receive(wire['3']);
      else from.receive(wire['4']);
    }
    expect([from.result, to.result]).toEqual(['open', 'open']);
  });

  it('S3-05: M3 and M4 are records 0 of their directions, read by the reader of every later record', () => {
    meetOnce(a, b);
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    to.side.receive(from.side.next());
    from.side.receive(to.side.next());
    const [m3, m4] = [from.side.out[0] ?? new Uint8Array(), to.side.out[0] ?? new Uint8Array()];
    const [{ state }, { state: dialling }] = [to.side, from.side];
    if (state.phase !== 'awaiting-confirm' || dialling.phase !== 'awaiting-confirm') return expect.unreachable();
    for (const record of [m3, m4]) expect([record[0], record.length]).toEqual([3, 7 + 5 + 32 + 16]);
    for (const [party, { rx }, record] of [[bob, state.keys, m3], [alice, dialling.keys, m4]] as const) {
      const read = openRecord(party.crypto, rx, startOf(rx), frameOf(record));
      expect([read?.plaintext.length, read?.plaintext.subarray(0, 5), read?.next.counter]).toEqual([37, Uint8Array.of(1, 0, 0, 0, 32), 1]);
      // Read as record 1 it is nothing.
      expect(openRecord(party.crypto, rx, { ...startOf(rx), counter: 1 }, frameOf(record))).toBeUndefined();
    }
  });

  it('S3-31: both dial at once from one entry: two sessions, the same on both sides', () => {
    meetOnce(a, b);
    const [one, two] = [dialFrom(a, bob), dialFrom(b, alice)];
    const [oneThere, twoThere] = [listenAt(b), listenAt(a)];
    oneThere.side.receive(one.side.next());
    twoThere.side.receive(two.side.next());
    one.side.receive(oneThere.side.next());
    two.side.receive(twoThere.side.next());
    oneThere.side.receive(one.side.next());
    twoThere.side.receive(two.side.next());
    one.side.receive(oneThere.side.next());
    two.side.receive(twoThere.side.next());
    expect([one, two, oneThere, twoThere].map(({ side }) => [side.result, side.opened.resumes !== undefined])).toEqual([1, 2, 3, 4].map(() => ['open', true]));
    expect(one.side.opened.keys.keyId).toEqual(oneThere.side.opened.keys.keyId);
    expect(two.side.opened.keys.keyId).toEqual(twoThere.side.opened.keys.keyId);
    expect(one.side.opened.keys.keyId).not.toEqual(two.side.opened.keys.keyId);
  });

  it('S3-31: the second one to come may find the entry used up: a full handshake, and nothing noted', () => {
    meetOnce(a, b);
    const [one, two] = [dialFrom(a, bob), dialFrom(b, alice)];
    runBoth(one, listenAt(b));
    const late = listenAt(a);
    late.side.receive(two.side.next());
    two.side.receive(late.side.next());
    expect(two.side.state.phase).toBe('awaiting-m2');
    expect([b.resumptions.refusedAt(alice.local.peerId), b.lines.filter((line) => line.includes('refused'))]).toEqual([undefined, []]);
    runBoth(two, late);
    expect(late.side.opened.resumes).toBeUndefined();
  });

  it('S3-25 A43: two devices of one person resume, too, and their directions differ', async () => {
    const [desk, pocket] = await newDevices('Carol');
    const [x, y] = [keeperOf(desk, []), keeperOf(pocket, [])];
    meetOnce(x, y);
    const [from, to] = [dialFrom(x, pocket, pocket.local.instanceId), listenAt(y)];
    runBoth(from, to);
    const { tx, rx } = from.side.opened.keys;
    expect(from.side.opened.resumes).toBeDefined();
    expect(tx.record.bytes).not.toEqual(rx.record.bytes);
  });

  it('S3-30: RS, nonces and one-time shares are wiped when the session stands and when it fails; MK is never kept', () => {
    const { atA } = meetOnce(a, b);
    expect(entryOf(a, bob).secret).not.toEqual(atA.keys.master.bytes);
    const first = dialFrom(a, bob);
    const { state } = first.side;
    if (state.phase !== 'awaiting-m2-resume') return expect.unreachable();
    const there = listenAt(b);
    runBoth(first, there);
    expect([state.secret.wiped, state.cn.wiped, state.ephemeral.secret.wiped, Buffer.from(state.entry.secret).equals(Buffer.alloc(32))]).toEqual([true, true, true, true]);
    keep(a, first.side.opened);
    keep(b, there.side.opened);
    const failing = dialFrom(a, bob);
    const sent = failing.side.state;
    if (sent.phase !== 'awaiting-m2-resume') return expect.unreachable();
    failing.side.end('closed');
    expect([sent.secret.wiped, sent.cn.wiped, sent.ephemeral.secret.wiped]).toEqual([true, true, true]);
  });
});

describe('when an entry is tried', () => {
  it('a resumption does not put the end of its entry off: seven days after the last full handshake', () => {
    meetOnce(a, b);
    const { expiresAt, madeAt } = entryOf(a, bob);
    expect(expiresAt - madeAt).toBe(resumptionMs);
    rewrite(a, bob, { madeAt: madeAt - 1_000, expiresAt: expiresAt - 1_000 });
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    runBoth(from, to);
    keep(a, from.side.opened);
    expect(entryOf(a, bob).expiresAt).toBe(expiresAt - 1_000);
  });

  it('an expired one is erased and the handshake is full from the start', () => {
    meetOnce(a, b);
    rewrite(a, bob, { expiresAt: entryOf(a, bob).madeAt });
    const from = dialFrom(a, bob);
    expect(from.side.state.phase).toBe('awaiting-m2');
    expect(a.store.ofPeer(bob.local.peerId)).toEqual([]);
  });

  it('one at a time: while a resumption is under way a second dial is a full one', () => {
    meetOnce(a, b);
    const [one, two] = [dialFrom(a, bob), dialFrom(a, bob)];
    expect([one.side.state.phase, two.side.state.phase]).toEqual(['awaiting-m2-resume', 'awaiting-m2']);
    one.side.end('timeout');
    one.desk.release();
    expect(dialFrom(a, bob).side.state.phase).toBe('awaiting-m2-resume');
  });

  it('S3-32 A54: who shows to hold an entry is no stranger from then on, and not for having named its key id', () => {
    meetOnce(a, b);
    let proven = 0;
    const m1 = dialFrom(a, bob).side.next();
    const hear = (frame: Uint8Array): number => {
      const desk = b.resumptions.desk(() => (proven += 1));
      listener(bob, b.contacts, { resumption: desk }).receive(frame);
      desk.release();
      return proven;
    };
    expect([hear(m1.map((byte, at) => (at === m1.length - 1 ? byte ^ 1 : byte))), hear(m1)]).toEqual([0, 1]);
  });

  it('S3-12 S4-18: what was used up, or is about to be another own device’s, is not dialled with, even where the disk still has it', () => {
    meetOnce(a, b);
    let lent = true;
    const resumptions = new Resumptions({ crypto: alice.crypto, clock: stillClock, logger: recordingLogger(), store: a.store, isLent: () => lent });
    const phase = () => dialFrom({ ...a, resumptions }, bob).side.state.phase;
    expect(phase()).toBe('awaiting-m2');
    lent = false;
    resumptions.surrendered(entryOf(a, bob).keyId);
    expect(phase()).toBe('awaiting-m2');
    expect(dialFrom(a, bob).side.state.phase).toBe('awaiting-m2-resume');
  });

  it('S4-07: a hint of more than 64 bytes is passed over', () => {
    meetOnce(a, b);
    const hintOf = (bytes: number): number | undefined => {
      a.resumptions.hinted(entryOf(a, bob).keyId, new Uint8Array(bytes).fill(1));
      return entryOf(a, bob).hint?.length;
    };
    expect([hintOf(65), hintOf(64), hintOf(65)]).toEqual([undefined, 64, 64]);
  });

  it('S3-30: what is made of MK to be kept is wiped once the store has it', () => {
    const handed: Uint8Array[] = [];
    const put = (entry: ResumptionEntry): void => {
      handed.push(entry.secret);
      a.store.put(entry);
    };
    const store: ResumptionStore = { ...a.store, put };
    const made = vi.spyOn(alice.crypto, 'secret');
    try {
      const keeper = { ...a, store, resumptions: new Resumptions({ crypto: alice.crypto, clock: stillClock, logger: recordingLogger(), store }) };
      const { atA } = meetOnce(a, b);
      made.mockClear();
      keep(keeper, atA);
      expect(made.mock.results.map(({ value }) => [(value as Secret<SecretKind>).kind, (value as Secret<SecretKind>).wiped])).toEqual([['resumption', true]]);
      expect(handed).toEqual([new Uint8Array(32)]);
      expect(entryOf(a, bob).secret).not.toEqual(new Uint8Array(32));
    } finally {
      made.mockRestore();
    }
  });

  it('S3-30: the secret of an entry that was only looked at is wiped, whatever it was looked at for', () => {
    meetOnce(a, b);
    const seen: Uint8Array[] = [];
    const looked = (entry: ResumptionEntry): ResumptionEntry => {
      seen.push(entry.secret);
      return entry;
    };
    const store: ResumptionStore = {
      ...a.store,
      byKeyId: (id) => {
        const entry = a.store.byKeyId(id);
        return entry && looked(entry);
      },
      ofPeer: (peerId) => a.store.ofPeer(peerId).map(looked),
    };
    const resumptions = new Resumptions({ crypto: alice.crypto, clock: stillClock, logger: recordingLogger(), store });
    const target = { ...targetOf(bob), pinnedSpkiHash: bob.local.identity.spkiHash };
    const [state, desk] = [entryOf(a, bob), resumptions.desk()];
    expect(resumptions.isKept(state.keyId)).toBe(true);
    const used = desk.toDial(target) ?? expect.unreachable('an entry');
    // Of another device than the one dialled; in use already; refused; and what is taken over takes the place of.
    expect([resumptions.desk().toDial({ ...target, instanceId: alice.local.instanceId }), resumptions.desk().toDial(target)]).toEqual([undefined, undefined]);
    resumptions.takeOver(state, alice.local);
    desk.refused(used);
    const left = seen.filter((secret) => secret !== used.secret);
    expect([left.length, left.filter((secret) => secret.some((byte) => byte !== 0)).length]).toEqual([5, 0]);
  });

  it('of a person with two devices only where it is known which one answers', async () => {
    const [desk, pocket] = await newDevices('Carol');
    const x = keeperOf(alice, [desk]);
    const [d, p] = [keeperOf(desk, [alice]), keeperOf(pocket, [alice])];
    for (const there of [d, p]) meetOnce(x, there);
    expect(x.store.ofPeer(desk.local.peerId)).toHaveLength(2);
    expect(dialFrom(x, desk).side.state.phase).toBe('awaiting-m2');
    const named = dialFrom(x, desk, desk.local.instanceId);
    const there = listenAt(d);
    runBoth(named, there);
    expect(there.side.opened.resumes).toBeDefined();
  });
});
