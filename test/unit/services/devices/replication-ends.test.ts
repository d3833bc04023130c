import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventHub } from '../../../../electron/services/event-hub';
import { removePerson } from '../../../../electron/services/removing';
import { acquaint, createWorld, type Resident, type World } from '../../../support/services-kit';

const hour = 3_600_000;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The log is written a slice in each turn of the event loop: whoever lets the world's time pass may find all of it written, as more turns than one go by in that. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('where the log of one’s own devices begins and ends', () => {
  let world: World;
  let desk: Resident;
  let bob: Resident;
  let ofBob = '';

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    ofBob = (await acquaint(world, desk, bob)).ofInviter;
  });
  afterEach(() => world.close());

  const replica = ({ profile }: Resident) => profile.devices.replica;
  const idOf = ({ profile }: Resident) => profile.local.instanceId;
  const inStep = (...devices: Resident[]): boolean =>
    devices.every((each) => replica(each).hasHeardAll && devices.every((other) => other === each || (each.profile.devices.siblings.session(idOf(other)) !== undefined && replica(each).behind(idOf(other)) === 0)));
  /** But for what several devices say side by side, which stays. */
  const facts = (of: Resident): number => Number(of.db.prepare("SELECT count(*) AS n FROM replica_facts WHERE kind NOT IN ('block', 'ended', 'failed', 'start')").get()?.['n']);
  const write = (of: Resident, count: number, from = 1): void => {
    const { stores, newMessageId, local } = of.profile;
    const [conversation] = stores.conversations.list();
    of.profile.commit(() => {
      for (let n = from; n < from + count; n += 1) stores.messages.add({ messageId: newMessageId(), conversationId: conversation?.conversationId ?? '', direction: 'out', instanceId: local.instanceId, sequence: 100 + n, kind: 'text', text: `line ${n}`, sentAt: world.clock.now(), state: 'delivered', keyEpoch: 1 });
    });
  };
  const texts = (of: Resident): readonly string[] => of.profile.stores.conversations.list().flatMap(({ conversationId }) => of.profile.stores.messages.page(conversationId, undefined, 5_000).map(({ text }) => text));
  const rename = (of: Resident, name: string): void => {
    const row = of.profile.stores.contacts.list()[0] ?? expect.unreachable('Bob');
    of.profile.commit(() => of.profile.stores.contacts.put({ ...row, name }));
  };
  const away = (...devices: Resident[]): void => {
    for (const each of devices) {
      each.mute = true;
      each.onLink = (link) => link.destroy();
      each.reopen();
    }
  };
  const back = (...devices: Resident[]): void => {
    for (const each of devices) {
      each.mute = false;
      each.onLink = undefined;
      each.reopen();
    }
  };

  it.each([
    ['before anything was written', 0],
    ['while the log was being written', 1],
    ['during the first transfer', 2],
    ['when both had all of it', 3],
  ])('S4-31 S4-32: a device that is removed %s ends the log; the next one hears all that there is then, and nothing from before', async (_when, stage) => {
    await desk.conversations.open({ contactId: ofBob, title: 'Tea' });
    write(desk, 1_200);
    const laptop = await world.link(desk, 'Ada’s laptop');
    if (stage === 0) desk.reopen();
    if (stage === 1) while (facts(desk) === 0) await nextTurn();
    if (stage === 2) for (let turn = 0; (laptop.profile.stores.replica.heard().get(idOf(desk)) ?? 0) === 0 && turn < 10_000; turn += 1) await world.pass(1, 1);
    if (stage === 3) await world.until('both in step', () => inStep(desk, laptop));
    expect(desk.profile.stores.replica.state()?.begun).toBe(stage > 1);
    const given = desk.profile.stores.replica.heard().get(idOf(desk)) ?? 0;
    await desk.devices.remove({ instanceId: idOf(laptop) });
    await world.until('it to be removed', () => !replica(desk).isOn);
    expect(facts(desk)).toBe(0);
    // With one device nothing is said: what stands in the log now would be the past.
    rename(desk, 'Robert');
    write(desk, 1, 5_000);
    expect(facts(desk)).toBe(0);
    const shelf = await world.link(desk, 'Ada’s shelf');
    await world.until('both in step', () => inStep(desk, shelf));
    expect(shelf.profile.stores.contacts.list().map(({ name }) => name)).toEqual(['Robert']);
    expect(texts(shelf)).toEqual(texts(desk));
    expect(texts(shelf)).toHaveLength(1_201);
    // No number is given out twice.
    const numbers = desk.db.prepare("SELECT min(number) AS n FROM replica_facts WHERE author = ? AND kind <> 'start'").get([idOf(desk)]);
    expect(Number(numbers?.['n'])).toBeGreaterThan(given);
    expect(replica(shelf).missing).toBeUndefined();
  });

  it('S4-26 S4-31: a device that was stopped and counts again has what was said without it, and the others what it has', async () => {
    await desk.conversations.open({ contactId: ofBob, title: 'Tea' });
    write(desk, 20);
    const carol = await world.move('Carol');
    await acquaint(world, desk, carol);
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', () => inStep(desk, laptop));
    await desk.devices.suspend({ instanceId: idOf(laptop) });
    await world.until('it to be stopped', () => !replica(desk).isOn);
    expect(facts(desk)).toBe(0);
    write(desk, 20, 21);
    rename(desk, 'Robert');
    // What goes meanwhile is gone for the one that was stopped, too, and does not come back from it.
    const { stores } = desk.profile;
    const [first] = stores.messages.page(stores.conversations.list()[0]?.conversationId ?? '', undefined, 50);
    desk.messages.delete({ messageId: first?.messageId ?? '' });
    const gone = stores.contacts.byPeer(carol.profile.local.peerId) ?? expect.unreachable('Carol');
    desk.profile.commit(() => removePerson({ stores, profile: desk.profile, events: new EventHub(quiet) }, gone));
    await desk.devices.reinstate({ instanceId: idOf(laptop) });
    await world.until('both in step', () => inStep(desk, laptop));
    expect(texts(laptop)).toEqual(texts(desk));
    expect(texts(laptop)).toHaveLength(39);
    for (const { profile } of [desk, laptop]) expect(profile.stores.contacts.list().map(({ name }) => name)).toEqual(['Robert']);
  });

  it('S4-31 S1-47: a device that is in step with nobody for a day talks to contacts after it, also when it was opened anew meanwhile, and the person sees what may be a repeat and that something is missing', async () => {
    await desk.conversations.open({ contactId: ofBob, title: 'Tea' });
    write(desk, 1_200);
    const laptop = await world.link(desk, 'Ada’s laptop');
    for (let turn = 0; laptop.profile.stores.contacts.list().length === 0 && turn < 10_000; turn += 1) await world.pass(1, 1);
    for (let turn = 0; laptop.profile.stores.peers.find(bob.profile.local.peerId) === undefined && turn < 10_000; turn += 1) await world.pass(1, 1);
    expect(replica(laptop).isReady).toBe(false);
    away(desk);
    // Twenty hours, opened anew, three more hours: not yet.
    world.clock.wall += 20 * hour;
    laptop.reopen();
    world.clock.wall += 3 * hour;
    await world.pass(hour / 5, 30_000);
    expect(replica(laptop).isReady).toBe(false);
    expect(laptop.profile.connections.sessions()).toHaveLength(0);
    world.clock.wall += 0.9 * hour;
    await world.pass(hour / 5, 30_000);
    expect(replica(laptop)).toMatchObject({ isReady: true, hasHeardAll: false });
    await world.until('a session with Bob', () => laptop.profile.connections.sessions().length > 0);
    const atBobs = bob.profile.stores.conversations.list()[0]?.conversationId ?? (await bob.conversations.open({ contactId: bob.profile.stores.contacts.list()[0]?.contactId ?? '' })).conversationId;
    await bob.messages.send({ conversationId: atBobs, text: 'again?' });
    await world.until('it on the laptop', () => texts(laptop).includes('again?'));
    const conversations = await laptop.conversations.list({});
    const shown = await laptop.messages.list({ conversationId: conversations[0]?.conversationId ?? '', limit: 500 });
    expect(shown.find(({ text }) => text === 'again?')).toMatchObject({ maybeRepeat: true });
    const here = (await laptop.devices.list(undefined)).find(({ current }) => current);
    expect(here?.incomplete).toBeDefined();
    // It is whole once the other one is there again, and what comes then is no repeat.
    back(desk);
    await world.until('both in step', () => inStep(desk, laptop));
    expect((await laptop.devices.list(undefined)).find(({ current }) => current)?.incomplete).toBeUndefined();
    await bob.messages.send({ conversationId: atBobs, text: 'news' });
    await world.until('it on the laptop', () => texts(laptop).includes('news'));
    expect(texts(laptop).filter((text) => text === 'again?')).toHaveLength(1);
    expect(texts(laptop)).toEqual(texts(desk));
  });

  it('S4-31: a clock that was years ahead when a device was let in keeps it waiting no longer than a day', async () => {
    world.clock.wall += 1_000 * 24 * hour;
    const laptop = await world.link(desk, 'Ada’s laptop');
    away(desk);
    world.clock.wall -= 1_000 * 24 * hour;
    laptop.reopen();
    world.clock.wall += 24 * hour;
    await world.pass(hour / 5, 30_000);
    expect(replica(laptop).isReady).toBe(true);
  });

  /** Two that were let in, connected with each other, and the one that let them in is gone before either has all. */
  const orphans = async (lines: number): Promise<readonly [Resident, Resident]> => {
    await desk.conversations.open({ contactId: ofBob, title: 'Tea' });
    write(desk, lines);
    const laptop = await world.link(desk, 'Ada’s laptop');
    const shelf = await world.link(desk, 'Ada’s shelf');
    const heard = (of: Resident): number => of.profile.stores.replica.heard().get(idOf(desk)) ?? 0;
    shelf.mute = true;
    shelf.onLink = (link) => link.destroy();
    // By whom to find each other, and Bob: his key is said anew when something about it is different, with the messages of that moment before it.
    const isEnough = (): boolean => heard(laptop) >= 200 && laptop.profile.stores.devices.find(idOf(shelf)) !== undefined && laptop.profile.stores.peers.list().length > 0;
    for (let turn = 0; !isEnough() && turn < 20_000; turn += 1) await world.pass(1, 1);
    away(desk);
    back(shelf);
    await world.until('them together', () => laptop.profile.devices.siblings.session(idOf(shelf)) !== undefined && shelf.profile.devices.siblings.session(idOf(laptop)) !== undefined);
    for (const each of [laptop, shelf]) expect(replica(each).isReady).toBe(false);
    return [laptop, shelf];
  };

  it('S4-31: two that were let in become ready through each other once the one that let them in counts no more, and say what is missing', async () => {
    const lines = 3_000;
    const [laptop, shelf] = await orphans(lines);
    await laptop.devices.suspend({ instanceId: idOf(desk) });
    await world.until('both ready', () => [laptop, shelf].every((each) => replica(each).hasHeardAll));
    await world.until('both in step', () => inStep(laptop, shelf));
    expect(texts(laptop).length).toBeGreaterThan(0);
    expect(texts(laptop).length).toBeLessThan(lines);
    expect(texts(shelf)).toEqual(texts(laptop));
    const lacking = async (of: Resident) => (await of.devices.list(undefined)).find(({ current }) => current)?.incomplete;
    const entries = (await lacking(laptop))?.entries ?? 0;
    expect(entries).toBeGreaterThanOrEqual(lines - texts(laptop).length);
    expect(await lacking(shelf)).toBeDefined();
    for (const each of [laptop, shelf]) each.reopen();
    expect((await lacking(laptop))?.entries).toBe(entries);
    // What is left is enough to go on.
    await world.until('sessions with Bob', () => [laptop, shelf].every(({ profile }) => profile.connections.sessions().length > 0));
    const conversationId = shelf.profile.stores.conversations.list()[0]?.conversationId ?? '';
    await shelf.messages.send({ conversationId, text: 'on we go' });
    await world.until('it at Bob’s', () => texts(bob).includes('on we go'));
  });

  it('S4-31: what is said again while the log is first written stays before what hangs on it, so that whoever hears a part has contacts with keys', async () => {
    await desk.conversations.open({ contactId: ofBob, title: 'Tea' });
    write(desk, 1_000);
    const laptop = await world.link(desk, 'Ada’s laptop');
    const placeOf = (kind: string): number => Number(desk.db.prepare('SELECT min(number) AS n FROM replica_facts WHERE kind = ? AND author = ?').get([kind, idOf(desk)])?.['n']);
    const bobs = desk.profile.stores.peers.find(bob.profile.local.peerId) ?? expect.unreachable('Bob’s keys');
    let said = 0;
    while (desk.profile.stores.replica.state()?.begun !== true) {
      // As each session with him does it, which brings a new secret of both.
      if (facts(desk) > 100) desk.profile.commit(() => desk.profile.stores.peers.put({ ...bobs, updatedAt: bobs.updatedAt + (said += 1) }));
      await nextTurn();
    }
    // Between any two slices but the first.
    expect(said).toBeGreaterThan(4);
    expect(placeOf('pin')).toBeLessThan(placeOf('message'));
    // What was given is said under a new number: only so does the other device hear it.
    await world.until('both in step', () => inStep(desk, laptop));
    const before = placeOf('pin');
    desk.profile.commit(() => desk.profile.stores.peers.put(bobs));
    expect(placeOf('pin')).toBeGreaterThan(before);
    await world.until('both in step', () => inStep(desk, laptop));
    expect(laptop.profile.stores.peers.find(bob.profile.local.peerId)).toBeDefined();
  });

  it('S4-31: while it still counts they wait for it for a day, have meanwhile what either has, and go on without it then', async () => {
    const [laptop, shelf] = await orphans(1_500);
    await world.until('them in step', () => replica(laptop).behind(idOf(shelf)) === 0);
    world.clock.wall += 24 * hour;
    await world.pass(hour / 5, 30_000);
    expect(replica(laptop)).toMatchObject({ isReady: true, hasHeardAll: false });
    expect(replica(shelf)).toMatchObject({ isReady: true, hasHeardAll: false });
    expect(texts(shelf)).toEqual(texts(laptop));
    expect(texts(shelf).length).toBeGreaterThan(0);
    expect(replica(shelf).missing).not.toBe(0);
    back(desk);
    await world.until('all in step', () => inStep(desk, laptop, shelf));
    for (const each of [laptop, shelf]) {
      expect(texts(each)).toEqual(texts(desk));
      expect(replica(each).missing).toBeUndefined();
    }
  });
});
