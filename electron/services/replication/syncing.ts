import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { SiblingHandler, SiblingLine } from '../devices/siblings';
import type { ReplicaStore, Vector } from '../ports/replica';
import type { FactLog } from './fact-log';
import { type Batch, encodeWords, parseWords } from './words';

/** Batches on the way to one device: enough to keep both busy, few enough to leave it room for everything else. */
const window = 4;
/** Who else needs to know that something was heard hears of it a little later: often it has it from elsewhere by then, in milliseconds. */
const tellMs = 1_000;
const gossipMs = 3_000;
/** When what could not be read is tried again. */
const againMs = 5_000;

export interface SyncingParts {
  readonly crypto: Crypto;
  readonly log: FactLog;
  readonly store: ReplicaStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly own: InstanceId;
  readonly commit: <T>(work: () => T) => T;
  /** Everything from before the log stands in it. */
  readonly isWhole: () => boolean;
  /** This device was let in and has not heard yet what there is: others may not take its word for that. */
  readonly waits: () => boolean;
  /** Some of what there was went with devices that are gone. */
  readonly lacks: () => boolean;
  /** Another device that has all of it said how much there is. In the transaction that keeps it. */
  readonly onWhole: () => void;
  /** Another device said how far it is, or (`news`) something was heard of it. Outside of the transaction. */
  readonly onHeard: (news: boolean) => void;
  /** Another device has heard more from this one than this one has said. */
  readonly onAhead: (number: number) => void;
}

export interface Peer {
  /** How far the facts of each author are on their way or there; undefined before it said what it has. */
  sent: Map<InstanceId, number> | undefined;
  /** Said of itself. */
  whole: boolean;
  waits: boolean;
  lacks: boolean;
  vector: Vector;
  inFlight: number;
  full: boolean;
  /** What is of others is told it, too. */
  gossip: boolean;
}

/** Brings the log of this device and those of the others it has sessions with in step, whoever of them said what. */
export class Syncing implements SiblingHandler {
  readonly #parts: SyncingParts;
  readonly #peers = new Map<InstanceId, Peer>();
  #line: SiblingLine | undefined;
  #scheduled = false;
  #closed = false;
  #again: (() => void) | undefined;
  #telling: (() => void) | undefined;
  #gossiping: (() => void) | undefined;

  constructor(parts: SyncingParts) {
    this.#parts = parts;
  }

  use(line: SiblingLine): void {
    this.#line = line;
  }

