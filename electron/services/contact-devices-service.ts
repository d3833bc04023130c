import type { Handlers } from '../../shared/contract/contract';
import type { ContactDevice } from '../../shared/model/contact';
import { parseInstanceCredential } from '../engine/certificates/credential';
import { parseInstanceList } from '../engine/certificates/instance-list';
import type { Crypto } from '../engine/crypto/crypto';
import { contactRow } from './contacts-service';
import type { OpenProfile } from './open-profile';

export interface ContactDevicesParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
}

/** The devices a contact has said are theirs, as the signed list in force names them; active ones first. */
export function contactDevicesService({ profile: current, crypto }: ContactDevicesParts): Pick<Handlers['contacts'], 'devices'> {
  return {
    devices: ({ contactId }) => {
      const profile = current();
      const contact = contactRow(profile, contactId);
      const record = profile.book.find(contact.peerId)?.record;
      if (record === undefined || contact.relation !== 'mutual') return [];
      // Newest first: what a device is called now stands in the first of its own.
      const names = new Map<string, string>();
      for (const bytes of record.instances) {
        const { instanceId, deviceName } = parseInstanceCredential(crypto, bytes);
        if (!names.has(instanceId)) names.set(instanceId, deviceName);
      }
      const devices = parseInstanceList(crypto, record.instanceList).instances.map(({ instanceId, state }): ContactDevice => ({ instanceId, name: names.get(instanceId) ?? '', state }));
      return devices.sort((one, other) => Number(other.state === 'active') - Number(one.state === 'active'));
    },
  };
}
