import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { DeviceKey } from '../../../electron/network/mailbox/device-key';
import { readState } from '../../../scripts/mailbox/state.mjs';

// What the server would be told, and what stood in the operator's file by then.
let known: string[][];
let answers: () => Promise<void>;
let folder: string;

const errand = '../../../scripts/mailbox/errand.mjs';
let commands: typeof import('../../../scripts/mailbox/commands.mjs');
const device = (wanted: Parameters<typeof commands.device>[0]): Promise<string> => commands.device(wanted);

// The commands are read anew for this file alone, and again for whoever comes behind it.
beforeAll(async () => {
  vi.resetModules();
  vi.doMock(errand, () => ({
    addDevice: async () => {
      known.push(Object.keys(readState(folder).devices));
      await answers();
    },
  }));
  commands = await import('../../../scripts/mailbox/commands.mjs');
});
afterAll(() => {
  vi.doUnmock(errand);
  vi.resetModules();
});

const root = mkdtempSync(join(tmpdir(), 'keyshift-operator-at-once-'));
afterAll(() => rmSync(root, { recursive: true }));
const key = (): string => new DeviceKey(kernelRandom.bytes(32)).text;

beforeEach(async () => {
  known = [];
  answers = async () => new Promise((resolve) => setTimeout(resolve, 20));
  folder = mkdtempSync(join(root, 'mailbox-'));
  await commands.init({ folder, hosts: ['192.0.2.1'], bind: '0.0.0.0', port: 4_222, clusterPort: 6_222, tls: false, diskGib: 1 });
});

test('devices that are registered at once are all known afterwards, with every right that was given', async () => {
  const keys = [key(), key(), key()];
  await Promise.all(keys.map((one) => device({ folder, key: one, slots: 2, days: 1 })));
  await Promise.all(keys.map((one) => commands.refill({ folder, key: one, slots: 1, days: 1 })));
  const { devices, slots } = readState(folder);
  expect(Object.keys(devices).toSorted()).toEqual(keys.toSorted());
  expect(Object.keys(slots)).toHaveLength(3 * 3 + 3);
  expect(readdirSync(folder)).not.toContain('operator.json.lock');
});

test('the operator’s file knows a device before the server does, and no more where the server did not answer', async () => {
  const one = key();
  answers = () => Promise.reject(new Error('no server'));
  await expect(device({ folder, key: one, slots: 1, days: 1 })).rejects.toThrow('no server');
  expect(known).toEqual([[one]]);
  expect(readState(folder).devices).toEqual({});
  answers = async () => undefined;
  await device({ folder, key: one, slots: 1, days: 1 });
  const before = readState(folder).devices;
  answers = () => Promise.reject(new Error('no server'));
  await expect(device({ folder, key: one, slots: 1, days: 30 })).rejects.toThrow('no server');
  expect(readState(folder).devices).toEqual(before);
});
