import type { Clock } from '../../engine/ports';
import { erasing } from '../conversation-removal';
import type { EventHub } from '../event-hub';
import { messageViews, type WaitingRule } from '../message-view';
import type { ConversationRow, MessageRow, Stores } from '../ports';
import type { TimerChange } from '../ports/changes';
import type { Replica } from '../replication/replica';
import { dialogKey } from '../replication/kinds/values';
import { Slice } from '../slice';

const nothing = new Uint8Array(0);
/** How long the clock of the machine is left unwatched while something is to disappear. */
const longestMs = 30_000;
/** When what a disk did not take is tried again: what is over is over meanwhile, too, and one that failed takes nothing until the profile is opened anew. */
const againMs = 5_000;
/** So many slices before anything is asked for: of more, the rest goes between everything else, and `isOver` keeps it from being shown. */
const slicesAtStart = 2;
/** A clock that is behind by less has not been set: it ticks unevenly. */
const unevenMs = 1_000;
/** Of what another own device tells, its clock is believed to be off by no more. */
const otherClockMs = 2 * 60_000;
/** Looks of one transaction, which may be undone as a whole: one for each millisecond. */
const looksKept = 256;
/** How far above the known number that of another word may be: nobody says a last word. */
const farthest = 65_535;
const lastRevision = 0xffff_ffff;

/** Who said so and when may be unknown: another own device heard it before that was told. */
type Told = Pick<TimerChange, 'seconds' | 'revision'> & Partial<Pick<TimerChange, 'by' | 'at'>>;

export interface DisappearingParts {
  readonly stores: Stores;
  readonly events: EventHub;
  readonly clock: Clock;
  readonly waiting: WaitingRule;
  readonly replica: () => Replica;
  readonly commit: <T>(work: () => T) => T;
  /** The same, not waiting for the disk. */
  readonly commitBehind: <T>(work: () => T) => T;
  readonly erase: (rows: readonly MessageRow[]) => void;
}

/**
 * Messages whose time is over go. A message brings its time along; its clock starts here when this person read it, or, of an own one, when it was
 * handed over. It never ends later than it was to because the program was closed or the clock of the machine was set back: what that clock said last
 * is written down, and every end moves with it.
 */
export class Disappearing {
  readonly #parts: DisappearingParts;
  /** What the clock said, and when that was, newest first. */
  #looks: readonly { readonly wall: number; readonly monotonic: number }[];
  #cancel: (() => void) | undefined;
  #closed = false;
  #isBehind = false;
  readonly #slice = new Slice(erasing.aim, erasing.first, erasing.most);

  constructor(parts: DisappearingParts) {
    this.#parts = parts;
    // How long nobody looked is not known: a clock behind what it said then counts from there.
    this.#looks = [{ wall: parts.stores.changes.seenTime() ?? parts.clock.now(), monotonic: parts.clock.monotonic() }];
  }

