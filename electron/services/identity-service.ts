import type { Handlers } from '../../shared/contract/contract';
import { armourCard, createCard } from '../engine/certificates/card';
import type { Settings } from '../../shared/model/settings';
import type { Address, Clock } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import type { Crypto } from '../engine/crypto/crypto';
import { addressText } from './address-text';
import type { OpenProfile } from './open-profile';
import { rotatesAt } from './own-keys';

export function identityService(parts: {
  profile: () => OpenProfile;
  crypto: Crypto;
  clock: Clock;
  ownAddresses: () => readonly Address[];
  settings: () => Pick<Settings, 'rotateIdentityDays'>;
}): Pick<Handlers['identity'], 'get' | 'exportPublic'> {
  return {
    get: () => {
      const { local } = parts.profile();
      const { credential } = local.exchange.current;
      const next = rotatesAt(local, parts.settings());
      return {
        peerId: local.peerId,
        name: local.name,
        epoch: local.identity.epoch,
        keyFingerprint: toHex(local.identity.spkiHash),
        createdAt: local.createdAt,
        exchange: { serial: toHex(credential.serial), notAfter: credential.notAfter },
        instance: { id: local.instanceId, name: local.instance.credential.deviceName },
        addresses: parts.ownAddresses().map(addressText),
        keyCreatedAt: local.keyCreatedAt,
        ...(next === undefined ? {} : { rotatesAt: next }),
        recovery: local.recovery,
        endorsements: [],
        unconfirmed: local.unconfirmed,
      };
    },
    exportPublic: ({ format }) => {
      const { local } = parts.profile();
      if (format === 'pem') return { text: local.identity.pem() };
      return { text: armourCard(createCard(parts.crypto, local, parts.ownAddresses(), parts.clock.now())) };
    },
  };
}
