import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConsumerMessages, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { subjectOf } from '../../electron/network/mailbox/connect';
import { createMailbox } from '../../electron/network/mailbox/create-mailbox';
import { DeviceKey } from '../../electron/network/mailbox/device-key';
import { createTcpTransport } from '../../electron/network/tcp-transport';
import type { Mail, Mailbox, MailboxCapability, MailboxRegistration } from '../../electron/services/ports/mailbox';
import { interleaved, ratio } from './measure';
import { type Report, spread } from './report';

/** Bytes of an ordinary sealed deposit. */
const size = 2_048;
const each = 100;

interface Device {
  readonly seed: Uint8Array;
  readonly registration: MailboxRegistration;
}

/**
 * From the call that deposits until the mail is handed over and acknowledged, one after the other, all through a real nats-server
 * on loopback, made by the operator's command. Beside it the NATS library alone, over sockets of its own. One process holds both.
 */
export async function mailboxCase(runtime: string, rounds: number, count = each, program = process.env['KEYSHIFT_NATS_SERVER'] ?? 'nats-server'): Promise<Omit<Report, 'load'>> {
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-bench-mailbox-'));
  const ends: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const port = await freePort();
    const operator = (...words: string[]): string => execFileSync(process.execPath, ['scripts/mailbox.mjs', ...words, '--folder', join(folder, 'operator')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    operator('init', '--host', '127.0.0.1', '--bind', '127.0.0.1', '--port', String(port), '--no-tls', '--disk-gib', '0.5');
    ends.push(await startServer(program, join(folder, 'operator/server/nats.conf')));
    const mailbox = createMailbox({ transport: createTcpTransport(), random: kernelRandom });
    ends.push(() => mailbox.close());
    const device = async (): Promise<Device> => {
      const seed = mailbox.createSeed();
      return { seed, registration: await mailbox.read(operator('device', await mailbox.deviceKey(seed), '--slots', '1')) };
    };
    const [ann, bare] = [await device(), await device()];
    const own = await ownWay(mailbox, ann);
    const anchor = await libraryWay(bare, port);
    ends.push(anchor.close);
    /** One that is closed again behind its first deposit, which ends it for good. */
    const cold = async (): Promise<void> => {
      const fresh = createMailbox({ transport: createTcpTransport(), random: kernelRandom });
      await own.one(fresh).finally(() => fresh.close());
    };
    const [warm = [], library = [], begun = []] = await interleaved(
      [
        { name: 'warm', count, run: (many) => times(many, () => own.one(mailbox)) },
        { name: 'library', count, run: (many) => times(many, anchor.one) },
        { name: 'cold', count: Math.min(5, count), run: (many) => times(many, cold) },
      ],
      rounds,
    );
    const rows = [
      { work: '2 KiB', part: 'deposit → handed over', own: spread(warm), anchor: spread(library), ratio: ratio(library, warm) },
      { work: '2 KiB', part: 'the same, first of a connection', own: spread(begun), anchor: spread(library), ratio: ratio(library, begun) },
    ];
    return { runtime, work: 'deposit', rounds, against: 'the NATS library alone', unit: 'µs', rows };
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

async function times(count: number, one: () => Promise<void>): Promise<void> {
  for (let at = 0; at < count; at += 1) await one();
}

function slotOf({ slots: [slot] }: MailboxRegistration): MailboxCapability {
  if (slot === undefined) throw new Error('a registration without slots');
  return slot;
}

async function ownWay(mailbox: Mailbox, { seed, registration }: Device): Promise<{ one(sender: Mailbox): Promise<void> }> {
  let taken: (mail: Mail) => void = () => {};
  // The library has one place for how connections are made, which whoever connects sets: nobody else may until this one stands.
  await new Promise<void>((resolve) => {
    mailbox.open(registration, seed, { onMail: (mail) => taken(mail), onState: ({ state }) => (state === 'connected' ? resolve() : undefined) });
  });
  return {
    one: async (sender) => {
      const arrived = new Promise<void>((resolve) => {
        taken = (mail) => {
          mail.ack();
          resolve();
        };
      });
      const outcome = await sender.deposit(slotOf(registration), randomBytes(size), randomBytes(16).toString('hex'));
      if (outcome !== 'stored') throw new Error(`deposit: ${outcome}`);
      await arrived;
    },
  };
}

async function libraryWay({ seed, registration }: Device, port: number): Promise<{ one(): Promise<void>; close(): Promise<void> }> {
  const servers = `nats://127.0.0.1:${port}`;
  const key = new DeviceKey(seed);
  const slot = slotOf(registration);
  const reader = await connect({ servers, inboxPrefix: `_IN.${key.text}`, authenticator: (nonce) => ({ jwt: registration.token, nkey: key.text, sig: key.answer(nonce ?? '') }) });
  const dropper = await connect({ servers, inboxPrefix: `_IN.${subjectOf(slot.token)}`, authenticator: () => ({ jwt: slot.token }) });
  const client = (connection: NatsConnection) => jetstream(connection, { apiPrefix: 'MBXAPI' });
  let taken: () => void = () => {};
  const consumer = await client(reader).consumers.get('MBX', key.text);
  const messages: ConsumerMessages = await consumer.consume({
    callback: (message) => {
      message.ack();
      taken();
    },
  });
  return {
    one: async () => {
      const arrived = new Promise<void>((resolve) => {
        taken = resolve;
      });
      await client(dropper).publish(`mbx.in.${slot.address}.${slot.slot}`, randomBytes(size), { msgID: randomBytes(16).toString('hex') });
      await arrived;
    },
    close: async () => {
      messages.stop();
      await Promise.all([reader.close(), dropper.close()]);
    },
  };
}

function startServer(program: string, file: string): Promise<() => Promise<void>> {
  const child = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code} before it was ready`)));
    child.stderr.on('data', (text: Buffer) => {
      if (!text.toString().includes('Server is ready')) return;
      resolve(async () => {
        child.kill('SIGTERM');
        await ended;
      });
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0));
    });
  });
}
