import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { readShownM1 } from '../../electron/engine/session/shown-m1';
import { checkpoint, held, leaseMs, type LedgerLine } from '../../electron/engine/sharing/ledger';
import { coverLine, recordName, uncoverLine } from '../../electron/engine/sharing/repository-record';
import { sharingKey, type SharingKey } from '../../electron/engine/sharing/sharing-keys';
import { instanceIdFromBytes } from '../../electron/engine/wire/ids';
import { changeRecord, RepositorySource } from '../../electron/services/devices/handover-sources';
import { nodeBundle } from '../../scripts/build.mjs';
import { inCache, inRoot } from '../../scripts/lib/paths.mjs';
import type { ClaimNews, ClaimOrder } from '../support/claimer';
import { newMailbox, Subscriber } from '../support/mailbox-people';
import { HostedMailbox, onServer } from '../support/nats-server';
import { junkResume } from '../support/resume-kit';

const idOf = (n: number): Uint8Array => new Uint8Array(16).fill(n);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** A device that claims, in a process of its own. */
class Claimer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #news: ClaimNews[] = [];
  #heard: () => void = () => undefined;

  constructor(program: string, order: ClaimOrder) {
    this.#child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', (line) => {
      // What `claim` says, and nothing else, is written there.
      this.#news.push(line as ClaimNews);
      this.#heard();
    });
    void this.#ended.then(() => this.#heard());
  }

  /** Until it said one of these for the `nth` time. */
  async says(news: readonly ClaimNews[], nth = 1): Promise<ClaimNews> {
    for (;;) {
      const said = this.#news.filter((each) => news.includes(each))[nth - 1];
      if (said !== undefined) return said;
      if (this.#child.exitCode !== null || this.#news.includes('refused')) throw new Error(`it said nothing more after: ${this.#news.join(', ')}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

onServer('a device that claims a session and is killed in the middle', () => {
  let host: HostedMailbox;
  let crypto: Crypto;
  let person: SharingKey;
  let program: string;
  /** The owner, and three who claim. */
  let devices: { readonly device: Subscriber; readonly registration: string }[];
  const running: Claimer[] = [];

  beforeAll(async () => {
    [host, crypto] = await Promise.all([HostedMailbox.start(), createCrypto({ random: kernelRandom })]);
    person = sharingKey(crypto, crypto.random(32), 1);
    program = inCache('test-programs', `claimer-${process.pid}.cjs`);
    await build({ ...nodeBundle, entryPoints: [inRoot('test/support/claimer.ts')], outfile: program, sourcemap: false });
    devices = [];
    const reader = newMailbox();
    for (let n = 0; n <= 3; n += 1) {
      const seed = reader.createSeed();
      const key = await reader.deviceKey(seed);
      const [first] = devices;
      const registration = await host.register(key, first ? { address: first.device.registration.address } : {});
      devices.push({ device: new Subscriber(key, await reader.read(registration), seed), registration });
    }
    await reader.close();
    for (const { device } of devices) await device.open().reaches('connected');
  }, 30_000);
  afterAll(async () => {
    await Promise.all(running.map((one) => one.kill()));
    await Promise.all(devices.map(({ device }) => device.close()));
    await host.close();
    rmSync(program, { force: true });
  });

  const points: readonly { readonly at: string; readonly news: ClaimNews; readonly nth: number }[] = [
    { at: 'while it reserves', news: 'writes', nth: 1 },
    { at: 'when it has it lent', news: 'lent', nth: 1 },
    { at: 'while it commits', news: 'writes', nth: 2 },
    { at: 'when that is written', news: 'wrote', nth: 2 },
  ];

  test.each(points)('S4-17 S4-18 S4-19 A58 A59 A62: $at: nobody has it before the lease is over, one of all does then, and neither the killed one nor the owner brings it back', async ({ news, nth }) => {
    const m1 = junkResume();
    m1.set(randomBytes(32), 8); // the key id: a session of its own
    const shown = readShownM1(m1);
    if (!shown) throw new Error('no M1');
    const { keyId } = shown.message;
    const owner = instanceIdFromBytes(idOf(1));
    const repositoryOf = (n: number) => devices[n]?.device.link.repository ?? expect.unreachable('a repository');
    const line = async (): Promise<LedgerLine> => {
      const stored = await repositoryOf(0).read(recordName(crypto, person, keyId));
      return (stored && uncoverLine(crypto, person, keyId, stored.record)) ?? expect.unreachable('a line');
    };
    const start = (n: number, aheadMs: number, commits = true): Claimer => {
      const { device, registration } = devices[n] ?? expect.unreachable('a device');
      const one = new Claimer(program, { registration, seed: base64(device.seed), self: base64(idOf(n + 1)), owner: base64(idOf(1)), person: base64(person.secret), m1: base64(m1), aheadMs, commits });
      running.push(one);
      return one;
    };
    const sourceOf = (n: number) =>
      new RepositorySource({ crypto, clock: { now: () => Date.now(), monotonic: () => performance.now(), setTimer: () => () => undefined }, self: instanceIdFromBytes(idOf(n + 1)), repository: repositoryOf(n), persons: () => [person] });
    const publishes = () => changeRecord(crypto, repositoryOf(0), person, keyId, (before) => {
      const move = checkpoint(before, owner, Buffer.from('late'), Date.now());
      return 'line' in move ? move.line : undefined;
    });
    await repositoryOf(0).write(recordName(crypto, person, keyId), coverLine(crypto, person, keyId, held(owner, Date.now() + 3_600_000, Buffer.from('state'))), 0);

    // One that goes on by itself may have committed before it is killed.
    const first = start(1, 0, news !== 'lent');
    await first.says([news], nth);
    await first.kill();
    const left = await line();
    // Of a write under way the server may hear, late too, or never.
    const isSure = news !== 'writes';
    if (isSure) expect(left).toMatchObject({ phase: news === 'lent' ? 'lent' : 'gone', taker: instanceIdFromBytes(idOf(2)), generation: 1 });
    if (isSure || nth === 2) {
      expect(await sourceOf(2).reserve({ shown, owner, person }, () => true)).toBeUndefined();
      expect(await publishes()).toBeUndefined();
      if (isSure) expect(await line()).toEqual(left);
    }

    // By the clocks of the others the lease is over.
    const others = [start(2, leaseMs + 1_000), start(3, leaseMs + 1_000)];
    const said = await Promise.all(others.map((one) => one.says(['taken', 'not taken', 'refused'])));
    // The killed one is back, and asks for what it stored as lent to it.
    const back = await sourceOf(1).commit(keyId, { ...left, generation: 1 });
    expect([back, ...said.map((one) => one === 'taken')].filter(Boolean)).toHaveLength(1);
    if (isSure) expect(back).toBe(left.phase === 'gone');
    const winner = back ? 1 : said.indexOf('taken') + 2;
    const after = await line();
    expect(after).toMatchObject({ phase: 'gone', taker: instanceIdFromBytes(idOf(winner + 1)), body: new Uint8Array(0) });
    if (isSure) expect(after.generation).toBe(back ? 1 : 2);
    expect(await publishes()).toBeUndefined();
    for (const n of [1, 2, 3]) expect(await sourceOf(n).commit(keyId, after)).toBe(n === winner);
    expect(await line()).toEqual(after);
    await Promise.all(others.map((one) => one.kill()));
  }, 30_000);
});
