import { openLocalParty } from '../engine/certificates/local-party';
import { parseRecoveryCode } from '../engine/identity/recovery-code';
import { EventHub } from './event-hub';
import { OpenProfile } from './open-profile';
import { currentKey } from './own-keys';
import { recoveredBackup } from './recovering';
import type { OpenVault } from './ports';
import { upkeepNotes } from './ports/upkeep';
import { loadRecord, newDevice, type RetirementNews } from './retiring';
import type { Surroundings } from './surroundings';
import { wipeRecord } from './wipe-record';

/**
 * What came from a backup becomes a device of its own before it exists, silently: nobody is dialled, and no client hears of a vault that is
 * none yet. Somebody else may hold the same identity key: no new one is made until the person says that nobody does (protocol.md §9). `code`: of the
 * recovery kit, for a backup without the identity key: the recovery key names a new one then, and no device of before counts any more. Errors:
 * backup.not-certifier without it, recovery.none, recovery.wrong-code, keys.too-often.
 */
export async function revive(around: Surroundings & { readonly deviceName: string }, vault: OpenVault, code?: string): Promise<void> {
  const { crypto, logger, clock, deviceName } = around;
  const { local } = vault.stores;
  const record = loadRecord(local);
  try {
    let news: RetirementNews = { reason: 'backup', toldBy: record.peerId };
    if (currentKey(record).privateKey === undefined && code !== undefined) {
      const seed = parseRecoveryCode(crypto, code);
      try {
        const { record: next, list } = await recoveredBackup(crypto, record, seed, clock.now());
        try {
          vault.stores.transaction(() => {
            local.save(next);
            // Whoever has the devices of before knows the keys of every conversation.
            vault.stores.upkeep.put(upkeepNotes.distrust, new Uint8Array(0));
          });
        } finally {
          wipeRecord(crypto, next);
        }
        news = { ...news, list };
      } finally {
        crypto.wipe(seed);
      }
    } else local.save({ ...record, unconfirmed: true });
    const silent = { ...around, events: new EventHub(logger) };
    const unheard = (): void => undefined;
    const open = (next: typeof record): OpenProfile =>
      new OpenProfile(silent, vault, openLocalParty(crypto, next), { retire: unheard, adopt: unheard, replace: unheard, reopen: unheard, proven: unheard, confirmed: unheard });
    const fresh = await newDevice(around, vault.stores, news, open, { deviceName });
    fresh.leave();
  } finally {
    wipeRecord(crypto, record);
  }
}
