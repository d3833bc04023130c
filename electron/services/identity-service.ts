import type { Handlers } from '../../shared/contract/contract';
import type { Identity } from '../../shared/model/identity';
import { armourCard, createCard } from '../engine/certificates/card';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Settings } from '../../shared/model/settings';
import type { Address, Clock } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import type { Crypto } from '../engine/crypto/crypto';
import { addressText } from './address-text';
import { keyTaken } from './key-taken';
import type { OpenProfile } from './open-profile';
import { holdsKey, rotatesAt } from './own-keys';
import type { Stores } from './ports';
import { upkeepNotes } from './ports/upkeep';
import { renewedElsewhere } from './renewed-elsewhere';

/** Those of the key in use that are in force, and whom to ask again. */
function endorsementsOf({ local: { endorsements }, vouching }: OpenProfile, now: number): Pick<Identity, 'endorsements' | 'askAgain'> {
  const inForce = endorsements.all.filter(({ current, notAfter }) => current && notAfter >= now);
  const held = new Set(inForce.map(({ issuer }) => issuer));
  const lapsed = [...new Set(endorsements.all.map(({ issuer }) => issuer))].filter((issuer) => !held.has(issuer));
  return { endorsements: inForce.map(({ issuer, notAfter, certificates }) => ({ issuer, notAfter, ...(vouching.isTakenBack(certificates) && { takenBack: true as const }) })), ...(lapsed.length > 0 && { askAgain: lapsed }) };
}

function renewalOf(stores: Stores): Pick<Identity, 'renewedElsewhere'> {
  const other = renewedElsewhere(stores);
  if (other === undefined) return {};
  const contact = stores.contacts.byPeer(other.toldBy);
  return { renewedElsewhere: { epoch: other.epoch, fingerprint: toHex(other.spkiHash), seenAt: other.seenAt, ...(contact && { contactId: contact.contactId }) } };
}

/** Without the recovery key here, only what the person said of it tells that it is on paper; who never had another device had it nowhere else. */
function recoveryOf({ recovery, list }: LocalParty, { upkeep }: Stores): Identity['recovery'] {
  return recovery === 'away' && list.instances.length > 1 && upkeep.get(upkeepNotes.onPaper) === undefined ? 'elsewhere' : recovery;
}

export function identityService(parts: {
  profile: () => OpenProfile;
  crypto: Crypto;
  clock: Clock;
  ownAddresses: () => readonly Address[];
  settings: () => Pick<Settings, 'rotateIdentityDays'>;
}): Pick<Handlers['identity'], 'get' | 'exportPublic'> {
  return {
    get: () => {
      const profile = parts.profile();
      const { local, stores } = profile;
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
        ...(holdsKey(local) ? {} : { keyElsewhere: true }),
        ...keyTaken(local, stores),
        recovery: recoveryOf(local, stores),
        ...endorsementsOf(profile, parts.clock.now()),
        unconfirmed: local.unconfirmed,
        ...renewalOf(stores),
      };
    },
    exportPublic: ({ format }) => {
      const profile = parts.profile();
      const { local } = profile;
      if (format === 'pem') return { text: local.identity.pem() };
      // Whoever was given it would ask a device that may not answer.
      profile.devices.standing.assertCounts();
      return { text: armourCard(createCard(parts.crypto, local, parts.ownAddresses(), parts.clock.now(), 'anybody', { mailboxes: profile.ways.own.placesFor('anybody'), suspensions: profile.book.suspensionsOf(local.peerId) })) };
    },
  };
}
