import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TokenFile, Transfer } from '../../../shared/model/transfer';
import { coalesce } from '../../app/coalesce';
import type { Life } from '../../app/life';
import type { Client } from '../../bridge/client';

/** A picture of a message, or one about to be sent. */
export type NamedPicture = { readonly transferId: string } | { readonly token: string };

export const nameOf = (picture: NamedPicture): string => ('token' in picture ? picture.token : picture.transferId);

export interface FilesState {
  /** By transfer. */
  readonly transfers: Readonly<Record<string, Transfer>>;
  /** Chosen and not sent yet, by conversation. */
  readonly staged: Readonly<Record<string, readonly TokenFile[]>>;
  /** Transfers saved to a place of the person's choice since the vault was opened. */
  readonly saved: readonly string[];
  readonly markSaved: (transferId: string) => void;
  /** Whether a picture moves, by transfer or token, for those that were asked about. */
  readonly moves: Readonly<Record<string, boolean>>;
  readonly askMoves: (picture: NamedPicture) => Promise<void>;
  /** By conversation, the oldest one that is listed without a gap; empty: all are. What is shown further up is known beside that. */
  readonly listedTo: Readonly<Record<string, string>>;
  /** Asks for the newest of a conversation; once for many who want to know. */
  readonly load: (conversationId: string) => Promise<void>;
  /** Asks for those behind what is listed. */
  readonly more: (conversationId: string) => Promise<void>;
  /** Asks for one that a message brings; once for many that are wanted at the same time. */
  readonly need: (transferId: string) => Promise<void>;
  /** Asks anew for what is known already: something of it may be gone. */
  readonly reload: (conversationId: string) => Promise<void>;
  readonly told: (transfer: Transfer) => void;
  readonly stage: (conversationId: string, files: readonly TokenFile[]) => void;
  readonly unstage: (conversationId: string, token: string) => void;
  /** One conversation is shown in another now: what is staged goes along. */
  readonly moved: (conversationId: string, into: string) => void;
  /** The conversation is gone: nothing of its files stays in memory. Gives what was chosen and not sent. */
  readonly forget: (conversationId: string) => readonly TokenFile[];
  /** Sends what is staged, one after the other, the words with the first that goes. What could not be sent is staged again. False: all were called off, and the words went with none. */
  readonly send: (conversationId: string, text: string, replyTo: string | undefined, sent: () => Promise<void>) => Promise<boolean>;
}

/** Listed at once. */
const pageSize = 100;
/** Asked for by number at once. */
const mostIds = 500;

export const nothingStaged: readonly TokenFile[] = [];

