import { describe, expect, test, vi } from 'vitest';
import { contactTag } from '../../../electron/engine/session/contact-tag';
import { toHex } from '../../../electron/engine/wire/encoding';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { frameTypes } from '../../../electron/engine/wire/frame';
import { type Resident, rotated, toldOf } from '../../support/services-kit';
import { annAndBo, ann, annAtBo, apart, arrived, backTogether, bo, boAtAnn, contactOf, exchange, heardBy, impostor, inStep, judgements, keyOf, noted, pinOf, recordOf, send, sessionOf, together, troubleOf, waitsFor, withFalseProof, withoutProof, world } from '../../support/ann-and-bo';

annAndBo();

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
    // As long as what is under way may wait for an exchange key.
    const [now, before] = bo.profile.stores.peerKeys.history(ann.profile.local.peerId);
    expect([now?.acceptedUntil, (before?.acceptedUntil ?? 0) - (now?.since ?? 0)]).toEqual([undefined, 31 * 86_400_000]);
    for (const { crypto } of [ann, bo]) crypto.meter.reset();
    const spent = () => [ann, bo].map(({ crypto }) => crypto.meter.read()).map(({ rsaSign, rsaVerify, sign, kemEncaps, kekWrap }) => [rsaSign + rsaVerify, sign, kemEncaps, kekWrap]);
    const madeBy = (of: Resident) => of.db.prepare('SELECT hex(kek_id) AS id, key IS NOT NULL AS sent FROM keks').all().filter(({ sent }) => sent === 1).map(({ id }) => id);
    const left = madeBy(bo);
    // The first message has a new exchange key, which takes one encapsulation and one signature, and so has its acknowledgement; those behind take none.
    await exchange('after');
    expect(spent()).toEqual([[0, 1, 1, 1], [0, 1, 1, 1]]);
    await exchange('and more');
    expect(spent()).toEqual([[0, 1, 1, 1], [0, 1, 1, 1]]);
    expect([left.length, madeBy(bo).length, madeBy(bo).includes(left[0])]).toEqual([1, 1, false]);
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

  test('A77: a key that is known, in use or left, makes nobody be asked; one that is not does', async () => {
    const left = ann.profile.local.chain;
    await ann.rotate();
    await world.until('in step again', () => inStep() && together());
    await apart();
    ann.mute = true;
    bo.mute = false;
    let asked = 0;
    world.network.setWire((bytes) => {
      if (bytes[0] === frameTypes.channelOpen) asked += 1;
      return bytes[0] === frameTypes.m1 ? undefined : [bytes];
    });
    const { peerId } = ann.profile.local;
    for (const shown of [left, ann.profile.local.chain]) bo.profile.rekeying.suspect(peerId, shown);
    await world.pass(5_000, 500);
    expect(asked).toBe(0);
    await ann.rotate();
    bo.profile.rekeying.suspect(peerId, ann.profile.local.chain);
    await world.until('asked', () => asked > 0);
    world.network.setWire(undefined);
  }, 30_000);

  test('A77: suspected ever so often somebody is asked once a minute, and where nothing is in question not again by itself', async () => {
    await apart();
    bo.mute = false;
    let asked = 0;
    world.network.setWire((bytes, from) => {
      if (from === 'dialler' && bytes[0] === frameTypes.channelOpen) asked += 1;
      return bytes[0] === frameTypes.m1 ? undefined : [bytes];
    });
    const { peerId } = ann.profile.local;
    for (let turn = 0; turn < 5; turn += 1) bo.profile.rekeying.suspect(peerId);
    await world.until('asked', () => asked > 0);
    for (let turn = 0; turn < 5; turn += 1) bo.profile.rekeying.suspect(peerId);
    await world.pass(50_000, 500);
    expect([asked, judgements(bo)]).toEqual([1, ['current']]);
    for (let turn = 0; turn < 5; turn += 1) bo.profile.rekeying.suspect(peerId);
    await world.pass(5_000, 500);
    expect(asked).toBe(1);
    await world.pass(20 * 60_000, 1_000);
    expect([asked, bo.profile.book.held(peerId)]).toEqual([2, undefined]);
  }, 30_000);

  test('A41 A77 S5-05: who is blocked is neither asked nor told anything nor known by their tag, and what was shown or shared for it is wiped', async () => {
    const { peerId } = ann.profile.local;
    const { rekeying, stores } = bo.profile;
    const [hash, secret] = [bo.crypto.random(32), stores.peerKeys.pairSecret(peerId) ?? expect.unreachable('a secret')];
    const tag = contactTag(bo.crypto, secret, hash);
    const given: Uint8Array[] = [];
    const { pairSecrets } = stores.peerKeys;
    vi.spyOn(stores.peerKeys, 'pairSecrets').mockImplementation(() => {
      const all = pairSecrets.call(stores.peerKeys);
      given.push(...all.map(([, each]) => each));
      return all;
    });
    const dial = () => ({ peerId, dialledBy: 'them', remote: ann.address, chain: { ...ann.profile.local.chain, identity: { ...ann.profile.local.identity, spkiHash: hash } }, secret: bo.crypto.secret('pair', bo.crypto.random(32)) }) as const;
    const answers = () => [rekeying.desk.contactOfTag(tag, hash), rekeying.desk.askBack(peerId, hash).length];
    expect([answers(), rekeying.desk.askBack(peerId, ann.profile.local.identity.spkiHash)]).toEqual([[peerId, 1], []]);
    await apart();
    await bo.contacts.block({ contactId: annAtBo, blocked: true });
    let dialled = 0;
    ann.onLink = (link) => {
      dialled += 1;
      link.destroy();
    };
    bo.mute = false;
    const shown = dial();
    rekeying.mismatched(shown);
    rekeying.suspect(peerId);
    await world.pass(10_000, 500);
    expect([answers(), dialled, shown.secret.wiped, bo.profile.book.held(peerId)]).toEqual([[undefined, 0], 0, true, undefined]);
    // Nor is anybody who has not agreed yet.
    stores.contacts.put({ ...(stores.contacts.byPeer(peerId) ?? expect.unreachable()), blocked: false, relation: 'requested' });
    rekeying.suspect(peerId);
    await world.pass(10_000, 500);
    expect([answers(), dialled]).toEqual([[undefined, 0], 0]);
    expect([given.length > 0, given.every((each) => each.every((byte) => byte === 0))]).toEqual([true, true]);
  }, 30_000);

  test('a key that came from a file counts as the newest once those who may know better have taken it', async () => {
    ann.become({ ...recordOf(ann), unconfirmed: true });
    await world.until('together', together);
    expect(ann.confirmed).toBe(1);
    ann.become(recordOf(ann));
    await world.pass(5_000);
    expect(bo.confirmed).toBe(0);
    // Of several it takes two; whoever is blocked, or has not agreed, is none of them.
    const { contacts } = ann.profile.stores;
    const other = { ...(contacts.list()[0] ?? expect.unreachable()), contactId: 'c'.repeat(32), peerId: peerIdFromBytes(ann.crypto.random(32)) };
    for (const [change, confirmed] of [[{}, 0], [{ relation: 'invited' }, 1], [{ blocked: true }, 1]] as const) {
      const before = ann.confirmed;
      contacts.put({ ...other, ...change });
      ann.become({ ...recordOf(ann), unconfirmed: true });
      await world.until('together', together);
      await world.pass(1_000, 100);
      expect(ann.confirmed - before, JSON.stringify(change)).toBe(confirmed);
    }
  }, 30_000);

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

  test('S5-08 A70 A77: somebody in the middle shows a key of their own, over and over: one question a minute, then ever fewer; pin and messages stay; the real one ends it', async () => {
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
    expect((await contactOf(bo)).who).toBe('unknown-key');
    expect(toldOf(bo, 'contact.changed').length).toBeGreaterThan(0);
    expect(toldOf(bo, 'contact.changed').length).toBeLessThan(6);

    ann.onLink = undefined;
    ann.reopen();
    await world.until('it arrives', () => arrived('for Ann alone'));
    expect(await troubleOf(bo)).toEqual({ kind: 'none', candidates: [] });
    expect(pinOf(bo)).toBe(old);
  }, 60_000);

  test('a key that was followed meanwhile is no unknown one, whoever refuses what comes later', async () => {
    await apart();
    await ann.rotate();
    const { peerId, chain } = ann.profile.local;
    // Nobody is there to be asked, and the next question waits for its minute with the key that was shown.
    bo.profile.rekeying.suspect(peerId);
    await world.pass(5_000, 500);
    bo.profile.rekeying.suspect(peerId, chain);
    await backTogether();
    expect(pinOf(bo)).toBe(keyOf(ann));
    await ann.contacts.block({ contactId: boAtAnn, blocked: true });
    world.network.cut();
    bo.profile.networkChanged();
    await world.pass(10 * 60_000, 1_000);
    expect(sessionOf(bo)).toBeUndefined();
    expect(await troubleOf(bo)).toEqual({ kind: 'none', candidates: [] });
  }, 60_000);

  test('S5-29 A82: both renewed theirs while apart, and somebody in between answers each in the name of the other, then passes on what they say, changed: nothing is believed or told, and unhindered they find each other', async () => {
    await exchange('before');
    await apart();
    const [oldAnn, oldBo] = [pinOf(bo), pinOf(ann)];
    const between: Resident[] = [];
    for (const of of [ann, bo]) between.push(await impostor(withFalseProof(await rotated(of.crypto, recordOf(of), world.clock.now(), 'routine', 'thief')), of));
    await ann.rotate();
    await bo.rotate();
    const messageId = await send('for Ann alone');
    const nothingGained = async () => {
      expect([pinOf(bo), pinOf(ann), judgements(bo), judgements(ann), together()]).toEqual([oldAnn, oldBo, [], [], false]);
      expect(await waitsFor(messageId)).toMatchObject({ state: 'queued' });
      expect(between.flatMap(heardBy)).toEqual([]);
    };
    [ann, bo].forEach((each, at) => (each.onLink = (link) => between[at]?.profile.accept(link)));
    for (const each of [ann, bo]) {
      each.mute = false;
      each.profile.networkChanged();
      const { peerId } = (each === ann ? bo : ann).profile.local;
      await world.until('held', () => each.profile.book.held(peerId) === 'unknown-key');
    }
    await nothingGained();

    // Now only the wire is theirs: whatever goes over a channel of questions is another byte there.
    let changed = 0;
    ann.onLink = bo.onLink = undefined;
    world.network.setWire((bytes) => {
      if (bytes[0] !== frameTypes.channelData) return [bytes];
      changed += 1;
      return [bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))];
    });
    world.network.cut();
    for (const { profile } of [bo, ann]) profile.networkChanged();
    await world.until('somebody asks', () => changed > 0);
    await world.pass(10_000, 500);
    await nothingGained();

    world.network.setWire(undefined);
    await world.until('in step again', () => inStep() && together());
    await world.until('it arrives', () => arrived('for Ann alone'));
    expect([await contactOf(bo), await contactOf(ann)].map(({ keyEpoch, who }) => [keyEpoch, who])).toEqual([[2, 'unchecked'], [2, 'unchecked']]);
    expect([await troubleOf(bo), await troubleOf(ann)]).toEqual([{ kind: 'none', candidates: [] }, { kind: 'none', candidates: [] }]);
    expect(between.flatMap(heardBy)).toEqual([]);
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
