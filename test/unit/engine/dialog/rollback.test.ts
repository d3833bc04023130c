import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { parseStanding, encodeStanding, streamsPerStanding } from '../../../../electron/engine/dialog/standing';
import { createStartToken } from '../../../../electron/engine/dialog/start-token';
import { settle, testCrypto } from '../../../support/dialog-kit';
import { becomeNew, copyDevice, hear, meet, type RecordedPair, recordedPair, recordedPerson, type RecordedPerson, session } from '../../../support/dialog-recovery';

let crypto: Crypto;
let ann: RecordedPerson;
let bo: RecordedPerson;

beforeAll(async () => {
  crypto = await testCrypto();
  [ann, bo] = await Promise.all([recordedPerson(crypto, 'Ann'), recordedPerson(crypto, 'Bo')]);
}, 60_000);

const pair = (): RecordedPair => recordedPair(crypto, ann, bo);

describe('a device that was rolled back or copied', () => {
  it('notices nothing where nothing happened, however often both restart', () => {
    const { clock, alice, bob, dialogId } = pair();
    for (let round = 0; round < 4; round += 1) {
      clock.pass(round === 2 ? -3_600_000 : 60_000);
      alice.restart();
      if (round % 2) bob.restart();
      alice.say(bob, dialogId, `${round}`);
      expect(meet(alice, bob)).toEqual(['met', 'met']);
      settle(alice, bob);
    }
    expect(bob.sink.texts()).toEqual(['0', '1', '2', '3']);
    expect(alice.sink.of('rolledBack')).toEqual([]);
  });

  it('A38 S1-04: learns of a start it does not know, holds everything back at once, and says so once', () => {
    const { clock, alice, bob, dialogId } = pair();
    const older = copyDevice(crypto, alice, clock);
    clock.pass(1000);
    alice.restart();
    session(alice, bob);
    clock.pass(1000);
    older.restart();
    older.say(bob, dialogId, 'written before it knows');
    expect(older.pending(bob)).toHaveLength(1);
    expect(hear(older, bob)).toBe('rolled-back');
    expect(older.pending(bob)).toEqual([]);
    expect(older.acknowledgements(bob)).toEqual([]);
    expect(older.engine.sealWaiting(bob.peerId)).toBe(0);
    expect(older.say(bob, dialogId, 'waits').keyEpoch).toBe(0);
    expect(hear(older, bob)).toBe('rolled-back');
    expect(older.sink.of('rolledBack')).toMatchObject([{ peerId: bob.peerId, reason: 'start-token' }]);
    expect(bob.sink.texts()).toEqual([]);
  });

  it('A38 A11: once it has learned of it, what comes under keys of the time that is lost ends nothing: it is put off, and comes again', () => {
    const { clock, alice, bob, dialogId } = pair();
    alice.say(bob, dialogId, 'before');
    settle(alice, bob);
    const older = copyDevice(crypto, alice, clock);
    clock.pass(1000);
    alice.restart();
    session(alice, bob);
    alice.engine.shiftPair({ peerId: bob.peerId, dialogId }, { compromised: false });
    alice.say(bob, dialogId, 'lost');
    settle(alice, bob);
    bob.say(alice, bob.dialog(alice, dialogId).dialogId, 'under a key that is lost');
    clock.pass(1000);
    older.restart();
    expect(hear(older, bob)).toBe('rolled-back');
    expect(older.receive(bob, ...bob.pending(alice))).toEqual([{ kind: 'rejected', reason: 'not-ready' }]);
    expect(older.sink.of('failed')).toEqual([]);
    expect(older.db.prepare('SELECT state FROM dialogs').all()).toEqual([{ state: 'open' }]);
  });

  it('A38 A11: a message under an exchange key it made in the time that is lost tells it with nobody met: nothing ends, all is held, and the message comes to the new device', async () => {
    const { clock, alice, bob, dialogId } = pair();
    alice.say(bob, dialogId, 'before');
    settle(alice, bob);
    const older = copyDevice(crypto, alice, clock);
    clock.pass(1000);
    alice.engine.shiftPair({ peerId: bob.peerId, dialogId }, { compromised: false });
    alice.say(bob, dialogId, 'lost');
    settle(alice, bob);
    bob.say(alice, bob.dialog(alice, dialogId).dialogId, 'left in the mailbox');
    const left = bob.pending(alice);
    clock.pass(1000);
    older.restart();
    expect(older.receive(bob, ...left)).toEqual([{ kind: 'rejected', reason: 'not-ready' }]);
    expect(older.sink.of('rolledBack')).toMatchObject([{ peerId: bob.peerId, reason: 'exchange-key' }]);
    expect(older.sink.of('failed')).toEqual([]);
    older.say(bob, dialogId, 'written after it knows');
    expect([older.pending(bob), older.acknowledgements(bob)]).toEqual([[], []]);
    // What else lies there says it no second time.
    expect(older.receive(bob, ...left)).toEqual([{ kind: 'rejected', reason: 'not-ready' }]);
    expect(older.sink.of('rolledBack')).toHaveLength(1);

    const { device: fresh } = await becomeNew(crypto, older, ann.record, [bob]);
    expect(fresh.receive(bob, ...left).map(({ kind }) => kind)).toEqual(['delivered']);
    session(fresh, bob);
    expect([fresh.sink.texts(), bob.sink.texts()]).toEqual([['left in the mailbox'], ['before', 'lost', 'written after it knows']]);
    expect([...fresh.sink.of('failed'), ...bob.sink.of('failed'), ...fresh.sink.of('rolledBack')]).toEqual([]);
  });

  it('A38: so do an acknowledgement and the first message of a conversation that began in that time', () => {
    const { clock, alice, bob, dialogId } = pair();
    const older = [copyDevice(crypto, alice, clock), copyDevice(crypto, alice, clock)] as const;
    clock.pass(1000);
    alice.engine.shiftPair({ peerId: bob.peerId, dialogId }, { compromised: false });
    alice.say(bob, dialogId, 'lost');
    bob.receive(alice, ...alice.pending(bob));
    const acknowledgements = bob.acknowledgements(alice);
    settle(alice, bob);
    const later = bob.engine.open(alice.peerId, { title: 'later' });
    const tried = [acknowledgements, bob.pending(alice)];
    expect(tried.map(({ length }) => length > 0)).toEqual([true, true]);
    older.forEach((device, at) => {
      expect(device.receive(bob, ...(tried[at] ?? [])).every(({ kind }) => kind === 'rejected')).toBe(true);
      expect(device.sink.of('rolledBack')).toMatchObject([{ reason: 'exchange-key' }]);
      expect(device.sink.of('failed')).toEqual([]);
      expect(device.db.prepare('SELECT dialog_id FROM dialogs WHERE dialog_id = ?').all([later])).toEqual([]);
    });
  });

  it('A38: an acknowledgement alone tells it, too', () => {
    const { clock, alice, bob, dialogId } = pair();
    const older = copyDevice(crypto, alice, clock);
    clock.pass(1000);
    alice.restart();
    session(alice, bob);
    bob.receive(alice, ...alice.pending(bob));
    alice.say(bob, dialogId, 'new');
    bob.receive(alice, ...alice.pending(bob));
    older.receive(bob, ...bob.acknowledgements(alice));
    expect(older.sink.of('rolledBack')).toMatchObject([{ reason: 'start-token' }]);
    expect(older.pending(bob)).toEqual([]);
  });

  it('A39: both copies met a contact before either spoke: the later one hears it in its first acknowledgement, and loses nothing', async () => {
    const { clock, alice, bob, dialogId } = pair();
    const copy = copyDevice(crypto, alice, clock);
    meet(alice, bob);
    meet(copy, bob);
    alice.say(bob, dialogId, 'original');
    settle(alice, bob);
    // Same key epoch, another key: from another process, and the place is taken.
    copy.db.exec('UPDATE sending_streams SET control = 9');
    clock.pass(1);
    copy.say(bob, dialogId, 'copy');
    const acknowledged = bob.db.prepare('UPDATE receiving_streams SET acknowledgement_due = 1').run().changes;
    expect(acknowledged).toBe(1);
    bob.restart();
    copy.receive(bob, ...bob.acknowledgements(copy));
    expect(copy.sink.of('rolledBack')).toMatchObject([{ reason: 'digest' }]);
    expect(copy.sink.of('acknowledged').filter((each) => each.upTo > 1)).toEqual([]);
    const { device: fresh } = await becomeNew(crypto, copy, ann.record, [bob]);
    session(fresh, bob);
    expect(bob.sink.texts()).toEqual(['original', 'copy']);
  });

  it('A38: copied while it ran: what it never gave out tells it, and so does another history of the same length', () => {
    const { clock, alice, bob, dialogId } = pair();
    const same = copyDevice(crypto, alice, clock);
    const shorter = copyDevice(crypto, alice, clock);
    const control = copyDevice(crypto, alice, clock);
    bob.say(alice, dialogId, 'to be acknowledged');
    settle(alice, bob);
    expect(hear(control, bob)).toBe('rolled-back');
    same.engine.wipe();
    alice.say(bob, dialogId, 'one');
    settle(alice, bob);
    expect(hear(shorter, bob)).toBe('rolled-back');
    expect(shorter.sink.of('rolledBack')).toMatchObject([{ reason: 'sequence' }]);
    // Another text at the same place; its control counter is made to fit.
    same.restart();
    same.say(bob, dialogId, 'another');
    same.db.exec('UPDATE sending_streams SET control = 9');
    same.restart();
    expect(hear(same, bob)).toBe('rolled-back');
    expect(same.sink.of('rolledBack')).toMatchObject([{ reason: 'digest' }]);
  });

  it('A38: a contact cannot talk a device into having been copied: tokens are proofs, everything else is believed once a day', () => {
    const { clock, alice, bob } = pair();
    const [told] = bob.engine.standing(alice.peerId, alice.person.local.instanceId);
    if (!told) throw new Error('nothing told');
    const forged = { ...told, heardToken: createStartToken(crypto, bob.person.local, clock.now() + 1e9) };
    expect(alice.engine.meet(bob.person.chain, forged)).toBe('met');
    expect(alice.engine.meet(bob.person.chain, { ...told, heardToken: crypto.random(16) })).toBe('met');
    // From before anything it remembers.
    expect(alice.engine.meet(bob.person.chain, { ...told, heardToken: createStartToken(crypto, ann.local, 5) })).toBe('met');
    const { instanceId } = alice.person.local;
    const lie = { ...told, streams: told.streams.map((stream) => ({ ...stream, highest: 99 })) };
    alice.db.prepare('INSERT INTO retirements (at, retired, successor, reason, told_by) VALUES (?, ?, ?, ?, ?)').run([clock.now() - 3_600_000, instanceId, instanceId, 'sequence', bob.peerId]);
    for (let time = 0; time < 50; time += 1) expect(alice.engine.meet(bob.person.chain, lie)).toBe('met');
    expect(alice.logged).toEqual(['dialog.rollback-not-believed']);
    clock.pass(24 * 3_600_000);
    expect(alice.engine.meet(bob.person.chain, lie)).toBe('rolled-back');
  });

  it('A25 A38: what is not believed of a stream asks for nothing of it, either: no place is called lost that was never used', () => {
    const { clock, alice, bob, dialogId } = pair();
    const [told] = bob.engine.standing(alice.peerId, alice.person.local.instanceId);
    if (!told) throw new Error('nothing told');
    const { instanceId } = alice.person.local;
    alice.db.prepare('INSERT INTO retirements (at, retired, successor, reason, told_by) VALUES (?, ?, ?, ?, ?)').run([clock.now(), instanceId, instanceId, 'sequence', bob.peerId]);
    alice.engine.meet(bob.person.chain, { ...told, streams: told.streams.map((stream) => ({ ...stream, cumulative: 2 ** 40, highest: 2 ** 40 })) });
    // Its word of before, from here on again and again: all that there is it has.
    expect(alice.engine.meet(bob.person.chain, told)).toBe('met');
    settle(alice, bob);
    alice.say(bob, dialogId, 'next');
    settle(alice, bob);
    expect(bob.sink.texts(dialogId).at(-1)).toBe('next');
    for (const device of [alice, bob]) expect([device.sink.of('gap'), device.sink.of('rolledBack')]).toEqual([[], []]);
  });

  it('protocol.md §7: what was named on a connection that ended before its last part is not taken for named on the next one', () => {
    const { alice, bob } = pair();
    const [told] = bob.engine.standing(alice.peerId, alice.person.local.instanceId);
    if (!told) throw new Error('nothing told');
    expect(alice.engine.meet(bob.person.chain, { ...told, last: false })).toBe('more');
    const opened = () => alice.db.prepare('SELECT count(*) AS n FROM outbox WHERE held < 2').get()?.['n'];
    expect(opened()).toBe(0);
    // It was set back between the two: of nothing it has anything.
    expect(alice.engine.meet({ ...bob.person.chain }, { ...told, streams: [] })).toBe('met');
    expect(opened()).toBe(1);
  });

  describe('a contact’s word, at its bounds', () => {
    /** What Bob would say to Alice, whose stream has only its title, and what she makes of it with something else in it. */
    function toldOf(about: ReturnType<typeof pair>) {
      const [told] = about.bob.engine.standing(about.alice.peerId, about.alice.person.local.instanceId);
      const [stream] = told?.streams ?? [];
      if (!told || !stream) throw new Error('nothing told');
      return (changed: Partial<typeof stream>) => about.alice.engine.meet(about.bob.person.chain, { ...told, streams: [{ ...stream, ...changed }] });
    }
    const reasons = ({ alice }: ReturnType<typeof pair>) => alice.sink.of('rolledBack').map(({ reason }) => reason);

    it('A38: the last place and the last control counter that were given out are no sign of a copy, the next ones are', () => {
      for (const beyond of [{ highest: 2 }, { control: 2 }]) {
        const about = pair();
        const control = Number(about.alice.db.prepare('SELECT control FROM sending_streams').get()?.['control']);
        const tell = toldOf(about);
        expect(tell({ highest: 1, control })).toBe('met');
        expect(tell('highest' in beyond ? beyond : { control: control + 1 })).toBe('rolled-back');
        expect(reasons(about)).toEqual(['sequence']);
      }
    });

    it('A38 A39: of whom nothing is there claims nothing, whatever digest stands beside it, and of whichever dialog', () => {
      const about = pair();
      const tell = toldOf(about);
      const digest = crypto.random(32);
      expect(tell({ cumulative: 0, highest: 0, digest })).toBe('met');
      // One that Alice has not heard of.
      const dialogId = about.bob.engine.open(about.alice.peerId, { title: 'y' });
      expect(tell({ dialogId, cumulative: 0, highest: 0, control: 0, digest })).toBe('met');
      expect(reasons(about)).toEqual([]);
    });

    it('A38: a word is believed again a day after the last one of the same person that was; of another person, or beside a proof, at once', () => {
      const day = 24 * 3_600_000;
      const retired = (about: ReturnType<typeof pair>, age: number, reason: string, toldBy: string) => {
        const { instanceId } = about.alice.person.local;
        about.alice.db.prepare('INSERT INTO retirements (at, retired, successor, reason, told_by) VALUES (?, ?, ?, ?, ?)').run([about.clock.now() - age, instanceId, instanceId, reason, toldBy]);
      };
      const cases: readonly [number, string, 'bob' | 'alice', string][] = [[day - 1, 'digest', 'bob', 'met'], [day, 'digest', 'bob', 'rolled-back'], [1, 'digest', 'alice', 'rolled-back'], [1, 'start-token', 'bob', 'rolled-back']];
      for (const [age, reason, by, outcome] of cases) {
        const about = pair();
        retired(about, age, reason, about[by].peerId);
        expect([age, reason, by, toldOf(about)({ highest: 9 })]).toEqual([age, reason, by, outcome]);
      }
    });

    it('A38: what is noticed is told once, however often it is said', () => {
      const about = pair();
      const tell = toldOf(about);
      for (let time = 1; time <= 3; time += 1) expect(tell({ highest: 9 })).toBe('rolled-back');
      expect(reasons(about)).toEqual(['sequence']);
    });

    it('S1-04 A24: what is named no more is lost there: it is locked again from the beginning, also where it was named before', () => {
      const about = pair();
      const { alice, bob, dialogId } = about;
      for (const text of ['one', 'two']) alice.say(bob, dialogId, text);
      settle(alice, bob);
      expect(alice.pending(bob)).toEqual([]);
      const [told] = bob.engine.standing(alice.peerId, alice.person.local.instanceId);
      if (!told) throw new Error('nothing told');
      expect(alice.engine.meet(bob.person.chain, told)).toBe('met');
      expect(alice.pending(bob)).toEqual([]);
      // In two parts: nothing is missing before the last one is here.
      expect(alice.engine.meet(bob.person.chain, { ...told, streams: [], last: false })).toBe('more');
      expect(alice.pending(bob)).toEqual([]);
      expect(alice.engine.meet(bob.person.chain, { ...told, streams: [] })).toBe('met');
      expect(alice.pending(bob)).toHaveLength(3);
    });
  });

  it('A37: a dialog that failed meanwhile stays failed when an older profile comes back', () => {
    const { clock, alice, bob, dialogId } = pair();
    const older = copyDevice(crypto, alice, clock);
    bob.db.exec("UPDATE dialogs SET state = 'failed', failure = 'told-by-peer'");
    bob.restart();
    hear(older, bob);
    expect(older.sink.of('failed')).toMatchObject([{ reason: 'told-by-peer', dialogId }]);
    expect(() => older.say(bob, dialogId, 'x')).toThrow('ended for safety');
    older.restart();
    expect(() => older.say(bob, dialogId, 'x')).toThrow('ended for safety');
  });
});

