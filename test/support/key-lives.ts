import { createLocalRecord, type LocalParty, openLocalParty } from '../../electron/engine/certificates/local-party';
import { recoverLocalRecord } from '../../electron/engine/certificates/recovery';
import { eraseOldKeys, rotateLocalRecord } from '../../electron/engine/certificates/rotation';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../electron/engine/ports';
import { withFixedKeys } from './rsa-keys';

/** What comes after the first key, one after the other. */
export type Turn = 'routine' | 'compromise' | 'recovery';

export interface KeyLife {
  readonly record: LocalRecord;
  readonly party: LocalParty;
}

/** A person after each of these turns, the first key first: life n has epoch n + 1, and fixed keys from number `from` on. `forgetful`: keeps no old private half. */
export async function keyLives(real: Crypto, turns: readonly Turn[], { name = 'Ada', now = 1_800_000_000_000, from = 0, forgetful = false } = {}): Promise<readonly [KeyLife, ...KeyLife[]]> {
  const crypto = withFixedKeys(real, from);
  const life = (record: LocalRecord): KeyLife => ({ record, party: openLocalParty(crypto, record) });
  const lives: [KeyLife, ...KeyLife[]] = [life(await createLocalRecord(crypto, { name, deviceName: 'desk', now }))];
  for (const [index, turn] of turns.entries()) {
    const { record } = lives[index] ?? lives[0];
    const at = now + index + 1;
    const next = turn === 'recovery' ? await recoverLocalRecord(crypto, record, record.recovery?.seed ?? new Uint8Array(32), at) : await rotateLocalRecord(crypto, record, at, turn);
    lives.push(life(forgetful ? eraseOldKeys(next) : next));
  }
  return lives;
}
