import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { InstanceId } from '../../../../electron/engine/ids';
import type { ResumptionEntry } from '../../../../electron/engine/session/resumption-entry';
import type { Session } from '../../../../electron/engine/session/session';
import { commit, held, type LedgerLine, leaseMs, type Move, release, reserve } from '../../../../electron/engine/sharing/ledger';
import { coverLine, recordName, uncoverLine } from '../../../../electron/engine/sharing/repository-record';
import { sharingKey, type SharingKey } from '../../../../electron/engine/sharing/sharing-keys';
import { instanceIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Publisher, type PublisherParts } from '../../../../electron/services/devices/handover-publisher';
import { createSharingStore } from '../../../../electron/storage/sharing-store';
import { freshDatabase } from '../../../support/fresh-database';
import { realCrypto } from '../../../support/foundation-kit';
import { ManualClock } from '../../../support/manual-clock';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory-repository';
import { whenTestEnds } from '../../../support/per-file';
import { recordingLogger } from '../../../support/session-kit';

const noon = 1_780_000_000_000;
const end = noon + 7 * 86_400_000;
const device = (byte: number): InstanceId => instanceIdFromBytes(new Uint8Array(16).fill(byte));
const [own, laptop] = [device(1), device(2)];
const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const keyId = filled(7);

let crypto: Crypto;
let person: SharingKey;
let pair: SharingKey;
let memory: MemoryRepository;
let clock: ManualClock;
let sharing: ReturnType<typeof createSharingStore>;
let logged: string[];
let fenced: number;
let has: boolean;
/** Secrets that were handed out to be sealed. */
let lent: Uint8Array[];

beforeAll(async () => {
  crypto = await realCrypto();
  person = sharingKey(crypto, filled(8), 1);
  pair = sharingKey(crypto, filled(9), 1);
});
beforeEach(() => {
  memory = createMemoryRepository();
  clock = new ManualClock(noon);
  const db = freshDatabase();
  whenTestEnds(() => db.close());
  sharing = createSharingStore(db);
  logged = [];
  fenced = 0;
  has = true;
  lent = [];
});

const position = { counter: 1, digest: filled(3) };
const entryOf = (): ResumptionEntry =>
  ({ keyId, secret: filled(4), peerId: peerIdFromBytes(filled(5)), peerInstance: laptop, peerInstanceHash: filled(6), pinnedSpkiHash: filled(6), madeAt: noon, expiresAt: end, sent: position, received: position, peerChain: new Uint8Array(10) }) as unknown as ResumptionEntry;

/** A session that says how many of its records wait, and what was let go. */
function sessionOf(more: Partial<Session> = {}): { readonly session: Session; readonly gone: number[]; say(): void; close(): void; ended: number; holds: number } {
  const waiting = { count: 1 };
  const made = { gone: [] as number[], ended: 0, holds: 0, say: (): void => undefined, close: (): void => undefined };
  const session = {
    keyId,
    holdBack: (onHeld: () => void) => {
      made.holds += 1;
      made.say = () => {
        waiting.count += 1;
        onHeld();
      };
      return { get count() { return waiting.count; }, letGo: (upTo: number) => void made.gone.push(upTo), end: () => void (made.ended += 1), again: () => undefined };
    },
    onClose: (handler: () => void) => (made.close = handler),
    ...more,
  } as unknown as Session;
  return Object.assign(made, { session });
}

