import { describe, expect, it } from 'vitest';
import { leaseMs } from '../../../../electron/engine/sharing/ledger';
import { recordName, uncoverLine } from '../../../../electron/engine/sharing/repository-record';
import type { Stores } from '../../../../electron/services/ports';
import { createTrio, type Trio } from '../../../support/handover-kit';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory-repository';
import type { Resident } from '../../../support/services-kit';

/** A device that stops at a transaction which hands a session over: nothing is written by it any more until it starts again. */
interface Stopping {
  stopped: boolean;
}

type When = 'before' | 'after';

/** From its next start on, a device stops right before or after its `nth` transaction of that kind. */
function stopsAt(device: Resident, nth: number, when: When): Stopping {
  const state: Stopping = { stopped: false };
  let count = 0;
  device.replace((stores: Stores) => {
    let touched = false;
    const touching = <A extends readonly unknown[]>(work: (...args: A) => void) => (...args: A): void => {
      touched = true;
      work(...args);
    };
    const halt = (): never => {
      state.stopped = true;
      throw new Error('stopped');
    };
    return {
      sharing: { ...stores.sharing, putLedger: touching(stores.sharing.putLedger), removeLedger: touching(stores.sharing.removeLedger) },
      transaction: <T>(work: () => T): T => {
        if (state.stopped) return halt();
        touched = false;
        let isIt = false;
        const result = stores.transaction(() => {
          const made = work();
          isIt = touched && (count += 1) === nth;
          return isIt && when === 'before' ? halt() : made;
        });
        return isIt ? halt() : result;
      },
    };
  });
  device.reopen();
  return state;
}

const stops = (['desk', 'laptop'] as const).flatMap((device) => [1, 2].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ device, nth, when }))));
const ways = [
  ...stops.map((stop) => ({ ...stop, way: 'asked' as const })),
  // The repository’s part is not a device: only who takes can stop.
  ...stops.filter(({ device }) => device === 'laptop').map((stop) => ({ ...stop, way: 'repository' as const })),
];

describe('A59: a device stops at any step of a hand-over', () => {
  it.each(ways)('S4-17 A59: $way, the $device $when its write $nth: never two have the session, and when it is back one has', async ({ device, nth, when, way }) => {
    const trio: Trio = await createTrio();
    const { world, desk, laptop, carol } = trio;
    const memory = createMemoryRepository();
    try {
      const stopping = stopsAt(trio[device], nth, when);
      await world.pass(100); // the other side sees that it stopped
      await world.until('all together', () => [desk, laptop].every(({ profile }) => profile.devices.siblings.sessions().length === 1) && trio.with(desk) !== undefined);
      if (way === 'repository') {
        desk.settings = { ...desk.settings, shareSessions: 'repository' };
        for (const each of [desk, laptop]) each.profile.devices.handover.useRepository(memory.connect());
        await world.pass(300);
      }
      // Only Carol looks for anybody, and the desk for the laptop.
      world.network.setSilent(carol.address);
      if (way === 'repository') trio.loseDesk();
      else {
        trio.leaveDesk();
        desk.mute = false;
      }
      const { keyId } = carol.profile.stores.resumptions.ofPeer(desk.profile.local.peerId)[0] ?? {};
      if (!keyId) throw new Error('Carol has nothing to show');
      const keeps = ({ profile: { stores, devices } }: Resident): boolean => stores.resumptions.byKeyId(keyId) !== undefined && !devices.handover.isLent(keyId);
      // The desk, gone, learns later what the repository says; until then what is written there counts.
      const deskHas = (): boolean => keeps(desk) && (way === 'asked' || phaseIn(memory, trio, keyId) === 'held');
      const laptopHas = (): boolean => keeps(laptop) || Buffer.compare(trio.with(laptop)?.resumedFrom ?? Buffer.alloc(0), keyId) === 0;

      await world.until('the stop', () => {
        expect(deskHas() && laptopHas()).toBe(false);
        return stopping.stopped;
      });
      carol.mute = true; // she has had her answer, or none
      trio[device].replace((stores) => stores);
      trio[device].reopen();
      if (way === 'repository') laptop.profile.devices.handover.useRepository(memory.connect());
      for (let waited = 0; waited < 2 * leaseMs; waited += 250) {
        expect(deskHas() && laptopHas()).toBe(false);
        await world.pass(250, 50);
      }
      // A full handshake she had with the laptop meanwhile is newer than what came to it late.
      const isOvertaken = laptop.profile.stores.resumptions.ofPeer(carol.profile.local.peerId).some((entry) => Buffer.compare(entry.keyId, keyId) !== 0);
      const isBack = phaseIn(memory, trio, keyId) === 'lent'; // the lease is over: whoever comes next may have it
      expect(deskHas() || laptopHas() || isOvertaken || isBack).toBe(true);
    } finally {
      world.close();
    }
  });
});

/** What the repository says of a session: undefined, nothing. A lease counts as over at its end. */
function phaseIn(memory: MemoryRepository, { desk, world }: Trio, keyId: Uint8Array): string | undefined {
  for (const { kind, key } of desk.profile.stores.sharing.keys()) {
    const stored = kind === 'person' ? memory.records.get(recordName(desk.crypto, key, keyId)) : undefined;
    const line = stored && uncoverLine(desk.crypto, key, keyId, stored.record);
    if (line) return line.phase === 'lent' && world.clock.now() < line.until ? 'taken' : line.phase;
  }
  return undefined;
}
