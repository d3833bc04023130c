import type { PeerId } from '../../engine/ids';
import type { Logger } from '../../engine/ports';
import type { EventHub } from '../event-hub';
import type { ConversationRow, ConversationStore } from '../ports';

/** Conversations that stand in each other: more are made by nobody who means it. */
const longest = 1_000;

type Known = Pick<ConversationStore, 'byId' | 'ofPeer'>;

/**
 * The conversation in which this one is shown: itself, or the one that took it in. One that failed stands alone, and what went on
 * after it is a conversation of its own.
 */
export function shownIn(conversations: Pick<ConversationStore, 'byId'>, row: ConversationRow): ConversationRow {
  let at = row;
  for (let steps = 0; at.continuedBy !== undefined && at.state !== 'failed' && steps < longest; steps += 1) {
    const next = conversations.byId(at.continuedBy);
    if (next === undefined || next.state === 'failed') break;
    at = next;
  }
  return at;
}

/** What is shown as one with this conversation, which comes first. */
export function shownTogether(conversations: Known, row: ConversationRow): readonly [ConversationRow, ...ConversationRow[]] {
  const first = shownIn(conversations, row);
  // Whoever took another one in knows of one.
  if (first.continues === undefined) return [first];
  return [first, ...conversations.ofPeer(first.peerId).filter((each) => each.conversationId !== first.conversationId && shownIn(conversations, each).conversationId === first.conversationId)];
}

/** As one: the line in the list, what is not read, and what was chosen for it. */
export function asOne([first, ...others]: readonly [ConversationRow, ...ConversationRow[]]): ConversationRow {
  if (others.length === 0) return first;
  const { continues, ...alone } = first;
  // What stands in it is nothing it goes on from.
  const begin: ConversationRow = others.some(({ conversationId }) => conversationId === continues) ? alone : first;
  return others.reduce<ConversationRow>((one, other) => {
    const later = (other.lastMessageAt ?? 0) > (one.lastMessageAt ?? 0) ? other : one;
    const timers = [one.disappearAfter ?? 0, other.disappearAfter ?? 0].filter((seconds) => seconds > 0);
    return {
      ...one,
      newestOwn: later.newestOwn,
      markedUnread: one.markedUnread ?? other.markedUnread,
      unread: one.unread + other.unread,
      createdAt: Math.min(one.createdAt, other.createdAt),
      ...(later.lastMessageAt !== undefined && { lastMessageAt: later.lastMessageAt }),
      ...(later.preview !== undefined && { preview: later.preview }),
      ...(timers.length > 0 && { disappearAfter: Math.min(...timers) }),
    };
  }, begin);
}

export interface TogetherParts {
  readonly conversations: Known & Pick<ConversationStore, 'put'>;
  readonly events: Pick<EventHub, 'emit' | 'showAs'>;
  readonly commit: <T>(work: () => T) => T;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * A person has one conversation without a title. Where both people, or two devices of one, began one at the same moment, the one with
 * the smaller dialog id takes the other in: both sides and all devices come to the same without a word. The dialogs stay two, each with
 * its keys; an answer to a message goes into the dialog of that message, everything else into the one that took the other in.
 */
export class Together {
  readonly #parts: TogetherParts;
  /** Nothing is to be decided for these until another one comes. */
  readonly #settled = new Set<string>();
  readonly #due = new Set<PeerId>();
  #turn: NodeJS.Immediate | undefined;
  #unmap: (() => void) | undefined;

  constructor(parts: TogetherParts) {
    this.#parts = parts;
  }

  start(): void {
    const { conversations, events } = this.#parts;
    this.#unmap = events.showAs((conversationId) => {
      const row = conversations.byId(conversationId);
      return row === undefined ? conversationId : shownIn(conversations, row).conversationId;
    });
  }

  close(): void {
    if (this.#turn) clearImmediate(this.#turn);
    this.#turn = undefined;
    this.#due.clear();
    this.#unmap?.();
  }

  /** There is another conversation with this person. */
  came({ peerId }: ConversationRow): void {
    this.#settled.clear();
    this.#soon(peerId);
  }

  /** Something was said there, by whomever. */
  said(conversationId: string): void {
    if (this.#settled.has(conversationId)) return;
    this.#settled.add(conversationId);
    const row = this.#parts.conversations.byId(conversationId);
    if (row && isPlain(row)) this.#soon(row.peerId);
  }

  /** Not in the turn in which it came: what it continues, where it does, comes right behind its title. */
  #soon(peerId: PeerId): void {
    this.#due.add(peerId);
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      const due = [...this.#due];
      this.#due.clear();
      for (const each of due) this.#tryJoin(each);
    });
  }

  /** What the disk does not take is decided with what is said next. */
  #tryJoin(peerId: PeerId): void {
    try {
      this.#join(peerId);
    } catch (error) {
      this.#settled.clear();
      this.#parts.logger.warn('conversation.not-joined', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  #join(peerId: PeerId): void {
    const { conversations, commit } = this.#parts;
    const separate = conversations.ofPeer(peerId).filter((row) => row.state === 'open' && row.continuedBy === undefined && isPlain(row) && !followsFailed(conversations, row));
    if (separate.length < 2) return;
    const [first, ...others] = separate.sort((one, other) => (one.dialogId < other.dialogId ? -1 : 1));
    if (first) commit(() => others.reduce((taker, other) => this.#takeIn(taker, other), first));
  }

  #takeIn(taker: ConversationRow, other: ConversationRow): ConversationRow {
    const { conversations, events } = this.#parts;
    const { draft, pinned, markedUnread, mutedUntil, ...rest } = other;
    const now: ConversationRow = {
      ...taker,
      continues: taker.continues ?? other.conversationId,
      ...(taker.draft === undefined && draft !== undefined && { draft }),
      ...(pinned === true && { pinned }),
      ...(markedUnread === true && { markedUnread }),
      ...(mutedUntil !== undefined && { mutedUntil: Math.max(mutedUntil, taker.mutedUntil ?? 0) }),
    };
    conversations.put(now);
    conversations.put({ ...rest, continuedBy: taker.conversationId });
    for (const { conversationId } of [now, other]) events.emit({ type: 'conversation.changed', conversationId });
    return now;
  }
}

/** Nobody gave it a title, at any time. */
export function isPlain({ title, titled }: ConversationRow): boolean {
  return title === '' && titled === undefined;
}

function followsFailed(conversations: Known, { continues }: ConversationRow): boolean {
  return continues !== undefined && conversations.byId(continues)?.state === 'failed';
}
