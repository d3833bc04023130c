import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCard, parseCard } from '../../../electron/engine/certificates/card';
import { openChannel } from '../../../electron/engine/session/channel';
import { channelKinds } from '../../../electron/engine/session/channel-frames';
import { Writer } from '../../../electron/engine/wire/writer';
import { ask, compare, meet, meetingOf, over, search, status, stepOf, stop, strangerAsks } from '../../support/nearby-world';
import { createMemoryLan, type MemoryLan } from '../../support/memory-lan';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

let world: World;
let lan: MemoryLan;
let ann: Resident;
let bo: Resident;

beforeEach(async () => {
  lan = createMemoryLan();
  world = createWorld({ lan });
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
}, 30_000);
afterEach(() => world.close());

const contacts = (who: Resident) => who.profile.stores.contacts.list();
const contactOf = (who: Resident, other: Resident) => who.profile.stores.contacts.byPeer(other.profile.local.peerId);
/** Bo's device asks Ann under these words and then takes its time. */
async function slowlyAsks(by: string, wanted: string) {
  const kinds: number[] = [];
  const opening = openChannel(bo.crypto, world.clock, await world.network.transport.dial(ann.address, 1_000), 'meet');
  await world.pass(200);
  const channel = await opening;
  channel.onFrame(({ kind }) => void kinds.push(kind));
  channel.send({ kind: channelKinds.meetAsk, payload: new Writer(64).text(by).text(wanted).finish() });
  await world.pass(200);
  return { kinds, channel };
}
const connected = (...people: readonly Resident[]) => people.every(({ profile }) => profile.connections.sessions().length > 0);
const codeOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return undefined;
};