function publisher(change: Partial<PublisherParts> = {}): Publisher {
  const log = (event: string): void => void logged.push(event);
  const made = new Publisher({
    crypto,
    clock,
    logger: { ...recordingLogger(), debug: log, info: log, error: log },
    local: { instanceId: own } as never,
    keys: { person: () => person, persons: () => [person], to: () => pair },
    sharing,
    resumptions: { toLend: () => {
      const entry = has ? entryOf() : undefined;
      if (entry) lent.push(entry.secret);
      return entry;
    }, isKept: () => has },
    others: () => [laptop],
    commit: (work) => work(),
    repository: () => memory.connect(),
    fence: () => void (fenced += 1),
    ...change,
  });
  made.use(memory.connect());
  return made;
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};
const name = (): string => recordName(crypto, person, keyId);
const stored = (): LedgerLine | undefined => {
  const one = memory.records.get(name());
  return one && uncoverLine(crypto, person, keyId, one.record);
};
/** What another device makes of the record that is there. */
async function move(step: (line: LedgerLine) => Move): Promise<void> {
  const repository = memory.connect();
  const before = await repository.read(name());
  const line = before && uncoverLine(crypto, person, keyId, before.record);
  const after = line ? step(line) : expect.unreachable('a line');
  if (!before || !('line' in after)) throw new Error('no lawful step');
  await repository.write(name(), coverLine(crypto, person, keyId, after.line), before.revision);
}

describe('what the owner of a session says late', () => {
  it('S4-19 A62: is no word where it is lent: nothing of it is written, its records wait, and it goes on once it is given back', async () => {
    const { session, say, gone } = begin();
    await settle();
    expect([stored(), gone, logged]).toMatchObject([{ phase: 'held', owner: own }, [1], ['handover.published']]);
    expect(lent).toEqual([new Uint8Array(32)]);
    await move((line) => reserve(line, laptop, clock.now()));
    say();
    await settle();
    expect([stored(), gone, fenced]).toMatchObject([{ phase: 'lent', taker: laptop, generation: 1 }, [1], 0]);
    await move((line) => release(line, laptop, 1));
    await clock.advance(500);
    await settle();
    // Under the raised generation: what a taker of before still says is refused by it.
    expect([stored(), gone, session.keyId]).toMatchObject([{ phase: 'held', generation: 1 }, [1, 2], keyId]);
  });

  it('S4-19 A62: brings nothing back that was taken: the session ends here, once, and the record stays as it is', async () => {
    const { say, gone } = begin();
    await settle();
    await move((line) => reserve(line, laptop, clock.now()));
    await move((line) => commit(line, laptop, 1));
    const [written, record] = [memory.seen.length, stored()];
    say();
    await settle();
    expect([fenced, gone, memory.seen.length, stored()]).toEqual([1, [1], written, record]);
    await clock.advance(5_000);
    await settle();
    expect([fenced, memory.seen.length]).toEqual([1, written]);
  });

  it.each(['older than what it wrote', 'of nobody'])('A67: is not written on a record that is %s: it says so and publishes this session no more', async (which) => {
    const { say } = begin();
    await settle();
    await move((line) => reserve(line, laptop, clock.now()));
    await move((line) => release(line, laptop, 1));
    say();
    await settle();
    expect(stored()).toMatchObject({ phase: 'held', generation: 1 });
    memory.records.set(name(), { record: which === 'of nobody' ? filled(1) : coverLine(crypto, person, keyId, held(own, end)), revision: 1_000 });
    const written = memory.seen.length;
    for (let n = 0; n < 2; n += 1) {
      say();
      await settle();
    }
    expect([memory.seen.length, fenced, logged.filter((event) => event === 'repository.rolled-back')]).toEqual([written, 0, ['repository.rolled-back']]);
  });
});

describe('a session that was published', () => {
  it('S4-17 A58: is not given away here while another device may have it from there, and by nobody else’s word than the repository’s', async () => {
    const { made } = begin();
    await settle();
    await move((line) => reserve(line, laptop, clock.now()));
    expect(await made.withdraw(keyId)).toBe(false);
    clock.wall = noon + leaseMs;
    memory.reachable = false;
    expect(await made.withdraw(keyId)).toBe(false);
    memory.reachable = true;
    expect([await made.withdraw(keyId), await made.withdraw(keyId), stored()]).toMatchObject([true, true, { phase: 'gone', taker: own }]);
    await expect(move((line) => reserve(line, laptop, clock.now()))).rejects.toThrow('no lawful step');
  });

  it('S4-17 A61: taken from there while this device was off ends here with the first look; one it took itself, one that is held and one that is lent stay', async () => {
    const { made, close } = begin();
    await settle();
    close();
    await settle();
    for (const step of [(line: LedgerLine) => ({ line }), (line: LedgerLine) => reserve(line, laptop, clock.now())]) {
      await move(step);
      await made.look(memory.connect());
      expect(fenced).toBe(0);
    }
    await move((line) => commit(line, laptop, 1));
    await made.look(memory.connect());
    expect(fenced).toBe(1);
    memory.records.set(name(), { record: coverLine(crypto, person, keyId, { ...held(own, end), phase: 'gone', taker: own }), revision: 2_000 });
    await made.look(memory.connect());
    expect(fenced).toBe(1);
    // What is not kept here any more is nothing to look for.
    has = false;
    await made.look(memory.connect());
    expect([fenced, sharing.ledger(keyId)]).toEqual([1, undefined]);
  });
});

