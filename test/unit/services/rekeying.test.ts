import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recoverLocalRecord } from '../../../electron/engine/certificates/recovery';
import { parseKeyLink } from '../../../electron/engine/certificates/key-link';
import type { KeyElement } from '../../../electron/engine/certificates/key-history';
import type { LocalRecord } from '../../../electron/engine/ports';
import { toHex } from '../../../electron/engine/wire/encoding';
import { frameTypes } from '../../../electron/engine/wire/frame';
import { foreignKeyOf } from '../../../electron/services/renewed-elsewhere';
import { acquaint, createWorld, type Resident, rotated, toldOf, type World } from '../../support/services-kit';

let world: World;
let ann: Resident;
let bo: Resident;
let annAtBo: string;
let boAtAnn: string;

beforeEach(async () => {
  world = createWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInviter: annAtBo, ofInvitee: boAtAnn } = await acquaint(world, bo, ann));
  await world.pass(10_000, 200); // simultaneous dials have settled
}, 30_000);
afterEach(() => world.close());

const other = (of: Resident): Resident => (of === ann ? bo : ann);
const pinOf = (of: Resident) => toHex(of.profile.book.find(other(of).profile.local.peerId)?.record.pinnedSpkiHash ?? new Uint8Array());
const keyOf = (of: Resident) => toHex(of.profile.local.identity.spkiHash);
const inStep = () => [ann, bo].every((each) => pinOf(each) === keyOf(other(each)));
const sessionOf = (of: Resident) => of.profile.connections.session(other(of).profile.local.peerId);
const together = () => [ann, bo].every((each) => sessionOf(each) !== undefined);
const noted = (of: Resident, event: string) => of.logged.filter(([name]) => name === event).length;
const judgements = (of: Resident) => of.logged.flatMap(([event, facts]) => (event === 'contact.keys-told' ? [facts?.['judgement']] : []));
const contactOf = async (of: Resident) => (await of.contacts.list(undefined))[0] ?? expect.unreachable();
const recordOf = (of: Resident): LocalRecord => of.profile.stores.local.load() ?? expect.unreachable();
const troubleOf = async (of: Resident) => of.keys.keyTrouble({ contactId: of === bo ? annAtBo : boAtAnn });

/** Nobody reaches anybody, and nothing is there to be resumed. */
async function apart(): Promise<void> {
  ann.mute = bo.mute = true;
  world.network.cut();
  await world.pass(100);
}
async function backTogether(): Promise<void> {
  ann.mute = bo.mute = false;
  for (const { profile } of [ann, bo]) profile.networkChanged();
  await world.until('in step again', () => inStep() && together());
}

async function send(text: string): Promise<string> {
  const known = (await bo.conversations.list(undefined))[0];
  const { conversationId } = known ?? (await bo.conversations.open({ contactId: annAtBo }));
  return (await bo.messages.send({ conversationId, text })).messageId;
}
const heardBy = (of: Resident) => toldOf(of, 'message.received').map(({ message }) => message.text);
const arrived = (text: string) => toldOf(ann, 'message.received').some(({ message }) => message.text === text);
async function exchange(text: string): Promise<void> {
  await send(text);
  await world.until(`“${text}” arrives`, () => arrived(text));
}
const waitsFor = async (messageId: string) => {
  const [conversation] = await bo.conversations.list(undefined);
  const all = await bo.messages.list({ conversationId: conversation?.conversationId ?? '' });
  return all.find((message) => message.messageId === messageId);
};

/** A record of somebody who has what made this one, but for what speaks for its key: as anybody can make one in another's name. */
const withoutProof = (record: LocalRecord): LocalRecord => ({
  ...record,
  identityKeys: record.identityKeys.filter(({ retiredAt }) => retiredAt === undefined).map(({ link: _said, ...key }) => key),
});

/** Somebody else sits where Ann was. */
async function impostor(record: LocalRecord): Promise<Resident> {
  const thief = await world.move('Ann');
  thief.mute = true;
  thief.become(record);
  thief.profile.stores.peers.put(ann.profile.stores.peers.list()[0] ?? expect.unreachable());
  thief.profile.stores.contacts.put(ann.profile.stores.contacts.list()[0] ?? expect.unreachable());
  return thief;
}

