import type { Handlers } from '../../../shared/contract/contract';
import { KeyshiftError } from '../../../shared/errors';
import { withoutKeys } from '../../engine/key-files/certifier-move';
import type { InstanceState, ListedInstance } from '../../engine/certificates/instance-list';
import { shortened } from '../../engine/certificates/local-party';
import { issueSuspension, type Suspension } from '../../engine/certificates/suspension';
import type { ListChange } from '../../engine/certificates/reissue';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';
import type { EventHub } from '../event-hub';
import type { OpenProfile } from '../open-profile';
import { settleTaken } from '../key-taken';
import { upkeepNotes } from '../ports/upkeep';
import type { VaultService } from '../vault-service';
import { withList, withOwnExchange } from './list-changes';

export interface DeviceActsParts {
  readonly profile: () => OpenProfile;
  readonly vault: Pick<VaultService, 'changeRecord'>;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
}

type DeviceActs = Pick<Handlers['devices'], 'rename' | 'setArchive' | 'suspend' | 'reinstate' | 'remove' | 'moveCertifier'>;

/** What a person does to devices: each is one transaction, from which the others and the contacts learn (protocol.md §10.2). */
export function deviceActs({ profile, vault, crypto, clock, events }: DeviceActsParts): DeviceActs {
  const entryOf = (instanceId: string): ListedInstance => {
    const entry = profile().local.list.instances.find((each) => each.instanceId === instanceId);
    if (!entry) throw new KeyshiftError('device.unknown', 'There is no such device.');
    return entry;
  };
  const assertOther = ({ instanceId }: ListedInstance): void => {
    if (instanceId === profile().local.instanceId) throw new KeyshiftError('device.itself', 'This cannot be done to the device you are using.');
  };
  const assertCertifier = (): void => {
    if (!profile().local.isCertifier) throw new KeyshiftError('device.not-certifier', 'Only the device that holds the identity key can do this.');
  };
  const isSuspended = ({ instanceId, state }: ListedInstance): boolean => {
    const { local, book } = profile();
    return state === 'suspended' || (state === 'active' && book.isSuspended(local.peerId, instanceId));
  };
  const assertActive = (entry: ListedInstance): void => {
    if (entry.state !== 'active' || isSuspended(entry)) throw notActive();
  };
  const assertSuspended = (entry: ListedInstance): void => {
    if (!isSuspended(entry)) throw new KeyshiftError('device.not-suspended', 'This device is not suspended.');
  };
  const distrust = (): void => profile().stores.upkeep.put(upkeepNotes.distrust, new Uint8Array(0));
  const told = (): void => events.emit({ type: 'devices.changed' });

  /**
   * List, exchange key and the note that every pair's keys are to be replaced stand in one transaction: whatever follows is taken up from there. `may`: looked
   * at when its turn comes, for what was done before it may have removed that device.
   */
  const setState = async (instanceId: InstanceId, state: InstanceState, may: (entry: ListedInstance) => void): Promise<void> => {
    await vault.changeRecord(
      async (record) => {
        may(entryOf(instanceId));
        return withList(crypto, record, { states: new Map([[instanceId, state]]) }, clock.now());
      },
      () => {
        if (state !== 'active') distrust();
        told();
      },
    );
  };

  /** What is said of a device that is still one: another list, and nothing else. */
  const relisted = async (instanceId: string, change: (id: InstanceId) => ListChange): Promise<null> => {
    const entry = entryOf(instanceId);
    assertCertifier();
    profile().devices.standing.assertCounts();
    if (entry.state === 'retired') throw new KeyshiftError('device.unknown', 'This device was removed.');
    await vault.changeRecord((record) => withList(crypto, record, change(entry.instanceId), clock.now()), told);
    return null;
  };

  return {
    rename: ({ instanceId, name }) => relisted(instanceId, (id) => ({ names: new Map([[id, shortened(name)]]) })),

    setArchive: async ({ instanceId, archive }) =>
      entryOf(instanceId).roles.includes('archive') === archive ? null : relisted(instanceId, (id) => ({ archives: new Map([[id, archive]]) })),

    suspend: async ({ instanceId }) => {
      profile().devices.standing.assertCounts();
      const entry = entryOf(instanceId);
      assertOther(entry);
      assertActive(entry);
      if (profile().local.isCertifier) {
        await setState(entry.instanceId, 'suspended', assertActive);
        return null;
      }
      let said: Suspension | undefined;
      await vault.changeRecord(
        async (record) => {
          const { local } = profile();
          said = issueSuspension(crypto, { suspended: entry.instanceId, list: local.list, credential: local.instance.credential, signing: local.instance.signing, time: Math.max(0, Math.trunc(clock.now())) });
          return withOwnExchange(crypto, record, local, clock.now());
        },
        () => {
          if (said) profile().book.suspensions?.add(said);
          distrust();
          told();
        },
      );
      return null;
    },

    reinstate: async ({ instanceId }) => {
      const entry = entryOf(instanceId);
      assertCertifier();
      assertSuspended(entry);
      await setState(entry.instanceId, 'active', assertSuspended);
      return null;
    },

    remove: async ({ instanceId }) => {
      const entry = entryOf(instanceId);
      assertOther(entry);
      assertCertifier();
      profile().devices.standing.assertCounts();
      if (entry.state !== 'retired') await setState(entry.instanceId, 'retired', () => undefined);
      return null;
    },

    moveCertifier: async ({ instanceId }) => {
      const entry = entryOf(instanceId);
      assertOther(entry);
      assertCertifier();
      const { local, devices } = profile();
      devices.standing.assertCounts();
      assertActive(entry);
      if (local.unconfirmed) throw new KeyshiftError('key.unconfirmed', 'This key came from a file. It goes to no other device until it is known that no other device uses it.');
      const offered = await devices.upkeep.offerKeys(entry.instanceId);
      try {
        await vault.changeRecord(
          async (record) => {
            // It may have been stopped or removed while it was being asked: the only key of this person would go with it.
            assertActive(entryOf(instanceId));
            if (!offered.isOf(record)) throw new KeyshiftError('device.busy', 'The keys of this device just changed. Try again.');
            return withoutKeys(crypto, record, entry.instanceId, clock.now());
          },
          () => {
            offered.keep();
            settleTaken(profile().stores);
            told();
          },
        );
      } finally {
        offered.end();
      }
      return null;
    },
  };
}

function notActive(): KeyshiftError {
  return new KeyshiftError('device.not-active', 'This device is suspended or was removed.');
}
