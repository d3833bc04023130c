import { KeyshiftError } from '../../shared/errors';
import type { InstanceList } from '../engine/certificates/instance-list';
import { type Replacement, replacedLocalRecord, retireLocalRecord } from '../engine/certificates/retirement';
import type { Crypto } from '../engine/crypto/crypto';
import type { RollbackReason } from '../engine/dialog/dialog-engine';
import type { PeerId } from '../engine/ids';
import type { Clock, LocalRecord, LocalStore } from '../engine/ports';
import { noteGone } from './devices/gone-devices';
import type { OpenProfile } from './open-profile';
import { noteAdded, noteCopied } from './key-taken';
import { currentKey } from './own-keys';
import type { Stores } from './ports';
import { wipeRecord } from './wipe-record';

/** Why this device must become a new one. */
export interface RetirementNews {
  readonly reason: RollbackReason | 'backup';
  readonly toldBy: PeerId;
  /** The device list that says so, if one does. */
  readonly list?: InstanceList;
}

/** What an open profile asks of whoever opened it: both open it again, the second as another device. */
export interface ProfileChanges {
  /** A newer device list of the own person, with this device in it. */
  adopt(list: InstanceList): void;
  retire(news: RetirementNews): void;
  /**
   * Another record of this device, as the own devices agreed on it (protocol.md §10): durable, then the profile is opened again with it. `change`
   * gives undefined for nothing to do. `also` runs in the transaction, `after` when it is done, while the sessions of this profile still stand.
   */
  replace(change: (record: LocalRecord) => Promise<LocalRecord | undefined>, also?: (next: LocalRecord) => void, after?: (next: LocalRecord) => void): void;
  /** The same record, but something it is judged by is different: the profile is opened again. */
  reopen(): void;
  /** A contact proved to know the identity key in use: earlier ones may be of no more use. */
  proven(): void;
  /** The identity key in use, which came from a file, is the newest one that contacts know of. */
  confirmed(): void;
}

/**
 * Opens the profile again as a new device (protocol.md §7). New keys, the new list, and every undelivered message in its
 * new place become durable in one transaction: a crash leaves the old device, which notices again, or the new one. The
 * old profile, which holds everything back already, is left behind when that is done. `open` does not start what it opens.
 */
export async function becomeNewDevice(
  parts: RetiringParts,
  old: OpenProfile,
  news: RetirementNews,
  open: (record: LocalRecord) => OpenProfile,
): Promise<OpenProfile> {
  const fresh = await newDevice(parts, old.stores, news, open, { ask: () => old.devices.upkeep.replaceThis() });
  old.leave();
  return fresh;
}

export interface RetiringParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
}

export interface Becoming {
  /** Of the new device, if it has another name. */
  readonly deviceName?: string;
  /** Has the device with the identity key sign, where that is another one. */
  readonly ask?: () => Promise<Replacement>;
}

/** The profile of the device that takes the place of the one in `stores`, not started. Errors: `key.unacceptable`, those of `ask`, device.not-certifier without it. */
export async function newDevice(
  { crypto, clock }: RetiringParts,
  stores: Pick<Stores, 'local'>,
  news: RetirementNews,
  open: (record: LocalRecord) => OpenProfile,
  { deviceName, ask = nobodyToAsk }: Becoming = {},
): Promise<OpenProfile> {
  const record = loadRecord(stores.local);
  try {
    const isHere = currentKey(record).privateKey !== undefined;
    const { record: next, retired, successor } = isHere ? await retireLocalRecord(crypto, record, clock.now(), news.list, deviceName) : replacedLocalRecord(crypto, record, await ask());
    try {
      const fresh = open(next);
      try {
        fresh.commit(() => {
          const { local, dialogs, devices } = fresh.stores;
          local.save(next);
          // What it was called, for the list of devices that are gone.
          devices.put({ instanceId: retired, credential: record.instance.credential, cardTime: 0, addresses: [], addedAt: Math.trunc(clock.now()) });
          if (!isHere) noteGone(crypto, fresh.stores, record.instanceList, next.instanceList);
          // What just came from a backup hears of the devices there were since: its person brought it back, and knows.
          else if (news.list !== undefined && dialogs.retirements()[0]?.reason !== 'backup') noteCopied({ crypto, clock, stores: fresh.stores }, next);
          dialogs.addRetirement({ at: Math.trunc(clock.now()), retired, successor, reason: news.reason, toldBy: news.toldBy });
          fresh.engine.succeed(retired);
          fresh.resumptions.forgetAll();
        });
      } catch (error) {
        fresh.leave();
        throw error;
      }
      return fresh;
    } finally {
      wipeRecord(crypto, next);
    }
  } finally {
    wipeRecord(crypto, record);
  }
}

function nobodyToAsk(): never {
  throw new KeyshiftError('backup.not-certifier', 'This profile does not hold the identity key, and there is no device to ask. Nothing was changed; enter the code of the recovery kit with it, or take a backup of the device that holds the key.');
}

/** Stores a newer device list of the own person, and that keys are to be replaced where one counts no more; the profile is to be opened again with it. */
export function adoptList({ crypto, clock }: RetiringParts, stores: Pick<Stores, 'local' | 'upkeep' | 'transaction'>, list: InstanceList): void {
  const record = loadRecord(stores.local);
  try {
    stores.transaction(() => {
      stores.local.save({ ...record, instanceList: list.bytes });
      noteGone(crypto, stores, record.instanceList, list.bytes);
      noteAdded({ crypto, clock, stores }, record, list);
    });
  } finally {
    wipeRecord(crypto, record);
  }
}

/** Errors: vault.damaged. */
export function loadRecord(store: LocalStore): LocalRecord {
  const record = store.load();
  if (record === undefined) throw new KeyshiftError('vault.damaged', 'The vault holds no identity.');
  return record;
}
