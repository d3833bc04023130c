import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DialogId, InstanceId, PeerId } from '../../electron/engine/ids';
import { toBase32 } from '../../electron/engine/wire/encoding';
import { times } from '../support/exhaustive';
import { type LogDevice, logDevices, seenAt } from '../support/replica-kit';

const bob = toBase32(new Uint8Array(32).fill(7)) as PeerId;
const dialog = (n: number): DialogId => `${n}`.repeat(32) as DialogId;
/** Bob's devices. */
const theirs = (n: number): InstanceId => (n === 0 ? 'a' : 'b').repeat(32) as InstanceId;

type Deed =
  | { readonly deed: 'name'; readonly text: string }
  | { readonly deed: 'block' | 'lift' }
  | { readonly deed: 'write'; readonly dialog: number; readonly reply: number }
  | { readonly deed: 'receive'; readonly dialog: number; readonly from: number; readonly sequence: number }
  | { readonly deed: 'read' | 'fail'; readonly dialog: number }
  | { readonly deed: 'deliver'; readonly dialog: number; readonly upTo: number };
type Step = { readonly at: number; readonly wait: number } & ({ readonly do: Deed } | { readonly hear: number; readonly batches: number });

const anyDialog = fc.integer({ min: 1, max: 2 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ deed: fc.constant('name' as const), text: fc.constantFrom('Bob', 'Robert', 'Bobby') }),
  fc.record({ deed: fc.constantFrom('block' as const, 'lift' as const) }),
  fc.record({ deed: fc.constant('write' as const), dialog: anyDialog, reply: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ deed: fc.constant('receive' as const), dialog: anyDialog, from: fc.integer({ min: 0, max: 1 }), sequence: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ deed: fc.constantFrom('read' as const, 'fail' as const), dialog: anyDialog }),
  fc.record({ deed: fc.constant('deliver' as const), dialog: anyDialog, upTo: fc.integer({ min: 1, max: 4 }) }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ at: fc.nat(2), wait: fc.integer({ min: -5, max: 5 }), do: deed }) },
  { weight: 2, arbitrary: fc.record({ at: fc.nat(2), wait: fc.constant(0), hear: fc.nat(2), batches: fc.integer({ min: 1, max: 2 }) }) },
);

function conversationAt({ stores, now }: LogDevice, n: number): string {
  const { conversations, contacts } = stores;
  const known = conversations.byDialog(bob, dialog(n));
  if (known) return known.conversationId;
  if (!contacts.byPeer(bob)) {
    contacts.put({ contactId: `${now}`.padStart(32, '0').slice(-32), peerId: bob, name: 'Bob', createdAt: 1, relation: 'mutual', checked: false, blocked: false, permissions: { message: true, openConversation: true, sendFile: true }, hints: [] });
  }
  const conversationId = `${n}`.padStart(32, 'c');
  conversations.put({ conversationId, contactId: contacts.byPeer(bob)?.contactId ?? '', peerId: bob, dialogId: dialog(n), title: '', state: 'open', createdAt: 1, unread: 0 });
  return conversationId;
}

