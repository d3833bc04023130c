import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Editing } from '../../../shared/model/conversation';
import { toFailure } from '../../bridge/failure';

export interface Draft {
  readonly text: string;
  readonly replyTo: string | undefined;
  /** An own message that is being changed, and what it is to say: the field shows that instead, and the draft again behind it. */
  readonly editing: Editing | undefined;
}

type StoredDraft = { readonly text: string; readonly replyTo?: string | undefined; readonly editing?: Editing | undefined };

export const emptyDraft: Draft = { text: '', replyTo: undefined, editing: undefined };

/** What of a conversation is stored as being written; undefined: nothing. */
export function storedIn({ draft, editing }: { readonly draft?: StoredDraft | undefined; readonly editing?: Editing | undefined }): StoredDraft | undefined {
  return draft === undefined && editing === undefined ? undefined : { text: draft?.text ?? '', replyTo: draft?.replyTo, editing };
}

/**
 * Milliseconds between what is stored of a draft. The first letter is stored at once and what follows it once they have passed: a sleep or a lock
 * asks nobody before, and takes no more of what is being written than was typed in this time.
 */
const restMs = 400;

/** Milliseconds after which what was refused is tried again: a disk that was full has room once somebody made some. */
const againMs = 5_000;

/** What of a disk's refusals a person hears beside the field: what is typed there ends with a lock. */
const unkeptFor = ['disk.full', 'disk.failed', 'profile.gone'] as const;
export type Unkept = (typeof unkeptFor)[number];

/** What was typed and not sent, per conversation. Stored in the vault soon after it was typed, so that neither a lock nor a restart takes it. */
export interface DraftsState {
  readonly drafts: Readonly<Record<string, Draft>>;
  /** Conversations whose draft the disk did not take, and why. */
  readonly unkept: Readonly<Record<string, Unkept>>;
  /** What was typed in conversations that are gone, by contact: here alone. */
  readonly orphaned: Readonly<Record<string, string>>;
  /** An edit ended with its message, and nobody was told yet. */
  readonly editLost: boolean;
  readonly toldOfLostEdit: () => void;
  readonly write: (conversationId: string, text: string) => void;
  readonly replyTo: (conversationId: string, messageId: string | undefined) => void;
  readonly edit: (conversationId: string, editing: Editing | undefined) => void;
  /** These messages are gone: what is written answers none of them any more, and changes none. `lostEdit`: in the vault one of them was being changed. */
  readonly removed: (conversationId: string, messageIds: readonly string[], lostEdit: boolean) => void;
  /** It was deleted for both: what is written may still answer it. */
  readonly takenBack: (conversationId: string, messageId: string) => void;
  /** It was sent: what is stored of it ends with the message. */
  readonly clear: (conversationId: string) => void;
  /** What is stored says this: taken unless something else is being written here. */
  readonly told: (conversationId: string, stored: StoredDraft | undefined) => void;
  /** One conversation is shown in another now: what was being written goes along. */
  readonly moved: (conversationId: string, into: string) => void;
  /** A conversation with somebody is gone, removed on another own device: what was being written in it stays. */
  readonly gone: (conversationId: string, contactId: string) => void;
  /** What of such words there is now; empty: nothing. */
  readonly orphan: (contactId: string, text: string) => void;
  /** Stores at once what is not stored yet. */
  readonly flush: () => void;
  /** The vault is closed: nothing more is stored. */
  readonly forget: () => void;
}

