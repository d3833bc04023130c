import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EventOf } from '../../../shared/contract/contract';
import type { KeyshiftError } from '../../../shared/errors';
import type { Life } from '../../app/life';
import type { UiState } from '../../app/ui-store';
import type { Client } from '../../bridge/client';
import { toFailure } from '../../bridge/failure';

export type ExportKind = 'html' | 'json' | 'archive';

/** `conversationId`: the one that is, or was, exported; another one says nothing of it as its own. */
export type ExportPhase =
  | { readonly step: 'idle' }
  | { readonly step: 'running'; readonly conversationId: string; readonly done: number; readonly total: number }
  | { readonly step: 'failed'; readonly conversationId: string; readonly failure: KeyshiftError }
  | { readonly step: 'done'; readonly conversationId: string; readonly path: string; readonly messages: number };

export interface ExportState {
  readonly phase: ExportPhase;
  readonly start: (conversationId: string, format: ExportKind) => Promise<void>;
  readonly cancel: () => Promise<void>;
  readonly again: () => void;
  readonly progress: (event: EventOf<'export.progress'>) => void;
}

/** The conversation whose export the open dialog is about; undefined where there is no such dialog. */
export function exportShown({ dialog, dialogConversation, selection }: Pick<UiState, 'dialog' | 'dialogConversation' | 'selection'>): string | undefined {
  return dialog === 'export' ? (dialogConversation ?? selection?.conversationId) : undefined;
}

/** The one export there can be at a time; it goes on when its dialog is closed. */
export function createExportStore(client: Client, life: Life): StoreApi<ExportState> {
  return createStore<ExportState>()((set, get) => ({
    phase: { step: 'idle' },
    start: async (conversationId, format) => {
      if (get().phase.step === 'running') return;
      const alive = life.begin();
      set({ phase: { step: 'running', conversationId, done: 0, total: 0 } });
      let end: ExportPhase;
      try {
        end = { step: 'done', conversationId, ...(await client.conversations.export({ conversationId, format })) };
      } catch (thrown) {
        const failure = toFailure(thrown);
        end = failure.code === 'path.required' || failure.code === 'export.cancelled' ? { step: 'idle' } : { step: 'failed', conversationId, failure };
      }
      if (alive()) set({ phase: end });
    },
    cancel: async () => {
      await client.conversations.cancelExport();
    },
    again: () => {
      if (get().phase.step !== 'running') set({ phase: { step: 'idle' } });
    },
    progress: ({ done, total, state }) => {
      // How it ended is what the call answers.
      const { phase } = get();
      if (state === 'running' && phase.step === 'running') set({ phase: { ...phase, done, total } });
    },
  }));
}