/** As services do it: through the shared stores, in one transaction. */
function perform(device: LogDevice, what: Deed, serial: number): void {
  const { stores, own, now } = device;
  const { contacts, conversations, messages } = stores;
  const conversationId = conversationAt(device, 'dialog' in what ? what.dialog : 1);
  const contact = contacts.byPeer(bob);
  const conversation = conversations.byId(conversationId);
  if (!contact || !conversation) throw new Error('both were made just now');
  const shown = messages.page(conversationId, undefined, 100);
  const common = { messageId: `${serial}`.padStart(32, 'e'), conversationId, kind: 'text' as const, sentAt: now, keyEpoch: 1 };
  switch (what.deed) {
    case 'name':
      return contacts.put({ ...contact, name: what.text });
    case 'block':
    case 'lift':
      return contacts.put({ ...contact, blocked: what.deed === 'block' });
    case 'write': {
      const mine = shown.filter(({ instanceId }) => instanceId === own).length;
      const to = what.reply > 0 ? shown.at(-what.reply)?.messageId : undefined;
      messages.add({ ...common, direction: 'out', instanceId: own, sequence: mine + 1, text: `${own[0]} wrote ${mine + 1}`, state: 'queued', ...(to && { replyTo: to }) });
      return conversations.noteMessage(conversationId, { at: now, preview: '', own: true, unread: 0 });
    }
    case 'receive': {
      const row = { ...common, direction: 'in' as const, instanceId: theirs(what.from), sequence: what.sequence, text: `${what.from} said ${what.sequence}`, receivedAt: now, state: 'delivered' as const };
      const state = messages.add(row);
      if (state) conversations.noteMessage(conversationId, { at: now, preview: '', own: false, unread: state === 'read' ? 0 : 1 });
      return;
    }
    case 'read':
      messages.markRead(conversationId);
      return conversations.put({ ...(conversations.byId(conversationId) ?? conversation), unread: 0 });
    case 'fail':
      return conversations.put({ ...conversation, state: 'failed', failure: ['key-reused', 'worn-out', 'kek-conflict'][serial % 3] ?? '' });
    case 'deliver':
      return void messages.raiseState(conversationId, own, 1, Math.min(what.upTo, shown.filter(({ instanceId }) => instanceId === own).length), 'delivered');
  }
}

/** What a line of the list shows follows from the rest and is made anew with every message. */
function facts(device: LogDevice): unknown {
  return JSON.parse(JSON.stringify(seenAt(device), (key, value: unknown) => (key === 'preview' || key === 'lastMessageAt' || key === 'unread' ? undefined : value)));
}

function unread({ stores }: LogDevice): number[] {
  return stores.conversations.list().map(({ conversationId }) => stores.messages.page(conversationId, undefined, 100).filter(({ direction, state }) => direction === 'in' && state !== 'read').length);
}

describe('what three devices have in common', () => {
  it('S4-31 S4-32: is the same on all of them at the end, whatever each did and in whatever order and portions they heard of it', async () => {
    const devices = await logDevices(3);
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        for (const device of devices) device.reset();
        for (const [serial, { at, wait, ...what }] of steps.entries()) {
          const device = devices[at];
          const other = 'hear' in what ? devices[what.hear] : undefined;
          if (!device) continue;
          device.now += wait;
          if ('do' in what) device.db.transaction(() => perform(device, what.do, serial));
          else if (other && other !== device) device.hear(other, what.batches);
        }
        // Around twice: each hears of everybody, of some by others.
        for (let round = 0; round < 2; round += 1) for (const at of [0, 1, 2]) devices[(at + 1) % 3]?.hear(devices[at] ?? never(), 100);
        const [first, second, third] = devices.map(facts);
        expect(second).toEqual(first);
        expect(third).toEqual(first);
        for (const device of devices) {
          expect(device.stores.conversations.list().map((row) => row.unread)).toEqual(unread(device));
          expect(device.stores.replica.hasWaiting()).toBe(false);
        }
        // What won over everything did.
        for (const n of [1, 2]) {
          const failed = steps.some((each) => 'do' in each && each.do.deed === 'fail' && each.do.dialog === n);
          for (const { stores } of devices) expect(stores.conversations.byDialog(bob, dialog(n))?.state ?? (failed ? 'absent' : 'open')).toBe(failed ? 'failed' : 'open');
        }
        // Hearing it once more changes nothing.
        const before = devices.map(seenAt);
        for (const device of devices) for (const other of devices) if (other !== device) again(device, other);
        expect(devices.map(seenAt)).toEqual(before);
      }),
      { numRuns: times(60, 20) },
    );
    for (const device of devices) device.close();
  });
});

/** Everything from the start, as if nothing had been heard. */
function again(device: LogDevice, from: LogDevice): void {
  for (const author of from.stores.replica.heard().keys()) {
    const batch = author === device.own ? undefined : from.log.batch(author, 0);
    if (!batch) continue;
    device.db.transaction(() => {
      device.stores.replica.setHeard(author, 0);
      device.log.take(batch);
    });
  }
}

function never(): never {
  throw new Error('there are three');
}