describe('what is written, and when', () => {
  it('S4-15: one write at a time, which covers all that waits by then; what comes meanwhile has the next one', async () => {
    const waiting: (() => void)[] = [];
    const { say, gone } = begin();
    await settle();
    memory.turn = () => new Promise((resolve) => waiting.push(resolve));
    for (let n = 0; n < 3; n += 1) say();
    await settle();
    expect([waiting.length, gone]).toEqual([1, [1]]);
    waiting[0]?.();
    await settle();
    expect([waiting.length, gone]).toEqual([2, [1, 2]]);
    waiting[1]?.();
    await settle();
    expect([waiting.length, gone, memory.seen.length]).toEqual([2, [1, 2, 4], 3]);
  });

  it('S4-15 S4-19: somebody who comes between its look and its write is not written over, and its records wait', async () => {
    const { say, gone } = begin();
    await settle();
    await move((line) => reserve(line, laptop, clock.now()));
    await move((line) => release(line, laptop, 1));
    let writes = 0;
    memory.turn = async (what) => {
      writes += what === 'write' ? 1 : 0;
      if (writes !== 2) return;
      memory.turn = () => Promise.resolve();
      await move((line) => reserve(line, laptop, clock.now()));
    };
    say();
    await settle();
    expect([stored(), gone]).toMatchObject([{ phase: 'lent', generation: 2 }, [1]]);
  });

  it('S4-14 S4-15: without an answer it falls behind, says so once, and is published again; also where the write was done and its answer lost', async () => {
    const { say, gone, ended, close } = watched();
    await settle();
    memory.reachable = false;
    for (let round = 1; round <= 3; round += 1) {
      say();
      await settle();
      expect(ended()).toBe(round);
      await clock.advance(30_000);
      await settle();
    }
    expect(logged).toEqual(['handover.published', 'handover.behind']);
    memory.reachable = true;
    await clock.advance(30_000);
    await settle();
    memory.loseAnswer = true;
    say();
    await settle();
    await clock.advance(30_000);
    await settle();
    expect(logged).toEqual(['handover.published', 'handover.behind', 'handover.published', 'handover.behind', 'handover.published']);
    expect([gone.at(-1), stored()]).toMatchObject([5, { phase: 'held', generation: 0 }]);
    // One that ended meanwhile is not.
    memory.reachable = false;
    say();
    await settle();
    close();
    memory.reachable = true;
    const written = memory.seen.length;
    await clock.advance(30_000);
    await settle();
    expect(memory.seen.length).toBe(written);
  });

  it('a fault of the program is told as one, a repository that is away or has lost everything is not', async () => {
    const { made, say, close } = begin();
    await settle();
    memory.turn = () => Promise.reject(new TypeError('a defect'));
    say();
    await settle();
    expect(logged).toEqual(['handover.published', 'handover.fault', 'handover.behind']);
    close();
    await settle();
    await made.look(memory.connect());
    expect(logged.slice(3)).toEqual(['handover.fault', 'handover.fault']);
    memory.turn = () => Promise.resolve();
    memory.reachable = false;
    await made.look(memory.connect());
    memory.reachable = true;
    memory.records.clear();
    await made.look(memory.connect());
    expect([logged.length, fenced]).toEqual([5, 0]);
  });

  it('S4-35: nothing more is written of one that ended or is not kept here any more, and nothing is said of it', async () => {
    const first = watched();
    await settle();
    has = false;
    first.say();
    await settle();
    expect([memory.seen.length, first.gone, first.ended(), logged]).toEqual([1, [1], 1, ['handover.published']]);
    has = true;
    memory.records.clear();
    const second = watched();
    await settle();
    memory.turn = () => new Promise(() => {});
    second.say();
    second.close();
    memory.turn = () => Promise.resolve();
    await clock.advance(60_000);
    await settle();
    expect([memory.seen.length, logged]).toEqual([2, ['handover.published', 'handover.published']]);
  });
});

