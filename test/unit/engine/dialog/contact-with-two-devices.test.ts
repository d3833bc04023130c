import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { siblingPatienceMs } from '../../../../electron/engine/dialog/gaps';
import { encodeToldFailure } from '../../../../electron/engine/dialog/shared-words';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { testCrypto } from '../../../support/dialog-kit';
import { hear } from '../../../support/dialog-recovery';
import { carry, epochOf, exchange, type People, start, streamOf, twoDevicesEach, worldOf, type DevicesWorld as World } from '../../../support/several-devices';

let crypto: Crypto;
let people: People;

beforeAll(async () => {
  crypto = await testCrypto();
  people = await twoDevicesEach(crypto);
});

const newWorld = (): World => worldOf(crypto, people);

describe('a contact with two devices', () => {
  it('A24 S2-11: the slower one costs no new keys while the other may bring it what it lacks, and is served in the end', () => {
    const { a1, b1, b2, dialogId, clock } = newWorld();
    const epoch = epochOf(a1);
    for (let round = 0; round < 90; round += 1) {
      a1.say(b1, dialogId, `${round}`);
      a1.say(b1, dialogId, `${round}, again`);
      carry(a1, b1);
      carry(b1, a1);
      // Always a little behind: it has the message before the newest one that was acknowledged by the other.
      hear(a1, b2);
      clock.pass(100);
    }
    expect(epochOf(a1)).toBe(epoch);
    expect(a1.engine.patience(b1.peerId)).toBeGreaterThan(0);
    clock.pass(siblingPatienceMs);
    carry(a1, b2);
    expect(epochOf(a1)).toBe(epoch + 1);
    expect(b2.sink.texts(dialogId).length).toBeGreaterThan(150);
  });

  it('A24 A38: what nobody knows any more, not even as a digest, both sides count as lost, and the device that had it is no sign of a copy', () => {
    const { a1, b1, b2, dialogId, clock } = newWorld();
    const store = createDialogStore(a1.db);
    const key = { ...a1.dialog(b1, dialogId), instanceId: a1.instanceId };
    const first = store.highestAcknowledged(key) + 1;
    for (const text of ['lost', 'kept', 'kept, too']) a1.say(b1, dialogId, text);
    exchange(a1, b1);
    store.removeOutbox(key, first);
    for (let round = 0; round < 6; round += 1) {
      hear(a1, b2);
      clock.pass(32 * siblingPatienceMs);
      exchange(a1, b2);
    }
    expect(b2.sink.texts(dialogId)).toEqual(['kept', 'kept, too']);
    for (const device of [a1, b2]) expect(device.sink.of('gap')).toMatchObject([{ first, last: first }]);
    expect(a1.engine.status(a1.dialog(b1, dialogId)).transcript).toMatchObject({ equal: true, upTo: first + 2 });
    // The one that had it holds another digest from there on.
    expect(streamOf(a1, b1).digest).not.toBe(streamOf(a1, b2).digest);
    expect([hear(a1, b1), hear(a1, b2)]).toEqual(['met', 'met']);
    expect(a1.sink.of('rolledBack')).toEqual([]);
  });

  it('A24: what one of them lacks is waited for ten seconds, then twice as long each time, up to 320 s; then it has to say so anew', () => {
    const { a1, b1, b2, dialogId, clock } = newWorld();
    hear(a1, b1);
    expect(a1.engine.patience(b1.peerId)).toBeUndefined();
    const epoch = epochOf(a1);
    a1.say(b1, dialogId, 'for both');
    exchange(a1, b1);
    const lacks = (): void => {
      hear(a1, b2);
      for (const seconds of [10, 20, 40, 80, 160, 320]) {
        expect(a1.engine.patience(b1.peerId)).toBe(seconds * 1000);
        clock.pass(seconds * 1000 - 1);
        a1.engine.sealWaiting(b1.peerId);
        expect(a1.engine.patience(b1.peerId)).toBe(1);
        clock.pass(1);
        a1.engine.sealWaiting(b1.peerId);
      }
      expect(a1.engine.patience(b1.peerId)).toBeUndefined();
    };
    lacks();
    // Locked again once: from then on it is under way like everything else.
    expect(epochOf(a1)).toBe(epoch + 1);
    lacks();
    expect(epochOf(a1)).toBe(epoch + 1);
  });

  it('A24: nobody waits for what one of them lacks once it cannot be had here: the conversation ended, or nobody can be sent to', () => {
    for (const end of ['failed', 'closed', 'held', 'retired'] as const) {
      const { a1, a2, b1, b2, dialogId, clock } = newWorld();
      a1.say(b1, dialogId, 'for both');
      exchange(a1, b1);
      hear(a1, b2);
      expect(a1.engine.patience(b1.peerId)).toBe(siblingPatienceMs);
      if (end === 'failed') a1.replica.hear({ author: a2.instanceId, kind: 'failed', key: `${b1.peerId}/${dialogId}`, value: encodeToldFailure({ by: a2.instanceId, at: start, reason: 'worn-out' }) });
      if (end === 'closed') a1.engine.close(a1.dialog(b1, dialogId));
      if (end === 'held') a1.knows(b1, { held: true });
      if (end === 'retired') a1.engine.hold();
      clock.pass(siblingPatienceMs);
      a1.engine.sealWaiting(b1.peerId);
      // Whoever asks looks again after so long: 0 for ever would be without a pause.
      expect([end, a1.engine.patience(b1.peerId)]).toEqual([end, undefined]);
      if (end !== 'held') continue;
      // What waited for a doubt to be settled goes on.
      a1.knows(b1, { held: false });
      expect(a1.engine.patience(b1.peerId)).toBe(0);
      carry(a1, b2);
      expect(b2.sink.texts(dialogId)).toEqual(['for both']);
    }
  });

  it('A22 S2-11 S4-31: what one of them acknowledged and was forgotten since is passed over by the other: nothing is lost, and all hold one history', () => {
    const { a1, b1, b2, dialogId, clock } = newWorld();
    const store = createDialogStore(a1.db);
    const key = { ...a1.dialog(b1, dialogId), instanceId: a1.instanceId };
    const first = store.highestAcknowledged(key) + 1;
    for (const text of ['taken back', 'also', 'stays', 'gone, too', 'last']) a1.say(b1, dialogId, text);
    exchange(a1, b1);
    for (const place of [0, 1, 3]) store.eraseOutbox(key, first + place);
    // The two of them never meet again.
    for (let round = 0; round < 6; round += 1) {
      hear(a1, b2);
      clock.pass(32 * siblingPatienceMs);
      exchange(a1, b2);
    }
    expect(b2.sink.texts(dialogId)).toEqual(['stays', 'last']);
    expect(streamOf(a1, b2)).toEqual(streamOf(a1, b1));
    for (const device of [a1, b2]) {
      expect(device.sink.of('gap')).toEqual([]);
      expect(device.engine.status(device.dialog(device === a1 ? b1 : a1, dialogId))).toMatchObject({ problems: [], transcript: { equal: true } });
    }
    // The one that had them comes back with what it held all the time: nobody was copied.
    expect([hear(a1, b1), hear(a1, b2)]).toEqual(['met', 'met']);
    a1.say(b1, dialogId, 'on');
    exchange(a1, b1);
    expect(a1.sink.of('rolledBack')).toEqual([]);
    expect(a1.engine.status(a1.dialog(b1, dialogId)).transcript).toEqual({ equal: true, upTo: streamOf(a1, b1).cumulative, instanceId: a1.instanceId });
    expect(streamOf(a1, b1).cumulative).toBe(first + 5);
  });
});
