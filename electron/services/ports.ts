import type { ErrorCode } from '../../shared/errors';
import type { ChosenFile } from '../../shared/model/chosen-file';
import type { Permissions } from '../../shared/model/contact';
import type { KeyShift } from '../../shared/model/keys';
import type { Settings } from '../../shared/model/settings';
import type { DialogStore } from '../engine/dialog/dialog-store';
import type { PeerId } from '../engine/ids';
import type { Address, LocalStore, PeerStore, Transactions } from '../engine/ports';
import type { ResumptionStore } from '../engine/session/resumption-entry';
import type { AuthorityStore, EndorsementStore } from './ports/authorities';
import type { Snapshot } from './ports/backup';
import type { DeviceStore } from './ports/devices';
import type { EditStore } from './ports/edits';
import type { KeptHeaderStore } from './ports/kept-headers';
import type { OwnWordStore } from './ports/own-words';
import type { SearchStore } from './ports/finding';
import type { ChangeStore } from './ports/changes';
import type { ConversationStore, MessageStore } from './ports/talks';
import type { PeerKeyStore } from './ports/peer-keys';
import type { QuarantineStore } from './ports/quarantine';
import type { ReactionStore } from './ports/reactions';
import type { ReplicaStore } from './ports/replica';
import type { SharingStore } from './ports/sharing';
import type { SuspensionStore, UpkeepStore } from './ports/upkeep';
import type { PartOnDisk, TransferStore } from './ports/transfers';
import type { DeviceMailboxStore } from './ports/device-mailboxes';
import type { HostedRecordStore } from './ports/hosted-records';
import type { WaysStore } from './ports/ways';

export type { ConversationRow, ConversationStore, MessagePlace, MessageRow, MessageStore, RaisedMessage } from './ports/talks';

/**
 * What the use cases need beside the engine's ports. Local handles (contact, conversation, message, request) are
 * 16 random bytes in hex; `storage` implements all of this in one encrypted database, so one transaction spans it all.
 */

export interface ContactRow {
  readonly contactId: string;
  readonly peerId: PeerId;
  /** As they call themselves. */
  readonly name: string;
  /** As this person calls them, where that is another. */
  readonly alias?: string;
  readonly createdAt: number;
  /** `invited`: we accepted a link and wait; `requested`: we asked with their card; `mutual`: both sides agreed. */
  readonly relation: 'invited' | 'requested' | 'mutual';
  readonly ended?: ErrorCode;
  readonly checked: boolean;
  /** When it was compared, while `checked`. */
  readonly checkedAt?: number;
  /** The SPKI hash that was compared, so that a check never outlives the key it was made for. */
  readonly checkedSpkiHash?: Uint8Array;
  readonly blocked: boolean;
  readonly permissions: Permissions;
  /** The accepted link's data, while the other side has not answered yet. */
  readonly invitation?: Uint8Array;
  /** Where to dial a pending contact: from the link or the card. */
  readonly hints: readonly Address[];
}

export interface ContactStore {
  byId(contactId: string): ContactRow | undefined;
  byPeer(peerId: PeerId): ContactRow | undefined;
  list(): readonly ContactRow[];
  put(row: ContactRow): void;
  remove(contactId: string): void;
}

export interface InvitationRow {
  /** H("invite-hello" key) shortened: finds the invitation without telling its secret; 16 bytes hex. */
  readonly invitationId: string;
  /**
   * 16 bytes; kept with a redeemed invitation until its holder has had a session with us, so that the last step can be
   * repeated after a lost answer. From then on the hello key made of it (32 bytes, protocol.md §12), which redeems nothing.
   */
  readonly secret: Uint8Array;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly redeemedBy?: PeerId;
  /** SPKI hash of the redeemer: the same person may repeat the last step after a lost answer. */
  readonly redeemedSpkiHash?: Uint8Array;
}

export interface InvitationStore {
  find(invitationId: string): InvitationRow | undefined;
  list(): readonly InvitationRow[];
  put(row: InvitationRow): void;
  removeExpiredBefore(time: number): void;
}

