import { describe, expect, it } from 'vitest';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { keptDeadKeys, maxLiveKeys } from '../../../../electron/engine/dialog/limits';
import { loadDialog } from '../../../../electron/engine/dialog/streams';
import { Forger } from '../../../support/dialog-forge';
import { newPair } from '../../../support/dialog-kit';
import { talkingPair } from '../../../support/talking-pair';

const past = 100_000;

/** A conversation in which the other side has renewed its key a hundred thousand times. */
async function longLived() {
  const pair = await talkingPair();
  const { a, b } = pair;
  const { db } = b.device;
  for (const [device, table, sequence] of [
    [a.device, 'sending_streams', 'next_sequence = ?, next_sealed = ?'],
    [b.device, 'receiving_streams', 'cumulative = ?, latest_time = latest_time + 0 * ?'],
  ] as const) {
    const highest = table === 'sending_streams' ? past + 1 : past;
    device.db.prepare(`UPDATE ${table} SET ${sequence}`).run([highest, highest]);
  }
  a.device.db.prepare('UPDATE sending_streams SET epoch = ?, acknowledged = ?').run([past, past]);
  db.exec(`
    WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${past})
    INSERT INTO receiving_keys SELECT peer_id, dialog_id, instance_id, i, printf('%032x', i), randomblob(16), i, 0, i, 1, 1000,
      first_time, last_time, received_at, i = ${past}, 0 FROM receiving_keys, n WHERE epoch = 1;
    UPDATE receiving_keys SET live = 0 WHERE epoch = 1;
    WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${past})
    INSERT INTO peer_shifts SELECT peer_id, dialog_id, instance_id, i, 1, sent_at - 86400000, received_at - 86400000, sender_time - 86400000 FROM peer_shifts, n WHERE epoch = 1;
  `);
  a.device.restart();
  b.device.restart();
  return pair;
}

