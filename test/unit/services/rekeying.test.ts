import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../support/services-kit';
import { contactKeysService } from '../../../electron/services/contact-keys-service';
import { toHex } from '../../../electron/engine/wire/encoding';

let world: World;
let ann: Resident;
let bo: Resident;
let annAtBo: string;
let boAtAnn: string;

beforeEach(async () => {
  world = createWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInviter: annAtBo, ofInvitee: boAtAnn } = await acquaint(world, bo, ann));
  await world.pass(30_000, 200); // simultaneous dials have settled
}, 30_000);
afterEach(() => world.close());

const pinOf = (of: Resident, about: Resident) => toHex(of.profile.book.find(about.profile.local.peerId)?.record.pinnedSpkiHash ?? new Uint8Array());
const keyOf = (of: Resident) => toHex(of.profile.local.identity.spkiHash);
const inStep = () => pinOf(bo, ann) === keyOf(ann) && pinOf(ann, bo) === keyOf(bo);
const together = () => [ann, bo].every(({ profile }) => profile.connections.sessions().length > 0);
const asked = (of: Resident) => of.logged.filter(([event]) => event === 'contact.keys-told').map(([, facts]) => facts?.['judgement']);
const contact = async () => (await bo.contacts.list(undefined))[0] ?? expect.unreachable();

let conversationId: string;
async function exchange(text: string): Promise<void> {
  const known = (await bo.conversations.list(undefined))[0];
  ({ conversationId } = known ?? (await bo.conversations.open({ contactId: annAtBo })));
  await bo.messages.send({ conversationId, text });
  await world.until(`“${text}” arrives`, () => toldOf(ann, 'message.received').some(({ message }) => message.text === text));
}

describe('a contact with a new identity key', () => {
  test('S5-01 S5-09 S5-33: the pin moves with a session, never before; check, order and history go on; the old key opens nothing', async () => {
    await bo.contacts.setChecked({ contactId: annAtBo, checked: true });
    await exchange('before');
    const old = pinOf(bo, ann);
    await ann.rotate();
    await world.until('in step again', () => inStep() && together());
    expect(pinOf(bo, ann)).not.toBe(old);
    expect(await contact()).toMatchObject({ who: 'checked', checked: true, keyEpoch: 2 });
    expect(toldOf(bo, 'key.rotated')).toEqual([{ type: 'key.rotated', contactId: annAtBo, epoch: 2, fingerprint: keyOf(ann), origin: 'old-key' }]);
    await exchange('after');
    expect(await bo.conversations.list(undefined)).toHaveLength(1);
  });
});
