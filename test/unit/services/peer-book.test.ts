import { expect, it } from 'vitest';
import type { PeerId } from '../../../electron/engine/ids';
import { PeerBook } from '../../../electron/services/peer-book';
import { openDatabase } from '../../../electron/storage/database';
import { migrate } from '../../../electron/storage/migrate';
import { createPeerStore } from '../../../electron/storage/peer-store';
import { person, TestClock, testCrypto } from '../../support/dialog-kit';

it('S2-07: tells of other devices when a person’s instance list has a higher version, and only then', async () => {
  const { chain } = await person('Bob');
  const { peerId } = chain.identity;
  const db = openDatabase(':memory:');
  migrate(db);
  const told: PeerId[] = [];
  const book = new PeerBook(createPeerStore(db), await testCrypto(), new TestClock(), (each) => told.push(each));
  const withVersion = (version: number) => ({ ...chain, list: { ...chain.list, version, bytes: Uint8Array.of(version) } });
  book.learnCard({ chain, addresses: [], time: 0, bytes: new Uint8Array(0) });
  book.learnChain(chain);
  expect(told).toEqual([]);
  book.learnChain(withVersion(2));
  book.learnChain(withVersion(2));
  book.learnChain(withVersion(1));
  expect(told).toEqual([peerId]);
  db.close();
});
