import { admitDevice } from '../../engine/certificates/admission';
import { parseInstanceList, verifyInstanceList } from '../../engine/certificates/instance-list';
import { assertRoomAbove } from '../../engine/certificates/retirement';
import type { Crypto } from '../../engine/crypto/crypto';
import type { Clock } from '../../engine/ports';
import type { AgreedDevice } from '../../engine/session/link-host';
import type { VaultService } from '../vault-service';
import { forgetAskedFor } from './asked-for';

export interface LettingIn {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly vault: Pick<VaultService, 'profile' | 'changeRecord'>;
  /** Throws where what was compared does not count any more. */
  readonly assertStill: () => void;
}

/** Has the device certified, here or by the device that holds the identity key, and stores list and device in one step, awaited. Errors: those of `admitDevice` and `Upkeep.issue`. */
export async function letIn(parts: LettingIn, device: AgreedDevice): Promise<void> {
  const { crypto, clock, vault, assertStill } = parts;
  if (!vault.profile().local.isCertifier) return letInByCertifier(parts, device);
  let credential: Uint8Array | undefined;
  await vault.changeRecord(
    async (record) => {
      assertStill();
      const admission = await admitDevice(crypto, record, device, clock.now());
      credential = admission.credential.bytes;
      return admission.record;
    },
    () => {
      if (credential) markAwaited(parts, device, credential);
    },
  );
}

async function letInByCertifier(parts: LettingIn, device: AgreedDevice): Promise<void> {
  const { crypto, vault, assertStill } = parts;
  const issued = await vault.profile().devices.upkeep.issue(device);
  const list = parseInstanceList(crypto, issued.list);
  const changed = await vault.changeRecord(
    async (record) => {
      const { local } = vault.profile();
      verifyInstanceList(crypto, list, local.identity);
      // It may have come by itself meanwhile.
      assertRoomAbove(list.version, local.list.version);
      return list.version > local.list.version ? { ...record, instanceList: list.bytes } : undefined;
    },
    () => markAwaited(parts, device, issued.credential),
  );
  if (!changed) vault.profile().commit(() => markAwaited(parts, device, issued.credential));
  // Called off at the last moment: it is on the list by now, and is struck off as one that never showed itself.
  assertStill();
}

/** On the list; it has to show yet that it holds what it is given. */
function markAwaited({ clock, vault }: LettingIn, { instanceId }: AgreedDevice, credential: Uint8Array): void {
  const { stores } = vault.profile();
  const { devices } = stores;
  forgetAskedFor(stores, instanceId);
  devices.put({ cardTime: 0, addresses: [], addedAt: clock.now(), ...devices.find(instanceId), instanceId, credential, awaited: true });
}
