import { expect, test } from 'vitest';
import { openStores } from '../../../electron/storage/open-stores';
import { instance, peer } from '../../contract/storage/rows';
import { freshDatabase } from '../../support/fresh-database';
import { afterwards } from './places';

test('whose devices say that nothing can be left for them is nobody with a mailbox, and what they said stays known', () => {
  const db = freshDatabase();
  afterwards(() => db.close());
  const { ways } = openStores(db);
  expect(ways.putMailboxesOf(peer(1), instance(1), 5, [])).toBe(true);
  expect([ways.peopleWithMailbox(), ways.peopleWithWord(), ways.mailboxWordsOf(peer(1))]).toEqual([[], [peer(1)], [{ instanceId: instance(1), time: 5, places: [] }]]);
});
