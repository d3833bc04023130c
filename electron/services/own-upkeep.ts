import { renewLocalRecord } from '../engine/certificates/renewal';
import type { OwnKey } from '../engine/certificates/rotation';
import type { LocalRecord } from '../engine/ports';
import type { OpenProfile } from './open-profile';
import { rotationDue } from './own-key-timers';
import { isSpent, ownKeyNews, provenEpochs, withNewKey } from './own-keys';
import type { OwnChange } from './own-record';
import type { Stores } from './ports';
import { loadRecord } from './retiring';
import type { Surroundings } from './surroundings';
import { wipeRecord } from './wipe-record';

/** Replaces what is due (protocol.md §2) and stores it before it is used; true when something was. */
export async function renewBeforeUse({ crypto, clock }: Pick<Surroundings, 'crypto' | 'clock'>, local: Stores['local']): Promise<boolean> {
  const record = loadRecord(local);
  let renewed: LocalRecord | undefined;
  try {
    renewed = await renewLocalRecord(crypto, record, clock.now());
    if (renewed !== undefined) local.save(renewed);
    return renewed !== undefined;
  } finally {
    wipeRecord(crypto, record);
    if (renewed !== undefined) wipeRecord(crypto, renewed);
  }
}

/** What a profile that stays open for weeks has to change of itself: a new identity key where it is due, with which everything else is signed anew, else what else is due. */
export function dueChange({ crypto, clock, events, settings }: Pick<Surroundings, 'crypto' | 'clock' | 'events' | 'settings'>, profile: OpenProfile): readonly [OwnChange, ((next: LocalRecord) => void)?] {
  const due = rotationDue(profile, settings());
  const rotates = due !== undefined && due <= clock.now() && profile.local.standing === 'active';
  if (!rotates) return [(record) => renewLocalRecord(crypto, record, clock.now())];
  return [(record) => withNewKey(crypto, record, clock.now()), (next) => events.emit(ownKeyNews(crypto, next, 'old-key'))];
}

/** Whose private halves go: those of old keys, once every contact proved to know a later one (S5-21). Undefined where there is no old key. */
export function spentKeys({ local, stores }: OpenProfile, now: number): ((key: OwnKey) => boolean) | undefined {
  const { epoch } = local.identity;
  if (epoch === 1) return undefined;
  const lowest = Math.min(epoch, ...provenEpochs(stores).map((proven) => proven.epoch));
  return (key) => isSpent(key, lowest, now);
}
