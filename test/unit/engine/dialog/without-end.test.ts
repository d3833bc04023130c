import { describe, expect, it } from 'vitest';
import { encodeControl } from '../../../../electron/engine/dialog/control';
import { openings, storedDeadKeys, trimmedEvery } from '../../../../electron/engine/dialog/limits';
import { maxCreators } from '../../../../electron/engine/exchange/kek-ring';
import { instanceIdFromBytes, kekIdFromBytes } from '../../../../electron/engine/wire/ids';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { Forger } from '../../../support/dialog-forge';
import { type Device, newPair } from '../../../support/dialog-kit';

const count = (device: Device, table: string): number => Number(device.db.prepare(`SELECT count(*) AS n FROM ${table}`).get([])?.n);

/** What a contact can make this device keep, as often as it likes to say it. */
describe('what a contact could say without end', () => {
  it('A30 S2-20: of session keys that open nothing any more, and of shifts, a bounded number stays on the disk; the rules go on as before', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const block = forger.block();
    bob.receive(alice, forger.message(1, '1', { block }));
    const row = 'peer_id, dialog_id, instance_id';
    bob.db.exec(`
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= ${storedDeadKeys + 500})
      INSERT INTO receiving_keys SELECT ${row}, i, printf('%032x', i), randomblob(16), 1, 0, 0, 0, 0, first_time, last_time, received_at, 0, 0
      FROM receiving_keys, n WHERE epoch = 1`);
    bob.db.exec(`
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= ${storedDeadKeys + 500})
      INSERT INTO peer_shifts SELECT ${row}, i, 1, 0, 0, 0 FROM peer_shifts, n WHERE epoch = 1`);
    bob.restart();
    const from = storedDeadKeys + 600;
    for (let at = 0; at < 2 * trimmedEvery; at += 1) {
      forger.newDsk();
      forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId(), epoch: from + at, firstSequence: 2 };
      // Acknowledgements, which no rule counts, under a new key each.
      expect(bob.receive(alice, forger.message(at + 1, 'x', { block, control: true }))[0]).toMatchObject({ kind: 'control' });
    }
    expect(count(bob, 'receiving_keys')).toBeLessThanOrEqual(storedDeadKeys + trimmedEvery + 1);
    expect(count(bob, 'peer_shifts')).toBe(storedDeadKeys);
    // The newest shift known is still the one that counts next.
    expect(bob.receive(alice, forger.message(2, '2', { block }))[0]).toMatchObject({ kind: 'delivered' });
    expect(bob.sink.texts()).toEqual(['1', '2']);
  }, 30_000);

  it('S1-41 S1-44: dialogs begin as many at once, then one a minute; what waits comes later, and nobody else is slowed down', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const block = forger.block();
    const begin = (): unknown => {
      forger.newDialog();
      forger.newDsk();
      forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
      return bob.receive(alice, forger.message(1, 'x', { block }))[0];
    };
    for (let at = 0; at < openings; at += 1) expect(begin()).toMatchObject({ kind: 'delivered' });
    const open = forger.dialogId;
    expect(begin()).toEqual({ kind: 'rejected', reason: 'throttled' });
    const [refused, key] = [forger.dialogId, forger.dskHeader];
    const { dsk } = forger;
    expect(count(bob, 'dialogs')).toBe(openings);
    expect(bob.engine.status(bob.dialog(alice, open)).problems).toMatchObject([{ kind: 'too-many-keys' }]);
    bob.clock.pass(60_000);
    Object.assign(forger, { dialogId: refused, dsk, dskHeader: key });
    expect(bob.receive(alice, forger.message(1, 'again', { block }))[0]).toMatchObject({ kind: 'delivered' });
    expect(begin()).toEqual({ kind: 'rejected', reason: 'throttled' });
  }, 30_000);

  it('A17 A30: of devices that come and go, of which a contact may have any number one after the other, the latest are remembered', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const say = (epoch: number): unknown => {
      bob.clock.pass(2000);
      forger.newKek();
      forger.kekHeader = { ...forger.kekHeader, kekId: kekIdFromBytes(crypto.random(16)), epoch };
      return bob.receive(alice, forger.message(epoch, 'x'))[0];
    };
    expect(say(1)).toMatchObject({ kind: 'delivered' });
    bob.acknowledgements(alice);
    bob.db.exec(`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
      INSERT INTO keks (kek_id, peer_id, creating_instance, epoch, not_before, not_after, key_check, known, deleted, created_at)
      SELECT printf('%032x', i), peer_id, printf('%032x', i), 1, not_before, not_after, key_check, 1, 0, i FROM keks, n WHERE creating_instance = '${alice.person.local.instanceId}'`);
    bob.restart();
    expect(say(2)).toMatchObject({ kind: 'delivered' });
    expect(Number(bob.db.prepare('SELECT count(DISTINCT creating_instance) AS n FROM keks').get([])?.n)).toBe(maxCreators);
    const kept = bob.db.prepare('SELECT creating_instance AS creator FROM keks').all([]).map(({ creator }) => creator);
    expect(kept).toContain(alice.person.local.instanceId);
    expect(kept).toContain((500).toString(16).padStart(32, '0'));
    expect(say(3)).toMatchObject({ kind: 'delivered' });

    const store = createDialogStore(bob.db);
    const token = (time: number) => new Uint8Array(Buffer.concat([Buffer.from(time.toString(16).padStart(16, '0'), 'hex'), Buffer.alloc(8, 7)]));
    const device = (at: number) => instanceIdFromBytes(Buffer.from(at.toString(16).padStart(32, '0'), 'hex'));
    for (let at = 1; at <= 300; at += 1) store.putStartToken(alice.peerId, device(at), token(at));
    // Of 64, those that started last.
    expect(count(bob, 'start_tokens')).toBe(64);
    expect([236, 237, 300].map((at) => store.startToken(alice.peerId, device(at)))).toEqual([undefined, token(237), token(300)]);
    // One whose clock is behind all others is remembered while it is the one that speaks.
    store.putStartToken(alice.peerId, device(999), token(0));
    expect(store.startToken(alice.peerId, device(999))).toEqual(token(0));
  }, 30_000);

  it('A24 A25: places said to be lost one after the other are one gap, and what comes behind them is delivered', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const block = forger.block();
    bob.receive(alice, forger.message(1, '1', { block }));
    const stream = alice.person.local.instanceId;
    for (let at = 2; at <= 300; at += 1) {
      const plaintext = Buffer.concat([crypto.random(16), encodeControl({ kind: 'gap', stream, from: at, to: at })]);
      expect(bob.receive(alice, forger.message(at - 1, '', { block, control: true, plaintext }))[0]).toMatchObject({ kind: 'control' });
    }
    expect(bob.receive(alice, forger.message(301, '301', { block }))[0]).toMatchObject({ kind: 'delivered' });
    expect(bob.sink.texts()).toEqual(['1', '301']);
    expect(bob.db.prepare('SELECT first_sequence AS first, last_sequence AS last FROM gaps').all([])).toEqual([{ first: 2, last: 300 }]);
  });
});