export interface RequestRow {
  readonly requestId: string;
  readonly peerId: PeerId;
  readonly name: string;
  readonly via: 'card' | 'key' | 'lan';
  readonly card: Uint8Array;
  readonly receivedAt: number;
  /** Declined ones stay, so that the same person is not asked about again. */
  readonly declined: boolean;
}

export interface RequestStore {
  byId(requestId: string): RequestRow | undefined;
  byPeer(peerId: PeerId): RequestRow | undefined;
  list(): readonly RequestRow[];
  put(row: RequestRow): void;
  remove(requestId: string): void;
}

export interface KeyEventStore {
  add(conversationId: string, shift: KeyShift): void;
  /** Newest last, at most `limit` newest. */
  list(conversationId: string, limit: number): readonly KeyShift[];
}

/** Everything an open vault gives; all in one database. */
export interface Stores extends Transactions {
  /**
   * Makes what was erased before unreadable in the files, too: copies the log into the database and empties it. Outside of
   * a transaction only. False, never an error, when the disk would not: closing does it then. Closing also writes a database that is not large anew, because
   * single rows that were moved leave copies in unused space that nothing else reaches.
   */
  purge(): boolean;
  /** Something was erased, and `purge` comes later: where the profile is closed before it, closing does all of it. */
  owePurge(): void;
  /**
   * A transaction that does not wait for the disk, for whoever removes or moves much in slices: what it does is found again and done again where a cut of power
   * undoes it, and nobody is told of it who could not bear that. Whoever writes next waits until it is on the disk: so the next slice comes behind `onDisk`.
   */
  transactionBehind<T>(work: () => T): T;
  /** When all that was written is on the disk. Never rejects: what the disk did not take, whoever writes next is told. */
  onDisk(): Promise<void>;
  /**
   * For the same, outside of a transaction: copies the log into the database where `least` of its pages are to be copied, without waiting for the disk.
   * True: it was done, and is enough for one turn. Left alone, the log is copied behind some commit, and all of it.
   */
  copyBack(least?: number): boolean;
  readonly local: LocalStore;
  readonly peers: PeerStore;
  readonly peerKeys: PeerKeyStore;
  readonly dialogs: DialogStore;
  readonly contacts: ContactStore;
  readonly invitations: InvitationStore;
  readonly requests: RequestStore;
  readonly conversations: ConversationStore;
  readonly messages: MessageStore;
  readonly reactions: ReactionStore;
  readonly transfers: TransferStore;
  readonly search: SearchStore;
  readonly changes: ChangeStore;
  readonly edits: EditStore;
  readonly keptHeaders: KeptHeaderStore;
  readonly ownWords: OwnWordStore;
  readonly keyEvents: KeyEventStore;
  readonly resumptions: ResumptionStore;
  readonly quarantine: QuarantineStore;
  readonly authorities: AuthorityStore;
  readonly endorsements: EndorsementStore;
  readonly devices: DeviceStore;
  readonly replica: ReplicaStore;
  readonly sharing: SharingStore;
  readonly suspensions: SuspensionStore;
  readonly upkeep: UpkeepStore;
  readonly ways: WaysStore;
  readonly deviceMailboxes: DeviceMailboxStore;
  readonly hostedRecords: HostedRecordStore;
}

export interface OpenVault {
  readonly stores: Stores;
  /** A copy of the database key for the keyring to wrap; the caller wipes it. */
  exportKey(): Uint8Array;
  changePassphrase(old: string, next: string): Promise<void>;
  /** Makes ready to write everything under a new key, opened by `next`. Nothing is changed yet. */
  renewKey(old: string, next: string): Promise<KeyRenewal>;
  /**
   * Copies the write-ahead log into the database and cuts it to nothing: what was deleted or overwritten before is then
   * in no file of the profile, not even encrypted. Not inside a transaction. Gives false when it was not possible now.
   */
  emptyLog(): boolean;
  /** Everything as it stands now, while others go on writing. Ends with the vault: reading then throws vault.locked. */
  snapshot(): Snapshot;
  /** Closes the database and wipes the key. */
  close(): void;
}