describe('which sessions are published', () => {
  it('S4-13: those of a device with others, with their common key and a repository; each once, and anew with another repository', async () => {
    const none = sessionOf();
    for (const change of [{ others: () => [] }, { keys: { person: () => undefined, persons: () => [], to: () => pair } }]) begin(none, publisher(change));
    const without = publisher();
    without.use(undefined);
    begin(none, without);
    await settle();
    expect([memory.seen, none.holds]).toEqual([[], 0]);
    const one = sessionOf();
    const repository = memory.connect();
    const { made } = begin(one);
    made.use(repository);
    const ended = one.ended;
    made.opened(one.session);
    made.opened(one.session);
    made.use(repository);
    await settle();
    expect([memory.seen.length, one.ended, one.holds]).toEqual([2, ended, 2]);
    // Closed under the one before, it is still published under this one.
    const [late, next] = [one.close, sessionOf()];
    made.use(memory.connect());
    made.opened(next.session);
    await settle();
    late();
    made.opened(next.session);
    next.say();
    await settle();
    expect([next.gone, next.holds]).toEqual([[1, 2], 1]);
  });

  it('S4-35: the one a session was resumed from is closed there: nobody takes it any more', async () => {
    const used = filled(6);
    const at = recordName(crypto, person, used);
    await memory.connect().write(at, coverLine(crypto, person, used, held(own, end)), 0);
    begin(sessionOf({ resumedFrom: used }));
    await settle();
    expect(uncoverLine(crypto, person, used, memory.records.get(at)?.record ?? new Uint8Array())).toMatchObject({ phase: 'gone', taker: own });
  });

  it('S4-17 A58: one that never was published needs no repository to be given away; one that another device took from there, or whose key is gone, is not given', async () => {
    memory.reachable = false;
    expect(await publisher({ repository: () => undefined }).withdraw(keyId)).toBe(true);
    memory.reachable = true;
    const { made } = begin();
    await settle();
    await move((line) => reserve(line, laptop, clock.now()));
    await move((line) => commit(line, laptop, 1));
    expect([await made.withdraw(keyId), stored()]).toMatchObject([false, { phase: 'gone', taker: laptop }]);
    expect(await publisher({ keys: { person: () => undefined, persons: () => [], to: () => pair } }).withdraw(keyId)).toBe(false);
    expect(await publisher({ repository: () => undefined }).withdraw(keyId)).toBe(false);
  });

  it('A61: a look passes over what is in use, and over what never was there; the first one that cannot be asked ends it', async () => {
    const { made, close } = begin();
    await settle();
    sharing.putLedger({ keyId: filled(1), part: 'holder', line: held(own, end) });
    let asked = 0;
    memory.turn = () => Promise.resolve(void (asked += 1));
    await made.look(memory.connect());
    expect(asked).toBe(0);
    close();
    await settle();
    sharing.putLedger({ keyId: filled(9), part: 'holder', line: held(own, end, person.id) });
    asked = 0;
    await made.look(memory.connect());
    expect(asked).toBe(2);
    asked = 0;
    memory.reachable = false;
    await made.look(memory.connect());
    expect([asked, fenced]).toEqual([1, 0]);
  });
});

function begin(one = sessionOf(), made = publisher()) {
  made.opened(one.session);
  return { made, ...one, say: () => one.say(), close: () => one.close() };
}

/** The same, with how often it was said that it is not published. */
function watched() {
  const one = sessionOf();
  return { ...begin(one), ended: () => one.ended };
}