  /** What ended while nobody was here goes before anything is shown, or is not shown until it does. */
  start(): void {
    for (let left = slicesAtStart; left > 0 && this.#tick(); left -= 1);
  }

  /** Whether there may be messages whose time is over. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Whether the time of this one is. */
  isOver({ disappearsAt }: Pick<MessageRow, 'disappearsAt'>): boolean {
    return disappearsAt !== undefined && disappearsAt <= this.#now();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  /** Seconds after which what is written from here on disappears; 0: it stays. Gives the revision of that word, which the other side is told. In the caller's transaction. */
  choose(conversation: ConversationRow, seconds: number): number {
    const revision = Math.min((conversation.disappearRevision ?? 0) + 1, lastRevision);
    this.#put(conversation, { seconds, revision, by: 'me', at: this.#now() });
    return revision;
  }

  /** The other person's word about that. */
  heard(conversation: ConversationRow, seconds: number, revision: number): void {
    if (revision <= (conversation.disappearRevision ?? 0) + farthest) this.merge(conversation, { seconds, revision, by: 'them', at: this.#now() });
  }

  /** What another own device knows of that: the later word counts, and of two at once the one that keeps less. */
  merge(conversation: ConversationRow, change: Told): void {
    const { seconds, revision } = change;
    const known = conversation.disappearRevision ?? 0;
    if (revision < known || (revision === known && kept(seconds) >= kept(conversation.disappearAfter ?? 0))) return;
    this.#put(conversation, change);
  }

  /** Messages of this conversation were read, or handed over: those with a time have begun theirs. In the caller's transaction. */
  begin(conversationId: string): void {
    const { stores, events, waiting } = this.#parts;
    // A clock that was set back meanwhile moves what was there before, not what begins now.
    const begun = stores.changes.startClocks(conversationId, () => this.#watch());
    const conversation = begun.length === 0 ? undefined : stores.conversations.byId(conversationId);
    if (conversation === undefined) return;
    for (const message of messageViews(stores, begun, (row) => waiting(conversation.peerId, row))) events.emit({ type: 'message.changed', conversationId, message });
    this.look();
  }

  /** When a message ends by what another own device told, whose clock may be any: not later than if it began now, and not before this clock says so, too. */
  endOf({ disappearAfter, disappearsAt }: Pick<MessageRow, 'disappearAfter' | 'disappearsAt'>): number | undefined {
    if (disappearAfter === undefined) return undefined;
    const now = this.#now();
    const latest = now + 1_000 * disappearAfter;
    return disappearsAt === undefined || disappearsAt < now - otherClockMs ? latest : Math.min(disappearsAt, latest);
  }

  /** Whether a moment another own device named is one that was not yet. */
  isAhead(time: number): boolean {
    return time > this.#parts.clock.now() + otherClockMs;
  }

  /** It ends at this time at the latest. */
  endBy(messageId: string, at: number): void {
    if (this.#parts.stores.changes.endBy(messageId, at)) this.look();
  }

  /** Something may end earlier than what was waited for. */
  look(): void {
    if (this.#closed) return;
    this.#cancel?.();
    // After this transaction, whatever becomes of it.
    this.#cancel = this.#parts.clock.setTimer(0, () => void this.#tick());
  }

  #put(conversation: ConversationRow, { seconds, revision, by, at }: Told): void {
    const { stores, events, replica } = this.#parts;
    const { disappearAfter: _before, ...rest } = conversation;
    stores.conversations.put({ ...rest, ...(seconds > 0 && { disappearAfter: seconds }), disappearRevision: revision });
    if (by !== undefined && at !== undefined) stores.changes.addTimer(conversation.conversationId, { revision, by, seconds, at });
    if (replica().isOn) replica().sayAfter('timer', dialogKey(conversation), nothing);
    events.emit({ type: 'conversation.changed', conversationId: conversation.conversationId });
  }

  #now(): number {
    return Math.max(0, Math.trunc(this.#parts.clock.now()));
  }

  /** Whether more is due now. */
  #tick(): boolean {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#closed) return false;
    const { stores, clock, erase, replica } = this.#parts;
    // What a cut of power brings back is over by its time and goes again, never shown. Other own devices are told nothing that may come back.
    const commit = this.#isBehind && !replica().isAwaited ? this.#parts.commitBehind : this.#parts.commit;
    const next = stores.changes.nextEnd();
    if (next === undefined) return false;
    let isMore = false;
    let leastMs = 0;
    try {
      isMore = (this.#isBehind && stores.copyBack()) || this.#slice.timed(clock, (most) => commit(() => {
        const due = stores.changes.due(this.#watch(), most);
        if (due.length > 0) erase(due);
        return due.length === most;
      }));
      this.#isBehind = isMore;
    } catch {
      // A full disk keeps them for now; the next look tries again.
      leastMs = againMs;
    }
    const end = stores.changes.nextEnd();
    if (end === undefined) return false;
    if (isMore) void stores.onDisk().then(() => this.#goOn());
    else this.#cancel = clock.setTimer(Math.min(longestMs, Math.max(leastMs, end - Math.trunc(clock.now()))), () => void this.#tick());
    return isMore;
  }

  /** What the slice before wrote is on the disk: the next one, where nothing else asked for it. */
  #goOn(): void {
    if (!this.#closed) this.#cancel ??= this.#parts.clock.setTimer(0, () => void this.#tick());
  }

  /** The time now, with every end where it belongs by it. */
  #watch(): number {
    const { stores, clock } = this.#parts;
    const now = this.#now();
    const monotonic = clock.monotonic();
    const { wall, monotonic: then } = this.#lastLook();
    const least = Math.trunc(wall + (monotonic - then));
    if (now < least - unevenMs) stores.changes.shiftEnds(least - now);
    // Once for each millisecond: a transaction that looks again and again does not push out what is written down before it.
    const former = this.#looks[0]?.wall === now ? this.#looks.slice(1) : this.#looks;
    this.#looks = [{ wall: now, monotonic }, ...former].slice(0, looksKept);
    stores.changes.putSeenTime(now);
    return now;
  }

  /** The one that is written down. Later ones were undone with the transaction they were in, which may be another's, and moved nothing. */
  #lastLook(): { readonly wall: number; readonly monotonic: number } {
    const seen = this.#parts.stores.changes.seenTime();
    const written = this.#looks.findIndex(({ wall }) => wall === seen);
    this.#looks = this.#looks.slice(written);
    return this.#looks[0] ?? { wall: this.#now(), monotonic: this.#parts.clock.monotonic() };
  }
}

function kept(seconds: number): number {
  return seconds === 0 ? Infinity : seconds;
}
