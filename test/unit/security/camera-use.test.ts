import { describe, expect, test } from 'vitest';
import { CameraUse } from '../../../electron/security/camera-use';
import { withCamera } from '../../../electron/window/camera-effects';
import { KeyshiftError } from '../../../shared/errors';
import { sampleHandlers as handlers } from '../../support/fake-handlers';

describe('row 9: the camera', () => {
  let now = 0;
  const camera = new CameraUse(() => now);

  test('may be asked for between begin and end, and for a minute at most', () => {
    expect(camera.isOpen()).toBe(false);
    camera.begin();
    expect(camera.isOpen()).toBe(true);
    now += 59_999;
    expect(camera.isOpen()).toBe(true);
    now += 1;
    expect(camera.isOpen()).toBe(false);
    camera.begin();
    camera.end();
    expect(camera.isOpen()).toBe(false);
  });

  test('only while the vault is open, and where the system agrees', async () => {
    let agreed = true;
    const window = withCamera(handlers, camera, () => Promise.resolve(agreed));
    expect(await window.contacts.useCamera({ on: true })).toEqual({ allowed: true });
    expect(camera.isOpen()).toBe(true);
    expect(await window.contacts.useCamera({ on: false })).toEqual({ allowed: false });
    expect(camera.isOpen()).toBe(false);
    agreed = false;
    expect(await window.contacts.useCamera({ on: true })).toEqual({ allowed: false });
    expect(camera.isOpen()).toBe(false);

    agreed = true;
    camera.begin();
    const locked = withCamera(
      { ...handlers, contacts: { ...handlers.contacts, useCamera: () => Promise.reject(new KeyshiftError('vault.locked', '')) } },
      camera,
      () => Promise.resolve(true),
    );
    await expect(locked.contacts.useCamera({ on: true })).rejects.toMatchObject({ code: 'vault.locked' });
    expect(camera.isOpen()).toBe(false);
  });

  test('S5-19: whoever took it back while the system was still asking keeps it closed', async () => {
    let agree: (allowed: boolean) => void = () => undefined;
    const window = withCamera(handlers, camera, () => new Promise((resolve) => (agree = resolve)));
    const asked = window.contacts.useCamera({ on: true });
    // The handler behind the door answers first; only then is the system asked.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await window.contacts.useCamera({ on: false })).toEqual({ allowed: false });
    agree(true);
    expect(await asked).toEqual({ allowed: false });
    expect(camera.isOpen()).toBe(false);
  });

  test('everything else of the door is as it was', () => {
    const { contacts, ...others } = withCamera(handlers, camera, () => Promise.resolve(true));
    const { contacts: before, ...othersBefore } = handlers;
    expect(others).toEqual(othersBefore);
    expect({ ...contacts, useCamera: before.useCamera }).toEqual(before);
  });
});