describe('a contact with a new identity key', () => {
  test('S5-01 S5-09 S5-33 S5-34: is followed without anybody doing anything: the pin moves with a session, check and order stay, only a routine change leaves a grace', async () => {
    await bo.contacts.setChecked({ contactId: annAtBo, checked: true });
    await exchange('before');
    const old = pinOf(bo);
    await ann.rotate();
    await world.until('in step again', () => inStep() && together());
    expect(sessionOf(bo)?.resumed).toBe(false);
    expect(await contactOf(bo)).toMatchObject({ who: 'checked', checked: true, keyEpoch: 2 });
    expect(toldOf(bo, 'key.rotated')).toEqual([{ type: 'key.rotated', contactId: annAtBo, epoch: 2, fingerprint: keyOf(ann), origin: 'old-key' }]);
    expect(judgements(bo)).toEqual(['adopted']);
    expect(await bo.keys.keyHistory({ contactId: annAtBo })).toEqual([
      expect.objectContaining({ epoch: 2, fingerprint: keyOf(ann), origin: 'old-key', checked: true, current: true }),
      expect.objectContaining({ epoch: 1, fingerprint: old, origin: 'first', checked: true, current: false }),
    ]);
    const { book } = bo.profile;
    expect(toHex(book.predecessors(ann.profile.local.peerId)[0]?.spkiHash ?? new Uint8Array())).toBe(old);
    await exchange('after');
    expect(await bo.conversations.list(undefined)).toHaveLength(1);
    expect(await bo.contacts.safetyNumber({ contactId: annAtBo })).toEqual(await ann.contacts.safetyNumber({ contactId: boAtAnn }));

    const shifts = toldOf(bo, 'key.shifted').length;
    await ann.rotate('compromise');
    await world.until('in step again', () => inStep() && together());
    expect(book.predecessors(ann.profile.local.peerId)).toEqual([]);
    expect(toldOf(bo, 'key.shifted').slice(shifts)).toContainEqual(expect.objectContaining({ who: 'you', reason: 'compromise' }));
    await exchange('after a compromise');
  }, 30_000);

  test('S5-18 S5-29 A82: missed four times while the other renewed as well, both are caught up with at once, in either order', async () => {
    await exchange('before');
    await apart();
    const waiting = await send('written meanwhile');
    for (let turn = 0; turn < 4; turn += 1) await ann.rotate();
    await bo.rotate();
    await backTogether();
    await world.until('it arrives', () => arrived('written meanwhile'));
    await world.until('and Bo knows', () => toldOf(bo, 'message.state').some(({ messageId, state }) => messageId === waiting && state === 'delivered'));
    expect([await contactOf(bo), await contactOf(ann)].map(({ keyEpoch, who }) => [keyEpoch, who])).toEqual([[5, 'unchecked'], [2, 'unchecked']]);
    await exchange('after');
    expect(toldOf(bo, 'key.rotated').filter(({ contactId }) => contactId !== undefined)).toHaveLength(1);
  }, 60_000);

  test('S5-09 S5-21 A74: an answer alone moves nothing, neither the pin nor what the other side is held to know: only a session does', async () => {
    await apart();
    await ann.rotate();
    const old = pinOf(bo);
    world.network.setWire((bytes) => (bytes[0] === frameTypes.m1 ? undefined : [bytes]));
    ann.mute = true;
    bo.mute = false;
    bo.profile.rekeying.suspect(ann.profile.local.peerId);
    await world.until('answered', () => judgements(bo).length > 0);
    await world.pass(60_000, 500);
    const proven = () => ann.profile.stores.peerKeys.proven().get(bo.profile.local.peerId);
    expect(bo.profile.book.successorOf(ann.profile.local.peerId)?.epoch).toBe(2);
    expect([pinOf(bo), (await contactOf(bo)).keyEpoch, toldOf(bo, 'key.rotated'), proven()]).toEqual([old, 1, [], 1]);
    bo.reopen(); // what was answered is kept
    world.network.setWire(undefined);
    await world.until('in step again', () => inStep() && together());
    expect([toldOf(bo, 'key.rotated').length, proven(), judgements(bo)]).toEqual([1, 2, ['adopted']]);
  }, 30_000);

  test('a key that came from a file counts as the newest once those who may know better have taken it', async () => {
    ann.become({ ...recordOf(ann), unconfirmed: true });
    await world.until('together', together);
    expect(ann.confirmed).toBe(1);
    ann.become(recordOf(ann));
    await world.pass(5_000);
    expect(bo.confirmed).toBe(0);
  });

  test('S5-29: who can only dial tells the other of the new key on the way', async () => {
    await apart();
    await ann.rotate();
    ann.mute = false;
    ann.profile.networkChanged();
    await world.until('in step again', () => inStep() && together());
    expect(sessionOf(bo)?.role).toBe('listener');
    await exchange('after');
  }, 30_000);

  test('the setting says that a check does not outlive its key: who they are counts as changed until compared again', async () => {
    bo.settings = { ...bo.settings, keepCheck: false };
    await bo.contacts.setChecked({ contactId: annAtBo, checked: true });
    await ann.rotate();
    await world.until('in step again', () => inStep() && together());
    expect(await contactOf(bo)).toMatchObject({ who: 'changed', checked: false });
    await bo.contacts.setChecked({ contactId: annAtBo, checked: true });
    expect(await contactOf(bo)).toMatchObject({ who: 'checked', checked: true });
    await bo.contacts.setChecked({ contactId: annAtBo, checked: false });
    expect(await contactOf(bo)).toMatchObject({ who: 'unchecked' });
  }, 30_000);
});

