import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerifiedChain } from '../../../electron/engine/certificates/chain';
import type { PeerId } from '../../../electron/engine/ids';
import type { PeerRecord } from '../../../electron/engine/ports';
import { PeerBook } from '../../../electron/services/peer-book';
import type { Db } from '../../../electron/storage/database';
import { createPeerStore } from '../../../electron/storage/peer-store';
import { instance } from '../../contract/storage/rows';
import { person, TestClock, testCrypto } from '../../support/dialog-kit';
import { freshDatabase } from '../../support/fresh-database';

it('S2-07: tells of other devices when a person’s instance list has a higher version, and only then', async () => {
  const { chain } = await person('Bob');
  const { peerId } = chain.identity;
  const db = freshDatabase();
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

describe('where a person’s devices are', () => {
  const at = (port: number) => [{ host: '192.0.2.1', port }];
  const start = Date.UTC(2026, 5, 1, 12);
  let chain: VerifiedChain;
  let book: PeerBook;
  let db: Db;
  let writes: number;

  beforeEach(async () => {
    ({ chain } = await person('Bob'));
    db = freshDatabase();
    const store = createPeerStore(db);
    writes = 0;
    const counting = { ...store, put: (record: PeerRecord) => ((writes += 1), store.put(record)) };
    book = new PeerBook(counting, await testCrypto(), { ...new TestClock(), now: () => start, monotonic: () => 0, setTimer: () => () => undefined });
  });
  afterEach(() => db.close());

  const device = (n: number): VerifiedChain => ({ ...chain, instance: { ...chain.instance, instanceId: instance(n), bytes: Uint8Array.of(n) } });
  const card = (from: VerifiedChain, time: number, port: number) => ({ chain: from, addresses: at(port), time, bytes: new Uint8Array(0) });
  const places = () => book.find(chain.identity.peerId)?.record.places.map(({ instanceId, time, addresses }) => [instanceId, time, addresses[0]?.port]);

  it('are kept by device, newest card first; an older or equally old card of one changes nothing', () => {
    book.learnCard(card(device(1), 100, 1));
    book.learnCard(card(device(2), 50, 2));
    expect(places()).toEqual([[instance(1), 100, 1], [instance(2), 50, 2]]);
    const before = writes;
    book.learnCard(card(device(1), 99, 9));
    book.learnCard(card(device(1), 100, 9));
    book.learnCard(card(device(1), 99, 9), true);
    expect([writes, places()]).toEqual([before, [[instance(1), 100, 1], [instance(2), 50, 2]]]);
    book.learnCard(card(device(2), 101, 3));
    expect(places()).toEqual([[instance(2), 101, 3], [instance(1), 100, 1]]);
  });

  it('a device that is nowhere any more takes its old address back', () => {
    book.learnCard(card(device(1), 100, 1));
    book.learnCard({ ...card(device(1), 101, 1), addresses: [] });
    expect(book.find(chain.identity.peerId)?.record.places).toEqual([{ instanceId: instance(1), time: 101, addresses: [] }]);
  });

  it('of sixteen devices at the most, those with the newest cards', () => {
    for (let n = 1; n <= 40; n += 1) book.learnCard(card(device(n), n, n));
    expect(places()?.map(([, time]) => time)).toEqual(Array.from({ length: 16 }, (_, n) => 40 - n));
  });

  it('none of a device that is no more, nor of one that shows an older list', () => {
    book.learnCard(card(device(1), 100, 1));
    book.learnCard(card(device(2), 100, 2));
    const [entry] = chain.list.instances;
    if (entry === undefined) throw new Error('a list has an entry');
    const retiring = { ...chain.list, version: 2, bytes: Uint8Array.of(0, 2), instances: [{ ...entry, instanceId: instance(1), state: 'retired' as const }] };
    book.learnChain({ ...device(2), list: retiring });
    expect(places()).toEqual([[instance(2), 100, 2]]);
    book.learnCard(card(device(1), 200, 1));
    expect(places()).toEqual([[instance(2), 100, 2]]);
  });

  it('a clock that had been ahead is believed again, from the device itself and nobody else', () => {
    const ahead = start + 20 * 86_400_000;
    book.learnCard(card(device(1), ahead, 1));
    book.learnCard(card(device(1), start, 2));
    expect(places()).toEqual([[instance(1), ahead, 1]]);
    book.learnCard(card(device(1), start, 3), true);
    expect(places()).toEqual([[instance(1), start, 3]]);
    book.learnCard(card(device(1), start - 1, 4), true);
    expect(places()).toEqual([[instance(1), start, 3]]);
  });
});
