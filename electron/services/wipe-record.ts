import type { Crypto } from '../engine/crypto/crypto';
import type { LocalRecord } from '../engine/ports';

/** The party in use has copies in locked memory: these are ordinary buffers. */
export function wipeRecord(crypto: Crypto, record: LocalRecord): void {
  const { identityKeys, instance, exchanges, recovery } = record;
  for (const { privateKey } of identityKeys) if (privateKey !== undefined) crypto.wipe(privateKey);
  if (recovery?.seed !== undefined) crypto.wipe(recovery.seed);
  crypto.wipe(instance.signingSeed);
  crypto.wipe(instance.kemSecret);
  for (const { kemSecret } of exchanges) crypto.wipe(kemSecret);
}
