import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VerifiedChain } from '../../../electron/engine/certificates/chain';
import { parseExchangeCredential } from '../../../electron/engine/certificates/credential';
import { issueInstanceList } from '../../../electron/engine/certificates/instance-list';
import { ownExchange } from '../../../electron/engine/certificates/renewal';
import { issueSuspension } from '../../../electron/engine/certificates/suspension';
import type { PeerId } from '../../../electron/engine/ids';
import type { PeerRecord } from '../../../electron/engine/ports';
import { Suspensions } from '../../../electron/services/devices/suspensions';
import { KeyTrust } from '../../../electron/services/key-trust';
import { PeerBook } from '../../../electron/services/peer-book';
import type { Db } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { createPeerStore } from '../../../electron/storage/peer-store';
import { instance } from '../../contract/storage/rows';
import { person, TestClock, testCrypto } from '../../support/dialog-kit';
import { freshDatabase } from '../../support/fresh-database';
import { newDevices, testNow, verifiedChainOf } from '../../support/session-kit';

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

it('S4-32 A65: with the list that takes a device away goes every exchange key it may have made, though that one begins later', async () => {
  const [first, second] = await newDevices('Ada');
  const { crypto, local } = first;
  const made = (await ownExchange(second.crypto, second.local, testNow)) ?? expect.unreachable('it may issue');
  const exchange = parseExchangeCredential(crypto, made.credential);
  const db = freshDatabase();
  const book = new PeerBook(createPeerStore(db), crypto, new TestClock());
  const known = () => book.find(local.peerId)?.exchange.hash;
  const [chain, ofSecond] = [verifiedChainOf(first), verifiedChainOf(second)];
  book.learnCard({ chain, addresses: [], time: 1, bytes: new Uint8Array(0) });
  book.learnChain({ ...ofSecond, exchange });
  expect(known()).toEqual(exchange.hash);
  const instances = local.list.instances.map((each) => (each.instanceId === second.local.instanceId ? { ...each, state: 'retired' as const } : each));
  const list = await issueInstanceList(crypto, { identity: local.identity, identityKey: local.certifierKey(), version: local.list.version + 1, issuedAt: testNow, instances });
  book.learnChain({ ...chain, list });
  expect(known()).toEqual(local.exchange.current.credential.hash);
  db.close();
});

it('S5-34 A83: what was sealed under a key before the pinned one counts of devices that are theirs today, and that nobody stopped', async () => {
  const [first, second] = await newDevices('Ada');
  const { crypto, local } = first;
  const db = freshDatabase();
  const { peers, peerKeys, suspensions } = openStores(db);
  const stopped = new Suspensions(suspensions, crypto);
  const clock = new TestClock();
  const book = new PeerBook(peers, crypto, clock, undefined, undefined, new KeyTrust(crypto, peerKeys), undefined, stopped);
  const chain = verifiedChainOf(first);
  book.learnCard({ chain, addresses: [], time: 1, bytes: new Uint8Array(0) });
  peerKeys.putKey({ peerId: local.peerId, spkiHash: new Uint8Array(32).fill(9), epoch: 1, since: 0, origin: 'first', checked: false, acceptedUntil: clock.now() + 1_000 });
  const counting = () => book.formerPins(local.peerId).map(({ isActive }) => [first, second].map((device) => isActive(device.local.instanceId)));
  expect(counting()).toEqual([[true, true]]);
  stopped.add(issueSuspension(crypto, { suspended: second.local.instanceId, list: local.list, credential: local.instance.credential, signing: local.instance.signing, time: testNow }));
  expect(counting()).toEqual([[true, false]]);
  const instances = local.list.instances.map((each) => (each.instanceId === second.local.instanceId ? { ...each, state: 'retired' as const } : each));
  book.learnChain({ ...chain, list: await issueInstanceList(crypto, { identity: local.identity, identityKey: local.certifierKey(), version: local.list.version + 1, issuedAt: testNow, instances }) });
  expect([stopped.of(local.peerId), counting()]).toEqual([[], [[true, false]]]);
  // To the millisecond of the time it still counts for.
  clock.pass(999);
  expect(counting()).toHaveLength(1);
  clock.pass(1);
  expect(counting()).toEqual([]);
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

  it('S5-09 A74: under another identity key than the pinned one neither card nor chain nor own device changes anything, whatever else is new in it', () => {
    book.learnCard(card(device(1), 100, 1));
    const [before, record] = [writes, book.find(chain.identity.peerId)?.record ?? expect.unreachable('pinned')];
    const other: VerifiedChain = { ...device(2), identity: { ...chain.identity, spkiHash: new Uint8Array(32).fill(7) }, list: { ...chain.list, version: chain.list.version + 1 } };
    book.learnCard(card(other, 200, 9));
    book.learnCard(card(other, 201, 9), true);
    book.learnChain(other);
    // Nor what another own device has pinned under that key.
    book.join({ ...record, pinnedSpkiHash: other.identity.spkiHash, places: [{ instanceId: instance(3), time: 900, addresses: at(8) }, ...record.places] });
    expect([writes, book.find(chain.identity.peerId)?.record]).toEqual([before, record]);
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
