import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ResumptionEntry } from '../../../../electron/engine/session/resumption-entry';
import { resumeProof, resumeTarget, sealState, stateOf } from '../../../../electron/engine/session/resume-keys';
import { encodeResumeM1 } from '../../../../electron/engine/session/resume-message';
import { readShownM1 } from '../../../../electron/engine/session/shown-m1';
import { sealShared } from '../../../../electron/engine/sharing/session-state';
import { encodeWord, type HandoverWord, parseWord } from '../../../../electron/engine/sharing/words';
import { encodeTopic, parseTopic } from '../../../../electron/services/devices/topics';
import { createTrio, knows, type Trio } from '../../../support/handover-kit';
import { acquaint, type Resident } from '../../../support/services-kit';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio();
});
afterEach(() => trio.world.close());

const day = 86_400_000;
const keyOf = ({ profile }: Resident, kind: 'to' | 'from') => profile.stores.sharing.keys().flatMap((held) => (held.kind === kind ? [held.key] : []));
const entryAt = ({ profile }: Resident, { profile: other }: Resident): ResumptionEntry => profile.stores.resumptions.ofPeer(other.local.peerId)[0] ?? expect.unreachable('an entry');

/** A new M1 that Carol could send to the laptop about the session she has with the desk; `heard`: what it says that she has received. */
function shown(heard: (entry: ResumptionEntry) => ResumptionEntry['received'] = ({ received }) => received) {
  const { crypto } = trio.carol;
  const entry = entryAt(trio.carol, trio.desk);
  const secret = crypto.secret('resumption', entry.secret);
  const cn = crypto.random(32);
  const parts = { keyId: entry.keyId, cn, share: crypto.generateDh().publicKey, target: resumeTarget(crypto, entry.keyId, trio.laptop.profile.local.instance.credential.hash), hint: entry.hint ?? expect.unreachable('a hint') };
  const made = encodeResumeM1(parts, (front) => sealState(crypto, secret, cn, front, stateOf(heard(entry))), (front) => resumeProof(crypto, secret, front));
  secret.wipe();
  return readShownM1(made) ?? expect.unreachable('an M1');
}

/** From now on what the desk says of sessions to the laptop is what `change` makes of it. */
function lying(change: (word: HandoverWord) => readonly HandoverWord[]): void {
  const { desk, laptop } = trio;
  const session = desk.profile.devices.siblings.session(laptop.profile.local.instanceId) ?? expect.unreachable('the other device');
  const send = session.send.bind(session);
  Object.assign(session, { send: (items: Parameters<typeof send>[0]) => send(items.flatMap((item) => {
    const said = item.kind === 'sibling' ? parseTopic(item.bytes) : undefined;
    const word = said?.topic === 'handover' ? parseWord(said.words) : undefined;
    return word ? change(word).map((each) => ({ kind: 'sibling' as const, bytes: encodeTopic('handover', encodeWord(each)) })) : [item];
  })) });
}

/** A chain whose `nth` part, of those that stand in it one behind the other, ends in another byte: the last one of its signature. */
function withBadEnd(chain: Uint8Array, nth: number): Uint8Array {
  const changed = Buffer.from(chain);
  let end = 0;
  for (let part = 0; part <= nth; part += 1) end += 4 + changed.readUInt32BE(end);
  changed[end - 1] = (changed[end - 1] ?? 0) ^ 1;
  return new Uint8Array(changed);
}

/** All that stands in the database of a device, but for what only counts. */
function rowsOf({ db }: Resident): string {
  const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE 'sqlite%'").all().map(({ name }) => String(name));
  return JSON.stringify(names.map((name) => [name, db.prepare(`SELECT * FROM "${name}"`).all().map((row) => Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)))]));
}

