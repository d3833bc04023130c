import type { MailboxPlace } from '../../engine/certificates/mailbox-place';
import type { Outbound } from '../../engine/dialog/dialog-engine';
import type { DialogKey } from '../../engine/dialog/dialog-store';
import type { InstanceId, PeerId } from '../../engine/ids';

/** The own mailbox, as this device takes it. */
export interface OwnMailboxRow {
  /** The device this was made by: another one, a copy among them, must not take mail with the same key. */
  readonly instanceId: InstanceId;
  /** 32 bytes, secret. */
  readonly seed: Uint8Array;
  /** The operator's text, once there is one. */
  readonly registration?: string;
}

export interface OwnSlot {
  readonly place: MailboxPlace;
  /** For whoever has the card. */
  readonly isPublic: boolean;
  readonly peerId?: PeerId;
  /** What lies in it is taken for nothing: who had it was blocked. */
  readonly revoked: boolean;
  /** Since when somebody else may know its token, Unix milliseconds: the contact gets another one, as soon as there is one. */
  readonly staleSince?: number;
}

/** What one device of a contact said, in its card, of where something may be left. */
export interface PlaceWord {
  readonly instanceId: InstanceId;
  /** Of the card, Unix milliseconds. */
  readonly time: number;
  readonly places: readonly MailboxPlace[];
}

/** Devices of one person whose words are kept: twice as many as a list may name (protocol.md §2). */
export const mostMailboxWords = 64;

/** Somebody who is to get our card by mailbox. */
export interface CardMailRow {
  readonly peerId: PeerId;
  /** An answer is wanted. */
  readonly asks: boolean;
  /** Unix milliseconds. */
  readonly dueAt: number;
}

/** Carried for another own device. */
export interface RelayedRow {
  /** 16 bytes, random, of the device that gave it. */
  readonly id: Uint8Array;
  readonly peerId: PeerId;
  /** Who gave it; of what goes back, whom it is for. */
  readonly author: InstanceId;
  readonly deposit: Uint8Array;
  readonly receivedAt: number;
}

/** A way of the outbox beside connections: into a mailbox, or into the hands of another own device. */
export type CarriedWay = 'mailbox' | 'device';

export interface DueQuery {
  /** Cursor of the last one had; 0 to begin. */
  readonly after: number;
  /** Hash of the exchange credential it would be sealed to now: what was sealed to another is due again. */
  readonly to: Uint8Array;
  /** What was given before this, Unix milliseconds, is due again; so is what was given in the future. */
  readonly since: number;
  readonly now: number;
  readonly limit: number;
}

export interface WaysStore {
  ownMailbox(): OwnMailboxRow | undefined;
  putOwnMailbox(row: OwnMailboxRow): void;
  removeOwnMailbox(): void;

  slots(): readonly OwnSlot[];
  slot(slot: string): OwnSlot | undefined;
  /** One that is not stale, where there is one; else the one that became so last. */
  slotOf(peerId: PeerId): OwnSlot | undefined;
  /** Adds or replaces it. */
  putSlot(slot: OwnSlot): void;
  removeSlots(): void;

  /** What the devices of this person said where they can be left something; newest word first. */
  mailboxesOf(peerId: PeerId): readonly (MailboxPlace & { readonly saidBy: InstanceId })[];
  /** The same by device, with when it said so; those that said there is none, too. */
  mailboxWordsOf(peerId: PeerId): readonly PlaceWord[];
  /** One device's word; an older one than the one known changes nothing. Gives whether it counts. Of one person the newest `mostMailboxWords` stay. */
  putMailboxesOf(peerId: PeerId, instanceId: InstanceId, time: number, places: readonly MailboxPlace[]): boolean;
  forgetMailboxesOf(peerId: PeerId): void;
  /** Everybody who can be left something. */
  peopleWithMailbox(): readonly PeerId[];
  /** Everybody of whom a device said where something can be left, or that it can be nowhere. */
  peopleWithWord(): readonly PeerId[];

  /** Sealed, unacknowledged messages to this person that do not lie there, in the order they were sent. */
  due(peerId: PeerId, way: CarriedWay, query: DueQuery): readonly Outbound[];
  given(way: CarriedWay, cursors: readonly number[], to: Uint8Array, at: number): void;
  /** Nothing counts as given to this person any more. */
  giveAgain(peerId: PeerId): void;

  /** What stands there in the outbox, while it is sealed and not acknowledged. */
  waitingAt(cursor: number): Pick<Outbound, 'dialogId' | 'sequence'> & Pick<DialogKey, 'peerId'> | undefined;

  /** Control messages are on their way into a mailbox. */
  owe(peerId: PeerId, dialogs: readonly DialogKey['dialogId'][]): void;
  paid(peerId: PeerId): void;
  owed(): readonly DialogKey[];

  cardMail(): readonly CardMailRow[];
  cardMailFor(peerId: PeerId): CardMailRow | undefined;
  putCardMail(row: CardMailRow): void;
  removeCardMail(peerId: PeerId): void;

  /** For this person. */
  relayed(peerId: PeerId): readonly RelayedRow[];
  /** Words of contacts that go back to this device. */
  relayedBack(author: InstanceId): readonly RelayedRow[];
  /** Ids of what is carried for this device. */
  relayedFrom(author: InstanceId): readonly Uint8Array[];
  /** False where it is here already. */
  addRelayed(row: RelayedRow, back: boolean): boolean;
  removeRelayed(author: InstanceId, id: Uint8Array): void;
  relayedUsage(author: InstanceId): { readonly count: number; readonly bytes: number };
  /** Of that, what this person brought for it. */
  relayedBackUsage(author: InstanceId, peerId: PeerId): { readonly count: number; readonly bytes: number };
  /** Those that came before or after, Unix milliseconds. */
  removeRelayedOutside(from: number, to: number): void;
  removeRelayedFor(peerId: PeerId): void;
}