export function createFilesStore(client: Client, life: Life): StoreApi<FilesState> {
  return createStore<FilesState>()((set, get) => {
    const needed = new Set<string>();
    /** `before`: what was known when it was asked for. What was told of since is newer than the answer. */
    const put = (list: readonly Transfer[], before: FilesState['transfers'], gone: ReadonlySet<string> = new Set()): void => {
      const now = get().transfers;
      const kept = Object.values(now).filter(({ transferId }) => !gone.has(transferId));
      const newest = list.map((one) => (now[one.transferId] === before[one.transferId] ? one : (now[one.transferId] ?? one)));
      set({ transfers: Object.fromEntries([...kept, ...newest].map((one) => [one.transferId, one])) });
    };
    const reach = (conversationId: string, page: readonly Transfer[]): void => {
      const stored = page.filter(({ state }) => state !== 'preparing');
      set((state) => ({ listedTo: { ...state.listedTo, [conversationId]: stored.length < pageSize ? '' : (stored.at(-1)?.transferId ?? '') } }));
    };
    const ofIds = async (transferIds: readonly string[]): Promise<Transfer[]> => {
      const found: Transfer[] = [];
      for (let at = 0; at < transferIds.length; at += mostIds) found.push(...(await client.files.list({ transferIds: transferIds.slice(at, at + mostIds) })));
      return found;
    };
    const askNeeded = coalesce(async () => {
      const alive = life.begin();
      const asked = [...needed];
      const { transfers } = get();
      needed.clear();
      const found = await ofIds(asked);
      if (alive()) put(found, transfers);
    });
    const askAnew = async (conversationId: string): Promise<void> => {
      const alive = life.begin();
      const { transfers } = get();
      const known = Object.values(transfers).flatMap((one) => (one.conversationId === conversationId ? one.transferId : []));
      const page = await client.files.list({ conversationId, limit: pageSize });
      const first = new Set(page.map(({ transferId }) => transferId));
      const others = await ofIds(known.filter((transferId) => !first.has(transferId)));
      if (!alive()) return;
      put([...others, ...page], transfers, new Set(known));
      // How far the list was shown stays so, unless that one is gone.
      const to = get().listedTo[conversationId];
      if (to === undefined || (to !== '' && get().transfers[to] === undefined)) reach(conversationId, page);
    };
    const asks = new Map<string, () => Promise<void>>();
    const ask = (conversationId: string): Promise<void> => {
      const again = asks.get(conversationId) ?? coalesce(() => askAnew(conversationId));
      asks.set(conversationId, again);
      return again();
    };
    const stagedOf = (conversationId: string): readonly TokenFile[] => get().staged[conversationId] ?? nothingStaged;
    const putStaged = (conversationId: string, files: readonly TokenFile[]): void => set((state) => ({ staged: { ...state.staged, [conversationId]: files } }));

    return {
      transfers: {},
      listedTo: {},
      staged: {},
      saved: [],
      markSaved: (transferId) => set((state) => ({ saved: [...state.saved.filter((one) => one !== transferId), transferId] })),
      moves: {},
      askMoves: async (picture) => {
        const alive = life.begin();
        // What cannot be looked at is not shown either, and says so by itself.
        const moves = await client.desktop.moves(picture).catch(() => false);
        if (alive()) set((state) => ({ moves: { ...state.moves, [nameOf(picture)]: moves } }));
      },
      load: ask,
      more: async (conversationId) => {
        const before = get().listedTo[conversationId];
        if (before === undefined || before === '') return;
        const alive = life.begin();
        const { transfers } = get();
        const page = await client.files.list({ conversationId, before, limit: pageSize });
        if (!alive() || get().listedTo[conversationId] !== before) return;
        put(page, transfers);
        reach(conversationId, page);
      },
      need: (transferId) => {
        needed.add(transferId);
        return Promise.resolve().then(askNeeded);
      },
      reload: async (conversationId) => {
        if (Object.values(get().transfers).some((one) => one.conversationId === conversationId)) await ask(conversationId);
      },
      told: (transfer) => set((state) => ({ transfers: { ...state.transfers, [transfer.transferId]: transfer } })),
      stage: (conversationId, files) => putStaged(conversationId, [...stagedOf(conversationId), ...files]),
      unstage: (conversationId, token) => putStaged(conversationId, stagedOf(conversationId).filter((one) => one.token !== token)),
      moved: (conversationId, into) => {
        const files = stagedOf(conversationId);
        if (files.length === 0) return;
        putStaged(conversationId, nothingStaged);
        putStaged(into, [...stagedOf(into), ...files]);
      },
      forget: (conversationId) => {
        const staged = stagedOf(conversationId);
        asks.delete(conversationId);
        set((state) => ({
          transfers: Object.fromEntries(Object.entries(state.transfers).filter(([, one]) => one.conversationId !== conversationId)),
          listedTo: without(state.listedTo, conversationId),
          staged: without(state.staged, conversationId),
        }));
        return staged;
      },
      send: async (conversationId, text, replyTo, sent) => {
        const alive = life.begin();
        const files = stagedOf(conversationId);
        putStaged(conversationId, nothingStaged);
        let wordsWent = false;
        for (const [index, { token, name }] of files.entries()) {
          try {
            await client.files.send({ conversationId, token, ...(!wordsWent && text.trim() !== '' && { text }), ...(!wordsWent && replyTo !== undefined && { replyTo }) });
            wordsWent = true;
            if (alive()) await sent();
          } catch (thrown) {
            // What was being made ready is in no message, and listed no more.
            if (alive()) await ask(conversationId).catch(() => undefined);
            // Locked meanwhile: whoever heard of it would give the words back, to a window that keeps none.
            if (!alive()) return true;
            const calledOff = thrown instanceof Error && 'code' in thrown && thrown.code === 'transfer.over';
            if (!calledOff) putStaged(conversationId, [...files.slice(index), ...stagedOf(conversationId)]);
            if (!calledOff) throw new UnsentFiles(thrown, wordsWent, files.length > 1 ? name : undefined);
          }
        }
        return wordsWent;
      },
    };
  });
}

function without<T>(all: Readonly<Record<string, T>>, conversationId: string): Readonly<Record<string, T>> {
  const { [conversationId]: _gone, ...others } = all;
  return others;
}

/** Newest first, down to where they are known without a gap. */
export function listedFiles({ transfers, listedTo }: Pick<FilesState, 'transfers' | 'listedTo'>, conversationId: string | undefined): Transfer[] {
  const oldest = conversationId === undefined ? undefined : transfers[listedTo[conversationId] ?? ''];
  const newerFirst = (one: Transfer, other: Transfer): number => other.addedAt - one.addedAt || (one.transferId < other.transferId ? -1 : 1);
  return Object.values(transfers)
    .filter((one) => one.conversationId === conversationId && (oldest === undefined || newerFirst(one, oldest) <= 0 || one === oldest))
    .sort(newerFirst);
}

/** Some of several files were not sent. */
export class UnsentFiles extends Error {
  /** What was written went along with the first one. */
  readonly wordsWent: boolean;

  /** The name of the first of those, where there were several. */
  readonly file: string | undefined;

  constructor(cause: unknown, wordsWent: boolean, file: string | undefined) {
    super('files were not sent', { cause });
    this.wordsWent = wordsWent;
    this.file = file;
  }
}
