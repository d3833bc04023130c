import type { Handlers } from '../../../shared/contract/contract';
import type { MailboxToRevoke } from '../../../shared/model/mailbox';
import { parseInstanceCredential } from '../../engine/certificates/credential';
import type { Crypto } from '../../engine/crypto/crypto';
import { addressText } from '../address-text';
import type { Clock } from '../../engine/ports';
import type { EventHub } from '../event-hub';
import type { OpenProfile } from '../open-profile';
import { deviceActs, type DeviceActsParts } from './device-acts';

export interface DevicesParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly linking: Pick<Handlers['devices'], 'link' | 'join' | 'confirm' | 'cancel' | 'linking'>;
  readonly ownAddresses: () => readonly { readonly host: string; readonly port: number }[];
  readonly vault: DeviceActsParts['vault'];
  readonly clock: Clock;
  readonly events: EventHub;
}

const behindOf = (behind: number | undefined): { behind?: number } => (behind === undefined ? {} : { behind });

const toRevokeOf = (toRevoke: MailboxToRevoke[]): { toRevoke?: MailboxToRevoke[] } => (toRevoke.length === 0 ? {} : { toRevoke });

const incompleteOf = (missing: number | undefined): { incomplete?: { entries?: number } } => (missing === undefined ? {} : { incomplete: missing < 0 ? {} : { entries: missing } });

/** The own devices. */
export function devicesService({ profile, ownAddresses, linking, ...acts }: DevicesParts): Handlers['devices'] {
  const { crypto, clock } = acts;
  return {
    list: () => {
      const { local, stores, book, ways: { revoking }, devices: { siblings, standing, replica } } = profile();
      const open = revoking.list();
      if (open.length > 0) revoking.asked();
      const devices = local.list.instances.map(({ instanceId, roles, state }) => {
        const current = instanceId === local.instanceId;
        const row = current ? undefined : stores.devices.find(instanceId);
        const credential = current ? local.instance.credential : row && parseInstanceCredential(crypto, row.credential);
        return {
          instanceId,
          name: credential?.deviceName ?? '',
          current,
          roles: [...roles],
          state: current ? standing.state : state === 'active' && book.isSuspended(local.peerId, instanceId) ? 'suspended' : state,
          connected: current || siblings.session(instanceId) !== undefined,
          addresses: (current ? ownAddresses() : (row?.addresses ?? [])).map(addressText),
          ...toRevokeOf(open.filter((task) => task.instanceId === instanceId)),
          ...behindOf(current || state !== 'active' ? undefined : replica.behind(instanceId)),
          ...(current && incompleteOf(replica.missing)),
          ...(credential && state === 'active' && credential.notAfter < clock.now() && { credentialEnded: credential.notAfter }),
          ...(current && local.identity.notAfter < clock.now() && { certificateEnded: local.identity.notAfter }),
          ...(row && { addedAt: row.addedAt, ...(row.lastSeenAt !== undefined && { lastSeenAt: row.lastSeenAt }) }),
        };
      });
      const rank = ({ current, state }: (typeof devices)[number]): number => (current ? 0 : state === 'retired' ? 2 : 1);
      return devices.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
    },
    requests: () => profile().devices.upkeep.asked.list(),
    answer: ({ requestId, accept }) => {
      profile().devices.upkeep.asked.answer(requestId, accept);
      return null;
    },
    ...linking,
    ...deviceActs({ profile, ...acts }),
  };
}
