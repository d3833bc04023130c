import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EventOf } from '../../shared/contract/contract';
import type { KeyshiftError } from '../../shared/errors';
import type { KeyringState, VaultState } from '../../shared/model/vault';
import type { Client } from '../bridge/client';
import { toFailure } from '../bridge/failure';

/** `starting`: not asked yet, or being locked. `failed`: the vault cannot be used and nothing was overwritten. */
export type Phase = 'starting' | 'locking' | 'failed' | VaultState;

export interface SessionState {
  readonly phase: Phase;
  readonly keyring: KeyringState | undefined;
  readonly failure: KeyshiftError | undefined;
  /** The vault is closed because everything is written under a new key; bytes. */
  readonly renewing: { readonly done: number; readonly total: number } | undefined;
  /** `beforeOpen`: what an open vault is drawn of, to be there when it is told to be open; never rejects. */
  readonly load: (beforeOpen?: () => Promise<void>) => Promise<void>;
  readonly create: (name: string, passphrase: string) => Promise<void>;
  /** A profile out of a backup, where there is none yet. `code`: of the recovery kit, for a backup that needs it. */
  readonly restore: (passphrase: string, code?: string) => Promise<void>;
  readonly unlock: (passphrase: string) => Promise<void>;
  readonly lock: () => Promise<void>;
  readonly changed: (state: VaultState) => void;
  readonly renewed: (event: EventOf<'vault.renewing'>) => void;
  readonly cancelNewKey: () => Promise<void>;
  readonly setKeyring: (enabled: boolean) => Promise<void>;
}

/** Codes after which no form helps: the person gets a whole screen instead. */
const blocking: ReadonlySet<string> = new Set([
  'vault.damaged',
  'vault.newer',
  'disk.full',
  'disk.failed',
  'profile.in-use',
  'profile.unreadable',
  'self-test.failed',
]);

export function createSessionStore(client: Client, beforeLock: () => void = () => undefined): StoreApi<SessionState> {
  let isLocking = false;
  /** What the services told last of the vault since something was asked that opens it. */
  let told: VaultState | undefined;
  return createStore<SessionState>()((set, get) => {
    const guarded = async (task: () => Promise<unknown>): Promise<void> => {
      told = undefined;
      try {
        await task();
      } catch (thrown) {
        const failure = toFailure(thrown);
        if (!blocking.has(failure.code)) throw failure;
        set({ phase: 'failed', failure });
        return;
      }
      // It may have locked itself before its answer is here, at the end of a long restoring above all: nobody touched the machine meanwhile.
      if (told !== 'locked') set({ phase: 'open', failure: undefined });
    };
    return {
      phase: 'starting',
      keyring: undefined,
      failure: undefined,
      renewing: undefined,
      load: async (beforeOpen) => {
        try {
          const status = await client.vault.status();
          const { phase } = get();
          if (status.state === 'open') await beforeOpen?.();
          // What was told meanwhile is newer; of the keyring nothing is told with it.
          if (get().phase !== phase) return set({ keyring: get().keyring ?? status.keyring });
          set({ phase: status.state, keyring: status.keyring, failure: undefined });
        } catch (thrown) {
          set({ phase: 'failed', failure: toFailure(thrown) });
        }
      },
      create: (name, passphrase) => guarded(() => client.vault.create({ name, passphrase })),
      restore: (passphrase, code) => guarded(() => client.backup.restore({ passphrase, ask: true, ...(code !== undefined && { code }) })),
      unlock: (passphrase) => guarded(() => client.vault.unlock({ passphrase })),
      lock: async () => {
        beforeLock();
        const locking = client.vault.lock();
        // Nothing is seen any more from now on, however long it takes until the keys are gone.
        isLocking = true;
        set({ phase: 'locking', failure: undefined });
        try {
          await locking;
        } catch (thrown) {
          await get().load();
          throw thrown;
        } finally {
          isLocking = false;
        }
        set({ phase: 'locked', failure: undefined });
      },
      changed: (phase) => {
        told = phase;
        // What opens it, the start or a new key, came before in the turn of the services, and is told late: nothing is shown again for the moment until it is locked.
        if (phase === 'open' && isLocking) return;
        set({ phase, failure: undefined });
        // The screen says so when the keyring was to open it and did not.
        if (phase === 'locked') client.vault.status().then(({ keyring }) => set({ keyring }), () => undefined);
      },
      renewed: ({ done, total, state }) => set({ renewing: state === 'running' ? { done, total } : undefined }),
      cancelNewKey: async () => void (await client.vault.cancelNewKey()),
      setKeyring: async (enabled) => {
        const { keyring } = await client.vault.setKeyring({ enabled });
        set({ keyring });
      },
    };
  });
}
