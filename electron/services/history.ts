import type { ShiftReason } from '../../shared/model/keys';
import type { Message, MessageWay } from '../../shared/model/message';
import type { Content, MessageRef } from '../engine/dialog/content';
import type { DialogSink, RollbackReason } from '../engine/dialog/dialog-engine';
import type { DialogId, InstanceId, PeerId } from '../engine/ids';
import type { Clock, Random } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import type { EventHub } from './event-hub';
import type { FileOffer } from './files/offers';
import { fileOf } from './files/transfer-view';
import { newHandle } from './local-handle';
import { previewOf, previewOfName } from './message-preview';
import { messageViews, type WaitingRule } from './message-view';
import type { ProfileTalk } from './talk/of-profile';
import { toldPerConversation } from './waiting-news';
import { isTitleToTake } from './titles';
import type { ContactRow, ConversationRow, MessagePlace, MessageRow, RaisedMessage, Stores } from './ports';
import type { TransferRow } from './ports/transfers';

/** Where offered files are kept; both in the transaction that delivers the message. */
export interface HistoryFiles {
  /** Whether it can be shown as a file. */
  takes(peerId: PeerId, offer: FileOffer): boolean;
  offered(message: MessageRow, peerId: PeerId, offer: FileOffer): void;
  /** One of the own. */
  written(row: TransferRow): void;
}

/** Conversations that continue each other: more are made by nobody who means it. */
const longestChain = 1_000;

/**
 * Writes what the dialog engine reports into the history a person sees. The engine calls it inside its transaction,
 * so a message is delivered, recorded and acknowledged together or not at all (S1-42, A11).
 */
export class History implements DialogSink {
  readonly #stores: Stores;
  readonly #events: EventHub;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #newMessageId: () => string;
  readonly #waiting: WaitingRule;
  readonly #files: HistoryFiles | undefined;
  readonly #talk: () => Pick<ProfileTalk, 'heard' | 'changes' | 'disappearing' | 'typing' | 'together' | 'showsRead'>;
  readonly #onGap: (peerId: PeerId) => void;
  readonly #onResting: (peerId: PeerId, milliseconds: number) => void;
  readonly #onResealed: (peerId: PeerId) => void;
  readonly #onRolledBack: (news: { peerId: PeerId; reason: RollbackReason }) => void;

  constructor(parts: {
    stores: Stores;
    events: EventHub;
    clock: Clock;
    random: Random;
    newMessageId: () => string;
    waiting: WaitingRule;
    /** Without it no file can be offered. */
    files?: HistoryFiles;
    talk: () => Pick<ProfileTalk, 'heard' | 'changes' | 'disappearing' | 'typing' | 'together' | 'showsRead'>;
    /** The other side has later messages than one it misses. */
    onGap: (peerId: PeerId) => void;
    /** Unacknowledged messages have other bytes now. */
    onResting: (peerId: PeerId, milliseconds: number) => void;
    onResealed: (peerId: PeerId) => void;
    /** This device must become a new one before it sends anything. */
    onRolledBack: (news: { peerId: PeerId; reason: RollbackReason }) => void;
  }) {
    this.#stores = parts.stores;
    this.#events = parts.events;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#newMessageId = parts.newMessageId;
    this.#waiting = parts.waiting;
    this.#files = parts.files;
    this.#talk = parts.talk;
    this.#onGap = parts.onGap;
    this.#onResting = parts.onResting;
    this.#onResealed = parts.onResealed;
    this.#onRolledBack = parts.onRolledBack;
  }

  opened(dialog: { peerId: PeerId; dialogId: DialogId; title: string }): void {
    this.conversationFor(dialog.peerId, dialog.dialogId, dialog.title);
  }

  unseen({ peerId, dialogId, instanceId, sequence }: { peerId: PeerId; dialogId: DialogId; instanceId: InstanceId; sequence: number }): void {
    const row = this.#stores.conversations.byDialog(peerId, dialogId);
    if (row !== undefined) this.#stores.changes.addPlace(row.conversationId, { instanceId, sequence }, undefined);
  }

