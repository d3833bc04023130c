import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { deriveMaster, deriveRxKeys, deriveTxKeys, type Role, type RxKeys, type TxKeys, wipeKeys } from '../../electron/engine/session/key-schedule';
import { maxRecords, openRecord, type Position, sealRecord, startOf } from '../../electron/engine/session/records';
import { type Frame, FrameReader } from '../../electron/engine/wire/frame';

let crypto: Crypto;

beforeAll(async () => {
  crypto = await createCrypto({ random: kernelRandom });
});

const owner = (byte: number) => ({ identity: { subject: new Uint8Array(20).fill(byte), fingerprint: new Uint8Array(32).fill(byte) }, instanceHash: new Uint8Array(32).fill(byte) });

/** Both ends of one direction. */
function direction(masterByte = 1, role: Role = 'client', byte = 2): { readonly tx: TxKeys; readonly rx: RxKeys } {
  const master = (): ReturnType<typeof crypto.secret<'session-master'>> => crypto.secret('session-master', new Uint8Array(32).fill(masterByte));
  const transcript = { m1: new Uint8Array(32).fill(3), m2: new Uint8Array(32).fill(4) };
  return { tx: deriveTxKeys(crypto, master(), role, owner(byte), transcript), rx: deriveRxKeys(crypto, master(), role, owner(byte), transcript) };
}

function frameOf(bytes: Uint8Array): Frame | undefined {
  const reader = new FrameReader();
  reader.push(Uint8Array.from(bytes));
  try {
    return reader.next();
  } catch {
    return undefined;
  }
}

function sealAll(tx: TxKeys, plaintexts: readonly Uint8Array[]): Uint8Array[] {
  let at = startOf(tx);
  return plaintexts.map((plaintext) => {
    const { frame, next } = sealRecord(crypto, tx, at, plaintext);
    at = next;
    return frame;
  });
}

/** What a receiver gives out before the first record it refuses. */
function receive(rx: RxKeys, frames: readonly Uint8Array[]): Uint8Array[] {
  const plaintexts: Uint8Array[] = [];
  let at = startOf(rx);
  for (const bytes of frames) {
    const frame = frameOf(bytes);
    const record = frame && openRecord(crypto, rx, at, frame);
    if (!record) break;
    plaintexts.push(record.plaintext);
    at = record.next;
  }
  return plaintexts;
}

const plaintexts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 8 });

