import { beforeAll, describe, expect, it } from 'vitest';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import { step } from '../../../../electron/engine/session/handshake';
import type { HandshakeInput } from '../../../../electron/engine/session/handshake-state';
import { encodeResumeM2 } from '../../../../electron/engine/session/resume-message';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { dialFrom, keeperOf, listenAt, meetOnce, runBoth } from '../../../support/resume-kit';
import { dialler, forgeM2, frameOf, listener, newParty, openBoth, type Party, Side, targetOf, testNow } from '../../../support/session-kit';

// What a step does with what is out of its turn, with a defect of the program itself, and with what it made on the way.
let alice: Party;
let bob: Party;
let carol: Party;

beforeAll(async () => {
  [alice, bob, carol] = await Promise.all([newParty('Alice'), newParty('Bob'), newParty('Carol')]);
}, 60_000);

const record = (): HandshakeInput => ({ kind: 'frame', frame: frameOf(encodeFrame(frameTypes.record, new Uint8Array(60))), now: testNow });
const looked: HandshakeInput = { kind: 'looked', now: testNow };
const start: HandshakeInput = { kind: 'start', now: testNow };
const closed: HandshakeInput = { kind: 'end', reason: 'closed' };

/** Alice and Bob behind M2: both wait for the other's confirmation. */
function confirming(changes: Parameters<typeof dialler>[3] = {}) {
  const a = dialler(alice, targetOf(bob), [bob], changes);
  const b = listener(bob, [alice]).receive(a.next());
  const m2 = b.next();
  a.receive(m2);
  return { a, b, m2, m3: a.next(), m4: b.next() };
}