describe('meeting somebody nearby', () => {
  test('makes a checked contact on both sides, for exactly the revealed key, and a first message arrives', async () => {
    await search(world, ann, bo);
    await compare(world, ann, bo);
    expect(meetingOf(ann)).toMatchObject({ askedBy: 'you', name: status(bo).name, digits: meetingOf(bo)?.digits });
    expect(meetingOf(bo)).toMatchObject({ askedBy: 'them', name: status(ann).name });
    expect([contacts(ann), contacts(bo)]).toEqual([[], []]);
    ann.discovery.confirm({ same: true });
    await world.pass(2_000);
    expect([stepOf(ann), stepOf(bo), contacts(ann).length, contacts(bo).length]).toEqual(['waiting', 'compare', 0, 0]);
    bo.discovery.confirm({ same: true });
    await world.until('both met', () => stepOf(ann) === 'met' && stepOf(bo) === 'met');
    for (const [who, other] of [
      [ann, bo],
      [bo, ann],
    ] as const) {
      const [row] = contacts(who);
      expect(row).toMatchObject({ name: other.name, relation: 'mutual', checked: true, blocked: false, permissions: { message: true, openConversation: true, sendFile: true } });
      expect(row?.checkedSpkiHash).toEqual(other.profile.local.identity.spkiHash);
      const known = who.profile.book.find(other.profile.local.peerId)?.record;
      expect(known?.pinnedSpkiHash).toEqual(other.profile.local.identity.spkiHash);
      expect(known?.places).toMatchObject([{ instanceId: other.profile.local.instanceId, addresses: [other.address] }]);
      expect(meetingOf(who)?.contactId).toBe(row?.contactId);
    }
    await world.until('a session at once', () => connected(ann, bo));
    const { conversationId } = await ann.conversations.open({ contactId: contactOf(ann, bo)?.contactId ?? '' });
    const { messageId } = await ann.messages.send({ conversationId, text: 'There you are' });
    await world.until('delivered', () => ann.profile.stores.messages.byId(messageId)?.state === 'delivered');
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(['There you are']);
  });

  test('the next session must show the same key: somebody else at that address gets none', async () => {
    const eve = await world.move('Eve');
    await search(world, ann, bo);
    // Before the sessions that follow the meeting: whatever goes to Bo's address reaches Eve.
    bo.mute = true;
    bo.onLink = (link) => (link.role === 'listener' && stepOf(ann) === 'met' ? eve.profile.accept(link) : bo.profile.accept(link));
    await meet(world, ann, bo);
    await world.pass(20_000, 100);
    expect([ann.profile.connections.sessions(), eve.profile.connections.sessions()]).toEqual([[], []]);
    expect(contactOf(ann, bo)?.checkedSpkiHash).toEqual(bo.profile.local.identity.spkiHash);
    bo.onLink = undefined;
    bo.mute = false;
    await world.until('Bo himself', () => connected(ann, bo));
    expect(ann.profile.connections.sessions()[0]?.peer.identity.spkiHash).toEqual(bo.profile.local.identity.spkiHash);
  });

  test('somebody known already is checked, not doubled; what was between them stays', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    await ann.conversations.open({ contactId: ofInviter });
    expect(contactOf(ann, bo)?.checked).toBe(false);
    await search(world, ann, bo);
    await meet(world, bo, ann);
    expect(contacts(ann).map(({ contactId, checked }) => [contactId, checked])).toEqual([[ofInviter, true]]);
    expect(contactOf(bo, ann)).toMatchObject({ checked: true, checkedSpkiHash: ann.profile.local.identity.spkiHash });
    expect(ann.profile.stores.conversations.list()).toHaveLength(1);
  });

  test('what was compared stays compared when the same card comes again by another way', async () => {
    await search(world, ann, bo);
    await meet(world, ann, bo);
    const before = contactOf(ann, bo);
    await world.pass(5_000, 100);
    ann.profile.introductions.acceptRequest(parseCard(ann.crypto, createCard(bo.crypto, bo.profile.local, [bo.address], world.clock.now()), world.clock.now()));
    expect(contactOf(ann, bo)).toEqual(before);
    expect(before?.checkedAt).toBeGreaterThan(0);
  });

  test('somebody known by another key is refused and told apart; the pin stays', async () => {
    await acquaint(world, ann, bo);
    const { peers } = ann.profile.stores;
    const before = peers.find(bo.profile.local.peerId);
    if (before === undefined) throw new Error('not known');
    peers.put({ ...before, pinnedSpkiHash: new Uint8Array(32).fill(7) });
    ann.profile.book.dropCache();
    await search(world, ann, bo);
    ask(ann, bo);
    await world.until('asked', () => stepOf(bo) === 'asked');
    bo.discovery.answer({ accept: true });
    expect(await over(world, ann, bo)).toEqual(['other-key', 'gone']);
    expect(meetingOf(ann)).toMatchObject({ contactId: contactOf(ann, bo)?.contactId });
    expect(meetingOf(ann)?.digits).toBeUndefined();
    expect(peers.find(bo.profile.local.peerId)?.pinnedSpkiHash).toEqual(new Uint8Array(32).fill(7));
    expect(contactOf(ann, bo)?.checked).toBe(false);
  });

  test('somebody blocked is not met and not told why', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    await ann.contacts.block({ contactId: ofInviter });
    await search(world, ann, bo);
    ask(bo, ann);
    await world.until('asked', () => stepOf(ann) === 'asked');
    ann.discovery.answer({ accept: true });
    expect(await over(world, ann, bo)).toEqual(['blocked', 'gone']);
    expect(contactOf(ann, bo)).toMatchObject({ blocked: true, checked: false });
  });

  test('somebody blocked while the digits were compared is not met either', async () => {
    const { ofInviter } = await acquaint(world, ann, bo);
    await search(world, ann, bo);
    await compare(world, ann, bo);
    await ann.contacts.block({ contactId: ofInviter });
    ann.discovery.confirm({ same: true });
    bo.discovery.confirm({ same: true });
    await world.until('the end', () => stepOf(ann) === 'ended');
    expect(meetingOf(ann)?.reason).toBe('blocked');
    expect(contactOf(ann, bo)).toMatchObject({ blocked: true, checked: false });
  });

  test('digits that differ for one of them make no contact for anybody', async () => {
    await search(world, ann, bo);
    await compare(world, ann, bo);
    ann.discovery.confirm({ same: true });
    await world.pass(200);
    bo.discovery.confirm({ same: false });
    expect(await over(world, ann, bo)).toEqual(['not-same', 'not-same']);
    expect([contacts(ann), contacts(bo), meetingOf(ann)?.digits]).toEqual([[], [], undefined]);
    expect(codeOf(() => ann.discovery.confirm({ same: true }))).toBe('discovery.no-meeting');
  });

  test('two who ask each other at once need no answer, whoever has the lower words', async () => {
    const lower = new Set<boolean>();
    for (let round = 0; round < 12 && lower.size < 2; round += 1) {
      await search(world, ann, bo);
      const [a, b] = [status(ann).name ?? '', status(bo).name ?? ''];
      if (!lower.has(a < b)) {
        lower.add(a < b);
        ask(ann, bo);
        ask(bo, ann);
        await world.until('digits', () => stepOf(ann) === 'compare' && stepOf(bo) === 'compare');
        expect(meetingOf(ann)?.digits).toBe(meetingOf(bo)?.digits);
        ann.discovery.confirm({ same: false });
        expect(await over(world, ann, bo)).toEqual(['not-same', 'not-same']);
      }
      stop(ann, bo);
    }
    expect(lower.size).toBe(2);
  });

  test('both ask, but only one of them can be reached: that way is taken, whoever has the lower words', async () => {
    const silentWas = new Set<boolean>();
    for (let round = 0; round < 24 && silentWas.size < 2; round += 1) {
      await search(world, ann, bo);
      const boIsLower = (status(bo).name ?? '') < (status(ann).name ?? '');
      if (!silentWas.has(boIsLower)) {
        silentWas.add(boIsLower);
        bo.onLink = () => undefined; // takes connections and says nothing
        ask(ann, bo);
        ask(bo, ann);
        await world.until('digits', () => stepOf(ann) === 'compare' && stepOf(bo) === 'compare');
        bo.onLink = undefined;
      }
      stop(ann, bo);
    }
    expect(silentWas.size).toBe(2);
  });

  test('both asked, one was accepted: whoever comes behind under the same words is refused and disturbs nothing', async () => {
    for (let higher = false; !higher; ) {
      stop(ann, bo);
      await search(world, ann, bo);
      higher = (status(ann).name ?? '') > (status(bo).name ?? '');
    }
    const [a, b] = [status(ann).name ?? '', status(bo).name ?? ''];
    bo.onLink = () => undefined; // Ann's own question reaches nobody
    ask(ann, bo);
    const { kinds, channel } = await slowlyAsks(b, a);
    expect([kinds, stepOf(ann)]).toEqual([[channelKinds.meetAccept], 'asking']);
    const second = await strangerAsks(world, bo, ann, { by: b, wanted: a });
    expect(second.news).toEqual([{ kind: 'ended', reason: 'declined' }]);
    channel.send({ kind: channelKinds.meetCommit, payload: new Uint8Array(32).fill(5) });
    await world.pass(200);
    expect(kinds).toEqual([channelKinds.meetAccept, channelKinds.meetCommit]);
  });

  test('choosing from the list who is asking already is a yes', async () => {
    await search(world, ann, bo);
    ask(ann, bo);
    await world.until('asked', () => stepOf(bo) === 'asked');
    ask(bo, ann);
    await world.until('digits', () => stepOf(ann) === 'compare' && stepOf(bo) === 'compare');
  });

  test('a disk that is full makes no contact and checks nobody, and says that it failed', async () => {
    for (const known of [false, true]) {
      if (known) await acquaint(world, ann, bo);
      await search(world, ann, bo);
      await compare(world, ann, bo);
      ann.db.exec("CREATE TEMP TRIGGER full BEFORE INSERT ON contacts BEGIN SELECT RAISE(ABORT, 'full'); END");
      ann.discovery.confirm({ same: true });
      bo.discovery.confirm({ same: true });
      await world.until('the end', () => stepOf(ann) === 'ended');
      expect([meetingOf(ann)?.reason, contactOf(ann, bo)?.checked]).toEqual(['failed', known ? false : undefined]);
      expect(ann.profile.book.find(bo.profile.local.peerId) !== undefined).toBe(known);
      ann.db.exec('DROP TRIGGER full');
    }
  });
});

