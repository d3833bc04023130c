import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refused, u8 } from '../second/bytes.mjs';
import { PURPOSE } from '../second/channel.mjs';
import { random } from '../second/crypto.mjs';
import { announcementNear, listenOnLan } from '../second/lan.mjs';
import * as live from '../second/live.mjs';
import { cardSigned, commitmentOf, KIND, makeAsk, makeReveal, Meeting, readAsk } from '../second/meeting.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { TYPES } from '../second/session.mjs';
import { requireLoopbackMulticast } from '../support/loopback-mdns';
import { readyKeys } from '../support/rsa-keys';
import { SetClockPeople } from '../support/set-clock-people';

// One real headless process whose clock is set by the test, and people who were written from docs/protocol.md alone: §12, meeting nearby.
type Met = InstanceType<typeof Meeting>;
const tenMinutes = 600_000;
const ownWords = 'quiet-heron-31';

let people: SetClockPeople;
let near: InstanceType<typeof Person>;
beforeAll(async () => {
  await requireLoopbackMulticast();
  people = await SetClockPeople.meet();
  near = new Person({ name: 'Near', key: identityKey(1, createPrivateKey(readyKeys(2)[1] ?? '')) });
  await people.hedda.call('discovery.start');
});
afterAll(() => people.end());

const status = () => people.hedda.call('discovery.status');
const step = async () => (await status()).meeting?.step;
const isAt = (wanted: string) => people.hedda.until(wanted, async () => (await step()) === wanted);
const address = () => ({ host: '127.0.0.1', port: Number(people.hedda.listening[0]?.split(':').at(-1)) });
const words = async () => (await status()).name ?? '';
const card = (person = near) => person.card({ addresses: [], now: people.clock.wall() });
const open = () => live.openChannel(address(), PURPOSE.meet);
/** Whether the other side closed without a word. */
const closes = (meeting: Met) => meeting.over.hear(...Object.values(KIND)).then(({ kind }: { kind: number }) => kind, (error: unknown) => (error instanceof Refused ? error.message : error));

/** Asks, and is told yes: what counts of meetings and questions of before is long ago. */
async function wanted(person = near): Promise<Met> {
  people.clock.pass(tenMinutes);
  const meeting = new Meeting(person, await open(), 'client');
  const asked = meeting.ask(ownWords, await words());
  await isAt('asked');
  await people.hedda.call('discovery.answer', { accept: true });
  expect(await asked).toBe(true);
  return meeting;
}
async function compared(person = near): Promise<Met> {
  const meeting = await wanted(person);
  await meeting.commit();
  const digits = await meeting.reveal();
  await isAt('compare');
  expect((await status()).meeting).toMatchObject({ name: ownWords, askedBy: 'them', digits });
  return meeting;
}
/** Both have said that the digits are the same. */
async function agreed(): Promise<Met> {
  const meeting = await compared();
  await people.hedda.call('discovery.confirm', { same: true });
  meeting.confirm();
  expect(await meeting.confirmed()).toBe(1);
  return meeting;
}
const known = async (name: string) => (await people.hedda.call('contacts.list')).find((each) => each.name === name);

