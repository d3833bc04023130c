import { beforeAll, describe, expect, it } from 'vitest';
import { admitDevice, type NewDevice } from '../../../../electron/engine/certificates/admission';
import { consentTo } from '../../../../electron/engine/certificates/credential';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { PeerId } from '../../../../electron/engine/ids';
import { localPerson, type LocalPerson, now, realCrypto } from '../../../support/foundation-kit';

describe('a device that is let in', () => {
  let crypto: Crypto;
  let ann: LocalPerson;
  let bob: LocalPerson;
  beforeAll(async () => {
    crypto = await realCrypto();
    [ann, bob] = [await localPerson(crypto, 'Ann'), await localPerson(crypto, 'Bob')];
  });

  /** A device that said whose it is to be, of keys that may be others than those it comes with. */
  function device(of: PeerId, kemKey = crypto.generateKem('instance-kem').publicKey, consentedKem = kemKey): NewDevice {
    const signing = crypto.generateSigning();
    return { signingKey: signing.publicKey, kemKey, deviceName: 'phone', consent: consentTo(crypto, of, signing, consentedKem) };
  }

  it('A14: agreed to be this very person’s, with the very keys it brings', async () => {
    const { record, local } = ann;
    const admit = (each: NewDevice) => admitDevice(crypto, record, each, now);
    const refused = { code: 'key.unacceptable', message: expect.stringContaining('did not agree') as string };
    await expect(admit(device(bob.local.peerId))).rejects.toMatchObject(refused);
    await expect(admit(device(local.peerId, undefined, crypto.generateKem('instance-kem').publicKey))).rejects.toMatchObject(refused);
    await expect(admit({ ...device(local.peerId), signingKey: crypto.generateSigning().publicKey })).rejects.toMatchObject(refused);
    expect((await admit(device(local.peerId))).credential).toMatchObject({ peerId: local.peerId, roles: ['exchange'] });
  });

  it('A49: brings a key that can be sealed to', async () => {
    await expect(admitDevice(crypto, ann.record, device(ann.local.peerId, new Uint8Array(1216)), now)).rejects.toMatchObject({ code: 'key.unacceptable', message: expect.stringContaining('unusable key') as string });
  });
});