describe('a body that is not the session a contact shows', () => {
  it('S4-13 S4-28 S4-35 A67 A68: cut anywhere, changed anywhere, of another contact, for another device, older or with something in it that does not belong: it is not taken, nothing of it is kept, and whoever has the session keeps it', async () => {
    const { world, desk, laptop, carol } = trio;
    const dora = await world.move('Dora');
    dora.mute = true; // only she looks for nobody
    carol.mute = true;
    const { ofInviter } = await acquaint(world, desk, dora);
    knows(laptop, desk, dora, ofInviter);
    await world.pass(3_000);
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    const now = () => desk.profile.resumptions.toLend(keyId) ?? desk.profile.stores.resumptions.byKeyId(keyId) ?? expect.unreachable('a state');
    const seal = (state: ResumptionEntry, pairs = keyOf(desk, 'to')) => sealShared(desk.crypto, state, pairs);
    const ofDora = entryAt(desk, dora);
    const good = seal(now());
    const body = (make: (bytes: Uint8Array) => Uint8Array) => () => make(seal(now()));
    const state = (change: Partial<ResumptionEntry>) => () => seal({ ...now(), ...change });
    const other = new Uint8Array(32).fill(9);
    const variants: [string, () => Uint8Array][] = [
      ...[0, 1, 23, 24, 25, 32, 33, 80, 81, 82, 97, good.length - 17, good.length - 16, good.length - 1].map((length): [string, () => Uint8Array] => [`cut to ${length}`, body((bytes) => bytes.slice(0, length))]),
      ...Array.from({ length: 40 }, (_, n) => Math.floor((n * (good.length - 1)) / 39)).map((at): [string, () => Uint8Array] => [`changed at ${at}`, body((bytes) => bytes.map((byte, index) => (index === at ? byte ^ 0x40 : byte)))]),
      ['twice', body((bytes) => new Uint8Array([...bytes, ...bytes]))],
      ['longer', body((bytes) => new Uint8Array([...bytes, 0]))],
      ['for nobody', () => seal(now(), [])],
      ['under a key of another pair', () => seal(now(), keyOf(laptop, 'to'))],
      ['Dora’s', () => seal(ofDora)],
      ['Dora’s under this key id', () => seal({ ...ofDora, keyId })],
      ['Dora’s name on it', state({ peerId: ofDora.peerId })],
      ['Dora’s chain in it', state({ peerChain: ofDora.peerChain })],
      ['another device of hers', state({ peerInstance: ofDora.peerInstance })],
      ['another credential', state({ peerInstanceHash: other })],
      ['another pin', state({ pinnedSpkiHash: other })],
      ['another key id in it', () => sealShared(desk.crypto, { ...now(), keyId: other }, keyOf(desk, 'to'))],
      ['no chain', state({ peerChain: new Uint8Array(0) })],
      ['half a chain', () => seal({ ...now(), peerChain: now().peerChain.slice(0, 900) })],
      ['a chain and more', () => seal({ ...now(), peerChain: new Uint8Array([...now().peerChain, 0]) })],
      // Her key, device and pin as they are: nothing but the signature tells it, and whoever lies could have her list say anything.
      ['a chain with a list she did not sign', () => seal({ ...now(), peerChain: withBadEnd(now().peerChain, 1) })],
      ['a chain with an exchange key she did not sign', () => seal({ ...now(), peerChain: withBadEnd(now().peerChain, 3) })],
      ['made in two days', state({ madeAt: world.clock.now() + 2 * day })],
      ['over', state({ expiresAt: world.clock.now() })],
      ['that never ends', state({ expiresAt: Number.MAX_SAFE_INTEGER })],
      ['a little behind', () => seal({ ...now(), sent: { ...now().sent, counter: 0 } })],
    ];
    let next: () => Uint8Array = () => good;
    lying((word) => [word.kind === 'lent' ? { ...word, body: next() } : word]);
    const looks = () => laptop.logged.filter(([event, facts]) => event === 'handover.looked' && facts?.['where'] === 'from-owner');
    const before = rowsOf(laptop);
    for (const [what, make] of variants) {
      next = make;
      const seen = looks().length;
      void laptop.profile.devices.handover.look(shown());
      await world.until('an answer', () => looks().length > seen);
      expect([what, looks().at(-1)?.[1]?.['found']]).toEqual([what, false]);
      await world.pass(100);
      expect([what, laptop.profile.stores.sharing.pending(), laptop.profile.stores.resumptions.byKeyId(keyId)]).toEqual([what, [], undefined]);
      // Given back at once: the next one may have it.
      expect([what, desk.profile.devices.handover.isLent(keyId), desk.profile.resumptions.isKept(keyId)]).toEqual([what, false, true]);
    }
    expect(rowsOf(laptop)).toBe(before);
    expect(trio.with(desk)).toBeDefined();
    // And what is right is taken, after all of that.
    next = () => seal(now());
    void laptop.profile.devices.handover.look(shown());
    await world.until('the session at the laptop', () => laptop.profile.resumptions.isKept(keyId));
    expect([laptop.profile.stores.sharing.pending(), desk.profile.resumptions.isKept(keyId)]).toEqual([[], false]);
  });
});

