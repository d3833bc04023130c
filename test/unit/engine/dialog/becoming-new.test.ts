import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { testCrypto } from '../../../support/dialog-kit';
import { becomeNew, copyDevice, hear, type RecordedPair, recordedPair, recordedPerson, type RecordedPerson, session } from '../../../support/dialog-recovery';

let crypto: Crypto;
let ann: RecordedPerson;
let bo: RecordedPerson;

beforeAll(async () => {
  crypto = await testCrypto();
  [ann, bo] = await Promise.all([recordedPerson(crypto, 'Ann'), recordedPerson(crypto, 'Bo')]);
}, 60_000);

const pair = (): RecordedPair => recordedPair(crypto, ann, bo);

describe('a device that becomes a new one', () => {
  it('A38 S1-04: takes along what it had not delivered, in order, once, and nothing under old keys', async () => {
    const { clock, alice, bob, dialogId } = pair();
    alice.say(bob, dialogId, 'delivered, and it knows');
    session(alice, bob);
    alice.say(bob, dialogId, 'delivered, and the copy does not know');
    const older = copyDevice(crypto, alice, clock);
    session(alice, bob);
    alice.say(bob, dialogId, 'lost by the copy');
    clock.pass(1000);
    alice.restart();
    session(alice, bob);
    older.say(bob, dialogId, 'first');
    older.say(bob, dialogId, 'second');
    expect(hear(older, bob)).toBe('rolled-back');
    older.say(bob, dialogId, 'third');

    const { device: fresh } = await becomeNew(crypto, older, ann.record, [bob]);
    expect(fresh.person.local.instanceId).not.toBe(ann.local.instanceId);
    expect(fresh.sink.of('takenOver').map((each) => [each.from.sequence, each.sequence])).toEqual([[3, 1], [4, 2], [5, 3], [6, 4]]);
    expect(fresh.sink.of('renewed')).toMatchObject([{ dialogId }]);
    session(fresh, bob);
    // The sink sees the one it had already with its first place, by which the history leaves it out.
    const before = bob.sink.of('delivered').filter((each) => each.original === undefined).map((each) => (each.content.kind === 'text' ? each.content.text : ''));
    expect(before).toEqual(['delivered, and it knows', 'delivered, and the copy does not know', 'lost by the copy']);
    expect(bob.sink.of('delivered').filter((each) => each.original).map((each) => [each.original?.sequence, each.content.kind === 'text' && each.content.text])).toEqual([
      [3, 'delivered, and the copy does not know'],
      [4, 'first'],
      [5, 'second'],
      [6, 'third'],
    ]);
    expect(bob.sink.of('failed')).toEqual([]);
    const checks = fresh.db.prepare('SELECT instance_id, key_check FROM sending_keys').all();
    const keysOf = (own: boolean) => checks.filter((row) => (row['instance_id'] === ann.local.instanceId) === own).map((row) => Buffer.from(row['key_check'] as Uint8Array).toString('hex'));
    expect(keysOf(true).filter((check) => keysOf(false).includes(check))).toEqual([]);
    expect(fresh.db.prepare('SELECT creating_instance FROM keks WHERE deleted = 0').all()).toEqual([{ creating_instance: fresh.person.local.instanceId }]);
    expect(fresh.engine.status(fresh.dialog(bob, dialogId)).transcript).toEqual({ equal: true, upTo: 4, instanceId: fresh.person.local.instanceId });

    // Both ways on, also after restarts.
    bob.say(fresh, dialogId, 'back');
    fresh.restart();
    bob.restart();
    session(fresh, bob);
    expect(fresh.sink.texts()).toContain('back');
    expect(fresh.pending(bob)).toEqual([]);
    expect(bob.pending(fresh)).toEqual([]);
  });

  it('S1-33: nothing that the old device sealed its messages with stays in the database', async () => {
    const { alice, bob, dialogId } = pair();
    alice.say(bob, dialogId, 'waits');
    const { device: fresh } = await becomeNew(crypto, alice, ann.record, [bob]);
    const unused = 'SELECT count(*) AS n FROM outbox_headers WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.headers = outbox_headers.name)';
    expect(fresh.db.prepare(unused).get()?.['n']).toBe(0);
    session(fresh, bob);
    expect(bob.sink.texts(dialogId)).toEqual(['waits']);
  });

  it('what was under way to the old device, under a key that it made, still opens', async () => {
    const { alice, bob, dialogId } = pair();
    bob.say(alice, dialogId, 'under way');
    const bytes = bob.pending(alice);
    const { device: fresh } = await becomeNew(crypto, alice, ann.record, []);
    expect(fresh.receive(bob, ...bytes).map((each) => each.kind)).toEqual(['delivered']);
    expect(fresh.sink.texts()).toEqual(['under way']);
  });

  it('S1-04 S2-10: takes along what waited in a conversation that was said to have ended, once that is taken back', async () => {
    const { alice, bob, dialogId } = pair();
    const key = alice.dialog(bob, dialogId);
    alice.say(bob, dialogId, 'sealed');
    alice.knows(bob, { held: true });
    alice.say(bob, dialogId, 'not sealed');
    alice.knows(bob);
    alice.engine.shared.mergeFailure(key, { by: ann.local.instanceId, at: 1, reason: 'worn-out' });
    const { device: fresh } = await becomeNew(crypto, alice, ann.record, [bob]);
    expect([fresh.pending(bob), fresh.engine.sealWaiting(bob.peerId)]).toEqual([[], 0]);
    const told = vi.fn();
    const nothing = (): void => undefined;
    fresh.news = () => ({ judgement: 'sure', opened: nothing, accepted: nothing, moved: nothing, sent: told, raised: nothing, failed: nothing });
    fresh.restart();
    expect(fresh.engine.shared.takeBackFailure(key)).toBe('open');
    // The other own devices hear of the longer stream at once, not with its next message.
    expect(told.mock.calls).toEqual([0, 1].map(() => [{ ...key, instanceId: fresh.person.local.instanceId }]));
    for (let round = 0; round < 2; round += 1) {
      fresh.engine.sealWaiting(bob.peerId);
      session(fresh, bob);
    }
    fresh.say(bob, dialogId, 'and on');
    session(fresh, bob);
    expect(bob.sink.texts(dialogId)).toEqual(['sealed', 'not sealed', 'and on']);
    expect(fresh.sink.of('takenOver').map(({ from }) => from)).toEqual([2, 3].map((sequence) => ({ instanceId: ann.local.instanceId, sequence })));
    for (const device of [fresh, bob]) expect([device.sink.of('failed'), device.sink.of('rolledBack')]).toEqual([[], []]);
    expect(fresh.engine.status(fresh.dialog(bob, dialogId)).transcript.equal).toBe(true);
  });

  it('takes nothing to somebody blocked, and leaves a failed conversation alone', async () => {
    const { alice, bob, dialogId } = pair();
    const other = alice.engine.open(bob.peerId, { title: 'y' });
    alice.say(bob, dialogId, 'waits');
    alice.db.prepare("UPDATE dialogs SET state = 'failed', failure = 'key-conflict' WHERE dialog_id = ?").run([other]);
    alice.restart();
    alice.knows(bob, { blocked: true });
    const { device: fresh } = await becomeNew(crypto, alice, ann.record, [bob]);
    expect(fresh.sink.of('takenOver').map((each) => each.dialogId)).toEqual([dialogId]);
    expect(fresh.pending(bob)).toEqual([]);
    fresh.knows(bob);
    fresh.engine.sealWaiting(bob.peerId);
    session(fresh, bob);
    expect(bob.sink.texts()).toEqual(['waits']);
  });
});
