import { describe, expect, it } from 'vitest';
import { pairShiftsPerHour } from '../../../../electron/engine/dialog/limits';
import type { DialogId } from '../../../../electron/engine/ids';
import { Forger } from '../../../support/dialog-forge';
import { type Device, newPair, settle } from '../../../support/dialog-kit';
import { day, hour } from '../../../support/rotating-pair';

// docs/protocol.md §5 and §6: who a dialog is bound to after keys were distrusted, what it costs, and what becomes of keys and messages that come late.

/** Both say all they have to say, sealing what waits as a live connection does. */
function talk(alice: Device, bob: Device): void {
  for (let round = 0; round < 4; round += 1) {
    alice.engine.sealWaiting(bob.peerId);
    bob.engine.sealWaiting(alice.peerId);
    settle(alice, bob);
  }
}
const creatorOf = (device: Device, dialogId: DialogId) => device.db.prepare('SELECT kek_creator AS creator FROM dialogs WHERE dialog_id = ?').get([dialogId])?.['creator'];

/** Two people with a dialog that either opened; the one whose device has the lower id first. */
async function acquainted() {
  const { alice, bob } = await newPair();
  const [lower, higher] = alice.person.local.instanceId < bob.person.local.instanceId ? [alice, bob] : [bob, alice];
  const dialogs = [lower.engine.open(higher.peerId, { title: 'a' }), higher.engine.open(lower.peerId, { title: 'b' })];
  settle(lower, higher);
  // A dialog in which one has said nothing is told of no new key.
  for (const dialogId of dialogs) for (const [who, other] of [[lower, higher], [higher, lower]] as const) who.say(other, dialogId, 'said');
  settle(lower, higher);
  const distrusts = (who: Device, other: Device) => who.engine.shiftPair(who.dialog(other, dialogs[0] ?? expect.unreachable()), { compromised: true });
  const boundTo = () => new Set([lower, higher].flatMap((device) => dialogs.map((dialogId) => creatorOf(device, dialogId))));
  return { lower, higher, dialogs, distrusts, boundTo };
}

describe('whose keys a dialog uses after a distrust', () => {
  it('A18: of two at once those of the lower device, on both sides', async () => {
    const { lower, higher, distrusts, boundTo } = await acquainted();
    distrusts(lower, higher);
    distrusts(higher, lower);
    talk(lower, higher);
    expect(boundTo()).toEqual(new Set([lower.person.local.instanceId]));
  });

  it('A18: a key of one’s own that was made for another reason is no distrust', async () => {
    const { lower, higher, dialogs, distrusts, boundTo } = await acquainted();
    lower.engine.shiftPair(lower.dialog(higher, dialogs[0] ?? expect.unreachable()), { compromised: false });
    distrusts(higher, lower);
    talk(lower, higher);
    expect(boundTo()).toEqual(new Set([higher.person.local.instanceId]));
  });
});

describe('a distrust while somebody’s identity key is in doubt', () => {
  it('A16 S5-16: replaces the keys all the same; nothing is sealed before the doubt is settled', async () => {
    const { lower, higher, dialogs } = await acquainted();
    const [dialogId] = dialogs;
    if (!dialogId) return expect.unreachable();
    const floor = () => Number(lower.db.prepare('SELECT max(floor) AS floor FROM kek_floors WHERE creating_instance = ?').get([lower.person.local.instanceId])?.['floor'] ?? 0);
    const before = floor();
    lower.knows(higher, { held: true });
    lower.engine.distrust(higher.peerId, 'devices');
    expect(floor()).toBeGreaterThan(before);
    lower.say(higher, dialogId, 'after');
    expect(lower.pending(higher)).toEqual([]);
    lower.knows(higher);
    talk(lower, higher);
    expect(higher.sink.of('shifted').filter(({ who, reason }) => who === 'peer' && reason === 'compromise').map((each) => each.dialogId).toSorted()).toEqual(dialogs.toSorted());
    expect(higher.sink.texts(dialogId)).toEqual(['said', 'after']);
  });
});

