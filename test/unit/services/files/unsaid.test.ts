import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import type { TransferChange } from '../../../../electron/services/ports/transfers';
import { isThere, severalWindows as content, type TalkOfTwo, talkOfTwo, transferOf } from '../../../support/file-talk';
import { createWorld, type World } from '../../../support/services-kit';

// The last piece of a file is here, and the disk has no room left to note what became of it.
describe('a file whose end could not be written down', () => {
  let world: World;
  let two: TalkOfTwo;
  /** Which ends there is no room for. */
  let refused: readonly TransferChange['ended'][];

  beforeEach(async () => {
    world = createWorld();
    two = await talkOfTwo(world);
    const { transfers } = two.bo.profile.stores;
    const set = transfers.set.bind(transfers);
    Object.assign(transfers, {
      set: (transferId: string, change: TransferChange) => {
        if (change.ended !== undefined && refused.includes(change.ended)) throw new KeyshiftError('disk.full', 'The disk is full.');
        set(transferId, change);
      },
    });
  });
  afterEach(() => world.close());

  async function sent(): Promise<string> {
    two.ada.disk.files.set('/a.bin', content);
    const { transferId } = await two.ada.files.send({ conversationId: two.conversationId, path: '/a.bin' });
    await world.until('it stopped', () => isThere(two.bo) && two.bo.logged.some(([event]) => event === 'file.not-fetched'));
    return transferId;
  }

  it('asked for again, what is here is checked and done, whether it was said to have failed or not even that', async () => {
    refused = ['done', 'failed'];
    const transferId = await sent();
    expect(transferOf(two.bo)).toMatchObject({ state: 'waiting', done: content.length });
    // Whoever sent it waits for the last word, not for Bo to go on; after a time without one, for that.
    expect(transferOf(two.ada)).toMatchObject({ state: 'running', done: content.length });
    await world.pass(11_000);
    expect(transferOf(two.ada)).toMatchObject({ state: 'waiting' });
    refused = ['done'];
    await two.bo.files.accept({ transferId });
    await world.until('it is said', () => transferOf(two.bo).state === 'failed');
    expect(transferOf(two.bo)).toMatchObject({ failure: 'disk.full' });
    refused = [];
    await two.bo.files.accept({ transferId });
    await world.pass(1_000);
    expect(transferOf(two.bo)).toMatchObject({ state: 'done', held: true });
    await world.until('Ada knows', () => transferOf(two.ada).state === 'done');
  });

  it('nobody asks, and nobody is there: a minute later it is looked at again, as often as it takes', async () => {
    refused = ['done', 'failed'];
    await sent();
    two.bo.mute = true;
    two.ada.mute = true;
    world.network.cut();
    await world.pass(90_000);
    const stopped = two.bo.logged.filter(([event]) => event === 'file.state-not-stored').length;
    expect(stopped).toBeGreaterThanOrEqual(2);
    expect(stopped).toBeLessThanOrEqual(3);
    refused = [];
    await world.pass(61_000);
    expect(transferOf(two.bo)).toMatchObject({ state: 'done', held: true });
  });
});
