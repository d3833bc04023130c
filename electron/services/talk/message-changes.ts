import { isEmoji } from '../../../shared/model/emoji';
import type { Content, MessageRef } from '../../engine/dialog/content';
import type { Clock } from '../../engine/ports';
import type { EventHub } from '../event-hub';
import { messageViews, type WaitingRule } from '../message-view';
import type { ConversationRow, MessagePlace, MessageRow, Stores } from '../ports';
import type { EarlyChange } from '../ports/changes';
import type { ReactionWord } from '../ports/reactions';
import type { Replica } from '../replication/replica';
import { areFormer } from '../replication/kinds/former-words';
import { messageKey } from '../replication/kinds/values';
import { purgeBehind } from '../purge-behind';
import { previewOfNewest } from './line';

export type Change = Extract<Content, { kind: 'edit' | 'delete' | 'reaction' }>;

/** Words of one side about one message, taken back ones included: whoever sends more says nothing that is shown. */
export const mostWords = 32;
/** What was erased is overwritten in the files this long after, together with what else was meanwhile. */
const purgeMs = 5_000;
/** What the own devices tell each other of one message; what other ones said stands in the log as they signed it. */
const toldKinds = ['message', 'change', 'file', 'called-off'] as const;
/** Those of them that hold its words. */
const formerKinds = ['message', 'change'] as const;
const nothing = new Uint8Array(0);
const yes = Uint8Array.of(1);

/** What is known of a message beyond how it came, as own devices tell it each other. */
export interface ToldChange {
  readonly deleted: boolean;
  /** 0: never edited. */
  readonly revision: number;
  readonly text: string;
  readonly editedAt?: number;
  readonly words: readonly ReactionWord[];
}

export interface MessageChangesParts {
  readonly stores: Stores;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly waiting: WaitingRule;
  readonly replica: () => Replica;
}

/**
 * What becomes of messages that are there: edits, reactions, deletions. Every rule gives the same in whatever order the words come, and whichever own
 * device hears them: an edit or reaction with a higher revision is later, a deletion ends everything, and what comes before its message waits for it.
 * All of it runs in the caller's transaction.
 */
export class MessageChanges {
  readonly #parts: MessageChangesParts;
  /** False: nothing waits for its message for certain. */
  #early: boolean;
  #cancelPurge: (() => void) | undefined;

  constructor(parts: MessageChangesParts) {
    this.#parts = parts;
    this.#early = parts.stores.changes.hasEarly();
  }