describe('what two devices say first', () => {
  it('is read back as it was said, in as many parts as it takes, and refused when cut or hung on', () => {
    const stream = { dialogId: pair().dialogId, cumulative: 3, highest: 2 ** 40, control: 7, digest: crypto.random(32), failed: true };
    const standing = { startToken: crypto.random(16), heardToken: crypto.random(16), list: crypto.random(9), streams: [stream], last: true };
    const bytes = encodeStanding(standing);
    expect(parseStanding(bytes)).toEqual(standing);
    for (let length = 0; length < bytes.length; length += 1) expect(parseStanding(bytes.subarray(0, length))).toBeUndefined();
    expect(parseStanding(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeUndefined();
    expect(parseStanding(encodeStanding({ ...standing, streams: [{ ...stream, highest: 2 }] }))).toBeUndefined();
    const full = encodeStanding({ ...standing, streams: Array.from({ length: streamsPerStanding }, () => stream) });
    expect(full.length).toBeLessThan(64 * 1024);
    expect(parseStanding(full)?.streams).toHaveLength(streamsPerStanding);
  });

  it('names every stream once, in several parts when there are many', () => {
    const { alice, bob } = pair();
    for (let n = 0; n < streamsPerStanding + 5; n += 1) alice.engine.open(bob.peerId, { title: '' });
    settle(alice, bob, 3);
    const parts = bob.engine.standing(alice.peerId, alice.person.local.instanceId);
    expect(parts.map(({ streams, last }) => [streams.length, last])).toEqual([[streamsPerStanding, false], [6, true]]);
    expect(hear(alice, bob)).toBe('met');
    expect(alice.pending(bob)).toEqual([]);
  }, 60_000);
});
