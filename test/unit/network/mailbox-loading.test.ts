import { getEventListeners } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test, vi } from 'vitest';
import { deflateRawSync } from 'node:zlib';
import { createMailbox } from '../../../electron/network/mailbox/create-mailbox';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';

test('nothing of NATS is loaded before the first mailbox is used', async () => {
  const { metafile } = await build({
    entryPoints: [join(__dirname, '../../../electron/network/mailbox/create-mailbox.ts')],
    bundle: true,
    write: false,
    metafile: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    outdir: 'nowhere',
    external: ['sodium-native'],
    logLevel: 'silent',
  });
  const chunks = Object.entries(metafile.outputs);
  const holds = (inputs: object): boolean => Object.keys(inputs).some((file) => file.includes('@nats-io'));
  // What is loaded with the file itself: its own chunk and what that imports at once.
  const atOnce = new Set<string>();
  const follow = (name: string): void => {
    if (atOnce.has(name)) return;
    atOnce.add(name);
    for (const { path, kind } of metafile.outputs[name]?.imports ?? []) if (kind === 'import-statement') follow(path);
  };
  for (const [name, { entryPoint }] of chunks) if (entryPoint?.endsWith('create-mailbox.ts') === true) follow(name);
  expect(atOnce.size).toBeGreaterThan(0);
  expect([...atOnce].filter((name) => holds(metafile.outputs[name]?.inputs ?? {}))).toEqual([]);
  expect(chunks.some(([, { inputs }]) => holds(inputs))).toBe(true);
});

test('A85: a registration that unpacks to very much, or is very long, is refused', async () => {
  const mailbox = createMailbox({ transport: { listen: () => Promise.reject(new Error('not here')), dial: () => Promise.reject(new Error('not here')) }, random: kernelRandom });
  const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024, '['));
  const { createHash } = await import('node:crypto');
  const text = `keyshift-mailbox:${Buffer.concat([createHash('sha256').update(bomb).digest().subarray(0, 8), bomb]).toString('base64url')}`;
  await expect(mailbox.read(text)).rejects.toMatchObject({ code: 'mailbox.registration-garbled' });
  await expect(mailbox.read(`keyshift-mailbox:${'A'.repeat(600_000)}`)).rejects.toMatchObject({ code: 'mailbox.registration-garbled' });
});

/** Nobody judges its signature on this side. */
const jwt = ['{"typ":"JWT","alg":"ed25519-nkey"}', JSON.stringify({ sub: `U${'A'.repeat(55)}`, nats: {} }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');

test('a deposit that is over leaves nothing on the signal it was given, which lives as long as the profile; one that is given up ends at once', async () => {
  let dialled: (error: Error) => void = () => undefined;
  const dial = (): Promise<never> => new Promise((_, reject) => (dialled = reject));
  const mailbox = createMailbox({ transport: { listen: () => Promise.reject(new Error('not here')), dial }, random: kernelRandom });
  const capability = { servers: ['nats://127.0.0.1:4222'], address: 'a'.repeat(32), slot: 'b'.repeat(16), token: jwt, expiresAt: 0 };
  const living = new AbortController();
  try {
    const [first, second] = ['1', '2'].map((id) => mailbox.deposit(capability, new Uint8Array(8), id, living.signal));
    await vi.waitUntil(() => getEventListeners(living.signal, 'abort').length === 2, { timeout: 10_000 });
    dialled(new Error('nobody there'));
    expect([await first, await second]).toEqual(['unreachable', 'unreachable']);
    expect(getEventListeners(living.signal, 'abort')).toHaveLength(0);
    const given = mailbox.deposit(capability, new Uint8Array(8), '3', living.signal);
    await vi.waitUntil(() => getEventListeners(living.signal, 'abort').length === 1, { timeout: 10_000 });
    living.abort();
    expect(await given).toBe('unreachable');
  } finally {
    dialled(new Error('over'));
    await mailbox.close();
  }
});

test('that things are left in a dozen mailboxes at once is no leak, and warned of as none', async () => {
  const warned: string[] = [];
  const hear = ({ name, message }: Error): void => void warned.push(`${name}: ${message}`);
  process.on('warning', hear);
  let dialled = 0;
  const refusals: ((error: Error) => void)[] = [];
  const dial = (): Promise<never> => new Promise((_, reject) => {
    dialled += 1;
    refusals.push(reject);
  });
  const mailbox = createMailbox({ transport: { listen: () => Promise.reject(new Error('not here')), dial }, random: kernelRandom });
  const living = new AbortController();
  try {
    const all = Array.from({ length: 12 }, (_, at) =>
      mailbox.deposit({ servers: [`nats://127.0.0.1:${4222 + at}`], address: 'a'.repeat(32), slot: 'b'.repeat(16), token: jwt, expiresAt: 0 }, new Uint8Array(8), String(at), living.signal),
    );
    await vi.waitUntil(() => dialled === 12, { timeout: 10_000 });
    for (const refuse of refusals) refuse(new Error('nobody there'));
    expect(new Set(await Promise.all(all))).toEqual(new Set(['unreachable']));
    expect(warned).toEqual([]);
  } finally {
    process.off('warning', hear);
    await mailbox.close();
  }
});

test('what could not be read for the first mailbox, for want of descriptors say, is read for the next deposit and link, and closing waits for nothing of it', async () => {
  const path = '../../../electron/network/mailbox/nats-mailbox';
  const none = { listen: () => Promise.reject(new Error('not here')), dial: () => Promise.reject(new Error('nobody there')) };
  const capability = { servers: ['nats://127.0.0.1:4222'], address: 'a'.repeat(32), slot: 'b'.repeat(16), token: jwt, expiresAt: 0 };
  const registration = { servers: capability.servers, deviceKey: `U${'A'.repeat(55)}`, token: jwt, address: capability.address, expiresAt: 0, slots: [] };
  const faults: unknown[] = [];
  const mailbox = createMailbox({ transport: none, random: kernelRandom, onFault: (error) => faults.push(error) });
  const other = createMailbox({ transport: none, random: kernelRandom, onFault: (error) => faults.push(error) });
  vi.doMock(path, () => {
    throw new Error('too many open files');
  });
  try {
    expect(await mailbox.deposit(capability, new Uint8Array(8), '1')).toBe('unreachable');
    expect(await mailbox.probe(capability)).toBe('unreachable');
    expect(await other.deposit(capability, new Uint8Array(8), '1')).toBe('unreachable');
    await other.close();
    const failures: unknown[] = [];
    const link = mailbox.open(registration, mailbox.createSeed(), { onMail: () => undefined, onState: ({ failure }) => failures.push(failure) });
    await vi.waitUntil(() => faults.length === 4);
    vi.doUnmock(path);
    // The network is another one: tried at once.
    link.retry();
    await vi.waitUntil(() => failures.length > 0, { timeout: 10_000 });
    expect(failures).toEqual(['mailbox.unreachable']);
    // A dial is what ends it now, and no import.
    expect(await mailbox.deposit(capability, new Uint8Array(8), '2')).toBe('unreachable');
    expect(faults).toHaveLength(4);
  } finally {
    vi.doUnmock(path);
    await mailbox.close();
  }
});
