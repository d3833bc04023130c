import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contactDevicesService } from '../../../electron/services/contact-devices-service';
import { verificationService } from '../../../electron/services/verification-service';
import { KeyshiftError } from '../../../shared/errors';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

describe('what is known of the devices of a contact', () => {
  let world: World;
  let ada: Resident;
  let desk: Resident;
  let laptop: Resident;
  let contactId: string;

  beforeAll(async () => {
    world = createWorld();
    ada = await world.move('Ada');
    desk = await world.move('Bo');
    laptop = await world.link(desk, 'Bo’s laptop');
    contactId = (await acquaint(world, ada, desk)).ofInviter;
  }, 60_000);
  afterAll(() => world.close());

  const devices = () => contactDevicesService({ profile: () => ada.profile, crypto: ada.crypto }).devices({ contactId });

  test('S4-22: the list they signed counts; a name is known of what has shown itself', () => {
    const own = desk.profile.local;
    expect(devices()).toEqual(
      expect.arrayContaining([
        { instanceId: own.instanceId, name: own.instance.credential.deviceName, state: 'active' },
        // The desk passed its card on.
        { instanceId: laptop.profile.local.instanceId, name: laptop.profile.local.instance.credential.deviceName, state: 'active' },
      ]),
    );
    expect(devices()).toHaveLength(2);
  });

  test('nothing is told of somebody unknown', () => {
    const { devices: ask } = contactDevicesService({ profile: () => ada.profile, crypto: ada.crypto });
    expect(() => ask({ contactId: '0'.repeat(32) })).toThrow(expect.objectContaining({ code: 'contact.unknown' }));
  });
});

describe('row 9: the camera without a vault', () => {
  const cameraOf = (code: 'vault.absent' | 'vault.locked') => {
    const closed = (): never => {
      throw new KeyshiftError(code, code);
    };
    return verificationService({ profile: closed, crypto: undefined as never, setChecked: closed, ownKeys: closed, keys: { keyHistory: closed, keyTrouble: closed, acceptKey: closed } }); // none of the parts is reached
  };

  test('may read the link for a new device where there is no vault yet, and nothing while one is locked', () => {
    expect(cameraOf('vault.absent').useCamera({ on: true })).toEqual({ allowed: false });
    expect(() => cameraOf('vault.locked').useCamera({ on: true })).toThrow(expect.objectContaining({ code: 'vault.locked' }));
  });
});