/** The database under a new key, once the vault it comes from is closed. A crash at any moment leaves the old key and passphrase with everything, or the new ones. */
export interface KeyRenewal {
  /** In bytes; `step` lets others work, and throws to give up: then, as after any error, `back` opens what there is. */
  write(step: (done: number, total: number) => Promise<void>): Promise<OpenVault>;
  back(): Promise<OpenVault>;
  /** Wipes both keys. */
  end(): void;
}

/** Errors: vault.exists, vault.absent, vault.wrong-passphrase, vault.damaged, vault.newer, disk.full, disk.failed. */
export interface VaultFile {
  state(): 'absent' | 'present';
  /** `initialise` fills the new database in one transaction before the vault counts as existing: a crash leaves none. */
  create(passphrase: string, initialise: (stores: Stores) => void): Promise<OpenVault>;
  unlock(passphrase: string): Promise<OpenVault>;
  /** Whether the passphrase is the one there is; opens nothing, so that it may be asked while the vault is open. */
  check(passphrase: string): Promise<void>;
  /** With a key the keyring gave back (32 bytes, wiped here). */
  unlockWithKey(key: Uint8Array): Promise<OpenVault>;
}

/** What is no secret and is read before the vault is open. */
export interface Preferences {
  readonly settings: Settings;
  /** Where it listened last time, so that addresses in cards and links stay true. */
  readonly listen?: Address;
  /** The port it listened on last time because that one was taken; the other is tried first again. */
  readonly listenMeanwhile?: number | undefined;
  /** The database key wrapped by the system keyring, base64; only while the user wants it. */
  readonly keyringWrap?: string;
}

export interface PreferencesStore {
  get(): Preferences;
  set(change: Partial<Preferences>): void;
}

/** Files of envelopes, at paths the user chose, or in a folder. Errors: path.unusable, path.taken, disk.full, disk.failed; disk.unconfirmed once a file stands whole under its name. */
export interface EnvelopeFiles {
  /** The file itself; a new name in it where the path is a folder. */
  place(path: string): string;
  /** The file itself; where the path is a folder the envelope files in it, oldest name first, at most 256. Errors: path.unusable for a folder without any. */
  list(path: string): readonly string[];
  /** `too-long` instead of more than `limit` bytes, without reading them. */
  read(path: string, limit: number): Uint8Array | 'too-long';
  /** Throws where `write` could not go: asked before anything is sealed. */
  check(path: string): void;
  /** All or nothing, for the user alone; replaces nothing but such a file. Gives the absolute path. */
  write(path: string, content: Uint8Array, begun?: NoteOfPart): string;
}

/** How a file of one kind is told from others, by its first and its last `edgeBytes` bytes (fewer where it is shorter). */
export interface FileKind {
  readonly edgeBytes: number;
  readonly isKind: (head: Uint8Array, tail: Uint8Array) => boolean;
}

/** Told of an unfinished file before there is one (`id` '') and before anything stands in it; what it gave last is called when that has its name, or is gone. */
export type NoteOfPart = (part: PartOnDisk) => () => void;

/** Files for the user alone (0600), at paths the user chose. Errors: path.unusable, path.taken, disk.full, disk.failed; disk.unconfirmed once a file stands whole under its name. */
export interface PrivateFiles {
  /** `too-long` instead of more than `limit` bytes, without reading them. */
  read(path: string, limit: number): Uint8Array | 'too-long';
  /** Throws where `write` could not go: asked before any work is done. */
  check(path: string, kind: FileKind): void;
  /** All or nothing; replaces nothing but a file of this kind. Gives the absolute path. */
  write(path: string, kind: FileKind, content: Uint8Array, begun?: NoteOfPart): string;
}

/** What stands on the sheet with the recovery code. As secret as the code. */
export interface RecoverySheet {
  readonly language: 'en' | 'de';
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** What is said of whom and when: `[what, value]`. */
  readonly facts: readonly (readonly [string, string])[];
  /** Twelve groups of five characters. */
  readonly code: readonly string[];
  readonly qrText: string;
}

