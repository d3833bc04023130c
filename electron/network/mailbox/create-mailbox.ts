import type { Random, Transport } from '../../engine/ports';
import type { Mailbox, MailboxLink, MailboxState } from '../../services/ports/mailbox';
import { RepositoryUnreachable, type SessionRepository } from '../../services/ports/session-repository';
import { DeviceKey, isProof } from './device-key';
import type { Reading } from './reading';
import { readRegistration } from './registration-text';

export interface MailboxOptions {
  /** The one that follows a chosen proxy: mailboxes are reached through nothing else. */
  readonly transport: Transport;
  readonly random: Random;
  readonly onFault?: (error: unknown) => void;
}

/** Mailboxes on NATS JetStream (protocol.md §11.1). Loads nothing of it before the first is used. */
export function createMailbox({ transport, random, onFault = () => {} }: MailboxOptions): Mailbox {
  const links = new Set<MailboxLink>();
  let depositing: ReturnType<typeof begin> | undefined;
  const begin = async () => (await import('./nats-mailbox')).newDepositing(transport);
  return {
    createSeed: () => random.bytes(32),
    deviceKey: async (seed) => new DeviceKey(seed).text,
    prove: (seed, statement) => new DeviceKey(seed).prove(statement),
    isProof,
    read: async (text) => readRegistration(text),
    open: (registration, seed, handlers) => {
      const key = new DeviceKey(seed);
      const link = lazyLink(async () => (await import('./nats-mailbox')).openReading({ transport, registration, key, handlers, onFault }), onFault, () => links.delete(link));
      links.add(link);
      return link;
    },
    deposit: async (capability, bytes, id, signal) => {
      depositing ??= begin();
      return (await depositing).deposit(capability, bytes, id, signal);
    },
    probe: async (capability, signal) => (await import('./nats-mailbox')).probe(transport, capability, signal),
    close: async () => {
      await Promise.all([...links].map((link) => link.close()));
      await (await depositing)?.close();
    },
  };
}

/** A link that is there before what makes it is loaded. */
function lazyLink(make: () => Promise<Reading>, onFault: (error: unknown) => void, onClose: () => void): MailboxLink {
  const before: MailboxState = { state: 'connecting' };
  let closed = false;
  let reading: Reading | undefined;
  const loaded = Promise.resolve().then(async () => {
    if (!closed) reading = await make();
    if (closed) await reading?.close();
  });
  loaded.catch(onFault);
  const repository: SessionRepository = {
    read: (name) => reading?.repository.read(name) ?? Promise.reject(new RepositoryUnreachable()),
    write: (name, record, expected) => reading?.repository.write(name, record, expected) ?? Promise.reject(new RepositoryUnreachable()),
  };
  return {
    get current() {
      return reading?.current ?? before;
    },
    repository,
    retry: () => reading?.retry(),
    close: async () => {
      closed = true;
      onClose();
      await loaded.catch(() => {});
      await reading?.close();
    },
  };
}
