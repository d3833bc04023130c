import { parseInstanceCredential } from '../../engine/certificates/credential';
import type { Crypto } from '../../engine/crypto/crypto';
import type { Address } from '../../engine/ports';
import type { ChannelFrame } from '../../engine/session/channel-frames';
import { encodeLinkGrant, type GrantedDevice, type LinkGrant, sealLinkGrant } from '../../engine/session/link-grant';
import type { AgreedDevice } from '../../engine/session/link-host';
import type { OpenProfile } from '../open-profile';
import { loadRecord } from '../retiring';
import { wipeRecord } from '../wipe-record';
import { encodePersonSettings, type PersonSettings } from './person-settings';

export interface Granting {
  readonly crypto: Crypto;
  readonly profile: OpenProfile;
  readonly device: AgreedDevice;
  readonly channelHash: Uint8Array;
  readonly ownAddresses: readonly Address[];
  readonly settings: PersonSettings;
}

/** All that a device which is on the list by now must hold, sealed to it for this channel. Throws `WireError` when it is too long. */
export function grantFor({ crypto, profile, device, channelHash, ownAddresses, settings }: Granting): ChannelFrame[] {
  const { local, stores } = profile;
  const credential = stores.devices.find(device.instanceId)?.credential;
  if (credential === undefined) throw new Error('the new device is not stored');
  const record = loadRecord(stores.local);
  try {
    const { name, createdAt, identityKeys, recovery, endorsements = [], exchanges, instanceList } = record;
    const grant: LinkGrant = {
      name,
      createdAt,
      identityKeys: [...identityKeys].sort((a, b) => a.epoch - b.epoch).map(({ privateKey: _stays, ...rest }) => rest),
      ...(recovery && { recoveryKey: recovery.publicKey }),
      endorsements,
      exchanges,
      instanceList,
      credential,
      devices: [{ credential: local.instance.credential.bytes, addresses: ownAddresses }, ...others(crypto, profile, device)],
      settings: encodePersonSettings(settings),
    };
    const statement = encodeLinkGrant(grant);
    try {
      return sealLinkGrant(crypto, local.instance.signing.secret, local.peerId, device, channelHash, statement);
    } finally {
      crypto.wipe(statement);
    }
  } finally {
    wipeRecord(crypto, record);
  }
}

/** Active ones whose credential is the one of the list: another is of no use to anybody. */
function others(crypto: Crypto, { local, stores }: OpenProfile, { instanceId: fresh }: AgreedDevice): GrantedDevice[] {
  return local.list.instances.flatMap(({ instanceId, state, credentialHash }) => {
    const row = instanceId === local.instanceId || instanceId === fresh || state !== 'active' ? undefined : stores.devices.find(instanceId);
    if (!row || !crypto.equal(parseInstanceCredential(crypto, row.credential).hash, credentialHash)) return [];
    return [{ credential: row.credential, addresses: row.addresses }];
  });
}