describe('what waits when keys are distrusted', () => {
  it('S2-18: in another dialog than the one it was said in is not believed either; it comes again', async () => {
    const { alice, bob } = await newPair();
    const [one, other] = ['one', 'other'].map((title) => alice.engine.open(bob.peerId, { title }));
    if (one === undefined || other === undefined) return expect.unreachable();
    settle(alice, bob);
    for (const text of ['first', 'second']) alice.say(bob, other, text);
    const [, second] = alice.pending(bob);
    expect(bob.receive(alice, second ?? new Uint8Array())[0]?.kind).toBe('held');
    alice.receive(bob, ...bob.acknowledgements(alice));
    alice.engine.shiftPair(alice.dialog(bob, one), { compromised: true });
    alice.say(bob, one, 'heard here');
    const said = alice.engine.pending(bob.peerId, { limit: 10 }).filter(({ dialogId }) => dialogId === one).map(({ bytes }) => bytes);
    expect(bob.receive(alice, ...said).at(-1)?.kind).toBe('delivered');
    expect(bob.db.prepare('SELECT count(*) AS n FROM held_messages').get()).toEqual({ n: 0 });
    talk(alice, bob);
    expect(bob.sink.texts(other)).toEqual(['first', 'second']);
  });
});

describe('of distrusts one behind the other', () => {
  const sides = [['lower', 'higher'], ['higher', 'lower'], ['lower', 'lower'], ['higher', 'higher']] as const;

  it.each(sides.flatMap(([first, second]) => [0, hour].map((pause) => [first, second, pause] as const)))('A16 A18: the %s device’s, then the %s one’s %d ms later: every dialog is bound to whoever was last, on both sides', async (first, second, pause) => {
    const pair = await acquainted();
    const { lower, higher, dialogs, distrusts, boundTo } = pair;
    const others = { lower: higher, higher: lower };
    for (const who of [first, second]) {
      distrusts(pair[who], others[who]);
      talk(lower, higher);
      expect(boundTo()).toEqual(new Set([pair[who].person.local.instanceId]));
      for (const each of [lower, higher]) each.clock.pass(pause);
    }
    for (const dialogId of dialogs) for (const who of ['lower', 'higher'] as const) pair[who].say(others[who], dialogId, 'after both');
    talk(lower, higher);
    expect(boundTo()).toEqual(new Set([pair[second].person.local.instanceId]));
    for (const dialogId of dialogs) for (const each of [lower, higher]) expect(each.sink.texts(dialogId)).toEqual(['said', 'after both']);
  });
});

describe('of distrusts one behind the other, the word that the first was heard', () => {
  const orders = [['lower', 'higher'], ['higher', 'lower']] as const;
  const words = ['comes behind the second', 'is lost'] as const;
  const cases = orders.flatMap(([first, second]) => words.flatMap((word) => [false, true].map((waits) => ({ first, second, word, waits }))));

  it.each(cases)('A16 A18: $first first, then $second, $word, something waits: $waits: once either speaks, every dialog is bound to the later, on both sides', async ({ first, second, word, waits }) => {
    const pair = await acquainted();
    const { dialogs, distrusts, boundTo } = pair;
    const [one, other] = [pair[first], pair[second]];
    const expected = ['said'];
    const both = (text: string): void => {
      expected.push(text);
      for (const dialogId of dialogs) for (const [who, whom] of [[one, other], [other, one]] as const) who.say(whom, dialogId, text);
    };
    if (waits) both('waits');
    distrusts(one, other);
    one.engine.sealWaiting(other.peerId);
    other.receive(one, ...one.pending(other), ...one.acknowledgements(other));
    if (word === 'is lost') other.acknowledgements(one);
    distrusts(other, one);
    talk(one, other);
    for (const text of ['then', 'at last']) {
      both(text);
      talk(one, other);
    }
    expect(boundTo()).toEqual(new Set([other.person.local.instanceId]));
    for (const each of [one, other]) {
      for (const dialogId of dialogs) expect(each.sink.texts(dialogId)).toEqual(expected);
      expect(each.sink.of('failed')).toEqual([]);
    }
  });
});

