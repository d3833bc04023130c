import { newIdentity, type IdentityWorld } from './fake-identity';
import { onlyThis, type DevicesWorld } from './fake-devices';
import { idOf, peerIdOf } from './ids';
import { nobody, type PeopleFacts } from './fake-people';
import type { UpdateStatus } from '../../shared/model/updates';
import type { ErrorCode } from '../../shared/errors';
import type { Contact, ContactRequest } from '../../shared/model/contact';
import type { Conversation, TimerChange } from '../../shared/model/conversation';
import type { About } from '../../shared/model/diagnostics';
import type { DiscoveryStatus } from '../../shared/model/discovery';
import type { KeyStatus, KeyTimeline } from '../../shared/model/keys';
import type { Message } from '../../shared/model/message';
import type { NetworkStatus, ReachReport } from '../../shared/model/network';
import type { Profile, RemovedProfile } from '../../shared/model/profile';
import type { ArchiveReport } from '../../shared/model/search';
import { defaultSettings, type Settings } from '../../shared/model/settings';
import type { TokenFile, Transfer } from '../../shared/model/transfer';
import type { KeyringState, VaultState } from '../../shared/model/vault';

/** Everything the double knows; tests and scenes fill it and change it. */
export interface World {
  vault: VaultState;
  keyring: KeyringState;
  passphrase: string;
  /** Free bytes that a new key for everything takes, on a disk that has fewer. */
  roomForNewKey?: number;
  name: string;
  now: () => number;
  contacts: Contact[];
  requests: ContactRequest[];
  conversations: Conversation[];
  readonly timers: Map<string, readonly TimerChange[]>;
  messages: Map<string, Message[]>;
  keys: Map<string, KeyStatus>;
  timelines: Map<string, KeyTimeline>;
  /** From when on a renewal by hand is taken again. */
  renewableAt: number;
  /** The other side's device made the key between the two: renewing it here changes nothing in what is open. */
  pairKeyIsTheirs: boolean;
  settings: Settings;
  /** What `network.status` says beyond what follows from settings and contacts. */
  network: Partial<NetworkStatus>;
  /** What `network.reach` says beyond that, by contact. */
  reports: Map<string, Partial<ReachReport>>;
  discovery: DiscoveryStatus;
  /** Own identity keys, organisations, what the next file dialog comes to. */
  identity: IdentityWorld;
  people: PeopleFacts;
  /** Own devices, the one linking there can be, the mailbox. */
  devices: DevicesWorld;
  about: About;
  updates: UpdateStatus;
  report: string;
  licences: { name: string; version: string; licence: string; text: string }[];
  /** What checking the chosen archive comes to. */
  archive: Partial<ArchiveReport>;
  transfers: Transfer[];
  /** Files in the window's hand, by what the next dialog or drop brings. */
  chosen: TokenFile[];
  /** Chosen along with them, and of a kind that cannot be sent. */
  chosenBeside: number;
  profiles: Profile[];
  removedProfile: RemovedProfile | undefined;
  /** Web links the person opened. */
  opened: string[];
  /** Transfers whose picture moves. */
  moving: readonly string[];
  /** A `keyshift:` link that waits. */
  link: string | undefined;
  /** The beginning of one that is of no known kind. */
  unreadLink: string | undefined;
  /** Where the file of settings lies that could not be read. */
  settingsPutAside: string | undefined;
  /** What opening the file chosen in the dialog comes to; undefined: the dialog is given up. */
  envelopeFile: { opened: number; repeated: number; refused: number; waiting?: number } | undefined;
  /** Calls that shall fail, by dotted name. */
  failing: Map<string, ErrorCode>;
  /** Calls whose answer waits for something, by dotted name. */
  delays: Map<string, Promise<unknown>>;
}
export function emptyWorld(change: Partial<World> = {}): World {
  return {
    vault: 'open',
    keyring: 'off',
    passphrase: 'correct horse battery',
    name: 'Ada Marlow',
    now: Date.now,
    contacts: [],
    requests: [],
    conversations: [],
    timers: new Map(),
    messages: new Map(),
    keys: new Map(),
    timelines: new Map(),
    renewableAt: 0,
    pairKeyIsTheirs: false,
    settings: defaultSettings,
    network: {},
    reports: new Map(),
    discovery: { running: false, people: [] },
    identity: newIdentity((change.now ?? Date.now)()),
    people: nobody(),
    devices: onlyThis(),
    transfers: [],
    chosen: [],
    chosenBeside: 0,
    profiles: [{ profileId: 'main', name: 'Ada', current: true }],
    removedProfile: undefined,
    opened: [],
    moving: [],
    link: undefined,
    unreadLink: undefined,
    updates: { current: '0.1.0', possible: 'yes', host: 'updates.keyshift.example', on: false, way: 'command', work: 'none' },
    settingsPutAside: undefined,
    about: { version: '0.1.0', runtime: 'Electron 45.4.1', trial: false, database: 'SQLCipher 4.18.0, SQLite 3.53.4', memoryLocked: true, openToOthers: false, timesLocale: '' },
    report: 'Keyshift 0.1.0',
    licences: [],
    archive: {},
    envelopeFile: undefined,
    failing: new Map(),
    delays: new Map(),
    ...change,
  };
}

export function makeContact(name: string, change: Partial<Contact> = {}): Contact {
  return {
    contactId: idOf(name),
    peerId: peerIdOf(name),
    name,
    pending: false,
    who: 'unchecked',
    checked: false,
    vouchedBy: [],
    reach: 'direct',
    keyEpoch: 1,
    permissions: { message: true, openConversation: true, sendFile: true },
    ...change,
  };
}
