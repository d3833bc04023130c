import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EventOf } from '../../../shared/contract/contract';
import type { KeyshiftError } from '../../../shared/errors';
import type { Client } from '../../bridge/client';
import type { Life } from '../../app/life';
import { toFailure } from '../../bridge/failure';

export type BackupWork = 'create' | 'restore';

/** What the one backup or restore there can be at a time has come to. */
export type BackupPhase =
  | { readonly step: 'idle' }
  /** `total` 0: nothing was read or written yet, a file is being chosen or the passphrase made into a key. Bytes. */
  | { readonly step: 'running'; readonly work: BackupWork; readonly done: number; readonly total: number; readonly cancelling: boolean }
  | { readonly step: 'created'; readonly path: string; readonly bytes: number }
  | { readonly step: 'restored' }
  | { readonly step: 'failed'; readonly work: BackupWork; readonly failure: KeyshiftError };

export interface BackupState {
  readonly phase: BackupPhase;
  /** The file that was chosen last opens with the recovery kit only. */
  readonly needsKit: boolean;
  /** Both end by a phase and throw nothing. Passphrase and code go straight to the main process and are not kept. */
  readonly create: (passphrase: string) => Promise<void>;
  readonly restore: (passphrase: string, code?: string) => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly progress: (event: EventOf<'backup.progress'>) => void;
  /** Back to the form. */
  readonly again: () => void;
}

const idle: BackupPhase = { step: 'idle' };

/** `restore` opens the vault it has made. */
export function createBackupStore(client: Client, life: Life, restore: (passphrase: string, code?: string) => Promise<void>): StoreApi<BackupState> {
  return createStore<BackupState>()((set, get) => {
    const during = async (work: BackupWork, task: () => Promise<BackupPhase>): Promise<void> => {
      if (get().phase.step === 'running') return;
      const alive = life.begin();
      set({ phase: { step: 'running', work, done: 0, total: 0, cancelling: false } });
      let end: BackupPhase;
      try {
        end = await task();
      } catch (thrown) {
        end = { step: 'failed', work, failure: toFailure(thrown) };
      }
      if (alive()) set({ phase: end, ...(end.step === 'failed' && end.failure.code === 'backup.not-certifier' && { needsKit: true }) });
    };
    return {
      phase: idle,
      needsKit: false,
      create: (passphrase) => during('create', async () => ({ step: 'created', ...(await client.backup.create({ passphrase })) })),
      restore: (passphrase, code) =>
        during('restore', async () => {
          await restore(passphrase, code);
          return { step: 'restored' };
        }),
      cancel: async () => {
        const { phase } = get();
        if (phase.step !== 'running') return;
        set({ phase: { ...phase, cancelling: true } });
        try {
          await client.backup.cancel();
        } catch (thrown) {
          const now = get().phase;
          if (now.step === 'running') set({ phase: { ...now, cancelling: false } });
          throw thrown;
        }
      },
      progress: ({ done, total, state }) => {
        const { phase } = get();
        // How it ended is what the call answers.
        if (phase.step === 'running' && state === 'running') set({ phase: { ...phase, done, total } });
      },
      again: () => {
        if (get().phase.step !== 'running') set({ phase: idle });
      },
    };
  });
}
