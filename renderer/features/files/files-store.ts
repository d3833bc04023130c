import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TokenFile, Transfer } from '../../../shared/model/transfer';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

export interface FilesState {
  /** By transfer. */
  readonly transfers: Readonly<Record<string, Transfer>>;
  /** Chosen and not sent yet, by conversation. */
  readonly staged: Readonly<Record<string, readonly TokenFile[]>>;
  /** Transfers saved to a place of the person's choice since the vault was opened. */
  readonly saved: readonly string[];
  readonly markSaved: (transferId: string) => void;
  /** Asks for all of a conversation; once for many who want to know. */
  readonly load: (conversationId: string) => Promise<void>;
  /** The same for what is known already: something of it may be gone. */
  readonly reload: (conversationId: string) => Promise<void>;
  readonly told: (transfer: Transfer) => void;
  readonly stage: (conversationId: string, files: readonly TokenFile[]) => void;
  readonly unstage: (conversationId: string, token: string) => void;
  /** Sends what is staged, one after the other, the words with the first. What could not be sent is staged again. */
  readonly send: (conversationId: string, text: string, replyTo: string | undefined, sent: () => Promise<void>) => Promise<void>;
}

export const nothingStaged: readonly TokenFile[] = [];

export function createFilesStore(client: Client, life: Life): StoreApi<FilesState> {
  return createStore<FilesState>()((set, get) => {
    const asks = new Map<string, () => Promise<void>>();
    const askAnew = async (conversationId: string): Promise<void> => {
      const alive = life.begin();
      const list = await client.files.list({ conversationId });
      if (!alive()) return;
      const others = Object.values(get().transfers).filter((one) => one.conversationId !== conversationId);
      set({ transfers: Object.fromEntries([...others, ...list].map((one) => [one.transferId, one])) });
    };
    const ask = (conversationId: string): Promise<void> => {
      const again = asks.get(conversationId) ?? coalesce(() => askAnew(conversationId));
      asks.set(conversationId, again);
      return again();
    };
    const stagedOf = (conversationId: string): readonly TokenFile[] => get().staged[conversationId] ?? nothingStaged;
    const putStaged = (conversationId: string, files: readonly TokenFile[]): void => set((state) => ({ staged: { ...state.staged, [conversationId]: files } }));

    return {
      transfers: {},
      staged: {},
      saved: [],
      markSaved: (transferId) => set((state) => ({ saved: [...state.saved.filter((one) => one !== transferId), transferId] })),
      load: ask,
      reload: async (conversationId) => {
        if (Object.values(get().transfers).some((one) => one.conversationId === conversationId)) await ask(conversationId);
      },
      told: (transfer) => set((state) => ({ transfers: { ...state.transfers, [transfer.transferId]: transfer } })),
      stage: (conversationId, files) => putStaged(conversationId, [...stagedOf(conversationId), ...files]),
      unstage: (conversationId, token) => putStaged(conversationId, stagedOf(conversationId).filter((one) => one.token !== token)),
      send: async (conversationId, text, replyTo, sent) => {
        const alive = life.begin();
        const files = stagedOf(conversationId);
        putStaged(conversationId, nothingStaged);
        for (const [index, { token }] of files.entries()) {
          try {
            await client.files.send({ conversationId, token, ...(index === 0 && text.trim() !== '' && { text }), ...(index === 0 && replyTo !== undefined && { replyTo }) });
            if (alive()) await sent();
          } catch (thrown) {
            // What was being made ready is in no message, and listed no more.
            if (alive()) await ask(conversationId).catch(() => undefined);
            const calledOff = thrown instanceof Error && 'code' in thrown && thrown.code === 'transfer.over';
            if (alive() && !calledOff) putStaged(conversationId, [...files.slice(index), ...stagedOf(conversationId)]);
            if (!calledOff) throw new UnsentFiles(thrown, index > 0);
          }
        }
      },
    };
  });
}

/** Some of several files were not sent. */
export class UnsentFiles extends Error {
  /** What was written went along with the first one. */
  readonly wordsWent: boolean;

  constructor(cause: unknown, wordsWent: boolean) {
    super('files were not sent', { cause });
    this.wordsWent = wordsWent;
  }
}
