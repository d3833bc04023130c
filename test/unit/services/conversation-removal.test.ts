import { expect, it } from 'vitest';
import { ConversationRemoval, erasing } from '../../../electron/services/conversation-removal';
import { EventHub } from '../../../electron/services/event-hub';
import { openDatabase } from '../../../electron/storage/database';
import { openStores } from '../../../electron/storage/open-stores';
import { conversation, message } from '../../contract/storage/rows';
import { afterwards } from '../../support/afterwards';

const many = 30;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

it('a conversation that is removed goes a few messages and facts to a transaction, however slow the disk is, and goes on after a restart', async () => {
  const db = openDatabase(':memory:');
  afterwards(() => db.close());
  const stores = openStores(db);
  const row = conversation(1);
  stores.conversations.put(row);
  for (let at = 0; at < many; at += 1) {
    stores.messages.add(message(at, { conversationId: row.conversationId }));
    stores.replica.put({ author: row.peerId as never, number: at + 1, stamp: at, kind: 'message', key: `${row.peerId}/${row.dialogId}/${at}`, value: undefined, signature: undefined, waiting: false });
  }
  const count = (table: string): number => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  const left = (): number => count('messages') + count('replica_facts');
  const gone: number[] = [];
  let now = 0;
  let ends: (() => void) | undefined;
  const begin = (after: number): ConversationRemoval => {
    const removal = new ConversationRemoval({
      stores, logger: silent, events: new EventHub(silent), engine: () => expect.unreachable('nobody is told'),
      // Each go takes far too long.
      clock: { now: () => 1_000, monotonic: () => (now += 100), setTimer: () => () => undefined },
      commit: (work) => {
        const before = left();
        const result = db.transaction(work);
        gone.push(before - left());
        if (gone.length === after || count('conversations') === 0) {
          removal.close();
          ends?.();
        }
        return result;
      },
    });
    return removal;
  };
  const ended = (): Promise<void> => new Promise((resolve) => (ends = resolve));

  const undone = begin(1);
  const looked = ended();
  expect(() => db.transaction(() => {
    undone.remove(row, false);
    throw new Error('undone');
  })).toThrow('undone');
  await looked;
  expect(left()).toBe(2 * many);
  gone.length = 0;

  const first = begin(5);
  const stopped = ended();
  db.transaction(() => first.remove(row, false));
  expect(left()).toBe(2 * many);
  expect(stores.conversations.list()).toEqual([]);
  await stopped;
  expect(count('replica_facts')).toBeLessThan(many);
  expect(count('messages')).toBe(many);

  const done = ended();
  begin(Infinity).start();
  await done;
  expect(left()).toBe(0);
  expect(Math.max(...gone)).toBe(erasing.first);
});

it('what the disk refuses goes on by itself once it takes again, with the facts of the slice that was undone', async () => {
  const db = openDatabase(':memory:');
  afterwards(() => db.close());
  const stores = openStores(db);
  const row = conversation(1);
  stores.conversations.put(row);
  stores.messages.add(message(1, { conversationId: row.conversationId }));
  stores.replica.put({ author: row.peerId as never, number: 1, stamp: 1, kind: 'message', key: `${row.peerId}/${row.dialogId}/1`, value: undefined, signature: undefined, waiting: false });
  const count = (table: string): number => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  let refusals = 8;
  const waits: [milliseconds: number, run: () => void][] = [];
  let heard: (() => void) | undefined;
  const next = (): Promise<void> => new Promise((resolve) => (heard = resolve));
  const removal = new ConversationRemoval({
    stores, logger: silent, events: new EventHub(silent), engine: () => expect.unreachable('nobody is told'),
    clock: {
      now: () => 1_000,
      monotonic: () => 0,
      setTimer: (milliseconds, run) => {
        waits.push([milliseconds, run]);
        heard?.();
        return () => undefined;
      },
    },
    commit: (work) => {
      if (refusals === 0 && count('messages') + count('replica_facts') === 0) heard?.();
      return db.transaction(() => {
        const result = work();
        if (refusals > 0) {
          refusals -= 1;
          throw new Error('the disk refuses');
        }
        return result;
      });
    },
  });
  afterwards(() => removal.close());
  let waited = next();
  db.transaction(() => removal.remove(row, false));
  for (const pause of [15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]) {
    await waited;
    expect([count('messages'), count('replica_facts')]).toEqual([1, 1]);
    const [milliseconds, again] = waits.pop() ?? expect.unreachable('nothing waits');
    expect(milliseconds).toBe(pause);
    waited = next();
    again();
  }
  await waited;
  expect([count('conversations'), count('messages'), count('replica_facts')]).toEqual([0, 0, 0]);

  // It took something: what is refused later is tried again as soon as the first time.
  refusals = 1;
  const other = conversation(2);
  stores.conversations.put(other);
  waited = next();
  db.transaction(() => removal.remove(other, false));
  await waited;
  expect(waits.map(([milliseconds]) => milliseconds)).toEqual([15_000]);
});
