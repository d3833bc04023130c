import type { InstanceId } from '../../engine/ids';

/**
 * What the devices of one person tell each other about everything they have in common (protocol.md §10): a log of facts.
 * Each device numbers what it says itself; a fact said later under the same kind and key takes the place of the earlier
 * one, so the log is never longer than what there is to know. Whoever knows how far another device has heard each author
 * knows what that one lacks.
 */
export interface Fact {
  /** Who said it first. */
  readonly author: InstanceId;
  /** Counts up per author, from 1; with gaps where a later fact took an earlier one's place. */
  readonly number: number;
  /** Hybrid clock: Unix milliseconds × 4096 ‖ counter, above every one its author had heard. Below 2^53. */
  readonly stamp: number;
  /** At most 24 ASCII characters. */
  readonly kind: string;
  /** Unique within the kind, the same on every device: made of global ids only, never of local handles. At most 240 bytes. */
  readonly key: string;
  /** At most `maxValueBytes`. */
  readonly value: Uint8Array;
}

/** The longest value of a fact, in bytes: a message at its longest with all that belongs to it fits. */
export const maxValueBytes = 64_000;

/** One kind of fact: how it is read from this device's own stores and how one that comes is merged into them. */
export interface FactKind {
  readonly kind: string;
  /** Facts of kinds with a lower rank are sent first: people before conversations, keys before messages. */
  readonly rank: number;
  /**
   * What several devices say of one key stands side by side, and every one of it is given to `apply`, which has a rule of its own
   * (a maximum, a union, what wins over all else); what one device says contains what it said before. Without it only the
   * latest counts, by (stamp, author): `apply` is called for that, or for each until a later one comes.
   */
  readonly merges?: true;
  /**
   * Merges one that came from another device, inside the transaction. Must give the same result on every device whatever
   * the order. `false`: it cannot be used yet (what it hangs on is not here); it is offered again when more has come.
   * Throws for what is malformed: the session that brought it ends, nothing of its batch is kept. What is said meanwhile
   * is not said.
   */
  apply(fact: Fact): boolean;
  /** For what stands in this device's own tables anyway: the log keeps no value of its own and asks for it when it is sent. Undefined: it is gone. */
  read?(key: string): Uint8Array | undefined;
  /** For what is of use only until every other device has heard it: the log drops it then, and after so many milliseconds at the latest. `Infinity`: only then; where `awaited`, stopped devices may have to hear it, too. */
  readonly passingMs?: number;
  /** After it was applied: nothing of it is kept here, and so it is passed on to nobody, because what it is about was erased. */
  forgets?(fact: Fact): boolean;
  /** Stays when the log ends for want of other devices: who was told counts on it when there is another again, and it is not said anew. */
  readonly stays?: true;
  /** Said also while every other device is stopped: it is of what is gone, and nothing else tells it to one that counts again. With `stays`. */
  readonly awaited?: true;
  /** Everything of this kind there is now, for the log of a person who gets a second device; key and value each. */
  all(): Iterable<{ readonly key: string; readonly value: Uint8Array }>;
}

/** How far a device that was just linked is with what it has to hear, in numbers given out; both only rise. */
export interface ReplicaProgress {
  readonly done: number;
  readonly total: number;
}

/** The log as the rest of the program sees it. */
export interface Replica {
  /** True while this person has another device. While false nothing is written down. */
  readonly isOn: boolean;
  /** True also while every other device is stopped: one of them may count again, and has what was erased meanwhile. Facts of kinds that are `awaited` are written down then. */
  readonly isAwaited: boolean;
  /** False on a device that was just linked and has not heard everything once: until then it does not talk to contacts, as it could not tell a repeat from news. */
  readonly isReady: boolean;
  /** False as well where the wait for that was given up after 24 hours: what comes then may be a repeat. */
  readonly hasHeardAll: boolean;
  /** A fact of another device is being merged right now: what is said meanwhile is not said. */
  readonly isApplying: boolean;
  register(kind: FactKind): void;
  /** Says a fact, in the caller's transaction; sent to the other devices after it. Does nothing while `isOn` is false, and while a fact is applied. `value` may be empty where the kind has `read`. */
  say(kind: string, key: string, value: Uint8Array): void;
  /** As `say`; while a fact is applied, right after it: for what this device knows beyond what it was told. Saying the same again must end somewhere. */
  sayAfter(kind: string, key: string, value: Uint8Array): void;
  /** What others said of this is looked at again: where something of it is not kept any more, it goes, and this device says itself what there is to say. In the caller's transaction. */
  sift(kind: string, key: string): void;
  /** The newest value the log itself keeps under this kind and key, whoever said it. */
  find(kind: string, key: string): Uint8Array | undefined;
  /** While not ready, once another device said how much there is. */
  readonly progress: ReplicaProgress | undefined;
  /** How many facts this other device lacks of those known here; undefined before it ever said how far it is. */
  behind(instanceId: InstanceId): number | undefined;
  /** Calls back when progress was made or `isReady` changed, until the returned function is called. */
  onChange(handler: () => void): () => void;
}
