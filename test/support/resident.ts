import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { LinkPurpose } from '../../electron/engine/certificates/key-link';
import type { PeerId } from '../../electron/engine/ids';
import type { Address, Link, LocalRecord, LogFacts } from '../../electron/engine/ports';
import type { contactKeysService } from '../../electron/services/contact-keys-service';
import type { identityService } from '../../electron/services/identity-service';
import type { contactsService } from '../../electron/services/contacts-service';
import type { conversationChangesService } from '../../electron/services/conversation-changes-service';
import type { conversationsService } from '../../electron/services/conversations-service';
import type { identityKeysService } from '../../electron/services/identity-keys-service';
import type { recoveryService } from '../../electron/services/recovery-service';
import type { devicesService } from '../../electron/services/devices/devices-service';
import type { messageChangesService } from '../../electron/services/message-changes-service';
import type { messagesService } from '../../electron/services/messages-service';
import type { NearbyService } from '../../electron/services/nearby-service';
import type { NetworkFacts } from '../../electron/services/network-facts';
import type { networkService } from '../../electron/services/network-service';
import type { OpenProfile } from '../../electron/services/open-profile';
import type { Stores } from '../../electron/services/ports';
import type { Settings } from '../../shared/model/settings';
import type { Db } from '../../electron/storage/database';
import type { AppEvent } from '../../shared/contract/contract';
import type { ManualClock } from './manual-clock';
import type { mailboxService } from '../../electron/services/mailbox-service';
import type { envelopesService } from '../../electron/services/envelopes-service';
import type { invitationFiles } from '../../electron/services/invitation-files';
import type { MemoryNetwork } from './memory-transport';
import type { MemoryFiles } from './memory-files';
import type { filesService } from '../../electron/services/files-service';

/** Who lives in a world: real services over a real database in memory, on a network and a clock a test holds. */
export interface Resident {
  readonly name: string;
  readonly crypto: Crypto;
  readonly db: Db;
  readonly address: Address;
  /** What this one tells others; `tellAddresses` follows a change. */
  addresses: Address[];
  /** Says that `addresses` are different, as the own addresses' keeper does. */
  tellAddresses(): void;
  /** Takes what arrives at another address, too. */
  listenAt(address: Address): Promise<void>;
  /** A device of somebody is heard on the local network, or no more. */
  hears(peerId: PeerId, addresses: readonly Address[]): void;
  readonly network: NetworkFacts;
  readonly networkCalls: ReturnType<typeof networkService>;
  /** What clients were told, oldest first. */
  readonly told: AppEvent[];
  /** What was logged: event and facts. */
  readonly logged: (readonly [string, LogFacts | undefined])[];
  /** Monotonic moments at which a dial began. */
  readonly dials: number[];
  /** Where to, in the same order. */
  readonly dialled: Address[];
  /** How far its wall clock is ahead of the world's, in milliseconds. */
  readonly wrong: { ahead: number };
  /** Refuse every dial of this one from now on. */
  mute: boolean;
  settings: Settings;
  /** How often contacts confirmed a key that came from a file. */
  confirmed: number;
  /** It may find out that it was set back or copied although it holds the identity key. */
  isCopy: boolean;
  /** Where this one cannot get to at all, though others can. */
  refuses: ((host: string) => boolean) | undefined;
  /** Takes an accepted link instead of the services, when set. */
  onLink: ((link: Link) => void) | undefined;
  /** Puts another store in the place of a real one, for the profile opened next. */
  replace(change: (stores: Stores) => Partial<Stores>): void;
  profile: OpenProfile;
  readonly contacts: ReturnType<typeof contactsService>;
  /** Keys of contacts. */
  readonly keys: ReturnType<typeof contactKeysService>;
  /** The own devices. */
  readonly identityKeys: ReturnType<typeof identityKeysService> & ReturnType<typeof recoveryService>;
  readonly devices: ReturnType<typeof devicesService>;
  readonly conversations: ReturnType<typeof conversationsService> & ReturnType<typeof conversationChangesService>;
  readonly messages: ReturnType<typeof messagesService> & ReturnType<typeof messageChangesService>;
  readonly identity: ReturnType<typeof identityService>;
  readonly mailbox: ReturnType<typeof mailboxService>;
  readonly envelopes: ReturnType<typeof envelopesService>;
  /** Files of messages. */
  readonly files: ReturnType<typeof filesService>;
  /** Where they lie, and where files are chosen. */
  readonly disk: MemoryFiles;
  /** Invitations as files. */
  readonly invitationFiles: ReturnType<typeof invitationFiles>;
  /** Finding people near, on the world's local network. */
  readonly discovery: NearbyService['handlers'];
  /** Ends the profile and opens it again, as locking and unlocking do. */
  reopen(): void;
  /**
   * Ends as a process does that is killed: at once nothing comes or goes any more, and what stands in the database at this moment is all that is left. Mute from then on, and nobody gets
   * in; `reopen` starts it again when this resolves.
   */
  kill(): Promise<void>;
  /** Makes a new identity key, as `identity.rotate` does: 0.1–2 s. */
  rotate(purpose?: LinkPurpose): Promise<void>;
  /** Whatever changes what this device is waits until that is done. */
  hold(until: Promise<unknown>): void;
  /** Replaces what is due, as an open profile does every six hours. */
  renew(): Promise<void>;
  close(): void;
  /** Opens the profile again with another record. */
  become(record: LocalRecord): void;
}

export interface World {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  move(name: string): Promise<Resident>;
  /** Another device of the same person moves in, linked already: both know the other's credential and place. It holds no identity key. */
  link(first: Resident, name: string): Promise<Resident>;
  /** Lets `milliseconds` pass, with the network at work in between. */
  pass(milliseconds: number, step?: number): Promise<void>;
  /** Lets time pass until `holds`, at most ten minutes. */
  until(what: string, holds: () => boolean): Promise<void>;
  close(): void;
}
