import type { ListView } from '../features/conversations/rows';
import { createStore, type StoreApi } from 'zustand/vanilla';

export type DialogName = 'invite' | 'accept' | 'import' | 'settings' | 'shortcuts' | 'new' | 'switcher' | 'rules' | 'pair' | 'message' | 'nearby' | 'verify' | 'link' | 'forward' | 'delete-messages' | 'rename-conversation' | 'remove-conversation' | 'open-link' | 'search' | 'find' | 'export' | 'archive' | 'picture';
export type DetailsTab = 'who' | 'keys' | 'files' | 'reach';
export type SettingsSection = 'look' | 'talks' | 'keyboard' | 'security' | 'network' | 'identity' | 'devices' | 'mailbox' | 'organisations' | 'backup' | 'desktop' | 'profiles' | 'about';
export type Tone = 'calm' | 'danger';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
  /** What it tells of, where that can end before it goes. Its words are no name: they are other ones in another language, or with less room. */
  readonly about?: string;
}

/** A person and, once there is one, the conversation with them. */
export interface Selection {
  readonly contactId: string;
  readonly conversationId: string | undefined;
  /** It took the place of what was chosen: nobody went there. */
  readonly byItself?: true;
}

export interface UiState {
  readonly selection: Selection | undefined;
  readonly detailsOpen: boolean;
  readonly detailsTab: DetailsTab;
  /** Which pane stands in front when there is room for one only. */
  readonly front: 'list' | 'conversation';
  readonly listView: ListView;
  readonly dialog: DialogName | undefined;
  /** The conversation that the dialogs `rename-conversation` and `remove-conversation` are about. */
  readonly dialogConversation: string | undefined;
  /** Whom the dialog `new` begins with. */
  readonly dialogContact: string | undefined;
  /** The link that the dialog `open-link` asks about. */
  readonly dialogLink: string | undefined;
  /** The message that the dialog `message` is about. */
  readonly dialogMessage: string | undefined;
  /** The messages that the dialog `forward` is about, as they stand. */
  readonly dialogMessages: readonly string[];
  /** The link that the dialog `accept` begins with. */
  readonly offeredLink: string;
  /** The one that is on its way to be accepted: whoever asked knows what becomes of it. */
  readonly accepting: string;
  /** The file that the dialog `picture` shows. */
  readonly dialogTransfer: string | undefined;
  /** Which part of the settings is open, or opens next. */
  readonly settingsSection: SettingsSection;
  /** Over whatever else is open, on every screen. */
  readonly helpOpen: boolean;
  /** The heading of the guide that it begins at. */
  readonly helpAt: string | undefined;
  /** Bars under the title that the person has put away, each with the state it told of. */
  readonly barsPutAway: readonly string[];
  readonly toasts: readonly Toast[];
  /** Spoken by the polite live region; `n` makes equal texts distinct. */
  readonly announcement: { readonly text: string; readonly n: number };
  readonly select: (selection: Selection) => void;
  /** What was shown is not there any more. */
  readonly deselect: () => void;
  readonly back: () => void;
  readonly showDetails: (tab: DetailsTab) => void;
  readonly toggleDetails: () => void;
  readonly closeDetails: () => void;
  readonly openDialog: (dialog: DialogName) => void;
  readonly openSettings: (section: SettingsSection) => void;
  readonly showSettings: (section: SettingsSection) => void;
  readonly openMessage: (messageId: string) => void;
  readonly forward: (messageIds: readonly string[]) => void;
  /** Somebody opened a link outside: shown, and nothing more. */
  readonly offerLink: (link: string) => void;
  readonly setAccepting: (link: string) => void;
  /** It is accepted or refused; another one may be on its way by now. */
  readonly endAccepting: (link: string) => void;
  readonly changeListView: (change: Partial<ListView>) => void;
  readonly openConversationDialog: (dialog: 'rename-conversation' | 'remove-conversation' | 'export', conversationId: string) => void;
  /** One more conversation with somebody. */
  readonly openAnother: (contactId: string) => void;
  readonly askLink: (url: string) => void;
  readonly openPicture: (transferId: string) => void;
  readonly closeDialog: () => void;
  readonly showHelp: (open: boolean, at?: string) => void;
  readonly putBarAway: (bar: string) => void;
  /** Its reason is gone: the next time it is shown again. */
  readonly forgetBar: (bar: string) => void;
  /** Nothing where the window is locked by then: it may be about a person. */
  readonly toast: (text: string, tone?: Tone, about?: string) => void;
  /** … what is about nobody: also there. */
  readonly toastAnywhere: (text: string, tone?: Tone, about?: string) => void;
  readonly dismiss: (id: number) => void;
  readonly dismissAll: () => void;
  /** What was told is not so any more. */
  readonly retract: (about: string) => void;
  readonly announce: (text: string) => void;
}

