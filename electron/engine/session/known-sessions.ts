import type { Clock, InstanceRef } from '../ports';
import type { SessionLimits } from './limits';
import type { LiveSession } from './session';
import { judge, type Standing } from './simultaneous';

interface Entry extends Standing {
  readonly session: LiveSession;
}

interface Pair {
  /** The one in use. */
  current: Entry;
  /** Those that lost; oldest first. */
  readonly retiring: Map<Entry, Retiring>;
}

interface Retiring {
  /** The one it lost against, whose word it waits for; undefined where it waits for its time. */
  readonly survivor: Entry | undefined;
  /** Calls its end off. */
  readonly cancel: () => void;
}

/**
 * The confirmed sessions, one in use per pair of instances (protocol.md §8; S3-31, A55). A loser lives on until the
 * other side has shown, by any record, that the survivor is confirmed there too: at no moment has either side none.
 */
export class KnownSessions {
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  readonly #onCurrent: (session: LiveSession) => void;
  readonly #pairs = new Map<string, Pair>();
  readonly #open = new Set<LiveSession>();
  #isEnding = false;

  /** `onCurrent`: this session is the one to send on from now. */
  constructor(clock: Clock, limits: SessionLimits, onCurrent: (session: LiveSession) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onCurrent = onCurrent;
  }

  get count(): number {
    return this.#open.size;
  }

  /** A session was confirmed. Gives the one to use: this, or the older one. Whoever uses it learns of it before a loser closes. */
  add(ours: InstanceRef, session: LiveSession): LiveSession {
    const { instanceId, peerId } = session.peer.instance;
    const key = `${peerId} ${instanceId}`;
    const entry: Entry = { session, dialledBy: session.role === 'dialler' ? 'us' : 'them', confirmedAt: this.#clock.monotonic() };
    this.#open.add(session);
    session.onClose(() => this.#closed(key, entry));
    const pair = this.#pairs.get(key);
    if (!pair) {
      this.#pairs.set(key, { current: entry, retiring: new Map() });
      this.#onCurrent(session);
      return session;
    }
    const before = pair.current;
    const verdict = judge(ours, { peerId, instanceId }, before, entry, this.#limits.simultaneousMs);
    if (verdict === 'existing') {
      this.#retire(pair, entry, 'when proven');
      return before.session;
    }
    pair.current = entry;
    this.#retire(pair, before, verdict === 'both' ? 'in time' : 'when proven');
    this.#onCurrent(session);
    return session;
  }

  /** Whether the session in use with this device was confirmed at this monotonic time or later. */
  isSince({ peerId, instanceId }: InstanceRef, since: number): boolean {
    const pair = this.#pairs.get(`${peerId} ${instanceId}`);
    return pair !== undefined && pair.current.confirmedAt >= since;
  }

  closeAll(): void {
    this.#isEnding = true;
    for (const session of this.#open) session.close();
  }

  /**
   * Closes the loser once the survivor has said something more; should that end before, the loser is in use again. `in time`: the
   * other side dialled both and chooses first; what it no longer knows is closed after a while.
   */
  #retire(pair: Pair, loser: Entry, how: 'when proven' | 'in time'): void {
    const { session: survivor } = pair.current;
    const end = (): void => {
      if (pair.current !== loser) loser.session.close();
    };
    if (how === 'in time') {
      pair.retiring.set(loser, { survivor: undefined, cancel: this.#clock.setTimer(this.#limits.doubledMs, end) });
      return;
    }
    pair.retiring.set(loser, { survivor: pair.current, cancel: () => {} });
    survivor.onProven(end);
    // An older one may be dead without our knowing: who dials so soon after may have lost it.
    if (loser.confirmedAt > pair.current.confirmedAt) survivor.checkNow(this.#limits.doubledMs);
    else survivor.probe();
  }

  #closed(key: string, entry: Entry): void {
    this.#open.delete(entry.session);
    const pair = this.#pairs.get(key);
    if (!pair) return;
    pair.retiring.get(entry)?.cancel();
    pair.retiring.delete(entry);
    const waiting = (): Entry[] => [...pair.retiring].flatMap(([loser, { survivor }]) => (survivor === entry ? [loser] : []));
    if (pair.current !== entry) {
      // It had lost itself before it brought a word: whoever waited for that waits for the one in use.
      for (const loser of waiting()) this.#retire(pair, loser, 'when proven');
      return;
    }
    const last = [...pair.retiring.keys()].at(-1);
    if (!last || this.#isEnding) {
      this.#pairs.delete(key);
      return;
    }
    // The survivor ended before its loser did: that one is in use again.
    pair.retiring.get(last)?.cancel();
    pair.retiring.delete(last);
    pair.current = last;
    this.#onCurrent(last.session);
    for (const loser of waiting()) this.#retire(pair, loser, 'when proven');
  }
}
