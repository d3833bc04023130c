import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DialogId, InstanceId, PeerId } from '../../../../electron/engine/ids';
import { toBase32 } from '../../../../electron/engine/wire/encoding';
import type { MessageRow } from '../../../../electron/services/ports';
import { encodeWords, maxStamp, parseWords } from '../../../../electron/services/replication/words';
import { realCrypto } from '../../../support/foundation-kit';
import { type LogDevice, logDevices } from '../../../support/replica-kit';

const bob = toBase32(new Uint8Array(32).fill(7)) as PeerId;
const dialogId = '1'.repeat(32) as DialogId;
const conversationId = 'c'.repeat(32);
const theirs = 'b'.repeat(32) as InstanceId;

const crypto = await realCrypto();

describe('where a message stands that one device only heard of', () => {
  let desk: LogDevice;
  let laptop: LogDevice;

  beforeEach(async () => {
    const [one, two] = await logDevices(2);
    if (!one || !two) throw new Error('there are two');
    [desk, laptop] = [one, two];
    for (const { stores, log } of [desk, laptop]) {
      stores.contacts.put({ contactId: 'd'.repeat(32), peerId: bob, name: 'Bob', createdAt: 1, relation: 'mutual', checked: false, blocked: false, permissions: { message: true, openConversation: true, sendFile: true }, hints: [] });
      stores.conversations.put({ conversationId, contactId: 'd'.repeat(32), peerId: bob, dialogId, title: '', state: 'open', createdAt: 1, unread: 0 });
      // As what the contact wrote is delivered from an envelope that the other device accepted.
      log.register({ kind: 'brought', rank: 40, merges: true, apply: ({ value }) => (stores.messages.add(JSON.parse(Buffer.from(value).toString()) as MessageRow), true), all: () => [] });
    }
  });
  afterEach(() => [desk, laptop].forEach(({ db }) => db.close()));

  const row = (sequence: number, receivedAt: number, more: Partial<MessageRow> = {}): MessageRow => ({ messageId: `${sequence}`.padStart(32, 'e'), conversationId, direction: 'in', instanceId: theirs, sequence, kind: 'text', text: `${sequence}`, sentAt: 1, receivedAt, state: 'delivered', keyEpoch: 1, ...more });
  const bring = ({ log }: LogDevice, of: MessageRow): void => log.say('brought', `${of.sequence}`, Buffer.from(JSON.stringify(of)));
  const together = (): void => {
    desk.hear(laptop, 100);
    laptop.hear(desk, 100);
  };
  const shown = ({ stores }: LogDevice): unknown[] => stores.messages.page(conversationId, undefined, 10).map(({ text, replyTo }) => [text, replyTo && stores.messages.byId(replyTo)?.text]);

  it('S4-31: it stands at one place on all, and is told by whoever delivers it, also where its key had to come first', () => {
    bring(laptop, row(2, 500)); // accepted, and held
    laptop.stores.messages.add(row(1, 1_000));
    laptop.stores.messages.add(row(2, 500));
    for (let round = 0; round < 2; round += 1) together();
    expect(shown(laptop)).toEqual([['2', undefined], ['1', undefined]]);
    expect(desk.stores.replica.of('message', `${bob}/${dialogId}/${theirs}/2`).map(({ author }) => author)).toContain(desk.own);
    expect(shown(desk)).toEqual(shown(laptop));
  });

  it('S4-31: what it replies to is known to all once one of them knew it', () => {
    // To the desk the answer came before what it answers; the laptop has both, the answer by way of the desk.
    desk.db.transaction(() => {
      bring(desk, row(2, 1_000, { replyTo: row(1, 500).messageId }));
      desk.stores.messages.add(row(2, 1_000));
    });
    laptop.stores.messages.add(row(1, 500));
    for (let round = 0; round < 3; round += 1) together();
    expect(shown(laptop)).toEqual([['1', undefined], ['2', '1']]);
    expect(shown(desk)).toEqual(shown(laptop));
  });

  it('S4-31: a clock that is wrong by decades makes nothing that cannot be told, or read again when it is set right', () => {
    const [wrong, right] = [Date.UTC(2099, 0), desk.now];
    desk.now = wrong;
    desk.stores.messages.add(row(1, wrong));
    desk.stores.messages.add(row(2, wrong + 1_000));
    desk.now = right;
    desk.stores.messages.add(row(3, right));
    const batch = desk.log.batch(desk.own, 0) ?? expect.unreachable('it said something');
    expect(parseWords(crypto, encodeWords({ type: 'facts', ...batch }))).toEqual({ type: 'facts', ...batch });
    together();
    laptop.stores.messages.add(row(4, right));
    together();
    expect(shown(desk)).toEqual(['1', '2', '3', '4'].map((text) => [text, undefined]));
    expect(shown(laptop)).toEqual(shown(desk));
    expect([desk, laptop].map(({ stores }) => stores.messages.pageAt(conversationId, wrong, 10).length)).toEqual([4, 4]);
  });

  it('S4-31: what is of use for a time only is not over at once by such a clock', () => {
    for (const { log } of [desk, laptop]) log.register({ kind: 'passing', rank: 99, merges: true, passingMs: 60_000, apply: () => true, all: () => [] });
    desk.now = Date.UTC(2099, 0);
    desk.db.transaction(() => desk.log.say('passing', 'word', new Uint8Array([1])));
    desk.db.transaction(() => desk.log.sweep([laptop.own]));
    expect(desk.stores.replica.of('passing', 'word')).toHaveLength(1);
  });

  it('S4-31 A75: nor by a device that says the highest stamp there is: what others say behind it is still taken by all', () => {
    const highest = { author: desk.own, number: 1, stamp: maxStamp, kind: 'unheard-of', key: 'first', value: new Uint8Array([1]) };
    laptop.db.transaction(() => laptop.log.take({ author: desk.own, signingKey: desk.signingKey, after: 0, upTo: 1, facts: [desk.sign(highest)] }));
    for (const key of ['first', 'second']) laptop.db.transaction(() => laptop.log.say('unheard-of', key, new Uint8Array([2])));
    const batch = laptop.log.batch(laptop.own, 0) ?? expect.unreachable('it said something');
    expect(parseWords(crypto, encodeWords({ type: 'facts', ...batch }))).toEqual({ type: 'facts', ...batch });
  });
});
