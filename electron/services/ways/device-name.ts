import { parseInstanceCredential } from '../../engine/certificates/credential';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Stores } from '../ports';

/** As the device called itself; one that was let in elsewhere may not be known here. */
export function deviceNameOf(crypto: Crypto, local: LocalParty, { devices }: Pick<Stores, 'devices'>, instanceId: InstanceId): string {
  if (instanceId === local.instanceId) return local.instance.credential.deviceName;
  const row = devices.find(instanceId);
  return row === undefined ? '' : parseInstanceCredential(crypto, row.credential).deviceName;
}
