import { openLocalParty } from '../engine/certificates/local-party';
import { EventHub } from './event-hub';
import { OpenProfile } from './open-profile';
import type { OpenVault } from './ports';
import { loadRecord, newDevice } from './retiring';
import type { Surroundings } from './surroundings';
import { wipeRecord } from './wipe-record';

/**
 * What came from a backup becomes a device of its own before it exists, silently: nobody is dialled, and no client hears of a vault that is
 * none yet. Somebody else may hold the same identity key: no new one is made until the person says that nobody does (protocol.md §9).
 */
export async function revive(around: Surroundings & { readonly deviceName: string }, vault: OpenVault): Promise<void> {
  const { crypto, logger, deviceName } = around;
  const { local } = vault.stores;
  const record = loadRecord(local);
  try {
    local.save({ ...record, unconfirmed: true });
    const silent = { ...around, events: new EventHub(logger) };
    const unheard = (): void => undefined;
    const open = (next: typeof record): OpenProfile =>
      new OpenProfile(silent, vault, openLocalParty(crypto, next), { retire: unheard, adopt: unheard, replace: unheard, reopen: unheard, proven: unheard, confirmed: unheard });
    const fresh = await newDevice(around, vault.stores, { reason: 'backup', toldBy: record.peerId }, open, { deviceName });
    fresh.leave();
  } finally {
    wipeRecord(crypto, record);
  }
}
