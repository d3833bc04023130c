import { KeyshiftError } from '../../../shared/errors';
import type { Random, Transport } from '../../engine/ports';
import type { Mailbox, MailboxLink, MailboxState } from '../../services/ports/mailbox';
import { RepositoryUnreachable, type SessionRepository } from '../../services/ports/session-repository';
import { DeviceKey, isProof } from './device-key';
import type { Reading } from './reading';

/** When what takes mail could not be read: tried again after so many milliseconds. */
const readAgainMs = 60_000;

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
  // What cannot be read just now, for want of descriptors say, may be readable the next time.
  const read = () =>
    import('./nats-mailbox').catch((error: unknown) => {
      onFault(error);
      return undefined;
    });
  const begin = async () => {
    const nats = await read();
    if (nats === undefined) depositing = undefined;
    return nats?.newDepositing(transport);
  };
  return {
    createSeed: () => random.bytes(32),
    deviceKey: async (seed) => new DeviceKey(seed).text,
    prove: (seed, statement) => new DeviceKey(seed).prove(statement),
    isProof,
    read: async (text) => {
      const { readRegistration } = await import('./registration-text').catch((error: unknown) => {
        onFault(error);
        throw new KeyshiftError('disk.failed', 'A part of the program could not be read.');
      });
      return readRegistration(text);
    },
    open: (registration, seed, handlers) => {
      const key = new DeviceKey(seed);
      const link = lazyLink(async () => (await import('./nats-mailbox')).openReading({ transport, registration, key, handlers, onFault }), onFault, () => links.delete(link));
      links.add(link);
      return link;
    },
    deposit: async (capability, bytes, id, signal) => {
      depositing ??= begin();
      return (await depositing)?.deposit(capability, bytes, id, signal) ?? 'unreachable';
    },
    probe: async (capability, signal) => (await read())?.probe(transport, capability, signal) ?? 'unreachable',
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
  let wake: () => void = () => undefined;
  const load = async (): Promise<void> => {
    try {
      if (!closed) reading = await make();
    } catch (error) {
      onFault(error);
      if (!closed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, readAgainMs).unref();
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        return load();
      }
    }
    if (closed) await reading?.close();
  };
  const loaded = Promise.resolve().then(load);
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
    retry: () => (reading === undefined ? wake() : reading.retry()),
    close: async () => {
      closed = true;
      wake();
      onClose();
      await loaded.catch(() => {});
      await reading?.close();
    },
  };
}
