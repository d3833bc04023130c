import type { Transport } from '../../engine/ports';
import type { MailboxCapability, ProbeOutcome } from '../../services/ports/mailbox';
import { connectTo, isRefusal, subjectOf } from './connect';
import { isCapability } from './depositing';
import { endOf } from './registration-text';

/** Connects with the right to one slot and leaves nothing: whether the mailbox still takes it. */
export async function probe(transport: Transport, capability: MailboxCapability, signal?: AbortSignal): Promise<ProbeOutcome> {
  // Whoever offers it may say of its end what is not so: the token has the last word.
  if (!isCapability(capability) || endOf(capability.token) !== capability.expiresAt) return 'garbled';
  if (signal?.aborted === true) return 'unreachable';
  // A connection of its own: one that is open already says nothing about now.
  const asked = connectTo(capability, { token: capability.token }, transport, subjectOf(capability.token)).then(
    async (connection): Promise<ProbeOutcome> => {
      await connection.close();
      return 'stands';
    },
    (error: unknown): ProbeOutcome => (isRefusal(error) ? 'withdrawn' : 'unreachable'),
  );
  if (signal === undefined) return asked;
  return new Promise((resolve) => {
    const giveUp = (): void => resolve('unreachable');
    signal.addEventListener('abort', giveUp, { once: true });
    void asked.then((outcome) => {
      signal.removeEventListener('abort', giveUp);
      resolve(outcome);
    });
  });
}