describe('a key that nothing vouches for', () => {
  test('S5-16 S5-20 A84: the old keys were forgotten: sending waits, nothing is sealed, and the person decides', async () => {
    await exchange('before');
    const old = pinOf(bo);
    await apart();
    await ann.rotate();
    ann.profile.stores.peerKeys.setForgottenEpoch(1);
    const earlier = await send('written before');
    ann.mute = bo.mute = false;
    bo.profile.networkChanged();
    await world.until('held', () => bo.profile.book.held(ann.profile.local.peerId) === 'unknown-key');
    expect(await contactOf(bo)).toMatchObject({ who: 'unknown-key', keyEpoch: 1 });
    const messageId = await send('held back');
    await world.pass(30_000, 200);
    expect(await waitsFor(messageId)).toMatchObject({ state: 'queued', waitingFor: 'key', keyEpoch: 0 });
    expect([pinOf(bo), arrived('held back'), sessionOf(bo)]).toEqual([old, false, undefined]);
    expect(toldOf(bo, 'message.state').at(-1)).toMatchObject({ messageId: earlier, waitingFor: 'key' });

    const trouble = await troubleOf(bo);
    const { digits } = await ann.contacts.safetyNumber({ contactId: boAtAnn });
    expect(trouble).toMatchObject({ kind: 'unknown-key', candidates: [{ fingerprint: keyOf(ann), epoch: 2, digits, vouched: false }] });
    expect(() => bo.keys.acceptKey({ contactId: annAtBo, fingerprint: 'ab'.repeat(32) })).toThrow(expect.objectContaining({ code: 'key.no-trouble' }));
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    await world.until('it arrives', () => arrived('held back'));
    expect(arrived('written before')).toBe(true);
    expect(await contactOf(bo)).toMatchObject({ who: 'checked', checked: true, keyEpoch: 2 });
    expect(await troubleOf(bo)).toEqual({ kind: 'none', candidates: [] });
    expect((await bo.keys.keyHistory({ contactId: annAtBo })).map(({ origin, current }) => [origin, current])).toEqual([['person', true], ['first', false]]);
    expect(() => bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) })).toThrow(expect.objectContaining({ code: 'key.no-trouble' }));
  }, 30_000);

  test('A70 A77: somebody in the middle shows a key of their own, over and over: one question a minute, then ever fewer; pin and messages stay; the real one ends it', async () => {
    await exchange('before');
    const old = pinOf(bo);
    const record = await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief');
    const thief = await impostor(withoutProof(record));
    let channels = 0;
    world.network.setWire((bytes, from) => {
      if (from === 'dialler' && bytes[0] === frameTypes.channelOpen) channels += 1;
      return [bytes];
    });
    ann.onLink = (link) => thief.profile.accept(link);
    ann.profile.leave();
    world.network.cut();
    await world.until('held', () => bo.profile.book.held(ann.profile.local.peerId) === 'unknown-key');
    expect((await troubleOf(bo)).candidates).toEqual([expect.objectContaining({ fingerprint: keyOf(thief), vouched: false })]);
    const messageId = await send('for Ann alone');
    await world.pass(20 * 60_000, 1_000);
    expect(noted(bo, 'session.refused')).toBeGreaterThan(10);
    expect(channels).toBeGreaterThan(1);
    expect(channels).toBeLessThanOrEqual(6);
    expect([pinOf(bo), await waitsFor(messageId)]).toEqual([old, expect.objectContaining({ state: 'queued', waitingFor: 'key', keyEpoch: 0 })]);
    expect(thief.told.filter(({ type }) => type === 'message.received')).toEqual([]);
    expect(toldOf(bo, 'contact.changed').length).toBeLessThan(6);

    ann.onLink = undefined;
    ann.reopen();
    await world.until('it arrives', () => arrived('for Ann alone'));
    expect(await troubleOf(bo)).toEqual({ kind: 'none', candidates: [] });
    expect(pinOf(bo)).toBe(old);
  }, 60_000);

  test('S5-02: what is no authentication under another key asks nobody anything', async () => {
    await apart();
    bo.mute = false;
    let dialled = 0;
    ann.onLink = (link) => {
      dialled += 1;
      link.onData(() => link.destroy());
    };
    bo.profile.networkChanged();
    await world.pass(60_000, 500);
    expect(dialled).toBeGreaterThan(2);
    expect(judgements(bo)).toEqual([]);
    expect(bo.profile.book.held(ann.profile.local.peerId)).toBeUndefined();
  });
});

