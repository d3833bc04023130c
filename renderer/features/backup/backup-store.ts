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
  /** What was read, `total` bytes, and that it is asked whether it shall exist. */
  | { readonly step: 'found'; readonly total: number; readonly found: Omit<EventOf<'backup.found'>, 'type'> }
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
  readonly found: (event: EventOf<'backup.found'>) => void;
  /** What was found shall exist. */
  readonly goOn: () => Promise<void>;
  readonly progress: (event: EventOf<'backup.progress'>) => void;
  /** Back to the form. */
  readonly again: () => void;
}

const idle: BackupPhase = { step: 'idle' };
/** Answered: all of it was read before. */
const answered = (total: number, cancelling: boolean): BackupPhase => ({ step: 'running', work: 'restore', done: total, total, cancelling });

function isUnderWay(phase: BackupPhase): phase is Extract<BackupPhase, { readonly step: 'running' } | { readonly step: 'found' }> {
  return phase.step === 'running' || phase.step === 'found';
}

/** `restore` opens the vault it has made. */
export function createBackupStore(client: Client, life: Life, restore: (passphrase: string, code?: string) => Promise<void>): StoreApi<BackupState> {
  return createStore<BackupState>()((set, get) => {
    const during = async (work: BackupWork, task: () => Promise<BackupPhase>): Promise<void> => {
      if (isUnderWay(get().phase)) return;
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
        if (!isUnderWay(phase)) return;
        set({ phase: phase.step === 'running' ? { ...phase, cancelling: true } : answered(phase.total, true) });
        try {
          await client.backup.cancel();
        } catch (thrown) {
          const now = get().phase;
          if (now.step === 'running') set({ phase: { ...now, cancelling: false } });
          throw thrown;
        }
      },
      found: ({ type: _told, ...found }) => {
        const { phase } = get();
        // One that is being cancelled already is not asked about.
        if (phase.step === 'running' && phase.work === 'restore' && !phase.cancelling) set({ phase: { step: 'found', total: phase.total, found } });
      },
      goOn: async () => {
        const { phase } = get();
        if (phase.step !== 'found') return;
        set({ phase: answered(phase.total, false) });
        await client.backup.goOn();
      },
      progress: ({ done, total, state }) => {
        const { phase } = get();
        // How it ended is what the call answers.
        if (phase.step === 'running' && state === 'running') set({ phase: { ...phase, done, total } });
      },
      again: () => {
        if (!isUnderWay(get().phase)) set({ phase: idle });
      },
    };
  });
}