describe('what a distrust costs', () => {
  it('A17: said in as many dialogs as there are it is heeded once, and every one of them goes on', async () => {
    const { alice, bob } = await newPair();
    const dialogs = Array.from({ length: 14 }, (_, at) => alice.engine.open(bob.peerId, { title: `${at}` }));
    settle(alice, bob);
    for (const dialogId of dialogs) bob.say(alice, dialogId, 'from bob');
    settle(alice, bob);
    for (const dialogId of dialogs) alice.say(bob, dialogId, 'from alice');
    const epochs = () => dialogs.map((dialogId) => bob.engine.status(bob.dialog(alice, dialogId)).sending?.epoch ?? 0);
    const before = epochs();
    alice.engine.shiftPair(alice.dialog(bob, dialogs[0] ?? expect.unreachable()), { compromised: true });
    expect(bob.receive(alice, ...alice.pending(bob)).filter(({ kind }) => kind === 'rejected')).toEqual([]);
    expect(bob.sink.of('resealed')).toHaveLength(1);
    talk(alice, bob);
    expect(epochs()).toEqual(before.map((epoch) => epoch + 1));
    for (const dialogId of dialogs) expect(bob.sink.texts(dialogId)).toEqual(['from alice']);
  });

  it('S1-18: by hand so often in an hour, all at the same moment too; a clock that was set back locks nobody out', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    const shift = () => alice.engine.shiftPair(alice.dialog(bob, dialogId), { compromised: false });
    for (let count = 0; count < pairShiftsPerHour; count += 1) shift();
    const tooOften = expect.objectContaining({ code: 'keys.too-often' });
    expect(shift).toThrow(tooOften);
    alice.clock.pass(hour - 1);
    expect(shift).toThrow(tooOften);
    alice.clock.time -= day;
    expect(shift).not.toThrow();
    alice.clock.time += day + 1;
    expect(shift).not.toThrow();
  });
});

describe('keys and messages that come late', () => {
  /** Alice as somebody who puts together what she likes: each message under one of her keys. */
  async function forging() {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const block = forger.block();
    const keys = new Map<number, { dsk: Forger['dsk']; dskHeader: Forger['dskHeader'] }>();
    const key = (epoch: number, firstSequence: number) => {
      forger.newDsk();
      keys.set(epoch, { dsk: forger.dsk, dskHeader: { ...forger.dskHeader, dskId: forger.newDskId(), epoch, firstSequence } });
    };
    const say = (sequence: number, epoch: number) => {
      Object.assign(forger, keys.get(epoch));
      return bob.receive(alice, forger.message(sequence, `${sequence}`, { block, time: bob.clock.time }))[0]?.kind;
    };
    const rows = () => bob.db.prepare('SELECT epoch, live, highest, messages FROM receiving_keys ORDER BY epoch').all().map(({ epoch, live, highest, messages }) => [epoch, live, highest, messages]);
    return { crypto, alice, bob, forger, key, say, rows };
  }

  it('S2-18 A35: one that was overtaken stands below the one that came first; each is closed once all before the next has come, and counts what came under it', async () => {
    const { bob, key, say, rows } = await forging();
    key(1, 1);
    key(2, 2);
    key(3, 5);
    expect(say(2, 2)).toBe('held');
    expect(say(1, 1)).toBe('delivered');
    expect(rows()).toEqual([[1, 0, 1, 1], [2, 1, 2, 1]]);
    expect(say(5, 3)).toBe('held');
    expect(rows().map(([, live]) => live)).toEqual([0, 1, 1]);
    expect(say(3, 2)).toBe('delivered');
    expect(rows()).toEqual([[1, 0, 1, 1], [2, 1, 3, 2], [3, 1, 5, 1]]);
    expect(say(4, 2)).toBe('delivered');
    expect(rows()).toEqual([[1, 0, 1, 1], [2, 0, 4, 3], [3, 1, 5, 1]]);
    expect(bob.sink.texts()).toEqual(['1', '2', '3', '4', '5']);
    expect(bob.sink.of('shifted').filter(({ who }) => who === 'peer').map(({ from, to, reason }) => [from, to, reason])).toEqual([[0, 2, 'first'], [2, 3, 'peer']]);
  });

  it('S2-18: of what waits a key that nobody is to believe takes what it covers, and nothing before it', async () => {
    const { crypto, alice, bob, forger, key, say } = await forging();
    key(1, 1);
    for (const [sequence, kind] of [[1, 'delivered'], [3, 'held'], [5, 'held'], [7, 'held']] as const) expect(say(sequence, 1)).toBe(kind);
    const distrust = new Forger(crypto, alice.person, bob.person);
    distrust.kekHeader = { ...distrust.kekHeader, epoch: 2 };
    distrust.dskHeader = { ...distrust.dskHeader, epoch: 2, firstSequence: 5, compromise: true };
    distrust.dialogId = forger.dialogId;
    expect(bob.receive(alice, distrust.message(6, '6'))[0]?.kind).toBe('held');
    expect(bob.db.prepare('SELECT sequence FROM held_messages ORDER BY sequence').all().map(({ sequence }) => sequence)).toEqual([3, 6]);
  });
});
