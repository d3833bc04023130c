import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sealDeposit } from '../../../electron/engine/dialog/deposit';
import { toHex } from '../../../electron/engine/wire/encoding';
import type { Opened, Suspected, Tally } from '../../../electron/services/envelopes';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

let world: World;
let ann: Resident;
let bo: Resident;
let annAtBo: string;
let boAtAnn: string;

beforeEach(async () => {
  world = createWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInviter: annAtBo, ofInvitee: boAtAnn } = await acquaint(world, bo, ann));
  await world.pass(10_000, 200);
}, 30_000);
afterEach(() => world.close());

const pinned = (): string => toHex(bo.profile.book.find(ann.profile.local.peerId)?.record.pinnedSpkiHash ?? new Uint8Array());
const key = (): string => toHex(ann.profile.local.identity.spkiHash);
const heard = (): string[] => toldOf(bo, 'message.received').map(({ message }) => message.text);

async function write(...texts: string[]): Promise<void> {
  const known = (await ann.conversations.list(undefined))[0];
  const { conversationId } = known ?? (await ann.conversations.open({ contactId: boAtAnn }));
  for (const text of texts) await ann.messages.send({ conversationId, text });
}

/** What waits for Bo, as a file of envelopes carries it. */
function carried(): Uint8Array[] {
  const { engine, local, book } = ann.profile;
  const { peerId } = bo.profile.local;
  const exchange = book.find(peerId)?.exchange;
  if (exchange === undefined) throw new Error('Ann knows Bo');
  ann.profile.commit(() => engine.sealWaiting(peerId));
  return engine.pending(peerId, { limit: 100 }).map(({ bytes }) => sealDeposit(ann.crypto, local, { peerId, exchange }, bytes));
}

/** Bo opens them. */
function open(deposits: readonly Uint8Array[]): Tally {
  const { envelopes, quarantine } = bo.profile;
  const all = deposits.map((deposit) => envelopes.open(deposit));
  const opened = all.filter((each): each is Opened => each !== undefined && 'source' in each);
  const suspected = all.filter((each): each is Suspected => each !== undefined && !('source' in each));
  const tally: Tally = { opened: 0, repeated: 0, refused: deposits.length - opened.length - suspected.length };
  bo.profile.commit(() => envelopes.receive(opened, tally));
  return suspected.length > 0 ? { ...tally, waiting: quarantine.hold(suspected) } : tally;
}

async function apart(): Promise<void> {
  ann.mute = bo.mute = true;
  world.network.cut();
  await world.pass(100);
}

describe('envelopes of a contact with a new identity key', () => {
  test('S5-30 S5-09: wait, ask by themselves for the key, and prove it: once each, in order, also where a session brings them again', async () => {
    await write('before');
    await world.until('it arrives', () => heard().includes('before'));
    await bo.contacts.setChecked({ contactId: annAtBo, checked: true });
    await apart();
    await ann.rotate();
    await write('one', 'two', 'three');
    const old = pinned();
    expect(open(carried().toReversed())).toEqual({ opened: 0, repeated: 0, refused: 0, waiting: 3 });
    await world.pass(1_000);
    expect([heard(), pinned()]).toEqual([['before'], old]);

    // Bo gets through, and asks because of the envelopes alone: nobody has dialled.
    bo.mute = false;
    await world.until('they are read', () => heard().length === 4);
    expect(heard()).toEqual(['before', 'one', 'two', 'three']);
    expect(pinned()).toBe(key());
    expect(toldOf(bo, 'key.rotated')).toMatchObject([{ contactId: annAtBo, epoch: 2, origin: 'old-key' }]);
    expect((await bo.contacts.list(undefined))[0]).toMatchObject({ who: 'checked', keyEpoch: 2 });

    ann.mute = false;
    ann.profile.networkChanged();
    await write('after');
    await world.until('the next arrives', () => heard().includes('after'));
    expect(heard()).toEqual(['before', 'one', 'two', 'three', 'after']);
  }, 60_000);

  test('S5-30: what waits for the key of somebody who is then blocked is gone', async () => {
    await write('before');
    await world.until('it arrives', () => heard().includes('before'));
    await apart();
    await ann.rotate();
    await write('one');
    expect(open(carried())).toMatchObject({ waiting: 1 });
    await bo.contacts.block({ contactId: annAtBo });
    await bo.contacts.block({ contactId: annAtBo, blocked: false });
    bo.profile.quarantine.release(ann.profile.local.peerId);
    expect(bo.profile.stores.quarantine.of(ann.profile.local.peerId)).toEqual([]);
    expect(heard()).toEqual(['before']);
  }, 30_000);

  test('S5-34 A83: what was sealed under the old key before a routine change is read after it, what was before a compromise is not', async () => {
    await write('before');
    await world.until('it arrives', () => heard().includes('before'));
    await apart();
    await write('under way');
    const early = carried();
    await ann.rotate();
    ann.mute = bo.mute = false;
    for (const { profile } of [ann, bo]) profile.networkChanged();
    await world.until('the pin moved', () => pinned() === key());
    await world.until('it came by the session', () => heard().includes('under way'));
    expect(open(early)).toEqual({ opened: 0, repeated: 1, refused: 0 });

    await apart();
    await write('before the compromise');
    const late = carried();
    await ann.rotate('compromise');
    ann.mute = bo.mute = false;
    for (const { profile } of [ann, bo]) profile.networkChanged();
    await world.until('the pin moved again', () => pinned() === key());
    expect(open(late)).toEqual({ opened: 0, repeated: 0, refused: late.length });
    await world.until('sealed again it arrives', () => heard().includes('before the compromise'));
    expect(heard()).toEqual(['before', 'under way', 'before the compromise']);
  }, 60_000);
});