describe('one step of a handshake', () => {
  it('S3-07: what is open or has failed stays as it is, whatever comes', () => {
    const { dialler: open } = openBoth(alice, bob);
    const failed = dialler(alice, targetOf(bob), [bob]).end('timeout');
    for (const { environment, state } of [open, failed]) {
      for (const input of [start, record(), looked, closed]) {
        const after = step(environment, state, input);
        expect(after.state).toBe(state);
        expect(after.output).toEqual([]);
      }
    }
    expect([open.opened.keys.master.wiped, open.opened.keys.rx.record.wiped]).toEqual([false, false]);
  });

  it('S3-11: each phase ends with what it does not wait for', () => {
    const awaitingEntry = () => {
      const side = listener(bob, [alice], { resumption: { ...keeperOf(bob, [alice]).resumptions.desk(), asks: () => true } });
      const a = keeperOf(alice, [bob]);
      const b = keeperOf(bob, [alice]);
      meetOnce(a, b);
      return side.receive(dialFrom(a, bob).side.next());
    };
    const idle = (): Side => {
      const { environment } = dialler(alice, targetOf(bob), [bob]);
      return new Side(environment, { phase: 'idle', target: targetOf(bob) });
    };
    const awaitingM2 = () => dialler(alice, targetOf(bob), [bob]);
    const cases: readonly (readonly [string, () => Side, readonly HandshakeInput[]])[] = [
      ['idle', idle, [record(), looked]],
      ['awaiting-m1', () => listener(bob, [alice]), [start, looked, record()]],
      ['awaiting-m2', awaitingM2, [start, looked, record()]],
      ['awaiting-entry', awaitingEntry, [start, record(), { kind: 'frame', frame: frameOf(encodeFrame(frameTypes.retry, new Uint8Array(0))), now: testNow }]],
      ['awaiting-confirm', () => confirming().a, [start, looked, { kind: 'frame', frame: frameOf(confirming().m2), now: testNow }]],
    ];
    for (const [phase, make, inputs] of cases) {
      for (const input of inputs) {
        const side = make();
        expect(side.state.phase).toBe(phase);
        const { state, output } = step(side.environment, side.state, input);
        expect([phase, input.kind, state.phase === 'failed' && [state.reason, state.answer], output]).toEqual([phase, input.kind, ['unexpected-frame', 'none'], []]);
      }
    }
  });

  it('S3-02: a full M1 is answered by a full M2 alone', () => {
    const a = dialler(alice, targetOf(bob), [bob]);
    a.next();
    const random = (): Uint8Array => alice.crypto.random(32);
    expect(a.receive(encodeResumeM2({ keyId: random(), cn: random(), sn: random(), share: random() })).result).toBe('unexpected-frame');
  });

  it('A41 S3-15: who dials answers nothing, whatever is wrong with M2', () => {
    for (const [reason, m2, target] of [
      ['chain', (m1: Uint8Array) => forgeM2(bob, m1, { chain: new Uint8Array(50) }), targetOf(bob)],
      ['unknown-selector', () => dialler(alice, targetOf(carol), [carol]).next().map((byte, at) => (at === 0 ? frameTypes.m2 : byte)), targetOf(bob)],
      ['contact.key-mismatch', (m1: Uint8Array) => forgeM2(bob, m1), { ...targetOf(bob), pinnedSpkiHash: carol.local.identity.spkiHash }],
    ] as const) {
      const a = dialler(alice, target, [bob]);
      a.receive(m2(a.next()));
      expect([a.result, a.state.phase === 'failed' && a.state.answer, a.out]).toEqual([reason, 'none', []]);
    }
  });

  it('S5-01 A72: of an M1 under another key than the pinned one both sides keep the same secret; of any other that was refused its recipient keeps none', () => {
    const other = { spkiHash: carol.local.identity.spkiHash };
    const secretOf = ({ state }: Side) => (state.phase === 'failed' && state.secret ? Buffer.from(state.secret.bytes).toString('hex') : undefined);
    const refused = (contacts: Parameters<typeof listener>[1]) => {
      const a = dialler(alice, targetOf(bob), [bob]);
      const b = listener(bob, contacts).receive(a.next());
      return [b.result, secretOf(b), secretOf(a.receive(encodeFrame(frameTypes.retry, new Uint8Array(0))))];
    };
    const [reason, there, here] = refused([{ party: alice, pin: other }]);
    expect(reason).toBe('contact.key-mismatch');
    expect(there).toMatch(/^[0-9a-f]{64}$/);
    expect(here).toBe(there);
    for (const contacts of [[], [{ party: alice, pin: { blocked: true } }]]) expect(refused(contacts)[1]).toBeUndefined();
  });

  it('S3-28 A49: a generator that gives zeros makes no session', () => {
    const zeros: Party['crypto'] = { ...bob.crypto, randomSecret: (kind, length) => bob.crypto.secret(kind, new Uint8Array(length)) };
    const b = listener(bob, [alice], { crypto: zeros }).receive(dialler(alice, targetOf(bob), [bob]).next());
    expect([b.result, b.out]).toEqual(['nonce', []]);

    // Nor a resumed one, of zeros or of the other side’s nonce.
    for (const generated of [() => new Uint8Array(32), (cn: Uint8Array) => cn.slice()]) {
      const crypto: Party['crypto'] = { ...bob.crypto };
      const [one, other] = [keeperOf(alice, [bob]), keeperOf({ ...bob, crypto }, [alice])];
      meetOnce(one, other);
      const [from, to] = [dialFrom(one, bob), listenAt(other)];
      const m1 = from.side.next();
      // Behind header, mode and key id: CN.
      crypto.randomSecret = (kind) => bob.crypto.secret(kind, generated(m1.subarray(40, 72)));
      to.side.receive(m1);
      expect([to.side.result, to.side.out]).toEqual(['nonce', []]);
    }
  });

  it('S3-30: a defect comes out as it is, and leaves no secret behind', () => {
    const defect = new TypeError('a defect');
    const broken = (): never => {
      throw defect;
    };
    const crypto = { ...alice.crypto };
    const waiting = confirming({ crypto });
    const { state } = waiting.a;
    if (state.phase !== 'awaiting-confirm') return expect.unreachable();
    crypto.openDetached = broken;
    expect(() => waiting.a.receive(waiting.m4)).toThrow(defect);
    expect([state.keys.master.wiped, state.keys.tx.record.wiped, state.keys.rx.record.wiped]).toEqual([true, true, true]);

    const dials = dialler(alice, targetOf(bob), [bob], { crypto: { ...alice.crypto, decapsulate: broken } });
    const sent = dials.state;
    if (sent.phase !== 'awaiting-m2') return expect.unreachable();
    const { m2 } = confirming();
    // With the selector of this M1's chain, or nothing would be opened.
    expect(() => dials.receive(m2)).toThrow(defect);
    expect([sent.cn.wiped, sent.ephemeral.secret.wiped]).toEqual([true, true]);
  });

  it('S3-30: what was agreed is wiped with its step, in a full handshake and in a resumption', () => {
    const shared: Secret<'shared'>[] = [];
    const kept: Secret<SecretKind>[] = [];
    const hashed: Uint8Array[] = [];
    const watch = (party: Party): Party => ({
      ...party,
      crypto: {
        ...party.crypto,
        secret: (kind, bytes) => {
          const made = party.crypto.secret(kind, bytes);
          if (kind === 'resumption') kept.push(made);
          return made;
        },
        hmac: (key, ...parts) => {
          if (key.length === 64) hashed.push(key);
          return party.crypto.hmac(key, ...parts);
        },
        dh: (...pair) => {
          const made = party.crypto.dh(...pair);
          if (made) shared.push(made);
          return made;
        },
      },
    });
    const [a, b] = [keeperOf(watch(alice), [bob]), keeperOf(watch(bob), [alice])];
    meetOnce(a, b);
    expect(shared.map(({ wiped }) => wiped)).toEqual([true, true, true, true]);
    runBoth(dialFrom(a, bob), listenAt(b));
    expect(shared.map(({ wiped }) => wiped)).toEqual([true, true, true, true, true, true]);
    // RS, what is made of it for state and proof, and where it stood beside the agreement.
    expect([kept.length > 6, kept.filter(({ wiped }) => !wiped)]).toEqual([true, []]);
    expect(hashed.map((key) => key.some((byte) => byte !== 0))).toEqual([false, false]);
  });

  it('S3-10: an entry that led to a wrong confirmation is erased, one of a connection that ended is not', () => {
    for (const [left, end] of [
      [0, (side: Side, m4: Uint8Array) => side.receive(m4.map((byte, at) => (at === 20 ? byte ^ 1 : byte)))],
      [1, (side: Side) => side.end('closed')],
      [1, (side: Side) => side.end('timeout')],
    ] as const) {
      const [a, b] = [keeperOf(alice, [bob]), keeperOf(bob, [alice])];
      meetOnce(a, b);
      const [from, to] = [dialFrom(a, bob), listenAt(b)];
      to.side.receive(from.side.next());
      from.side.receive(to.side.next());
      end(from.side, to.side.next());
      expect(from.side.state.phase).toBe('failed');
      expect(a.store.ofPeer(bob.local.peerId)).toHaveLength(left);
    }
  });
});
