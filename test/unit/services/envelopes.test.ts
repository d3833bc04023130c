import { beforeAll, describe, expect, it } from 'vitest';
import { renewLocalRecord } from '../../../electron/engine/certificates/renewal';
import { createLocalRecord } from '../../../electron/engine/certificates/local-party';
import { sealDeposit } from '../../../electron/engine/dialog/deposit';
import { maxEnvelopes } from '../../../electron/engine/dialog/envelope-file';
import type { PeerId } from '../../../electron/engine/ids';
import type { LocalRecord, PeerRecord, PeerStore } from '../../../electron/engine/ports';
import { Envelopes, type Opened, type Tally } from '../../../electron/services/envelopes';
import { PeerBook } from '../../../electron/services/peer-book';
import { depositParts, depositsFor } from '../../support/deposit-kit';
import { Device, person, quiet, testCrypto } from '../../support/dialog-kit';
import { personOf } from '../../support/two-devices';

const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;

let records: readonly [LocalRecord, LocalRecord];
beforeAll(async () => {
  const crypto = await testCrypto();
  const first = await createLocalRecord(crypto, { name: 'Ada', deviceName: 'desk', now: start });
  const later = await renewLocalRecord(crypto, first, start + 6.5 * day);
  if (!later) throw new Error('nothing was due');
  records = [first, later];
}, 30_000);

function memoryPeers(): PeerStore {
  const rows = new Map<PeerId, PeerRecord>();
  return { find: (peerId) => rows.get(peerId), put: (record) => void rows.set(record.peerId, record), remove: (peerId) => void rows.delete(peerId), list: () => [...rows.values()], transaction: (work) => work() };
}

/** Ada before and after her exchange key changed, and Bob, who pinned her before. */
async function cast() {
  const crypto = await testCrypto();
  const [ada, adaLater] = records.map((record) => new Device(crypto, personOf(crypto, record, start + 6 * day)));
  if (!ada || !adaLater) throw new Error('two records');
  const bob = new Device(crypto, await person('Bob')).knows(ada);
  ada.knows(bob);
  adaLater.knows(bob);
  const book = new PeerBook(memoryPeers(), crypto, bob.clock);
  book.learnCard({ chain: ada.person.chain, addresses: [], time: start, bytes: new Uint8Array(0) });
  const envelopes = new Envelopes({ crypto, clock: bob.clock, logger: quiet, local: bob.person.local, book, peers: depositParts(bob).peers, isContact: () => true, predecessorsOf: () => [], isFormer: () => false, onOtherKey: () => undefined, onProof: () => undefined, engine: bob.engine });
  const take = (deposits: readonly Uint8Array[]): Tally & { senders: number } => {
    const opened = deposits.map((each) => envelopes.open(each)).filter((each): each is Opened => each !== undefined && 'source' in each);
    const tally = { opened: 0, repeated: 0, refused: deposits.length - opened.length };
    return { ...tally, senders: envelopes.receive(opened, tally).size, ...tally };
  };
  return { ada, adaLater, bob, book, envelopes, take };
}

describe('envelopes as the services take them', () => {
  it('S1-48: count what is new, what was here, and what is not for this person', async () => {
    const { ada, bob, take } = await cast();
    const dialogId = ada.engine.open(bob.peerId, { title: '' });
    ada.say(bob, dialogId, 'x');
    const deposits = depositsFor(ada, bob);
    expect(take([...deposits, new Uint8Array(3_000)])).toEqual({ opened: 2, repeated: 0, refused: 1, senders: 1 });
    expect(take(deposits)).toEqual({ opened: 0, repeated: 2, refused: 0, senders: 1 });
  });

  it('A20: learn a sender’s later exchange key from what was new, never go back to an earlier one', async () => {
    const { ada, adaLater, bob, book, take } = await cast();
    const known = (): string => Buffer.from(book.find(ada.peerId)?.exchange.hash ?? []).toString('hex');
    const [before, after] = [ada, adaLater].map((device) => Buffer.from(device.person.chain.exchange.hash).toString('hex'));
    const dialogId = ada.engine.open(bob.peerId, { title: '' });
    ada.say(bob, dialogId, 'x');
    const messages = ada.pending(bob);
    const [early, late] = [ada, adaLater].map((device, index) => sealDeposit(ada.crypto, device.person.local, bob.person.remote(), messages[index] ?? new Uint8Array()));
    if (!early || !late) throw new Error('two messages');
    expect(before).not.toBe(after);
    expect(known()).toBe(before);
    expect(take([late])).toMatchObject({ opened: 1 });
    expect(known()).toBe(after);
    // An envelope of before, kept back by somebody until now.
    expect(take([early])).toMatchObject({ opened: 1 });
    expect(known()).toBe(after);
    expect(book.find(ada.peerId)?.record.exchanges).toHaveLength(2);
  });

  it('A17: one whole file at once, then so many a second; those for others cost nothing', async () => {
    const { ada, bob, envelopes, take } = await cast();
    ada.engine.open(bob.peerId, { title: '' });
    const [deposit = new Uint8Array()] = depositsFor(ada, bob);
    const full = Array.from({ length: maxEnvelopes }, () => deposit);
    expect(envelopes.waitFor(full)).toBe(0);
    expect(envelopes.waitFor([...full, new Uint8Array(5_000)])).toBe(0);
    take([deposit, deposit]);
    expect(envelopes.waitFor(full)).toBe(Math.ceil((2 / 64) * 1_000));
    bob.clock.pass(40);
    expect(envelopes.waitFor(full)).toBe(0);
  });
});