describe('a hundred thousand past keys', () => {
  it('S2-11 S2-18 A30: few of them are in memory, and what is asked of the rest is found by an index', async () => {
    const { a, b, cross } = await longLived();
    const store = createDialogStore(b.device.db);
    const keys = loadDialog(store, b.key, b.device.person.local.instanceId, 0)?.receiving.get(a.device.person.local.instanceId)?.keys;
    expect(keys?.map((row) => row.epoch)).toEqual(Array.from({ length: keptDeadKeys + 1 }, (_, at) => past - keptDeadKeys + at));

    for (let message = 0; message < 96; message += 1) {
      if (message % 2 === 0) a.shift();
      a.say(`${message}`);
    }
    cross();
    expect(b.device.sink.texts()).toHaveLength(96);
    expect(b.device.engine.status(b.key).receiving[0]?.epoch).toBeGreaterThan(past);
    expect(b.device.engine.timeline(b.key).generations.filter((each) => each.who === 'peer')).toHaveLength(200);
  });

  it('A30: no statement of the dialog engine walks a stream’s keys from end to end', async () => {
    const { b } = await longLived();
    const stream = [b.key.peerId, b.key.dialogId, 'x'];
    const ofStream = 'peer_id = ? AND dialog_id = ? AND instance_id = ?';
    const plan = (sql: string, params: readonly string[]): string =>
      b.device.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(params).map((row) => String(row['detail'])).join('; ');
    expect(plan(`SELECT 1 FROM receiving_keys INDEXED BY receiving_keys_by_id WHERE ${ofStream} AND dsk_id = ?`, [...stream, 'y'])).toMatch(/receiving_keys_by_id \(peer_id=\? AND dsk_id=\?/);
    expect(plan(`SELECT * FROM receiving_keys INDEXED BY receiving_keys_live WHERE ${ofStream} AND live = 1`, stream)).toContain('receiving_keys_live');
    for (const sql of [
      `SELECT * FROM receiving_keys WHERE ${ofStream} AND live = 0 ORDER BY epoch DESC LIMIT 64`,
      `SELECT * FROM peer_shifts WHERE ${ofStream} AND counted = 1 ORDER BY epoch DESC LIMIT 1 OFFSET 99`,
      `SELECT * FROM sending_keys WHERE ${ofStream} ORDER BY epoch DESC LIMIT 256`,
    ]) {
      expect(plan(sql, stream)).toMatch(/SEARCH .* USING PRIMARY KEY/);
      expect(plan(sql, stream)).not.toContain('TEMP B-TREE');
    }
  });

  it('A35 A36: a key, or the id of one, that left memory long ago still does not come back', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const block = forger.block();
    const used: { dsk: typeof forger.dsk; header: typeof forger.dskHeader }[] = [];
    bob.receive(alice, forger.message(1, '1', { block }));
    bob.engine.setPolicy(bob.dialog(alice, forger.dialogId), { failAfterShifts: 0 });
    used.push({ dsk: forger.dsk, header: forger.dskHeader });
    const upTo = keptDeadKeys + 40;
    for (let epoch = 2; epoch <= upTo; epoch += 1) {
      forger.newDsk();
      forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId(), epoch, firstSequence: epoch };
      bob.receive(alice, forger.message(epoch, `${epoch}`, { block }));
      used.push({ dsk: forger.dsk, header: forger.dskHeader });
    }
    expect(bob.sink.texts()).toHaveLength(upTo);
    const before = bob.snapshot();
    const first = used[3];
    if (!first) throw new Error('four keys');
    const attempt = (dsk: typeof forger.dsk, header: Partial<typeof forger.dskHeader>, control = false): unknown => {
      const outcome = (() => {
        forger.dsk = dsk;
        forger.dskHeader = { ...first.header, ...header };
        try {
          return bob.db.transaction(() => {
            const [result] = bob.receive(alice, forger.message(control ? 1 : upTo + 1, 'x', { block, control }));
            throw Object.assign(new Error('undone'), { result });
          });
        } catch (error) {
          return error instanceof Error && 'result' in error ? error.result : error;
        }
      })();
      expect(bob.snapshot()).toBe(before);
      return outcome;
    };
    const next = { epoch: upTo + 1, firstSequence: upTo + 1 };
    const fresh = crypto.randomSecret('dsk-send', 32);
    expect(attempt(first.dsk, {})).toEqual({ kind: 'rejected', reason: 'key-rollback' });
    expect(attempt(first.dsk, { ...next, dskId: forger.newDskId() })).toEqual({ kind: 'rejected', reason: 'key-conflict' });
    expect(attempt(fresh, next)).toEqual({ kind: 'rejected', reason: 'key-conflict' });
    expect(attempt(fresh, { ...next, dskId: forger.newDskId() })).toMatchObject({ kind: 'delivered' });
    expect(attempt(fresh, { dskId: forger.newDskId() }, true)).toEqual({ kind: 'duplicate' });
    // … and only such a key is taken for one: what comes under the newest one counts.
    const last = used.at(-1);
    if (!last) throw new Error('a last key');
    expect(attempt(last.dsk, last.header, true)).toMatchObject({ kind: 'control' });
  });

  it('A30: keys that could still open something are bounded too: one more is put off, and the dialog goes on', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const block = forger.block();
    bob.receive(alice, forger.message(1, '1', { block }));
    const row = 'peer_id, dialog_id, instance_id';
    bob.db.exec(`
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${maxLiveKeys})
      INSERT INTO receiving_keys SELECT ${row}, i, printf('%032x', i), randomblob(16), 5, 0, 0, 0, 0, first_time, last_time, received_at, 1, 0
      FROM receiving_keys, n WHERE epoch = 1`);
    bob.restart();
    const before = bob.snapshot();
    const known = { dsk: forger.dsk, header: forger.dskHeader };
    forger.newDsk();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId(), epoch: maxLiveKeys + 1, firstSequence: maxLiveKeys + 10 };
    expect(bob.receive(alice, forger.message(9, 'x', { block, control: true }))[0]).toEqual({ kind: 'rejected', reason: 'too-many-keys' });
    expect(bob.snapshot()).toBe(before);
    // Keys that control messages brought, all for the sequence that a message now brings one more for.
    forger.dskHeader = { ...forger.dskHeader, firstSequence: 5 };
    expect(bob.receive(alice, forger.message(5, 'x', { block }))[0]).toEqual({ kind: 'rejected', reason: 'too-many-keys' });
    expect(bob.db.prepare('SELECT count(*) AS n FROM receiving_keys').get()).toEqual({ n: maxLiveKeys });
    expect(bob.sink.of('failed')).toEqual([]);
    forger.dsk = known.dsk;
    forger.dskHeader = known.header;
    expect(bob.receive(alice, forger.message(2, '2', { block }))[0]?.kind).toBe('delivered');
  });
});