  /** What the other person said about a message. They change their own only, and put reactions to any. */
  heard(conversation: ConversationRow, { instanceId, sequence, content, sentAt }: MessagePlace & { readonly content: Change; readonly sentAt: number }): void {
    const { stores } = this.#parts;
    const { conversationId } = conversation;
    stores.changes.addPlace(conversationId, { instanceId, sequence }, undefined);
    if (content.kind === 'reaction' && !isEmoji(content.emoji)) return;
    const change = earlyOf(content, sentAt);
    const row = this.placed(conversationId, content.target);
    if (row === undefined) {
      if (this.#isPast(conversation, content.target) || this.#isErased(conversation, content.target)) return;
      this.#early = true;
      return stores.changes.putEarly(conversationId, content.target, change);
    }
    this.#apply(conversation, row, change);
  }

  /** A message came: what was said about it before is done to it. Gives it as it is then. */
  arrived(conversation: ConversationRow, row: MessageRow): MessageRow {
    if (!this.#early) return row;
    const { changes, messages } = this.#parts.stores;
    const places = row.origin === undefined ? [row] : [row, row.origin];
    const waited = places.flatMap((place) => changes.takeEarly(row.conversationId, place));
    for (const change of waited) this.#apply(conversation, messages.byId(row.messageId) ?? row, change, true);
    return waited.length === 0 ? row : (messages.byId(row.messageId) ?? row);
  }

  /** The own side's word, with the place of the message that says it. */
  own(conversation: ConversationRow, row: MessageRow, content: Change, sent: MessagePlace & { readonly sentAt: number }): void {
    const { changes, reactions, dialogs } = this.#parts.stores;
    changes.addPlace(conversation.conversationId, sent, row.messageId);
    if (content.kind === 'edit') this.#edit(row, content.revision, content.text, sent.sentAt);
    else if (content.kind === 'delete') this.#takeBack(conversation, row);
    else reactions.put(row.messageId, { by: 'me', emoji: content.emoji, revision: content.revision, removed: content.remove, at: sent.sentAt });
    // A word about what is gone says nothing of it.
    if (content.kind === 'delete') dialogs.eraseOutbox({ ...conversation, instanceId: sent.instanceId }, sent.sequence);
    this.#changed(conversation, row.messageId);
  }

  /** What another own device knows of a message. False: the message is not here. */
  merge(conversation: ConversationRow, place: MessagePlace, told: ToldChange): boolean {
    const row = this.placed(conversation.conversationId, place);
    if (row === undefined) return this.#isErased(conversation, place);
    let isNews = false;
    if (told.deleted) isNews = this.#takeBack(conversation, row);
    else {
      isNews = told.revision > 0 && this.#edit(row, told.revision, told.text, told.editedAt ?? row.sentAt);
      if (row.kind !== 'deleted') for (const word of told.words) if (isEmoji(word.emoji)) isNews = this.#react(row, word) || isNews;
    }
    if (isNews) this.#tell(conversation, row.messageId);
    // What that device says is not kept where it holds former words: this one says what else is in it.
    const now = this.#parts.stores.messages.byId(row.messageId);
    if (now && areFormer(now, told)) this.#say(conversation, row);
    return true;
  }

  /** A message that came without the name of its file has it now. */
  named(conversationId: string): void {
    if (this.#parts.stores.conversations.byId(conversationId)?.preview === '') this.#showNewest(conversationId, 0);
  }

  /** Undefined: nothing was done to it. */
  told(row: MessageRow): ToldChange | undefined {
    const words = this.#parts.stores.reactions.words(row.messageId);
    const { revision = 0, editedAt } = row;
    if (row.kind !== 'deleted' && revision === 0 && words.length === 0) return undefined;
    return { deleted: row.kind === 'deleted', revision, text: revision === 0 ? '' : row.text, ...(editedAt !== undefined && { editedAt }), words };
  }

  /**
   * Messages go from here, and from the other own devices: because the person said so (`erased`) or because their time is over (`expired`). Nothing
   * brings them back there.
   */
  erase(rows: readonly MessageRow[], why: 'erased' | 'expired', tellSiblings = true): void {
    const { stores, events, replica } = this.#parts;
    const byConversation = new Map<string, MessageRow[]>();
    const edited = new Set(stores.edits.list().map(({ messageId }) => messageId));
    for (const row of rows) {
      const together = byConversation.get(row.conversationId) ?? [];
      together.push(row);
      byConversation.set(row.conversationId, together);
    }
    for (const [conversationId, together] of byConversation) {
      const conversation = stores.conversations.byId(conversationId);
      if (conversation === undefined) continue;
      for (const row of together) {
        this.#eraseContent(conversation, row);
        stores.changes.remove(row.messageId);
        if (why === 'expired') this.ended(conversationId, row);
        if (tellSiblings && replica().isAwaited) replica().sayAfter(why, messageKey({ ...conversation, instanceId: row.instanceId }, row.sequence), yes);
      }
      const unread = together.filter(({ direction, state }) => direction === 'in' && state !== 'read').length;
      this.#showNewest(conversationId, unread);
      // At the end of a time behind a lock no window knows of the edit.
      const lostEdit = together.some(({ messageId }) => edited.has(messageId));
      events.emit({ type: 'messages.removed', conversationId, messageIds: together.map(({ messageId }) => messageId), ...(lostEdit && { lostEdit }) });
    }
  }

  /** The time of what stands here, or would, was over: nobody brings it back, however long they were away. */
  ended(conversationId: string, place: MessagePlace & Pick<MessageRow, 'origin'>): void {
    for (const each of [place, ...(place.origin ? [place.origin] : [])]) {
      this.#parts.stores.changes.addEnded(conversationId, each);
      this.neverComes(conversationId, each);
    }
  }

  /** What waits there for its message waits in vain, and may say what it was changed to. */
  neverComes(conversationId: string, place: MessagePlace): void {
    if (this.#early && this.#parts.stores.changes.takeEarly(conversationId, place).length > 0) this.#purgeSoon();
  }

  /** The message of this place, also when another device sent it again. */
  placed(conversationId: string, { instanceId, sequence }: MessageRef): MessageRow | undefined {
    const { messages } = this.#parts.stores;
    return messages.bySequence(conversationId, instanceId, sequence) ?? messages.byOrigin(conversationId, instanceId, sequence);
  }

  close(): void {
    if (this.#cancelPurge === undefined) return;
    this.#cancelPurge();
    this.#cancelPurge = undefined;
    this.#parts.stores.purge();
  }

  /** That place was passed: whatever stood there is gone from here, and what is said of it is kept for nobody. */
  #isPast({ peerId, dialogId }: ConversationRow, { instanceId, sequence }: MessageRef): boolean {
    const { dialogs } = this.#parts.stores;
    const stream = { peerId, dialogId, instanceId };
    return (dialogs.findReceiving(stream)?.cumulative ?? 0) >= sequence || (dialogs.findSending(stream)?.nextSequence ?? 0) > sequence;
  }

  #apply(conversation: ConversationRow, row: MessageRow, change: EarlyChange, isArriving = false): void {
    const { what, revision, text, removed, at } = change;
    // Nobody changes what somebody else wrote.
    if (what !== 'reaction' && row.direction !== 'in') return;
    const isNews = what === 'edit'
      ? this.#edit(row, revision, text, at)
      : what === 'delete'
        ? this.#takeBack(conversation, row)
        : this.#react(row, { by: 'them', emoji: text, revision, removed, at });
    if (!isNews) return;
    if (isArriving) this.#say(conversation, row);
    else this.#changed(conversation, row.messageId);
  }

  #edit(row: MessageRow, revision: number, text: string, at: number): boolean {
    const known = row.revision ?? 0;
    // Two devices of one person may count the same: which of the two counts is the same everywhere.
    const isLater = revision > known || (revision === known && text > row.text);
    if (!isLater || (row.kind !== 'text' && row.kind !== 'file')) return false;
    const { stores, replica } = this.#parts;
    stores.changes.put({ ...row, text, editedAt: at, revision });
    const conversation = replica().isOn ? stores.conversations.byId(row.conversationId) : undefined;
    // The former words stand in what other own devices said of it.
    if (conversation) for (const kind of formerKinds) replica().sift(kind, messageKey({ ...conversation, instanceId: row.instanceId }, row.sequence));
    this.#purgeSoon();
    return true;
  }

  #takeBack(conversation: ConversationRow, row: MessageRow): boolean {
    if (row.kind === 'deleted') return false;
    const { messageId, revision } = row;
    this.#eraseContent(conversation, row);
    this.#parts.stores.changes.put({ messageId, kind: 'deleted', text: '', ...(revision !== undefined && { revision }) });
    // What others said of it is not passed on any more: from here on this device says that there is such a message.
    const { replica } = this.#parts;
    if (replica().isOn) replica().sayAfter('message', messageKey({ ...conversation, instanceId: row.instanceId }, row.sequence), nothing);
    return true;
  }

  #react(row: MessageRow, word: ReactionWord): boolean {
    const { reactions } = this.#parts.stores;
    if (row.kind !== 'text' && row.kind !== 'file') return false;
    const words = reactions.words(row.messageId).filter(({ by }) => by === word.by);
    if (words.length >= mostWords && !words.some(({ emoji }) => emoji === word.emoji)) return false;
    return reactions.put(row.messageId, word);
  }

