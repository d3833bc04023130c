import type { PeerId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';
import type { SessionItem } from '../../engine/session/session';
import { dialogIdFromBytes, id16ToBytes } from '../../engine/wire/ids';
import { Writer } from '../../engine/wire/writer';
import type { EventHub } from '../event-hub';
import type { ConversationRow, Stores } from '../ports';
import { SlidingLimit } from '../sliding-limit';

/** Whoever still writes says so again after this long; the other side believes it for `believedMs`. */
const repeatMs = 4_000;
const believedMs = 10_000;
/** Changes of one person that clients hear of within ten seconds: faster ones are no typing. */
const mostChanges = 20;

export interface TypingParts {
  readonly stores: Stores;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly isWanted: () => boolean;
  /** To every device of this person that is connected; nothing without one. */
  readonly tell: (peerId: PeerId, item: SessionItem) => void;
}

/** Who is writing now, both ways. Said on live sessions only and kept nowhere: it is of no use a moment later. */
export class Typing {
  readonly #parts: TypingParts;
  /** When it was last said that something is being written. */
  readonly #said = new Map<string, number>();
  readonly #heard = new Map<string, () => void>();
  readonly #limits = new Map<PeerId, SlidingLimit>();

  constructor(parts: TypingParts) {
    this.#parts = parts;
  }

  /** The own person writes, or stopped. Said to a contact who agreed, and only when both sides may know. */
  say({ conversationId, peerId, dialogId, state, contactId }: ConversationRow, isTyping: boolean): void {
    const { stores, clock, tell, isWanted } = this.#parts;
    const contact = stores.contacts.byId(contactId);
    if (!isWanted() || state !== 'open' || contact === undefined || contact.blocked || contact.relation !== 'mutual') return;
    const before = this.#said.get(conversationId);
    const now = clock.monotonic();
    if (isTyping ? before !== undefined && now - before < repeatMs : before === undefined) return;
    if (isTyping) this.#said.set(conversationId, now);
    else this.#said.delete(conversationId);
    tell(peerId, { kind: 'typing', bytes: new Writer(17).fixed(id16ToBytes(dialogId)).u8(isTyping ? 1 : 0).finish() });
  }

  /** A message was sent: the other side knows that nothing is being written any more. */
  sent(conversationId: string): void {
    this.#said.delete(conversationId);
  }

  /** What a contact's device said: 17 bytes. Of a conversation that is not here, or from somebody who may not write, it is nothing. */
  heard(peerId: PeerId, bytes: Uint8Array): void {
    const { stores, isWanted } = this.#parts;
    const flag = bytes[16];
    if (!isWanted() || flag === undefined || flag > 1) return;
    const conversation = stores.conversations.byDialog(peerId, dialogIdFromBytes(bytes.subarray(0, 16)));
    const contact = conversation && stores.contacts.byId(conversation.contactId);
    if (conversation?.state !== 'open' || contact?.blocked !== false || !contact.permissions.message) return;
    if (flag === 0) return this.ended(conversation.conversationId);
    this.#begin(peerId, conversation.conversationId);
  }

  /** A message of theirs came, or the conversation is no more. */
  ended(conversationId: string): void {
    const cancel = this.#heard.get(conversationId);
    if (cancel === undefined) return;
    cancel();
    this.#heard.delete(conversationId);
    this.#parts.events.emit({ type: 'contact.typing', conversationId, typing: false });
  }

  /** Whoever is not connected any more writes nothing. */
  gone(peerId: PeerId): void {
    for (const { conversationId } of this.#heard.size === 0 ? [] : this.#parts.stores.conversations.ofPeer(peerId)) this.ended(conversationId);
  }

  close(): void {
    for (const cancel of this.#heard.values()) cancel();
    this.#heard.clear();
  }

  #begin(peerId: PeerId, conversationId: string): void {
    const { events, clock } = this.#parts;
    const before = this.#heard.get(conversationId);
    if (before === undefined) {
      const limit = this.#limits.get(peerId) ?? new SlidingLimit(clock, mostChanges, believedMs);
      this.#limits.set(peerId, limit);
      if (!limit.take()) return;
    }
    before?.();
    this.#heard.set(conversationId, clock.setTimer(believedMs, () => this.ended(conversationId)));
    if (before === undefined) events.emit({ type: 'contact.typing', conversationId, typing: true });
  }
}
