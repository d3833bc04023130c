import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCard, parseCard } from '../../../electron/engine/certificates/card';
import type { Address, Link } from '../../../electron/engine/ports';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

const at = (host: string, port = 4_000): Address => ({ host, port });
const minute = 60_000;

describe('finding somebody with several addresses', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  let boAtAnn: string;
  let annAtBo: string;

  beforeEach(async () => {
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    ({ ofInviter: boAtAnn, ofInvitee: annAtBo } = await acquaint(world, ann, bo));
    bo.mute = true; // only Ann dials
  }, 30_000);
  afterEach(() => world.close());

  const peerOf = (resident: Resident) => resident.profile.local.peerId;
  const connected = () => [ann, bo].every(({ profile }) => profile.connections.sessions().length > 0);
  const report = async () => ann.networkCalls.reach({ contactId: boAtAnn });
  const outcomes = async () => Object.fromEntries((await report()).tries.map(({ address, outcome }) => [address, outcome]));
  const betweenRounds = () => {
    const { failures, trying } = ann.profile.connections.search(peerOf(bo));
    return failures > 0 && !trying;
  };
  const placesOfBo = () => ann.profile.book.find(peerOf(bo))?.record.places ?? [];

  /** Bo tells these addresses by a card of his, on the session there is. */
  async function tell(addresses: Address[]): Promise<void> {
    bo.addresses = addresses;
    bo.tellAddresses();
    await world.until('the card is stored', () => JSON.stringify(placesOfBo()[0]?.addresses) === JSON.stringify(addresses));
  }
  /** Nobody is connected, and what was learned of addresses that work is forgotten. */
  async function apart(): Promise<void> {
    ann.dials.length = 0;
    ann.dialled.length = 0;
    ann.reopen();
  }

  test('S3-09: a dead first address does not keep a live second one waiting; the report says what answered', async () => {
    world.network.setSilent(at('203.0.113.1'));
    await tell([at('203.0.113.1'), at('203.0.113.2'), bo.address]);
    await apart();
    await world.until('a session', connected);
    expect(ann.dialled).toEqual([at('203.0.113.1'), at('203.0.113.2'), bo.address]);
    const [first = 0, second = 0, third = 0] = ann.dials;
    expect(second - first).toBe(250);
    expect(third - second).toBeLessThanOrEqual(20); // that one was refused at once
    expect(await outcomes()).toEqual({ '203.0.113.1:4000': 'not-needed', '203.0.113.2:4000': 'refused', '192.0.2.2:4000': 'connected' });
    const { tries, connected: is, advice, failures, trying } = await report();
    expect([is, advice, failures, trying]).toEqual([true, [], 0, false]);
    // The one that worked stands first and is tried first the next time.
    expect(tries[0]).toMatchObject({ address: '192.0.2.2:4000', via: 'direct', instanceId: bo.profile.local.instanceId, outcome: 'connected' });
    ann.dialled.length = 0;
    world.network.cut();
    await world.pass(100);
    await world.until('a session', connected);
    expect(ann.dialled).toEqual([bo.address]);
  }, 30_000);

  test('S3-09: an address that swallows what is sent there has five seconds', async () => {
    world.network.setSilent(at('203.0.113.1'));
    await tell([at('203.0.113.1')]);
    await apart();
    world.network.cut();
    await world.until('it is dialled', () => ann.dialled.some(({ host }) => host === '203.0.113.1'));
    const begun = ann.dials[ann.dialled.findIndex(({ host }) => host === '203.0.113.1')] ?? 0;
    await world.pass(begun + 4_999 - world.clock.monotonic(), 1_000);
    expect(await outcomes()).not.toMatchObject({ '203.0.113.1:4000': 'timeout' });
    // The network of this test takes a dial up with the world's next step.
    await world.pass(1 + 20);
    expect(await outcomes()).toMatchObject({ '203.0.113.1:4000': 'timeout' });
  }, 30_000);

  test('somebody who takes the connection and never answers keeps nobody waiting either, and is given up', async () => {
    const taken: Link[] = [];
    await world.network.transport.listen(at('203.0.113.3'), (link) => taken.push(link));
    await tell([at('203.0.113.3'), bo.address]);
    await apart();
    await world.until('a session', connected);
    expect(await outcomes()).toMatchObject({ '203.0.113.3:4000': 'not-needed', '192.0.2.2:4000': 'connected' });
    bo.onLink = (link) => link.destroy();
    await apart();
    const begun = world.clock.monotonic();
    await world.until('the round is over', () => ann.profile.connections.search(peerOf(bo)).failures === 1);
    expect(world.clock.monotonic() - begun).toBeGreaterThan(9_900);
    expect(await outcomes()).toMatchObject({ '203.0.113.3:4000': 'no-answer' });
    // Every link that lost was closed: nothing of them stays open over there.
    let open = 0;
    for (const link of taken) {
      open += 1;
      link.onClose(() => (open -= 1));
    }
    ann.profile.leave();
    await world.pass(200);
    expect(open).toBe(0);
  }, 30_000);

  test('A45: another person at a stale address is told apart, and the right one is still reached', async () => {
    const eve = await world.move('Eve');
    await eve.listenAt(at('203.0.113.4'));
    await tell([at('203.0.113.4'), bo.address]);
    bo.onLink = (link) => link.destroy();
    await apart();
    // Between two rounds: in the middle of one, nobody has answered yet.
    await world.until('a round is over', betweenRounds);
    expect(await outcomes()).toMatchObject({ '203.0.113.4:4000': 'not-accepted' });
    const { connected: is, failures, advice, nextTryAt } = await report();
    expect([is, failures > 0, advice[0]]).toEqual([false, true, 'moved']);
    expect(nextTryAt).toBeGreaterThan(world.clock.now());
    bo.onLink = undefined;
    await ann.networkCalls.tryNow({ contactId: boAtAnn });
    await world.until('a session', connected);
    expect(eve.profile.connections.sessions()).toEqual([]);
    expect(ann.profile.connections.sessions().map(({ peer }) => peer.identity.name)).toEqual(['Bo']);
  }, 30_000);

  test('however many addresses a card names, four are tried at once, each given up when its time is over', async () => {
    const dead = Array.from({ length: 8 }, (_, n) => at(`203.0.113.${n + 1}`));
    for (const one of dead) world.network.setSilent(one);
    await tell(dead);
    await apart();
    await world.pass(4_900);
    expect(ann.dialled).toHaveLength(4);
    expect((await report()).trying).toBe(true);
    await world.until('the round is over', () => ann.profile.connections.search(peerOf(bo)).failures === 1);
    expect(ann.dialled).toEqual(dead);
    expect((await report()).tries.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => 'timeout'));
    expect((await report()).advice).toContain('ask-to-open');
    const { milliseconds } = (await report()).tries[0] ?? {};
    expect(Math.abs((milliseconds ?? 0) - 5_000)).toBeLessThan(100);
  }, 30_000);

  test('addresses that changed while connected are told on the connection; an older card, replayed, changes nothing', async () => {
    const before = createCard(bo.crypto, bo.profile.local, [at('198.51.100.66')], world.clock.now());
    await world.pass(1_000);
    const next = at('192.0.2.200', 4_444);
    await bo.listenAt(next);
    await tell([next]);
    expect(placesOfBo()).toHaveLength(1);
    expect(placesOfBo()[0]).toMatchObject({ instanceId: bo.profile.local.instanceId });
    const stored = JSON.stringify(placesOfBo());
    bo.profile.connections.session(peerOf(ann))?.send([{ kind: 'card', bytes: before }]);
    await world.pass(500);
    ann.profile.commit(() => ann.profile.book.learnCard(parseCard(ann.crypto, before, world.clock.now())));
    expect(JSON.stringify(placesOfBo())).toBe(stored);
    expect(ann.profile.connections.sessions()).toHaveLength(1);
    // And it is what the next connection is made with.
    await apart();
    await world.until('a session', connected);
    expect(ann.dialled).toEqual([next]);
  }, 30_000);

  test('a device that moves all the time tells a session twelve times at the most', async () => {
    let cards = 0;
    const session = bo.profile.connections.session(peerOf(ann));
    const send = session?.send.bind(session);
    if (session === undefined || send === undefined) throw new Error('no session');
    session.send = (items) => {
      cards += items.filter(({ kind }) => kind === 'card').length;
      return send(items);
    };
    for (let n = 0; n < 60; n += 1) {
      bo.addresses = [at('203.0.113.9', 5_000 + n)];
      bo.tellAddresses();
      bo.tellAddresses(); // several parts of it change at once
      await world.pass(400);
    }
    expect(cards).toBe(11); // and one when it began
  }, 30_000);

  test('its own addresses are never dialled, whoever says that they are somebody else’s', async () => {
    await tell([ann.address, bo.address]);
    await apart();
    await world.until('a session', connected);
    expect(ann.dialled).toEqual([bo.address]);
    expect((await report()).tries.map(({ address }) => address)).toEqual(['192.0.2.2:4000']);
  }, 30_000);

  test('what is heard on the local network is tried first and at once, and no more often than every five seconds', async () => {
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(5 * minute, 100);
    bo.onLink = undefined;
    const nearby = at('192.168.7.7', 4_777);
    await bo.listenAt(nearby);
    world.network.setSilent(bo.address);
    ann.dialled.length = 0;
    ann.hears(peerOf(bo), [nearby]);
    await world.until('a session', connected);
    expect(ann.dialled[0]).toEqual(nearby);
    expect((await ann.networkCalls.status(undefined)).sessions).toMatchObject([{ contactId: boAtAnn, via: 'lan' }]);
    expect((await ann.contacts.list(undefined)).map(({ reach }) => reach)).toEqual(['lan']);
    expect((await bo.contacts.list(undefined)).map(({ reach }) => reach)).toEqual(['direct']);
    // A false announcement, again and again: nobody is there.
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(minute, 100);
    ann.dialled.length = 0;
    for (let n = 0; n < 100; n += 1) {
      ann.hears(peerOf(bo), [at('192.168.7.8', n + 1)]);
      await world.pass(100);
    }
    expect(ann.dialled.filter(({ host }) => host === '192.168.7.8').length).toBeLessThanOrEqual(12);
  }, 60_000);

  test('waking up: a session that leads nowhere ends within five seconds, and who is missing is looked for at once', async () => {
    await world.pass(2 * minute, 100);
    // The cable is pulled: nothing arrives any more, and nobody is told.
    world.network.setWire(() => undefined);
    world.network.cut();
    bo.onLink = (link) => link.destroy();
    await world.pass(5 * minute, 100);
    world.network.setWire(undefined);
    bo.onLink = undefined;
    ann.dials.length = 0;
    ann.profile.networkChanged();
    const changed = world.clock.monotonic();
    await world.until('a session', connected);
    expect(world.clock.monotonic() - changed).toBeLessThanOrEqual(1_100);
    // A live session goes on as it is.
    const [session] = ann.profile.connections.sessions();
    ann.profile.networkChanged();
    await world.pass(10_000);
    expect(ann.profile.connections.sessions()).toEqual([session]);
  }, 60_000);

  test.each([
    ['on a change of network', () => ann.profile.networkChanged()],
    ['when a person asks for a try', () => void ann.networkCalls.tryNow({ contactId: boAtAnn })],
  ])('a session that swallows everything is noticed %s, and made anew', async (_when, begin) => {
    let open = true;
    world.network.setWire((bytes) => (open ? [bytes] : undefined));
    world.network.cut();
    await world.until('the old session is gone', () => ann.profile.connections.sessions().length === 0);
    await world.until('a session', connected);
    const [old] = ann.profile.connections.sessions();
    open = false; // links dialled from now on are not concerned
    world.network.setWire(undefined);
    begin();
    await world.pass(4_900);
    expect(ann.profile.connections.sessions()).toEqual([old]);
    await world.pass(200);
    expect(ann.profile.connections.sessions()).not.toContain(old);
    await world.until('a session', () => ann.profile.connections.sessions().length > 0);
  }, 30_000);

  test('a change of network during a round begins another one, with what is known then', async () => {
    const dead = [at('203.0.113.1'), at('203.0.113.2'), at('203.0.113.3'), at('203.0.113.4')];
    for (const one of dead) world.network.setSilent(one);
    await tell([...dead, bo.address]);
    await apart();
    await world.pass(1_500);
    expect(connected()).toBe(false);
    for (const one of dead) world.network.setSilent(one, false);
    ann.profile.networkChanged();
    await world.pass(200);
    expect(connected()).toBe(true);
    expect((await report()).failures).toBe(0);
  }, 30_000);

  test('S3-31: both dialling each other over several addresses at once leaves one session and loses nothing', async () => {
    await bo.listenAt(at('203.0.113.21'));
    await ann.listenAt(at('203.0.113.22'));
    ann.addresses = [at('203.0.113.22'), ann.address];
    ann.tellAddresses();
    await tell([at('203.0.113.21'), bo.address]);
    bo.mute = false;
    const { conversationId } = await ann.conversations.open({ contactId: boAtAnn });
    const seen = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      world.network.cut();
      ann.profile.networkChanged();
      bo.profile.networkChanged();
      await ann.messages.send({ conversationId, text: `${round}` });
      await world.until('a session', connected);
      await world.pass(6_000);
      expect([ann, bo].map(({ profile }) => profile.connections.sessions().length)).toEqual([1, 1]);
      // Whoever ends a connection has another one with them: neither takes the other for something that is no Keyshift.
      for (const [one, contactId] of [[ann, boAtAnn], [bo, annAtBo]] as const) for (const { outcome } of (await one.networkCalls.reach({ contactId })).tries) if (outcome !== undefined) seen.add(outcome);
    }
    expect([...seen].filter((outcome) => outcome !== 'connected' && outcome !== 'not-needed')).toEqual([]);
    expect(toldOf(bo, 'message.received').map(({ message }) => message.text)).toEqual(['0', '1', '2', '3', '4']);
    expect(annAtBo).not.toBe('');
  }, 60_000);
});
