import { beforeAll, describe, expect, it } from 'vitest';
import { admitDevice, type NewDevice } from '../../../../electron/engine/certificates/admission';
import { consentTo } from '../../../../electron/engine/certificates/credential';
import { issueInstanceList, type ListedInstance, parseInstanceList } from '../../../../electron/engine/certificates/instance-list';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { PeerId } from '../../../../electron/engine/ids';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { day, localPerson, type LocalPerson, now, realCrypto } from '../../../support/foundation-kit';

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

  it('S4-26: is on the next version of the list for a year, and gives back its place to no device that was stopped or removed', async () => {
    const { record, credential } = await admitDevice(crypto, ann.record, device(ann.local.peerId), now);
    expect(credential).toMatchObject({ notBefore: now, notAfter: now + 365 * day, minListVersion: 2 });
    const stopped = { ...record, suspended: [{ instanceId: credential.instanceId, listVersion: 2 }] };
    const next = await admitDevice(crypto, stopped, device(ann.local.peerId), now);
    const states = new Map(parseInstanceList(crypto, next.record.instanceList).instances.map(({ instanceId, state }) => [instanceId, state]));
    expect(states).toEqual(new Map([[ann.local.instanceId, 'active'], [credential.instanceId, 'suspended'], [next.credential.instanceId, 'active']]));
    const again = await admitDevice(crypto, record, { ...device(ann.local.peerId), instead: credential.instanceId }, now);
    expect(parseInstanceList(crypto, again.record.instanceList).instances.find(({ instanceId }) => instanceId === credential.instanceId)?.state).toBe('retired');
    // Removed by another list of that very version: a stop from before makes it none that could be let in again.
    const gone = { ...again.record, suspended: [{ instanceId: credential.instanceId, listVersion: 3 }] };
    const last = await admitDevice(crypto, gone, device(ann.local.peerId), now);
    expect(parseInstanceList(crypto, last.record.instanceList).instances.find(({ instanceId }) => instanceId === credential.instanceId)?.state).toBe('retired');
  });

  it('S4-26: finds room while 31 count, whatever was removed, and no more when 32 do', async () => {
    const full = async (counting: number, removed: number) => {
      const { identity, list } = ann.local;
      const more = Array.from({ length: counting + removed - 1 }, (_, index): ListedInstance => ({ instanceId: instanceIdFromBytes(new Uint8Array(16).fill(index)), credentialHash: new Uint8Array(32), roles: [], state: index < removed ? 'retired' : 'active' }));
      const signed = await issueInstanceList(crypto, { identity, identityKey: ann.local.certifierKey(), version: 1, issuedAt: now, instances: [...list.instances, ...more] });
      return admitDevice(crypto, { ...ann.record, instanceList: signed.bytes }, device(ann.local.peerId), now);
    };
    await expect(full(32, 0)).rejects.toMatchObject({ code: 'device.too-many' });
    const { record, credential } = await full(31, 1);
    const { instances } = parseInstanceList(crypto, record.instanceList);
    expect(instances.map(({ state }) => state)).toEqual(Array.from({ length: 32 }, () => 'active'));
    expect(instances.some(({ instanceId }) => instanceId === credential.instanceId)).toBe(true);
    // One that was removed is kept where there is room for it.
    const { record: roomy } = await full(30, 1);
    expect(parseInstanceList(crypto, roomy.instanceList).instances.filter(({ state }) => state === 'retired')).toHaveLength(1);
  });

  it('A49: brings a key that can be sealed to', async () => {
    await expect(admitDevice(crypto, ann.record, device(ann.local.peerId, new Uint8Array(1216)), now)).rejects.toMatchObject({ code: 'key.unacceptable', message: expect.stringContaining('unusable key') as string });
  });
});
