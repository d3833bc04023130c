import type { InstanceId } from '../../engine/ids';

/** One entry of the log as it is kept. */
export interface LoggedFact {
  readonly author: InstanceId;
  readonly number: number;
  readonly stamp: number;
  readonly kind: string;
  readonly key: string;
  /** Undefined for a fact of this device that the kind reads from its own tables when it is asked for. */
  readonly value: Uint8Array | undefined;
  /** Its author's, over this very value; undefined for this device's own, which are signed when they are sent. */
  readonly signature: Uint8Array | undefined;
  /** It could not be used yet, because what it hangs on is not here. */
  readonly waiting: boolean;
}

export interface ReplicaState {
  /** The highest stamp said or heard. */
  readonly stamp: number;
  /** False until everything that was there before the log has been written into it. */
  readonly begun: boolean;
  /** Until everything was heard once: when this device was linked, Unix milliseconds. */
  readonly joinedAt?: number;
  /** Whose numbers are given out. Undefined in a log from before this was noted. */
  readonly author?: InstanceId;
  /** While `joinedAt` is there: some device that has all of it said how much there is. */
  readonly toldWhole?: true;
  /** What devices that are gone had and nobody here got, in numbers given out at the most; -1 where none of them ever said how much there was. */
  readonly missing?: number;
}

/** How far each author was heard. */
export type Vector = ReadonlyMap<InstanceId, number>;

/** Where the log of facts is kept (protocol.md §10). Of one kind and key it holds at most one fact of each author. */
export interface ReplicaStore {
  /** Undefined where there never was another device. */
  state(): ReplicaState | undefined;
  setState(state: ReplicaState): void;
  heard(): Vector;
  setHeard(author: InstanceId, number: number): void;
  /** The signing key of an author, 32 bytes; undefined where nothing signed was ever heard of it. */
  signingKey(author: InstanceId): Uint8Array | undefined;
  setSigningKey(author: InstanceId, key: Uint8Array): void;
  /** As if this author had never been heard, but for what it said of these kinds. */
  forgetAuthor(author: InstanceId, kept: readonly string[]): void;
  /** What the authors said of this, one each. */
  of(kind: string, key: string): readonly LoggedFact[];
  /** Takes the place of what its author said of the same kind and key. */
  put(fact: LoggedFact): void;
  remove(fact: Pick<LoggedFact, 'author' | 'number'>): void;
  /** Drops what the log itself keeps of these kinds under this key, whoever said it. */
  forget(kinds: readonly string[], key: string): void;
  /** Drops everything of this kind whose key goes on behind this one and a slash, whoever said it. */
  forgetUnder(kind: string, key: string): void;
  /** Drops an author's facts of this kind that are in use and not later than this number, and all with a stamp before this one. */
  drop(what: { readonly kind: string; readonly author: InstanceId; readonly upTo: number; readonly before: number }): void;
  /** By number, at most `limit` after this one. */
  after(author: InstanceId, number: number, limit: number): readonly LoggedFact[];
  /** How many an author's facts later than this number are. */
  countAfter(author: InstanceId, number: number): number;
  /** Those that wait, by kind, author and number, at most `limit` after `cursor`. */
  waiting(cursor: Pick<LoggedFact, 'kind' | 'author' | 'number'> | undefined, limit: number): readonly LoggedFact[];
  hasWaiting(): boolean;
  /** What each other device ever said it has heard. */
  heardByAll(): readonly Vector[];
  /** What another device said it has heard. */
  heardBy(instanceId: InstanceId): Vector;
  setHeardBy(instanceId: InstanceId, vector: Vector): void;
  forgetDevice(instanceId: InstanceId): void;
  /** What this device said under another id it says under this one, from now on, where it has not said the same already; what the former said is to be heard anew. */
  reauthor(before: InstanceId, author: InstanceId): void;
  /** Drops every fact that is not of these kinds; what was heard, and how far one's own numbers are, stays. */
  clear(kept: readonly string[]): void;
}