describe('one meeting at a time, and few', () => {
  test('a second asker is refused, an own second question too', async () => {
    const cy = await world.move('Cy');
    await search(world, ann, bo, cy);
    ask(ann, bo);
    await world.until('asked', () => stepOf(bo) === 'asked');
    ask(cy, bo);
    expect(await over(world, cy)).toEqual(['declined']);
    expect(codeOf(() => ask(ann, cy))).toBe('discovery.busy');
    expect(codeOf(() => ask(bo, cy))).toBe('discovery.busy');
    expect([stepOf(ann), meetingOf(bo)?.name]).toEqual(['asking', status(ann).name]);
  });

  test('three within ten minutes, in either role; the fourth neither asks nor is asked', async () => {
    for (const [who, whom] of [
      [ann, bo],
      [bo, ann],
      [ann, bo],
    ] as const) {
      await search(world, ann, bo);
      await compare(world, who, whom);
      who.discovery.confirm({ same: false });
      await over(world, ann, bo);
      await world.pass(3_000, 100);
    }
    let refused: unknown;
    try {
      ask(ann, bo);
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: 'discovery.too-many' });
    const retryAt = (refused as { facts: { retryAt: number } }).facts.retryAt; // what that code carries
    expect(retryAt - world.clock.now()).toBeGreaterThan(9 * 60_000);
    const { news } = await strangerAsks(world, bo, ann, { by: status(bo).name ?? '', wanted: status(ann).name ?? '' });
    expect([news, stepOf(ann)]).toEqual([[{ kind: 'ended', reason: 'declined' }], 'ended']);
    // Closing and opening the vault gives no further tries.
    ann.reopen();
    await search(world, ann);
    expect(codeOf(() => ask(ann, bo))).toBe('discovery.too-many');
    await world.pass(retryAt - world.clock.now(), 1_000);
    await search(world, ann, bo);
    await compare(world, ann, bo);
  });

  test('who never accepted cost no try; questions of one source are put ten times at most', async () => {
    await search(world, ann, bo);
    const put = [];
    for (let round = 0; round < 12; round += 1) {
      const { talk } = await strangerAsks(world, bo, ann, { by: status(bo).name ?? '', wanted: status(ann).name ?? '' });
      put.push(stepOf(ann) === 'asked');
      talk?.cancel();
      await world.pass(3_000, 500);
    }
    expect(put).toEqual([...Array.from({ length: 10 }, () => true), false, false]);
    const asked = codeOf(() => ask(ann, bo));
    expect(asked).toBeUndefined();
  });

  test('an answer on its way is for who asked, not for who comes right behind', async () => {
    const cy = await world.move('Cy');
    await search(world, ann, bo, cy);
    const { talk } = await strangerAsks(world, bo, ann, { by: status(bo).name ?? '', wanted: status(ann).name ?? '' });
    talk?.cancel();
    await world.until('gone', () => stepOf(ann) === 'ended');
    ask(cy, ann);
    await world.pass(500);
    expect([stepOf(ann), codeOf(() => ann.discovery.answer({ accept: true }))]).toEqual(['ended', 'discovery.no-meeting']);
    await over(world, cy);
    await world.pass(2_000);
    ask(cy, ann);
    await world.until('asked', () => stepOf(ann) === 'asked');
  });
});

