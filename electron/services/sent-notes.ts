import type { DialogId, PeerId } from '../engine/ids';
import type { Clock, Logger } from '../engine/ports';

/** How long sent messages may wait to be written down as sent: most are acknowledged before, and cost no write. */
const sentNoteMs = 50;
/** As long as the other side keeps saying something, what it has not acknowledged yet is about to be: so long at the most. */
const longestNoteMs = 1_000;

export interface Range {
  readonly from: number;
  readonly upTo: number;
}

export interface SentNotesParts {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly commit: (work: () => void) => void;
  /** In a transaction. */
  readonly write: (peerId: PeerId, dialogId: DialogId, range: Range) => void;
}

/** What was handed over and not yet written down as sent. What becomes due in one turn of the event loop shares a transaction, whoever it went to. */
export class SentNotes {
  readonly #parts: SentNotesParts;
  readonly #due = new Set<NotesOfLane>();

  constructor(parts: SentNotesParts) {
    this.#parts = parts;
  }

  /** Of one connection with this person. */
  of(peerId: PeerId): NotesOfLane {
    return new NotesOfLane(this.#parts.clock, peerId, (notes) => this.#soon(notes));
  }

  /** Writes down now what is due. Never throws. */
  flush(): void {
    const due = [...this.#due];
    this.#due.clear();
    const all = due.flatMap((notes) => [...notes.take()].map(([dialogId, range]) => ({ peerId: notes.peerId, dialogId, range })));
    if (all.length === 0) return;
    const { commit, write, logger } = this.#parts;
    try {
      commit(() => {
        for (const { peerId, dialogId, range } of all) write(peerId, dialogId, range);
      });
    } catch {
      logger.warn('message.state-not-stored'); // a word on the screen, not the message
    }
  }

  #soon(notes: NotesOfLane): void {
    if (this.#due.size === 0) setImmediate(() => this.flush());
    this.#due.add(notes);
  }
}

export class NotesOfLane {
  readonly peerId: PeerId;
  readonly #clock: Clock;
  readonly #due: (notes: NotesOfLane) => void;
  #ranges = new Map<DialogId, Range>();
  /** When the first of them was made, and when something came last (monotonic milliseconds). */
  #notedAt = 0;
  #heardAt = 0;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, peerId: PeerId, due: (notes: NotesOfLane) => void) {
    this.peerId = peerId;
    this.#clock = clock;
    this.#due = due;
  }

  /** Messages of a dialog are handed over in order, so that first and last say it all. */
  add({ dialogId, sequence }: { readonly dialogId: DialogId; readonly sequence: number }): void {
    const range = this.#ranges.get(dialogId);
    this.#ranges.set(dialogId, range === undefined ? { from: sequence, upTo: sequence } : { from: Math.min(range.from, sequence), upTo: Math.max(range.upTo, sequence) });
    if (this.#cancel !== undefined) return;
    this.#notedAt = this.#clock.monotonic();
    this.#later();
  }

  /** The other side said something. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
  }

  /** The connection is not in use any more. */
  end(): void {
    this.cancel();
    if (this.#ranges.size > 0) this.#due(this);
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  take(): ReadonlyMap<DialogId, Range> {
    const ranges = this.#ranges;
    this.#ranges = new Map();
    return ranges;
  }

  #later(): void {
    this.#cancel = this.#clock.setTimer(sentNoteMs, () => {
      this.#cancel = undefined;
      const now = this.#clock.monotonic();
      if (now - this.#heardAt < sentNoteMs && now - this.#notedAt < longestNoteMs) this.#later();
      else this.#due(this);
    });
  }
}
