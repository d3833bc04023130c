import { afterEach, beforeEach, expect, it } from 'vitest';
import { rotateLocalRecord } from '../../../electron/engine/certificates/rotation';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../../electron/engine/ports';
import { toHex } from '../../../electron/engine/wire/encoding';
import { withFixedKeys } from '../../support/rsa-keys';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';

let world: World;
let ann: Resident;
let bo: Resident;
let boAtAnn: string;

beforeEach(async () => {
  world = createWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInvitee: boAtAnn } = await acquaint(world, bo, ann));
  await world.pass(10_000, 200);
}, 30_000);
afterEach(() => world.close());

const pinned = (): string => toHex(bo.profile.book.find(ann.profile.local.peerId)?.record.pinnedSpkiHash ?? new Uint8Array());

/** Only the current private half is left: nobody can vouch for the head directly, the signed chain has to do. */
const forgetful = (record: LocalRecord): LocalRecord => ({
  ...record,
  identityKeys: record.identityKeys.map(({ privateKey, ...key }) => (key.retiredAt === undefined && privateKey !== undefined ? { ...key, privateKey } : key)),
});

/** Both worlds begin with the same Ann. */
let later: Promise<LocalRecord> | undefined;
async function rotatedFifty(crypto: Crypto, first: LocalRecord, now: number): Promise<LocalRecord> {
  let record = first;
  const withKeys = withFixedKeys(crypto);
  for (let turn = 1; turn <= 50; turn += 1) record = await rotateLocalRecord(withKeys, record, now + turn);
  return record;
}

it.each([
  ['with every old private half at hand', (record: LocalRecord) => record],
  ['with all of them erased', forgetful],
])('S5-18 S5-14 S5-01: a contact who missed fifty new keys catches up in one go, %s, and hears what was written meanwhile', async (_how, kept) => {
  ann.mute = bo.mute = true;
  world.network.cut();
  await world.pass(100);
  const first = ann.profile.stores.local.load() ?? expect.unreachable();
  ann.become(kept(await (later ??= rotatedFifty(ann.crypto, first, world.clock.now()))));
  const { conversationId } = await ann.conversations.open({ contactId: boAtAnn });
  await ann.messages.send({ conversationId, text: 'after fifty keys' });

  ann.mute = bo.mute = false;
  for (const { profile } of [ann, bo]) profile.networkChanged();
  await world.until('the message arrives', () => toldOf(bo, 'message.received').some(({ message }) => message.text === 'after fifty keys'));
  expect(pinned()).toBe(toHex(ann.profile.local.identity.spkiHash));
  expect(toldOf(bo, 'key.rotated')).toMatchObject([{ epoch: 51, origin: 'old-key' }]);
  expect((await bo.contacts.list(undefined))[0]).toMatchObject({ keyEpoch: 51, who: 'unchecked' });
}, 60_000);
