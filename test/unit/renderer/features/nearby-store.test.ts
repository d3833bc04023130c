import { expect, it } from 'vitest';
import { createLife } from '../../../../renderer/app/life';
import { createClient } from '../../../../renderer/bridge/client';
import { createNearbyStore, meetingOf } from '../../../../renderer/features/nearby/nearby-store';
import type { Meeting } from '../../../../shared/model/discovery';
import { createFake, emptyWorld, idOf } from '../../../preview/fake-world';

const heron = { nearbyId: idOf('heron'), name: 'quiet-heron-07' } as const;
const gone: Meeting = { name: heron.name, askedBy: 'you', step: 'ended', reason: 'gone' };

it('a question that comes to nothing at once, as the one before did, is shown: nothing seemed to happen', async () => {
  const fake = createFake(emptyWorld({ discovery: { running: true, name: 'blue-otter-42', endsAt: Date.now() + 300_000, people: [heron] } }));
  const client = createClient(fake.bridge);
  // Without a network it is over before anybody asks how it stands.
  client.on((event) => {
    if (event.type === 'discovery.changed') fake.world.discovery = { ...fake.world.discovery, meeting: gone };
  });
  const { getState } = createNearbyStore(client, createLife());
  await getState().load();
  await getState().meet(heron.nearbyId);
  expect(meetingOf(getState())).toEqual(gone);
  getState().putAside();
  // What is told of meanwhile brings the one that was seen not back.
  await getState().load();
  expect(meetingOf(getState())).toBeUndefined();
  await getState().meet(heron.nearbyId);
  expect(meetingOf(getState())).toEqual(gone);
});

it('a search that ends by its time is not called stopped because an earlier one was', async () => {
  const fake = createFake(emptyWorld({ discovery: { running: true, name: 'blue-otter-42', endsAt: Date.now() + 300_000, people: [] } }));
  const { getState } = createNearbyStore(createClient(fake.bridge), createLife());
  await getState().load();
  await getState().stop();
  expect(getState().ended).toBe('stopped');
  // By a program at the other door.
  fake.world.discovery = { running: true, name: 'blue-otter-43', endsAt: Date.now(), people: [] };
  await getState().load();
  fake.world.discovery = { running: false, people: [] };
  await getState().load();
  expect(getState().ended).toBe('over');
});
