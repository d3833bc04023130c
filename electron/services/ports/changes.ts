import type { MessagePlace, MessageRow } from '../ports';

/** What is done to messages that are there, and what the end of a message needs. */
export interface ChangeStore {
  /** Its text, kind, time and number of the last change, as they are in the row. */
  put(row: Pick<MessageRow, 'messageId' | 'kind' | 'text' | 'editedAt' | 'revision' | 'replyTo'>): void;
  /** Gone, with its reactions. */
  remove(messageId: string): void;
  /** Starts the clock of what an own device handed over, and of what was read, where it has one; gives the rows whose clock began. `now` is asked where there are any. */
  startClocks(conversationId: string, now: () => number): readonly MessageRow[];
  /** Ends earlier, if this is earlier. True: it is. */
  endBy(messageId: string, at: number): boolean;
  /** Those past their end, at most `limit`. */
  due(now: number, limit: number): readonly MessageRow[];
  /** When the next one ends. */
  nextEnd(): number | undefined;
  /** The clock was set back by so much: every end with it. */
  shiftEnds(milliseconds: number): void;
  /** The latest time by the clock of this machine that was written down. */
  seenTime(): number | undefined;
  putSeenTime(now: number): void;

  /** Somebody chose after how long messages disappear: takes the place of another word under the same number. The newest `timersKept` stay. */
  addTimer(conversationId: string, change: TimerChange): void;
  /** Oldest first. */
  timers(conversationId: string): readonly TimerChange[];
  /** A numbered message that nobody sees as one; `target`: the message an own one changed. */
  addPlace(conversationId: string, place: MessagePlace, target: string | undefined): void;
  /** An own one is sent again by the device that took this one's place, as another message. */
  movePlace(conversationId: string, from: MessagePlace, to: MessagePlace): void;
  /** Messages of a conversation that something was done to. */
  changed(conversationId: string): readonly MessagePlace[];
  /** The last one of this device's stream that the other person is known to have read; 0: none. */
  lastRead(conversationId: string, instanceId: string): number;
  /** How many of these there are among the sequences [first, last]. */
  countPlaces(conversationId: string, instanceId: string, first: number, last: number): number;
  /** Own changes of this message. */
  placesOf(messageId: string): readonly MessagePlace[];

  /** The time of the message at this place was over: nothing brings it back. */
  addEnded(conversationId: string, place: MessagePlace): void;
  isEnded(conversationId: string, place: MessagePlace): boolean;

  /** What came before the message it is about; of one kind (`what`) the latest by `revision`. Beyond `earlyKept` of a conversation the oldest goes. */
  putEarly(conversationId: string, place: MessagePlace, change: EarlyChange): void;
  hasEarly(): boolean;
  /** Gives them once, oldest first. */
  takeEarly(conversationId: string, place: MessagePlace): readonly EarlyChange[];
}

export interface EarlyChange {
  readonly what: 'edit' | 'delete' | 'reaction';
  readonly revision: number;
  /** Of an edit; the emoji of a reaction. */
  readonly text: string;
  readonly removed: boolean;
  readonly at: number;
}

export interface TimerChange {
  readonly revision: number;
  readonly by: 'me' | 'them';
  /** 0: they stay. */
  readonly seconds: number;
  readonly at: number;
}

export const earlyKept = 256;
export const timersKept = 100;
