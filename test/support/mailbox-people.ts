import { randomBytes } from 'node:crypto';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { createMailbox } from '../../electron/network/mailbox/create-mailbox';
import type { DeviceKey } from '../../electron/network/mailbox/device-key';
import { createTcpTransport } from '../../electron/network/tcp-transport';
import type { Mail, Mailbox, MailboxCapability, MailboxLink, MailboxRegistration, MailboxState } from '../../electron/services/ports/mailbox';
import { onMailbox } from '../../scripts/mailbox/errand.mjs';
import { readState } from '../../scripts/mailbox/state.mjs';
import type { HostedMailbox } from './nats-server';

export const newId = (): string => randomBytes(16).toString('hex');
export const newMailbox = (): Mailbox => createMailbox({ transport: createTcpTransport(), random: kernelRandom });

/** A device that is registered at a hosted mailbox, and what it took out. */
export class Subscriber {
  readonly mailbox = newMailbox();
  readonly mail: Mail[] = [];
  readonly #checks = new Set<() => void>();
  #link: MailboxLink | undefined;

  constructor(
    readonly key: string,
    readonly registration: MailboxRegistration,
    readonly seed: Uint8Array,
  ) {}

  static async at(host: HostedMailbox, options: Parameters<HostedMailbox['register']>[1] = {}): Promise<Subscriber> {
    const mailbox = newMailbox();
    const seed = mailbox.createSeed();
    const key = await mailbox.deviceKey(seed);
    return new Subscriber(key, await mailbox.read(await host.register(key, options)), seed);
  }

  get slot(): MailboxCapability {
    const [first] = this.registration.slots;
    if (first === undefined) throw new Error('no slot');
    return first;
  }

  get link(): MailboxLink {
    if (this.#link === undefined) throw new Error('not open');
    return this.#link;
  }

  /** Takes what comes and acknowledges it. With another registration: tries with that one. */
  open(registration = this.registration): this {
    this.#link = this.mailbox.open(registration, this.seed, {
      onMail: (mail) => {
        this.mail.push(mail);
        mail.ack();
        this.#look();
      },
      onState: () => this.#look(),
    });
    return this;
  }

  when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
      check();
    });
  }

  reaches(state: MailboxState['state']): Promise<void> {
    return this.when(() => this.link.current.state === state);
  }

  /** The texts it took, without repeats, in order of their first arrival. */
  get texts(): string[] {
    return [...new Set(this.mail.map(({ bytes }) => Buffer.from(bytes).toString()))];
  }

  close(): Promise<void> {
    return this.mailbox.close();
  }

  #look(): void {
    for (const check of this.#checks) check();
  }
}

/** Somebody with a token, and with tools of their own instead of our client. */
export async function attacker(host: HostedMailbox, token: string, { key, inbox }: { key?: DeviceKey; inbox: string }): Promise<NatsConnection> {
  return connect({
    servers: `nats://127.0.0.1:${host.ports[0]}`,
    authenticator: (nonce) => ({ jwt: token, ...(key === undefined ? {} : { nkey: key.text, sig: key.answer(nonce ?? '') }) }),
    inboxPrefix: inbox,
    reconnect: false,
    timeout: 5_000,
  });
}

/** What lies on the server, as its operator sees it. */
export async function lies(host: HostedMailbox): Promise<{ readonly messages: number; readonly lastSequence: number; readonly leader: number; readonly consumers: number }> {
  return onMailbox(readState(host.folder), async (manager) => {
    const { state, cluster } = await manager.streams.info('MBX');
    return { messages: state.messages, lastSequence: state.last_seq, consumers: state.consumer_count, leader: Number(/keyshift-(\d)/.exec(cluster?.leader ?? '')?.[1] ?? 1) - 1 };
  });
}
