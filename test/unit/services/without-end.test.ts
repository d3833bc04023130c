import { afterEach, expect, test } from 'vitest';
import { acquaint, createWorld, type World } from '../../support/services-kit';

let world: World;
afterEach(() => world.close());

test('A17: of the cards of one session sixteen are looked at, whatever they are, and only those make a line in the log', async () => {
  world = createWorld();
  const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  await acquaint(world, ann, bo);
  await world.until('they are connected', () => ann.profile.connections.session(bo.profile.local.peerId) !== undefined);
  const session = ann.profile.connections.session(bo.profile.local.peerId) ?? expect.unreachable('a session');
  for (let at = 0; at < 300; at += 1) ann.profile.cards.take(session, Uint8Array.of(at % 256));
  const rejected = ann.logged.filter(([event]) => event === 'card.rejected').length;
  expect(rejected).toBeGreaterThan(0);
  expect(rejected).toBeLessThanOrEqual(16);
  // The next session is heard again.
  session.close();
  await world.until('another session', () => (ann.profile.connections.session(bo.profile.local.peerId) ?? session) !== session);
  const next = ann.profile.connections.session(bo.profile.local.peerId) ?? expect.unreachable('a session');
  ann.profile.cards.take(next, Uint8Array.of(1));
  expect(ann.logged.filter(([event]) => event === 'card.rejected').length).toBe(rejected + 1);
}, 30_000);
