import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backoffMs } from '../../../electron/services/backoff';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

const minute = 60_000;

describe('the wait before the next try', () => {
  const always = (byte: number) => ({ bytes: (length: number) => new Uint8Array(length).fill(byte) });

  test('is anything between nothing much and a ceiling that doubles up to a minute', () => {
    const ceilings = [0, 1, 2, 3, 4, 5, 6, 7, 20].map((failures) => backoffMs(always(255), failures));
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 59_999, 59_999, 59_999]);
    expect(backoffMs(always(0), 0)).toBe(250);
    expect(backoffMs(always(0), 9)).toBe(250);
    expect(backoffMs({ bytes: () => Uint8Array.of(128, 0) }, 6)).toBe(30_000);
  });
});

describe('reaching for somebody', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  let boAtAnn: string;

  beforeEach(async () => {
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    ({ ofInviter: boAtAnn } = await acquaint(world, ann, bo));
    bo.mute = true; // only Ann dials
    await world.pass(minute);
    ann.dials.length = 0;
  }, 30_000);
  afterEach(() => world.close());

  const gaps = () => ann.dials.slice(1).map((at, index) => at - (ann.dials[index] ?? 0));

  test('whose connection is accepted and dropped at once: not in a tight loop', async () => {
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(10 * minute, 50);
    expect(ann.dials.length).toBeGreaterThan(8);
    expect(ann.dials.length).toBeLessThan(60); // half a minute each on the average, once it has grown
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(250);
    expect(Math.max(...gaps())).toBeLessThanOrEqual(minute + 100);
  }, 60_000);

  test('whose sessions are confirmed and dropped at once: not in a tight loop either', async () => {
    const annAtBo = ann.profile.local.peerId;
    let sessions = 0;
    const dropper = () => {
      if (bo.profile.connections.session(annAtBo) === undefined) return;
      sessions += 1;
      bo.profile.connections.drop(annAtBo);
    };
    dropper();
    for (let passed = 0; passed < 10 * minute; passed += 50) {
      await world.pass(50, 50);
      dropper();
    }
    expect(sessions).toBeGreaterThan(8);
    expect(ann.dials.length).toBeLessThan(60);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(250);
  }, 60_000);

  test('a healthy minute makes the back-off begin anew, a shorter time does not', async () => {
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(5 * minute, 50);
    bo.onLink = undefined;
    await world.until('a session', () => ann.profile.connections.sessions().length > 0);
    await world.pass(minute + 1_000, 100);
    ann.dials.length = 0;
    world.network.cut();
    await world.pass(1_100);
    expect(ann.dials.length).toBe(1); // within the first second
    expect(ann.profile.connections.sessions()).toHaveLength(1);
  }, 60_000);

  test('however often somebody writes, a peer that drops everything is dialled once a second at the most', async () => {
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(100);
    ann.dials.length = 0;
    const { conversationId } = await ann.conversations.open({ contactId: boAtAnn });
    for (let n = 0; n < 500; n += 1) {
      await ann.messages.send({ conversationId, text: `${n}` });
      await world.pass(20);
    }
    expect(ann.dials.length).toBeGreaterThan(4); // ten seconds: an act does cut the wait short
    expect(ann.dials.length).toBeLessThanOrEqual(11);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(250);
  }, 60_000);

  test('nothing is dialled for somebody blocked, and at once after that is over', async () => {
    await ann.contacts.block({ contactId: boAtAnn });
    ann.dials.length = 0;
    await world.pass(2 * minute, 100);
    expect(ann.dials).toEqual([]);
    await ann.contacts.block({ contactId: boAtAnn, blocked: false });
    await world.pass(100);
    expect(ann.dials).toHaveLength(1);
    expect(ann.profile.connections.sessions()).toHaveLength(1);
  }, 30_000);
});