  titled({ peerId, dialogId, title, revision, by }: { peerId: PeerId; dialogId: DialogId; title: string; revision?: number; by?: InstanceId }): void {
    const row = this.conversationFor(peerId, dialogId, revision === undefined ? title : '');
    if (revision !== undefined && by !== undefined) {
      if (isTitleToTake(row, { title, revision, by })) this.#putConversation({ ...row, title, titled: { revision, by } });
    } else if (row.titled === undefined && row.title !== title) this.#putConversation({ ...row, title });
  }

  /** The other person is done with it. */
  closed({ peerId, dialogId }: { peerId: PeerId; dialogId: DialogId }): void {
    const row = this.#stores.conversations.byDialog(peerId, dialogId);
    if (row === undefined) return;
    if (row.state === 'open') this.#putConversation({ ...row, state: 'closed' });
    for (const message of this.#stores.messages.undelivered(row.conversationId).slice(-toldPerConversation)) this.#tellState(row, message);
  }

  delivered(message: {
    peerId: PeerId;
    dialogId: DialogId;
    instanceId: InstanceId;
    sequence: number;
    content: Content;
    original?: MessageRef & { readonly sentAt: number };
    maybeRepeat?: true;
    sentAt: number;
    receivedAt: number;
    keyEpoch: number;
  }): void {
    const conversation = this.conversationFor(message.peerId, message.dialogId, '');
    const { content, original } = message;
    const talk = this.#talk();
    if (talk.heard(conversation, message)) return;
    if (this.#isHere(conversation.conversationId, original ?? message, original !== undefined)) return;
    const offer = content.kind === 'file-offer' && this.#files?.takes(message.peerId, content) === true ? content : undefined;
    const said = content.kind === 'text' ? content : offer;
    const replyTo = said?.replyTo === undefined ? undefined : this.#placed(conversation.conversationId, said.replyTo);
    const row: MessageRow = {
      messageId: this.#newMessageId(),
      conversationId: conversation.conversationId,
      direction: 'in',
      instanceId: message.instanceId,
      sequence: message.sequence,
      kind: offer ? 'file' : said ? 'text' : 'unsupported',
      text: said?.text ?? '',
      ...(offer === undefined ? {} : { transferId: toHex(offer.transferId) }),
      ...(replyTo === undefined ? {} : { replyTo: replyTo.messageId }),
      sentAt: original?.sentAt ?? message.sentAt,
      receivedAt: message.receivedAt,
      state: 'delivered',
      keyEpoch: message.keyEpoch,
      ...(message.maybeRepeat === true ? { maybeRepeat: true } : {}),
      ...(original === undefined ? {} : { origin: { instanceId: original.instanceId, sequence: original.sequence } }),
      ...(said?.disappearAfter === undefined ? {} : { disappearAfter: said.disappearAfter }),
    };
    const state = this.#stores.messages.add(row);
    if (state === undefined) this.#compare(conversation, row); // another own device had it first, and told
    if (offer) this.#files?.offered(state === undefined ? (this.#stores.messages.bySequence(row.conversationId, row.instanceId, row.sequence) ?? row) : row, message.peerId, offer);
    if (state === undefined) return;
    const shown = talk.changes.arrived(conversation, row);
    // Said first: who waits for it need not read meanwhile that its conversation changed, too.
    for (const each of messageViews(this.#stores, [shown], () => undefined)) {
      this.#events.emit({ type: 'message.received', conversationId: conversation.conversationId, message: each });
    }
    this.#noteMessage(shown, message.receivedAt, state === 'read' ? 0 : 1);
    // Not within what may yet be rolled back: then nobody would hear that it ended.
    this.#events.after(() => talk.typing.ended(conversation.conversationId));
    if (row.disappearAfter !== undefined) talk.disappearing.begin(conversation.conversationId);
  }

  #beside({ transferId }: MessageRow): { file?: Message['file'] } {
    const transfer = transferId === undefined ? undefined : this.#stores.transfers.byId(transferId);
    return transfer ? { file: fileOf(transfer) } : {};
  }

  /** What the contact wrote counts, whatever was told of it: one of the own devices may have been in other hands. */
  #compare(conversation: ConversationRow, row: MessageRow): void {
    const { messages } = this.#stores;
    const told = messages.bySequence(row.conversationId, row.instanceId, row.sequence);
    if (told === undefined) return;
    // Changed since: what is told of that is compared when the change comes.
    if (told.direction === 'in' && told.sentAt === row.sentAt && (told.kind === 'deleted' || told.revision !== undefined)) return;
    if (told.direction === 'in' && told.kind === row.kind && told.text === row.text && told.sentAt === row.sentAt) {
      if (row.replyTo !== undefined && messages.answer(told.messageId, row.replyTo)) this.#events.emit({ type: 'messages.moved', conversationId: conversation.conversationId });
      return;
    }
    messages.replace({ ...row, messageId: told.messageId });
    this.#noteMessage(row, row.receivedAt ?? row.sentAt, told.direction === 'in' && told.state !== 'read' ? 0 : 1);
    this.#events.emit({ type: 'messages.moved', conversationId: conversation.conversationId });
  }

  /** Records a message of one's own beside its outbox row, in the caller's transaction. */
  written(row: MessageRow, file?: TransferRow): void {
    this.#stores.messages.add(row);
    if (file) this.#files?.written(file);
    this.#noteMessage(row, row.sentAt, 0);
  }

  acknowledged(range: { peerId: PeerId; dialogId: DialogId; instanceId: InstanceId; from: number; upTo: number; gap: boolean }): void {
    if (range.gap) this.#onGap(range.peerId);
    this.#raise(range.peerId, range.dialogId, range.instanceId, range.from, range.upTo, 'delivered');
  }

  /** Shown only to whoever tells theirs, too. What was told meanwhile is shown with the next word after they do. */
  read({ peerId, dialogId, instanceId, upTo }: { peerId: PeerId; dialogId: DialogId; instanceId: InstanceId; upTo: number }): void {
    const conversation = this.#talk().showsRead ? this.#stores.conversations.byDialog(peerId, dialogId) : undefined;
    const before = conversation && this.#stores.changes.lastRead(conversation.conversationId, instanceId);
    if (before !== undefined && before < upTo) this.#raise(peerId, dialogId, instanceId, before + 1, upTo, 'read');
  }

  /** Own messages of a stream left this device. */
  sent({ peerId, dialogId, instanceId, from, upTo, way }: { peerId: PeerId; dialogId: DialogId; instanceId: InstanceId; from: number; upTo: number; way: MessageWay }): void {
    const conversation = this.#stores.conversations.byDialog(peerId, dialogId);
    if (conversation === undefined) return;
    const changed = this.#stores.messages.setWay(conversation.conversationId, instanceId, from, upTo, way);
    for (const row of changed) this.#tellState(conversation, row);
    if (changed.length > 0) this.#talk().disappearing.begin(conversation.conversationId);
  }

  sealed(message: { peerId: PeerId; dialogId: DialogId; instanceId: InstanceId; sequence: number; keyEpoch: number }): void {
    const conversation = this.#stores.conversations.byDialog(message.peerId, message.dialogId);
    if (conversation === undefined) return;
    this.#stores.messages.setKeyEpoch(conversation.conversationId, message.instanceId, message.sequence, message.keyEpoch);
  }

  shifted(shift: {
    peerId: PeerId;
    dialogId: DialogId;
    who: 'you' | 'peer';
    from: number;
    to: number;
    reason: ShiftReason;
    at: number;
  }): void {
    if (this.#isRemoved(shift)) return;
    const row = this.#stores.conversations.byDialog(shift.peerId, shift.dialogId);
    // The key by which somebody is told that their dialog failed with its first message: there is nothing to be shown of it.
    if (row === undefined && shift.who === 'you') return;
    const { conversationId } = row ?? this.conversationFor(shift.peerId, shift.dialogId, '');
    const entry = { at: shift.at, who: shift.who, from: shift.from, to: shift.to, reason: shift.reason };
    this.#stores.keyEvents.add(conversationId, entry);
    this.#events.emit({ type: 'key.shifted', conversationId, ...entry });
  }

  resting({ peerId, milliseconds }: { peerId: PeerId; milliseconds: number }): void {
    this.#onResting(peerId, milliseconds);
  }

  resealed({ peerId }: { peerId: PeerId }): void {
    this.#onResealed(peerId);
  }

  /** What the window shows of a conversation's keys has changed. */
  problem({ peerId, dialogId }: { peerId: PeerId; dialogId?: DialogId }): void {
    const row = dialogId === undefined ? undefined : this.#stores.conversations.byDialog(peerId, dialogId);
    if (row !== undefined) this.#events.emit({ type: 'conversation.changed', conversationId: row.conversationId });
  }

  failed(dialog: { peerId: PeerId; dialogId: DialogId; reason: string }): void {
    const row = this.#stores.conversations.byDialog(dialog.peerId, dialog.dialogId);
    if (row === undefined) return;
    this.#putConversation({ ...row, state: 'failed', failure: dialog.reason });
    // Older ones are read again with the conversation that changed.
    for (const message of this.#stores.messages.undelivered(row.conversationId).slice(-toldPerConversation)) this.#tellState(row, message);
  }

  /** The other side goes on in this conversation where another one with it had failed. The first link holds. */
  continued(dialog: { peerId: PeerId; dialogId: DialogId; continues: DialogId }): void {
    const former = this.#stores.conversations.byDialog(dialog.peerId, dialog.continues);
    const row = this.conversationFor(dialog.peerId, dialog.dialogId, '');
    if (former === undefined || this.#leadsTo(row, former)) return;
    this.link(former, row);
  }

  /** Links lead from older to newer ones: whoever says otherwise makes no ring of them. */
  #leadsTo(from: ConversationRow, to: ConversationRow): boolean {
    let at: ConversationRow | undefined = from;
    for (let steps = 0; at !== undefined && steps < longestChain; steps += 1) {
      if (at.conversationId === to.conversationId) return true;
      at = at.continuedBy === undefined ? undefined : this.#stores.conversations.byId(at.continuedBy);
    }
    return at !== undefined;
  }

  link(former: ConversationRow, next: ConversationRow): void {
    if (next.continues === undefined) this.#putConversation({ ...next, continues: former.conversationId });
    if (former.continuedBy === undefined) this.#putConversation({ ...former, continuedBy: next.conversationId });
  }

  /** A message of one's own is said again elsewhere: `movedTo`. In the caller's transaction. */
  moved(message: MessageRow, conversation: ConversationRow, movedTo: string): void {
    this.#stores.messages.setMoved(message.messageId, movedTo);
    this.#tellState(conversation, { ...message, movedTo });
  }

  gap(gap: { peerId: PeerId; dialogId: DialogId }): void {
    if (this.#isRemoved(gap)) return;
    const { conversationId } = this.conversationFor(gap.peerId, gap.dialogId, '');
    this.#events.emit({ type: 'conversation.changed', conversationId });
  }

  /** A message written on the device this one was: the same row, at its new place, not delivered yet. */
  takenOver(message: { peerId: PeerId; dialogId: DialogId; from: MessageRef; instanceId: InstanceId; sequence: number; keyEpoch: number }): void {
    if (this.#isRemoved(message)) return;
    const { conversationId } = this.conversationFor(message.peerId, message.dialogId, '');
    this.#stores.messages.move(conversationId, message.from, message, message.keyEpoch);
    this.#stores.changes.movePlace(conversationId, message.from, message);
    this.#events.emit({ type: 'conversation.changed', conversationId });
  }

  /** One calm line: from here on this is another device. */
  renewed({ peerId, dialogId, from, at }: { peerId: PeerId; dialogId: DialogId; from: number; at: number }): void {
    if (this.#isRemoved({ peerId, dialogId })) return;
    const { conversationId } = this.conversationFor(peerId, dialogId, '');
    const entry = { at, who: 'you', from, to: 1, reason: 'devices' } as const;
    this.#stores.keyEvents.add(conversationId, entry);
    this.#events.emit({ type: 'key.shifted', conversationId, ...entry });
    this.#events.emit({ type: 'conversation.changed', conversationId });
  }

  rolledBack(news: { peerId: PeerId; reason: RollbackReason }): void {
    this.#onRolledBack(news);
  }

  /** The conversation of a dialog, made on the first message received (no conversation exists before). */
  conversationFor(peerId: PeerId, dialogId: DialogId, title: string): ConversationRow {
    const existing = this.#stores.conversations.byDialog(peerId, dialogId);
    if (existing !== undefined) return existing;
    const contact = this.#contactOf(peerId);
    const row: ConversationRow = {
      conversationId: newHandle(this.#random),
      contactId: contact.contactId,
      peerId,
      dialogId,
      title,
      state: 'open',
      createdAt: this.#clock.now(),
      unread: 0,
    };
    this.#putConversation(row);
    this.#talk().together.came(row);
    return row;
  }

  /** The word that it is closed still needs keys; nobody is told of them. */
  #isRemoved({ peerId, dialogId }: { peerId: PeerId; dialogId: DialogId }): boolean {
    return this.#stores.conversations.isRemoved(peerId, dialogId);
  }

  /** The message of this place, also when another device sent it again. */
  #placed(conversationId: string, place: MessagePlace): MessageRow | undefined {
    const { messages } = this.#stores;
    return messages.bySequence(conversationId, place.instanceId, place.sequence) ?? messages.byOrigin(conversationId, place.instanceId, place.sequence);
  }

  /**
   * Two copies of one device may send the same message again, and it may have come before: the time it was written
   * tells it from any other at its place.
   */
  #isHere(conversationId: string, { instanceId, sequence, sentAt }: MessagePlace & { readonly sentAt: number }, isAgain: boolean): boolean {
    const { messages } = this.#stores;
    const again = messages.byOrigin(conversationId, instanceId, sequence);
    const first = isAgain ? messages.bySequence(conversationId, instanceId, sequence) : undefined;
    return [again, first].some((row) => row?.direction === 'in' && row.sentAt === sentAt);
  }

  #contactOf(peerId: PeerId): ContactRow {
    const contact = this.#stores.contacts.byPeer(peerId);
    // The engine lets only contacts open dialogs; a missing row would be a fault of ours.
    if (contact === undefined) throw new Error('a dialog without a contact');
    return contact;
  }

  #raise(peerId: PeerId, dialogId: DialogId, instanceId: InstanceId, from: number, upTo: number, state: 'delivered' | 'read'): void {
    const conversation = this.#stores.conversations.byDialog(peerId, dialogId);
    if (conversation === undefined) return;
    const { conversationId } = conversation;
    const raised = this.#stores.messages.raiseState(conversationId, instanceId, from, upTo, state);
    for (const row of raised) this.#tellState(conversation, row);
    if (raised.length > 0) this.#talk().disappearing.begin(conversationId);
  }

  #tellState({ peerId, conversationId }: ConversationRow, row: RaisedMessage): void {
    const waitingFor = this.#waiting(peerId, row);
    this.#events.emit({
      type: 'message.state',
      conversationId,
      messageId: row.messageId,
      state: row.state,
      ...(waitingFor === undefined ? {} : { waitingFor }),
      ...(row.way === undefined ? {} : { way: row.way }),
      ...(row.movedTo === undefined ? {} : { movedTo: row.movedTo }),
    });
  }

  /** The list shows the newest message. */
  #noteMessage(row: MessageRow, at: number, unread: number): void {
    const { conversationId } = row;
    const preview = previewOf(row.text) || previewOfName(this.#beside(row).file?.name ?? '');
    this.#stores.conversations.noteMessage(conversationId, { at, preview, own: row.direction === 'out', unread });
    this.#talk().together.said(conversationId);
    this.#events.emit({ type: 'conversation.changed', conversationId });
  }

  #putConversation(row: ConversationRow): void {
    this.#stores.conversations.put(row);
    this.#events.emit({ type: 'conversation.changed', conversationId: row.conversationId });
  }
}
