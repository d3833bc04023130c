import { expect, it } from 'vitest';
import { createClient } from '../../../../renderer/bridge/client';
import { createProfilesStore } from '../../../../renderer/features/profiles/profiles-store';
import { createFake } from '../../../preview/fake-world';
import { emptyWorld } from '../../../preview/fake-world';

const profiles = [
  { profileId: 'main', name: 'Main', current: true },
  { profileId: '1'.padStart(16, '0'), name: 'Work', current: false },
];
const [main, work] = ['main', '1'.padStart(16, '0')] as const;

async function loaded(failing: ReadonlyMap<string, 'profile.in-use'> = new Map()) {
  const fake = createFake(emptyWorld({ profiles, failing: new Map(failing) }));
  const store = createProfilesStore(createClient(fake.bridge), () => undefined);
  await store.getState().load();
  return store.getState;
}

it('a page shows the profile it belongs to until it begins anew, also once the other one is open', async () => {
  const state = await loaded();
  await state().open(work);
  expect([state().switching, state().profiles.find(({ current }) => current)?.profileId]).toEqual([true, main]);
});

it('goes on as before where the other one cannot be opened, and where it is the open one already', async () => {
  const refused = await loaded(new Map([['profiles.open', 'profile.in-use']]));
  await expect(refused().open(work)).rejects.toMatchObject({ code: 'profile.in-use' });
  expect([refused().switching, refused().profiles]).toEqual([false, profiles]);
  const state = await loaded();
  await state().open(main);
  expect(state().switching).toBe(false);
});
