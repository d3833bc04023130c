import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount, createOperator, createUser } from '@nats-io/nkeys';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { DeviceKey } from '../../../electron/network/mailbox/device-key';
import { readRegistration } from '../../../electron/network/mailbox/registration-text';
import { device, init } from '../../../scripts/mailbox/commands.mjs';
import { Pair } from '../../../scripts/mailbox/pairs.mjs';
import { registrationText } from '../../../scripts/mailbox/registration.mjs';
import { readState } from '../../../scripts/mailbox/state.mjs';
import { deviceToken, isDeviceKey, nowSeconds, slotToken } from '../../../scripts/mailbox/tokens.mjs';

const root = mkdtempSync(join(tmpdir(), 'keyshift-operator-'));
afterAll(() => rmSync(root, { recursive: true }));

const wanted = { hosts: ['mail.example.org'], bind: '0.0.0.0', port: 4_222, clusterPort: 6_222, tls: true, diskGib: 1 };
const below = (folder: string): string[] => readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));

describe('the operator’s command', () => {
  test('S4-08: what it writes is for its owner alone, and what a server is given holds no key of the operator', async () => {
    const folder = join(root, 'cluster');
    const files = await init({ ...wanted, folder, hosts: ['192.0.2.1', '192.0.2.2:4300:6300', '[2001:db8::3]'], installedAt: '/etc/keyshift-mailbox' });
    expect(files).toHaveLength(3);
    const { seeds, servers } = readState(folder);
    expect(servers).toEqual(['tls://192.0.2.1:4222', 'tls://192.0.2.2:4300', 'tls://[2001:db8::3]:4222']);
    for (const file of below(folder)) {
      expect(statSync(file).mode & 0o077, file).toBe(0);
      if (file.endsWith('operator.json')) continue;
      const text = readFileSync(file, 'utf8');
      for (const seed of Object.values(seeds)) expect(text.includes(seed), file).toBe(false);
    }
    const second = readFileSync(files[1] ?? '', 'utf8');
    expect(second).toContain('listen: "0.0.0.0:4300"');
    expect(second).toContain('"nats://192.0.2.1:6222"');
    expect(second).toContain('"nats://[2001:db8::3]:6222"');
    expect(second).not.toContain('192.0.2.2:6300"\n');
    expect(second).toContain('cert_file: "/etc/keyshift-mailbox/certificate.pem"');
    await expect(init({ ...wanted, folder })).rejects.toThrow(/holds a mailbox already/);
  });

  test('S4-08: without TLS for devices the servers of a cluster let in nobody but each other all the same', async () => {
    const folder = join(root, 'plain-cluster');
    const files = await init({ ...wanted, folder, hosts: ['192.0.2.1', '192.0.2.2', '192.0.2.3'], tls: false });
    expect(readState(folder)).toMatchObject({ servers: ['nats://192.0.2.1:4222', 'nats://192.0.2.2:4222', 'nats://192.0.2.3:4222'] });
    expect(readState(folder)).not.toHaveProperty('authority');
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const at = text.indexOf('cluster {');
      expect(text.slice(0, at)).not.toContain('tls');
      const [, authority = '""'] = /tls \{.*ca_file: ("[^"]+"), verify: true, timeout: 5 \}/.exec(text.slice(at)) ?? [];
      expect(existsSync(JSON.parse(authority) as string)).toBe(true);
    }
    const alone = join(root, 'plain');
    const [only = ''] = await init({ ...wanted, folder: alone, tls: false });
    expect(readFileSync(only, 'utf8')).not.toContain('tls');
    expect(below(alone).filter((file) => file.endsWith('.pem'))).toEqual([]);
  });

  test('the line that it says comes next finds the mailbox, also in another folder than the usual one', () => {
    const folder = join(root, 'a folder');
    const next = (...words: string[]): string => {
      const { stdout, stderr } = spawnSync(process.execPath, ['scripts/mailbox.mjs', 'init', '--host', '127.0.0.1', '--no-tls', ...words], { cwd: process.cwd(), encoding: 'utf8' });
      return `${stdout}${stderr}`.trim().split('\n').at(-1) ?? '';
    };
    expect(next('--folder', folder)).toBe(`Then register a device: npm run mailbox -- device KEY --folder '${folder}'`);
    const other = join(root, "Ann's");
    expect(spawnSync('sh', ['-c', `printf %s ${next('--folder', other).split(' ').at(-1) ?? ''}`], { encoding: 'utf8' }).stdout).toBe(other);
  });

  test('it refuses what cannot work, with a sentence, and makes nothing', async () => {
    const folder = join(root, 'nothing');
    await expect(init({ ...wanted, folder, hosts: ['a', 'b'] })).rejects.toThrow(/one host, or on a cluster of three/);
    await expect(init({ ...wanted, folder, certificate: 'c.pem' })).rejects.toThrow(/belong together/);
    await expect(init({ ...wanted, folder, certificate: join(root, 'c.pem'), key: join(root, 'k.pem') })).rejects.toThrow(/There is no .*c\.pem/);
    await expect(init({ ...wanted, folder, hosts: ['192.0.2.1:99999'] })).rejects.toThrow(/99999 is no port/);
    await expect(device({ folder, key: 'U', slots: 1, days: 1 })).rejects.toThrow(/There is no mailbox/);
    expect(readdirSync(root)).not.toContain('nothing');
  });

  test('a pair has the keys and makes the signatures of the library’s own', () => {
    for (const create of [createOperator, createAccount, createUser]) {
      for (let round = 0; round < 2; round += 1) {
        const theirs = create();
        const ours = new Pair(theirs);
        const words = new TextEncoder().encode('x'.repeat(round * 300));
        for (let again = 0; again < 2; again += 1) {
          expect([ours.getPublicKey(), ours.getPrivateKey(), ours.getSeed(), ours.sign(words)]).toEqual([theirs.getPublicKey(), theirs.getPrivateKey(), theirs.getSeed(), theirs.sign(words)]);
        }
      }
    }
  });

  test('a device key is told from anything else', () => {
    const { text } = new DeviceKey(new Uint8Array(32).fill(7));
    expect(isDeviceKey(text)).toBe(true);
    const other = text.at(20) === 'A' ? 'B' : 'A';
    for (const wrong of ['', 'U', text.slice(1), `${text}A`, `A${text.slice(1)}`, text.toLowerCase(), `${text.slice(0, 20)}${other}${text.slice(21)}`]) expect(isDeviceKey(wrong), wrong).toBe(false);
  });

  test('S4-26: a registration is read as it was written, with white space in it, and not at all with one character changed', async () => {
    const folder = join(root, 'one');
    await init({ ...wanted, folder, tls: false });
    const state = readState(folder);
    const [key, address, expiresAt] = [new DeviceKey(new Uint8Array(32).fill(9)).text, 'ab'.repeat(16), nowSeconds() + 86_400];
    const slots = [await slotToken(state, { address, expiresAt }), await slotToken(state, { address, expiresAt })];
    const token = await deviceToken(state, { key, address, expiresAt });
    const [publicSlot] = slots;
    const text = registrationText({ servers: state.servers, deviceKey: key, token, address, expiresAt, ...(publicSlot && { publicSlot }), slots: slots.slice(1) });
    const read = readRegistration(` ${text.slice(0, 50)}\n${text.slice(50)} `);
    expect(read).toMatchObject({ servers: ['nats://mail.example.org:4222'], deviceKey: key, token, address, expiresAt: expiresAt * 1_000 });
    expect([read.publicSlot, ...read.slots].map((one) => [one?.slot, one?.token, one?.expiresAt])).toEqual(slots.map((one) => [one.slot, one.token, expiresAt * 1_000]));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('A', 'z', '0', '_'), (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        if (changed !== text) expect(() => readRegistration(changed)).toThrow(/no registration/);
        expect(() => readRegistration(text.slice(0, at))).toThrow(/no registration/);
      }),
      { numRuns: 200 },
    );
  });
});
