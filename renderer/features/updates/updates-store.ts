import { createStore, type StoreApi } from 'zustand/vanilla';
import type { UpdateStatus } from '../../../shared/model/updates';
import type { Client } from '../../bridge/client';

/** Newer versions of the app: of the installation, so it outlives a lock. */
export interface UpdatesState {
  readonly status: UpdateStatus | undefined;
  /** The version whose bar was put away until the next start. */
  readonly later: string | undefined;
  readonly load: () => Promise<void>;
  readonly setOn: (on: boolean) => Promise<void>;
  /** What fails stands in `status.problem` as well; giving up a dialog changes nothing. */
  readonly ask: (what: 'check' | 'download' | 'pause' | 'cancel' | 'fromFile' | 'install') => Promise<void>;
  readonly putOff: (version: string) => void;
}

export function createUpdatesStore(client: Client): StoreApi<UpdatesState> {
  return createStore<UpdatesState>()((set, get) => ({
    status: undefined,
    later: undefined,
    load: async () => set({ status: await client.updates.status() }),
    setOn: async (on) => set({ status: await client.updates.setOn({ on }) }),
    ask: async (what) => {
      try {
        set({ status: await client.updates[what]() });
      } catch (thrown) {
        await get().load();
        throw thrown;
      }
    },
    putOff: (version) => set({ later: version }),
  }));
}
