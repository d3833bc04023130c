import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { FileWord } from '../../../../electron/engine/files/words';
import type { Party } from '../../../../electron/services/files/parties';
import { Serving, type ServingParts } from '../../../../electron/services/files/serving';
import type { TransferRow } from '../../../../electron/services/ports/transfers';
import { ManualClock } from '../../../support/manual-clock';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Gives any file that is asked for, of ten pieces, from a disk that is read so. */
function servingFrom(clock = new ManualClock(), read = async (_: number, length: number): Promise<Uint8Array> => new Uint8Array(length)): Serving {
  return new Serving({
    crypto: { secret: () => ({ wiped: false, wipe: () => undefined }) } as unknown as Crypto,
    clock,
    logger: quiet,
    held: { open: async () => ({ read, close: async () => undefined }) } as unknown as ServingParts['held'],
    find: (_, transferId) => ({ transferId, size: 10 * 65_536, key: new Uint8Array(32), file: transferId, have: 10 }) as unknown as TransferRow,
    refusal: () => undefined,
    has: () => undefined,
    rests: () => undefined, gaveAll: () => undefined,
  });
}

describe('a ninth file at once for one device', () => {
  it('who was turned away hears that there is a place again', async () => {
    const said: FileWord[] = [];
    const ids = Array.from({ length: 9 }, () => randomBytes(16));
    const party: Party = { peerId: undefined, say: (word) => (said.push(word), false) };
    const serving = servingFrom();
    for (const transferId of ids) serving.want(party, { kind: 'want', transferId, from: 0, upTo: 4 });
    expect(said.filter(({ kind }) => kind === 'no')).toHaveLength(1);
    // One of the others is whole there, or given up.
    serving.want(party, { kind: 'want', transferId: ids[0] ?? new Uint8Array(), from: 4, upTo: 4 });
    expect(said.filter(({ kind }) => kind === 'ready').map(({ transferId }) => Buffer.from(transferId).toString('hex'))).toEqual([ids[8]?.toString('hex')]);
    serving.close();
  });

  it('whose file could not be read once hears a minute later that it can be had, and ever more seldom where it still cannot', async () => {
    const said: string[] = [];
    const clock = new ManualClock();
    let fails = 3;
    const party: Party = { peerId: undefined, say: (word) => (said.push(word.kind), true) };
    const serving = servingFrom(clock, async (_: number, length: number) => {
      if (fails > 0) throw new Error(`cannot be read: ${(fails -= 1)} times more`);
      return new Uint8Array(length);
    });
    const want = (): void => serving.want(party, { kind: 'want', transferId: new Uint8Array(16), from: 0, upTo: 1 });
    for (const minutes of [1, 2, 4]) {
      want();
      await clock.advance(minutes * 60_000 - 1);
      expect(said.splice(0)).toEqual(['no']);
      await clock.advance(1);
      expect(said.splice(0)).toEqual(['ready']);
    }
    want();
    await clock.advance(10);
    expect(said.splice(0)).toEqual(['chunk']);
    fails = 1;
    want();
    serving.want(party, { kind: 'want', transferId: new Uint8Array(16), from: 1, upTo: 2 });
    await clock.advance(10);
    serving.close();
    expect(clock.waiting).toBe(0);
  });

  it('of many that were turned away each hears of it in the end, also where those told first are wanted no more', () => {
    const said: FileWord[] = [];
    const ids = Array.from({ length: 120 }, () => randomBytes(16));
    const party: Party = { peerId: undefined, say: (word) => (said.push(word), false) };
    const serving = servingFrom();
    for (const transferId of ids) serving.want(party, { kind: 'want', transferId, from: 0, upTo: 4 });
    // None of those who are told asks again.
    for (const transferId of ids.slice(0, 8)) serving.want(party, { kind: 'want', transferId, from: 4, upTo: 4 });
    const told = said.filter(({ kind }) => kind === 'ready').map(({ transferId }) => Buffer.from(transferId).toString('hex'));
    expect(told).toEqual(ids.slice(8).map((id) => id.toString('hex')));
    serving.close();
  });

  it('who asks again and again for what cannot be read hears once that it is here again', async () => {
    const said: string[] = [];
    const clock = new ManualClock();
    const party: Party = { peerId: undefined, say: (word) => (said.push(word.kind), true) };
    const serving = servingFrom(clock, () => Promise.reject(new Error('cannot be read')));
    for (let times = 0; times < 5; times += 1) {
      serving.want(party, { kind: 'want', transferId: new Uint8Array(16), from: 0, upTo: 1 });
      await clock.advance(10);
    }
    expect(said.splice(0)).toEqual(['no', 'no', 'no', 'no', 'no']);
    expect(clock.waiting).toBe(1);
    await clock.advance(60_000);
    expect(said).toEqual(['ready']);
    serving.close();
  });
});
