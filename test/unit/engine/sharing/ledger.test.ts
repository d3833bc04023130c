import { describe, expect, it } from 'vitest';
import { close, commit, held, leaseMs, release, reserve, type LedgerLine, type Move } from '../../../../electron/engine/sharing/ledger';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';

const device = (byte: number) => instanceIdFromBytes(new Uint8Array(16).fill(byte));
const [owner, taker, other] = [device(1), device(2), device(3)];
const now = 1_000;
const free = held(owner, now + 60_000, Uint8Array.of(1, 2, 3), 4);
const lineOf = (move: Move): LedgerLine => {
  if (!('line' in move)) throw new Error(move.refused);
  return move.line;
};

describe('who may move a session between devices', () => {
  it('S4-17 A61: whoever has it does not take it from itself, and closes what is its own only', () => {
    expect(reserve(free, owner, now)).toEqual({ refused: 'not-yours' });
    expect(close(free, other, now)).toEqual({ refused: 'not-yours' });
    expect(lineOf(close(free, owner, now))).toMatchObject({ phase: 'gone', body: new Uint8Array(0) });
  });

  it('S4-17 A58 A59: a lease is given back by its taker and for its generation only; for everybody else it stays as it is', () => {
    const lent = lineOf(reserve(free, taker, now));
    expect(lent).toMatchObject({ phase: 'lent', taker, generation: 5, until: now + leaseMs });
    expect(release(lent, other, 5)).toEqual({ refused: 'lent' });
    expect(release(lent, taker, 4)).toEqual({ refused: 'lent' });
    expect(commit(lent, other, 5)).toEqual({ refused: 'lent' });
    expect(commit(lent, taker, 4)).toEqual({ refused: 'lent' });
    expect(close(lent, owner, now)).toEqual({ refused: 'lent' });
    expect(lineOf(release(lent, taker, 5))).toEqual({ ...free, generation: 5 });
  });

  it('S4-35: from its expiry on nobody gets it, and a generation is never used up', () => {
    expect(reserve(free, taker, free.expiresAt)).toEqual({ refused: 'expired' });
    expect(reserve({ ...free, generation: 2 ** 32 - 2 }, taker, now)).toEqual({ refused: 'not-yours' });
  });
});