describe('how a meeting ends before it was one', () => {
  test('declined; taken back; called off', async () => {
    await search(world, ann, bo);
    ask(ann, bo);
    await world.until('asked', () => stepOf(bo) === 'asked');
    bo.discovery.answer({ accept: false });
    // Who said no need not be told of it.
    expect([await over(world, ann), meetingOf(bo)]).toEqual([['declined'], undefined]);
    await world.pass(3_000, 100);
    ask(ann, bo);
    await world.until('asked', () => stepOf(bo) === 'asked');
    ann.discovery.answer({ accept: false });
    expect([await over(world, bo), meetingOf(ann)]).toEqual([['gone'], undefined]);
    await world.pass(3_000, 100);
    await compare(world, bo, ann);
    ann.discovery.stop(undefined);
    expect([await over(world, bo), meetingOf(ann)]).toEqual([['gone'], undefined]);
    expect([contacts(ann), contacts(bo)]).toEqual([[], []]);
  });

  test('nobody answers for three minutes: both say so', async () => {
    await search(world, ann, bo);
    ask(ann, bo);
    await world.until('asked', () => stepOf(bo) === 'asked');
    await world.pass(181_000, 1_000);
    expect(await over(world, ann, bo)).toEqual(['timeout', 'timeout']);
  });

  test('a device that is not there', async () => {
    await search(world, ann);
    lan.forge({ kind: 'near', name: 'blue-otter-42', gone: false, addresses: [{ host: '192.0.2.99', port: 1 }], facts: { v: '2' } });
    const [person] = status(ann).people;
    ann.discovery.meet({ nearbyId: person?.nearbyId ?? '' });
    expect(await over(world, ann)).toEqual(['gone']);
    expect(codeOf(() => ann.discovery.meet({ nearbyId: 'f'.repeat(32) }))).toBe('discovery.gone');
  });

  test('several addresses: the one that answers is taken, dead and silent ones hold nothing up, and one channel is left', async () => {
    await search(world, ann, bo);
    const silent = await world.move('Silent');
    silent.onLink = () => undefined;
    const name = status(bo).name ?? '';
    lan.forge({ kind: 'near', name, gone: false, addresses: [{ host: '192.0.2.99', port: 1 }, silent.address, bo.address], facts: { v: '2' } });
    ask(ann, bo);
    await world.pass(1_000);
    expect(stepOf(bo)).toBe('asked');
    bo.discovery.answer({ accept: true });
    await world.until('digits', () => stepOf(ann) === 'compare' && stepOf(bo) === 'compare');
    await world.pass(20_000, 500);
    expect([stepOf(ann), stepOf(bo)]).toEqual(['compare', 'compare']);
  });

  test('words that are none, one’s own, or meant for another device are refused without a question', async () => {
    await search(world, ann, bo);
    const [a, b] = [status(ann).name ?? '', status(bo).name ?? ''];
    for (const words of [{ by: 'no words', wanted: a }, { by: '<b>x</b>-a-1', wanted: a }, { by: a, wanted: a }, { by: b, wanted: 'blue-otter-42' }, { by: b, wanted: '' }]) {
      const { news } = await strangerAsks(world, bo, ann, words);
      expect([words, news, stepOf(ann)]).toEqual([words, [{ kind: 'ended', reason: 'declined' }], undefined]);
    }
  });

  test('A78: while nobody is looked for, a channel for a meeting is closed before any key work', async () => {
    await search(world, bo);
    const before = ann.crypto.meter.read().kemEncaps;
    const { talk, news } = await strangerAsks(world, bo, ann, { by: status(bo).name ?? '', wanted: 'blue-otter-42' });
    expect([talk, news, ann.crypto.meter.read().kemEncaps - before, status(ann)]).toEqual([undefined, [], 0, { running: false, people: [] }]);
  });
});