describe('meeting nearby, from outside', () => {
  it('S5-04: what leads nowhere is answered with the same REFUSED, before anything is said of who is asked; nobody is asked about it', async () => {
    people.clock.pass(tenMinutes);
    const mine = await words();
    const first = async (kind: number, body: Buffer) => {
      const over = await open();
      over.say(kind, body);
      return (await over.hear(KIND.refused, KIND.accept)).kind;
    };
    for (const body of [
      makeAsk(ownWords, 'other-otter-11'),
      makeAsk('Quiet-heron-31', mine),
      makeAsk('q-heron-31', mine),
      makeAsk('quiet-heron-3', mine),
      makeAsk('quiet-heron-311', mine),
      makeAsk('abcdefghijklm-ab-11', mine),
      makeAsk(mine, ownWords),
      Buffer.concat([makeAsk(ownWords, mine), u8(0)]),
      makeAsk(ownWords, mine).subarray(0, -1),
    ]) expect(await first(KIND.ask, body)).toBe(KIND.refused);
    for (const kind of [KIND.commit, KIND.reveal, KIND.card, KIND.confirm]) expect(await first(kind, random(32))).toBe(KIND.refused);
    expect(await step()).toBeUndefined();
    const meeting = new Meeting(near, await open(), 'client');
    const asked = meeting.ask(ownWords, mine);
    await isAt('asked');
    // Somebody else meanwhile, and no from the person.
    expect(await new Meeting(near, await open(), 'client').ask('loud-heron-32', mine)).toBe(false);
    await people.hedda.call('discovery.answer', { accept: false });
    expect(await asked).toBe(false);
  });

  it('S5-04: what contradicts what was committed, or is out of its turn, closes the channel, and makes nobody a contact', async () => {
    const spoiled = await wanted();
    await spoiled.commit();
    spoiled.over.say(KIND.reveal, makeReveal(near));
    expect(await closes(spoiled)).toBe('closed');

    // A reveal with Hedda's own peer id, and one with her own key.
    const { chain } = people.second.contact;
    for (const claim of [{ peerId: chain.peerIdBytes, spkiHash: near.spkiHash }, { peerId: near.peerId, spkiHash: chain.identity.spkiHash }]) {
      const mirrored = await wanted();
      mirrored.own = makeReveal(claim);
      await mirrored.commit();
      mirrored.over.say(KIND.reveal, mirrored.own);
      expect(await closes(mirrored)).toBe('closed');
    }
    // A commitment made for the other role, and one for another channel.
    for (const commitment of [(meeting: Met) => commitmentOf('server', meeting.own, meeting.over.hash), (meeting: Met) => commitmentOf('client', meeting.own, random(32))]) {
      const elsewhere = await wanted();
      await elsewhere.commit(() => commitment(elsewhere));
      elsewhere.over.say(KIND.reveal, elsewhere.own);
      expect(await closes(elsewhere)).toBe('closed');
    }
    for (const out of [
      (meeting: Met) => meeting.confirm(2),
      (meeting: Met) => meeting.over.say(KIND.confirm, Buffer.of(1, 1)),
      (meeting: Met) => (meeting.confirm(), meeting.confirm()),
      (meeting: Met) => meeting.showCard(card()),
      (meeting: Met) => meeting.over.say(KIND.reveal, meeting.own),
      (meeting: Met) => meeting.over.say(KIND.ask, makeAsk(ownWords, ownWords)),
    ]) {
      const meeting = await compared();
      out(meeting);
      expect(await closes(meeting)).toBe('closed');
      await isAt('ended');
    }
    const withdrawn = await compared();
    withdrawn.confirm();
    withdrawn.confirm(0);
    expect(await closes(withdrawn)).toBe('closed');
    await people.hedda.until('told', async () => (await status()).meeting?.reason === 'not-same');
    expect(await known('Near')).toBeUndefined();
  });

  it('S5-04: only the card of exactly who was compared, signed for this meeting, makes a contact', async () => {
    const other = new Person({ name: 'Other', key: identityKey(1, createPrivateKey(readyKeys(3)[2] ?? '')) });
    for (const show of [
      (meeting: Met) => meeting.showCard(card(other), { signingSeed: other.signingSeed }),
      (meeting: Met) => meeting.showCard(card(), { signingSeed: other.signingSeed }),
      (meeting: Met) => meeting.showCard(card(), { signed: cardSigned('server', meeting.over.hash, meeting.own, meeting.theirs) }),
      (meeting: Met) => meeting.showCard(card(), { signed: cardSigned('client', meeting.over.hash, meeting.theirs, meeting.own) }),
      (meeting: Met) => meeting.showCard(card(), { signed: cardSigned('client', random(32), meeting.own, meeting.theirs) }),
    ]) {
      const meeting = await agreed();
      await meeting.seeCard(people.clock.wall());
      show(meeting);
      expect(await closes(meeting)).toBe('closed');
      await isAt('ended');
    }
    expect(await known('Near')).toBeUndefined();
    expect(await known('Other')).toBeUndefined();
    const meeting = await agreed();
    const theirs = await meeting.seeCard(people.clock.wall());
    meeting.showCard(card());
    await isAt('met');
    expect(await known('Near')).toMatchObject({ checked: true, pending: false });
    const session = await live.dial(near, address(), theirs.chain, { now: people.clock.wall() });
    expect(session.chain.peerId).toBe(people.second.contact.chain.peerId);
    session.close();
  });

  it('S5-04: three meetings in ten minutes, ten questions in ten minutes and none within two seconds, to the millisecond', async () => {
    people.clock.pass(tenMinutes);
    const mine = await words();
    const meet = async () => {
      const meeting = new Meeting(near, await open(), 'client');
      const asked = meeting.ask(ownWords, mine);
      await isAt('asked');
      await people.hedda.call('discovery.answer', { accept: true });
      return asked.then((isWanted) => (meeting.over.close(), isWanted));
    };
    const refusedAtOnce = async () => expect(await new Meeting(near, await open(), 'client').ask(ownWords, mine)).toBe(false);
    for (let count = 0; count < 3; count += 1) {
      expect(await meet()).toBe(true);
      await isAt('ended');
      people.clock.pass(2_000);
    }
    people.clock.pass(tenMinutes - 6_001);
    await refusedAtOnce();
    people.clock.pass(1);
    expect(await meet()).toBe(true);
    await isAt('ended');

    people.clock.pass(tenMinutes);
    const declined = async () => {
      const asked = new Meeting(near, await open(), 'client').ask(ownWords, mine);
      await isAt('asked');
      await people.hedda.call('discovery.answer', { accept: false });
      expect(await asked).toBe(false);
    };
    await declined();
    people.clock.pass(1_999);
    await refusedAtOnce();
    people.clock.pass(1);
    for (let count = 1; count < 10; count += 1) {
      await declined();
      people.clock.pass(2_000);
    }
    await refusedAtOnce();
  });

  it('S5-04: who is seen near is asked under the words it shows, and met; a commitment given back is not', async () => {
    const lan = await listenOnLan(() => undefined);
    const shy = new Person({ name: 'Shy', key: identityKey(1, createPrivateKey(readyKeys(4)[3] ?? '')) });
    const wires: InstanceType<typeof live.Wire>[] = [];
    let onWire: (wire: InstanceType<typeof live.Wire>) => void = (wire) => wires.push(wire);
    const { address: at, close } = await live.listen((wire: InstanceType<typeof live.Wire>) => onWire(wire));
    /** The channel that comes next, with its question. */
    const asked = async () => {
      const wire = wires.shift() ?? (await new Promise<InstanceType<typeof live.Wire>>((resolve) => (onWire = resolve)));
      onWire = (next) => wires.push(next);
      const first = await wire.next();
      expect([first?.[0], first?.[7]]).toEqual([TYPES.channelOpen, PURPOSE.meet]);
      const meeting = new Meeting(shy, live.channelOver(wire, first), 'server');
      expect(readAsk((await meeting.over.hear(KIND.ask)).body)).toEqual({ by: await words(), wanted: 'shy-newt-44' });
      return meeting;
    };
    try {
      people.clock.pass(tenMinutes);
      for (const instance of ['shy-newt-44', 'Shy-newt-44', 'shy-newt-4', 'shynewt44']) await lan.say(announcementNear({ instance, host: `${instance}-host`, port: at.port, address: '127.0.0.1' }));
      await lan.say(announcementNear({ instance: 'later-newt-45', host: 'later-host', port: at.port, address: '127.0.0.1', texts: ['v=3'] }));
      await people.hedda.until('seen', async () => (await status()).people.some(({ name }) => name === 'shy-newt-44'));
      const seen = (await status()).people;
      expect(seen.map(({ name }) => name)).toEqual(['shy-newt-44']);
      const ask = () => people.hedda.call('discovery.meet', { nearbyId: seen[0]?.nearbyId ?? '' });

      await ask();
      const mirror = await asked();
      mirror.over.say(KIND.accept, Buffer.alloc(0));
      await mirror.commit((theirs: Buffer) => theirs);
      expect(await closes(mirror)).toBe('closed');
      await isAt('ended');

      await ask();
      const refuses = await asked();
      refuses.over.say(KIND.refused, Buffer.alloc(0));
      await people.hedda.until('declined', async () => (await status()).meeting?.reason === 'declined');

      people.clock.pass(tenMinutes);
      await ask();
      const meeting = await asked();
      meeting.over.say(KIND.accept, Buffer.alloc(0));
      await meeting.commit();
      const digits = await meeting.reveal();
      await isAt('compare');
      expect((await status()).meeting?.digits).toBe(digits);
      meeting.confirm();
      await people.hedda.call('discovery.confirm', { same: true });
      expect(await meeting.confirmed()).toBe(1);
      meeting.showCard(card(shy));
      expect((await meeting.seeCard(people.clock.wall())).chain.peerId).toBe(people.second.contact.chain.peerId);
      await isAt('met');
      expect(await known('Shy')).toMatchObject({ checked: true, pending: false });
    } finally {
      lan.close();
      close();
    }
  });
});