  /** Those there is a session with that said how far they are. */
  get peers(): ReadonlyMap<InstanceId, Pick<Peer, 'whole' | 'waits' | 'lacks' | 'vector'>> {
    return new Map([...this.#peers].filter(([, { sent }]) => sent !== undefined));
  }

  met(instanceId: InstanceId): void {
    this.#peers.set(instanceId, { sent: undefined, whole: false, waits: false, lacks: false, vector: new Map(), inFlight: 0, full: false, gossip: true });
    this.#have(instanceId);
  }

  left(instanceId: InstanceId): void {
    this.#peers.delete(instanceId);
  }

  drained(instanceId: InstanceId): void {
    const peer = this.#peers.get(instanceId);
    if (peer === undefined) return;
    peer.full = false;
    this.kick();
  }

  heard(instanceId: InstanceId, bytes: Uint8Array): void {
    const words = parseWords(this.#parts.crypto, bytes);
    const peer = this.#peers.get(instanceId);
    if (words === undefined || peer === undefined) return;
    if (words.type === 'facts') return this.#take(instanceId, words);
    if (words.type === 'have') {
      peer.sent = new Map(words.vector);
      peer.whole = words.whole;
      peer.waits = words.waits;
      peer.lacks = words.lacks;
      peer.inFlight = 0;
      peer.gossip = true;
    } else peer.inFlight = Math.max(0, peer.inFlight - 1);
    this.#learn(instanceId, peer, words.vector);
    this.kick();
  }

  /** Says to everybody anew how far this device is: there is another list, or all of the log at last. */
  haveAll(): void {
    for (const instanceId of this.#peers.keys()) this.#have(instanceId);
  }

  /** There is something new to tell, once this turn is over. */
  kick(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#closed) return;
      // One batch for each in a turn: the event loop is everybody's.
      let more = false;
      for (const [instanceId, peer] of this.#peers) more = this.#tryPush(instanceId, peer) || more;
      if (more) this.kick();
    });
  }

  close(): void {
    this.#closed = true;
    this.#again?.();
    this.#telling?.();
    this.#gossiping?.();
  }

  #have(to: InstanceId): void {
    const { store, isWhole, waits, lacks } = this.#parts;
    this.#line?.send(to, encodeWords({ type: 'have', whole: isWhole() && !waits(), waits: waits(), lacks: lacks(), vector: store.heard() }));
  }

  #learn(instanceId: InstanceId, peer: Peer, vector: Vector): void {
    const { store, own, commit, onWhole, onHeard, onAhead } = this.#parts;
    peer.vector = vector;
    commit(() => {
      store.setHeardBy(instanceId, new Map([[own, 0], ...vector]));
      if (peer.whole && !peer.lacks) onWhole();
    });
    const [said, known] = [store.heard().get(own) ?? 0, vector.get(own) ?? 0];
    if (known > said) onAhead(known);
    onHeard(false);
  }

  #take(from: InstanceId, batch: Batch): void {
    const { log, store, commit, onHeard } = this.#parts;
    const taken = commit(() => log.take(batch));
    if (taken === 'later') return this.#have(from);
    const vector = store.heard();
    this.#line?.send(from, encodeWords({ type: 'heard', vector }));
    if (taken === 'stranger') return;
    this.#tellLater(from);
    onHeard(true);
  }

  /** The others hear that this was heard, and, if they still lack it then, what it is. */
  #tellLater(from: InstanceId): void {
    const { clock, store } = this.#parts;
    if (this.#closed || [...this.#peers.keys()].every((other) => other === from)) return;
    this.#telling ??= clock.setTimer(tellMs, () => {
      const words = encodeWords({ type: 'heard', vector: store.heard() });
      this.#telling = undefined;
      for (const [instanceId, { sent }] of this.#peers) if (sent) this.#line?.send(instanceId, words);
    });
    this.#gossiping ??= clock.setTimer(gossipMs, () => {
      this.#gossiping = undefined;
      for (const peer of this.#peers.values()) peer.gossip = true;
      this.kick();
    });
  }

  /** What could not be read is nothing that the other side could ask for: it is tried again. */
  #tryPush(instanceId: InstanceId, peer: Peer): boolean {
    const { clock, logger } = this.#parts;
    try {
      return this.#push(instanceId, peer);
    } catch (error) {
      logger.error('replica.not-sent', { reason: error instanceof Error ? error.name : 'unknown' });
      this.#again ??= clock.setTimer(againMs, () => {
        this.#again = undefined;
        this.kick();
      });
      return false;
    }
  }

  /** Whether there is more for this one that may go now. */
  #push(instanceId: InstanceId, peer: Peer): boolean {
    const { log, store, own, isWhole } = this.#parts;
    // Before all of it stands in the log nobody could say how much there is.
    if (!peer.sent || peer.full || peer.inFlight >= window || !isWhole()) return false;
    const authors = [own, ...(peer.gossip ? [...store.heard().keys()].filter((author) => author !== own && author !== instanceId) : [])];
    for (const author of authors) {
      const batch = log.batch(author, Math.max(peer.sent.get(author) ?? 0, peer.vector.get(author) ?? 0));
      if (batch === undefined) continue;
      const open = this.#line?.send(instanceId, encodeWords({ type: 'facts', ...batch }));
      if (open === undefined) return false;
      peer.sent.set(author, batch.upTo);
      peer.inFlight += 1;
      peer.full = !open;
      return open && peer.inFlight < window;
    }
    peer.gossip = false; // what others say from now on may wait a little
    return false;
  }
}
