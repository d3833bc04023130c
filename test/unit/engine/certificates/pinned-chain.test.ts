import { describe, expect, test } from 'vitest';
import { ChainRefused, isStillPinned, pinOfSender } from '../../../../electron/engine/certificates/pinned-chain';
import { newParty, peersOf, verifiedChainOf } from '../../../support/session-kit';

describe('the pin of who sent something', () => {
  test('A57 A65: of a device that its person stopped nothing is taken, by message or resumption, whatever the list it shows says; of the person’s others as before', async () => {
    const [ann, bo] = [await newParty('Ann'), await newParty('Bo')];
    const shown = verifiedChainOf(bo);
    const among = peersOf([bo]);
    const stopped = { ...among, isSuspended: (peerId: string, instanceId: string) => peerId === bo.local.peerId && instanceId === bo.local.instanceId };
    const other = { ...among, isSuspended: (_peerId: string, instanceId: string) => instanceId !== bo.local.instanceId };
    expect(() => pinOfSender(ann.crypto, ann.local, stopped, shown)).toThrow(expect.objectContaining({ reason: 'blocked' }) as ChainRefused);
    expect(isStillPinned(ann.crypto, stopped, shown)).toBe(false);
    expect(pinOfSender(ann.crypto, ann.local, other, shown)).toMatchObject({ isSuccessor: false, spkiHash: bo.local.identity.spkiHash });
    expect(isStillPinned(ann.crypto, other, shown)).toBe(true);
  });
});
