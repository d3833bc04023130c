import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { DeviceKey } from '../../../electron/network/mailbox/device-key';
import { lockFile } from '../../../scripts/lib/lock.mjs';
import { readState } from '../../../scripts/mailbox/state.mjs';

// What the server would be told, and what stood in the operator's file by then.
let known: string[][];
let answers: () => Promise<void>;
let folder: string;

class NoServerError extends Error {}
const errand = '../../../scripts/mailbox/errand.mjs';
let commands: typeof import('../../../scripts/mailbox/commands.mjs');
const device = (wanted: Parameters<typeof commands.device>[0]): Promise<string> => commands.device(wanted);

// The commands are read anew for this file alone, and again for whoever comes behind it.
beforeAll(async () => {
  vi.resetModules();
  vi.doMock(errand, () => ({
    NoServerError,
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

test('the operator’s file knows a device before the server does, and no more where there was no server', async () => {
  const one = key();
  answers = () => Promise.reject(new NoServerError('no server'));
  await expect(device({ folder, key: one, slots: 1, days: 1 })).rejects.toThrow('no server');
  expect(known).toEqual([[one]]);
  expect(readState(folder).devices).toEqual({});
  answers = async () => undefined;
  await device({ folder, key: one, slots: 1, days: 1 });
  const before = readState(folder).devices;
  answers = () => Promise.reject(new NoServerError('no server'));
  await expect(device({ folder, key: one, slots: 1, days: 30 })).rejects.toThrow('no server');
  expect(readState(folder).devices).toEqual(before);
});

test('the operator’s file keeps a device that the server may have taken in before its answer was lost', async () => {
  const one = key();
  answers = () => Promise.reject(new Error('timeout'));
  await expect(device({ folder, key: one, slots: 1, days: 1 })).rejects.toThrow(/timeout\n.*type the same again/);
  const address = readState(folder).devices[one]?.address;
  expect(address).toMatch(/^[0-9a-f]{32}$/);
  // Typed again it is the same mailbox.
  answers = async () => undefined;
  await device({ folder, key: one, slots: 1, days: 1 });
  expect(readState(folder).devices[one]?.address).toBe(address);
});

test('a lock whose owner is gone is taken over by one alone', async () => {
  const lock = join(folder, 'operator.json.lock');
  writeFileSync(lock, '999999999');
  // Another one judged it at the same time, and has taken it over by now.
  const kill = vi.spyOn(process, 'kill').mockImplementationOnce(() => {
    writeFileSync(lock, String(process.ppid));
    throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
  });
  let has = false;
  const taken = lockFile(lock, () => (has = true));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([has, readFileSync(lock, 'utf8')]).toEqual([false, String(process.ppid)]);
  kill.mockRestore();
  rmSync(lock);
  await taken;
  expect([has, existsSync(lock), readdirSync(folder).filter((name) => name.includes('clearing'))]).toEqual([true, false, []]);
});
