import { afterEach, describe, expect, it } from 'vitest';
import type { PeerId } from '../../../electron/engine/ids';
import { heldKeysOf, leftKeysOf } from '../../../electron/services/held-keys';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

describe('devices that are believed what time it is there, and that a certificate ended', () => {
  let world: World;
  afterEach(() => world.close());

  /** Of the keys Bob holds of Ada, the newest first: whether a device of hers on a list of each of these versions is heard. */
  const heardAt = ({ profile }: Resident, ada: Resident, versions: readonly number[]): readonly (readonly boolean[])[] => {
    const { peerId, chain } = ada.profile.local;
    const keys = [...heldKeysOf(profile, peerId), ...leftKeysOf(profile, peerId)];
    return keys.map(({ isHeard }) => versions.map((version) => isHeard?.({ ...chain, list: { ...chain.list, version } }) === true));
  };
  const both = async (): Promise<readonly [Resident, Resident, PeerId]> => {
    world = createWorld();
    const [ada, bob] = [await world.move('Ada'), await world.move('Bob')];
    await acquaint(world, ada, bob);
    return [ada, bob, ada.profile.local.peerId];
  };

  it('are those on the newest list known and on later ones, and none that was stopped', async () => {
    const [ada, bob, peerId] = await both();
    const known = bob.profile.book.pinned(peerId)?.listVersion ?? 0;
    expect(heardAt(bob, ada, [known - 1, known, known + 1])).toEqual([[false, true, true]]);
    const stopped = bob.profile.book.isSuspended.bind(bob.profile.book);
    bob.profile.book.isSuspended = (person, instanceId) => instanceId === ada.profile.local.instanceId || stopped(person, instanceId);
    expect(heardAt(bob, ada, [known, known + 1])).toEqual([[false, false]]);
  });

  it('A41: are none of somebody who is blocked', async () => {
    const [ada, bob, peerId] = await both();
    const known = bob.profile.book.pinned(peerId)?.listVersion ?? 0;
    const [{ contactId } = expect.unreachable('a contact')] = await bob.contacts.list(undefined);
    await bob.contacts.block({ contactId, blocked: true });
    expect(heardAt(bob, ada, [known, known + 1])).toEqual([[false, false]]);
  });

  it('are none while two keys are in question', async () => {
    const [ada, bob, peerId] = await both();
    const known = bob.profile.book.pinned(peerId)?.listVersion ?? 0;
    bob.profile.book.keys?.setTrouble(peerId, { kind: 'unknown-key', since: 0 });
    expect(heardAt(bob, ada, [known])).toEqual([[true]]);
    bob.profile.book.keys?.setTrouble(peerId, { kind: 'frozen', since: 0 });
    expect(heardAt(bob, ada, [known])).toEqual([[false]]);
  });

  it('are none under a key that was left, or that the recovery key took out of use, whatever list they show', async () => {
    const [ada, bob, peerId] = await both();
    await ada.rotate('compromise');
    await world.until('the pin moved', () => bob.profile.book.find(peerId)?.record.identityEpoch === 2);
    const known = bob.profile.book.pinned(peerId)?.listVersion ?? 0;
    expect(heardAt(bob, ada, [known, known + 1])).toEqual([[true, true], [false, false]]);
    const { identity } = ada.profile.local;
    const { keys } = bob.profile.book;
    keys?.putCandidate({ peerId, spkiHash: new Uint8Array(32), epoch: 3, spki: identity.spki, vouched: 'recovery', purpose: 'compromise', recovered: 3, elements: new Uint8Array(0), seenAt: 0 });
    // Who recovered may have lost the list: its versions may begin anew.
    expect(heardAt(bob, ada, [1, known])).toEqual([[true, true], [false, false], [false, false]]);
  });
});