/** Makes the sheet a file: a PDF where there is a screen, else text. */
export interface KitPrinter {
  readonly kind: FileKind;
  print(sheet: RecoverySheet): Promise<Uint8Array>;
}

/** Asks the person at the screen for a file; undefined when they give up. */
export interface PathChooser {
  /** `suggestedName` empty: an invitation, which is called so in the person's language. */
  save(what: ChosenFile, suggestedName: string): Promise<string | undefined>;
  open(what: ChosenFile): Promise<string | undefined>;
  /** A folder that is there, for files of this kind. */
  folder(what: ChosenFile): Promise<string | undefined>;
}

/** What a device shows on the local network. Public: anybody there reads it. */
export interface LanAnnouncement {
  /** `contacts`: so that contacts find it; `near`: so that people who never met do. */
  readonly kind: 'contacts' | 'near';
  /** Random, new with every announcement; at most 63 letters, digits and hyphens. */
  readonly name: string;
  readonly port: number;
  /** A few short texts, at most 200 bytes together. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface LanSighting {
  readonly kind: LanAnnouncement['kind'];
  readonly name: string;
  /** It said goodbye, or was not heard of any more. */
  readonly gone: boolean;
  /** IP literals with the announced port, at most four. */
  readonly addresses: readonly Address[];
  readonly facts: Readonly<Record<string, string>>;
}

/** Announces and finds devices on the local network; foreign packets are bounded and never throw. */
export interface LanDiscovery {
  /**
   * Announces until the returned function is called, which also says goodbye. `onFailed`: it cannot, now or later; it goes on by
   * itself once it can. `onMoved`: there is another network, and nothing is said there before it is announced anew, so that
   * nobody who listens in both recognises it. Without it, the same is said there.
   */
  announce(what: LanAnnouncement, onFailed: () => void, onMoved?: () => void): () => void;
  /** Tells of every device heard, its own excepted, until the returned function is called. */
  browse(kind: LanAnnouncement['kind'], onSighting: (sighting: LanSighting) => void, onFailed: () => void): () => void;
}

export type Mapping =
  | { readonly state: 'searching' }
  | { readonly state: 'mapped'; readonly address: Address; readonly method: 'nat-pmp' | 'upnp' }
  /** No router answered that does this. */
  | { readonly state: 'none' }
  | { readonly state: 'failed' };

/** Asks routers to pass connections on. */
export interface PortMapper {
  /**
   * Keeps `port` mapped until the returned function is called, which takes the mapping back: its promise ends when the router
   * said so, or after so many milliseconds. Tells every change, never after that call.
   */
  map(port: number, onChange: (mapping: Mapping) => void): (within: number) => Promise<void>;
}

/** What connections go through. While a proxy is chosen, nothing is dialled or looked up but by it; `unusable`: nothing is dialled. */
export interface ProxySwitch {
  /** Counts from the next dial on; when a proxy comes into use, connections made without one end. */
  use(choice: Address | 'none' | 'unusable'): void;
  /** How the proxy answered when it was last used. */
  readonly state: 'off' | 'untried' | 'working' | 'failed';
  /** Calls back after a change of `state`, until the returned function is called. */
  onState(handler: () => void): () => void;
}

/** Where devices of contacts were heard on the local network just now. Anybody there can say so: where to try, never whom to trust. */
export interface LanSightings {
  /** IP literals with ports, newest first; empty when none is there now. */
  of(peerId: PeerId): readonly Address[];
  /** Calls back when a device of this person was heard, until the returned function is called. */
  onSeen(handler: (peerId: PeerId) => void): () => void;
}

/** Nobody looks around. */
export const noSightings: LanSightings = { of: () => [], onSeen: () => () => undefined };

/** The system keyring: a convenience wrap of the database key, never the only way in. */
export interface Keyring {
  /** False when there is none, when it would keep secrets in clear, or when asking it would block the process. */
  available(): Promise<boolean>;
  wrap(secret: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}