  /** Also what is kept so that it can be asked for again (protocol.md §7): of it, and of what it was changed to. */
  #eraseContent(conversation: ConversationRow, row: MessageRow): void {
    const { dialogs, changes, replica } = this.#parts.stores;
    const { peerId, dialogId } = conversation;
    const places: MessagePlace[] = [row, ...(row.origin ? [row.origin] : [])];
    for (const { instanceId, sequence } of places) replica.forget(toldKinds, messageKey({ peerId, dialogId, instanceId }, sequence));
    if (row.direction === 'out') {
      for (const { instanceId, sequence } of [...places, ...changes.placesOf(row.messageId)]) dialogs.eraseOutbox({ peerId, dialogId, instanceId }, sequence);
    }
    this.#purgeSoon();
  }

  #changed(conversation: ConversationRow, messageId: string): void {
    const row = this.#tell(conversation, messageId);
    if (row) this.#say(conversation, row);
  }

  #tell(conversation: ConversationRow, messageId: string): MessageRow | undefined {
    const { stores, events, waiting } = this.#parts;
    const row = stores.messages.byId(messageId);
    const [message] = row ? messageViews(stores, [row], (each) => waiting(conversation.peerId, each)) : [];
    if (message) events.emit({ type: 'message.changed', conversationId: conversation.conversationId, message });
    this.#showNewest(conversation.conversationId, 0);
    return row;
  }

  #say(conversation: ConversationRow, { instanceId, sequence }: MessagePlace): void {
    const { replica } = this.#parts;
    if (replica().isOn) replica().sayAfter('change', messageKey({ ...conversation, instanceId }, sequence), nothing);
  }

  /** The line of the list says what the newest message says now. */
  #showNewest(conversationId: string, fewerUnread: number): void {
    const { stores, events } = this.#parts;
    const conversation = stores.conversations.byId(conversationId);
    if (conversation === undefined) return;
    const [newest] = stores.messages.page(conversationId, undefined, 1);
    const preview = previewOfNewest(stores, newest);
    const draft = this.#draftOf(conversation);
    // Without words it may be another message by now, or be another kind of one.
    const newestOwn = newest?.direction === 'out' || undefined;
    if (preview === conversation.preview && newestOwn === conversation.newestOwn && preview !== '' && fewerUnread === 0 && draft === conversation.draft) return;
    const { preview: _before, draft: _written, ...rest } = conversation;
    stores.conversations.put({ ...rest, newestOwn, ...(preview !== undefined && { preview }), ...(draft && { draft }), unread: Math.max(0, conversation.unread - fewerUnread) });
    events.emit({ type: 'conversation.changed', conversationId });
  }

  /** What is written stays, also where the message that it was to answer is gone. */
  #draftOf({ draft }: ConversationRow): ConversationRow['draft'] {
    if (draft?.replyTo === undefined || this.#parts.stores.messages.byId(draft.replyTo) !== undefined) return draft;
    return draft.text === '' ? undefined : { text: draft.text };
  }

  #isErased(conversation: ConversationRow, { instanceId, sequence }: MessagePlace): boolean {
    return wasErased(this.#parts, conversation, { instanceId, sequence });
  }

  #purgeSoon(): void {
    const { clock } = this.#parts;
    this.#cancelPurge ??= clock.setTimer(purgeMs, () => {
      this.#cancelPurge = undefined;
      purgeBehind(this.#parts.stores);
    });
  }
}

/** Whether an own device said that this message is gone, or its time was over here. */
export function wasErased({ stores, replica }: Pick<MessageChangesParts, 'replica'> & { readonly stores: Pick<Stores, 'changes'> }, conversation: ConversationRow, { instanceId, sequence }: MessagePlace): boolean {
  const key = messageKey({ ...conversation, instanceId }, sequence);
  return replica().find('erased', key) !== undefined || replica().find('expired', key) !== undefined || stores.changes.isEnded(conversation.conversationId, { instanceId, sequence });
}

function earlyOf(content: Change, at: number): EarlyChange {
  if (content.kind === 'delete') return { what: 'delete', revision: 0, text: '', removed: false, at };
  const { revision } = content;
  if (content.kind === 'edit') return { what: 'edit', revision, text: content.text, removed: false, at };
  return { what: 'reaction', revision, text: content.emoji, removed: content.remove, at };
}
