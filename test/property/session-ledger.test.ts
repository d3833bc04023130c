import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { InstanceId } from '../../electron/engine/ids';
import { readShownM1 } from '../../electron/engine/session/shown-m1';
import { checkpoint, commit, encodeLine, held, type LedgerLine, leaseMs, type Move, parseLine, release, reserve, settled } from '../../electron/engine/sharing/ledger';
import { coverLine, recordName, uncoverLine } from '../../electron/engine/sharing/repository-record';
import { sharingKey } from '../../electron/engine/sharing/sharing-keys';
import { instanceIdFromBytes } from '../../electron/engine/wire/ids';
import { changeRecord, RepositorySource } from '../../electron/services/devices/handover-sources';
import { RepositoryUnreachable } from '../../electron/services/ports/session-repository';
import { createMemoryRepository } from '../support/memory-repository';
import { junkResume, stillClock } from '../support/resume-kit';

const device = (n: number): InstanceId => instanceIdFromBytes(new Uint8Array(16).fill(n));
const owner = device(1);
const end = 1_000_000;
const body = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const given = (move: Move): LedgerLine => {
  if ('refused' in move) throw new Error(`refused: ${move.refused}`);
  return move.line;
};

let crypto: Crypto;
beforeAll(async () => {
  crypto = await createCrypto({ random: kernelRandom });
});

describe('the book of who has a session', () => {
  it('S4-17: reserved, then taken: a tombstone without the state, for good; the same taker may repeat both', () => {
    const lent = given(reserve(held(owner, end, body('state')), device(2), 0));
    expect(lent).toMatchObject({ phase: 'lent', generation: 1, taker: device(2), until: leaseMs });
    expect(given(reserve(lent, device(2), 1))).toEqual(lent);
    const gone = given(commit(lent, device(2), 1));
    expect(gone).toMatchObject({ phase: 'gone', generation: 1, body: new Uint8Array(0) });
    expect(given(commit(gone, device(2), 1))).toEqual(gone);
    for (const move of [reserve(gone, device(3), end - 1), reserve(gone, device(2), 1), checkpoint(gone, owner, body('late'), end - 1), release(gone, device(2), 1), commit(gone, device(3), 1)]) expect(move).toEqual({ refused: 'gone' });
  });

  it('S4-18 S4-19 A62: what the owner still publishes is refused from the reservation on, and counts again only when the lease is over', () => {
    const lent = given(reserve(held(owner, end, body('state')), device(2), 0));
    expect(checkpoint(lent, owner, body('late'), leaseMs - 1)).toEqual({ refused: 'lent' });
    expect(given(checkpoint(lent, owner, body('later'), leaseMs))).toMatchObject({ phase: 'held', generation: 1, body: body('later') });
    expect(checkpoint(held(owner, end), device(2), body('forged'), 0)).toEqual({ refused: 'not-yours' });
  });

  it('A59: a lease that is over passes on under a higher generation; who was late is refused by it', () => {
    const first = given(reserve(held(owner, end, body('state')), device(2), 0));
    expect(reserve(first, device(3), leaseMs - 1)).toEqual({ refused: 'lent' });
    const second = given(reserve(first, device(3), leaseMs));
    expect(second).toMatchObject({ generation: 2, taker: device(3), body: body('state') });
    expect(commit(second, device(2), 1)).toEqual({ refused: 'lent' });
    expect(commit(given(release(second, device(3), 2)), device(3), 2)).toEqual({ refused: 'not-yours' });
  });

  it('S4-35: an expired session is nobody’s', () => {
    expect(reserve(held(owner, end), device(2), end)).toEqual({ refused: 'expired' });
  });

  it('its lines are read back as they were, and nothing else is a line', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), fc.uint8Array({ maxLength: 90 }), (state, steps, junk) => {
      let line = held(owner, end, state);
      if (steps > 0) line = given(reserve(line, device(2), 0));
      if (steps > 1) line = given(commit(line, device(2), 1));
      expect(parseLine(encodeLine(line))).toEqual(line);
      expect(() => parseLine(junk)).toThrow();
    }));
  });
});

