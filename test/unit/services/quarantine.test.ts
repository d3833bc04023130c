import { beforeAll, describe, expect, it } from 'vitest';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import { rotateLocalRecord } from '../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { sealDeposit } from '../../../electron/engine/dialog/deposit';
import type { LocalRecord } from '../../../electron/engine/ports';
import { Envelopes, type Opened, type Suspected, type Tally } from '../../../electron/services/envelopes';
import { Quarantine } from '../../../electron/services/quarantine';
import { createQuarantineStore } from '../../../electron/storage/quarantine-store';
import { depositParts, depositsFor } from '../../support/deposit-kit';
import { Device, person, quiet, testCrypto } from '../../support/dialog-kit';
import { PeerBook } from '../../../electron/services/peer-book';
import { personOf } from '../../support/two-devices';

const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;

describe('messages under an unknown new key', () => {
  let crypto: Crypto;
  /** Ada with her first key, with the next one, and three impostors: other next keys of hers that Bob was never told of. */
  let lives: readonly LocalRecord[] = [];

  beforeAll(async () => {
    crypto = await testCrypto();
    const first = await createLocalRecord(crypto, { name: 'Ada', deviceName: 'desk', now: start });
    lives = [first, ...(await Promise.all([1, 2, 3, 4].map((turn) => rotateLocalRecord(crypto, first, start + turn))))];
  }, 60_000);

  /** Bob knows Ada by her first key; `pinned` is the life he knows her by. */
  async function cast() {
    const bob = new Device(crypto, await person('Bob'));
    const adas = lives.map((record) => {
      const ada = new Device(crypto, personOf(crypto, record, start + day));
      ada.knows(bob);
      return ada;
    });
    const [first] = adas;
    if (!first) throw new Error('five lives');
    bob.knows(first);
    let pinned = first;
    let former: Device | undefined;
    /** Devices of the key before that are no more by the list of today. */
    const gone = new Set<string>();
    const envelopes = new Envelopes({
      crypto,
      clock: bob.clock,
      logger: quiet,
      local: bob.person.local,
      // Nothing of credentials is learned here: what is pinned is the matter.
      book: new PeerBook({ find: () => undefined, put: () => undefined, remove: () => undefined, list: () => [], transaction: (work) => work() }, crypto, bob.clock),
      peers: { pinned: (peerId) => (peerId === pinned.peerId ? { spkiHash: pinned.person.local.identity.spkiHash, blocked: false, listVersion: pinned.person.local.list.version } : undefined) },
      isContact: () => true,
      predecessorsOf: () =>
        former ? [{ spkiHash: former.person.local.identity.spkiHash, until: start + 20 * day, isActive: (instanceId) => instanceId === former?.person.local.instanceId && !gone.has(instanceId) }] : [],
      isFormer: () => false,
      onOtherKey: () => undefined,
      onProof: () => undefined,
      engine: bob.engine,
    });
    const suspects: string[] = [];
    const quarantine = new Quarantine({
      crypto,
      clock: bob.clock,
      logger: quiet,
      stores: { quarantine: createQuarantineStore(bob.db) },
      envelopes,
      commit: (work) => bob.db.transaction(work),
      onSuspect: (peerId) => suspects.push(peerId),
      onLapsed: () => undefined, onReceived: () => undefined,
    });
    /** As a file brings them. */
    const bring = (deposits: readonly Uint8Array[]): { opened: number; held: number; refused: number } => {
      const all = deposits.map((deposit) => envelopes.open(deposit));
      const opened = all.filter((each): each is Opened => each !== undefined && 'source' in each);
      const suspected = all.filter((each): each is Suspected => each !== undefined && !('source' in each));
      const tally: Tally = { opened: 0, repeated: 0, refused: 0 };
      envelopes.receive(opened, tally);
      const held = suspected.length > 0 ? quarantine.hold(suspected) : 0;
      return { opened: tally.opened, held, refused: deposits.length - opened.length - held };
    };
    const move = (to: Device): void => {
      former = pinned;
      pinned = to;
      bob.knows(to);
    };
    const waiting = (): number => Number(bob.db.prepare('SELECT count(*) AS n FROM quarantine').get()?.['n']);
    return { bob, adas, quarantine, bring, move, waiting, suspects, gone, clock: bob.clock };
  }

  function written(ada: Device, bob: Device, texts: readonly string[]): Uint8Array[] {
    const dialogId = ada.engine.open(bob.peerId, { title: '' });
    for (const text of texts) ada.say(bob, dialogId, text);
    return depositsFor(ada, bob);
  }

  it('S5-30: three of them are not shown or answered until the key is known, then once each and in order', async () => {
    const { bob, adas, quarantine, bring, move, waiting, suspects } = await cast();
    const [, ada] = adas;
    if (!ada) throw new Error('five lives');
    const deposits = written(ada, bob, ['one', 'two', 'three']);
    const before = bob.snapshot();
    expect(bring(deposits.toReversed())).toEqual({ opened: 0, held: 4, refused: 0 });
    expect(bob.snapshot()).toEqual(before);
    expect(suspects).toEqual([ada.peerId]);
    // Brought again, they wait once.
    expect(bring(deposits)).toEqual({ opened: 0, held: 4, refused: 0 });
    expect(waiting()).toBe(4);
    quarantine.release(ada.peerId);
    expect([waiting(), bob.sink.texts()]).toEqual([4, []]);
    move(ada);
    quarantine.release(ada.peerId);
    expect([waiting(), bob.sink.texts()]).toEqual([0, ['one', 'two', 'three']]);
    quarantine.release(ada.peerId);
    expect(bob.sink.texts()).toEqual(['one', 'two', 'three']);
  });

  it('S5-30: what a key speaks for by now, but was not opened before the end came, is opened at the next start; the rest is asked about again', async () => {
    const { bob, adas, quarantine, bring, move, waiting, suspects } = await cast();
    const [, ada] = adas;
    if (!ada) throw new Error('five lives');
    bring(written(ada, bob, ['one', 'two']));
    suspects.length = 0;
    quarantine.begin();
    expect([waiting(), bob.sink.texts(), suspects]).toEqual([3, [], [ada.peerId]]);
    move(ada);
    quarantine.begin();
    expect([waiting(), bob.sink.texts(), suspects]).toEqual([0, ['one', 'two'], [ada.peerId]]);
    quarantine.begin();
    expect(suspects).toHaveLength(1);
  });

  it('S5-30 A70: those of an impostor stay, and go after a week', async () => {
    const { bob, adas, quarantine, bring, move, waiting, clock } = await cast();
    const [, ada, impostor] = adas;
    if (!ada || !impostor) throw new Error('five lives');
    bring(written(impostor, bob, ['believe me']));
    bring(written(ada, bob, ['really me']));
    move(ada);
    quarantine.release(ada.peerId);
    expect(bob.sink.texts()).toEqual(['really me']);
    expect(waiting()).toBe(2);
    clock.pass(7 * day + 1);
    quarantine.begin();
    expect([waiting(), bob.sink.texts()]).toEqual([0, ['really me']]);
    // Nor do they stay for as long as a clock was ahead.
    clock.time += 15 * day;
    bring(written(impostor, bob, ['believe me now']));
    expect(waiting()).toBeGreaterThan(0);
    clock.time -= 15 * day;
    quarantine.begin();
    expect(waiting()).toBe(0);
  });

  it('S5-30: twenty for a claimed key, 256 KiB, three keys: the rest is refused, and others have their room', async () => {
    const { bob, adas, bring, waiting, clock } = await cast();
    const [, second, third, fourth, fifth] = adas;
    if (!second || !third || !fourth || !fifth) throw new Error('five lives');
    expect(bring(written(second, bob, Array.from({ length: 24 }, (_, at) => `${at}`)))).toEqual({ opened: 0, held: 20, refused: 5 });
    expect(bring(written(third, bob, Array.from({ length: 8 }, () => 'x'.repeat(39_000))))).toMatchObject({ held: 6 });
    expect(bring(written(fourth, bob, ['third key']))).toMatchObject({ held: 2 });
    expect(bring(written(fifth, bob, ['fourth key']))).toEqual({ opened: 0, held: 0, refused: 2 });
    expect(waiting()).toBe(28);
    // Those whose week is over take no room of anybody, though nothing began anew.
    clock.pass(7 * day + 1);
    expect(bring(written(fifth, bob, ['fifth key']).slice(-1))).toEqual({ opened: 0, held: 1, refused: 0 });
    expect(waiting()).toBe(1);
  });

  it('S5-34 A83: what was under way under the old key is read while its grace lasts, from devices that are still theirs', async () => {
    const { bob, adas, bring, move, gone, clock } = await cast();
    const [first, ada] = adas;
    if (!first || !ada) throw new Error('five lives');
    const early = written(first, bob, ['early']);
    const removed = written(first, bob, ['of a device that was removed']);
    const last = written(first, bob, ['last']).slice(-2);
    const late = written(first, bob, ['late']).slice(-2);
    move(ada);
    expect(bring(early)).toEqual({ opened: 2, held: 0, refused: 0 });
    expect(bob.sink.texts()).toEqual(['early']);
    gone.add(first.person.local.instanceId);
    const before = bob.snapshot();
    expect(bring(removed)).toMatchObject({ opened: 0 });
    expect([bob.sink.texts(), bob.snapshot()]).toEqual([['early'], before]);
    gone.clear();
    // Its credentials count for weeks more: it is the grace alone that ends.
    clock.time = start + 20 * day;
    expect(bring(last)).toMatchObject({ opened: 2 });
    clock.time += 1;
    const after = bob.snapshot();
    expect(bring(late)).toMatchObject({ opened: 0 });
    expect([bob.sink.texts(), bob.snapshot()]).toEqual([['early', 'last'], after]);
  });

  it('S5-30 A78: a deposit that is not sealed well, or of a stranger, waits for nothing', async () => {
    const { bob, adas, bring, waiting } = await cast();
    const [, ada] = adas;
    if (!ada) throw new Error('five lives');
    const [deposit] = written(ada, bob, []);
    if (!deposit) throw new Error('one deposit');
    const altered = deposit.slice();
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    const carol = new Device(crypto, await person('Carol')).knows(bob);
    const strange = sealDeposit(crypto, carol.person.local, bob.person.remote(), depositParts(bob).local.chain.identity.der);
    expect(bring([altered, strange, deposit.subarray(0, 500)])).toEqual({ opened: 0, held: 0, refused: 3 });
    expect(waiting()).toBe(0);
  });
});
