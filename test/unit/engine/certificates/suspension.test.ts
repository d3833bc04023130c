import { beforeAll, describe, expect, it } from 'vitest';
import type { ListedInstance } from '../../../../electron/engine/certificates/instance-list';
import { isInForce, issueSuspension, parseSuspension, type Suspension, type SuspensionSide } from '../../../../electron/engine/certificates/suspension';
import type { PeerId } from '../../../../electron/engine/ids';
import { newDevices, newParty, type Party, testNow } from '../../../support/session-kit';

let desk: Party;
let laptop: Party;
let stranger: Party;

beforeAll(async () => {
  [[desk, laptop], stranger] = await Promise.all([newDevices('Ada'), newParty('Mallory')]);
}, 60_000);

const says = (by: Party, about: Party, { signedBy = by, peerId = by.local.peerId }: { readonly signedBy?: Party; readonly peerId?: PeerId } = {}): Suspension => {
  const { list, instance } = by.local;
  // A signing key is of use to its own engine alone.
  return issueSuspension(signedBy.crypto, { suspended: about.local.instanceId, list, credential: { ...instance.credential, peerId }, signing: signedBy.local.instance.signing, time: testNow });
};
const known = (of: Party, changes: Partial<SuspensionSide> = {}): SuspensionSide => ({ identity: of.local.identity, list: of.local.list, isSuspended: () => false, ...changes });
/** The list with this device in another way, as it would stand there if the identity had signed that. */
const listing = (device: Party, change: Partial<ListedInstance>) => {
  const { list } = desk.local;
  return known(desk, { list: { ...list, instances: list.instances.map((each) => (each.instanceId === device.local.instanceId ? { ...each, ...change } : each)) } });
};
const counts = (said: Suspension, side = known(desk)): boolean => isInForce(desk.crypto, said, side);

describe('one device’s word that another is stopped', () => {
  it('S4-27 S4-32 A65: counts as its author signed it, bit for bit, and no other key signs for it', () => {
    const good = says(laptop, desk);
    expect([counts(good), counts(says(desk, laptop))]).toEqual([true, true]);
    for (const at of [0, 17, 63]) expect(counts({ ...good, signature: good.signature.map((byte, index) => (index === at ? byte ^ 1 : byte)) })).toBe(false);
    // Another device of the same person, and somebody else, under the laptop’s credential.
    for (const signedBy of [desk, stranger]) expect(counts(says(laptop, desk, { signedBy }))).toBe(false);
    const about = parseSuspension(desk.crypto, says(desk, laptop).bytes);
    expect(counts({ ...good, body: about.body })).toBe(false);
  });

  it('A65 A75: is about the author’s own person: whoever lists a device of somebody else as their own stops nothing of theirs', () => {
    const { list, identity } = stranger.local;
    const claimed = { instanceId: desk.local.instanceId, credentialHash: desk.local.instance.credential.hash, roles: ['exchange'] as const, state: 'active' as const };
    const side = known(stranger, { identity, list: { ...list, instances: [...list.instances, claimed] } });
    // So far it is the stranger’s own affair; said of Ada it is nothing, under either name.
    expect(counts(says(stranger, desk), side)).toBe(true);
    const ofAda = says(stranger, desk, { peerId: desk.local.peerId });
    expect([counts(ofAda, side), counts(ofAda), counts(says(stranger, desk))]).toEqual([false, false, false]);
  });

  it('S4-32 A65: counts under the very list in force, by a device that may and is active on it, about another active one', () => {
    const good = says(laptop, desk);
    const { list } = desk.local;
    const later = known(desk, { list: { ...list, version: list.version + 1 } });
    const sides: Record<string, SuspensionSide> = {
      'a later list': later,
      'an author without the role': listing(laptop, { roles: ['archive'] }),
      'a suspended author': listing(laptop, { state: 'suspended' }),
      'a removed author': listing(laptop, { state: 'retired' }),
      'another credential of the author': listing(laptop, { credentialHash: stranger.local.instance.credential.hash }),
      'one that was removed': listing(desk, { state: 'retired' }),
      'one that is suspended there': listing(desk, { state: 'suspended' }),
      'one that is on no list': known(desk, { list: { ...list, instances: list.instances.filter(({ instanceId }) => instanceId !== desk.local.instanceId) } }),
      'an author that another device stopped': known(desk, { isSuspended: (instanceId) => instanceId === laptop.local.instanceId }),
    };
    for (const [what, side] of Object.entries(sides)) expect([what, counts(good, side)]).toEqual([what, false]);
    expect(counts(good, known(desk, { isSuspended: (instanceId) => instanceId === desk.local.instanceId }))).toBe(true);
  });
});
