import type { Handlers } from '../../shared/contract/contract';
import type { Crypto } from '../engine/crypto/crypto';
import type { Clock } from '../engine/ports';
import type { EventHub } from './event-hub';
import { ownKeyNews, withNewKey } from './own-keys';
import type { VaultService } from './vault-service';

/**
 * Another name for oneself. It stands in the identity certificate, so a new identity key brings it: contacts and own devices learn it with the
 * proof that it is the same person, and whoever was checked stays so (decision 036).
 */
export function ownNameService({ vault, crypto, clock, events }: { vault: Pick<VaultService, 'profile' | 'changeRecord'>; crypto: Crypto; clock: Clock; events: EventHub }): Pick<Handlers['identity'], 'rename'> {
  return {
    rename: async ({ name }) => {
      const { devices, local } = vault.profile();
      devices.standing.assertCounts();
      if (name === local.name) return null;
      await vault.changeRecord((record) => withNewKey(crypto, record, clock.now(), name), (next) => events.emit(ownKeyNews(crypto, next, 'old-key')));
      return null;
    },
  };
}
