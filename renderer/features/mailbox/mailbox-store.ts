import { createStore, type StoreApi } from 'zustand/vanilla';
import type { MailboxStatus } from '../../../shared/model/mailbox';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

/** The own mailbox, as this device sees it. */
export interface MailboxState {
  /** Undefined until somebody looks at it, or it is told of. */
  readonly status: MailboxStatus | undefined;
  readonly load: () => Promise<void>;
  /** Throws what `mailbox.register` throws. The text goes straight to the main process and is not kept. */
  readonly register: (registration: string) => Promise<void>;
  readonly leave: () => Promise<void>;
  /** The person says that the operator did it. Throws what `mailbox.confirmRevoked` throws. */
  readonly confirmRevoked: (taskId: string) => Promise<void>;
}

export function createMailboxStore(client: Client, life: Life): StoreApi<MailboxState> {
  return createStore<MailboxState>()((set) => {
    const load = coalesce(async () => {
      const alive = life.begin();
      const status = await client.mailbox.status();
      if (alive()) set({ status });
    });
    const then = async (task: Promise<unknown>): Promise<void> => {
      const alive = life.begin();
      await task;
      if (alive()) await load();
    };
    return {
      status: undefined,
      load,
      register: (registration) => then(client.mailbox.register({ registration })),
      leave: () => then(client.mailbox.leave()),
      confirmRevoked: (taskId) => then(client.mailbox.confirmRevoked({ taskId })),
    };
  });
}
