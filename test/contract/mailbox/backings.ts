import type { Mailbox, MailboxCapability } from '../../../electron/services/ports/mailbox';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { createMailbox } from '../../../electron/network/mailbox/create-mailbox';
import { createTcpTransport } from '../../../electron/network/tcp-transport';
import { MemoryMailboxServer } from '../../support/memory-mailbox';
import { HostedMailbox, whyNoServer } from '../../support/nats-server';

/** A mailbox with its operator, as the contract sees it. */
export interface MailboxBacking {
  /** One program's way to it. */
  mailbox(): Mailbox;
  /** The operator's text for this device; with `address` for another device of that mailbox. */
  register(deviceKey: string, address?: string): Promise<string>;
  revoke(deviceKey: string): Promise<void>;
  withdraw(capability: MailboxCapability): Promise<void>;
  /** Takes the server away and brings it back. */
  setReachable(reachable: boolean): Promise<void>;
  close(): Promise<void>;
}

export const backings: readonly { readonly name: string; readonly skip?: string; readonly start: () => Promise<MailboxBacking> }[] = [
  { name: 'memory', start: startMemory },
  { name: 'nats-server', ...(whyNoServer === undefined ? {} : { skip: whyNoServer }), start: startServer },
];

async function startMemory(): Promise<MailboxBacking> {
  const server = new MemoryMailboxServer();
  return {
    mailbox: () => server.mailbox(),
    register: async (deviceKey, address) => server.register(deviceKey, address === undefined ? {} : { address }),
    revoke: async (deviceKey) => server.revoke(deviceKey),
    withdraw: async (capability) => server.withdraw(capability),
    setReachable: async (reachable) => server.setReachable(reachable),
    close: async () => {},
  };
}

async function startServer(): Promise<MailboxBacking> {
  const server = await HostedMailbox.start({ tls: true });
  return {
    mailbox: () => createMailbox({ transport: createTcpTransport(), random: kernelRandom }),
    register: (deviceKey, address) => server.register(deviceKey, address === undefined ? {} : { address }),
    revoke: (deviceKey) => server.revoke(deviceKey),
    withdraw: ({ slot }) => server.revoke(slot),
    setReachable: (reachable) => (reachable ? server.run() : server.kill(0, 'SIGTERM')),
    close: () => server.close(),
  };
}
