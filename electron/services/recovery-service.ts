import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import { parseRecoveryCode } from '../engine/identity/recovery-code';
import type { IdentityKeysParts } from './identity-keys-service';
import { settleTaken } from './key-taken';
import { ownKeyNews } from './own-keys';
import { upkeepNotes } from './ports/upkeep';
import { recovered } from './recovering';
import { renewedElsewhere } from './renewed-elsewhere';

/** Taking the identity back with the code of the kit. */
export function recoveryService({ vault, crypto, clock, events }: Omit<IdentityKeysParts, 'vault'> & { readonly vault: Pick<IdentityKeysParts['vault'], 'profile' | 'changeRecord'> }): Pick<Handlers['identity'], 'recover'> {
  return {
    recover: async ({ code, keep = [] }) => {
      const { local, stores } = vault.profile();
      const kept = new Set(local.list.instances.filter(({ instanceId, state }) => state !== 'retired' && keep.includes(instanceId)).map(({ instanceId }) => instanceId));
      if (keep.some((each) => ![...kept].some((instanceId) => instanceId === each))) throw new KeyshiftError('device.unknown', 'There is no such device.');
      const stops = local.list.instances.some(({ instanceId, state }) => state === 'active' && instanceId !== local.instanceId && !kept.has(instanceId));
      // Also when the person said since that no other device has this key: the one that had it may have made later ones before it was lost.
      const cameFromBackup = stores.dialogs.retirements().some(({ reason, at }) => reason === 'backup' && at >= local.keyCreatedAt);
      const isBehind = local.unconfirmed || cameFromBackup || renewedElsewhere(stores) !== undefined;
      const seed = parseRecoveryCode(crypto, code);
      try {
        await vault.changeRecord(
          (record) => recovered(crypto, record, seed, clock.now(), { keep: kept, isBehind }),
          (next) => {
            const { stores: { upkeep } } = vault.profile();
            settleTaken({ upkeep });
            // They know every key of every conversation.
            if (stops) upkeep.put(upkeepNotes.distrust, new Uint8Array(0));
            upkeep.put(upkeepNotes.onPaper, new Uint8Array(0));
            events.emit(ownKeyNews(crypto, next, 'recovery'));
            events.emit({ type: 'devices.changed' });
          },
        );
      } finally {
        crypto.wipe(seed);
      }
      return { epoch: vault.profile().local.identity.epoch };
    },
  };
}