describe('records', () => {
  it('S3-08: arrive whole and in order', () => {
    fc.assert(
      fc.property(plaintexts, (sent) => {
        const { tx, rx } = direction();
        expect(receive(rx, sealAll(tx, sent))).toEqual(sent);
      }),
    );
  });

  it('S3-08 A52: nothing but a record with room for its tag is opened, and one of nothing is', () => {
    const { tx, rx } = direction();
    const frame = frameOf(sealRecord(crypto, tx, startOf(tx), new Uint8Array(0)).frame);
    if (!frame) throw new Error('a whole frame');
    const open = (other: Partial<Frame>) => openRecord(crypto, rx, startOf(rx), { ...frame, payload: frame.payload.slice(), ...other });
    expect(open({})?.plaintext).toEqual(new Uint8Array(0));
    expect(open({ type: 1 })).toBeUndefined();
    expect(open({ payload: frame.payload.slice(1) })).toBeUndefined();
    expect(open({ payload: new Uint8Array(0) })).toBeUndefined();
  });

  it('S3-25: of what keys are made from nothing is left, nor of the keys themselves once they are wiped', () => {
    const left: Uint8Array[] = [];
    const watched: Crypto = {
      ...crypto,
      hmac: (key, ...parts) => {
        left.push(key);
        const mac = crypto.hmac(key, ...parts);
        left.push(mac);
        return mac;
      },
      hkdf: (...args) => {
        const made = crypto.hkdf(...args);
        left.push(made);
        return made;
      },
    };
    const secret = <K extends 'content' | 'shared'>(kind: K, byte: number) => crypto.secret(kind, new Uint8Array(32).fill(byte));
    const transcript = { m1: new Uint8Array(32).fill(3), m2: new Uint8Array(32).fill(4) };
    const master = deriveMaster(watched, { sn: secret('content', 1), cn: secret('content', 2), ephemeral: secret('shared', 3), semiStatic: secret('shared', 4) }, transcript);
    expect(left.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true, true]);
    left.length = 0;
    const keys = deriveTxKeys(watched, master, 'client', owner(2), transcript);
    // The first is the master key itself, which its owner wipes.
    expect(left.slice(1).map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true, true]);
    wipeKeys(keys);
    expect([keys.record.wiped, keys.confirm.wiped, keys.salt.every((byte) => byte === 0)]).toEqual([true, true, true]);
  });

  it('A52: after any reordering, dropping or repeating, what is given out is what was sent up to there and nothing more', () => {
    fc.assert(
      fc.property(plaintexts, fc.array(fc.nat(7), { maxLength: 12 }), (sent, picks) => {
        const { tx, rx } = direction();
        const frames = sealAll(tx, sent);
        const order = picks.map((pick) => pick % sent.length);
        const intact = order.findIndex((pick, at) => pick !== at);
        const expected = sent.slice(0, intact < 0 ? order.length : intact);
        expect(receive(rx, order.flatMap((pick) => frames[pick] ?? []))).toEqual(expected);
      }),
    );
  });

  it('A52: one changed bit anywhere in a frame, header and all, is refused', () => {
    const { tx, rx } = direction();
    const [frame = new Uint8Array()] = sealAll(tx, [new Uint8Array(40).fill(7)]);
    expect(receive(rx, [frame])).toHaveLength(1);
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const changed = Uint8Array.from(frame);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(receive(rx, [changed]), `bit ${bit}`).toHaveLength(0);
    }
  });

  it('S3-22 S3-25 A43: a record of one direction opens in no other, though both ends have one name', () => {
    const client = direction(1, 'client', 5);
    const server = direction(1, 'server', 5);
    const frames = sealAll(client.tx, [Uint8Array.of(1)]);
    expect(receive(client.rx, frames)).toHaveLength(1);
    expect(receive(server.rx, frames)).toHaveLength(0);
    // It is not the digest before the first record alone that keeps them apart.
    for (const part of ['record', 'confirm'] as const) expect(Buffer.compare(client.tx[part].bytes, server.tx[part].bytes)).not.toBe(0);
    expect(Buffer.compare(client.tx.salt, server.tx.salt)).not.toBe(0);
  });

  it('S3-22: keys of another master, another name or another device open nothing', () => {
    const frames = sealAll(direction().tx, [Uint8Array.of(1)]);
    expect(receive(direction(9).rx, frames)).toHaveLength(0);
    expect(receive(direction(1, 'client', 9).rx, frames)).toHaveLength(0);
  });

  it('S3-22: a direction stops before its counters are used up', () => {
    const { tx, rx } = direction();
    const end: Position = { counter: maxRecords, digest: new Uint8Array(32) };
    expect(() => sealRecord(crypto, tx, end, Uint8Array.of(1))).toThrow('record numbers');
    const last = sealRecord(crypto, tx, { ...end, counter: maxRecords - 1 }, Uint8Array.of(1));
    expect(last.next.counter).toBe(maxRecords);
    const frame = frameOf(last.frame);
    expect(frame && openRecord(crypto, rx, { ...end, counter: maxRecords - 1 }, frame)?.next.counter).toBe(maxRecords);
    expect(() => frame && openRecord(crypto, rx, end, frame)).toThrow('record numbers');
  });

  it('S3-22: the counter reaches beyond 32 bits in the nonce', () => {
    const { tx } = direction();
    const digest = new Uint8Array(32);
    const [low, high] = [1, 2 ** 32 + 1].map((counter) => sealRecord(crypto, tx, { counter, digest }, Uint8Array.of(1)).frame);
    expect(low).not.toEqual(high);
  });
});
