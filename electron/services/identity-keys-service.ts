import type { Handlers } from '../../shared/contract/contract';
import type { OwnKey } from '../../shared/model/identity';
import { recallIdentityCertificate } from '../engine/certificates/identity-certificate';
import type { Crypto } from '../engine/crypto/crypto';
import type { Clock } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import type { EventHub } from './event-hub';
import { confirmed, ownKeyNews, provenEpochs, withNewKey } from './own-keys';
import { settleTaken } from './key-taken';
import { loadRecord } from './retiring';
import type { VaultService } from './vault-service';
import { wipeRecord } from './wipe-record';

type IdentityKeys = Pick<Handlers['identity'], 'rotate' | 'keyHistory' | 'forgetOldKeys' | 'confirmSole' | 'confirmTaken'>;

export interface IdentityKeysParts {
  readonly vault: Pick<VaultService, 'profile' | 'changeRecord' | 'eraseOldKeys'>;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
}

/** The own identity keys: new ones and old ones. */
export function identityKeysService({ vault, crypto, clock, events }: IdentityKeysParts): IdentityKeys {
  /** Oldest first, without private halves. */
  const keys = () => {
    const record = loadRecord(vault.profile().stores.local);
    try {
      return record.identityKeys.map(({ epoch, certificate, createdAt, retiredAt, privateKey }) => ({ epoch, certificate, createdAt, retiredAt, held: privateKey !== undefined }));
    } finally {
      wipeRecord(crypto, record);
    }
  };
  const behind = (epoch: number) => provenEpochs(vault.profile().stores).filter((contact) => contact.epoch <= epoch);

  return {
    rotate: async () => {
      await vault.changeRecord((record) => withNewKey(crypto, record, clock.now()), (next) => events.emit(ownKeyNews(crypto, next, 'old-key')));
      return { epoch: vault.profile().local.identity.epoch };
    },

    keyHistory: () =>
      keys()
        .map(({ epoch, certificate, createdAt, retiredAt, held }): OwnKey => ({
          epoch,
          fingerprint: toHex(recallIdentityCertificate(crypto, certificate).spkiHash),
          createdAt,
          ...(retiredAt === undefined ? {} : { retiredAt }),
          held,
          behind: retiredAt === undefined ? 0 : behind(epoch).length,
        }))
        .sort((a, b) => b.epoch - a.epoch),

    forgetOldKeys: async (input) => {
      const { before = Infinity, dryRun = false } = input ?? {};
      // Keys retire in the order of their epochs: what is forgotten is everything up to one of them.
      const last = Math.max(0, ...keys().flatMap(({ epoch, retiredAt }) => (retiredAt !== undefined && retiredAt < before ? [epoch] : [])));
      const { peerKeys } = vault.profile().stores;
      const forgotten = Math.max(last, peerKeys.forgottenEpoch());
      const stranded = forgotten === 0 ? [] : behind(forgotten).map(({ contactId }) => contactId);
      if (!dryRun && last > 0) await vault.eraseOldKeys(({ epoch }) => epoch <= last, () => vault.profile().stores.peerKeys.setForgottenEpoch(forgotten));
      return { stranded };
    },

    confirmSole: async () => {
      await vault.changeRecord(confirmed);
      return null;
    },

    confirmTaken: () => {
      const opened = vault.profile();
      opened.commit(() => {
        settleTaken(opened.stores);
        events.emit({ type: 'identity.changed' });
      });
      return null;
    },
  };
}