/** Words of hand-over from one own device to another, as they are made here, and the answers. */
function speaker(from: Resident, to: Resident) {
  const heard: HandoverWord[] = [];
  from.profile.devices.siblings.line('handover', { heard: (_, words) => {
    const word = parseWord(words);
    if (word && word.kind !== 'hello' && word.kind !== 'keys') heard.push(word);
  } });
  const say = (word: HandoverWord): void => void from.profile.devices.siblings.session(to.profile.local.instanceId)?.send([{ kind: 'sibling', bytes: encodeTopic('handover', encodeWord(word)) }]);
  return {
    heard,
    say,
    async asks(word: HandoverWord): Promise<HandoverWord['kind']> {
      const before = heard.length;
      say(word);
      await trio.world.until('an answer', () => heard.length > before);
      return heard[before]?.kind ?? expect.unreachable('an answer');
    },
  };
}

describe('what was said of a session once, said again or by another', () => {
  async function withTablet() {
    const { world, desk, laptop, carol } = trio;
    const tablet = await world.link(desk, 'Ada’s tablet');
    tablet.mute = true;
    carol.mute = true;
    const ofCarol = desk.profile.stores.contacts.byPeer(carol.profile.local.peerId)?.contactId ?? '';
    await world.until('all of them know the list', () => [desk, laptop, tablet].every(({ profile }) => profile.local.list.instances.length === 3));
    for (const device of [laptop, tablet]) knows(device, desk, carol, ofCarol);
    const { version } = desk.profile.local.list;
    const given = () => desk.profile.stores.sharing.keys().filter(({ kind, key }) => kind === 'to' && key.listVersion === version).length;
    carol.mute = false;
    await world.until('all together', () => trio.isReady(2) && given() === 2);
    carol.mute = true;
    return tablet;
  }
  const m1 = () => shown().frame;

  it('S4-17 S4-19 S4-26 A58 A63: only who it was lent to takes it or gives it back, by the generation it was lent under, and once; a message that was shown before, or for another device, lends nothing', async () => {
    const { desk, laptop } = trio;
    const tablet = await withTablet();
    const session = trio.with(desk) ?? expect.unreachable('a session');
    const { keyId } = session;
    const [one, other] = [speaker(laptop, desk), speaker(tablet, desk)];
    const line = () => desk.profile.stores.sharing.ledger(keyId)?.line;
    const take = (generation: number): HandoverWord => ({ kind: 'take', ask: 7, keyId, generation });
    const first = m1();
    // For the laptop: in the tablet’s hands it is nothing.
    expect(await other.asks({ kind: 'ask', ask: 1, m1: first })).toBe('refused');
    expect(await one.asks({ kind: 'ask', ask: 1, m1: first })).toBe('lent');
    expect([line()?.phase, line()?.generation, line()?.taker]).toEqual(['lent', 1, laptop.profile.local.instanceId]);
    const lent = line();
    for (const generation of [0, 1, 2, 0xffff_ffff]) expect([generation, await other.asks(take(generation))]).toEqual([generation, 'refused']);
    for (const generation of [0, 2, 0xffff_ffff]) expect([generation, await one.asks(take(generation))]).toEqual([generation, 'refused']);
    other.say({ kind: 'spare', ask: 1, keyId, generation: 1 });
    one.say({ kind: 'spare', ask: 1, keyId, generation: 2 });
    // Asked once more by the same device, as after a lost answer, it is lent as it was.
    expect(await one.asks({ kind: 'ask', ask: 2, m1: first })).toBe('lent');
    expect(line()).toEqual(lent);
    one.say({ kind: 'spare', ask: 2, keyId, generation: 1 });
    // Given back: what was shown for it then lends it no more, nor does the generation of then take it.
    expect(await one.asks({ kind: 'ask', ask: 3, m1: first })).toBe('refused');
    expect(await one.asks(take(1))).toBe('refused');
    expect([line()?.phase, desk.profile.resumptions.isKept(keyId)]).toEqual(['held', true]);
    expect(await one.asks({ kind: 'ask', ask: 4, m1: m1() })).toBe('lent');
    expect(await one.asks(take(1))).toBe('refused');
    expect(await one.asks(take(2))).toBe('taken');
    // The answer may have been lost; to another it is never given.
    expect([await one.asks(take(2)), await other.asks(take(2)), await one.asks({ kind: 'ask', ask: 5, m1: first })]).toEqual(['taken', 'refused', 'refused']);
    one.say({ kind: 'spare', ask: 6, keyId, generation: 2 });
    await trio.world.pass(200);
    // The desk may have dialled anew by now: that is another session.
    expect([line()?.phase, line()?.body.length, desk.profile.resumptions.isKept(keyId), desk.profile.connections.sessions().includes(session)]).toEqual(['gone', 0, false, false]);
  });

  it.each(['retired', 'an archive'])('S4-26 S4-30 A65: a device that is %s since it was lent a session takes it no more, though the connection with it stands', async (what) => {
    const { desk, laptop, carol } = trio;
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    carol.mute = true;
    const one = speaker(laptop, desk);
    expect(await one.asks({ kind: 'ask', ask: 1, m1: m1() })).toBe('lent');
    const { list } = desk.profile.local;
    const changed = (each: (typeof list.instances)[number]) => (what === 'retired' ? { ...each, state: 'retired' as const } : { ...each, roles: [...each.roles, 'archive' as const] });
    Object.assign(list, { instances: list.instances.map((each) => (each.instanceId === laptop.profile.local.instanceId ? changed(each) : each)) });
    expect(await one.asks({ kind: 'take', ask: 2, keyId, generation: 1 })).toBe('refused');
    expect([desk.profile.stores.sharing.ledger(keyId)?.line.phase, desk.profile.stores.resumptions.byKeyId(keyId)?.keyId]).toEqual(['lent', keyId]);
  });

  it('S4-32 S4-14 A67: nothing is lent of a session which its contact knows more of, nor under a list of hers that is not the newest any more', async () => {
    const { desk, laptop, carol } = trio;
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    carol.mute = true;
    const one = speaker(laptop, desk);
    const heldFor = () => [desk.profile.stores.sharing.ledger(keyId)?.line.phase, desk.profile.resumptions.isKept(keyId)];
    const ahead = shown(({ received }) => ({ ...received, counter: received.counter + 1_000 })).frame;
    expect([await one.asks({ kind: 'ask', ask: 1, m1: ahead }), heldFor()]).toEqual(['refused', [undefined, true]]);
    const { peers } = desk.profile.stores;
    const record = peers.find(carol.profile.local.peerId) ?? expect.unreachable('a contact');
    peers.put({ ...record, listVersion: record.listVersion + 1 });
    desk.profile.book.dropCache();
    expect([await one.asks({ kind: 'ask', ask: 2, m1: m1() }), heldFor()]).toEqual(['refused', [undefined, true]]);
    peers.put(record);
    desk.profile.book.dropCache();
    expect(await one.asks({ kind: 'ask', ask: 3, m1: m1() })).toBe('lent');
  });

  it.each(['a new key of the person', 'the removal of that device', 'a new key of the contact'])('S4-17 S4-32 A65: after %s what was lent before is taken by nobody, and nobody is left with it', async (what) => {
    const { world, desk, laptop, carol } = trio;
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    carol.mute = true;
    const one = speaker(laptop, desk);
    expect(await one.asks({ kind: 'ask', ask: 1, m1: m1() })).toBe('lent');
    if (what === 'a new key of the person') await desk.identityKeys.rotate(undefined);
    else if (what === 'a new key of the contact') {
      carol.mute = false;
      const epoch = desk.profile.book.find(carol.profile.local.peerId)?.identity.epoch ?? 0;
      await carol.rotate();
      await world.until('her key', () => (desk.profile.book.find(carol.profile.local.peerId)?.identity.epoch ?? 0) > epoch);
      carol.mute = true;
    } else {
      await desk.devices.remove({ instanceId: laptop.profile.local.instanceId });
      await world.pass(1_000);
    }
    desk.mute = false;
    const take: HandoverWord = { kind: 'take', ask: 2, keyId, generation: 1 };
    if (what === 'the removal of that device') {
      expect(laptop.profile.devices.siblings.session(desk.profile.local.instanceId)).toBeUndefined();
    } else {
      const isOne = ({ profile }: Resident, other: Resident) => profile.devices.siblings.session(other.profile.local.instanceId)?.peer.identity.epoch === other.profile.local.identity.epoch;
      await world.until('the two devices together', () => laptop.profile.local.identity.epoch === desk.profile.local.identity.epoch && isOne(laptop, desk) && isOne(desk, laptop));
      await world.pass(2_000);
      expect(await speaker(laptop, desk).asks(take)).toBe('refused');
    }
    // In the book of the one that lent it, the lease still stands, or is over.
    expect(desk.profile.stores.sharing.ledger(keyId)?.line.phase).not.toBe('gone');
    expect([desk, laptop].map(({ profile }) => profile.resumptions.isKept(keyId))).toEqual([false, false]);
  });
});
