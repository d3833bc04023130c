import type { Clock, InstanceRef } from '../ports';
import type { SessionLimits } from './limits';
import type { LiveSession } from './session';
import { judge, type Standing } from './simultaneous';

interface Entry extends Standing {
  readonly session: LiveSession;
}

/** The confirmed sessions, at most one in use per pair of instances (protocol.md §8; S3-31, A55). */
export class KnownSessions {
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  readonly #onCurrent: (session: LiveSession) => void;
  /** By the other instance; the one in use is the last. */
  readonly #byInstance = new Map<string, Entry[]>();
  #count = 0;

  /** `onCurrent`: this session is the one to send on from now. */
  constructor(clock: Clock, limits: SessionLimits, onCurrent: (session: LiveSession) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onCurrent = onCurrent;
  }

  get count(): number {
    return this.#count;
  }

  all(): LiveSession[] {
    return [...this.#byInstance.values()].flatMap((entries) => entries.map(({ session }) => session));
  }

  /**
   * A session was confirmed. Gives the one that stays: this or the older. The loser closes only here, when the
   * survivor is confirmed; whoever uses it learns of the survivor first.
   */
  add(ours: InstanceRef, session: LiveSession): LiveSession {
    const { instanceId, peerId } = session.peer.instance;
    const key = `${peerId} ${instanceId}`;
    const entries = this.#byInstance.get(key) ?? [];
    const existing = entries.at(-1);
    const entry: Entry = { session, dialledBy: session.role === 'dialler' ? 'us' : 'them', confirmedAt: this.#clock.monotonic() };
    const verdict = existing ? judge(ours, { peerId, instanceId }, existing, entry, this.#limits.simultaneousMs) : 'newcomer';
    if (existing && verdict === 'existing') {
      session.close();
      return existing.session;
    }
    entries.push(entry);
    this.#byInstance.set(key, entries);
    this.#count += 1;
    session.onClose(() => this.#remove(key, entry));
    this.#onCurrent(session);
    if (existing && verdict === 'newcomer') existing.session.close();
    if (existing && verdict === 'both') this.#clock.setTimer(this.#limits.doubledMs, () => this.#closeOlder(key));
    return session;
  }

  closeAll(): void {
    for (const session of this.all()) session.close();
  }

  #remove(key: string, entry: Entry): void {
    const entries = this.#byInstance.get(key);
    const at = entries?.indexOf(entry) ?? -1;
    if (!entries || at < 0) return;
    const wasCurrent = at === entries.length - 1;
    entries.splice(at, 1);
    this.#count -= 1;
    const current = entries.at(-1);
    if (!current) this.#byInstance.delete(key);
    else if (wasCurrent) this.#onCurrent(current.session);
  }

  /** The dialler had time to close the one it does not want: what is left but the newest is dead on its side. */
  #closeOlder(key: string): void {
    for (const entry of this.#byInstance.get(key)?.slice(0, -1) ?? []) entry.session.close();
  }
}