/** What went well is told and can go; it must not lie on the buttons of a dialog that opens. What failed stays. */
const isGrave = ({ tone }: Toast): boolean => tone === 'danger';

/** What a dialog is about ends with it, also where another one takes its place: that one would be about it. */
const aboutNothing = { dialogMessage: undefined, dialogMessages: [], dialogTransfer: undefined, dialogConversation: undefined, dialogContact: undefined, dialogLink: undefined, offeredLink: '' } as const;

export function createUiStore(isLocked: () => boolean = () => false): StoreApi<UiState> {
  let nextToast = 1;
  return createStore<UiState>()((set, get) => ({
    selection: undefined,
    detailsOpen: false,
    detailsTab: 'who',
    front: 'list',
    dialog: undefined,
    ...aboutNothing,
    accepting: '',
    listView: { archive: false, unreadOnly: false, filter: '' },
    settingsSection: 'look',
    helpOpen: false,
    helpAt: undefined,
    barsPutAway: [],
    toasts: [],
    announcement: { text: '', n: 0 },
    select: (selection) => set({ selection, front: 'conversation' }),
    deselect: () => set({ selection: undefined, front: 'list', detailsOpen: false }),
    back: () => set({ front: 'list', detailsOpen: false }),
    showDetails: (detailsTab) => set({ detailsOpen: true, detailsTab }),
    toggleDetails: () => set((state) => ({ detailsOpen: !state.detailsOpen })),
    closeDetails: () => set({ detailsOpen: false }),
    openDialog: (dialog) => set((state) => ({ ...aboutNothing, dialog, settingsSection: 'look', toasts: state.toasts.filter(isGrave) })),
    openSettings: (settingsSection) => set((state) => ({ ...aboutNothing, dialog: 'settings', settingsSection, toasts: state.toasts.filter(isGrave) })),
    showSettings: (settingsSection) => set({ settingsSection }),
    openMessage: (dialogMessage) => set((state) => ({ ...aboutNothing, dialog: 'message', dialogMessage, toasts: state.toasts.filter(isGrave) })),
    forward: (dialogMessages) => set((state) => ({ ...aboutNothing, dialog: 'forward', dialogMessages, toasts: state.toasts.filter(isGrave) })),
    offerLink: (offeredLink) => set((state) => ({ ...aboutNothing, dialog: 'accept', offeredLink, toasts: state.toasts.filter(isGrave) })),
    setAccepting: (accepting) => set({ accepting }),
    endAccepting: (link) => set(({ accepting }) => (accepting === link ? { accepting: '' } : {})),
    changeListView: (change) => set((state) => ({ listView: { ...state.listView, ...change } })),
    openConversationDialog: (dialog, dialogConversation) => set((state) => ({ ...aboutNothing, dialog, dialogConversation, toasts: state.toasts.filter(isGrave) })),
    openAnother: (dialogContact) => set((state) => ({ ...aboutNothing, dialog: 'new', dialogContact, toasts: state.toasts.filter(isGrave) })),
    askLink: (dialogLink) => set((state) => ({ ...aboutNothing, dialog: 'open-link', dialogLink, toasts: state.toasts.filter(isGrave) })),
    openPicture: (dialogTransfer) => set((state) => ({ ...aboutNothing, dialog: 'picture', dialogTransfer, toasts: state.toasts.filter(isGrave) })),
    closeDialog: () => set({ ...aboutNothing, dialog: undefined }),
    showHelp: (helpOpen, helpAt) => set({ helpOpen, helpAt }),
    putBarAway: (bar) => set((state) => ({ barsPutAway: [...state.barsPutAway.filter((one) => one !== bar), bar] })),
    forgetBar: (bar) => set((state) => (state.barsPutAway.includes(bar) ? { barsPutAway: state.barsPutAway.filter((one) => one !== bar) } : state)),
    toast: (text, tone, about) => (isLocked() ? undefined : get().toastAnywhere(text, tone, about)),
    toastAnywhere: (text, tone = 'calm', about) => {
      const id = nextToast++;
      // Three at most: a fourth pushes the oldest out. The same once more is said anew, not twice.
      set((state) => ({ toasts: [...state.toasts.filter((one) => one.text !== text || one.tone !== tone).slice(-2), { id, text, tone, ...(about === undefined ? {} : { about }) }] }));
    },
    dismiss: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
    dismissAll: () => set({ toasts: [] }),
    retract: (about) => set((state) => (state.toasts.some((toast) => toast.about === about) ? { toasts: state.toasts.filter((toast) => toast.about !== about) } : state)),
    announce: (text) => set((state) => ({ announcement: { text, n: state.announcement.n + 1 } })),
  }));
}
