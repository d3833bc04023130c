import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import { createMailbox } from '../../../electron/network/mailbox/create-mailbox';
import { createTcpTransport } from '../../../electron/network/tcp-transport';
import type { Mailbox } from '../../../electron/services/ports/mailbox';
import type { SessionRepository } from '../../../electron/services/ports/session-repository';
import { HostedMailbox, onServer } from '../../support/nats-server';
import { describeSessionRepository } from '../session-repository';

/** The bucket of a real server, each device with a registration of its own. */
function bucket(): { start: () => Promise<void>; connect: () => Promise<SessionRepository>; stop: () => Promise<void> } {
  const mailboxes: Mailbox[] = [];
  let server: HostedMailbox | undefined;
  let address: string | undefined;
  return {
    start: async () => {
      server = await HostedMailbox.start();
    },
    connect: async () => {
      if (server === undefined) throw new Error('not started');
      const mailbox = createMailbox({ transport: createTcpTransport(), random: kernelRandom });
      mailboxes.push(mailbox);
      const seed = mailbox.createSeed();
      const registration = await mailbox.read(await server.register(await mailbox.deviceKey(seed), address === undefined ? {} : { address }));
      ({ address } = registration);
      return new Promise((resolve) => {
        const link = mailbox.open(registration, seed, { onMail: () => {}, onState: ({ state }) => state === 'connected' && resolve(link.repository) });
      });
    },
    stop: async () => {
      await Promise.all(mailboxes.map((mailbox) => mailbox.close()));
      await server?.close();
    },
  };
}

onServer('on a server', () => describeSessionRepository({ name: 'JetStream', ...bucket() }));