describe('fifty devices at once', () => {
  it('S4-17 A58: with no answer lost exactly one takes the session and forty-nine are refused, in whatever order their reads and writes come', async () => {
    const shown = readShownM1(junkResume());
    if (!shown) throw new Error('not an M1');
    const { keyId } = shown.message;
    const person = sharingKey(crypto, crypto.random(32), 1);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const memory = createMemoryRepository();
        const name = recordName(crypto, person, keyId);
        await memory.connect().write(name, coverLine(crypto, person, keyId, held(owner, end, body('state'))), 0);
        memory.turn = (what) => s.schedule(Promise.resolve(), what).then(() => undefined);
        const take = async (self: InstanceId): Promise<string> => {
          const source = new RepositorySource({ crypto, clock: { ...stillClock, now: () => 0 }, self, repository: memory.connect(), persons: () => [person] });
          const lent = await source.reserve({ shown, owner, person }, () => true);
          return lent && (await source.commit(keyId, lent.line)) ? 'taken' : 'refused';
        };
        const outcomes = await s.waitFor(Promise.all(Array.from({ length: 50 }, (_, at) => take(device(at + 2)))));
        expect([outcomes.filter((each) => each === 'taken').length, outcomes.filter((each) => each === 'refused').length]).toEqual([1, 49]);
        const last = memory.seen.at(-1);
        expect(last && uncoverLine(crypto, person, keyId, last)).toMatchObject({ phase: 'gone', taker: device(outcomes.indexOf('taken') + 2) });
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

/** What the devices of one person do with one session in a repository, each step when the schedule says so. */
describe('many devices and one session in a repository', () => {
  it('S4-17 A58 A62: in whatever order their reads and writes come, and whichever answers are lost, one device takes it, and every write is a lawful step on the one before', async () => {
    const shown = readShownM1(junkResume());
    if (!shown) throw new Error('not an M1');
    const { keyId } = shown.message;
    const person = sharingKey(crypto, crypto.random(32), 1);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 6 }), fc.array(fc.boolean(), { maxLength: 30 }), async (s, takers, losses) => {
        const memory = createMemoryRepository();
        const name = recordName(crypto, person, keyId);
        await memory.connect().write(name, coverLine(crypto, person, keyId, held(owner, end, body('state'))), 0);
        memory.turn = async (what) => {
          await s.schedule(Promise.resolve(), what);
          memory.loseAnswer = what === 'write' && losses.pop() === true;
        };
        let now = 0;
        const clock = { ...stillClock, now: () => now };
        const take = async (self: InstanceId): Promise<boolean> => {
          const source = new RepositorySource({ crypto, clock, self, repository: memory.connect(), persons: () => [person] });
          const lent = await source.reserve({ shown, owner, person }, () => true).catch(() => undefined);
          if (!lent) return false;
          now += 4_000;
          // Who gets no answer asks until it has one.
          for (let tries = 0; tries < 8; tries += 1) {
            try {
              return await source.commit(keyId, lent.line);
            } catch (error) {
              if (!(error instanceof RepositoryUnreachable)) throw error;
            }
          }
          return false;
        };
        const publish = async (): Promise<void> => {
          for (let n = 0; n < 3; n += 1) {
            const step = (line: LedgerLine) => {
              const move = checkpoint(line, owner, body(`state ${n}`), now);
              return 'line' in move ? move.line : undefined;
            };
            await changeRecord(crypto, memory.connect(), person, keyId, step).catch(() => undefined);
          }
        };
        const outcomes = Promise.all(Array.from({ length: takers }, (_, at) => take(device(at + 2))));
        const published = publish();
        await s.waitFor(Promise.all([outcomes, published]));
        const winners = (await outcomes).filter(Boolean);
        const history = memory.seen.map((record) => uncoverLine(crypto, person, keyId, record));
        expect(winners.length).toBeLessThanOrEqual(1);
        const last = history.at(-1);
        if (winners.length === 1) expect([last?.phase, last?.taker]).toEqual(['gone', device((await outcomes).indexOf(true) + 2)]);
        for (const [at, line] of history.entries()) {
          const before = history[at - 1];
          if (!line || (at > 0 && !before)) throw new Error('a record that is no line');
          if (before) expect(lawful(before, line)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function lawful(before: LedgerLine, after: LedgerLine): boolean {
  if (before.phase === 'gone') return after.phase === 'gone' && after.taker === before.taker && after.generation === before.generation;
  if (after.phase === 'gone') return before.phase === 'lent' && before.taker === after.taker && before.generation === after.generation;
  if (after.phase === 'held') return after.generation === before.generation && after.owner === before.owner;
  const isSame = before.phase === 'lent' && before.taker === after.taker && before.generation === after.generation;
  return isSame || (settled(before, Number.MAX_SAFE_INTEGER).phase === 'held' && after.generation === before.generation + 1);
}