describe('one key that vouches for two', () => {
  test('A72 A73: a step on a way that is known is no fork, played again or overtaken; another next key is one, however it comes', async () => {
    await apart();
    const thief = await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief');
    for (let turn = 0; turn < 3; turn += 1) await ann.rotate();
    const steps = ann.profile.local.history?.elements ?? [];
    const { peerId } = ann.profile.local;
    const pinned = bo.profile.rekeying.desk.askBack(peerId, ann.profile.local.identity.spkiHash)[0] ?? expect.unreachable();
    /** After so many of Ann's steps. */
    const heldAt = (count: number) => ({ ...pinned, ...(count === 0 ? {} : steps[count - 1]), peerId });
    const hear = (elements: readonly KeyElement[], from = 0): unknown => {
      const { epoch, spki } = elements.at(-1) ?? expect.unreachable();
      bo.profile.rekeying.desk.onAnswer({ peerId, head: { epoch, spki }, elements, revoked: [], purpose: 'routine' }, heldAt(from));
      return [judgements(bo).at(-1), bo.profile.book.successorOf(peerId)?.epoch, bo.profile.book.held(peerId)];
    };
    expect(hear(steps.slice(0, 2))).toEqual(['adopted', 3, undefined]);
    expect(hear(steps.slice(0, 1))).toEqual(['stale', 3, undefined]);
    expect(hear(steps.slice(2), 2)).toEqual(['adopted', 4, undefined]);
    expect(hear(steps)).toEqual(['adopted', 4, undefined]);
    // Begins at a key that is neither pinned nor waited for.
    expect(hear(steps.slice(1), 1)).toEqual(['stale', 4, undefined]);
    const stolen = parseKeyLink(ann.crypto, thief.identityKeys.at(-1)?.link ?? expect.unreachable());
    expect(hear([stolen])).toEqual(['fork', undefined, 'frozen']);
    expect(hear(steps)).toEqual(['stale', undefined, 'frozen']);
  }, 30_000);

  /** Ann's first key was stolen: Bo heard of the thief's next key, then of hers. */
  async function forked(): Promise<{ thief: Resident; old: string }> {
    await exchange('before');
    const old = pinOf(bo);
    const thief = await impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief'));
    await apart();
    await ann.rotate();
    ann.mute = true;
    ann.onLink = (link) => thief.profile.accept(link);
    bo.mute = false;
    // Of the thief only the answer comes through, no session.
    world.network.setWire((bytes) => (bytes[0] === frameTypes.m1 ? undefined : [bytes]));
    bo.profile.rekeying.suspect(ann.profile.local.peerId);
    await world.until('the thief is heard', () => judgements(bo).includes('adopted'));
    ann.onLink = undefined;
    bo.profile.rekeying.suspect(ann.profile.local.peerId);
    world.network.setWire(undefined);
    await world.until('frozen', () => bo.profile.book.held(ann.profile.local.peerId) === 'frozen');
    return { thief, old };
  }

  test('A71 A73 A79: freezes, nothing goes out or comes in, and ends with the recovery key', async () => {
    const { thief, old } = await forked();
    expect(await contactOf(bo)).toMatchObject({ who: 'frozen', keyEpoch: 1 });
    const trouble = await troubleOf(bo);
    expect(trouble.kind).toBe('fork');
    expect(trouble.candidates.map(({ fingerprint, vouched }) => [fingerprint, vouched]).sort()).toEqual([[keyOf(ann), true], [keyOf(thief), true]].sort());
    const messageId = await send('held back');
    ann.mute = thief.mute = false;
    for (const { profile } of [ann, bo, thief]) profile.networkChanged();
    await world.pass(5 * 60_000, 500);
    expect([sessionOf(bo), pinOf(bo), await waitsFor(messageId)]).toEqual([undefined, old, expect.objectContaining({ state: 'queued', waitingFor: 'key', keyEpoch: 0 })]);
    expect(bo.profile.book.held(ann.profile.local.peerId)).toBe('frozen');

    const record = recordOf(ann);
    ann.become(await recoverLocalRecord(ann.crypto, record, record.recovery?.seed ?? expect.unreachable(), world.clock.now()));
    await world.until('it arrives', () => arrived('held back'));
    expect(pinOf(bo)).toBe(keyOf(ann));
    expect(await contactOf(bo)).toMatchObject({ who: 'unchecked', keyEpoch: 3 });
    expect(toldOf(bo, 'key.rotated').at(-1)).toMatchObject({ epoch: 3, origin: 'recovery' });
    expect(await troubleOf(bo)).toEqual({ kind: 'none', candidates: [] });
  }, 60_000);

  test('A73: ends with the key that both compared', async () => {
    const { thief } = await forked();
    const chosen = (await troubleOf(bo)).candidates.find(({ fingerprint }) => fingerprint === keyOf(ann));
    ann.mute = false;
    expect(chosen?.digits).toBe((await ann.contacts.safetyNumber({ contactId: boAtAnn })).digits);
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    await exchange('after');
    expect(await contactOf(bo)).toMatchObject({ who: 'checked', keyEpoch: 2 });
    expect(pinOf(bo)).not.toBe(keyOf(thief));
  }, 60_000);

  /** The thief is where Ann was, and Bo follows. */
  async function followed(): Promise<Resident> {
    await exchange('before');
    const thief = await impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief'));
    await apart();
    ann.onLink = (link) => thief.profile.accept(link);
    thief.mute = bo.mute = false;
    thief.profile.networkChanged();
    await world.until('the pin moves to the thief', () => pinOf(bo) === keyOf(thief) && sessionOf(bo) !== undefined);
    return thief;
  }
  const annComes = (): void => {
    ann.mute = false;
    ann.profile.networkChanged();
  };
  const isFrozen = () => bo.profile.book.held(ann.profile.local.peerId) === 'frozen';
  async function recovers(): Promise<void> {
    const record = recordOf(ann);
    ann.become(await recoverLocalRecord(ann.crypto, record, record.recovery?.seed ?? expect.unreachable(), world.clock.now()));
  }
  /** Bo followed the thief, who is there and stays; Ann makes her own next key, of which Bo hears when she dials. */
  async function misled(): Promise<Resident> {
    const thief = await followed();
    await ann.rotate();
    annComes();
    return thief;
  }

  test('A71 A73: also where the thief was followed already, and is connected: once its owner dials, nothing goes to either, both are shown, and the recovery key ends it', async () => {
    const thief = await misled();
    await world.until('frozen', isFrozen);
    expect(await contactOf(bo)).toMatchObject({ who: 'frozen', keyEpoch: 2 });
    const trouble = await troubleOf(bo);
    expect([trouble.kind, trouble.candidates.map(({ fingerprint, vouched, epoch }) => [fingerprint, vouched, epoch])]).toEqual(['fork', [[keyOf(ann), true, 2], [keyOf(thief), true, 2]]]);
    expect(trouble.candidates[0]?.digits).toBe((await ann.contacts.safetyNumber({ contactId: boAtAnn })).digits);
    const messageId = await send('held back');
    await world.pass(5 * 60_000, 500);
    expect([sessionOf(bo), pinOf(bo), await waitsFor(messageId)]).toEqual([undefined, keyOf(thief), expect.objectContaining({ state: 'queued', waitingFor: 'key', keyEpoch: 0 })]);
    expect(heardBy(thief)).not.toContain('held back');

    await recovers();
    ann.onLink = undefined;
    await world.until('it arrives', () => arrived('held back'));
    expect([pinOf(bo), await troubleOf(bo)]).toEqual([keyOf(ann), { kind: 'none', candidates: [] }]);
  }, 60_000);

  /** As many sessions as it takes until nothing shows any more who Ann is. */
  const forgetAnn = (): void => {
    for (let turn = 0; turn < 3; turn += 1) bo.profile.stores.peerKeys.addPairSecret(ann.profile.local.peerId, bo.crypto.random(32));
  };

  test.each([
    ['one key after the thief’s', 1, 1],
    ['several, the thief more', 3, 4],
  ])('A71 A73: where the thief met so often that nothing of before shows who its owner is, and sits at every address: the dial that is refused does (%s)', async (_which, own, stolen) => {
    const thief = await followed();
    for (let turn = 1; turn < stolen; turn += 1) {
      thief.become(await rotated(thief.crypto, recordOf(thief), world.clock.now(), 'routine', `thief ${turn}`));
      await world.until('followed on', () => pinOf(bo) === keyOf(thief) && sessionOf(bo) !== undefined);
    }
    forgetAnn();
    for (let turn = 0; turn < own; turn += 1) await ann.rotate();
    annComes();
    await world.until('frozen', isFrozen);
    expect((await troubleOf(bo)).candidates.map(({ fingerprint }) => fingerprint)).toEqual([keyOf(ann), keyOf(thief)]);
    // What she says then comes by the same way.
    await send('held back');
    await recovers();
    await world.until('it arrives', () => arrived('held back'));
    expect([pinOf(bo), await troubleOf(bo)]).toEqual([keyOf(ann), { kind: 'none', candidates: [] }]);
    expect(heardBy(thief)).not.toContain('held back');
  }, 60_000);

  const elsewhere = async (of: Resident) => (await of.identity.get(undefined)).renewedElsewhere;

  test.each([false, true])('A71 A79: the owner hears that somebody else renewed the key, also who only comes with the old one, until they are in step again (nothing of before shows who it is: %s)', async (isForgotten) => {
    const thief = await followed();
    if (isForgotten) forgetAnn();
    annComes();
    await world.until('Ann is told', () => toldOf(ann, 'identity.changed').length > 0);
    expect(await elsewhere(ann)).toEqual({ epoch: 2, fingerprint: keyOf(thief), seenAt: expect.any(Number), contactId: boAtAnn });
    // One next key is no fork: a backup comes with an old key, too.
    expect([isFrozen(), await troubleOf(bo), sessionOf(bo) !== undefined]).toEqual([false, { kind: 'none', candidates: [] }, true]);
    ann.reopen();
    expect(await elsewhere(ann)).toMatchObject({ epoch: 2 });
    expect(toldOf(ann, 'identity.changed')).toHaveLength(1);
    await ann.rotate();
    await world.until('frozen', isFrozen);
    expect(await elsewhere(ann)).toMatchObject({ fingerprint: keyOf(thief) });
    await recovers();
    await world.until('in step', () => pinOf(bo) === keyOf(ann) && together());
    expect([await elsewhere(ann), await elsewhere(bo), toldOf(bo, 'identity.changed')]).toEqual([undefined, undefined, []]);
  }, 60_000);

  test('A38 A71: a device that holds the key hears of it, also where a copy of it is the certifier; one that does not hold it hears of new keys by its own devices alone', async () => {
    const thief = await impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief'));
    const { history, identity } = thief.profile.local;
    const elements = history?.elements ?? expect.unreachable('steps');
    const own = { ...ann.profile.local };
    expect(foreignKeyOf(ann.crypto, own, elements)).toEqual({ epoch: 2, spkiHash: identity.spkiHash });
    expect(foreignKeyOf(ann.crypto, { ...own, isCertifier: false } as typeof own, elements)).toEqual({ epoch: 2, spkiHash: identity.spkiHash });
    const elsewhereHeld = { ...own, certifierKey: () => { throw new Error('not here'); } };
    expect(foreignKeyOf(ann.crypto, elsewhereHeld, elements)).toBeUndefined();
  });

  test('A71 A73: the owner was followed first and the thief comes then: it freezes as well, and she hears of it', async () => {
    await exchange('before');
    const thief = await impostor(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief'));
    await ann.rotate();
    await world.until('in step', () => inStep() && together());
    const pinned = pinOf(bo);
    thief.mute = false;
    thief.reopen(); // it dials whoever it knows
    await world.until('frozen', isFrozen);
    expect((await troubleOf(bo)).candidates.map(({ fingerprint, vouched }) => [fingerprint, vouched])).toEqual([[keyOf(thief), true], [pinned, true]]);
    await world.until('Ann is told', () => toldOf(ann, 'identity.changed').length > 0);
    expect(await elsewhere(ann)).toMatchObject({ epoch: 2, fingerprint: keyOf(thief), contactId: boAtAnn });
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    await exchange('after');
    expect([pinOf(bo), await elsewhere(ann)]).toEqual([keyOf(ann), undefined]);
  }, 60_000);

  test.each(['hers, which was not followed', 'the one that was followed'])('A73: a key in question that is renewed shows as the newest one, so that both find it on their screens (%s)', async (which) => {
    const thief = await misled();
    await world.until('frozen', isFrozen);
    const renews = which.startsWith('hers') ? ann : thief;
    if (renews === ann) await ann.rotate();
    else thief.become(await rotated(thief.crypto, recordOf(thief), world.clock.now(), 'routine', 'thief again'));
    const shown = async () => (await troubleOf(bo)).candidates.map(({ fingerprint }) => fingerprint);
    const isShown = (): boolean => bo.profile.stores.peerKeys.candidates(ann.profile.local.peerId).some(({ spkiHash }) => toHex(spkiHash) === keyOf(renews));
    await world.until('it is shown', isShown);
    expect([new Set(await shown()), isFrozen()]).toEqual([new Set([keyOf(ann), keyOf(thief)]), true]);
    expect((await shown()).length).toBe(2);
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    ann.onLink = undefined;
    await exchange('after');
    expect([pinOf(bo), await troubleOf(bo), heardBy(thief).includes('after')]).toEqual([keyOf(ann), { kind: 'none', candidates: [] }, false]);
  }, 60_000);

  test('A73: what the person decided of such two stands: neither of them freezes it again', async () => {
    const thief = await misled();
    await world.until('frozen', isFrozen);
    await bo.keys.acceptKey({ contactId: annAtBo, fingerprint: keyOf(ann) });
    ann.onLink = undefined;
    await exchange('after');
    for (const { profile } of [ann, bo, thief]) profile.networkChanged();
    await world.pass(10 * 60_000, 500);
    expect([pinOf(bo), await troubleOf(bo)]).toEqual([keyOf(ann), { kind: 'none', candidates: [] }]);
    expect(judgements(bo).filter((judgement) => judgement === 'fork')).toHaveLength(1);
    expect(heardBy(thief)).not.toContain('after');
  }, 60_000);

  test('A70 A77: after an honest change a key that only says to be theirs is no fork, is asked about as seldom, and the real one goes on', async () => {
    await exchange('before');
    await ann.rotate();
    await world.until('in step again', () => inStep() && together());
    const pinned = pinOf(bo);
    const thief = await impostor(withoutProof(await rotated(ann.crypto, recordOf(ann), world.clock.now(), 'routine', 'thief')));
    const before = bo.dials.length;
    thief.mute = false;
    thief.reopen(); // it dials whoever it knows
    await world.pass(20 * 60_000, 1_000);
    // Connected with Ann, Bo dials to ask and for nothing else.
    const asked = bo.dials.length - before;
    expect([noted(bo, 'session.refused') > 0, thief.dials.length > 5, asked > 0]).toEqual([true, true, true]);
    expect(asked).toBeLessThanOrEqual(21);
    expect([pinOf(bo), await troubleOf(bo), judgements(bo).includes('fork')]).toEqual([pinned, { kind: 'none', candidates: [] }, false]);
    await exchange('after');
  }, 60_000);
});