export function createDraftsStore(store: (conversationId: string, draft: { text: string; replyTo?: string; editing?: Editing } | null) => Promise<unknown>): StoreApi<DraftsState> {
  const unsaved = new Set<string>();
  /** Stored a moment ago. */
  const resting = new Map<string, ReturnType<typeof setTimeout>>();
  /** Given to the vault, which has not said that it is stored: nothing that is told is newer. */
  const storing = new Map<string, Promise<unknown>>();
  /** Of those what was refused: it stands in the field alone. What a disk refused is tried again, of itself: anything else would be told each time. */
  const refused = new Map<string, ReturnType<typeof setTimeout> | undefined>();
  /** Being sent: what is still stored of it is not put back into the field. */
  const leaving = new Set<string>();
  return createStore<DraftsState>()((set, get) => {
    const keep = (conversationId: string, draft: Draft): void => set((state) => ({ drafts: { ...state.drafts, [conversationId]: draft } }));
    const setUnkept = (conversationId: string, why?: Unkept): void => {
      if (get().unkept[conversationId] === why) return;
      const { [conversationId]: _before, ...others } = get().unkept;
      set({ unkept: why === undefined ? others : { ...others, [conversationId]: why } });
    };
    const notRefused = (conversationId: string): void => {
      clearTimeout(refused.get(conversationId));
      refused.delete(conversationId);
    };
    const refuse = (conversationId: string, error: unknown): void => {
      const { code } = toFailure(error);
      const why = unkeptFor.find((each) => each === code);
      refused.set(conversationId, why === undefined ? undefined : setTimeout(() => save(conversationId), againMs));
      setUnkept(conversationId, why);
    };
    const stopWaiting = (conversationId: string): void => {
      clearTimeout(resting.get(conversationId));
      resting.delete(conversationId);
      unsaved.delete(conversationId);
      storing.delete(conversationId);
      notRefused(conversationId);
    };
    const save = (conversationId: string): void => {
      stopWaiting(conversationId);
      resting.set(conversationId, setTimeout(() => {
        resting.delete(conversationId);
        if (unsaved.has(conversationId)) save(conversationId);
      }, restMs));
      const { text, replyTo, editing } = get().drafts[conversationId] ?? emptyDraft;
      const isNothing = text === '' && replyTo === undefined && editing === undefined;
      const stored = store(conversationId, isNothing ? null : { text, ...(replyTo === undefined ? {} : { replyTo }), ...(editing === undefined ? {} : { editing }) });
      storing.set(conversationId, stored);
      const isNewest = (): boolean => storing.get(conversationId) === stored;
      stored.then(
        () => {
          if (!isNewest()) return;
          storing.delete(conversationId);
          setUnkept(conversationId);
        },
        (error: unknown) => {
          if (isNewest()) refuse(conversationId, error);
        },
      );
    };
    const put = (conversationId: string, change: Partial<Draft>): void => {
      keep(conversationId, { ...(get().drafts[conversationId] ?? emptyDraft), ...change });
      storing.delete(conversationId);
      notRefused(conversationId);
      leaving.delete(conversationId);
      unsaved.add(conversationId);
      if (!resting.has(conversationId)) save(conversationId);
    };
    const endEdit = (conversationId: string, messageIds: readonly string[]): void => {
      const { editing } = get().drafts[conversationId] ?? emptyDraft;
      if (editing === undefined || !messageIds.includes(editing.messageId)) return;
      put(conversationId, { editing: undefined });
      set({ editLost: true });
    };
    return {
      drafts: {},
      unkept: {},
      orphaned: {},
      editLost: false,
      toldOfLostEdit: () => set({ editLost: false }),
      write: (conversationId, text) => put(conversationId, { text }),
      replyTo: (conversationId, messageId) => put(conversationId, { replyTo: messageId }),
      edit: (conversationId, editing) => put(conversationId, { editing }),
      removed: (conversationId, messageIds, lostEdit) => {
        const { replyTo } = get().drafts[conversationId] ?? emptyDraft;
        if (replyTo !== undefined && messageIds.includes(replyTo)) put(conversationId, { replyTo: undefined });
        endEdit(conversationId, messageIds);
        // Also where the window never had it: its time ended behind a lock. What was given up a moment ago may still be in the vault.
        if (lostEdit && !unsaved.has(conversationId) && !storing.has(conversationId)) set({ editLost: true });
      },
      takenBack: (conversationId, messageId) => endEdit(conversationId, [messageId]),
      clear: (conversationId) => {
        stopWaiting(conversationId);
        keep(conversationId, emptyDraft);
        setUnkept(conversationId);
        leaving.add(conversationId);
      },
      told: (conversationId, stored) => {
        if (unsaved.has(conversationId)) return;
        if (refused.has(conversationId)) save(conversationId);
        if (storing.has(conversationId)) return;
        if (stored === undefined) leaving.delete(conversationId);
        if (leaving.has(conversationId)) return;
        const known = get().drafts[conversationId] ?? emptyDraft;
        const now: Draft = { text: stored?.text ?? '', replyTo: stored?.replyTo, editing: stored?.editing };
        const isSameEdit = known.editing?.messageId === now.editing?.messageId && known.editing?.text === now.editing?.text;
        if (known.text !== now.text || known.replyTo !== now.replyTo || !isSameEdit) keep(conversationId, now);
      },
      moved: (conversationId, into) => {
        const { text, replyTo, editing } = get().drafts[conversationId] ?? emptyDraft;
        stopWaiting(conversationId);
        keep(conversationId, emptyDraft);
        setUnkept(conversationId);
        const there = get().drafts[into]?.text ?? '';
        if (editing !== undefined && get().drafts[into]?.editing === undefined) put(into, { editing });
        if (text !== '' && text !== there) put(into, { text: there === '' ? text : `${there}\n${text}`, ...(there === '' && { replyTo }) });
      },
      gone: (conversationId, contactId) => {
        const { editing, text: written } = get().drafts[conversationId] ?? emptyDraft;
        const text = written.trim();
        stopWaiting(conversationId);
        keep(conversationId, emptyDraft);
        setUnkept(conversationId);
        // What a message was being changed to is gone with it, which is told; what was new is kept.
        if (editing !== undefined) set({ editLost: true });
        if (text === '') return;
        const before = get().orphaned[contactId] ?? '';
        get().orphan(contactId, before === '' ? text : `${before}\n${text}`);
      },
      orphan: (contactId, text) => set(({ orphaned }) => ({ orphaned: { ...orphaned, [contactId]: text } })),
      flush: () => [...unsaved, ...refused.keys()].forEach(save),
      forget: () => {
        [...unsaved, ...resting.keys(), ...storing.keys()].forEach(stopWaiting);
        // Refused by the lock, they are still in the vault.
        leaving.clear();
      },
    };
  });
}
